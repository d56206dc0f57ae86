"""Orders for tests (测试用工单): a small set of rules, one actor a role, and a life that is driven by hand.

::

    from hotline12345.core import commands as c
    from hotline12345.testing.orders import HANDLER, Life

    life = Life().take("signed")
    life.do(c.Reply(HANDLER, solved=True))
    assert life.order.status.value == "replied"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hotline12345.core import commands as c
from hotline12345.core.actor import Actor, Role
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.decide import decide
from hotline12345.core.events import Event
from hotline12345.core.evolve import fold
from hotline12345.core.order import Order, Status
from hotline12345.core.policy import LimitRule, Policy
from hotline12345.core.request import Kind, Request
from hotline12345.core.sla import Stage, TimeLimit

AT = datetime(2026, 9, 28, 10, tzinfo=CST)
"""A Monday before the National-day week; the day of vector TV-01."""
PLACE = "210100"
HOUR = timedelta(hours=1)

ACTORS: dict[Role, Actor] = {
    role: Actor(role.value, "u1" if role in (Role.HANDLER, Role.UNIT_HEAD) else "centre", frozenset({role}))
    for role in Role
}
"""One actor for each role; those who handle belong to the unit ``u1``."""
AGENT, DISPATCHER, HANDLER = ACTORS[Role.AGENT], ACTORS[Role.DISPATCHER], ACTORS[Role.HANDLER]
REVIEWER, CALLER, ADMIN = ACTORS[Role.REVIEWER], ACTORS[Role.CALLER], ACTORS[Role.ADMIN]
SUPERVISOR, SYSTEM, REQUESTER = ACTORS[Role.SUPERVISOR], ACTORS[Role.SYSTEM], ACTORS[Role.REQUESTER]


def of_unit(unit: str, role: Role = Role.HANDLER) -> Actor:
    """Return somebody of *unit* (某单位的经办人)."""
    return Actor("somebody", unit, frozenset({role}))


def limit(text: str, stage: Stage = Stage.HANDLE, **more: Any) -> LimitRule:
    """Return a limit for tests, *text* as :meth:`TimeLimit.parse` reads it."""
    return LimitRule(stage, TimeLimit.parse(text), "test", **more)


LIMITS = (limit("5wd"), limit("1wd", Stage.SIGN), limit("2wd", Stage.REVIEW), limit("3wd", Stage.FOLLOW_UP))


def small_policy(**changes: Any) -> Policy:
    """Return a small set of rules (小办法): five working days to handle, one to sign; *changes* replace fields."""
    given: dict[str, Any] = {
        "pack": "test",
        "place": PLACE,
        "edition": "2026-01-01",
        "title": "test",
        "effective": date(2026, 1, 1),
        "calendar": WorkCalendar.china(),
        "limits": LIMITS,
    }
    return Policy(**(given | changes))


class Life:
    """The life of one order (工单的一生): every command goes through ``decide``, every event is kept in ``log``."""

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        at: datetime = AT,
        request: Request | None = None,
        number: str = "1",
        **receive: Any,
    ) -> None:
        self.policy = policy or small_policy()
        self.at = at
        request = request or Request(at, kind=Kind.COMPLAINT, category="城乡建设/物业管理", area="210102")
        self.request = request
        self.log: list[Event] = []
        self.log += decide(self.policy, None, c.Receive(AGENT, request, self.policy.place, number, **receive), at)
        self.order: Order = fold(self.log)
        self.steps: list[tuple[datetime, c.Command, Order]] = []

    def do(self, command: c.Command, at: datetime | None = None, ref: Any = None) -> tuple[Event, ...]:
        """Carry out *command* at *at*, by default an hour after the last; return the events."""
        now = at or self.at + HOUR
        events = decide(self.policy, self.order, command, now, ref)
        self.at = now
        self.log += events
        self.order = fold(events, self.order)
        self.steps.append((now, command, self.order))
        return events

    def take(self, *steps: str) -> Life:
        """Walk the way to a status by its name (走到某状态), each in turn from where the order is."""
        for step in steps:
            for command in WAYS[step]:
                self.do(command())
        return self


_TO_SIGNED: tuple[Callable[[], c.Command], ...] = (
    lambda: c.Accept(DISPATCHER),
    lambda: c.Dispatch(DISPATCHER, unit="u1"),
    lambda: c.Sign(HANDLER),
)
_TO_REVIEWED = (*_TO_SIGNED, lambda: c.Reply(HANDLER, solved=True), lambda: c.Review(REVIEWER))
_TO_CLOSED = (*_TO_REVIEWED, lambda: c.FollowUp(CALLER, solved=True, satisfied="satisfied"))

WAYS: Mapping[str, tuple[Callable[[], c.Command], ...]] = {
    Status.RECEIVED.value: (),
    Status.ACCEPTED.value: _TO_SIGNED[:1],
    Status.DISPATCHED.value: _TO_SIGNED[:2],
    Status.SIGNED.value: _TO_SIGNED,
    Status.DISPUTED.value: (*_TO_SIGNED, lambda: c.SendBack(HANDLER, "not-our-duty")),
    Status.REPLIED.value: _TO_REVIEWED[:4],
    Status.REVIEWED.value: _TO_REVIEWED,
    Status.FOLLOWING_UP.value: (*_TO_REVIEWED, lambda: c.FollowUp(CALLER, "unreachable")),
    Status.CLOSED.value: _TO_CLOSED,
    Status.ANSWERED.value: (lambda: c.Answer(AGENT),),
    Status.REFERRED.value: (lambda: c.Refer(AGENT, "legal"),),
    Status.DECLINED.value: (lambda: c.Decline(AGENT, "out-of-scope"),),
    Status.MERGED.value: (lambda: c.Merge(AGENT, "2"),),
    Status.WITHDRAWN.value: (lambda: c.Withdraw(REQUESTER),),
    Status.TERMINATED.value: (*_TO_SIGNED, lambda: c.Terminate(REVIEWER, "no-such-place")),
    Status.VOID.value: (lambda: c.Void(ADMIN, "test-call"),),
    Status.ARCHIVED.value: (*_TO_CLOSED, lambda: c.Archive(ADMIN)),
}
"""The commands that lead from RECEIVED to each status."""
