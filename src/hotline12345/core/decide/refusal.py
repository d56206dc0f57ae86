"""How a command is refused (拒绝): who holds the order, what status it is in and what is possible now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..actor import ROLE_ZH
from ..calendar import local
from ..commands import COMMAND_ZH, Command, command_name
from ..errors import CommandError
from ..order import Assignment, Order
from ..policy import Policy
from ..transitions import TRANSITIONS, Cell

_ROLE_ZH = {"lead": "主办", "assist": "协办", "copy": "抄送"}
DECIDES = {
    "centre": ("热线中心", "the centre"),
    "unit-head": ("承办单位负责人", "the head of the unit"),
    "none": ("主办单位", "the unit that leads"),
}
"""Who decides about the time of an order (审批人), as refusals call them."""


def not_possible(policy: Policy, order: Order, command: Command) -> CommandError:
    """The status does not allow it."""
    name = command_name(type(command))
    allowed = [command_name(kind) for kind in TRANSITIONS[order.status]]
    holder = order.holder
    who = f"{policy.unit_name(holder)}（{holder}）" if holder else "热线中心"
    return CommandError(
        f"工单 {order.number} 现为「{order.status.zh}」，由{who}持有，不能{COMMAND_ZH.get(name, name)}（{name}）",
        f"order {order.number} is {order.status.value}, held by {holder or 'the centre'}: cannot {name}",
        hint="现在可以：" + ("、".join(f"{COMMAND_ZH[each]} {each}" for each in allowed) or "无（已终结）"),
        hint_en="possible now: " + (", ".join(allowed) or "nothing, it has ended"),
    )


def not_permitted(order: Order | None, command: Command, cell: Cell) -> CommandError:
    """The role may not."""
    name = command_name(type(command))
    roles = sorted(cell.roles, key=lambda role: role.value)
    mine = "、".join(ROLE_ZH[role] for role in sorted(command.by.roles, key=lambda role: role.value)) or "无角色"
    status = f"「{order.status.zh}」的工单" if order is not None else "新诉求"
    return CommandError(
        f"{mine}无权对{status}执行「{COMMAND_ZH[name]}」（{name}）",
        f"{command.by} may not {name} {'a new request' if order is None else 'an order that is ' + order.status.value}",
        code="not-permitted",
        hint="有权的角色：" + "、".join(f"{ROLE_ZH[role]}（{role.value}）" for role in roles),
        hint_en="roles that may: " + ", ".join(role.value for role in roles),
    )


def refuse(code: str, zh: str, en: str, hint: str = "", hint_en: str = "") -> CommandError:
    """Build a refusal with a code of its own."""
    return CommandError(zh, en, code=code, hint=hint, hint_en=hint_en)


def moment(at: datetime) -> str:
    """Return an instant as people read it (时刻写法), in China's time."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def need_reason(reason: str, zh: str, en: str) -> str:
    """Return *reason*, refusing an empty one: whoever is told no must be told why."""
    if not reason:
        raise refuse(
            "reason-needed", f"{zh}必须说明理由", f"{en} needs a reason", "写明 reason 代码", "give a reason code"
        )
    return reason


def known_reason(reason: str, reasons: Mapping[str, str], zh: str, en: str, basis: str) -> str:
    """Return *reason*, refusing what is not on the place's list, where it has one."""
    if reasons and reason not in reasons:
        raise refuse(
            "unknown-reason",
            f"{zh}的理由没有「{reason}」（{basis}）",
            f"{reason!r} is no reason for {en} ({basis})",
            "理由有：" + "、".join(f"{name} {code}" for code, name in reasons.items()),
            ", ".join(reasons),
        )
    return reason


def own_assignment(order: Order, command: Command, wanted: str = "") -> Assignment:
    """Return the open assignment the actor's unit acts on: the one named, else its lead, its assist, its copy.

    Raises:
        CommandError: ``not-your-order`` when the actor's unit has nothing open here.
    """
    unit = command.by.unit
    found = None
    for assignment in order.assignments:
        task = assignment.task
        if assignment.closed is not None or not unit or task.unit != unit or (wanted and wanted != task.id):
            continue
        if found is None or task.role == "lead" or (found.task.role, task.role) == ("copy", "assist"):
            found = assignment
    if found is None:
        desks = "、".join(f"{a.unit}（{a.id} {_ROLE_ZH.get(a.role, a.role)}）" for a in order.open_assignments) or "无"
        open_ = ", ".join(f"{a.unit} ({a.id} {a.role})" for a in order.open_assignments) or "none"
        raise refuse(
            "not-your-order",
            f"{unit or '（未写明单位）'} 在工单 {order.number} 上没有在办任务",
            f"{unit or '(no unit given)'} has nothing open on order {order.number}",
            f"在办单位：{desks}；办理人写成 角色@单位/人员，单位须在其中",
            f"open: {open_}; say which unit you act for with ROLE@UNIT/PERSON",
        )
    return found
