"""What each event does to a draft (事件的作用): one small function an event, none of which can refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from attrs import define
from attrs import evolve as change

from . import events as e
from .order import (
    NO_CLOCKS,
    NO_COUNTS,
    NO_OUTCOME,
    NO_PENDING,
    Assignment,
    Clock,
    Clocks,
    Counts,
    Intake,
    Outcome,
    Pending,
    Status,
    Topic,
)
from .request import Kind, Urgency
from .sla import Deadline, Stage


@define(weakref_slot=False)
class Draft:
    """An order being written (草稿); the same fields as :class:`Order`, but open."""

    intake: Intake
    version: int
    status: Status
    at: datetime
    topic: Topic | None
    assignments: tuple[Assignment, ...]
    clocks: Clocks
    counts: Counts
    pending: Pending
    outcome: Outcome


def received(event: e.Received) -> Draft:
    intake = Intake(
        event.place,
        event.number,
        event.received,
        event.channel,
        event.kind,
        event.category,
        event.area,
        event.reference,
        event.requester,
        event.private,
        event.anonymous,
        event.confidential,
        event.wants_reply,
        event.pack,
        event.edition,
        event.origin,
        event.ext,
    )
    clocks = NO_CLOCKS if event.citizen is None else Clocks(Clock(Stage.HANDLE, event.citizen))
    return Draft(intake, 1, Status.RECEIVED, event.at, None, (), clocks, NO_COUNTS, NO_PENDING, NO_OUTCOME)


def _stopped(clock: Clock | None, at: datetime) -> Clock | None:
    if clock is None or clock.stopped is not None:
        return clock
    return Clock(clock.stage, clock.deadline, at, clock.fired, clock.next)


def _stood(a: Assignment, at: datetime, closed: datetime | None, why: str) -> Assignment:
    """Return *a* with its clocks stopped at *at*."""
    sign, handle = _stopped(a.sign, at), _stopped(a.handle, at)
    return Assignment(a.id, a.parent, a.unit, a.role, a.opened, sign, handle, a.signed, closed, why, a.designated)


def _closed(a: Assignment, at: datetime, why: str) -> Assignment:
    return _stood(a, at, at, why)


def _close_all(draft: Draft, at: datetime, why: str) -> None:
    draft.assignments = tuple(_closed(a, at, why) if a.closed is None else a for a in draft.assignments)


def _replace(draft: Draft, id: str, make: Callable[[Assignment], Assignment]) -> None:  # noqa: A002
    draft.assignments = tuple([make(a) if a.id == id else a for a in draft.assignments])


def _end(draft: Draft, at: datetime, status: Status, reason: str, to: str = "") -> None:
    """Stop every clock and every assignment: nothing of an ended order may escalate (并单后仍升级 is a known fault)."""
    _close_all(draft, at, status.value)
    draft.clocks = Clocks(_stopped(draft.clocks.citizen, at), _stopped(draft.clocks.stage, at))
    draft.status = status
    draft.pending = NO_PENDING
    draft.outcome = change(draft.outcome, ended=at, reason=reason, to=to)


def _topic(draft: Draft, kind: Kind | None, category: str) -> None:
    if kind is not None and draft.topic is None:
        draft.topic = Topic(kind, category, draft.intake.area, Urgency.NORMAL)


def _accepted(draft: Draft, event: e.Accepted) -> None:
    draft.status = Status.ACCEPTED
    draft.topic = Topic(event.kind, event.category, event.area, event.urgency, event.needs_person)
    draft.outcome = NO_OUTCOME


def _answered(draft: Draft, event: e.Answered) -> None:
    _topic(draft, event.kind, event.category)
    _end(draft, event.at, Status.ANSWERED, event.how)


def _referred(draft: Draft, event: e.Referred) -> None:
    _topic(draft, event.kind, event.category)
    _end(draft, event.at, Status.REFERRED, event.route, event.to)


def _declined(draft: Draft, event: e.Declined) -> None:
    _topic(draft, event.kind, event.category)
    _end(draft, event.at, Status.DECLINED, event.reason)


def _clock(stage: Stage, deadline: Deadline | None) -> Clock | None:
    return None if deadline is None else Clock(stage, deadline)


def _dispatched(draft: Draft, event: e.Dispatched) -> None:
    opened = Assignment(
        event.assignment,
        event.parent,
        event.unit,
        "lead",
        event.at,
        _clock(Stage.SIGN, event.sign),
        _clock(Stage.HANDLE, event.handle),
        None,
        None,
        "",
        event.designated,
    )
    draft.assignments = (*draft.assignments, opened)
    draft.status = Status.DISPATCHED
    if event.citizen is not None:
        draft.clocks = Clocks(Clock(Stage.HANDLE, event.citizen), draft.clocks.stage)
    if draft.pending.dispute:
        draft.pending = change(draft.pending, dispute="")
    draft.counts = change(draft.counts, assignments=draft.counts.assignments + 1)


def _assisted(draft: Draft, event: e.Assisted) -> None:
    sign, handle = _clock(Stage.SIGN, event.sign), _clock(Stage.HANDLE, event.handle)
    opened = Assignment(event.assignment, event.parent, event.unit, event.role, event.at, sign, handle)
    draft.assignments = (*draft.assignments, opened)
    draft.counts = change(draft.counts, assignments=draft.counts.assignments + 1)


def _signed(draft: Draft, event: e.Signed) -> None:
    at = event.at
    handle = event.handle
    rows = []
    lead = False
    for a in draft.assignments:
        if a.id == event.assignment:
            lead = a.role == "lead"
            clock = Clock(Stage.HANDLE, handle) if handle is not None else a.handle
            a = Assignment(
                a.id, a.parent, a.unit, a.role, a.opened, _stopped(a.sign, at), clock, at, None, "", a.designated
            )
        rows.append(a)
    draft.assignments = tuple(rows)
    if lead:
        draft.status = Status.SIGNED
        if event.citizen is not None:
            draft.clocks = Clocks(Clock(Stage.HANDLE, event.citizen), draft.clocks.stage)


def _sent_back(draft: Draft, event: e.SentBack) -> None:
    sent = next((a for a in draft.assignments if a.id == event.assignment), None)
    _replace(draft, event.assignment, lambda a: _closed(a, event.at, "sent-back"))
    draft.counts = change(draft.counts, sent_back=draft.counts.sent_back + 1)
    if sent is None or sent.role != "lead":
        return
    if event.to_parent:
        draft.status = Status.SIGNED
    else:
        _close_all(draft, event.at, "sent-back")
        draft.status = Status.DISPUTED
        draft.pending = Pending(dispute=event.assignment, deferred=draft.pending.deferred)


def _adjudicated(draft: Draft, event: e.Adjudicated) -> None:
    draft.status = Status.ACCEPTED
    draft.pending = change(draft.pending, dispute="")


def _recalled(draft: Draft, event: e.Recalled) -> None:
    _close_all(draft, event.at, "recalled")
    draft.status = Status.ACCEPTED
    draft.pending = Pending(deferred=draft.pending.deferred)


def _reclassified(draft: Draft, event: e.Reclassified) -> None:
    draft.topic = Topic(event.kind, event.category, event.area, event.urgency)


def _replied(draft: Draft, event: e.Replied) -> None:
    at = event.at
    assignment = next((a for a in draft.assignments if a.id == event.assignment), None)
    if not event.final:
        _replace(draft, event.assignment, lambda a: _closed(a, at, "replied"))
        if assignment is not None and assignment.role == "lead":
            draft.status = Status.SIGNED
        return
    # The unit keeps the order until the review has passed; its clocks stop where the reply stands.
    draft.assignments = tuple(
        [_stood(a, at, None, "") if a.closed is None and a.role == "lead" else a for a in draft.assignments]
    )
    draft.status = Status.REPLIED
    old = draft.outcome
    unit = assignment.unit if assignment is not None else ""
    draft.outcome = Outcome(
        old.replied or at, unit, event.solved, old.follow_up, old.solved, old.satisfied, None, event.reason, ""
    )
    draft.clocks = Clocks(_stopped(draft.clocks.citizen, at), _clock(Stage.REVIEW, event.review))
    if draft.pending is not NO_PENDING:
        draft.pending = NO_PENDING


def _resumed(clock: Clock | None) -> Clock | None:
    return None if clock is None else Clock(clock.stage, clock.deadline, None, clock.fired, clock.next)


def _reviewed(draft: Draft, event: e.Reviewed) -> None:
    if event.passed:
        _close_all(draft, event.at, "replied")
        draft.status = Status.REVIEWED
        draft.clocks = Clocks(draft.clocks.citizen, _clock(Stage.FOLLOW_UP, event.follow_up))
        return
    # A reply that was sent back does not stand: both clocks go on as if it had not come.
    draft.status = Status.SIGNED
    draft.assignments = tuple(
        change(a, handle=_resumed(a.handle)) if a.closed is None and a.role == "lead" else a for a in draft.assignments
    )
    first = draft.counts.reopened == 0
    draft.clocks = Clocks(_resumed(draft.clocks.citizen) if first else draft.clocks.citizen, None)
    draft.counts = change(draft.counts, reviews_failed=draft.counts.reviews_failed + 1)
    if first:
        draft.outcome = change(draft.outcome, replied=None, replied_by="", solved_claim=None)


def _followed_up(draft: Draft, event: e.FollowedUp) -> None:
    draft.status = Status.FOLLOWING_UP
    draft.counts = change(draft.counts, follow_ups=event.attempt)
    draft.outcome = change(draft.outcome, follow_up=event.outcome, solved=event.solved, satisfied=event.satisfied)
    if event.outcome == "reached":
        draft.clocks = Clocks(draft.clocks.citizen, _stopped(draft.clocks.stage, event.at))


def _reopened(draft: Draft, event: e.Reopened) -> None:
    _close_all(draft, event.at, "reopened")
    draft.status = Status.ACCEPTED
    draft.counts = change(draft.counts, reopened=event.count)
    draft.clocks = Clocks(draft.clocks.citizen, None)
    draft.outcome = change(draft.outcome, follow_up="", solved=None, satisfied="", ended=None, reason="", to="")


def _extension_asked(draft: Draft, event: e.ExtensionAsked) -> None:
    draft.pending = change(draft.pending, extension=event.amount, extension_for=event.assignment)


def _extended(draft: Draft, event: e.Extended) -> None:
    draft.pending = change(draft.pending, extension=None, extension_for="")
    draft.counts = change(draft.counts, extended=draft.counts.extended + 1)


def _extension_refused(draft: Draft, event: e.ExtensionRefused) -> None:
    draft.pending = change(draft.pending, extension=None, extension_for="")


def _deferred(draft: Draft, event: e.Deferred) -> None:
    draft.pending = change(draft.pending, deferred=event.until)


def _on_clock(draft: Draft, name: str, stage: Stage, make: Callable[[Clock], Clock]) -> None:
    """Replace the clock that *name* and *stage* mean, where it exists."""
    if name == "citizen":
        if draft.clocks.citizen is not None:
            draft.clocks = Clocks(make(draft.clocks.citizen), draft.clocks.stage)
    elif name in ("review", "follow-up"):
        if draft.clocks.stage is not None:
            draft.clocks = Clocks(draft.clocks.citizen, make(draft.clocks.stage))
    else:
        part = "sign" if stage is Stage.SIGN else "handle"
        draft.assignments = tuple(
            change(a, **{part: make(getattr(a, part))}) if a.id == name and getattr(a, part) is not None else a
            for a in draft.assignments
        )


def _deadline_moved(draft: Draft, event: e.DeadlineMoved) -> None:
    def moved(clock: Clock) -> Clock:
        # A deadline that moved past now may be missed again, and must then be told again.
        at = event.deadline.at
        later = at is None or at > event.at
        return Clock(clock.stage, event.deadline, clock.stopped, () if later else clock.fired, None)

    _on_clock(draft, event.clock, event.stage, moved)


def _fell_overdue(draft: Draft, event: e.FellOverdue) -> None:
    def fired(clock: Clock) -> Clock:
        return Clock(clock.stage, clock.deadline, clock.stopped, (*clock.fired, event.rung), event.next)

    _on_clock(draft, event.clock, event.stage, fired)


def _urged(draft: Draft, event: e.Urged) -> None:
    c = draft.counts
    draft.counts = Counts(
        c.sent_back,
        c.reopened,
        c.extended,
        c.urged + 1,
        c.follow_ups,
        c.supplements,
        c.reviews_failed,
        c.assignments,
        c.rungs,
    )


def _supervised(draft: Draft, event: e.Supervised) -> None:
    draft.counts = change(draft.counts, rungs=(*draft.counts.rungs, event.rung))


def _supplemented(draft: Draft, event: e.Supplemented) -> None:
    draft.counts = change(draft.counts, supplements=draft.counts.supplements + 1)


def _closed_order(draft: Draft, event: e.Closed) -> None:
    _end(draft, event.at, Status.CLOSED, event.reason, draft.outcome.to)


def _archived(draft: Draft, event: e.Archived) -> None:
    draft.status = Status.ARCHIVED


def _noted(draft: Draft, event: e.Event) -> None:
    """Recorded, and nothing else changes."""


def _received_again(draft: Draft, event: e.Event) -> None:
    """A second Received changes nothing: the first one stands."""


APPLY: dict[type[e.Event], Callable[[Draft, Any], None]] = {
    e.Received: _received_again,
    e.Accepted: _accepted,
    e.Answered: _answered,
    e.Connected: _noted,
    e.Referred: _referred,
    e.Declined: _declined,
    e.Merged: lambda d, ev: _end(d, ev.at, Status.MERGED, ev.reason, ev.into),
    e.Dispatched: _dispatched,
    e.Assisted: _assisted,
    e.Signed: _signed,
    e.SentBack: _sent_back,
    e.Adjudicated: _adjudicated,
    e.Recalled: _recalled,
    e.Reclassified: _reclassified,
    e.Replied: _replied,
    e.Reviewed: _reviewed,
    e.FollowedUp: _followed_up,
    e.Reopened: _reopened,
    e.ExtensionAsked: _extension_asked,
    e.Extended: _extended,
    e.ExtensionRefused: _extension_refused,
    e.Deferred: _deferred,
    e.DeadlineMoved: _deadline_moved,
    e.FellOverdue: _fell_overdue,
    e.Urged: _urged,
    e.Supervised: _supervised,
    e.Supplemented: _supplemented,
    e.Withdrawn: lambda d, ev: _end(d, ev.at, Status.WITHDRAWN, ev.reason),
    e.Terminated: lambda d, ev: _end(d, ev.at, Status.TERMINATED, ev.reason),
    e.Voided: lambda d, ev: _end(d, ev.at, Status.VOID, ev.reason),
    e.Closed: _closed_order,
    e.Archived: _archived,
}
