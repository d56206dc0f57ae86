"""One edition as it is written (版本原文), before anything is inherited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from ...core.calendar.overlay import Overlay
from ...core.cases import Case
from ...core.policy import AcceptedType, Channel, ConductStep, LimitRule, Line, Rung, ScopeRule, StatuteRule
from ..table import Notes

INHERITED = (
    "limits", "clock", "flow", "send_back", "extension", "reopen", "ladder",
    "reply_form", "review", "termination", "follow_up", "rating",
    "scope", "satisfaction", "scoring", "overlays", "rules", "units", "catalogue",
    "hops", "assist", "problem", "grassroots",
    "channels", "lines", "types", "record", "repeat", "conduct", "follower", "clearance", "linkage",
    "suspension", "deferral", "statutes", "tell", "lights",
    "statuses",
)  # fmt: skip
"""What a child may refuse to inherit (可不继承的部分): ``[inherit] scope = false``."""


UNKNOWN = "unknown"
SHARED = {"rules": "rules.toml", "units": "units.csv", "catalogue": "catalogue.csv"}
"""The files that all editions of a folder share (各版本共用的文件) unless one names its own."""


class Layer:
    """One edition as it is written (版本原文), before it is laid over its parents.

    A plain class: generating an attrs class of this size takes longer than reading an edition does.
    """

    title = place = effective_basis = extends = centre = ""
    effective: date | None = None
    seen: tuple[date, date] | None = None
    sources: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()
    clock: Mapping[str, Any] = {}
    windows: tuple[tuple[time, time], ...] = ()
    flow: Mapping[str, Any] = {}
    send_back: Mapping[str, Any] = {}
    extension: Mapping[str, Any] = {}
    reopen: Mapping[str, Any] = {}
    transition: Mapping[str, Any] = {}
    hops: Mapping[str, Any] = {}
    assist: Mapping[str, Any] = {}
    problem: Mapping[str, Any] = {}
    grassroots: Mapping[str, Any] = {}
    suspension: Mapping[str, Any] = {}
    deferral: Mapping[str, Any] = {}
    tell: Mapping[str, Any] = {}
    lights: Mapping[str, Any] = {}
    statutes: tuple[StatuteRule, ...] = ()
    copies_districts: bool | None = None
    reply_form: Mapping[str, Any] = {}
    review: Mapping[str, Any] = {}
    termination: Mapping[str, Any] = {}
    record: Mapping[str, Any] = {}
    repeat: Mapping[str, Any] = {}
    follower: Mapping[str, Any] = {}
    clearance: Mapping[str, Any] = {}
    linkage: Mapping[str, Any] = {}
    channels: tuple[Channel, ...] = ()
    lines: tuple[Line, ...] = ()
    types: tuple[AcceptedType, ...] = ()
    conduct: tuple[ConductStep, ...] = ()
    levels: Mapping[str, bool] = {}
    scale: Mapping[str, Any] = {}
    calls: Mapping[str, Any] = {}
    rating: Mapping[str, Any] = {}
    limits: tuple[LimitRule, ...] = ()
    scope: tuple[ScopeRule, ...] = ()
    ladder: tuple[Rung, ...] = ()
    statuses: Mapping[str, str] = {}
    parties: dict[str, str] = {}  # noqa: RUF012 - replaced, never changed
    scoring: Mapping[str, Any] | None = None
    overlays: tuple[Overlay, ...] = ()
    cases: tuple[Case, ...] = ()
    files: Mapping[str, str] = {}
    seal = b""

    def __init__(self, edition: str, notes: Notes) -> None:
        self.edition = edition
        self.notes = notes
        self.file = notes.file
        # Table, key and name of every category it names, to be held against the catalogue.
        self.named: list[tuple[str, str, str]] = []

    def file_of(self, part: str) -> str:
        """Return the name of the file that holds *part*: this edition's own, or the one the editions share."""
        return self.files.get(part) or SHARED[part]

    @property
    def begins(self) -> date | None:
        """The first day on which it is known to be in force; ``None`` where no day is known."""
        return self.effective or (self.seen[0] if self.seen is not None else None)
