"""What is done about it (办理、答复、回访命令)."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .base import PRIVATE, Command, aware, short_code


@frozen(slots=False)
class Sign(Command):
    """Sign (签收)."""

    assignment: str = ""


@frozen(slots=False)
class Contact(Command):
    """Make first contact with the requester (先行联系): reached, or the *reason* why not."""

    reached: bool = True
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Reply(Command):
    """Reply (答复): the internal *text*, the *public* answer, and the handling form (办理表).

    Args:
        solved: whether the unit says it is solved.
        reason: why it is not, a code.
        contacted: whether the requester was reached, *contacted_at* when, *not_contacted* why not (a code).
        visited: whether somebody went to look.
        fact: ``true``, ``partly`` or ``untrue``; the words go into *fact_note*.
        claim: ``reasonable`` or ``unreasonable``; the words go into *claim_note*.
        result: ``solved`` or ``explained``.
        basis: the law the answer rests on.
        attachments: names of what is enclosed, or where it is kept; for officials alone.
    """

    text: str = field(default="", metadata=PRIVATE)
    public: str = field(default="", metadata=PRIVATE)
    solved: bool | None = None
    reason: str = field(default="", validator=short_code)
    assignment: str = ""
    contacted: bool | None = None
    contacted_at: datetime | None = field(default=None, validator=aware)
    not_contacted: str = field(default="", validator=short_code)
    visited: bool | None = None
    fact: str = field(default="", validator=short_code)
    fact_note: str = field(default="", metadata=PRIVATE)
    claim: str = field(default="", validator=short_code)
    claim_note: str = field(default="", metadata=PRIVATE)
    result: str = field(default="", validator=short_code)
    basis: str = ""
    attachments: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Review(Command):
    """Review (审核) the reply: pass it, or send it back."""

    passed: bool = True
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class FollowUp(Command):
    """Follow up (回访): reached | unreachable | refused | disputed; *caller* is a merged order's number."""

    outcome: str = field(default="reached", validator=short_code)
    solved: bool | None = None
    satisfied: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)
    caller: str = ""
    attitude: str = field(default="", validator=short_code)


@frozen(slots=False)
class Judge(Command):
    """Judge (不满意认定) whether the requester's dissatisfaction is reasonable."""

    reasonable: bool = True
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Rate(Command):
    """Rate (好差评): the requester's own *level*, given without being asked."""

    level: str = field(validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Reopen(Command):
    """Reopen (重办); goes back to the last lead unit unless *unit* names another."""

    reason: str = field(default="unsolved", validator=short_code)
    unit: str = ""
    override: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Report(Command):
    """Report (阶段报告) how far the unit has got."""

    text: str = field(default="", metadata=PRIVATE)
    reason: str = field(default="", validator=short_code)
    assignment: str = ""
