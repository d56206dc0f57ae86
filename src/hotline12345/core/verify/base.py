"""What all checks share (核验公用): how a finding is made, and which of two limits ends first on a real calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ..calendar import CST
from ..errors import CalendarError, Fault
from ..policy import Policy
from ..sla import TimeLimit, Unit

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_YEARS = 2
"""How far back from the end of what the calendar knows days are tried: two years hold every feast twice."""
_MORNING = time(9, 30, tzinfo=CST)


def found(code: str, zh: str, en: str, table: str, key: str = "", hint: str = "", severity: str = "warning") -> Fault:
    """Return a finding (核验发现); *key* names the rule it is about, and the pack's reader puts it to its line."""
    return Fault(code, zh, en, table=table, key=key, severity=severity, hint=hint)


def starts(policy: Policy) -> tuple[datetime, ...]:
    """Return the instants at which limits are tried: every morning of the last two years the calendar knows."""
    last = policy.calendar.known_until
    first = date(last.year - _YEARS + 1, 1, 1)
    span = (last - first).days - 60  # what starts later would be due where nothing is known
    return tuple(datetime.combine(first + n * _DAY, _MORNING) for n in range(span))


def end_of(policy: Policy, stages: tuple[TimeLimit, ...], start: datetime) -> datetime | None:
    """Return when *stages*, one after the other, end; ``None`` where the calendar cannot tell."""
    at: datetime | None = start
    for number, limit in enumerate(stages):
        if at is None:
            return None
        # What is due at the midnight that ends a day is done on that day, and the next stage counts from there.
        begin = at - _INSTANT if number and limit.unit in (Unit.DAYS, Unit.WORKING_DAYS) else at
        try:
            at = policy.after(limit, begin).at
        except CalendarError:
            return None
    return at


def outlasts(policy: Policy, stages: tuple[TimeLimit, ...], whole: TimeLimit) -> datetime | None:
    """Return the first start on which *stages*, one after the other, end no sooner than *whole* does.

    Where units differ (working days against days or hours) there is no telling without a calendar, so the place's
    own is asked for two years: the worst day counts, and is told.
    """
    if len({limit.unit for limit in (*stages, whole)}) == 1 and len(stages) == 1:
        return _at_all(policy) if stages[0].amount >= whole.amount else None
    for start in starts(policy):
        first, last = end_of(policy, stages, start), end_of(policy, (whole,), start)
        if first is not None and last is not None and first >= last:
            return start
    return None


def _at_all(policy: Policy) -> datetime:
    return starts(policy)[0]


def example(policy: Policy, stages: tuple[TimeLimit, ...], whole: TimeLimit, start: datetime) -> tuple[str, str]:
    """Return the day for which a finding holds, in words: when it starts, and when either ends."""
    first, last = end_of(policy, stages, start), end_of(policy, (whole,), start)
    one, two = (f"{at.astimezone(CST):%Y-%m-%d %H:%M}" if at is not None else "—" for at in (first, last))
    day = start.date()
    return f"（如 {day} 起算：{one} 对 {two}）", f" (from {day}, say: {one} against {two})"
