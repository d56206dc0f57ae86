"""The embedded store shared by threads, processes and forks (嵌入式存储的共享)."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores import Query, _sqlite_file
from hotline12345.stores.locking import FileLock
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with one order, closed."""
    path = tmp_path / "orders.db"
    with SqliteStore(path) as store:
        store.append([write("1")])
    return path


def _run(code: str, *words: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, env=env)  # fmt: skip


def test_one_bad_job_of_a_shared_transaction_does_not_spoil_the_others(file: Path) -> None:
    def one(i: int) -> str:
        try:
            store.append([write("half \ud800" if i % 5 == 0 else str(i + 10))])
        except StoreError as error:
            return error.code
        return "ok"

    with SqliteStore(file) as store, ThreadPoolExecutor(8) as pool:
        said = list(pool.map(one, range(60)))
        assert said == ["bad-append" if i % 5 == 0 else "ok" for i in range(60)]
        assert store.count(P, Query()) == {"": 49}
        assert store.check() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_writes_with_connections_of_its_own(file: Path) -> None:
    with SqliteStore(file) as store:
        store.append([write("2")])
        child = os.fork()
        if child == 0:
            try:
                for version in range(5):
                    store.append([write("child", version)])
                store.close()
                os._exit(0)
            except BaseException:
                os._exit(1)
        for version in range(5):
            store.append([write("parent", version)])
        assert os.waitpid(child, 0)[1] == 0
        assert numbers(store) == ["1", "2", "child", "parent"]
        assert store.check() == []


def test_no_thread_of_a_forked_child_goes_on_with_what_is_the_parents(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of them come at once: one while the other begins."""
    with SqliteStore(file) as store:
        other = Thread(target=lambda: store.append([write("3")]), daemon=True)
        lock_for = _sqlite_file.lock_for

        def slow(path: str) -> FileLock:
            other.start()
            other.join(0.5)
            return lock_for(path)

        monkeypatch.setattr(_sqlite_file, "lock_for", slow)
        store._file._turns._led = True  # as if forked while a thread of the parent wrote, which is not here
        store._file._pid = -1
        store.append([write("2")])
        other.join(20)
        assert not other.is_alive()
        assert numbers(store) == ["1", "2", "3"]
        for _, conn in _sqlite_file._abandoned.pop()[0]:  # there was no parent
            conn.close()
        store._file.lock.let_go()


_SHARE = """
import sys, time
from hotline12345.stores import open_store
from hotline12345.testing.store_base import write
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
end, version = time.monotonic() + 1.0, 0
while time.monotonic() < end:
    store.append([write(sys.argv[2], version)])
    version += 1
print(version)
store.close()
"""


def test_of_eight_writing_processes_the_slowest_gets_its_share(file: Path) -> None:
    workers = [_run(_SHARE, f"sqlite:///{file}", f"w{i}") for i in range(8)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    made = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert min(made) >= sum(made) / 8 / 4, made


def test_of_eight_writing_threads_the_slowest_gets_its_share(file: Path) -> None:
    stop = Event()
    made = [0] * 8

    def go(i: int) -> None:
        while not stop.is_set():
            store.append([write(f"t{i}", made[i])])
            made[i] += 1

    with SqliteStore(file) as store:
        threads = [Thread(target=go, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        stop.wait(1.0)
        stop.set()
        for thread in threads:
            thread.join()
        assert min(made) >= sum(made) / 8 / 4, made
