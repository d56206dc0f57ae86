"""Reading how requests are taken in (读受理规则): lines, types, records, repeats, conduct, followers, clearance."""

from __future__ import annotations

from typing import Any

from ...core.policy import REPEATS, AcceptedType, Channel, ConductStep, Line
from ..table import KINDS, RECORDED, URGENCIES, Row
from .layer import Layer
from .steps import given_in

_UNDECIDED = {"first-receiver": "first-receiver", "none": ""}
_REPEATS = dict(zip(REPEATS, REPEATS, strict=True))


def elements(row: Row, key: str) -> tuple[str, ...]:
    """Read elements of a record (要素), in Chinese or English."""
    return row.choices(key, RECORDED)


def read_acceptance(row: Row, layer: Layer) -> None:
    """Read the tables that say how requests are taken in; what is wrong is noted."""
    layer.channels = _channels(row)
    layer.lines = _lines(row)
    layer.types = tuple(_types(row, "type", layer))
    layer.conduct = _conduct(row)
    for key, read in (
        ("record", lambda said: {"needs": elements(said, "needs"), "wait": said.limit("wait")}),
        ("repeat", _repeat),
        (
            "follower",
            lambda said: {"kinds": said.choices("kinds", KINDS, "unknown-kind"), "persons": said.texts("persons")},
        ),
        ("clearance", lambda said: {"required": said.flag("required")}),
        ("linkage", lambda said: {"undecided": said.choice("undecided", _UNDECIDED), "numbers": said.texts("numbers")}),
    ):
        said = row.row(key)
        if said is not None:
            setattr(layer, key, given_in(said, read(said)))


def _repeat(said: Row) -> dict[str, Any]:
    likeness, within = said.count("likeness"), said.count("within")
    if likeness is not None and not 0 < likeness <= 100:
        said.add(
            "bad-count",
            f"「likeness」应在 1 到 100 之间，是 {likeness}",
            f"likeness is {likeness}, not 1 to 100",
            "likeness",
        )
    own, others = said.choice("own", _REPEATS), said.choice("others", {"off": "off", "suggest": "suggest"})
    return {
        "own": own,
        "others": others,
        "likeness": likeness,
        "within": within,
        "reopen": said.flag("reopen"),
        "unreasonable": said.flag("unreasonable"),
    }


def _once(one: Row, code: str, seen: set[str]) -> None:
    if code and code in seen:
        one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
    seen.add(code)


def _channels(row: Row) -> tuple[Channel, ...]:
    found: list[Channel] = []
    seen: set[str] = set()
    for _, one in row.rows("channel"):
        code, zh, names = one.text("code", required=True), one.text("zh", required=True), one.texts("names")
        basis = one.basis()
        one.done()
        for name in dict.fromkeys(name for name in (code, zh, *names) if name):
            _once(one, name, seen)
        found.append(Channel(code, zh, basis, names))
    return tuple(found)


def _lines(row: Row) -> tuple[Line, ...]:
    found: list[Line] = []
    seen: set[str] = set()
    for _, one in row.rows("line"):
        code, zh = one.text("code", required=True), one.text("zh", required=True)
        key, takes, unit = one.text("key"), one.text("takes"), one.text("unit")
        urgency = one.choice("urgency", URGENCIES, "unknown-urgency")
        basis = one.basis()
        one.done()
        for name in dict.fromkeys(name for name in (code, key) if name):
            _once(one, name, seen)
        found.append(Line(code, zh, basis, key, takes, unit, urgency))
    return tuple(found)


def _types(row: Row, key: str, layer: Layer) -> list[AcceptedType]:
    found: list[AcceptedType] = []
    seen: set[str] = set()
    for _, one in row.rows(key):
        code, zh = one.text("code", required=True), one.text("zh", required=True)
        kinds = one.choices("kinds", KINDS, "unknown-kind")
        categories, lines, words = one.texts("categories"), one.texts("lines"), one.texts("words")
        basis = one.basis()
        within = tuple(_types(one, "within", layer)) if key == "type" else ()
        one.done()
        _once(one, code, seen)
        layer.named += [(one.name, "categories", category) for category in categories]
        if not (kinds or categories or lines or words):
            zh_, en = "没有任何条件，永远不会适用", "without any selector: it can never hold"
            one.add("empty-scope", zh_, en, "code", "写 kinds、categories、lines 或 words / give one of them")
        found.append(AcceptedType(code, zh, basis, kinds, categories, lines, words, within))
    return found


def _conduct(row: Row) -> tuple[ConductStep, ...]:
    found: list[ConductStep] = []
    seen: set[str] = set()
    for _, one in row.rows("conduct"):
        code, zh = one.text("code", required=True), one.text("zh", required=True)
        after, to = one.count("after"), one.text("to")
        basis = one.basis()
        one.done()
        _once(one, code, seen)
        found.append(ConductStep(code, zh, basis, after, to))
    return tuple(found)
