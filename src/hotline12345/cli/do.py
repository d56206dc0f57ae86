"""``do`` (执行命令): what somebody wants done to one order; alone, what is possible now and for whom.

The options of each command are made from the fields of its class, so that a new field needs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import CommandError
from . import lang_now
from .categories import known_category
from .common import (
    Speaking,
    answers,
    choice_of,
    fail,
    hotline_of,
    instant_of,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .in_time import solution_date
from .judging import asking_options
from .printing import facts, note, say, table
from .terms import FIELD_HELP, LINES, both, code_of, command_called

if TYPE_CHECKING:
    from ..core.commands import Command
    from ..core.order import Order
    from ..hotline import Hotline
    from .story import Story

CHOSEN = "hotline12345.do"
GATHERED = ("by", "occurred", "ext", "similar", "lacks", "conduct", "earlier_steps", "numbers", "judged")
"""Fields that options of every command, or the hotline itself, fill in."""


class Do(Speaking):
    """The command whose options depend on the second argument (随命令而变的选项)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the command's name first: it decides which options there are."""
        from ..core.commands import COMMANDS

        words = _positional(args)
        if len(words) > 1:
            name = command_called(words[1])
            if name not in COMMANDS or name == "receive":
                raise click.UsageError(_unknown(name), ctx)
            ctx.meta[CHOSEN] = name
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the options of every command and those of the one that was chosen."""
        name = ctx.meta.get(CHOSEN)
        own: list[click.Parameter] = list(field_options(name)) if name else []
        own += asking_options() if name == "accept" else ()
        given = super().get_params(ctx)
        return [*given[:2], *own, *given[2:]]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description, and the commands with their fields."""
        super().format_help_text(ctx, formatter)
        name = ctx.meta.get(CHOSEN)
        with formatter.section(say("命令", "Commands") if name is None else say("命令", "Command")):
            formatter.write_dl([(each, line) for each, line in command_lines() if name in (None, each)])


def command_lines() -> list[tuple[str, str]]:
    """Return each command's name, what it is, and its options."""
    from ..core.commands import COMMAND_ZH, COMMANDS

    lines = []
    for name, cls in sorted(COMMANDS.items()):
        if name != "receive":
            doc = " ".join((cls.__doc__ or "").split())
            options = " ".join(option.opts[0] for option in field_options(name))
            line = say(f"{COMMAND_ZH[name]}：{LINES[name]}", doc)
            lines.append((name, f"{line} {options}".strip()))
    return lines


def field_options(name: str) -> list[click.Option]:
    """Return the options that the fields of the command *name* make (由字段生成的选项)."""
    from attrs import NOTHING, fields

    from ..core.commands import COMMANDS

    options = []
    for field in fields(COMMANDS[name]):
        if field.name in GATHERED:
            continue
        flag = "--" + field.name.replace("_", "-")
        names = [f"{flag}/--no-{flag[2:]}" if "bool" in str(field.type) else flag, _variable(field.name)]
        said: dict[str, Any] = {}
        if field.default is NOTHING:
            said["required"] = True
        elif isinstance(field.default, str | bool) and field.default != "":
            said = {"default": field.default, "show_default": True}
        elif str(field.type) == "int":
            said = {"type": int, "default": field.default, "show_default": True}
        elif "bool" in str(field.type):
            said["default"] = None  # neither yes nor no was said
        options.append(click.Option(names, help=FIELD_HELP.get(field.name), **said))
    return options


def _variable(field: str) -> str:
    return f"field_{field}"


def _positional(args: list[str]) -> list[str]:
    """Return the words of *args* that are neither options nor their values."""
    from attrs import fields

    from ..core.commands import COMMANDS

    switches = {a.name.replace("_", "-") for cls in COMMANDS.values() for a in fields(cls) if "bool" in str(a.type)}
    flags = {"-h", "--help", *(f"--{name}" for name in switches), *(f"--no-{name}" for name in switches)}
    words: list[str] = []
    skip = False
    for arg in args:
        if skip:
            skip = False
        elif arg == "--":
            break
        elif arg.startswith("-"):
            skip = "=" not in arg and arg not in flags
        else:
            words.append(arg)
    return words


