"""From dispatch to close (办理): sign, send back, work, extend, reply, review, call back, reopen."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import simpy

from ..core import commands as c
from ..core.actor import Actor, Role
from ..core.errors import CommandError
from ..core.order import Order, Status
from ..core.sla import TimeLimit
from .agents import DISPATCHER, unit_actor
from .staff import hours_for
from .streams import Weights

if TYPE_CHECKING:
    from .city import Case, City, Steps

REVIEWER = Actor("", "", frozenset({Role.REVIEWER}))
CALLER = Actor("", "", frozenset({Role.CALLER}))
REQUESTER = Actor("", "", frozenset({Role.REQUESTER}))
Waits = Generator[simpy.Event, Any, bool]
SOFT_DAYS = 10
"""Orders without a limit are worked as if due in so many days, or they would wait for ever."""


def handle(city: City, case: Case) -> Steps:
    """Take a dispatched order to its end."""
    going = yield from _at_a_unit(city, case)
    work = _seconds(city, case)
    while going:
        going = yield from _worked(city, case, work)
        if not going:
            return
        again = yield from _after_reply(city, case)
        if again == "":
            return
        work = _seconds(city, case) * (0.3 if again == "review" else 0.6)
        if again == "reopen":
            going = yield from _at_a_unit(city, case)


def _seconds(city: City, case: Case) -> float:
    call = case.call
    kind = call.kind.value if call.kind is not None else "unclear"
    return city.streams.lognormal(hours_for(call.topic, kind) * 3600, 0.7, "work", call.id)


def _unit(case: Case) -> str:
    return case.order.holder if case.order is not None else ""


# ── whose it is ──


def _at_a_unit(city: City, case: Case) -> Waits:
    """Sign, or send back and be told whose it is; returns False where the days end first."""
    for turn in range(4):
        unit, begin, entity = _unit(case), city.env.now, f"{case.call.id}.{case.redo}.{turn}"
        wait = city.working(city.scenario.behaviour.sign_hours, "sign", entity)
        if wait is None:
            return False
        yield wait
        case.spent("sign", unit, begin, city.env.now)
        if turn == 0 and case.redo == 0 and _sends_back(city, case, unit):
            decided = yield from _dispute(city, case, unit)
            if not decided:
                return False
            continue
        order = case.order
        if order is not None and order.status is Status.DISPATCHED and city.policy.flow.sign:
            city.do(case, c.Sign(unit_actor(unit)))
        return True
    return True


def _sends_back(city: City, case: Case, unit: str) -> bool:
    behaviour, right = city.scenario.behaviour, _right_unit(city, case)
    share = behaviour.misrouted_sent_back if right not in ("", unit) else behaviour.sent_back
    if not city.streams.happens(share, "send-back", case.call.id):
        return False
    try:
        city.do(case, c.SendBack(unit_actor(unit), reason="not-our-duty"))
    except CommandError:
        return False  # the rules do not let them
    return True


def _right_unit(city: City, case: Case) -> str:
    routes, topic = city.policy.routes, case.call.topic
    return routes.route(topic.category, case.call.area).unit if routes is not None and topic is not None else ""


def _dispute(city: City, case: Case, unit: str) -> Waits:
    """Let the centre say whose it is: the unit it should have gone to, the area's government, or the same one."""
    begin, behaviour = city.env.now, city.scenario.behaviour
    wait = city.working(behaviour.adjudicate_hours, "adjudicate", case.call.id)
    if wait is None:
        return False
    yield wait
    right = _right_unit(city, case)
    decision, to = "designate", unit
    if right not in ("", unit):
        decision, to = "reassign", right
    elif city.streams.happens(behaviour.reassigned, "reassign", case.call.id):
        government = _government(city, case)
        if government not in ("", unit):
            decision, to = "reassign", government
    city.do(case, c.Adjudicate(DISPATCHER, decision=decision, unit=to, basis="library default"))
    case.spent("dispute", unit, begin, city.env.now)
    return True


def _government(city: City, case: Case) -> str:
    routes, area = city.policy.routes, case.call.area
    if routes is None or not area:
        return ""
    return area if any(unit.code == area for unit in routes.units) else ""


# ── the work ──


