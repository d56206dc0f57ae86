"""The reference command line (命令行): each command parses, calls one thing, prints.

Commands live in modules of their own and are imported when they are asked for, so that ``--help``
costs little more than click itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from .. import __version__

# A submodule becomes a name of this package, and `list` is one Python needs: so that command lives in "listing".
# name: (module, help in Chinese, help in English); the help is here so that --help imports nothing else.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("demo", "一张工单走完全程", "one order from receipt to close"),
    "due": ("due", "算到期日，并逐日说明", "when it is due, counted day by day"),
    "classify": ("classify", "归类一段诉求，并说明依据", "classify a request and say why"),
    "route": ("route", "查派单单位与依据的规则", "which unit takes it, and by which rule"),
    "places": ("places", "从地址识别区划，查区划沿革", "divisions in an address, and what became of a code"),
    "receive": ("receive", "收件：从参数或文件", "receive requests from options or a file"),
    "adopt": ("adopt", "接收别的系统在办的工单", "take over running orders of another system"),
    "list": ("listing", "列出工单", "list orders"),
    "show": ("show", "查看一张工单及其历史", "show one order and its history"),
    "explain": ("explain", "说明工单：期限、派单、归类、可用命令、考核", "why an order stands as it stands"),
    "do": ("do", "对工单执行命令", "carry out a command on an order"),
    "tick": ("tick", "推进时钟：超期、督办、暂定转确定", "let time pass: overdue, ladder, provisional deadlines"),
    "deliver": ("deliver", "投递：run list dead resend skip", "deliveries: run, list, dead, resend, skip"),
    "worker": ("worker", "工作进程：推进时钟并投递", "tick and deliver until stopped"),
    "documents": ("documents", "督办文书草稿：催办通知书等", "papers that supervision asks for"),
    "score": ("score", "考核：四率与得分", "the four rates and the score"),
    "publish": ("publish", "可以公开的数据集：按月份、类型、类别、区划计数", "counts of orders for publication"),
    "bulletin": ("bulletin", "日报、周报、月报草稿，与上期和去年同期比", "bulletins of a period, beside those before"),
    "replay": ("replay", "用历史诉求重放全流程", "replay recorded requests through the whole flow"),
    "trace": ("trace", "用另一个系统的流转日志检验状态机", "another system's log through the machine"),
    "simulate": ("simulate", "模拟一座城市的热线", "simulate a city's hotline"),
    "alike": ("alike", "查重：可能是同一事项的诉求，并说明依据", "messages that may repeat earlier ones, and why"),
    "hot": ("hot", "热点问题：同一问题归集成类，按热度排列", "issues that many raise, the hottest first"),
    "bursts": ("bursts", "突发聚集：超出平时的小时", "hours with more messages than usual"),
    "centre": (
        "centre",
        "热线机构台账：话务、归并、拨测、接听日、每月一题",
        "the office's registers: calls, lines, test calls …",
    ),
    "kb": ("kb", "知识库：入库、审核、检索、答复、纠错", "the knowledge base: add, review, search, answer …"),
    "rules": ("rules", "归类规则：learn test explain diff taxonomy", "rules for classifying: learn, test, explain …"),
    "qc": ("qc", "质检：记错类型、答非所问等", "quality control of recorded requests and replies"),
    "pack": ("pack", "政策包：new show check diff test …", "policy packs: new, show, check, diff, test …"),
    "calendar": ("calendar", "工作日历", "the working-day calendar"),
    "store": ("store", "存储：导出、导入、备份、检查、重建", "export, import, back up, check, rebuild"),
    "audit": ("audit", "审计：锚点与校验链", "anchors and the chain of the log"),
    "schema": ("schema", "数据格式：JSON Schema", "JSON Schema of requests, orders, records, envelopes"),
    "plugins": ("plugins", "列出插件", "list plug-ins"),
    "doctor": ("doctor", "体检：环境、存储、日历", "check environment, store and calendar"),
}
INTERRUPTED = 130
LANGUAGES = ("zh", "en")


def given(arguments: Sequence[str], option: str) -> str:
    """Return what *arguments* say for *option*, wherever it stands; "" where they do not name it."""
    for i, argument in enumerate(arguments):
        if argument.startswith(option + "="):
            return argument[len(option) + 1 :]
        if argument == option and i + 1 < len(arguments):
            return arguments[i + 1]
    return ""


def language(arguments: Sequence[str] | None = None) -> str:
    """Return ``zh`` or ``en`` (界面语言): as ``--lang`` or the environment says, else Chinese where it can be shown."""
    wanted = given(sys.argv[1:] if arguments is None else arguments, "--lang")
    if wanted in LANGUAGES:
        return wanted
    wanted = os.environ.get("HOTLINE12345_LANG", "").lower()[:2]
    if wanted in LANGUAGES:
        return wanted
    try:
        "中".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "en"
    return "zh"


def spoken(text: str, lang: str) -> str:
    """Return the English half of a help text ``中文 · English`` where English is wanted, else the whole."""
    return text.split(" · ", 1)[-1] if lang == "en" else text


class Speaking(click.Command):
    """A command whose help comes in Chinese and English, or in English alone (双语帮助)."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description: paragraphs in Chinese, a line ``--``, paragraphs in English."""
        zh, _, en = (self.help or "").partition("\n--\n")
        shown = (en or zh) if lang_now(ctx) == "en" else f"{zh}\n\n{en}"
        for paragraph in filter(None, (part.strip() for part in shown.split("\n\n"))):
            formatter.write_paragraph()
            with formatter.indentation():
                for line in paragraph.splitlines():
                    formatter.write_text(line)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        lang = lang_now(ctx)
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        rows = [row for param in options if (row := param.get_help_record(ctx)) is not None]
        if rows:
            with formatter.section("Options" if lang == "en" else "选项 Options"):
                formatter.write_dl([(name, spoken(text, lang)) for name, text in rows])
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