def _unknown(name: str) -> str:
    import difflib

    from ..core.commands import COMMAND_ZH, COMMANDS

    if name == "receive":
        return say("收件请用 hotline12345 receive", "to receive, use hotline12345 receive")
    near = difflib.get_close_matches(name, COMMANDS, 3)
    tail = (
        f"（是否想用：{'、'.join(near)}？）"
        if near
        else f"（有：{'、'.join(f'{COMMAND_ZH[each]} {each}' for each in sorted(COMMANDS) if each != 'receive')}）"
    )
    tail_en = f" (did you mean {', '.join(near)}?)" if near else f" (there are: {', '.join(sorted(COMMANDS))})"
    return say(f"没有命令「{name}」{tail}", f"there is no command {name!r}{tail_en}")


@click.command(
    "do",
    cls=Do,
    help="对工单执行命令。只写编号，则说明现在可以做什么、由谁做。\n"
    "例：hotline12345 do 编号 sign --as handler@210100-urban/zhang\n"
    "--\n"
    "Carry out a command on an order; with the number alone, say what is possible now and for whom.\n"
    "For example: hotline12345 do NUMBER sign --as handler@210100-urban/zhang",
)
@click.argument("number")
@click.argument("name", metavar="[COMMAND]", required=False)
@click.option("--as", "actor", default="", help="谁来做：角色@单位/人员 · who does it: ROLE@UNIT/PERSON")
@click.option("--at", "moment", default="", help="记录时刻，默认此刻 · when it is recorded, by default now")
@click.option("--occurred", default="", help="实际发生时刻，用于补录 · when it happened, for late entries")
@click.option("--key", default="", help="幂等键：同一键只做一次 · idempotency key: done once")
@click.option(
    "--expected", type=int, default=None, help="工单应在的版本，不符则退出码 3 · the version it must be at, else exit 3"
)
@store_option
@own_pack_option
@place_option
@overlay_option
@answers("table", "json")
def command(number: str, name: str | None, form: str, **given: Any) -> None:
    """Carry it out, or say what could be."""
    from ..core.actor import Actor
    from .story import Story

    if name and not given["actor"]:
        raise click.UsageError(
            say("请用 --as 写明谁来做，如 --as handler@单位/人员", "say who does it with --as ROLE@UNIT/PERSON")
        )
    who = Actor.parse(given["actor"]) if given["actor"] else Actor()
    wanted = build(command_called(name), who, given) if name else None
    hotline = hotline_of(
        given["pack_name"],
        given["store"],
        given["place"],
        must_exist=True,
        number=number,
        reads=wanted is None,
        overlays=overlays_of(given["overlay_files"]),
        classifier=given.get("classifier", ""),
        trust=given.get("trust", "fill"),
    )
    before = hotline.order(number)
    policy = hotline.policy_of(before)
    story = Story(policy)
    if wanted is None:
        _possible(before, story, form)
        return
    known_category(policy, getattr(wanted, "category", ""))
    at = instant_of(given["moment"]) if given["moment"] else None
    try:
        after = hotline.handle(number, wanted, at=at, key=given["key"], expected=given["expected"])
    except CommandError as error:
        _refused(hotline, number, story, error, form)
        return
    _done(hotline, before, after, story, form)


def build(name: str, who: Any, given: dict[str, Any]) -> Command:
    """Make the command *name* from what the options say."""
    from attrs import fields

    from ..core.commands import COMMANDS

    cls = COMMANDS[name]
    values: dict[str, Any] = {"occurred": instant_of(given["occurred"]) if given["occurred"] else None}
    for field in fields(cls):
        value = given.get(_variable(field.name))
        if field.name not in GATHERED and value is not None:
            word = code_of(field.name, value) if isinstance(value, str) else value
            dated = (name, field.name) == ("defer", "until")
            values[field.name] = solution_date(word) if dated else _read(str(field.type), word)
    return cls(who, **values)