def _worked(city: City, case: Case, seconds: float) -> Waits:
    """Wait for the unit's people, for third parties, and reply; returns False where it does not come to that."""
    unit = _unit(case)
    desk, began = city.desk(unit), city.env.now
    job = case.job = desk.add(_number(case), seconds, _pressed_by(city, case))
    if not case.jobs:
        _beside(city, case)
    done = yield job.done
    case.job = None
    case.jobs.append((unit, job, int(city.env.now)))
    case.spent("desk", unit, began, city.env.now)
    if not done:
        return False
    begin = city.env.now
    entity = f"{case.call.id}.{case.redo}.{len(case.jobs)}"
    wait = city.working(city.scenario.behaviour.third_party_hours, "third-party", entity)
    if wait is None:
        return False
    yield wait
    case.spent("third-party", unit, begin, city.env.now)
    if case.order is None or case.order.holder != unit:
        return False
    solved = city.streams.happens(city.scenario.behaviour.solved, "solved", f"{case.call.id}.{case.redo}")
    order = city.do(case, c.Reply(unit_actor(unit), solved=solved, reason="" if solved else "explained"))
    return order.is_open


def _number(case: Case) -> str:
    return case.order.number if case.order is not None else ""


def _pressed_by(city: City, case: Case) -> float:
    """Return what presses the unit, in seconds: its own limit on a redo, else the citizen's."""
    order = case.order
    assert order is not None
    lead = order.lead
    own = lead.handle.deadline.at if lead is not None and lead.handle is not None else None
    citizen = order.citizen.deadline.at if order.citizen is not None else None
    due = own if case.redo and own is not None else citizen or own
    return city.seconds(due or order.intake.received + timedelta(days=SOFT_DAYS))


def _beside(city: City, case: Case) -> None:
    """Start what may happen until the reply: a request for more time, a withdrawal.

    Both look at whether there is a reply and not at whose desk it is on, so that working faster only takes the
    occasion away from orders that are answered by then.
    """
    entity, behaviour = case.call.id, city.scenario.behaviour
    if city.streams.happens(behaviour.withdrawn, "withdraw", entity):
        city.env.process(_withdraws(city, case))
    if behaviour.extensions and city.streams.happens(behaviour.extension_asked, "extend", entity):
        city.env.process(_extends(city, case))


def _unanswered(case: Case) -> bool:
    order = case.order
    return order is not None and order.status in (Status.DISPATCHED, Status.SIGNED) and order.counts.reopened == 0


def _withdraws(city: City, case: Case) -> Steps:
    wait = city.working(6, "withdraw.when", case.call.id)
    if wait is None:
        return
    yield wait
    if case.order is None or not _unanswered(case):
        return
    # Others may have been merged into it since: it goes on for them without its first requester.
    if city.hotline.order(case.order.number).intake.marks.joined:
        city.do(case, c.Supplement(REQUESTER))
        return
    city.do(case, c.Withdraw(REQUESTER, reason="settled"))
    if case.job is not None:
        city.desk(case.job.unit).take_away(case.job)


def _extends(city: City, case: Case) -> Steps:
    """Ask for more time on the morning of the last day, where there is no reply by then."""
    for turn in range(city.scenario.behaviour.extensions):
        order = case.order
        own = order.lead.handle if order is not None and order.lead is not None else None
        limit, at = (own.deadline.limit, own.deadline.at) if own is not None else (None, None)
        if limit is None or at is None:
            return
        asks = city.hours.after(city.seconds(at) - 86_400, 1)
        if asks is None or asks <= city.env.now or asks >= city.seconds(at):
            return
        yield city.env.timeout(asks - city.env.now)
        if not _unanswered(case):
            return
        try:
            yield from _asks(city, case, limit, f"{case.call.id}.{turn}")
        except CommandError:
            return  # asked too late, too often, or answered meanwhile
        if case.job is not None:
            city.desk(case.job.unit).moved(case.job, _pressed_by(city, case))


