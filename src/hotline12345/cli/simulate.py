"""``simulate`` (模拟): a city's hotline with a virtual clock, driving the same hotline that serves citizens."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, instant_of, no_such_file, overlay_option, overlays_of, pack_of
from .printing import day_of, facts, half, print_csv, print_json, progress, say, table
from .roomy import roomy

if TYPE_CHECKING:
    from ..simulate import Scenario, SimulationResult

_TOP = 10
_WHERE = {
    "queue": ("在办积压中", "on the desk"),
    "third-party": ("等第三方", "third parties"),
    "sign": ("待签收", "unsigned"),
    "dispute": ("争议裁定", "in dispute"),
    "review": ("待审核", "in review"),
    "dispatch": ("待派单", "undispatched"),
    "work": ("办理", "work"),
}


@click.command(
    "simulate",
    cls=Speaking,
    help="模拟一座城市的热线：来电、话务员、承办单位、审核、回访，用虚拟时钟驱动真正的热线。同一种子，逐字节相同。\n"
    "PACK 是政策包名或路径；默认每天 60 件、30 天、自 2026-03-02 起。模型与它不能回答的问题见 docs/simulation.md。\n"
    "--\n"
    "Simulate a city's hotline: calls, agents, units, review and call-back drive the real hotline with a virtual "
    "clock.  The same seed gives the same bytes.\n"
    "PACK is a pack's name or path; by default 60 calls a day for 30 days from 2026-03-02.  "
    "docs/simulation.md writes the model down, with what it cannot answer.",
)
@click.argument("pack_name", metavar="PACK")
@click.option("--days", type=int, default=30, show_default=True, help="天数 · how many days")
@click.option("--per-day", type=float, default=None, help="平日每天来电量，默认 60 · calls a day, 60 by default")
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子 · names the random streams")
@click.option("--start", default="2026-03-02", show_default=True, help="第一天 · the first day")
@click.option("--scenario", "scenario_file", default="", type=click.Path(), help="情景文件（TOML） · scenario file")
@click.option("--store", default="memory:", show_default=True, help="存储地址，须为空 · address of an empty store")
@click.option("--ack", "ack_file", default="", type=click.Path(), help="每次提交后写一行 编号 版本 · a line a commit")
@overlay_option
@answers("table", "json", "csv")
def command(
    pack_name: str,
    days: int,
    per_day: float | None,
    seed: int,
    start: str,
    scenario_file: str,
    store: str,
    ack_file: str,
    overlay_files: tuple[str, ...],
    form: str,
) -> None:
    """Simulate a city."""
    from ..core.calendar import local
    from ..simulate import simulate
    from ..stores import open_store

    day = local(instant_of(start)).date()
    scenario = _scenario(scenario_file)
    pack = pack_of(pack_name, overlays_of(overlay_files))
    with _ack(ack_file) as ack, progress(say("模拟", "simulating"), days) as advance, roomy():
        result = simulate(
            pack,
            days,
            per_day,
            seed,
            start=day,
            scenario=scenario,
            store=open_store(store),
            ack=ack,
            progress=lambda done, total: advance() if done else None,
        )
    _print(result, form)


def _scenario(path: str) -> Scenario | None:
    from ..simulate import read_scenario

    if not path:
        return None
    try:
        with open(path, "rb") as file:
            return read_scenario(file.read(), path)
    except OSError as error:
        raise no_such_file(path, error) from error


def _ack(path: str) -> Any:
    if not path:
        return nullcontext()
    try:
        return open(path, "w", encoding="ascii", newline="\n")
    except OSError as error:
        raise no_such_file(path, error) from error


def _print(result: SimulationResult, form: str) -> None:
    plain = result.as_dict()
    if form == "json":
        _bytes(plain)
    elif form == "csv":
        columns = list(plain["units"][0]) if plain["units"] else ["unit"]
        print_csv(columns, [[unit[column] for column in columns] for unit in plain["units"]])
    else:
        _show(plain)


def _bytes(plain: Mapping[str, Any]) -> None:
    """Write JSON in UTF-8 wherever a machine reads it: the same seed gives the same bytes whatever the locale."""
    if sys.stdout.isatty():
        print_json(plain)
    else:
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2).encode() + b"\n", nl=False)


def _show(plain: Mapping[str, Any]) -> None:
    click.echo(facts(_head(plain)))
    click.echo()
    from ..core.scoring.metrics import METRIC

    rows = [
        (
            say(METRIC[metric].zh, METRIC[metric].en),
            f"{rate['value']} %" if rate["value"] is not None else "—",
            f"{rate['numerator']:,} / {rate['denominator']:,}",
        )
        for metric, rate in plain["rates"].items()
    ]
    click.echo(table((say("指标", "rate"), say("比率", "per cent"), say("件数", "counted")), rows))
    points = plain["score"]
    if points["total"] is not None:
        click.echo(
            say(f"得分 {points['total']} / {points['possible']}", f"score {points['total']} / {points['possible']}")
        )
    _slowest(plain)
    _late(plain)
    if plain["example"] is not None:
        _explain(plain["example"])
    click.echo()
    click.echo(
        say(
            "模型与它不能回答的问题见 docs/simulation.md；用 --store 存下来，可用 list、show、score 细看。",
            "docs/simulation.md says what the model cannot answer; keep the city with --store and look closer with "
            "list, show and score.",
        )
    )


def _head(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    calls, arrivals = plain["calls"], plain["arrivals"]
    shares = "、" if say("zh", "en") == "zh" else ", "
    parts = [
        f"{say('办结', 'closed')} {plain['closed']:,}",
        f"{say('在办', 'open')} {plain['open']:,}",
        f"{say('直接答复与转出', 'answered or referred')} {plain['diverted']:,}",
    ]
    changed = f"{plain['scenario']} ({len(plain['changed'])})" if plain["changed"] else ""
    phones = ""
    if calls["phone"]:
        phones = say(
            f"{calls['phone']:,} 通，{calls['agents']} 个座席，15 秒内接通 {calls['within_15_seconds_percent']} %，"
            f"最长等 {calls['longest_wait_seconds']} 秒",
            f"{calls['phone']:,} calls, {calls['agents']} seats, {calls['within_15_seconds_percent']} % within 15 s, "
            f"the longest wait {calls['longest_wait_seconds']} s",
        )
    median = plain["median_working_days"]
    return [
        (say("政策包", "pack"), f"{plain['pack']} {plain['edition']} {half(plain['title'])}"),
        (say("情景", "scenario"), changed),
        (
            say("时段", "period"),
            say(
                f"{plain['start']} 起 {plain['days']} 天，平日每天 {plain['per_day']:g} 件，种子 {plain['seed']}",
                f"{plain['days']} days from {plain['start']}, {plain['per_day']:g} calls a day, seed {plain['seed']}",
            ),
        ),
        (say("来电", "arrivals"), f"{arrivals:,} = " + " + ".join(parts)),
        (say("事件", "events"), f"{plain['events']:,}"),
        (say("电话", "phones"), phones),
        (say("类型", "kinds"), shares.join(f"{_kind(name)} {count:,}" for name, count in plain["by_kind"].items())),
        (
            say("答复用时中位数", "median reply"),
            "" if median is None else say(f"{median} 个工作日", f"{median} working days"),
        ),
    ]


def _kind(name: str) -> str:
    from ..core.request import Kind

    return next((say(kind.zh, kind.value) for kind in Kind if kind.value == name), name)


def _slowest(plain: Mapping[str, Any]) -> None:
    if not plain["slowest"]:
        return
    click.echo()
    columns = (
        say("最慢的单位", "slowest units"),
        say("工单", "orders"),
        say("逾期", "late"),
        say("中位（工作日）", "median wd"),
        say("人手", "people"),
        say("快慢", "speed"),
        say("积压（件/人时）", "waiting (orders/h)"),
    )
    rows = [
        (
            f"{unit['name']} {unit['unit']}",
            unit["orders"],
            unit["breached"],
            f"{unit['median_working_days']:g}",
            f"{unit['people']:g}",
            f"{unit['speed']:.2f}",
            f"{unit['waiting']} / {unit['waiting_hours']:g}",
        )
        for unit in plain["slowest"][:_TOP]
    ]
    click.echo(table(columns, rows))


def _late(plain: Mapping[str, Any]) -> None:
    late = plain["breaches"]
    click.echo()
    if not late:
        click.echo(say("没有逾期的工单。", "No order was late."))
        return
    names = {unit["unit"]: unit["name"] for unit in plain["units"]}
    columns = (
        say(f"逾期 {len(late)} 件", f"{len(late)} late"),
        say("承办单位", "unit"),
        say("应于", "due"),
        say("答复", "replied"),
        say("主要原因", "why"),
        say("期限内用时（工作小时）", "working hours before it was due"),
    )
    rows = [
        (
            one["number"],
            names.get(one["unit"], one["unit"]),
            one["due_day"],
            one["replied"][:16].replace("T", " ") if one["replied"] else say("未答复", "open"),
            say(one["told"], one["told_en"]),
            " ".join(f"{_where(what)} {hours:g}" for what, hours in list(one["hours"].items())[:3]),
        )
        for one in late[:_TOP]
    ]
    click.echo(table(columns, rows))
    if len(late) > _TOP:
        click.echo(say(f"… 其余 {len(late) - _TOP} 件见 --format json", f"… {len(late) - _TOP} more in --format json"))
    first = next((one for one in late if one["why"] == "queue" and one.get("days")), late[0])
    if first.get("days"):
        _days(first, names)


def _days(one: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Print where a late order was, day by day."""
    number, rows = one["number"], []
    for day in one["days"]:
        lay = say(
            f"{day['orders_there']} 件，{day['hours_there']:g} 人时",
            f"{day['orders_there']} orders, {day['hours_there']:g} person-hours",
        )
        whose = names.get(day["unit"], day["unit"]) or say("热线中心", "the centre")
        rows.append((day["day"], _where(day["where"]), whose, lay if day["where"] == "queue" else ""))
    click.echo()
    click.echo(say(f"{number} 每天收工时在哪里：", f"where {number} was at the close of each working day:"))
    click.echo(table(say("日期,环节,单位,那里积压", "day,where,unit,waiting there").split(","), rows))


def _where(what: str) -> str:
    zh, en = _WHERE.get(what, (what, what))
    return say(zh, en)


def _explain(example: Mapping[str, Any]) -> None:
    from datetime import date

    replied = (example["replied"] or "")[:16].replace("T", " ")
    what = f"{_kind(example['kind'])} · {example['category']}"
    click.echo()
    click.echo(
        say(
            f"时限一例：工单 {example['number']}（{what}），{example['limit']}，"
            f"应于 {example['due_day']} 答复" + (f"，实际 {replied}" if replied else "，未答复"),
            f"one deadline explained: order {example['number']} ({what}), "
            f"{example['limit']}, due on {example['due_day']}" + (f", replied {replied}" if replied else ", open"),
        )
    )
    click.echo(say("依据：", "basis: ") + half(example["basis"]))
    total: float = 0
    rows = []
    for day in example["counted"]:
        total += day["counts"]
        mark = f"{total:g}" if day["counts"] else "—"
        rows.append((day_of(date.fromisoformat(day["day"])), mark, say(day["why"], day["why_en"])))
    click.echo(table((say("日期", "day"), say("第几", "count"), say("说明", "why")), rows))
