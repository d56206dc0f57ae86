"""Write the tables of options in docs/cli.md from the commands themselves; a test holds the page to them.

python scripts/make_cli_reference.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from hotline12345.cli import COMMANDS, Lazy, cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
FIELDS = re.compile(r"(<!-- fields -->\n).*?(<!-- end -->)", re.DOTALL)
BLOCK = re.compile(r"(<!-- options: (?P<name>[a-z -]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command and sub-command by its full name."""
    assert isinstance(cli, Lazy)
    for name in COMMANDS:
        ctx = click.Context(cli, info_name="hotline12345")
        command = cli.get_command(ctx, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", inner) for sub, inner in command.commands.items())
        else:
            yield name, command


def rows(command: click.Command) -> Iterator[str]:
    """Yield the rows of a command's table: its arguments, then its options."""
    ctx = click.Context(command, info_name=command.name)
    for param in command.params:
        if isinstance(param, click.Argument):
            name = param.make_metavar(ctx) if _wants_context(param) else param.make_metavar()  # type: ignore[call-arg]
            yield f"| `{name}` | | |"
        elif isinstance(param, click.Option):
            names = " ".join(f"`{opt}`" for opt in (*param.opts, *param.secondary_opts))
            default = param.get_default(ctx)
            plain = default not in (None, "", False, ()) and isinstance(default, str | int | float)
            choices = "、".join(f"`{each}`" for each in param.type.choices if each) if _chooses(param) else ""
            text = (param.help or "") + (f"：{choices}" if choices and param.name != "form" else "")
            text += f"（{choices}）" if choices and param.name == "form" else ""
            yield f"| {names} | {text} | {f'`{default}`' if plain else ''} |"


def _chooses(param: click.Option) -> bool:
    return isinstance(param.type, click.Choice)


def _wants_context(param: click.Argument) -> bool:
    """Click 8.2 wants the context where 8.1 took nothing."""
    return "ctx" in param.make_metavar.__code__.co_varnames


def table(command: click.Command) -> str:
    """Return a command's table."""
    head = "| 选项 option | 含义 meaning | 默认 default |\n|---|---|---|\n"
    return head + "\n".join(rows(command)) + "\n"


def fields_table() -> str:
    """Return the commands ``do`` carries out, each with its options."""
    from hotline12345.cli.do import field_options
    from hotline12345.cli.terms import LINES
    from hotline12345.core.commands import COMMAND_ZH
    from hotline12345.core.commands import COMMANDS as WANTED

    lines = ["| 命令 command | 做什么 what | 选项 options |", "|---|---|---|"]
    for name, cls in sorted(WANTED.items()):
        if name != "receive":
            doc = " ".join((cls.__doc__ or "").split()).replace("``", "`").replace("|", "/")
            options = " ".join(
                f"`{opt}`" for option in field_options(name) for opt in (*option.opts, *option.secondary_opts)
            )
            lines.append(f"| `{name}` | {COMMAND_ZH[name]}：{LINES[name]} · {doc} | {options} |")
    return "\n".join(lines) + "\n"


def filled(text: str) -> str:
    """Return the page with its tables as the commands are now."""
    known = dict(commands())
    text = FIELDS.sub(lambda found: found[1] + fields_table() + found[2], text)
    return BLOCK.sub(lambda found: found[1] + table(known[found["name"]]) + found[3], text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
