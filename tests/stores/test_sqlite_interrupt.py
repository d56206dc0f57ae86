"""An interrupt anywhere on the way of a write (中断): whoever else writes goes on.

Python raises ``KeyboardInterrupt`` where it looks for signals: as a function begins, after a call, at a jump
back.  Each of these points on the way is tried, one after another, by a trace function that raises there.
"""

from __future__ import annotations

import dis
import gc
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores import locking
from hotline12345.stores._turns import Turns
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, write

LOOKS = {dis.opmap[name] for name in ("CALL", "CALL_FUNCTION_EX", "CALL_KW", "JUMP_BACKWARD") if name in dis.opmap}
FILES = ("_turns.py", "locking.py", "_sqlite_file.py", "_sqlite_recent.py", "sqlite.py")


def interrupted(at: int, run: Callable[[], Any]) -> tuple[bool, Any]:
    """Run, raise at the point *at* of the way, and tell whether there was such a point, and what came of it."""
    seen = 0
    before: dict[int, int] = {}

    def look() -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            sys.settrace(None)
            raise KeyboardInterrupt

    def within(frame: FrameType, event: str, _: Any) -> Any:
        if event == "opcode":
            last, before[id(frame)] = before.get(id(frame), 0), frame.f_code.co_code[frame.f_lasti]
            if last in LOOKS:
                look()
        return within

    def begins(frame: FrameType, event: str, _: Any) -> Any:
        path = Path(frame.f_code.co_filename)
        if path.parent.name == "stores" and path.name in FILES:
            before.pop(id(frame), None)
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            look()
            return within
        return None

    traced = sys.gettrace()
    sys.settrace(begins)
    try:
        came = run()
        return seen >= at, came
    except KeyboardInterrupt as interrupt:
        return True, interrupt
    finally:
        sys.settrace(traced)


def test_a_write_that_is_interrupted_locks_nobody_out(tmp_path: Path) -> None:
    at, hit, others, ends = 0, True, [], []
    while hit:
        at += 1
        store = SqliteStore(tmp_path / f"{at}.db", timeout=5, durability="relaxed")
        store.append([write("0")])
        hit, came = interrupted(at, lambda store=store: store.append([write("1")]))  # type: ignore[misc]
        other = Thread(target=lambda store=store: store.append([write("2")]), daemon=True)  # type: ignore[misc]
        other.start()
        other.join(20)
        others.append(not other.is_alive() and len(store.stream(P, "2")) == 1)
        if not isinstance(came, KeyboardInterrupt):
            ends.append(len(store.stream(P, "1")) == 1)
        store.close()
    assert at > 50
    assert all(others), f"locked out by an interrupt at {[i for i, free in enumerate(others, 1) if not free]}"
    assert all(ends)


def test_a_write_that_is_interrupted_as_it_is_undone_locks_nobody_out(tmp_path: Path) -> None:
    def half(conn: sqlite3.Connection) -> None:
        conn.execute("INSERT INTO cursor (reader, position) VALUES ('half', 1)")
        raise StoreError("虚构", "invented", code="broken-head")

    def run(store: SqliteStore) -> None:
        with suppress(StoreError):
            store._file.submit(half)

    at, hit, others = 0, True, []
    with SqliteStore(tmp_path / "a.db", timeout=0.2, durability="relaxed") as store:
        store.append([write("0")])
        while hit:
            at += 1
            hit, _ = interrupted(at, lambda: run(store))
            with ThreadPoolExecutor(1) as other:
                others.append(other.submit(store.append, [write(str(at))]).exception(20))
        assert store.readers() == []
    assert at > 50
    assert others == [None] * at


def test_a_moment_that_is_interrupted_ends(tmp_path: Path) -> None:
    def look(store: SqliteStore) -> None:
        with store._file.moment():
            pass

    at, hit = 0, True
    with SqliteStore(tmp_path / "a.db", durability="relaxed") as store:
        while hit:
            at += 1
            hit, _ = interrupted(at, lambda: look(store))
            gc.collect()  # the moment of one that was interrupted before it began
            assert not store._file.connection().in_transaction, f"interrupted at {at}"
    assert at > 3


def test_an_interrupt_while_the_lock_is_given_back_does_not_keep_it_from_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock is the process's own: only another one can tell whether it is still held."""
    with SqliteStore(tmp_path / "a.db", durability="relaxed") as store:
        let_go, asked = locking._let_go, []

        def interrupt_once(fd: int) -> None:
            asked.append(fd)
            if len(asked) == 1:
                raise KeyboardInterrupt
            let_go(fd)

        monkeypatch.setattr(locking, "_let_go", interrupt_once)
        with pytest.raises(KeyboardInterrupt):
            store.append([write("1")])
        code = "import sys; from hotline12345.stores.locking import lock_for; lock_for(sys.argv[1]).take(0)"
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        other = subprocess.run([sys.executable, "-c", code, str(store.path)], env=env, capture_output=True, text=True)
        assert (other.returncode, other.stderr) == (0, "")


class Line:
    """Four that wait in line behind the first write, which takes two of them into its transaction."""

    def __init__(self) -> None:
        self.turns = Turns(self.commit, most=3)
        self.told: dict[int, Any] = {}
        self.again: list[Any] = []
        self.threads = [Thread(target=self.follow, args=(number,), daemon=True) for number in range(4)]

    def commit(self, jobs: Callable[[], list[Any]]) -> None:
        self.start()
        for job in jobs():
            if job.error is not None:  # whoever waits for it has been told how it ended
                self.again.append(job)
            job.result = job.work(None)

    def start(self) -> None:
        if not self.threads[0].ident:
            for thread in self.threads:
                thread.start()
            end = time.monotonic() + 20
            while len(self.turns._waiting) < 4 and self.turns._led and time.monotonic() < end:
                time.sleep(0.0005)

    def follow(self, number: int) -> None:
        try:
            self.told[number] = self.turns.submit(lambda _: number)
        except StoreError as error:
            self.told[number] = error.code


def test_nobody_waits_for_ever_for_a_leader_that_was_interrupted() -> None:
    at, hit, ends = 0, True, set()
    while hit:
        at += 1
        line = Line()
        hit, came = interrupted(at, lambda line=line: line.turns.submit(lambda _: "own"))  # type: ignore[misc]
        assert came == "own" or isinstance(came, KeyboardInterrupt)
        line.start()
        for thread in line.threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in line.threads), f"one waits for ever, interrupted at {at}"
        codes = [told for number, told in line.told.items() if told != number]
        assert codes in ([], ["interrupted"] * 2), f"interrupted at {at}: {line.told}"
        assert line.again == [], f"run after it was told that it ended, interrupted at {at}"
        ends.add(len(codes))
        assert (line.turns._led, line.turns._waiting) == (False, [])
    assert at > 10
    assert ends == {0, 2}, "some points are before the end of what it ran, and some behind"
