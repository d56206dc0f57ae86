"""What is sent (信封): CloudEvents 1.0 in structured JSON, holding what the receiver may see and no more.

Attributes as the specification names them (CloudEvents 1.0.2, JSON event format; the extension ``sequence`` as its
own page has it).  ``id`` is made of place, number and version, so that the same record has the same id for ever;
``subject`` is the order; ``sequence`` is the order's version, padded, so that text order is the order of events
*within one subject*.  The extension ``place`` is ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..core.actor import Actor, Role
from ..core.calendar import local
from ..core.events import Event
from ..core.order import Order
from ..stores.port import Record, Store
from ..view import view
from .feeding import Broken

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
TYPE = "hotline12345.order."
"""What event types begin with; the rest is the event's name, for example ``hotline12345.order.Dispatched``."""

QUIET = "publish"
"""The purpose under which :func:`hotline12345.view.view` gives nothing private (不含隐私内容): the default."""


def event_id(record: Record | Broken) -> str:
    """Return the id of *record* wherever it is sent (消息编号): PLACE:NUMBER:VERSION, escaped to plain ASCII.

    A dot is escaped, too: signatures are made over ``id.timestamp.body``.
    """
    place, number = (quote(part, safe="").replace(".", "%2E") for part in (record.place, record.number))
    return f"{place}:{number}:{record.version}"


def envelope(
    store: Store,
    record: Record,
    event: Event,
    order: Order,
    actor: Actor,
    purpose: str = QUIET,
    fields: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the CloudEvents envelope (信封) of *record* for one receiver.

    Args:
        store: asked for private words, and only when *purpose* may show some; after ``forget`` there are none.
        event: what *record* says.
        order: the order as it was right after *event*.
        actor: who receives; see :func:`hotline12345.view.view`.
        purpose: one of ``view.PURPOSES``; ``publish`` shows nothing private.
        fields: only these fields of the view; () gives all that *actor* may see.
    """
    words, notes = _private(store, record) if purpose != QUIET else ({}, {})
    seen = view(order, words, actor, purpose, notes)
    return {
        "specversion": "1.0",
        "id": event_id(record),
        "source": f"/hotline12345/{quote(record.place, safe='')}",
        "type": TYPE + record.kind,
        "subject": record.number,
        "time": local(event.at).isoformat(),
        "datacontenttype": "application/json",
        "place": record.place,
        "sequence": f"{record.version:010d}",
        "data": {
            "event": record.kind,
            "version": record.version,
            "occurred": local(event.occurred).isoformat() if event.occurred is not None else None,
            "by": _by(event.by),
            "order": {name: seen[name] for name in fields} if fields else seen,
        },
    }


def body_of(told: Mapping[str, Any]) -> bytes:
    """Return an envelope as bytes of UTF-8; what UTF-8 cannot hold goes escaped."""
    try:
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(told, separators=(",", ":")).encode()


def _by(actor: Actor) -> dict[str, Any]:
    """Say which unit acted in which role; who it was is nobody's business outside."""
    return {"unit": actor.unit, "roles": sorted(role.value for role in actor.roles)}


def _private(store: Store, record: Record) -> tuple[Mapping[str, Any], dict[str, Mapping[str, Any]]]:
    """Return the request's words, and the later ones by version, as far as they were written by *record*."""
    kept = store.private(record.place, record.number)
    notes = {
        version: private["words"]
        for version, private in kept.items()
        if version.isdecimal() and 1 < int(version) <= record.version
    }
    return kept.get("1", {}).get("words", {}), notes


OUTSIDE = frozenset(Role) - {Role.REQUESTER}
"""Who can be a destination (可作为接收方的角色): everybody but requesters, who see their names in clear."""
