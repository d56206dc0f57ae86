"""An import that was cut short leaves a store that nobody takes for a whole one (导入中断的存储)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline12345.cli import main
from hotline12345.core.errors import StoreError
from hotline12345.stores import Append, Parked, Private, open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.testing.store_base import P, Q, head, write
from hotline12345.transfer import Row, export, import_rows, readers
from hotline12345.transfer.files import write as write_file

KINDS = ("sqlite", "postgresql", "mysql")


class Killed(BaseException):
    """What stands for kill -9: nothing of ours handles it."""


@pytest.fixture
def url_of(room_on: Callable[[str], str], tmp_path: Path) -> Callable[[str], str]:
    """Give the address of a new store of a kind."""

    def url_of(kind: str) -> str:
        return f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else room_on(kind)

    return url_of


@pytest.fixture
def rows() -> list[Row]:
    """An export of 2,200 records in several batches, with readers, keys and private records."""
    store = MemoryStore()
    for turn in range(1100):
        number, version = str(turn % 300), turn // 300 * 2
        kept = (Private(f"p{version}", "x", {"text": f"虚构{turn}"}, ("w",)),)
        store.append([write(number, version, 2, place=(P, Q)[turn % 2], key=f"k{turn}", fingerprint="f", private=kept)])
    for key in ("more", "again"):
        store.append([Append(P, "0", 8, (), head("0", 8), (), key, "f")])
    feed = store.feed(0, 10_000)
    store.advance("all", feed[-1].position)
    store.park("some", feed[40].position, [Parked("some", P, "0", feed[0].position, 9, "", "超时")])
    return list(export(store))


def _cut_at(store: Any, rows: list[Row], monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Import *rows* and be killed after the first batch, or between the last batch and the readers."""

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if where == "readers":
            patch.setattr(readers, "restore", killed)
        else:
            first = store.append
            turns: Iterator[Any] = iter((first, killed))
            patch.setattr(store, "append", lambda batch: next(turns)(batch), raising=False)
        with pytest.raises(Killed):
            import_rows(store, lambda: rows)
    store.close()


@pytest.mark.parametrize("where", ["batch", "readers"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_half_imported_store_is_not_opened_and_the_same_export_finishes_it(
    url_of: Callable[[str], str], rows: list[Row], monkeypatch: pytest.MonkeyPatch, kind: str, where: str
) -> None:
    url = url_of(kind)
    _cut_at(open_store(url), rows, monkeypatch, where)
    for options in ({}, {"must_exist": True}):
        with pytest.raises(StoreError) as caught:
            open_store(url, **options)
        assert caught.value.code == "import-unfinished"
        assert "store import" in caught.value.hint("en")
    store = open_store(url, unfinished=True)
    assert store.feed(0, 1)
    assert store.cursor("all") == 0
    import_rows(store, lambda: rows)
    store.close()
    whole = open_store(url)
    assert list(export(whole)) == rows
    whole.append([write("new")])  # and is written like any other
    whole.close()


@pytest.mark.parametrize("kind", KINDS)
def test_who_had_the_store_open_before_cannot_write_or_take_work_while_it_is_half_imported(
    url_of: Callable[[str], str], rows: list[Row], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    url = url_of(kind)
    early = open_store(url)
    _cut_at(open_store(url), rows, monkeypatch, "readers")
    for act in (
        lambda: early.append([write("new")]),
        lambda: early.advance("all", 5),
        lambda: early.lease(["deliver"], "me", 60),
    ):
        with pytest.raises(StoreError) as caught:
            act()
        assert caught.value.code == "import-unfinished"
    early.close()


@pytest.mark.parametrize("kind", KINDS)
def test_another_export_does_not_finish_it(
    url_of: Callable[[str], str], rows: list[Row], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    other = MemoryStore()
    other.append([write(str(n)) for n in range(3000)])
    url = url_of(kind)
    _cut_at(open_store(url), rows, monkeypatch, "batch")
    for export_of in (other, MemoryStore()):
        store = open_store(url, unfinished=True)
        before = len(store.feed(0, 10_000))
        with pytest.raises(StoreError) as caught:
            import_rows(store, lambda there=export_of: export(there))
        assert caught.value.code == "import-differs"
        assert len(store.feed(0, 10_000)) == before
        store.close()
    with pytest.raises(StoreError, match="import-unfinished"):
        open_store(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_had_orders_is_not_marked_by_an_import_it_refuses(
    url_of: Callable[[str], str], rows: list[Row], kind: str
) -> None:
    url = url_of(kind)
    store = open_store(url)
    store.append([write("1")])
    with pytest.raises(StoreError, match="not-empty"):
        import_rows(store, lambda: rows)
    store.close()
    open_store(url).close()


_KILLED = """
import os, signal, sys
from hotline12345.cli import main
from hotline12345.transfer import readers
readers.restore = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main(["store", "import", *sys.argv[1:]])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("kind", KINDS)
def test_the_command_line_says_what_happened_and_finishes_when_it_is_run_again(
    url_of: Callable[[str], str], rows: list[Row], tmp_path: Path, kind: str
) -> None:
    file, url = tmp_path / "all.ndjson", url_of(kind)
    write_file(file, rows)
    made = subprocess.run([sys.executable, "-c", _KILLED, str(file), "--store", url], env=dict(os.environ), check=False)
    assert made.returncode == -signal.SIGKILL

    def run(*arguments: str) -> tuple[int, str]:
        ran = CliRunner().invoke(main, [*arguments, "--store", url])
        return ran.exit_code, ran.output

    for command in (
        ["list"], ["doctor"], ["worker", "--once"], ["store", "check"], ["store", "export", str(tmp_path / "x.ndjson")],
    ):  # fmt: skip
        code, told = run(*command)
        assert code != 0
        assert "import-unfinished" in told, command
        assert "store import" in told, command
    if kind != "sqlite":
        assert "import-unfinished" in run("store", "upgrade")[1]
    assert run("store", "import", str(file))[0] == 0
    assert run("store", "check")[0] == 0
    with open_store(url) as store:  # type: ignore[attr-defined]
        assert list(export(store)) == rows
