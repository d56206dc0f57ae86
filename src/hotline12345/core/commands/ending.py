"""How it shall end (终结命令)."""

from __future__ import annotations

from attrs import field, frozen

from .base import PRIVATE, Command, short_code


@frozen(slots=False)
class Withdraw(Command):
    """Withdraw (撤诉)."""

    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Terminate(Command):
    """Terminate (终止办理), with the reason code and basis."""

    reason: str = field(default="", validator=short_code)
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class AskTermination(Command):
    """Ask to terminate (申请终止办理), in writing: the *note* is the request."""

    reason: str = field(default="", validator=short_code)
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class DecideTermination(Command):
    """Decide the unit's request to terminate (终止办理审核)."""

    granted: bool = True
    reason: str = field(default="", validator=short_code)
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Void(Command):
    """Void (作废)."""

    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class Close(Command):
    """Close (办结)."""

    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class Archive(Command):
    """Archive (归档)."""
