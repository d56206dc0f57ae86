"""Deciders of what comes before dispatching (会商、拆单): consult, conclude, divide."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..events import Concluded, Consulted, Divided, Event
from ..order import Order
from ..policy import Policy
from ..refs import Ref
from ..sla import Stage
from .limits import stage_deadline
from .refusal import refuse
from .routing import check_unit, handed_over, in_consultation

OUTCOMES = ("agreed", "undecided")
CONSULTATION_BASIS = "国办函〔2025〕66号（五）；北京市接诉即办工作条例 第十二条"


def consult(policy: Policy, order: Order, command: c.Consult, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Consult (会商) before dispatching; how long it may take is the limit of the stage 会商."""
    if order.counts.handovers.consulted:
        raise in_consultation(order)
    units = tuple(dict.fromkeys(unit for unit in command.units if unit))
    if not units:
        raise refuse(
            "units-needed", "会商须写明参加单位", "a consultation needs its participants", "写明 units", "give `units`"
        )
    for unit in units:
        check_unit(policy, unit)
    until = stage_deadline(policy, order, Stage.CONSULT, at)
    return (Consulted(at, command.by, units, command.reason, until, ref),)


def conclude(policy: Policy, order: Order, command: c.Conclude, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Conclude (会商结论): agreed, it is dispatched to the lead and those who assist; undecided, it stays."""
    if not order.counts.handovers.consulted:
        raise refuse(
            "no-consultation", "没有正在进行的会商", "no consultation is going on", "先 consult", "consult first"
        )
    if command.outcome not in OUTCOMES:
        raise refuse(
            "unknown-conclusion",
            f"没有会商结论「{command.outcome}」",
            f"there is no conclusion {command.outcome!r}",
            "结论有：agreed 达成一致、undecided 未达成一致",
            ", ".join(OUTCOMES),
        )
    agreed = command.outcome == "agreed"
    if agreed != bool(command.unit):
        raise refuse(
            "unit-needed",
            "达成一致须写明主办单位 unit；未达成一致则不写",
            "agreed, it names the unit that leads; undecided, it names none",
        )
    assist = tuple(dict.fromkeys(unit for unit in command.assist if unit and unit != command.unit)) if agreed else ()
    told = Concluded(at, command.by, command.outcome, command.unit, assist, command.basis, ref)
    if not agreed:
        return (told,)
    for unit in (command.unit, *assist):
        check_unit(policy, unit)
    basis = command.basis or CONSULTATION_BASIS
    onward = handed_over(policy, order, command, at, command.unit, assist=assist, rule="consultation", basis=basis)
    return (told, *onward)


def divide(policy: Policy, order: Order, command: c.Divide, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Divide (拆单): a part becomes the order *into*, which the Hotline opens in the same write."""
    if not command.category and not command.text and not command.area and command.kind is None:
        raise refuse(
            "part-needed",
            "拆单须写明拆出的事项：category、text、area 或 kind",
            "dividing needs what the part is about: a category, a text, an area or a kind",
        )
    if not command.into:
        raise refuse("into-needed", "拆单须有新工单的编号", "dividing needs the number of the new order")
    return (Divided(at, command.by, command.into, command.kind, command.category, command.area, ref),)
