"""``due`` (算到期日): when it is due, by which article, counted day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .common import (
    Speaking,
    answers,
    choice_of,
    edition_option,
    instant_of,
    now,
    overlay_option,
    overlays_of,
    pack_option,
    policy_of,
    print_json,
)
from .matrix import STARTS
from .printing import day_of, facts, half, iso, print_csv, say, table, when

if TYPE_CHECKING:
    from ..core.policy import Policy
    from ..core.sla import Deadline, Explanation


@click.command(
    "due",
    cls=Speaking,
    help="按政策包算到期日，并逐日说明：哪天计、哪天不计、依据哪一条。\n"
    "--\n"
    "When it is due under a pack, counted day by day with the article.",
)
@pack_option
@click.option("--kind", default="", help="诉求类型，中文或英文：投诉、complaint · kind of the request")
@click.option("--received", default="", help="起算时刻，默认此刻；不写时区按北京时间 · start, by default now")
@click.option("--stage", default="handle", show_default=True, help="环节：办理 handle、签收 sign … · stage")
@edition_option
@click.option("--category", default="", help="类别 · category path")
@click.option("--urgency", default="", help="紧急程度：一般、紧急、特急 · normal, urgent or emergency")
@click.option("--channel", default="", help="渠道 · channel")
@click.option("--level", default="", help="来源层级：省级、province · level of government that handed it down")
@click.option("--line", default="", help="专线 · special line")
@overlay_option
@answers("table", "json", "csv")
def command(
    pack_name: str,
    kind: str,
    received: str,
    stage: str,
    edition: str,
    category: str,
    urgency: str,
    channel: str,
    level: str,
    line: str,
    overlay_files: tuple[str, ...],
    form: str,
) -> None:
    """Say when it is due."""
    from ..core.request import Kind, Urgency, parse_level
    from ..core.sla.timelimit import Stage

    start = instant_of(received) if received else now()
    what = Kind.parse(kind) if kind else None
    step = choice_of(Stage, stage, "环节", "unknown-stage")
    pressing = choice_of(Urgency, urgency, "紧急程度", "unknown-urgency") if urgency else None
    # Neither rules nor routes have a say in a deadline, and compiling them takes longer than the answer.
    policy = policy_of(pack_name, edition, start, overlays=overlays_of(overlay_files), need=())
    level = parse_level(level)
    told = policy.explain_due(what, start, step, category, pressing, channel, level, line)
    rule = policy.limit(step, what, category, pressing, channel, level, line)
    facts_ = {
        "kind": what.value if what else None,
        "stage": step.value,
        "category": category or None,
        "urgency": pressing.value if pressing else None,
        "channel": channel or None,
        "level": level or None,
        "line": line or None,
        "start_event": rule.start if rule is not None else None,
    }
    if form == "json":
        print_json(as_json(policy, told, facts_))
    elif form == "csv":
        due = told.deadline
        columns = ("day", "counts", "why", "due_day", "at", "provisional")
        tail = (iso(due.due_day), iso(due.at), due.provisional)
        print_csv(columns, [(day["day"], day["counts"], day["why"], *tail) for day in counted(told)])
    else:
        _show(policy, told, say(what.zh, what.value) if what else "", say(step.zh, step.value), facts_["start_event"])


def counted(told: Explanation) -> list[dict[str, Any]]:
    """Return the count day by day, as ``--format json`` prints it."""
    return [{"day": iso(c.day), "counts": c.counts, "why": say(c.why, c.why_en)} for c in told.counted]


def as_json(policy: Policy, told: Explanation, given: dict[str, Any]) -> dict[str, Any]:
    """Return the whole answer."""
    due = told.deadline
    return {
        "due_day": iso(due.due_day),
        "at": iso(due.at),
        "provisional": due.provisional,
        "earliest": iso(due.earliest),
        "latest": iso(due.latest),
        "limit": str(due.limit) if due.limit is not None else None,
        "basis": due.basis,
        "start": iso(due.start),
        "light": policy.light(due, now()) or None,
        "pack": policy.pack,
        "edition": policy.edition,
        "place": policy.place,
        **given,
        "counted": counted(told),
    }


def due_words(due: Deadline) -> str:
    """Say in a line when it is due and what is uncertain about that."""
    if due.at is None or due.due_day is None:
        return say("没有期限", "no limit")
    midnight = when(due.at).endswith("00:00")
    at = say("当日 24 时前", "by midnight") if midnight else say(f"{when(due.at)} 前", f"before {when(due.at)}")
    certain = f"{day_of(due.due_day)}，{at}" if say("zh", "en") == "zh" else f"{day_of(due.due_day)}, {at}"
    if not due.provisional:
        return certain
    if due.earliest == due.latest:
        return say(f"{certain}（暂定）", f"{certain} (provisional)")
    span = f"{due.earliest} – {due.latest}"
    return say(f"{certain}（暂定，可能为 {span}）", f"{certain} (provisional, may become {span})")


def _show(policy: Policy, told: Explanation, kind: str, stage: str, start_event: Any) -> None:
    due = told.deadline
    event = STARTS.get(str(start_event))
    begins = f"{when(due.start)}" + (say(f"（{event[0]}）", f" ({event[1]})") if event else "")
    limit = say(due.limit.zh, due.limit.en) if due.limit is not None else say("没有规定", "none set")
    click.echo(
        facts(
            [
                (say("政策包", "pack"), f"{policy.pack} {policy.edition} {half(policy.title)}"),
                (say("事项", "matter"), " · ".join(part for part in (kind, stage) if part)),
                (say("时限", "limit"), limit),
                (say("起算", "start"), begins),
                (say("依据", "basis"), half(due.basis)),
                (say("到期", "due"), due_words(due)),
            ]
        )
    )
    if due.provisional:
        known = policy.calendar.known_until
        click.echo(
            say(
                f"\n暂定：{known} 以后的放假安排尚未公布。公布后用 --overlay 加载，即可确定。",
                f"\nProvisional: no notice covers the days after {known}.  Load it with --overlay once there is one.",
            )
        )
    if told.counted:
        click.echo()
        total: float = 0
        rows = []
        for day in told.counted:
            total += day.counts
            mark = f"{total:g}" if day.counts else "—"
            rows.append((day_of(day.day), mark, say(day.why, day.why_en)))
        click.echo(table((say("日期", "day"), say("第几", "count"), say("说明", "why")), rows))
