"""Count what a replay left behind (重放统计), from the orders and the records in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ..core.calendar import local
from ..core.codec import decode
from ..core.errors import Fault
from ..core.events import Accepted, Dispatched, FellOverdue, Referred
from ..core.order import Order
from ..core.policy import Policy
from ..core.request import Kind
from ..core.sla import Stage, elapsed_working_days
from .result import ReplayResult

if TYPE_CHECKING:
    from .run import Replay

UNCLEAR = "(未归类)"
_PAGE = 1000
_WANTED = frozenset({"Accepted", "Dispatched", "FellOverdue", "Referred"})


@define
class _Told:
    """What the log says of one order beyond its state."""

    events: int = 0
    accepted: Accepted | None = None
    dispatched: Dispatched | None = None
    referred: Referred | None = None
    overdue: bool = False


@define
class _Counts:
    """What is counted over all orders."""

    by: dict[str, Counter[str]] = field(
        factory=lambda: {name: Counter() for name in ("kind", "category", "unit", "rule", "status", "area")}
    )
    suggestions: Counter[str] = field(factory=Counter)
    latencies: list[int] = field(factory=list)
    on_time: int = 0
    late: int = 0
    open: int = 0
    no_limit: int = 0
    provisional: int = 0
    overdue: int = 0
    needs_person: int = 0
    events: int = 0
    example: Order | None = None


def tally(run: Replay, kind: Kind | None, detail: bool) -> ReplayResult:
    """Return what *run* came to, and order by order if *detail*."""
    policy, counts = run.policy, _Counts()
    told = _log(run, detail)
    rows = []
    for number in sorted(run.parsed):
        order, says = run.hotline.order(number, known=True), told[number]
        verdict = _count(policy, counts, order, says)
        if detail:
            rows.append(_row(run.parsed[number].line, order, says, verdict))
    times = [order.request.received for order in run.parsed.values() if order.request is not None]
    by = {name: _sorted(counter) for name, counter in counts.by.items()}
    return ReplayResult(
        pack=policy.pack,
        edition=policy.edition,
        place=run.hotline.place,
        kind=kind.value if kind is not None else "",
        disposition=run.disposition,
        rows=run.rows,
        received=len(run.parsed),
        refused=tuple(sorted(run.refused, key=lambda refused: refused.line)),
        events=counts.events,
        first=local(min(times)).isoformat() if times else "",
        last=local(max(times)).isoformat() if times else "",
        by_kind=by["kind"],
        by_category=by["category"],
        by_unit=by["unit"],
        by_rule=by["rule"],
        by_status=by["status"],
        by_area=by["area"],
        to_centre=counts.by["unit"][policy.centre],
        on_time=counts.on_time,
        late=counts.late,
        open=counts.open,
        no_limit=counts.no_limit,
        provisional=counts.provisional,
        overdue=counts.overdue,
        needs_person=counts.needs_person,
        median_working_days=median(counts.latencies) if counts.latencies else None,
        suggestions=_sorted(counts.suggestions),
        unit_names={unit: policy.unit_name(unit) for unit in by["unit"] if unit},
        example=_explained(policy, counts.example) if counts.example is not None else None,
        notes=(*run.notes, *_notes(run, counts)),
        orders=tuple(rows),
    )


def _log(run: Replay, detail: bool) -> dict[str, _Told]:
    """Read every history once, without hits where nobody asks for them.

    Not by the feed: somebody else's transaction on a server may hold back what was written just now.
    """
    told = {number: _Told() for number in run.parsed}
    store, place, numbers = run.hotline.store, run.hotline.place, [*told]
    for start in range(0, len(numbers), _PAGE):
        histories = store.streams(place, numbers[start : start + _PAGE])
        for record in chain.from_iterable(histories.values()):
            says = told[record.number]
            says.events += 1
            if record.kind not in _WANTED:
                continue
            data = record.data
            if not detail and "hits" in data:
                data = {key: value for key, value in data.items() if key != "hits"}
            event = decode(record.kind, data, record.schema)
            if isinstance(event, Accepted):
                says.accepted = event
            elif isinstance(event, Dispatched):
                says.dispatched = says.dispatched or event
            elif isinstance(event, FellOverdue):
                says.overdue = says.overdue or event.clock == "citizen"
            elif isinstance(event, Referred):
                says.referred = event
    return told


def _count(policy: Policy, counts: _Counts, order: Order, says: _Told) -> str:
    topic, first, status = order.topic, says.dispatched, order.status.value
    by = counts.by
    by["kind"][order.kind.value if order.kind is not None else ""] += 1
    by["category"][order.category or UNCLEAR] += 1
    by["unit"][first.unit if first is not None else order.outcome.to] += 1
    by["rule"][first.rule if first is not None else status] += 1
    by["status"][status] += 1
    by["area"][order.area] += 1
    counts.events += says.events
    counts.overdue += says.overdue
    counts.needs_person += topic is not None and topic.needs_person
    for code in sorted({finding.code for finding in says.accepted.findings} if says.accepted is not None else ()):
        counts.suggestions[code] += 1
    deadline = order.citizen.deadline if order.citizen is not None else None
    due = deadline.at if deadline is not None else None
    counts.provisional += deadline is not None and deadline.provisional
    counts.no_limit += due is None
    replied = order.outcome.replied
    if replied is None:
        counts.open += 1
        return "open"
    counts.latencies.append(elapsed_working_days(policy.calendar, order.intake.received, replied))
    if due is not None and replied >= due:
        counts.late += 1
        counts.example = counts.example or order
        return "late"
    counts.on_time += 1
    return "on-time"


def _row(line: int, order: Order, says: _Told, verdict: str) -> dict[str, Any]:
    accepted, first = says.accepted, says.dispatched
    deadline = order.citizen.deadline if order.citizen is not None else None
    replied = order.outcome.replied
    return {
        "line": line,
        "ref": order.intake.reference,
        "number": order.number,
        "status": order.status.value,
        "kind": order.kind.value if order.kind is not None else "",
        "category": order.category,
        "area": order.area,
        "confidence": accepted.confidence if accepted is not None else None,
        "needs_person": bool(accepted is not None and accepted.needs_person),
        "hits": sorted({hit.rule for hit in accepted.hits if not hit.negated}) if accepted is not None else [],
        "suggestions": [f.code for f in accepted.findings] if accepted is not None else [],
        "unit": first.unit if first is not None else order.outcome.to,
        "rule": first.rule if first is not None else order.status.value,
        "route_basis": first.basis if first is not None else (says.referred.basis if says.referred else ""),
        "received": local(order.intake.received).isoformat(),
        "due_day": deadline.due_day.isoformat() if deadline is not None and deadline.due_day else None,
        "at": deadline.at.isoformat() if deadline is not None and deadline.at else None,
        "provisional": bool(deadline is not None and deadline.provisional),
        "basis": deadline.basis if deadline is not None else "",
        "replied": local(replied).isoformat() if replied is not None else None,
        "verdict": verdict,
    }


def _explained(policy: Policy, order: Order) -> dict[str, Any]:
    """Explain the deadline of *order*, day by day, to the article."""
    topic, citizen = order.topic, order.citizen
    assert topic is not None
    assert citizen is not None
    told = policy.explain_due(
        order.kind, citizen.deadline.start, Stage.HANDLE, order.category, topic.urgency, order.intake.channel
    )
    replied = order.outcome.replied
    due = citizen.deadline
    return {
        "number": order.number,
        "ref": order.intake.reference,
        "kind": order.kind.value if order.kind is not None else "",
        "category": order.category,
        "start": local(due.start).isoformat(),
        "due_day": due.due_day.isoformat() if due.due_day is not None else None,
        "at": due.at.isoformat() if due.at is not None else None,
        "replied": local(replied).isoformat() if replied is not None else None,
        "basis": due.basis,
        "counted": [
            {"day": day.day.isoformat(), "counts": day.counts, "why": day.why, "why_en": day.why_en}
            for day in told.counted
        ],
    }


def _notes(run: Replay, counts: _Counts) -> Iterable[Fault]:
    edition, pack = run.policy.edition, run.policy.pack
    yield Fault(
        "edition",
        f"全部按政策包 {pack} 的 {edition} 版办理：历史早于规则",
        f"every row is kept under edition {edition} of {pack}: the history is older than the rules",
        severity="note",
    )
    if run.early:
        lines = _some(run.early)
        yield Fault(
            "reply-before-receipt",
            f"{len(run.early)} 行的答复时间早于受理时间，按受理时答复计（行 {lines}）",
            f"{len(run.early)} rows reply before they were received; taken as replied at once (lines {lines})",
            severity="note",
        )
    if run.unheard:
        lines = _some(run.unheard)
        yield Fault(
            "reply-without-unit",
            f"{len(run.unheard)} 行的答复没有承办单位可以作出（已转出、已答复或已并单），计入 open（行 {lines}）",
            f"{len(run.unheard)} replies had no unit to give them (referred, answered or merged); counted as open "
            f"(lines {lines})",
            severity="note",
        )
    if counts.no_limit:
        yield Fault(
            "no-limit",
            f"{counts.no_limit} 件没有时限：已答复的计入 on_time，未答复的计入 open",
            f"{counts.no_limit} orders have no limit in any source: in on_time when replied, in open when not",
            severity="note",
        )


def _some(lines: list[int]) -> str:
    return ", ".join(str(line) for line in lines[:10]) + (" …" if len(lines) > 10 else "")


def _sorted(counter: Mapping[str, int]) -> dict[str, int]:
    """Return the counts, most first, equal ones by name."""
    return {name: counter[name] for name in sorted(counter, key=lambda name: (-counter[name], name)) if counter[name]}
