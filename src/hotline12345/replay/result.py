"""What a replay found (重放结果): counts that sum, and one deadline explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..core.errors import Fault, HotlineError


@frozen(weakref_slot=False)
class Refused:
    """A row that did not become an order (被拒的行): its *line* in the file, its number there, and why."""

    line: int
    ref: str
    error: HotlineError

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Return ``line``, ``ref``, ``reason`` (a stable code) and ``message``."""
        return {"line": self.line, "ref": self.ref, "reason": self.error.code, "message": self.error.message(lang)}


@frozen(weakref_slot=False)
class ReplayResult:
    """What a replay counted (重放结果).

    ``rows`` = ``received`` + the length of ``refused``; ``on_time`` + ``late`` + ``open`` = ``received``.

    Args:
        on_time: replied before the citizen's deadline; orders without any limit (``no_limit``) are in it when
            replied, since there is nothing they could be late for.
        late: replied at or after the deadline.
        open: no reply.
        no_limit: orders for which no source sets a limit; each is also in ``on_time`` or ``open``.
        provisional: orders whose deadline passes days that no notice has settled yet.
        overdue: orders with an overdue event of the citizen's clock, replied later or not at all.
        needs_person: orders the classifier would not decide alone; the replay dispatched them as it suggested.
        median_working_days: from receipt to reply, start day out; ``None`` without replies.
        suggestions: what the rules would have done instead (转出、直接答复、重复), by code; nothing was done about it.
        orders: with ``detail``, one line an order: what it was taken for and by which rules, where it went, when due.
    """

    pack: str
    edition: str
    place: str
    kind: str
    disposition: bool
    rows: int
    received: int
    refused: tuple[Refused, ...]
    events: int
    first: str
    last: str
    by_kind: Mapping[str, int]
    by_category: Mapping[str, int]
    by_unit: Mapping[str, int]
    by_rule: Mapping[str, int]
    by_status: Mapping[str, int]
    by_area: Mapping[str, int]
    to_centre: int
    on_time: int
    late: int
    open: int
    no_limit: int
    provisional: int
    overdue: int
    needs_person: int
    median_working_days: float | None
    suggestions: Mapping[str, int]
    unit_names: Mapping[str, str]
    example: Mapping[str, Any] | None
    notes: tuple[Fault, ...]
    orders: tuple[Mapping[str, Any], ...]

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Return the result as plain JSON, keys in a fixed order; without the single orders."""
        return {
            "pack": self.pack,
            "edition": self.edition,
            "place": self.place,
            "kind": self.kind,
            "disposition": self.disposition,
            "rows": self.rows,
            "received": self.received,
            "refused": [refused.as_dict(lang) for refused in self.refused],
            "events": self.events,
            "first": self.first,
            "last": self.last,
            "by_kind": dict(self.by_kind),
            "by_category": dict(self.by_category),
            "by_unit": dict(self.by_unit),
            "by_rule": dict(self.by_rule),
            "by_status": dict(self.by_status),
            "by_area": dict(self.by_area),
            "to_centre": self.to_centre,
            "on_time": self.on_time,
            "late": self.late,
            "open": self.open,
            "no_limit": self.no_limit,
            "provisional": self.provisional,
            "overdue": self.overdue,
            "needs_person": self.needs_person,
            "median_working_days": self.median_working_days,
            "suggestions": dict(self.suggestions),
            "units": dict(self.unit_names),
            "example": dict(self.example) if self.example is not None else None,
            "notes": [{"code": note.code, "message": note.zh if lang == "zh" else note.en} for note in self.notes],
        }
