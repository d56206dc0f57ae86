"""Delivery (投递): the log goes out to departments and other systems, neither lost nor doubled.

A *destination* (投递目的地) says where to, by which publisher, whose view it gets and of which orders.  Each has a
cursor of its own in the store's feed.  A record is sent until the receiver has taken it: at least once, with an id that
is the same every time, so that a receiver who drops ids it has seen has each event once.  What fails is parked with
everything of its order behind it; other orders go on.
"""

from __future__ import annotations

from .destinations import Destination, Wanted
from .envelope import CONTENT_TYPE, envelope, event_id
from .parking import Retry, dead, resend, skip, waiting
from .protocol import DONE, LATER, NEVER, Answer, Message, Publisher, Settings, Wrong
from .reading import read_destinations
from .sending import Delivered, deliver
from .signing import sign, verify
from .turns import Turn, turn

__all__ = [
    "CONTENT_TYPE",
    "DONE",
    "LATER",
    "NEVER",
    "Answer",
    "Delivered",
    "Destination",
    "Message",
    "Publisher",
    "Retry",
    "Settings",
    "Turn",
    "Wanted",
    "Wrong",
    "dead",
    "deliver",
    "envelope",
    "event_id",
    "read_destinations",
    "resend",
    "sign",
    "skip",
    "turn",
    "verify",
    "waiting",
]
