"""Time and pressure (时限与督办命令)."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from ..sla import TimeLimit
from .base import PRIVATE, Command, aware, short_code


@frozen(slots=False)
class Extend(Command):
    """Ask for an extension (申请延期) of *amount*."""

    amount: TimeLimit
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class GrantExtension(Command):
    """Decide the extension that was asked (延期审批)."""

    granted: bool = True
    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class Defer(Command):
    """Defer (挂账) until an explicit solution date."""

    until: datetime = field(validator=aware)
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Suspend(Command):
    """Suspend (中止计时) the handling clocks, by default for as long as the place allows."""

    reason: str = field(default="", validator=short_code)
    until: datetime | None = field(default=None, validator=aware)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Resume(Command):
    """Resume (恢复计时): the clocks that were suspended run again."""

    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class ApplyStatute(Command):
    """Apply the limit a law sets (适用法定时限): one the place lists, by *code*, or *limit* with its *basis*."""

    code: str = field(default="", validator=short_code)
    limit: TimeLimit | None = None
    basis: str = ""
    extension: TimeLimit | None = None


@frozen(slots=False)
class Tell(Command):
    """Tell the requester (告知) what was decided about the time; without *what*, all that is still owed."""

    what: str = field(default="", validator=short_code)
    how: str = field(default="", validator=short_code)  # phone, sms …
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Urge(Command):
    """Urge (催办) whoever holds the order."""

    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class Supervise(Command):
    """Supervise (督办): set a rung of the ladder in motion by hand."""

    rung: str = field(default="supervise", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Flag(Command):
    """Establish a ground for supervision (认定督办情形): a fact, or how many times it has happened."""

    trigger: str = field(validator=short_code)
    count: int = 1
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Tick(Command):
    """Time passes (时钟): whatever time alone demands happens now."""


@frozen(slots=False)
class Recount(Command):
    """Count the running deadlines anew (重算期限) by the calendar as known now; *source* names the notice."""

    source: str = ""
