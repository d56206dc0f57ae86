"""The table (状态迁移表): in which status which command is possible, for whom, and where it may lead.

The table has the last word: ``decide`` looks here first, the docs' diagram and the status × command
matrix are printed from it, and a test holds every decider to the cells below.  Whatever is not
written here is refused.
"""

from __future__ import annotations

from attrs import frozen

from . import commands as c
from .actor import Role
from .order import Status

R, O, A, D = Role.REQUESTER, Role.OPERATOR, Role.AGENT, Role.DISPATCHER  # noqa: E741
H, U, V, C = Role.HANDLER, Role.UNIT_HEAD, Role.REVIEWER, Role.CALLER
S, X, T = Role.SUPERVISOR, Role.ADMIN, Role.SYSTEM

RECEIVED, ACCEPTED, DISPATCHED, SIGNED = Status.RECEIVED, Status.ACCEPTED, Status.DISPATCHED, Status.SIGNED
DISPUTED, REPLIED, REVIEWED, FOLLOWING_UP = Status.DISPUTED, Status.REPLIED, Status.REVIEWED, Status.FOLLOWING_UP
CLOSED, ANSWERED, REFERRED, DECLINED = Status.CLOSED, Status.ANSWERED, Status.REFERRED, Status.DECLINED
MERGED, WITHDRAWN, TERMINATED = Status.MERGED, Status.WITHDRAWN, Status.TERMINATED
VOID, ARCHIVED = Status.VOID, Status.ARCHIVED


@frozen(weakref_slot=False)
class Cell:
    """One cell (格): the *roles* that may, and the statuses the order may be in afterwards."""

    roles: frozenset[Role]
    to: frozenset[Status]


def _cell(roles: tuple[Role, ...], *to: Status) -> Cell:
    return Cell(frozenset(roles), frozenset(to))


RECEIVE = _cell((R, O, A, X, T), RECEIVED)
"""Who may open an order; there is no status before it."""


def _always(here: Status) -> dict[type[c.Command], Cell]:
    """What is possible for as long as an order is open, whoever's turn it is."""
    return {
        c.Supplement: _cell((R, O, A, D), here),
        c.Withdraw: _cell((R, A), WITHDRAWN),
        c.Void: _cell((X,), VOID),
        c.Tick: _cell((T,), here),
        c.AdoptEdition: _cell((X, T), here),
        c.Join: _cell((T,), here),
        c.Curb: _cell((A, S, X), here),
        c.Recount: _cell((X, T), here),
    }


def _pressed(here: Status) -> dict[type[c.Command], Cell]:
    """Pressure from above (催办、督办) and ends the centre may decide, while a unit or the centre owes work."""
    return {
        c.Urge: _cell((R, A, D, S, X), here),
        c.Supervise: _cell((S, X), here),
        c.Flag: _cell((D, S, X, T), here),
        c.Terminate: _cell((V, X), TERMINATED),
        c.Merge: _cell((A, D, X), MERGED),
        c.Reclassify: _cell((A, D, X), here),
        c.Entrust: _cell((D, S, X), here),
        c.Tell: _cell((H, U, A, D, C, X), here),
    }


def _timed(here: Status) -> dict[type[c.Command], Cell]:
    """What may be decided about the time of an order while a unit has it (时限)."""
    return {
        c.Extend: _cell((H, U), here),
        c.GrantExtension: _cell((U, D, X), here),
        c.Defer: _cell((D, S, X), here),
        c.Suspend: _cell((H, U, D, X), here),
        c.Resume: _cell((H, U, D, X), here),
        c.ApplyStatute: _cell((D, X), here),
        c.Contact: _cell((H, U), here),
    }


