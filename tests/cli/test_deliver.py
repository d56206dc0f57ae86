"""``deliver`` and ``worker`` as people run them (投递与工作进程)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hotline12345.cli import main
from hotline12345.core.errors import StoreError
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.worker import Worked

FILE = """
[[destination]]
name = "archive"
publisher = "file"
url = "{url}"
as = "supervisor"
[destination.retry]
first = 0.001
longest = 0.001
attempts = 2
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in a folder with one order of Shenyang and a destination that drops files."""
    monkeypatch.chdir(tmp_path)

    def go(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    assert (
        go("receive", "--pack", "shenyang", "--text", "路灯坏了", "--kind", "投诉", "--area", "210102").exit_code == 0
    )
    (tmp_path / "deliver.toml").write_text(FILE.format(url=(tmp_path / "drop").as_uri()), encoding="utf-8")
    (tmp_path / "drop").mkdir()
    return go


def told(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_a_run_delivers_everything_once(run: Callable[..., Result], tmp_path: Path) -> None:
    (before,) = told(run("deliver", "list", "--format", "json"))["destinations"]
    (row,) = told(run("deliver", "run", "--format", "json"))["destinations"]
    assert row == {"destination": "archive", "sent": before["unread"], "failed": 0, "dead": 0, "waiting": 0} | {
        "paused": None,
        "busy": False,
    }
    assert len(list((tmp_path / "drop").glob("*.json"))) == row["sent"] == 3
    assert told(run("deliver", "run", "--format", "json"))["destinations"][0]["sent"] == 0
    assert "archive" in run("deliver", "list").stdout
    assert run("deliver", "list", "--format", "csv").stdout.splitlines()[1].startswith("archive,file,0,")


def test_what_is_held_back_is_told_beside_what_is_unread(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "还读不到" not in run("deliver", "list").output
    info = SqliteStore.info
    monkeypatch.setattr(SqliteStore, "feed", lambda *_: [])
    monkeypatch.setattr(SqliteStore, "info", lambda self: {**info(self), "held_back": {"records": 3}})
    listed = run("deliver", "list")
    assert "另有 3 条记录还读不到" in listed.output
    assert listed.exit_code == 0


def test_what_cannot_be_delivered_is_a_dead_letter_that_can_be_sent_again(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "drop").rmdir()
    for _ in range(6):
        assert run("deliver", "run").exit_code in (0, 1)
        time.sleep(0.01)
    (letter,) = told(run("deliver", "dead", "--format", "json"), 1)["letters"]
    assert (letter["destination"], letter["attempts"], letter["retry"]) == ("archive", 2, None)
    assert "FileNotFoundError" in letter["error"]
    assert "FileNotFoundError" in run("deliver", "dead").stdout
    assert told(run("deliver", "list", "--format", "json"))["destinations"][0]["dead"] == 1

    (tmp_path / "drop").mkdir()
    assert told(run("deliver", "run", "--format", "json"))["destinations"][0]["sent"] == 0
    assert told(run("deliver", "resend", "archive", "--format", "json")) == {"destination": "archive", "resent": 1}
    assert told(run("deliver", "run", "--format", "json"))["destinations"][0]["sent"] == 3
    assert run("deliver", "dead").exit_code == 0


def test_a_message_can_be_left_out_by_hand(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "drop").rmdir()
    assert "deliver dead --waiting" in run("deliver", "run").stderr
    (letter,) = json.loads(run("deliver", "dead", "--waiting", "--format", "json").stdout)["letters"]
    (tmp_path / "drop").mkdir()
    assert told(run("deliver", "skip", "archive", letter["number"], "--format", "json"))["whole"] is False
    time.sleep(0.01)
    run("deliver", "run")
    assert sorted(path.name[-7:-5] for path in (tmp_path / "drop").glob("*.json")) == ["02", "03"]
    refused = run("deliver", "skip", "archive", letter["number"], "--whole")
    assert (refused.exit_code, "not-parked" in refused.output) == (2, True)
    assert "deliver dead --waiting" in refused.output


def test_a_destination_that_is_not_named_is_refused_with_those_there_are(run: Callable[..., Result]) -> None:
    for command in (("run", "--only", "x"), ("dead", "--only", "x"), ("resend", "x"), ("skip", "x", "1")):
        refused = run("deliver", *command)
        assert refused.exit_code == 2
        assert "unknown-destination" in refused.output
        assert "archive" in refused.output


def test_every_fault_of_the_file_is_printed(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "deliver.toml").write_text('[[destination]]\nname = "x"\npublisher = "pigeon"\nas = "requester"\n')
    refused = run("deliver", "run")
    assert refused.exit_code == 1
    assert refused.output.count("deliver.toml [destination x]") == 3
    assert "webhook" in refused.output, "the publishers there are"
    assert run("deliver", "run", "--to", "none.toml").exit_code == 2


def test_while_another_process_delivers_nobody_meddles(run: Callable[..., Result]) -> None:
    from hotline12345.stores import Leasing, open_store

    store = open_store("sqlite:///hotline12345.db")
    assert isinstance(store, Leasing)
    store.lease(["deliver:archive"], "somebody", 60)
    store.close()
    (row,) = told(run("deliver", "run", "--format", "json"), 3)["destinations"]
    assert (row["busy"], row["sent"]) == (True, 0)
    refused = run("deliver", "resend", "archive")
    assert (refused.exit_code, "destination-busy" in refused.output) == (3, True)


def test_a_worker_ticks_and_delivers(run: Callable[..., Result], tmp_path: Path) -> None:
    done = told(run("worker", "--once", "--to", "deliver.toml", "--format", "json"))
    assert (done["rounds"], done["sent"], done["failed"], done["lost"]) == (1, 3, 0, 0)
    assert len(list((tmp_path / "drop").glob("*.json"))) == 3
    assert told(run("worker", "--for", "0.3", "--every", "0.05", "--format", "json"))["rounds"] >= 1
    assert run("worker", "--once", "--store", "sqlite:///none.db").exit_code == 4


class WithoutLeases:
    """A store that does all a store must, and shares no work."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        if name in ("lease", "renew", "release", "fenced"):
            raise AttributeError(name)
        return getattr(self._store, name)


