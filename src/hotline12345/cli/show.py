"""``show`` (查看工单): its story in words, who had it, its clocks and why they run as they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .common import (
    Speaking,
    answers,
    hotline_of,
    now,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .cover import beside, callers, code_told, marks
from .in_time import duty
from .printing import facts, iso, print_csv, say, table, when

if TYPE_CHECKING:
    from ..core.actor import Actor
    from ..core.events import Event
    from ..core.order import Assignment, Clock, Order
    from ..core.policy import Policy
    from ..hotline import Hotline
    from .story import Story

_ROLES = {"lead": "主办", "assist": "协办", "copy": "抄送"}


@click.command(
    "show",
    cls=Speaking,
    help="查看一张工单：经过、流转轨迹、时限。默认看不到个人信息；用 --as 写明角色，看到该角色可看的部分。\n"
    "--\n"
    "Show one order: its story, who had it, its clocks.  Nothing private is shown unless --as names a role that may.",
)
@click.argument("number")
@click.option(
    "--explain", is_flag=True, help="逐日说明期限，列出归类命中与派单规则 · count the deadline day by day; hits; rules"
)
@click.option("--as", "actor", default="", help="以谁的身份看：角色@单位/人员 · who looks: ROLE@UNIT/PERSON")
@click.option("--code", default="", help="查询码：以诉求人身份查询 · the requester's own code")
@click.option(
    "--purpose",
    type=click.Choice(["read", "contact", "publish"]),
    default="read",
    show_default=True,
    help="查看目的；contact 才显示联系方式 · why; only contact shows how to reach the requester",
)
@store_option
@own_pack_option
@place_option
@overlay_option
@answers("table", "json", "csv")
def command(
    number: str,
    explain: bool,
    actor: str,
    code: str,
    purpose: str,
    store: str,
    pack_name: str,
    place: str,
    overlay_files: tuple[str, ...],
    form: str,
) -> None:
    """Show an order."""
    from ..core.actor import Actor
    from .story import Story

    who = Actor.parse(actor) if actor else Actor()
    hotline = hotline_of(
        pack_name,
        store,
        place,
        must_exist=True,
        number=number,
        reads=not code and purpose != "contact",  # a code is computed with the key
        overlays=overlays_of(overlay_files),
        need=None if form != "json" or explain else (),
    )
    if code:
        from ..inquiry import admit

        who = admit(hotline, number, code)
    order = hotline.order(number)
    events = hotline.history(number)
    policy = hotline.policy_of(order)
    seen = look(hotline, order, who, purpose)
    story = Story(policy)
    if form == "json":
        print_json(as_json(policy, order, events, seen, explain) | beside(hotline, order, who, purpose))
    elif form == "csv":
        rows = [
            (version, iso(event.at), type(event).__name__, story.who(event.by), story.tell(event))
            for version, event in enumerate(events, 1)
        ]
        print_csv(("version", "at", "event", "by", "what"), rows)
    else:
        _print(policy, order, events, seen, story, bool(actor or code))
        _called_back(callers(hotline, order, who, purpose))
        click.echo(code_told(hotline, order, who, purpose), nl=False)
        if explain:
            _explain(policy, order, events, story)


def look(hotline: Hotline, order: Order, who: Actor, purpose: str) -> dict[str, Any]:
    """Return the order as *who* may see it."""
    from ..view import view

    kept = hotline.store.private(hotline.place, order.number)
    notes = {version: record["words"] for version, record in kept.items() if version != "1"}
    return view(order, hotline.words(order.number), who, purpose, notes)


# ── JSON ──


def as_json(
    policy: Policy, order: Order, events: list[Event], seen: dict[str, Any], explain: bool = False
) -> dict[str, Any]:
    """Return an order, what happened to it and how it stands, as ``--format json`` prints it."""
    from ..core.decide import possible

    told = {
        **seen,
        "status_name": policy.status_name(order.status),
        "assignments": [_assignment(a) for a in order.assignments],
        "clocks": [
            {"clock": name, "unit": unit, **_clock(clock), "light": policy.light(clock.deadline, now()) or None}
            for name, clock, unit in order.running()
        ],
        "possible": {name: list(roles) for name, roles in possible(order).items()},
        "events": [event_json(version, event) for version, event in enumerate(events, 1)],
    }
    if explain:
        counted = list(counts(policy, order))
        told["counted"] = {name: rows for name, _, rows in counted}
        told["recounted"] = {name: differs for name, differs, _ in counted if differs is not None}
    return told


def event_json(version: int, event: Event) -> dict[str, Any]:
    """Return one event as JSON: every field that says something, and nobody's words."""
    from attrs import fields

    body = {
        a.name: _plain(value)
        for a in fields(type(event))
        if a.name not in ("at", "by", "requester", "private")
        and (value := getattr(event, a.name)) not in (None, "", ())
    }
    return {"version": version, "event": type(event).__name__, "at": iso(event.at), "by": _by(event.by), **body}


