"""Failures told in the domain's words (失败讲成故事): what was done to an order, and a case to paste into the pack.

::

    from hotline12345.testing.telling import telling

    @given(lives())
    def test_no_reply_is_ever_due_on_a_sunday(life):
        with telling(life):
            assert ...

When Hypothesis has found the smallest life that fails, the error carries its story and a ``[[case]]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from attrs import fields

from hotline12345.core import commands as c
from hotline12345.core.actor import ROLE_ZH
from hotline12345.core.calendar import local
from hotline12345.core.cases import Case, outcome
from hotline12345.core.errors import HotlineError
from hotline12345.core.policy import Policy
from hotline12345.core.request import Kind, Request

from .orders import Life

_SAID = ("disposition", "category", "kind", "urgency", "limit", "due_day", "unit", "rule")


def story(life: Life, lang: str = "zh") -> str:
    """Return what happened to an order (工单经过), one line a step, as people of a hotline would tell it."""
    zh = lang == "zh"
    lines = [_received(life, zh)]
    for at, command, order in life.steps:
        name = c.command_name(type(command))
        roles = "、".join(sorted(ROLE_ZH[role] if zh else role.value for role in command.by.roles))
        unit = (
            f"（{command.by.unit}）" if zh and command.by.unit else f" ({command.by.unit})" if command.by.unit else ""
        )
        what = c.COMMAND_ZH[name] if zh else name
        became = order.status.zh if zh else order.status.value
        lines.append(f"{_moment(at)}  {roles}{unit} {what}{_given(command)} → {became}")
    return "\n".join([*lines, _now(life, zh)])


def _moment(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _received(life: Life, zh: bool) -> str:
    request = life.request
    kind = "" if request.kind is None else request.kind.zh if zh else request.kind.value
    parts = (kind, request.category, request.area, request.title, request.text)
    about = ("，" if zh else ", ").join(part for part in parts if part)
    head = f"诉求 {life.order.number} 收件" if zh else f"request {life.order.number} received"
    return f"{_moment(life.order.intake.received)}  {head}" + (
        f"：{about}" if zh and about else f": {about}" * bool(about)
    )


def _given(command: c.Command) -> str:
    """Return what a command says beside who gives it, where it differs from what is usual."""
    said = []
    for field in fields(type(command)):
        value = getattr(command, field.name)
        if field.name in ("by", "occurred", "ext") or value in (None, "", ()) or value == field.default:
            continue
        said.append(f"{field.name}={_plain(value)}")
    return f" [{' '.join(said)}]" if said else ""


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return _moment(value)
    return str(getattr(value, "zh", value))


def _now(life: Life, zh: bool) -> str:
    order = life.order
    due = order.citizen.deadline if order.citizen is not None else None
    at = "" if due is None or due.at is None else _moment(due.at)
    if zh:
        return (
            f"此时：{order.status.zh}" + (f"，{order.holder} 承办" * bool(order.holder)) + (f"，到期 {at}" * bool(at))
        )
    held = f", held by {order.holder}" * bool(order.holder)
    return f"now: {order.status.value}{held}" + (f", due {at}" * bool(at))


def as_case(policy: Policy, request: Request, what: str = "", source: str = "") -> str:
    """Return a ``[[case]]`` (用例) to paste into a pack: what *request* gives, and what comes of it now.

    What comes of it is what the rules say today; where that is wrong, write down what it should be, and mend the
    rules until the case passes.
    """
    given: dict[str, Any] = {"title": request.title, "text": request.text, "channel": request.channel}
    given |= {"area": request.area, "level": request.level, "line": request.line, "received": request.received}
    words = bool(request.title or request.text)
    if not words:
        given |= {"kind": request.kind, "category": request.category}
    expected = _comes_of(policy, request, words)
    if given["channel"] == "phone":
        del given["channel"]
    head = {"what": what or (request.title or request.text or request.category or "?")[:30], "source": source}
    rows = [f"{key} = {_toml(value)}" for key, value in (head | given | expected).items() if value not in (None, "")]
    return "\n".join(["[[case]]", *rows]) + "\n"


def _comes_of(policy: Policy, request: Request, words: bool) -> dict[str, Any]:
    asked = {"unit": "", "rule": ""} if policy.routes is not None else {}
    case = Case(
        "?",
        title=request.title,
        text=request.text,
        channel=request.channel,
        area=request.area,
        received=request.received,
        kind=None if words else request.kind,
        category="" if words else request.category,
        level=request.level,
        line=request.line,
        expected=asked,
    )
    try:
        found = outcome(policy, case)
    except HotlineError:
        return {"limit": "none"}  # nothing comes of it: the author says what should
    if found.get("disposition", "accept") != "accept":
        return {key: found[key] for key in ("disposition", "to") if found.get(key)}
    return {key: found[key] for key in _SAID if found.get(key) is not None}


def _toml(value: Any) -> str:
    if isinstance(value, Kind):
        return f'"{value.zh}"'
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    text = str(getattr(value, "value", value))
    quoted = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{quoted}"'


@contextmanager
def telling(life: Life, lang: str = "zh") -> Iterator[None]:
    """Let a failure inside tell the life's story and the case it makes (失败时讲出经过与用例)."""
    try:
        yield
    except Exception as error:
        head = "经过：" if lang == "zh" else "what happened:"
        paste = "可贴入政策包的用例：" if lang == "zh" else "a case to paste into the pack:"
        error.add_note(f"{head}\n{story(life, lang)}\n\n{paste}\n{as_case(life.policy, life.request)}")
        raise
