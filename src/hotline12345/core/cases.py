"""Golden cases (用例): what a pack's authors say must come out, and what does.

A case is run through the same code as an order: text through ``decide``, times through the policy's own
deadline, categories through its routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .calendar import local
from .errors import Fault, HotlineError
from .request import Kind, Urgency
from .sla import Stage

if TYPE_CHECKING:
    from .policy import Policy

DISPOSED = ("accept", "emergency", "legal", "petition", "channel", "decline", "explain", "dissuade")
"""How a request can be disposed of in a case (处置方式)."""
ROUTED = frozenset({"unit", "rule", "assist", "copy"})
"""What a case can expect of dispatching (派单的期望)."""
_SOME_TIME = datetime(2026, 6, 1, 9, 0, tzinfo=timezone(timedelta(hours=8)))


@frozen(weakref_slot=False)
class Case:
    """One golden case (用例): what is given, and what is ``expected`` by name.

    With ``text`` or ``title`` the request is received and accepted; with ``figures`` these are scored; otherwise the
    policy is asked by ``kind``, ``category``, ``urgency``, ``channel``, ``level``, ``line`` and ``stage`` directly.
    """

    what: str
    file: str = ""
    table: str = ""
    text: str = ""
    title: str = ""
    channel: str = ""
    area: str = ""
    received: datetime | None = None
    stage: Stage = Stage.HANDLE
    kind: Kind | None = None
    category: str = ""
    urgency: Urgency | None = None
    expected: Mapping[str, Any] = field(factory=dict)
    source: str = ""
    level: str = ""
    line: str = ""
    figures: Mapping[str, Any] | None = None  # what a city counted; total and earned are what they come to
    lacks: tuple[str, ...] = ()  # elements of the record that nobody said


def run_cases(policy: Policy) -> tuple[Fault, ...]:
    """Run every case of *policy* (跑用例).

    Returns:
        One ``failing-case`` fault for each case that does not come out as expected; empty when all do.
    """
    return tuple(fault for case in policy.cases if (fault := run_case(policy, case)) is not None)


def run_case(policy: Policy, case: Case) -> Fault | None:
    """Run one case (跑一个用例); ``None`` when it comes out as expected."""
    try:
        found = outcome(policy, case)
    except HotlineError as error:
        return _failing(case, f"出错：{error.message('zh')}", f"error: {error.message('en')}")
    wrong = [key for key, wanted in case.expected.items() if not _fits(key, wanted, found.get(key))]
    if not wrong:
        return None
    zh = "；".join(f"{key} 应为 {_shown(case.expected[key])}，实为 {_shown(found.get(key))}" for key in wrong)
    en = "; ".join(f"{key} should be {_shown(case.expected[key])}, is {_shown(found.get(key))}" for key in wrong)
    return _failing(case, zh, en)


def _failing(case: Case, zh: str, en: str) -> Fault:
    hint = "改正规则或用例 / mend the rule or the case"
    return Fault(
        "failing-case", f"「{case.what}」{zh}", f"{case.what!r}: {en}", case.file, case.table, "what", hint=hint
    )


def _fits(key: str, wanted: Any, found: Any) -> bool:
    if key == "category":  # a case may name the beginning of a path
        return (str(found) + "/").startswith(f"{wanted}/")
    if key in ("assist", "copy"):  # in whatever order
        return set(found or ()) == set(wanted)
    if key == "total" and wanted == "none":
        return found is None
    return bool(wanted == found)


def _shown(value: Any) -> str:
    if value in (None, "", ()):
        return "—"
    if isinstance(value, Kind | Urgency):
        return str(value.value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple):
        return "、".join(value)
    return str(value.isoformat()) if isinstance(value, date) else str(value)


def outcome(policy: Policy, case: Case) -> dict[str, Any]:
    """Return what comes of what a case gives (用例结果), by the names that cases expect by.

    Raises:
        HotlineError: whatever the same request would be refused with.
    """
    if case.figures is not None:
        return _scored(policy, case)
    kind, category, urgency, area = case.kind, case.category, case.urgency, case.area
    found: dict[str, Any] = {}
    if case.text or case.title or not {"disposition", "to", "type"}.isdisjoint(case.expected):
        found |= _accepted(policy, case)
        kind, category = found["kind"], found["category"]
        urgency = found.get("urgency", urgency)
    rule = policy.limit(case.stage, kind, category, urgency, case.channel, case.level, case.line)
    found["limit"] = str(rule.limit) if rule is not None and rule.limit is not None else "none"
    if case.received is not None:
        due = policy.due(kind, case.received, case.stage, category, urgency, case.channel, case.level, case.line)
        found |= {"due_day": due.due_day, "at": due.at, "provisional": due.provisional}
    line = policy.line(case.line)
    if line is not None and line.unit:
        found |= {"unit": line.unit, "rule": f"line.{line.code}"}
    elif policy.routes is not None and not ROUTED.isdisjoint(case.expected):
        routes = policy.routes.on(local(case.received).date()) if case.received is not None else policy.routes
        route = routes.route(category, area, kind)
        found |= {"unit": route.unit, "rule": route.rule, "assist": route.assist, "copy": route.copies}
    return found


def _scored(policy: Policy, case: Case) -> dict[str, Any]:
    from .scoring import ScoreRules, read_figures, score_figures

    rules = policy.scoring or ScoreRules()
    found = score_figures(rules, read_figures(rules, case.figures))
    earned = {part.metric: part.earned for part in found.components if part.earned is not None}
    wanted = case.expected.get("earned", {})  # a case may look at some of the components only
    return {
        "total": found.total,
        "earned": {metric: earned.get(metric) for metric in wanted},
        "grade": found.grade.code if found.grade is not None else "",
    }


def _accepted(policy: Policy, case: Case) -> dict[str, Any]:
    """Receive and accept the case's request, and tell what the events say."""
    from . import commands as c
    from . import events as e
    from .actor import Actor, Role
    from .decide import decide
    from .evolve import fold
    from .request import Request

    line = policy.line(case.line)
    by = Actor("", line.takes if line is not None else "", frozenset({Role.AGENT, Role.DISPATCHER}))
    at = case.received or _SOME_TIME
    request = Request(
        at,
        case.title,
        case.text,
        kind=case.kind,
        category=case.category,
        area=case.area,
        channel=case.channel or "phone",
        level=case.level,
        line=case.line,
    )
    order = fold(decide(policy, None, c.Receive(by, request, policy.place, "CASE"), at))
    given = (case.kind, case.category, case.area, case.urgency)
    wanted = c.Accept(by, *given, title=case.title, text=case.text, lacks=case.lacks)
    found: dict[str, Any] = {"kind": case.kind, "category": case.category, "disposition": "", "to": ""}
    for event in decide(policy, order, wanted, at):
        noticed = getattr(event, "findings", ())
        found |= {
            "type": next((one.code[5:] for one in noticed if one.code.startswith("type.")), found.get("type", ""))
        }
        if isinstance(event, e.Accepted):
            found |= {"kind": event.kind, "category": event.category, "urgency": event.urgency}
            found["disposition"] = "accept"
        elif isinstance(event, e.Referred):
            found |= {"kind": event.kind, "category": event.category, "disposition": event.route, "to": event.to}
            if event.route == "emergency":
                found["urgency"] = Urgency.EMERGENCY
        elif isinstance(event, e.Declined):
            found |= {"kind": event.kind, "category": event.category, "disposition": event.how}
    return found
