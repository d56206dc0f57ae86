"""Asking how one's own order stands (进度自助查询): by its number and a code of its own, without giving a name.

The code is computed from the number and the place's key and kept nowhere: whoever was told it may look, and whoever
reads the store cannot make it up.  How often somebody may try is the host's to bound.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from .core.actor import Actor, Role
from .core.errors import CommandError
from .core.order import Status
from .view import course, view

if TYPE_CHECKING:
    from .hotline import Hotline

ASKING = Actor("", "", frozenset({Role.REQUESTER}))


def admit(hotline: Hotline, number: str, code: str) -> Actor:
    """Return the requester of the order *number* as whom its *code* lets one look (凭码查询).

    Raises:
        CommandError: ``wrong-code``; the same whether the order is there or not, so that numbers cannot be tried out.
    """
    said = "".join(code.split()).replace("-", "").upper()
    if not compare_digest(said.encode(), hotline.query_code(number).encode()):
        raise CommandError(
            "查询码与工单编号不符",
            "this is not the code of that order",
            code="wrong-code",
            hint="核对受理时告知的编号和查询码",
            hint_en="check the number and the code that were told at acceptance",
        )
    return ASKING


def inquire(hotline: Hotline, number: str, code: str) -> dict[str, Any]:
    """Return how the order *number* stands, with the public reply once it is cleared, to whoever has its *code*.

    Raises:
        CommandError: ``wrong-code``.
        UnknownOrder: there is no such order in this place.
    """
    who = admit(hotline, number, code)
    kept = hotline.store.private(hotline.place, number)
    notes = {version: record["words"] for version, record in kept.items() if version != "1"}
    order = hotline.order(number)
    told = view(order, hotline.words(number), who, "read", notes)
    if order.status is not Status.MERGED:
        return told
    # Whoever merged is answered with the order that goes on; of it they learn how it stands and no words.
    going_on = course(hotline.order(order.outcome.to))
    return told | {"goes_on": {key: going_on[key] for key in ("status", "open", "due_day", "at")}}
