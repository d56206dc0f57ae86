"""The reference command line (命令行): each command parses, calls one thing, prints.

Commands live in modules of their own and are imported when they are asked for, so that ``--help``
costs little more than click itself.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

# name: (module, help in Chinese, help in English); the help is here so that --help imports nothing else.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("demo", "一张工单走完全程", "one order from receipt to close"),
    "due": ("due", "算到期日，并逐日说明", "when it is due, counted day by day"),
    "classify": ("classify", "归类一段诉求，并说明依据", "classify a request and say why"),
    "route": ("route", "查派单单位与依据的规则", "which unit takes it, and by which rule"),
    "receive": ("receive", "收件：从参数或文件", "receive requests from options or a file"),
    "list": ("list", "列出工单", "list orders"),
    "show": ("show", "查看一张工单及其历史", "show one order and its history"),
    "do": ("do", "对工单执行命令", "carry out a command on an order"),
    "tick": ("tick", "推进时钟：超期、督办、暂定转确定", "let time pass: overdue, ladder, provisional deadlines"),
    "score": ("score", "考核：四率与得分", "the four rates and the score"),
    "replay": ("replay", "用历史诉求重放全流程", "replay recorded requests through the whole flow"),
    "simulate": ("simulate", "模拟一座城市的热线", "simulate a city's hotline"),
    "pack": ("pack", "政策包：new list show check", "policy packs: new, list, show, check"),
    "calendar": ("calendar", "工作日历", "the working-day calendar"),
    "plugins": ("plugins", "列出插件", "list plug-ins"),
    "doctor": ("doctor", "体检：环境、存储、日历", "check environment, store and calendar"),
}


def language() -> str:
    """Return ``en`` where ``--lang en`` was given anywhere or the environment asks for it, else ``zh``."""
    args = sys.argv[1:]
    for i, arg in enumerate(args):
        if arg.startswith("--lang="):
            return "en" if arg[7:] == "en" else "zh"
        if arg == "--lang" and i + 1 < len(args):
            return "en" if args[i + 1] == "en" else "zh"
    return "en" if os.environ.get("HOTLINE12345_LANG", "").lower().startswith("en") else "zh"


class Lazy(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        english = language() == "en"
        rows = [(name, en if english else zh) for name, (_, zh, en) in COMMANDS.items()]
        with formatter.section("Commands" if english else "命令"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 3)
            if near:
                error.message += f"（是否想用：{'、'.join(near)}？）"
            raise


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="退出码 exit codes: 0 成功 ok · 1 被拒或有发现 refused, findings · 2 用法 usage · 3 冲突 conflict · 4 存储 store",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="界面语言 language of messages")
@click.version_option(None, "--version", package_name="hotline12345", message="hotline12345 %(version)s")
@click.pass_context
def cli(ctx: click.Context, lang: str | None) -> None:
    """12345 政务服务便民热线：工单、时限、派单、归类、考核。The shared core of China's 12345 hotlines."""
    ctx.obj = lang or language()


def main() -> None:
    """Run the command line (入口); messages survive a terminal that cannot show them."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A GBK or ASCII terminal must not crash on a symbol it lacks.
            reconfigure(errors="replace")
    cli(prog_name="hotline12345")


if __name__ == "__main__":
    main()
