"""What comes in from outside (进入): a request on its way, and what is refused before anything is decided."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from attrs import evolve as change

from .core.actor import Actor
from .core.commands import Command, Receive
from .core.decide.refusal import not_permitted
from .core.errors import RequestError
from .core.order import Order
from .core.request import Request
from .core.transitions import RECEIVE

STEPS = ("receive", "accept", "dispatch")


class Entry(NamedTuple):
    """A request on its way in, and how it came."""

    request: Request
    by: Actor
    at: datetime
    through: str
    disposition: str
    key: str
    print_: str
    origin: Order | None


def admit(request: Request, by: Actor, through: str) -> None:
    """Refuse what cannot come in at all (入口检查), before it is looked whether it came in before.

    Raises:
        RequestError: ``unknown-step``, ``wrong-type``.
        CommandError: ``not-permitted``: who may not receive is not told of an order either.
    """
    if through not in STEPS:
        raise _unknown_step(through)
    for name, value, wanted_type in (("request", request, Request), ("by", by, Actor)):
        if not isinstance(value, wanted_type):
            raise wrong_type(name, value, wanted_type)
    if RECEIVE.roles.isdisjoint(by.roles):
        raise not_permitted(None, Receive(by, request, "", ""), RECEIVE)


def _unknown_step(through: str) -> RequestError:
    return RequestError(
        f"没有环节「{through}」",
        f"there is no step {through!r}",
        code="unknown-step",
        hint="环节有：" + "、".join(STEPS),
        hint_en="steps: " + ", ".join(STEPS),
    )


def wrong_type(name: str, value: object, wanted_type: type) -> RequestError:
    """Return the refusal of a value that is not what it should be (类型不对)."""
    return RequestError(
        f"{name} 应为 {wanted_type.__name__}，收到 {type(value).__name__}",
        f"{name} must be a {wanted_type.__name__}, got {type(value).__name__}",
        code="wrong-type",
        hint="文字可用 Actor.parse、commands.Sign(...) 等变成对象",
        hint_en="turn text into objects with Actor.parse, commands.Sign(...) and the like",
    )


def naive_time(now: datetime) -> RequestError:
    """Return the refusal of an instant without an offset (没有时区)."""
    return RequestError(
        f"时间 {now.isoformat()} 没有时区",
        f"the instant {now.isoformat()} has no time zone",
        code="naive-time",
        hint="请写明时区，例如 +08:00",
        hint_en="give the offset, for example +08:00",
    )


def acting(command: Command, by: Actor) -> Command:
    """Return *command* by *by* (换作此人)."""
    return command if by is command.by else change(command, by=by)
