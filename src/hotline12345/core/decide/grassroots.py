"""The guard of the grassroots (不得向基层转嫁): a department's duty is not handed to a town or subdistrict."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import Role
from ..calendar import local
from ..errors import RequestError
from ..order import Order
from ..policy import GrassrootsRule, Policy
from ..routing import Grade, RoutingGraph
from .refusal import refuse


def set_aside(policy: Policy, order: Order, command: c.Command, unit: str, at: datetime) -> str:
    """Return the code by which the guard is set aside for *unit*; "" where there is nothing to set aside.

    Raises:
        CommandError: ``grassroots`` when the guard holds and nobody says why it should not.
    """
    rule, routes = policy.dispatching.grassroots, policy.routes
    if not rule.guard or routes is None or not routes.grassroots(unit):
        return ""
    whose = _duty_of(rule, routes.on(local(at).date()), order)
    if whose is None:
        return ""
    override: str = getattr(command, "override", "")
    if override:
        _by_the_centre(command, rule)
        return override
    name = policy.unit_name(unit)
    raise refuse(
        "grassroots",
        f"「{order.category}」属{whose or '职能部门'}职责，不得分派给{name}（{rule.basis}）",
        f"{order.category!r} is the duty of {whose or 'a department'} and is not handed to {name} ({rule.basis})",
        "派给职能部门，请乡镇（街道）协办；确需分派的，用 override 写明理由代码",
        "dispatch it to the department and let the town assist; where it must be, give a reason code as `override`",
    )


def _by_the_centre(command: c.Command, rule: GrassrootsRule) -> None:
    """Refuse a unit that would set the guard aside for itself: it guards against the units (潍坊条例 art. 24)."""
    if command.by.roles <= {Role.HANDLER, Role.UNIT_HEAD}:
        raise refuse(
            "grassroots",
            f"承办单位不得自行把职能部门的事项下派给乡镇（街道）（{rule.basis}）",
            f"a unit may not hand a department's duty to a town of its own accord ({rule.basis})",
            "确需下派的，请热线中心派给乡镇（街道）并写明 override",
            "have the centre dispatch it to the town, with a reason as `override`",
        )


def _duty_of(rule: GrassrootsRule, routes: RoutingGraph, order: Order) -> str | None:
    """Return the department whose duty it is, "" for one not named; ``None`` where it is nobody's that is known."""
    whole = order.category + "/"
    if any(whole.startswith(prefix + "/") for prefix in rule.categories):
        return ""
    if not rule.by_catalogue:
        return None
    try:
        lead = routes.unit(routes.route(order.category, order.area, order.kind).unit)
    except RequestError:  # an area that is none: nothing can be said about whose duty it is there
        return None
    return lead.name if lead.grade is Grade.DEPARTMENT else None
