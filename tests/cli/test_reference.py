"""docs/cli.md holds every command and every option, and says what the commands themselves say."""

from __future__ import annotations

import importlib.util

import click
import pytest

from hotline12345.cli import COMMANDS, cli


@pytest.fixture(scope="module")
def page(repo_root) -> str:
    return (repo_root / "docs" / "cli.md").read_text(encoding="utf-8")


def every_command():
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", inner) for sub, inner in command.commands.items())
        else:
            yield name, command


@pytest.mark.parametrize(
    ("name", "command"), list(every_command()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_command_and_option_is_in_the_reference(page, name, command):
    level = "### " if " " in name else "## "
    assert f"\n{level}{name}\n" in page
    section = page.split(f"\n{level}{name}\n")[1].split("\n## ")[0].split("\n### ")[0]
    for param in command.params:
        if isinstance(param, click.Option):
            for option in (*param.opts, *param.secondary_opts):
                assert f"`{option}`" in section, option


def test_every_command_of_do_and_its_options_are_in_the_reference(page):
    from hotline12345.cli.do import field_options
    from hotline12345.core.commands import COMMANDS as WANTED

    for name in set(WANTED) - {"receive"}:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert all(f"`{option.opts[0]}`" in row for option in field_options(name)), name


def test_every_option_has_a_help_in_chinese_and_in_english():
    for name, command in every_command():
        for param in command.params:
            if isinstance(param, click.Option):
                zh, dot, en = (param.help or "").partition(" · ")
                assert dot, (name, param.opts)
                assert any("\u4e00" <= c <= "\u9fff" for c in zh), (name, param.opts)
                assert en, (name, param.opts)


def test_the_tables_are_what_the_commands_say_now(page, repo_root):
    path = repo_root / "scripts" / "make_cli_reference.py"
    spec = importlib.util.spec_from_file_location("make_cli_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.filled(page) == page, "run scripts/make_cli_reference.py"


def test_exit_codes_in_the_reference_are_those_of_the_errors(page):
    from hotline12345.cli.common import EXIT
    from hotline12345.core import errors

    for _, code in EXIT:
        assert f"\n| {code} |" in page
    for kind in errors.HotlineError.__subclasses__():
        assert any(issubclass(kind, known) for known, _ in EXIT), kind
