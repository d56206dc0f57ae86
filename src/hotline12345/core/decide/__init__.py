"""Decide (裁决): what a command makes happen, or why it is refused.

``decide(policy, order, command, at)`` is pure: it looks the command up in the table, checks the role,
asks one small decider and returns events.  It refuses by raising, and then nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .. import commands as c
from ..errors import CommandError, RequestError
from ..events import Event
from ..order import Order
from ..policy import Policy
from ..refs import Ref
from ..transitions import RECEIVE, TRANSITIONS
from . import (
    acceptance,
    assisting,
    calling,
    clearing,
    consulting,
    disputes,
    editions,
    ending,
    extending,
    handling,
    intake,
    recounting,
    routing,
    supervising,
    terminating,
    tick,
    timing,
)
from .context import in_context
from .following import following
from .refusal import not_permitted, not_possible

Decider = Callable[[Policy, Any, Any, datetime, Ref | None], tuple[Event, ...]]

DECIDERS: dict[type[c.Command], Decider] = {
    c.Accept: intake.accept,
    c.Answer: intake.answer,
    c.Connect: intake.connect,
    c.Refer: intake.refer,
    c.Decline: intake.decline,
    c.Merge: intake.merge,
    c.Offer: acceptance.offer,
    c.Curb: acceptance.curb,
    c.Entrust: acceptance.entrust,
    c.Join: acceptance.join,
    c.Cease: acceptance.cease,
    c.Clear: clearing.clear,
    c.Dispatch: routing.dispatch,
    c.Consult: consulting.consult,
    c.Conclude: consulting.conclude,
    c.Divide: consulting.divide,
    c.Assist: assisting.assist,
    c.Report: assisting.report,
    c.Adjudicate: disputes.adjudicate,
    c.Recall: routing.recall,
    c.Reclassify: routing.reclassify,
    c.Sign: handling.sign,
    c.SendBack: disputes.send_back,
    c.Reply: handling.reply,
    c.Review: handling.review,
    c.FollowUp: calling.follow_up,
    c.Judge: calling.judge,
    c.Rate: calling.rate,
    c.Extend: extending.extend,
    c.GrantExtension: extending.grant,
    c.Defer: extending.defer,
    c.Suspend: timing.suspend,
    c.Resume: timing.resume,
    c.ApplyStatute: timing.apply_statute,
    c.Contact: timing.contact,
    c.Tell: timing.tell,
    c.Urge: supervising.urge,
    c.Supervise: supervising.supervise,
    c.Flag: supervising.flag,
    c.Supplement: ending.supplement,
    c.Reopen: ending.reopen,
    c.Withdraw: ending.withdraw,
    c.Terminate: terminating.terminate,
    c.AskTermination: terminating.ask_termination,
    c.DecideTermination: terminating.decide_termination,
    c.Void: ending.void,
    c.Close: ending.close,
    c.Archive: ending.archive,
    c.AdoptEdition: editions.adopt_edition,
    c.Tick: tick.tick,
    c.Recount: recounting.recount,
}


# The table and the deciders in one look-up.
_TABLE = {
    status: {kind: (DECIDERS[kind], cell.roles) for kind, cell in row.items()} for status, row in TRANSITIONS.items()
}


def decide(
    policy: Policy, order: Order | None, command: c.Command, at: datetime, ref: Ref | None = None
) -> tuple[Event, ...]:
    """Return the events that *command* makes happen at *at* (裁决).

    Args:
        policy: the edition the order is kept under.
        order: the order as it stands; ``None`` for :class:`~hotline12345.core.commands.Receive`.
        command: what somebody wants.
        at: when the system records it; aware, and not before the order's last event.
        ref: the private record that holds the command's private words, if it has any.

    Raises:
        CommandError: refused now (``not-possible-now``, ``not-permitted``, ``not-your-order`` …).
        RequestError: the command itself is at fault.
        CalendarError: a deadline cannot be computed and the policy demands an error.
    """
    if at.tzinfo is None:
        raise _naive(at)
    if order is None:
        if type(command) is not c.Receive:
            raise RequestError(
                f"工单还不存在，不能 {c.command_name(type(command))}",
                f"there is no order yet: cannot {c.command_name(type(command))}",
                code="no-order",
                hint="先 receive",
                hint_en="receive it first",
            )
        if RECEIVE.roles.isdisjoint(command.by.roles):
            raise not_permitted(None, command, RECEIVE)
        return in_context(intake.receive(policy, command, at, ref), command)
    found = _TABLE[order.status].get(type(command))
    if found is None:
        raise not_possible(policy, order, command)
    decider, roles = found
    if roles.isdisjoint(command.by.roles):
        raise not_permitted(order, command, TRANSITIONS[order.status][type(command)])
    if at < order.at:
        raise CommandError(
            f"记录时间 {at.isoformat()} 早于工单最后一次变更 {order.at.isoformat()}",
            f"{at.isoformat()} is before the order's last event at {order.at.isoformat()}",
            code="time-runs-backward",
            hint="检查系统时钟；补录用 occurred 写实际发生时间",
            hint_en="check the clock; for late entries give `occurred`",
        )
    events = decider(policy, order, command, at, ref)
    if policy.follows or order.clocks.timing.suspended is not None:
        events = following(policy, order, events, at, command.by)
    return events if command.occurred is None and command.ext is None else in_context(events, command)


def _naive(at: datetime) -> RequestError:
    return RequestError(
        f"时间 {at.isoformat()} 没有时区",
        f"the instant {at.isoformat()} has no time zone",
        code="naive-time",
        hint="请写明时区，例如 +08:00",
        hint_en="give the offset, for example +08:00",
    )


def permits(order: Order, command: c.Command) -> bool:
    """Tell whether the table lets this person try *command* now (能否一试); why it may still be refused is decided."""
    cell = TRANSITIONS[order.status].get(type(command))
    return cell is not None and not cell.roles.isdisjoint(command.by.roles)


def possible(order: Order) -> dict[str, tuple[str, ...]]:
    """Return the commands the table allows now, each with the roles that may (当前可用命令)."""
    return {
        c.command_name(kind): tuple(sorted(role.value for role in cell.roles))
        for kind, cell in TRANSITIONS[order.status].items()
    }