def _sorted_out(here: Status) -> dict[type[c.Command], Cell]:
    """What may be done with a request before a unit has it (诉求分类处理)."""
    return {
        c.Answer: _cell((O, A, D), ANSWERED),
        c.Connect: _cell((O, A), here, ANSWERED),
        c.Refer: _cell((O, A, D, X, T), REFERRED),
        c.Decline: _cell((A, D, X), DECLINED),
        c.Offer: _cell((O, A, D, X), here, REFERRED),
    }


def _remembered(here: Status) -> dict[type[c.Command], Cell]:
    """What may still be noted on an order that has ended: others merge into it, its caller disrupts."""
    return {c.Join: _cell((T,), here), c.Curb: _cell((A, S, X), here)}


TRANSITIONS: dict[Status, dict[type[c.Command], Cell]] = {
    RECEIVED: {
        c.Accept: _cell((A, D, X, T), ACCEPTED, REFERRED, DECLINED, ANSWERED, RECEIVED),
        c.Merge: _cell((A, D, X), MERGED),
        **_sorted_out(RECEIVED),
        **_always(RECEIVED),
    },
    ACCEPTED: {
        c.Dispatch: _cell((D, X, T), DISPATCHED),
        c.Cease: _cell((A, D, X), TERMINATED),
        c.Consult: _cell((D, X), ACCEPTED),
        c.Conclude: _cell((D, X), ACCEPTED, DISPATCHED),
        c.Divide: _cell((A, D, X), ACCEPTED),
        c.ApplyStatute: _cell((D, X), ACCEPTED),
        **_sorted_out(ACCEPTED),
        **_pressed(ACCEPTED),
        **_always(ACCEPTED),
    },
    DISPATCHED: {
        c.Sign: _cell((H, U), SIGNED, DISPATCHED),
        c.SendBack: _cell((H, U), DISPUTED, SIGNED, DISPATCHED),
        c.Reply: _cell((H, U), REPLIED, REVIEWED, CLOSED, SIGNED, DISPATCHED),
        c.Dispatch: _cell((H, U), DISPATCHED),  # an assistant, in its own branch
        c.Assist: _cell((D, X, H, U), DISPATCHED),
        c.Report: _cell((H, U), DISPATCHED),
        c.Divide: _cell((D, X), DISPATCHED),
        c.Recall: _cell((D, X), ACCEPTED),
        c.Cease: _cell((H, U, D, X), TERMINATED),
        c.AskTermination: _cell((H, U), DISPATCHED),
        c.DecideTermination: _cell((V, X), DISPATCHED, TERMINATED),
        **_timed(DISPATCHED),
        **_pressed(DISPATCHED),
        **_always(DISPATCHED),
    },
    SIGNED: {
        c.Reply: _cell((H, U), REPLIED, REVIEWED, CLOSED, SIGNED),
        c.Dispatch: _cell((H, U), DISPATCHED, SIGNED),
        c.Sign: _cell((H, U), SIGNED),
        c.SendBack: _cell((H, U), DISPUTED, SIGNED),
        c.Assist: _cell((D, X, H, U), SIGNED),
        c.Report: _cell((H, U), SIGNED),
        c.Divide: _cell((D, X), SIGNED),
        c.Recall: _cell((D, X), ACCEPTED),
        c.Cease: _cell((H, U, D, X), TERMINATED),
        c.AskTermination: _cell((H, U), SIGNED),
        c.DecideTermination: _cell((V, X), SIGNED, TERMINATED),
        **_timed(SIGNED),
        **_pressed(SIGNED),
        **_always(SIGNED),
    },
    DISPUTED: {
        c.Adjudicate: _cell((D, X), ACCEPTED, DISPATCHED),
        c.Divide: _cell((D, X), DISPUTED),
        **_pressed(DISPUTED),
        **_always(DISPUTED),
    },
    REPLIED: {
        c.Review: _cell((V, X, T), REVIEWED, CLOSED, SIGNED),
        c.Reply: _cell((H, U), REPLIED),
        c.Sign: _cell((H, U), REPLIED),
        c.SendBack: _cell((H, U), REPLIED),
        c.Urge: _cell((R, A, S, X), REPLIED),
        c.Supervise: _cell((S, X), REPLIED),
        c.Flag: _cell((D, S, X, T), REPLIED),
        c.Clear: _cell((V, X), REPLIED, REVIEWED, CLOSED, SIGNED),
        c.Entrust: _cell((D, S, X), REPLIED),
        **_always(REPLIED),
    },
    REVIEWED: {
        c.FollowUp: _cell((R, C, A, X), FOLLOWING_UP, CLOSED, REVIEWED),
        c.Rate: _cell((R, A, C, T), REVIEWED, FOLLOWING_UP),
        c.Entrust: _cell((D, S, X), REVIEWED),
        c.Close: _cell((C, D, X, T), CLOSED),
        c.Reopen: _cell((C, D, S, X), DISPATCHED),
        c.Supervise: _cell((S, X), REVIEWED),
        c.Flag: _cell((D, S, X, T), REVIEWED),
        **_always(REVIEWED),
    },
    FOLLOWING_UP: {
        c.Entrust: _cell((D, S, X), FOLLOWING_UP),
        c.FollowUp: _cell((R, C, A, X), FOLLOWING_UP, CLOSED),
        c.Judge: _cell((C, V, S, X), FOLLOWING_UP),
        c.Rate: _cell((R, A, C, T), FOLLOWING_UP),
        c.Close: _cell((C, D, X, T), CLOSED),
        c.Reopen: _cell((C, D, S, X), ACCEPTED, DISPATCHED),
        c.Supervise: _cell((S, X), FOLLOWING_UP),
        c.Flag: _cell((D, S, X, T), FOLLOWING_UP),
        **_always(FOLLOWING_UP),
    },
    ANSWERED: {
        c.Accept: _cell((A, D, X), ACCEPTED),  # the answer did not do: it becomes a worksheet
        c.Close: _cell((A, C, D, X, T), CLOSED),
        c.Supplement: _cell((R, O, A, D), ANSWERED),
        **_remembered(ANSWERED),
        c.Archive: _cell((X, T), ARCHIVED),
        c.Rate: _cell((R, A, C, T), ANSWERED, FOLLOWING_UP),
    },
    CLOSED: {
        c.Reopen: _cell((C, D, S, X), ACCEPTED, DISPATCHED),
        c.Supplement: _cell((R, O, A, D), CLOSED, ACCEPTED, DISPATCHED),  # a new fact may reopen it
        c.FollowUp: _cell((C, A, X), CLOSED),  # whoever merged into it
        **_remembered(CLOSED),
        c.Supervise: _cell((S, X), CLOSED),
        c.Flag: _cell((D, S, X, T), CLOSED),
        c.Archive: _cell((X, T), ARCHIVED),
        c.Judge: _cell((C, V, S, X), CLOSED),
        c.Rate: _cell((R, A, C, T), CLOSED, FOLLOWING_UP),
    },
    REFERRED: {
        c.Reopen: _cell((D, X), ACCEPTED, DISPATCHED),
        c.Supplement: _cell((R, O, A, D), REFERRED),
        **_remembered(REFERRED),
        c.Archive: _cell((X, T), ARCHIVED),
    },
    DECLINED: {
        c.Reopen: _cell((D, X), ACCEPTED, DISPATCHED),
        c.Supplement: _cell((R, O, A, D), DECLINED),
        **_remembered(DECLINED),
        c.Archive: _cell((X, T), ARCHIVED),
    },
    MERGED: {c.Supplement: _cell((R, O, A, D), MERGED), c.Archive: _cell((X, T), ARCHIVED)},
    WITHDRAWN: {c.Archive: _cell((X, T), ARCHIVED)},
    TERMINATED: {c.Reopen: _cell((D, X), ACCEPTED, DISPATCHED), c.Archive: _cell((X, T), ARCHIVED)},
    VOID: {},
    ARCHIVED: {},
}
