"""Where to (投递目的地): who receives, by which publisher, which orders and how much of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from attrs import frozen

from ..core.actor import Actor
from ..core.events import Event
from ..core.order import Order
from ..plugins import plugin
from ..stores.port import Record
from ..view import CENTRE_ROLES, UNIT_ROLES, may_read
from .envelope import QUIET
from .parking import Retry
from .protocol import Publisher, Settings

GROUP = "hotline12345.publishers"


class Wanted(NamedTuple):
    """Which records a destination gets (投递范围); () and "" stand for all.

    Args:
        events: names of events.
        kinds: kinds of requests; what has none yet is not sent.
        units: orders that one of these units has or had.
        areas: division codes or their beginnings.
        place: one hotline's orders only.
        since: nothing that happened before.
    """

    events: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    place: str = ""
    since: datetime | None = None

    def names(self, record: Record) -> bool:
        """Whether *record* may be wanted, as far as it says by itself."""
        return (not self.events or record.kind in self.events) and self.place in ("", record.place)


EVERYTHING = Wanted()
USUAL = Retry()


@frozen(weakref_slot=False)
class Destination:
    """A receiver (投递目的地).

    Args:
        name: what its cursor is called by; keep it, or everything is sent again.
        publisher: the plug-in that sends.
        settings: what the publisher is told.
        actor: who receives, as :func:`hotline12345.view.view` asks.
        purpose: for what; ``publish`` shows nothing private.
        fields: only these fields of the view; () = all that may be seen.
    """

    name: str
    publisher: str
    settings: Settings
    actor: Actor
    purpose: str = QUIET
    fields: tuple[str, ...] = ()
    wanted: Wanted = EVERYTHING
    retry: Retry = USUAL

    @property
    def reader(self) -> str:
        """Under which name the store keeps the cursor and what is parked; the lease is called so too."""
        return f"deliver:{self.name}"

    def concerns(self, before: Order | None, event: Event, after: Order) -> bool:
        """Whether what happened is this receiver's business (是否应当知道).

        A unit learns of the orders it has or has replied to, and of the event that takes one away; of no other.
        """
        wanted = self.wanted
        if wanted.since is not None and event.at < wanted.since:
            return False
        if wanted.kinds and (after.kind is None or after.kind.value not in wanted.kinds):
            return False
        if wanted.areas and not after.area.startswith(wanted.areas):
            return False
        if wanted.units and not any(assignment.unit in wanted.units for assignment in after.assignments):
            return False
        if self.actor.roles & CENTRE_ROLES or not self.actor.roles & UNIT_ROLES:
            return True
        return may_read(after, self.actor) or (before is not None and may_read(before, self.actor))

    def open(self) -> Publisher:
        """Return its publisher, not connected yet (打开发布器).

        Raises:
            PluginError: ``unknown-plugin``, ``missing-extra`` when its library is not installed.
        """
        made: Publisher = plugin(GROUP, self.publisher)(self.settings)
        return made
