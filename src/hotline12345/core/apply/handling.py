"""Applying what is done about it (办理)."""

from __future__ import annotations

from .. import events as e
from ..order import NO_PENDING, Assignment, Clock, Clocks, Order, Outcome, Standing, Status, Verdict, order_of
from ..sla import Stage
from .acceptance import held, marked
from .base import all_closed, clock_of, handed, noted, onward, unasked


def signed(o: Order, event: e.Signed) -> Order:
    intake, version, status, _, topic, desks, clocks, counts, pending, outcome = o
    rows = []
    for a in desks:
        if a.task.id == event.assignment:
            handle = a.handle if event.handle is None else Clock(Stage.HANDLE, event.handle)
            a = Assignment(a.task, a.sign, handle, event.at)
            if a.task.role == "lead" and status is Status.DISPATCHED:
                status = Status.SIGNED
        rows.append(a)
    if event.citizen is not None:
        clocks = Clocks(Clock(Stage.HANDLE, event.citizen), clocks.stage, clocks.timing)
    return order_of((intake, version + 1, status, event.at, topic, tuple(rows), clocks, counts, pending, outcome))


def replied(o: Order, event: e.Replied) -> Order:
    if event.held:
        o = held(o, event)
    at, final = event.at, event.final
    unit, role = "", ""
    rows = []
    for a in o.assignments:
        task = a.task
        if task.id == event.assignment:
            unit, role = task.unit, task.role
            # The unit keeps the order until the review has passed; what it did for another is done.
            closed, why = (None, "") if final else (at, "replied")
            a = Assignment(task, a.sign, a.handle, a.signed, at, closed, why)
        rows.append(a)
    if not final:
        status = Status.SIGNED if role == "lead" else o.status
        return onward(o, event, assignments=tuple(rows), status=status, pending=unasked(o.pending, event.assignment))
    intake, version, _, _, topic, _, clocks, counts, _, outcome = o
    if outcome.reply is None:  # after a redo the first reply still says whether the citizen was answered in time
        outcome = Outcome(Standing(at, unit, event.solved, event.form, event.reason), outcome.verdict)
    elif event.form is not None or event.reason or outcome.reply.reason:
        outcome = Outcome(outcome.reply._replace(form=event.form, reason=event.reason), outcome.verdict)
    if event.review is not None or clocks.stage is not None:
        clocks = Clocks(clocks.citizen, clock_of(Stage.REVIEW, event.review), clocks.timing)
    return order_of((intake, version + 1, Status.REPLIED, at, topic, tuple(rows), clocks, counts, NO_PENDING, outcome))


def reviewed(o: Order, event: e.Reviewed) -> Order:
    intake, version, _, _, topic, _, clocks, counts, pending, outcome = o
    if event.follow_up is not None or clocks.stage is not None:
        clocks = Clocks(clocks.citizen, clock_of(Stage.FOLLOW_UP, event.follow_up), clocks.timing)
    if event.passed:
        closed = all_closed(o, event.at, "replied")
        return order_of(
            (intake, version + 1, Status.REVIEWED, event.at, topic, closed, clocks, counts, pending, outcome)
        )
    # A reply that was sent back does not stand: both clocks go on as if it had not come.
    rows = tuple(
        [
            Assignment(a.task, a.sign, a.handle, a.signed) if a.closed is None and a.task.role == "lead" else a
            for a in o.assignments
        ]
    )
    if counts.reopened == 0:
        outcome = Outcome(None, outcome.verdict)
    counts = counts._replace(reviews_failed=counts.reviews_failed + 1)
    return onward(o, event, status=Status.SIGNED, assignments=rows, clocks=clocks, outcome=outcome, counts=counts)


def followed_up(o: Order, event: e.FollowedUp) -> Order:
    if event.caller and event.outcome == "unreachable":
        return noted(o, event)
    if event.caller:  # the verdict is that of the order's own requester
        return marked(o, event, called=(*o.intake.marks.called, event.caller))
    intake, version, _, _, topic, rows, clocks, counts, pending, outcome = o
    verdict = Verdict(event.outcome, event.solved, event.satisfied, event.attempt, event.at, event.attitude)
    outcome = Outcome(outcome.reply, verdict)
    if event.outcome == "reached" and clocks.stage is not None:
        clocks = Clocks(clocks.citizen, None, clocks.timing)
    return order_of((intake, version + 1, Status.FOLLOWING_UP, event.at, topic, rows, clocks, counts, pending, outcome))


def judged(o: Order, event: e.Judged) -> Order:
    verdict = o.outcome.verdict
    if verdict is None:
        return noted(o, event)
    return onward(o, event, outcome=o.outcome._replace(verdict=verdict._replace(reasonable=event.reasonable)))


def rated(o: Order, event: e.Rated) -> Order:
    if event.contact is None:
        return noted(o, event)
    # Whoever gave a bad rating is to be called, also after the end: it is the callers' turn again.
    clocks = Clocks(o.clocks.citizen, clock_of(Stage.FOLLOW_UP, event.contact), o.clocks.timing)
    return onward(o, event, status=Status.FOLLOWING_UP, clocks=clocks, outcome=o.outcome._replace(end=None))


def reopened(o: Order, event: e.Reopened) -> Order:
    closed = all_closed(o, event.at, "reopened")
    counts = o.counts._replace(reopened=event.count)
    clocks, outcome = Clocks(o.clocks.citizen, None, o.clocks.timing), Outcome(o.outcome.reply)
    return onward(o, event, status=Status.ACCEPTED, assignments=closed, counts=counts, clocks=clocks, outcome=outcome)


def reported(o: Order, event: e.Reported) -> Order:
    return onward(o, event, counts=handed(o.counts, reported=(*o.counts.handovers.reported, event.assignment)))
