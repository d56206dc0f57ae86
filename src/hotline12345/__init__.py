"""The shared part of every 12345 hotline (政务服务便民热线核心库).

A request (诉求) walks one way through pure functions and becomes events; a store keeps them as records.
The names below are the public surface; each is imported when it is first asked for, so that
``import hotline12345`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .core import commands, events
    from .core.actor import Actor, Role
    from .core.calendar import WorkCalendar
    from .core.classify import Classification, classify
    from .core.decide import decide
    from .core.errors import (
        CalendarError,
        CommandError,
        Conflict,
        HotlineError,
        PluginError,
        PolicyError,
        RequestError,
        StoreError,
        UnknownOrder,
    )
    from .core.evolve import evolve, fold
    from .core.order import Order, Status
    from .core.policy import Pack, Policy
    from .core.request import Kind, Request, Requester
    from .core.routing import RoutingGraph
    from .core.sla import Deadline, TimeLimit, deadline, explain
    from .hotline import Hotline
    from .packs import load_pack
    from .stores import Store, open_store

_HOME = {
    "Actor": "core.actor",
    "CalendarError": "core.errors",
    "Classification": "core.classify",
    "CommandError": "core.errors",
    "Conflict": "core.errors",
    "Deadline": "core.sla",
    "Hotline": "hotline",
    "HotlineError": "core.errors",
    "Kind": "core.request",
    "Order": "core.order",
    "Pack": "core.policy",
    "PluginError": "core.errors",
    "Policy": "core.policy",
    "PolicyError": "core.errors",
    "Request": "core.request",
    "RequestError": "core.errors",
    "Requester": "core.request",
    "Role": "core.actor",
    "RoutingGraph": "core.routing",
    "Status": "core.order",
    "Store": "stores",
    "StoreError": "core.errors",
    "TimeLimit": "core.sla",
    "UnknownOrder": "core.errors",
    "WorkCalendar": "core.calendar",
    "classify": "core.classify",
    "commands": "core.commands",
    "deadline": "core.sla",
    "decide": "core.decide",
    "events": "core.events",
    "evolve": "core.evolve",
    "explain": "core.sla",
    "fold": "core.evolve",
    "load_pack": "packs",
    "open_store": "stores",
}

__all__ = [
    "Actor",
    "CalendarError",
    "Classification",
    "CommandError",
    "Conflict",
    "Deadline",
    "Hotline",
    "HotlineError",
    "Kind",
    "Order",
    "Pack",
    "PluginError",
    "Policy",
    "PolicyError",
    "Request",
    "RequestError",
    "Requester",
    "Role",
    "RoutingGraph",
    "Status",
    "Store",
    "StoreError",
    "TimeLimit",
    "UnknownOrder",
    "WorkCalendar",
    "classify",
    "commands",
    "deadline",
    "decide",
    "events",
    "evolve",
    "explain",
    "fold",
    "load_pack",
    "open_store",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{home}")
    # commands and events are modules; everything else is a name inside its module.
    value = module if home.endswith(f".{name}") and name in ("commands", "events") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