def test_a_worker_on_a_store_without_leases_is_refused(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hotline12345 import stores

    really = stores.open_store
    monkeypatch.setattr(stores, "open_store", lambda *args, **more: WithoutLeases(really(*args, **more)))
    refused = run("worker", "--once")
    assert (refused.exit_code, "no-leasing" in refused.output) == (4, True)
    assert told(run("deliver", "run", "--format", "json"))["destinations"][0]["sent"] == 3, "one process needs none"


@pytest.mark.skipif(os.name == "nt", reason="no SIGTERM to send there")
def test_a_worker_that_is_told_to_stop_ends_well(run: Callable[..., Result], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hotline12345", "worker", "--to", "deliver.toml", "--format", "json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if len(list((tmp_path / "drop").glob("*.json"))) == 3 or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["sent"] == 3
    (row,) = told(run("deliver", "run", "--format", "json"))["destinations"]
    assert (row["sent"], row["busy"]) == (0, False), "the lease was given back"


class Gone:
    """A worker whose store is away for so many rounds, and who meets an order that cannot be read in all others."""

    def __init__(self, away: int) -> None:
        self.away, self.rounds, self.owner = away, 0, "w"
        self.met: StoreError | None = None

    def stopping(self) -> bool:
        return self.rounds >= 30

    def round(self) -> Worked:
        self.rounds += 1
        if self.rounds <= self.away:
            raise StoreError("断开", "lost", code="unreachable")
        self.met = StoreError("工单 N007 读不了", "order N007 cannot be read", code="unknown-event")
        return Worked(unreadable=1)


@pytest.mark.parametrize(("away", "code", "rounds"), [(0, 0, 30), (9, 0, 30), (10, 4, 10)])
def test_a_worker_ends_when_the_store_stays_away_and_not_for_an_order(
    away: int, code: int, rounds: int, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, waits = Gone(away), []
    monkeypatch.setattr("hotline12345.worker.Worker", lambda *args, **more: gone)
    monkeypatch.setattr("threading.Event.wait", lambda self, seconds: waits.append(seconds))
    ended = run("worker", "--every", "1")
    assert (ended.exit_code, gone.rounds) == (code, rounds)
    assert ended.stderr.count("unknown-event") == (away < 10), "said once, and not every second"
    assert waits[: min(away, 9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60][: min(away, 9)]
    assert waits[away:] == [1] * (30 - away) * (away < 10)


def test_an_order_that_waits_nowhere_is_told_as_it_was_named(run: Callable[..., Result]) -> None:
    told = run("deliver", "skip", "archive", "999")
    assert told.exit_code == 2
    assert "工单 999 没有" in told.stderr
    assert "工单 210100/999 没有" in run("deliver", "skip", "archive", "999", "--place", "210100").stderr
