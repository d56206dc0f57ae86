"""What the tests of the command line share: a runner, a store with an order in it, an overlay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from hotline12345.cli import main

OVERLAY = Path(__file__).resolve().parent.parent / "fixtures" / "overlay-2027-fictitious.toml"
LAMP = "小区门口的路灯坏了三天，没人修，我叫王小明，电话13812348888"


class Ran(NamedTuple):
    """What a run of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """What it said on stderr, as JSON."""
        return json.loads(self.err)


def runner() -> CliRunner:
    """A runner that keeps stderr apart: before 8.2, click has to be asked."""
    try:
        return CliRunner(mix_stderr=False)
    except TypeError:
        return CliRunner()


def run_cli(*arguments: object, code: int | None = 0, stdin: str | bytes | None = None) -> Ran:
    """Run the command line in this process and hold it to its exit code."""
    result = runner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    ran = Ran(result.exit_code, result.stdout, result.stderr)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert code is None or ran.code == code, f"{ran.code}\n{ran.out}\n{ran.err}"
    return ran


@pytest.fixture
def run():
    """Run the command line: ``run("due", "--kind", "help", code=0)``."""
    return run_cli


@pytest.fixture
def overlay() -> Path:
    """A notice for 2027, invented for tests."""
    return OVERLAY


@pytest.fixture
def receive():
    """Receive the broken lamp: ``receive(store, *more)`` gives its number."""
    return receive_lamp


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    """Every test runs in a folder of its own, in the default language."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOTLINE12345_LANG", raising=False)


@pytest.fixture
def store(tmp_path) -> str:
    """The address of a store that is not there yet."""
    return f"sqlite:///{tmp_path / 'orders.db'}"


def receive_lamp(store: str, *more: object) -> str:
    """Receive the broken lamp of Shenyang on 2026-09-18 and return its number."""
    known = ("--received", "2026-09-18T10:00", "--at", "2026-09-18T10:00", "--kind", "投诉", "--area", "210102")
    arguments = (*known, "--title", "路灯不亮", "--text", LAMP, "--name", "王小明", "--phone", "13812348888", *more)
    return str(
        run_cli("receive", "--pack", "shenyang", "--store", store, "--format", "json", *arguments).json["number"]
    )


@pytest.fixture
def lamp(store) -> str:
    """The number of an order dispatched to 210100-urban."""
    return receive_lamp(store)