def _by(actor: Actor) -> str:
    from ..core.actor import Actor as Somebody
    from ..core.actor import Role

    # A requester may be on record by name; the role says enough.
    return str(Somebody("", actor.unit, actor.roles) if Role.REQUESTER in actor.roles else actor)


def _plain(value: Any) -> Any:
    from datetime import date
    from enum import Enum

    from ..core.sla import Deadline, TimeLimit

    if isinstance(value, date):
        return iso(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, TimeLimit):
        return str(value)
    if isinstance(value, Deadline):
        return deadline_json(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [_plain(each) for each in value]
    names = getattr(type(value), "_fields", None) or [a.name for a in getattr(type(value), "__attrs_attrs__", ())]
    return {name: _plain(getattr(value, name)) for name in names} if names else value


def deadline_json(due: Any) -> dict[str, Any]:
    """Return a deadline as JSON."""
    return {
        "due_day": iso(due.due_day),
        "at": iso(due.at),
        "provisional": due.provisional,
        "earliest": iso(due.earliest),
        "latest": iso(due.latest),
        "limit": str(due.limit) if due.limit is not None else None,
        "start": iso(due.start),
        "basis": due.basis,
    }


def _clock(clock: Clock) -> dict[str, Any]:
    return {"stage": clock.stage.value, **deadline_json(clock.deadline), "fired": list(clock.fired)}


def _assignment(a: Assignment) -> dict[str, Any]:
    return {
        "id": a.id,
        "parent": a.parent,
        "unit": a.unit,
        "role": a.role,
        "opened": iso(a.opened),
        "signed": iso(a.signed),
        "replied": iso(a.replied),
        "closed": iso(a.closed),
        "why": a.why,
        "sign": deadline_json(a.sign.deadline) if a.sign is not None else None,
        "handle": deadline_json(a.handle.deadline) if a.handle is not None else None,
    }


# ── for people ──


def _print(policy: Policy, order: Order, events: list[Event], seen: dict[str, Any], story: Story, named: bool) -> None:
    kind = say(order.kind.zh, order.kind.value) if order.kind is not None else ""
    citizen = order.citizen
    click.echo(
        facts(
            [
                (say("工单", "order"), order.number),
                (say("状态", "status"), say(policy.status_name(order.status), order.status.value)),
                (say("持单", "holder"), story.unit(order.holder) if order.is_open else ""),
                (say("归类", "matter"), " ".join(part for part in (kind, order.category) if part)),
                (say("区划", "area"), order.area),
                (say("收件", "received"), f"{when(order.intake.received)} {order.intake.channel}"),
                (say("办法", "rules"), f"{policy.pack} {policy.edition}"),
                (
                    say("期限", "due"),
                    story.due(citizen.deadline, order.counts.extended > 0)
                    if citizen is not None
                    else say("未起算", "not running"),
                ),
                *marks(policy, order),
                *_private(seen),
            ]
        )
    )
    if seen["withheld"]:
        click.echo(_withheld(seen, named))
    click.echo("\n" + say("经过", "Story"))
    for version, event in enumerate(events, 1):
        click.echo(story.paragraph(version, event))
    if seen["notes"]:
        click.echo("\n" + say("附言", "Notes"))
        click.echo(facts((version, " / ".join(note.values())) for version, note in seen["notes"].items()))
    if order.assignments:
        click.echo("\n" + say("流转轨迹", "Who had it"))
        click.echo("\n".join(tree(order, story)))
    running = list(order.running())
    if running:
        click.echo("\n" + say("在走的时限", "Clocks"))
        click.echo(
            facts(
                (_clock_name(name, clock, story, unit), story.due(clock.deadline, order.counts.extended > 0))
                for name, clock, unit in running
            )
        )


def _called_back(rows: list[dict[str, Any]]) -> None:
    if rows:
        yes, no = say("已回访", "called"), say("待回访", "to be called")
        told = [
            (one["number"], yes if one["called"] else no, " ".join(filter(None, (one["requester"] or {}).values())))
            for one in rows
        ]
        click.echo("\n" + say("并单回访名单", "To be called back with it"))
        click.echo(table(say("工单,回访,诉求人", "order,call,requester").split(","), told))


def _private(seen: dict[str, Any]) -> Iterator[tuple[str, str]]:
    requester = seen["requester"]
    if requester:
        yield say("诉求人", "requester"), " ".join(part for part in requester.values() if part)
    for key, zh in (("title", "标题"), ("text", "内容"), ("address", "地址")):
        yield say(zh, key), " ".join(str(seen[key] or "").split())
    if seen["attachments"]:
        yield say("附件", "attachments"), "、".join(str(each.get("name", "")) for each in seen["attachments"])


def _withheld(seen: dict[str, Any], named: bool) -> str:
    names = {
        "title": "标题",
        "text": "内容",
        "address": "地址",
        "requester": "诉求人",
        "attachments": "附件",
        "notes": "附言",
    }
    what = say("、".join(names[name] for name in seen["withheld"]), ", ".join(seen["withheld"]))
    if named:
        return say(f"（此身份不可见：{what}）", f"(not for this role: {what})")
    return say(
        f"（未写明身份，不显示：{what}。用 --as 角色@单位/人员 查看，如 --as agent）",
        f"(nobody named, so not shown: {what}.  Look as somebody: --as ROLE@UNIT/PERSON, for example --as agent)",
    )


def tree(order: Order, story: Story, parent: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the assignments as a tree (流转轨迹), each with how long it lay where."""
    for a in order.assignments:
        if a.parent != parent:
            continue
        role = say(_ROLES.get(a.role, a.role), a.role)
        steps = [say("派到 ", "from ") + when(a.opened)]
        steps += [say("签收 ", "signed ") + when(a.signed)] if a.signed else []
        steps += [say("答复 ", "replied ") + when(a.replied)] if a.replied else []
        steps += [say("结束 ", "closed ") + when(a.closed) + (f" {a.why}" if a.why else "")] if a.closed else []
        mark = "  " * depth + ("└ " if depth else "")
        click_line = say("，", ", ").join(steps)
        yield f"{mark}{a.id} {story.unit(a.unit)} {role}{say('：', ': ')}{click_line}"
        yield from tree(order, story, a.id, depth + 1)


def _clock_name(name: str, clock: Clock, story: Story, unit: str) -> str:
    stage = say(clock.stage.zh, clock.stage.value)
    if name == "citizen":
        return say("群众", "citizen")
    if name.startswith("tell:"):
        return f"{stage} {duty(name.removeprefix('tell:'))}"
    return f"{name} {story.unit(unit)} {stage}" if name.startswith("A") else stage


def counts(policy: Policy, order: Order) -> Iterator[tuple[str, dict[str, Any] | None, list[dict[str, Any]]]]:
    """Yield (clock, the recount where it differs, day by day) for each handling deadline (逐日说明)."""
    from ..core.sla import Stage
    from ..explain.deadlines import deadlines_told
    from .explain import rows_of

    for one in deadlines_told(policy, order):
        if one.stage is Stage.HANDLE and one.deadline.limit is not None:
            yield one.clock, deadline_json(one.recount) if one.recount is not None else None, rows_of(one)


def _explain(policy: Policy, order: Order, events: list[Event], story: Story) -> None:
    from ..explain.deadlines import deadlines_told
    from ..explain.hits import classification_told
    from ..explain.routes import routes_told
    from .explain import show_classifications, show_deadlines, show_routes

    show_deadlines(deadlines_told(policy, order, events), story)
    show_classifications(classification_told(policy, events))
    show_routes(routes_told(policy, events), story)
