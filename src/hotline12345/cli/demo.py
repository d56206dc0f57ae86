"""``demo`` (演示): one order from receipt to close, in memory, each step in words; the same every time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, print_json
from .printing import say

if TYPE_CHECKING:
    from ..core.commands import Command
    from ..core.order import Order
    from ..hotline import Hotline

START = "2026-09-24T09:30:00+08:00"
NUMBER = "260924093000000001"
TITLE = "小区供水水压低"
TEXT = "和平区某小区三号楼六层以上白天水压太低，洗澡水都上不去，物业说是二次供水设备的问题，没人管。希望尽快解决。"
ENGLISH = (
    "low water pressure above the fifth floor of a block in Heping district; nobody takes care of the booster pump"
)
NEXT = (
    (
        "hotline12345 due --pack shenyang --kind 投诉 --received 2026-09-24T09:30",
        "到期日逐日怎么算",
        "the count, day by day",
    ),
    ("hotline12345 classify 我不满意，但不存在燃气泄漏", "归类，与不会误判的否定", "classification and its negations"),
    (
        "hotline12345 receive --pack shenyang --text 路灯不亮 --area 210102",
        "收一件，存入 hotline12345.db",
        "receive one into a file",
    ),
    ("hotline12345 list", "列出工单，再用 show、do 办下去", "list orders, then go on with show and do"),
    ("hotline12345 simulate shenyang --days 30", "模拟一座城市的一个月", "a city's month"),
)


@click.command(
    "demo",
    cls=Speaking,
    help="演示：一张工单在内存里走完全程，每步说明谁、做了什么、依据哪一条。不写任何文件。\n"
    "--\n"
    "One order from receipt to close, in memory, each step in words.  Writes no file.",
)
@answers("table", "json")
def command(form: str) -> None:
    """Run it."""
    from .show import as_json, look
    from .story import Story

    hotline = _hotline()
    order = run(hotline)
    events = hotline.history(order.number)
    policy = hotline.policy_of(order)
    if form == "json":
        from ..core.actor import Actor

        print_json(as_json(policy, order, events, look(hotline, order, Actor(), "read")))
        return
    story = Story(policy)
    click.echo(say(f"诉求：{TITLE}\n  {TEXT}\n", f"The request: {ENGLISH}\n"))
    for version, event in enumerate(events, 1):
        click.echo(story.paragraph(version, event))
    citizen = order.citizen
    replied, due = order.outcome.replied, citizen.deadline if citizen is not None else None
    if replied is not None and due is not None and due.due_day is not None:
        from ..core.calendar import local
        from ..core.sla import elapsed_working_days

        used = elapsed_working_days(policy.calendar, order.intake.received, replied)
        click.echo(
            "\n"
            + say(
                f"结果：{order.status.zh}。{local(replied).date()} 答复，用了 {used} 个工作日，期限 {due.due_day}，"
                f"{'按时' if order.on_time else '超期'}。",
                f"Result: {order.status.value}.  Answered {local(replied).date()} after {used} working days; due "
                f"{due.due_day}: {'in time' if order.on_time else 'late'}.",
            )
        )
    click.echo("\n" + say("接着可以试", "What to try next"))
    for line, zh, en in NEXT:
        click.echo(f"  $ {line}\n      {say(zh, en)}")


def _hotline() -> Hotline:
    from ..hotline import Hotline

    start = datetime.fromisoformat(START)
    return Hotline("shenyang", "memory:", clock=lambda: start, number=lambda at, attempt: NUMBER, secrets=b"demo" * 8)


def run(hotline: Hotline) -> Order:
    """Take one request through the whole flow (走完全程); nothing here looks at a clock."""
    from ..core.actor import Actor
    from ..core.request import Request, Requester

    at = datetime.fromisoformat
    request = Request(
        at(START), TITLE, TEXT, Requester("王女士", "13800000000"), category="", area="210102", channel="phone"
    )
    order = hotline.receive(request, by=Actor.parse("agent/007"), at=at(START))
    for moment, actor, make in _steps(order.holder):
        order = hotline.handle(order.number, make(Actor.parse(actor)), at=at(moment))
    return order


def _steps(unit: str) -> list[tuple[str, str, Callable[[Any], Command]]]:
    from ..core import commands as c
    from ..core.sla.timelimit import TimeLimit

    more = TimeLimit.parse("3wd")
    return [
        ("2026-09-24T10:05:00+08:00", f"handler@{unit}/zhao", c.Sign),
        ("2026-09-28T09:00:00+08:00", "requester", lambda by: c.Urge(by, "still-waiting")),
        ("2026-10-08T15:00:00+08:00", f"handler@{unit}/zhao", lambda by: c.Extend(by, more, "parts-ordered")),
        ("2026-10-08T16:20:00+08:00", "dispatcher/li", lambda by: c.GrantExtension(by, True)),
        (
            "2026-10-12T11:40:00+08:00",
            f"handler@{unit}/zhao",
            lambda by: c.Reply(
                by, text="更换加压泵一台，六层以上水压正常", public="设备已更换，水压恢复正常", solved=True
            ),
        ),
        ("2026-10-12T14:10:00+08:00", "reviewer/sun", lambda by: c.Review(by, True)),
        ("2026-10-13T10:00:00+08:00", "caller/qian", lambda by: c.FollowUp(by, "reached", True, "satisfied")),
    ]
