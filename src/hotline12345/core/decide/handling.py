"""Deciders of the work (办理): sign, reply, review, follow up."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import SYSTEM
from ..events import Closed, Event, Replied, Reviewed, Signed
from ..order import Assignment, Order, Status
from ..policy import LimitRule, Policy
from ..refs import Ref
from ..sla import Stage, start_of
from .assisting import check_reported
from .calling import not_called
from .clearing import cleared
from .ladder import flagged
from .limits import handle_rule, stage_deadline
from .refusal import known_reason, need_reason, own_assignment, refuse
from .replying import check_form, form_of


def sign(policy: Policy, order: Order, command: c.Sign, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Sign (签收)."""
    own = own_assignment(order, command, command.assignment)
    if own.signed is not None:
        from ..calendar import local

        signed = f"{local(own.signed):%Y-%m-%d %H:%M}"
        raise refuse("already-signed", f"{own.unit} 已于 {signed} 签收", f"{own.unit} signed at {signed}")
    return (_signed(policy, order, command, own, at),)


def _signed(policy: Policy, order: Order, command: c.Command, own: Assignment, at: datetime) -> Signed:
    """Build Signed; where the clock starts at signing, the earlier of signing and its deadline starts it."""
    handle = citizen = None
    rule = handle_rule(policy, order) if policy.starts_at_signing and policy.flow.sign else None
    if rule is not None and rule.start == "signed" and _awaits_signing(own, rule, at):
        handle = policy.by_rule(rule, at, order.clocks.timing.suspensions)
        # The citizen's clock starts once: with the first unit, unless it was inherited or has moved since.
        clock = order.clocks.citizen
        if own.id == "A1" and clock is not None and own.handle is not None and clock.deadline == own.handle.deadline:
            citizen = handle
    return Signed(at, command.by, own.id, handle, citizen)


def _awaits_signing(own: Assignment, rule: LimitRule, at: datetime) -> bool:
    """Whether the handling clock still stands where dispatching set it: extended, deferred or redone, it stays."""
    if own.handle is None:
        return False
    limit = own.sign.deadline.at if own.sign is not None else None
    start = own.opened if limit is None else start_of("signed", sign_deadline=limit)
    old = own.handle.deadline
    return old.limit == rule.limit and old.start == start and (limit is None or at < limit)


def ours_to_end(order: Order, own: Assignment) -> None:
    """Refuse a lead that does not hold the order now: it has replied, or a unit below has it."""
    if own.role != "lead":
        return
    if order.status is Status.REPLIED:
        raise refuse("already-replied", "已经答复，待审核", "it has been answered and awaits review")
    if own is not order.lead:
        holder = order.holder
        raise refuse(
            "with-subordinate",
            f"已下派给 {holder}，须待其答复或退单",
            f"handed down to {holder}, which must reply or send back first",
        )


def reply(policy: Policy, order: Order, command: c.Reply, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Reply (答复): an assistant's or a lower unit's goes to whoever asked, the lead's to the centre."""
    own = own_assignment(order, command, command.assignment)
    ours_to_end(order, own)
    parent = order.assignment(own.parent) if own.parent else None
    final = own.role == "lead" and (parent is None or parent.closed is not None)
    if final:
        check_reported(policy, order, own, at)
    form = form_of(command)
    if form is not None or policy.reply_form.asks:
        check_form(policy.reply_form, command, at, final)
    solved = True if command.result == "solved" else command.solved
    events: list[Event] = []
    if own.signed is None and own.role == "lead":
        events.append(Signed(at, command.by, own.id))  # answering is taking it; it starts no clock anew
    review_by = stage_deadline(policy, order, Stage.REVIEW, at) if final and policy.flow.review else None
    held = policy.clearance.required and bool(command.public)
    events.append(Replied(at, command.by, own.id, final, solved, command.reason, ref, review_by, held, form))
    if final and not policy.flow.review and not held:
        events.extend(passed(policy, order, c.Review(SYSTEM), at, None))
    return tuple(events)


def passed(policy: Policy, order: Order, command: c.Review, at: datetime, ref: Ref | None) -> list[Event]:
    """Return what follows when a reply passes: the follow-up, or the end where nobody is to be called."""
    why = not_called(policy, order)
    follow = None if why else stage_deadline(policy, order, Stage.FOLLOW_UP, at)
    reviewed = Reviewed(at, command.by, True, command.reason, ref, follow)
    return [reviewed, Closed(at, SYSTEM, why)] if why else [reviewed]


def review(policy: Policy, order: Order, command: c.Review, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Review (审核): pass the reply on, or send it back with a reason."""
    if command.passed:
        cleared(policy, order)
        return tuple(passed(policy, order, command, at, ref))
    need_reason(command.reason, "审核退回", "sending a reply back")
    known_reason(command.reason, policy.review.reasons, "审核退回", "sending a reply back", policy.review.basis)
    failed = Reviewed(at, command.by, False, command.reason, ref, None)
    return (failed, *flagged(policy, order, command.by, at, "review-failed", order.counts.reviews_failed + 1))
