"""Reading one edition (读版本): a parsed TOML table becomes a layer, before anything is inherited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from ..core.calendar.overlay import Overlay, overlay_from_table
from ..core.cases import Case
from ..core.errors import PolicyError
from ..core.policy import DISPOSITIONS, PARTS, LimitRule, Rung, ScopeRule
from ..core.sla import Stage
from .cases import read_case
from .table import KINDS, STAGES, URGENCIES, Notes, Row

STARTS = {"dispatched": "dispatched", "received": "received", "signed": "signed"}
APPROVERS = {"centre": "centre", "unit-head": "unit-head", "none": "none"}
INHERITED = (
    "limits", "clock", "flow", "send_back", "extension", "reopen", "ladder",
    "scope", "satisfaction", "scoring", "overlays", "rules", "units", "catalogue",
)  # fmt: skip
"""What a child may refuse to inherit (可不继承的部分): ``[inherit] scope = false``."""
UNKNOWN = "unknown"
_CODE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")
_SPAN = re.compile(r"\s*([0-9:]+)\s*[-–~至]\s*([0-9:]+)\s*")


class Layer:
    """One edition as it is written (版本原文), before it is laid over its parents.

    A plain class: generating an attrs class of this size takes longer than reading an edition does.
    """

    title = place = effective_basis = extends = centre = ""
    effective: date | None = None
    sources: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    clock: Mapping[str, Any] = {}
    windows: tuple[tuple[time, time], ...] = ()
    flow: Mapping[str, Any] = {}
    send_back: Mapping[str, Any] = {}
    extension: Mapping[str, Any] = {}
    reopen: Mapping[str, Any] = {}
    levels: Mapping[str, bool] = {}
    limits: tuple[LimitRule, ...] = ()
    scope: tuple[ScopeRule, ...] = ()
    ladder: tuple[Rung, ...] = ()
    scoring: Mapping[str, Any] | None = None
    overlays: tuple[Overlay, ...] = ()
    cases: tuple[Case, ...] = ()
    seal = b""

    def __init__(self, edition: str, notes: Notes) -> None:
        self.edition = edition
        self.notes = notes
        self.file = notes.file
        # Table, key and name of every category it names, to be held against the catalogue.
        self.named: list[tuple[str, str, str]] = []


def read_edition(table: Mapping[str, Any], edition: str, notes: Notes) -> Layer:
    """Read an edition (读版本); what is wrong with it goes to *notes*.

    Args:
        table: the parsed TOML.
        edition: what the file's name says: a day, ``unknown``, or "" where the name says nothing.
        notes: the file it came from.
    """
    row = Row(table, "", notes)
    layer = Layer(edition, notes)
    layer.title = row.text("title", required=True)
    layer.place = row.text("place", required=True)
    if layer.place and not _CODE.fullmatch(layer.place):
        hint = "2, 4, 6, 9 or 12 digits: 210000, 210100, 210102"
        row.add("bad-place", f"区划代码「{layer.place}」有误", f"bad division code {layer.place!r}", "place", hint)
    _effective(row, layer)
    layer.effective_basis = row.text("effective_basis")
    layer.extends = row.text("extends")
    layer.sources = row.texts("sources")
    layer.provides = row.choices("provides", dict(zip(PARTS, PARTS, strict=True)))
    _inherit(row, layer)
    _clock(row, layer)
    layer.limits = _limits(row, layer)
    _steps(row, layer)
    layer.scope = _scope(row, layer)
    layer.ladder = _ladder(row)
    layer.levels = _satisfaction(row)
    routing = row.row("routing")
    if routing is not None:
        layer.centre = routing.text("centre", required=True)
        routing.text("basis")
        routing.done()
    layer.scoring = _scoring(row, layer)
    layer.overlays = _overlays(row)
    layer.cases = tuple(case for _, one in row.rows("case") if (case := read_case(one)) is not None)
    for case in layer.cases:
        named = case.category or str(case.expected.get("category", ""))
        layer.named += [(case.table, "category", named)] if named else []
    row.done()
    return layer


def _effective(row: Row, layer: Layer) -> None:
    value = row.need("effective")
    if value == UNKNOWN:
        said = UNKNOWN
    else:
        layer.effective = row.day("effective")
        if layer.effective is None:
            return
        said = layer.effective.isoformat()
    if layer.edition and layer.edition != said:
        row.add(
            "name-mismatch",
            f"文件名是 {layer.edition}.toml，生效日却是 {said}",
            f"the file is {layer.edition}.toml, but it takes force on {said}",
            "effective",
            f"改名为 {said}.toml 或改正 effective / rename it to {said}.toml, or mend effective",
        )
    layer.edition = said


def _inherit(row: Row, layer: Layer) -> None:
    said = row.row("inherit")
    if said is not None:
        layer.refused = frozenset(part for part in INHERITED if said.flag(part) is False)
        said.done()


def _clock(row: Row, layer: Layer) -> None:
    clock = row.row("clock")
    if clock is None:
        return
    clock.basis()
    roll = clock.flag("roll")
    ends = clock.choice("ends", {"day": "day", "business": "business"})
    unknown = clock.choice("on_unknown", {"provisional": "provisional", "error": "error"})
    cutoff = clock.get("cutoff")
    given: dict[str, Any] = {"roll": roll, "ends": ends, "on_unknown": unknown}
    given = {key: value for key, value in given.items() if value is not None}
    if cutoff is not None:
        given["cutoff"] = None if cutoff == "none" else clock.clock_time("cutoff", cutoff)
    layer.clock = given
    layer.windows = _windows(clock)
    clock.done()


def _windows(clock: Row) -> tuple[tuple[time, time], ...]:
    listed = clock.get("windows")
    if listed is None:
        return ()
    hint = 'windows = ["09:00-12:00", "13:30-17:30"]'
    found: list[tuple[time, time]] = []
    for span in listed if isinstance(listed, list) else [listed]:
        match = _SPAN.fullmatch(span) if isinstance(span, str) else None
        ends = list(match.groups()) if match else span
        if not isinstance(ends, list) or len(ends) != 2:
            clock.add("bad-windows", f"办公时段「{span}」有误", f"bad service window {span!r}", "windows", hint)
            return ()
        start, end = (clock.clock_time("windows", one) for one in ends)
        if start is None or end is None:
            return ()
        found.append((start, end))
    flat = [moment for span in found for moment in span]
    closing = flat[-1] == time(0) if flat else False  # an end of 00:00 is midnight
    if not flat or flat[: len(flat) - closing] != sorted(set(flat[: len(flat) - closing])):
        clock.add(
            "bad-windows", "办公时段应由早到晚、互不重叠", "service windows must follow one another", "windows", hint
        )
        return ()
    return tuple(found)


def _limits(row: Row, layer: Layer) -> tuple[LimitRule, ...]:
    found: list[LimitRule] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, one in row.rows("limit"):
        stages = one.choices("stage", STAGES, "unknown-stage") or (() if "stage" in one else (Stage.HANDLE,))
        kinds = one.choices("kind", KINDS, "unknown-kind") or (() if "kind" in one else (None,))
        urgencies = one.choices("urgency", URGENCIES, "unknown-urgency") or (() if "urgency" in one else (None,))
        category, channel = one.text("category"), one.text("channel")
        limit = one.limit("limit", required=True)
        start = one.choice("start", STARTS) or "dispatched"
        basis = one.basis()
        one.done()
        layer.named += [(one.name, "category", category)] if category else []
        for selectors in ((s, k, category, u, channel) for s in stages for k in kinds for u in urgencies):
            first = seen.setdefault(selectors, number)
            if first != number:
                stage, kind = selectors[0], selectors[1]
                what = "·".join(x for x in (stage.zh, kind.zh if kind else "", category, channel) if x)
                one.add(
                    "duplicate-limit",
                    f"「{what}」的时限在第 {first} 个 [[limit]] 已写过",
                    f"the limit for {what!r} is already given by [[limit]] number {first}",
                    "limit",
                    "保留一个 / keep one of them",
                )
            else:
                stage, kind, _, urgency, _ = selectors
                found.append(LimitRule(stage, limit, basis, kind, category, urgency, channel, start))
    return tuple(found)


def _steps(row: Row, layer: Layer) -> None:
    """Read the tables that switch steps: flow, send_back, extension, reopen."""
    flow = row.row("flow")
    if flow is not None:
        switches = ("accept_to_dispatch", "sign", "review", "follow_up", "close_when_satisfied")
        given: dict[str, Any] = {key: flow.flag(key) for key in switches}
        given["answer_kinds"] = flow.choices("answer_kinds", KINDS, "unknown-kind") if "answer_kinds" in flow else None
        given["default_kind"] = flow.choice("default_kind", KINDS, "unknown-kind")
        flow.known += ["answer_kinds"] if "answer_kinds" not in flow.known else []
        layer.flow = _given(flow, given)
    back = row.row("send_back")
    if back is not None:
        layer.send_back = _given(back, {"window": back.limit("window"), "most": back.count("most")})
    more = row.row("extension")
    if more is not None:
        given = {"most": more.count("most"), "longest": more.limit("longest")}
        given |= {"up_to_original": more.flag("up_to_original"), "approver": more.choice("approver", APPROVERS)}
        layer.extension = _given(more, given)
    again = row.row("reopen")
    if again is not None:
        layer.reopen = _given(again, {"most": again.count("most"), "limit": again.limit("limit")})


def _given(row: Row, values: dict[str, Any]) -> dict[str, Any]:
    basis = row.basis()
    row.done()
    # A limit of "none" takes the parent's away, so that being written counts and not being None.
    return {"basis": basis} | {key: value for key, value in values.items() if key in row and _sound(key, value, row)}


def _sound(key: str, value: Any, row: Row) -> bool:
    return value is not None or row.table[key] == "none"


def _scope(row: Row, layer: Layer) -> tuple[ScopeRule, ...]:
    found: dict[str, ScopeRule] = {}
    for number, one in row.rows("scope"):
        code = one.text("code", required=True)
        disposition = one.choice("disposition", {name: name for name in DISPOSITIONS}, required=True)
        told = one.text("told", required=True)
        categories, words, to = one.texts("categories"), one.texts("words"), one.text("to")
        basis = one.basis()
        one.done()
        layer.named += [(one.name, "categories", category) for category in categories]
        if not categories and not words:
            zh, en = "既没有 categories 也没有 words，永远不会适用", "neither categories nor words: it can never hold"
            one.add("empty-scope", zh, en, "code")
        if code in found:
            one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
        found.setdefault(code or str(number), ScopeRule(code, disposition or "", told, basis, categories, words, to))
    return tuple(found.values())


def _ladder(row: Row) -> tuple[Rung, ...]:
    found: dict[str, Rung] = {}
    for number, one in row.rows("rung"):
        code, zh = one.text("code", required=True), one.text("zh", required=True)
        after = one.limit("after")
        stage = one.choice("stage", STAGES, "unknown-stage") or Stage.HANDLE
        basis = one.basis()
        one.done()
        if code in found:
            one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
        found.setdefault(code or str(number), Rung(code, zh, after, basis, stage))
    return tuple(found.values())


def _satisfaction(row: Row) -> dict[str, bool]:
    said = row.row("satisfaction")
    if said is None:
        return {}
    said.basis()
    levels: dict[str, bool] = {}
    for key, content in (("satisfied", True), ("dissatisfied", False)):
        for level in said.texts(key):
            if level in levels:
                said.add("duplicate-level", f"档次「{level}」写了两次", f"the level {level!r} appears twice", key)
            levels[level] = content
        if key not in said:
            said.add("missing-key", f"缺少「{key}」", f"{key!r} is missing", key)
    said.done()
    return levels


def _scoring(row: Row, layer: Layer) -> Mapping[str, Any] | None:
    said = row.row("scoring")
    if said is None:
        return None
    said.basis()
    layer.named += [("scoring", "exempt", category) for category in said.texts("exempt")]
    parts = []
    for _, part in said.rows("component"):
        part.basis()
        parts.append(dict(part.table) | {"metric": part.text("metric")})
    return {**said.table, "component": parts} if "component" in said else said.table


def _overlays(row: Row) -> tuple[Overlay, ...]:
    found = []
    for _, one in row.rows("overlay"):
        overlay = read_overlay(one.table, one.notes, one.name)
        if overlay is not None:
            found.append(overlay)
    return tuple(found)


def read_overlay(table: Mapping[str, Any], notes: Notes, name: str = "") -> Overlay | None:
    """Read a calendar overlay (读日历增补), with its faults noted where it stands."""
    from attrs import evolve

    try:
        return overlay_from_table(table, notes.file)
    except PolicyError as error:
        inside = (".".join(part for part in (name, fault.table) if part) for fault in error.faults)
        notes.take(evolve(fault, table=table_name) for fault, table_name in zip(error.faults, inside, strict=True))
        return None