def _read(shape: str, value: Any) -> Any:
    from ..core.request import Kind, Urgency
    from ..core.sla.timelimit import TimeLimit

    readers: dict[str, Callable[[str], Any]] = {
        "Kind": Kind.parse,
        "Urgency": lambda text: choice_of(Urgency, text, "紧急程度", "unknown-urgency"),
        "TimeLimit": TimeLimit.parse,
        "datetime": instant_of,
        "tuple[str": lambda text: tuple(part for part in re.split(r"[,，、\s]+", text) if part),
    }
    if shape == "int":
        return int(value)
    for word, reader in readers.items():
        if word in shape:
            return reader(value)
    return value


def standing(order: Order, story: Story) -> str:
    """Say who holds an order and what status it is in."""
    holder = story.unit(order.holder) if order.is_open else say("无", "nobody")
    return say(
        f"工单 {order.number} 现为「{order.status.zh}」（第 {order.version} 版），持单：{holder}",
        f"order {order.number} is {order.status.value} (version {order.version}), held by {holder}",
    )


def _possible(order: Order, story: Story, form: str) -> None:
    from ..core.actor import ROLE_ZH, Role
    from ..core.decide import possible

    may = possible(order)
    if form == "json":
        print_json(
            {
                "number": order.number,
                "status": order.status.value,
                "version": order.version,
                "holder": order.holder,
                "possible": {name: list(roles) for name, roles in may.items()},
            }
        )
        return
    click.echo(standing(order, story))
    if not may:
        click.echo(say("已终结，不能再做什么。", "It has ended; nothing more can be done."))
        return
    rows = [
        (both(name), say("、".join(f"{ROLE_ZH[Role(role)]} {role}" for role in roles), ", ".join(roles)))
        for name, roles in may.items()
    ]
    click.echo("\n" + table(say("可以做,由谁做", "possible,for").split(","), rows))


def _refused(hotline: Hotline, number: str, story: Story, error: CommandError, form: str) -> None:
    """Say why not, who holds the order, what status it is in and what is possible."""
    from ..core.decide import possible

    order = hotline.order(number)
    where = standing(order, story)
    names = list(possible(order))
    can = say("现在可以：" + ("、".join(map(both, names)) or "无"), "possible now: " + (", ".join(names) or "nothing"))
    if form == "json":
        hint = error.hint(lang_now())
        parts = [hint] if error.code == "not-possible-now" else [hint, where, can]
        told = say("；", "; ").join(part for part in parts if part)
        fail(CommandError(error.zh, error.en, code=error.code, hint=told), form, lang_now())
    try:
        fail(error, form, lang_now())
    finally:  # not-possible-now has said so itself
        if error.code != "not-possible-now":
            note(where)
            note(can)


def _done(hotline: Hotline, before: Order, after: Order, story: Story, form: str) -> None:
    from .show import deadline_json, event_json

    events = hotline.history(after.number, before.version)
    if form == "json":
        citizen = after.citizen
        print_json(
            {
                "number": after.number,
                "status": after.status.value,
                "version": after.version,
                "holder": after.holder,
                "due": deadline_json(citizen.deadline) if citizen is not None else None,
                "events": [event_json(version, event) for version, event in enumerate(events, before.version + 1)],
            }
        )
        return
    for version, event in enumerate(events, before.version + 1):
        click.echo(story.paragraph(version, event))
    if not events:
        click.echo(say("没有变化", "nothing changed"))
    citizen = after.citizen
    click.echo(standing(after, story))
    if citizen is not None and after.is_open:
        click.echo(facts([(say("期限", "due"), story.due(citizen.deadline, after.counts.extended > 0))]))