class SpeakingGroup(Speaking, click.Group):
    """A group of such commands."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with the first line of its help."""
        lang = lang_now(ctx)
        rows = [(name, spoken(command.short_help or "", lang)) for name, command in self.commands.items()]
        with formatter.section("Commands" if lang == "en" else "命令 Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was likely meant."""
        name, there = click.utils.make_str(args[0]), self.list_commands(ctx)
        if name in there or name.startswith("-"):
            return super().resolve_command(ctx, args)
        import difflib

        near = difflib.get_close_matches(name, there, 3)
        zh = f"没有命令「{name}」" + (f"，是否想用：{'、'.join(near)}？" if near else "")
        en = f"there is no command {name!r}" + (f"; did you mean {', '.join(near)}?" if near else "")
        raise click.UsageError(en if lang_now(ctx) == "en" else zh, ctx)


def lang_now(ctx: click.Context | None = None) -> str:
    """Return the language of the command line that runs (当前语言)."""
    ctx = ctx or click.get_current_context(silent=True)
    said = ctx.find_root().obj if ctx is not None else None
    return said if said in LANGUAGES else "zh"


class Lazy(SpeakingGroup):
    """The group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Settle the language first, wherever ``--lang`` stands: help and faults speak it too."""
        ctx.obj = language(args)
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands."""
        english = lang_now(ctx) == "en"
        rows = [(name, en if english else f"{zh} {en}") for name, (_, zh, en) in COMMANDS.items()]
        with formatter.section("Commands" if english else "命令 Commands"):
            formatter.write_dl(rows)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run the command line (入口): one place where every way of ending becomes an exit code."""
        if not extra.pop("standalone_mode", True):
            return super().main(args, prog_name, standalone_mode=False, **extra)
        arguments = list(sys.argv[1:] if args is None else args)
        _bear_any_terminal()
        code: Any
        try:
            code = super().main(arguments, "hotline12345", standalone_mode=False, **extra)
        except (click.Abort, KeyboardInterrupt):
            code = INTERRUPTED
        except click.ClickException as error:
            code = _usage(error, arguments)
        sys.exit(code if type(code) is int else 0)


def _bear_any_terminal() -> None:
    """A GBK or ASCII terminal must not crash on a symbol it lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _usage(error: click.ClickException, arguments: Sequence[str]) -> int:
    """Print a fault of usage, as JSON where JSON was asked for; who names no command is shown which there are."""
    if type(error).__name__ == "NoArgsIsHelpError":  # click 8.2 and later: its message is the help
        click.echo(error.format_message())
        return error.exit_code
    from .usage import in_chinese

    zh = language(arguments) == "zh"
    message = in_chinese(error) if zh else error.format_message()
    ctx = getattr(error, "ctx", None)
    named = next((f" {word}" for word in arguments if word in COMMANDS), "")
    path = ctx.command_path if ctx is not None else f"hotline12345{named}"
    hint = f"见 {path} --help" if zh else f"see {path} --help"
    if given(arguments, "--format") == "json":
        import json

        said = json.dumps({"code": "usage", "message": message, "hint": hint}, ensure_ascii=not can_show(sys.stderr))
    elif zh:
        said = f"错误: {message} (usage)\n提示: {hint}"
    else:
        said = f"error: {message} (usage)\nhint: {hint}"
    click.echo(said, err=True)
    return error.exit_code


def can_show(stream: Any) -> bool:
    """Whether *stream* can show Chinese (能否显示中文)."""
    try:
        "中文".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@click.group(
    "hotline12345",
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="12345 政务服务便民热线：工单、时限、派单、归类、考核。\n--\nThe shared core of China's 12345 hotlines.",
    epilog="退出码 exits: 0 成功 ok, 1 被拒或有发现 refused or found, 2 用法 usage, 3 冲突 conflict, 4 存储 store",
)
@click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help="界面语言 · language of messages")
@click.version_option(__version__, "--version", message="hotline12345 %(version)s")
def cli() -> None:
    """Hold the commands; the group itself does nothing."""


main = cli
"""What the console script calls (入口); also a click command, so that click's own test runner can drive it."""

if __name__ == "__main__":
    main()