def _asks(city: City, case: Case, limit: TimeLimit, entity: str) -> Steps:
    """Ask for an extension as long as the rules allow, and wait for whoever decides."""
    rule, unit, behaviour = city.policy.extension, _unit(case), city.scenario.behaviour
    amount = rule.longest if rule.longest is not None else TimeLimit(max(1, min(limit.amount, 5)), limit.unit)
    city.do(case, c.Extend(unit_actor(unit), amount, reason="complex"))
    if rule.approver == "none":
        return
    wait = city.working(behaviour.approve_hours, "approve", entity)
    if wait is None:
        return
    yield wait
    granted = city.streams.happens(behaviour.extension_granted, "grant", entity)
    by = unit_actor(unit, head=True) if rule.approver == "unit-head" else DISPATCHER
    city.do(case, c.GrantExtension(by, granted=granted, reason="" if granted else "no-ground"))


# ── after the reply ──


def _after_reply(city: City, case: Case) -> Generator[simpy.Event, Any, str]:
    """Review and call back; returns ``review`` or ``reopen`` where the unit must work again, else ""."""
    entity = f"{case.call.id}.{len(case.jobs)}"
    order = case.order
    if order is not None and order.status is Status.REPLIED:
        begin = city.env.now
        wait = city.working(city.scenario.behaviour.review_hours, "review", entity)
        if wait is None:
            return ""
        yield wait
        case.spent("review", "", begin, city.env.now)
        failed = city.streams.happens(city.scenario.behaviour.review_failed, "review.failed", entity)
        order = city.do(case, c.Review(REVIEWER, passed=not failed, reason="incomplete" if failed else ""))
        if failed:
            return "review"
    if order is None or not order.is_open:
        return ""
    again = yield from _follow_up(city, case)
    return "reopen" if again else ""


def _follow_up(city: City, case: Case) -> Waits:
    """Call back (回访) until somebody answers or the attempts are used up; returns True when it is to be done again."""
    behaviour, outcome = city.scenario.behaviour, "unreachable"
    order: Order | None = None
    for attempt in range(max(behaviour.attempts, 1)):
        entity = f"{case.call.id}.{case.redo}.{attempt}"
        wait = city.working(behaviour.follow_up_hours, "follow-up", entity, 0.3)
        if wait is None:
            return False
        yield wait
        outcome = _outcome(city, entity)
        order = city.do(case, _asked(city, case, outcome))
        if outcome != "unreachable":
            break
    if order is None or not order.is_open:
        return False
    if outcome == "reached" and order.status is Status.FOLLOWING_UP and _reopens(city, case):
        case.redo += 1
        return True
    city.do(case, c.Close(CALLER, reason="explained" if outcome == "reached" else outcome))
    return False


def _outcome(city: City, entity: str) -> str:
    b = city.scenario.behaviour
    reached = max(0.0, 1 - b.unreachable - b.refused - b.disputed)
    weights = {"reached": reached, "unreachable": b.unreachable, "refused": b.refused, "disputed": b.disputed}
    return city.streams.choose(Weights(weights), "outcome", entity)


def _asked(city: City, case: Case, outcome: str) -> c.FollowUp:
    """Say what the requester says: solved as the unit made it, content if solved, less so when it came late."""
    if outcome != "reached":
        return c.FollowUp(CALLER, outcome=outcome)
    b, entity = city.scenario.behaviour, f"{case.call.id}.{case.redo}"
    solved = city.streams.happens(b.solved, "solved", entity)
    late = case.order is not None and case.order.on_time is False
    share = (b.satisfied if solved else b.satisfied_unsolved) - (b.late_penalty if late else 0.0)
    happy = city.streams.happens(share, "satisfied", entity)
    levels = [level for level, counts in city.policy.satisfied_levels.items() if counts is happy]
    # The middle of the scale is what most people choose.
    level = levels[min(1, len(levels) - 1) if happy else 0] if levels else ""
    return c.FollowUp(CALLER, outcome=outcome, solved=solved, satisfied=level)


def _reopens(city: City, case: Case) -> bool:
    b, entity = city.scenario.behaviour, f"{case.call.id}.{case.redo}"
    if case.redo >= b.reopenings or not city.streams.happens(b.reopened, "reopen", entity):
        return False
    try:
        city.do(case, c.Reopen(CALLER, reason="unsolved"))
    except CommandError:
        return False  # reopened as often as the rules allow
    return True
