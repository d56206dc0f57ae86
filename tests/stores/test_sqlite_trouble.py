"""The embedded store in trouble: locked, read-only, full, foreign, newer (嵌入式存储的故障)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, BrokenBarrierError, Event, Thread

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores import Query, _sqlite_file, open_store
from hotline12345.stores._sqlite_schema import STAMP
from hotline12345.stores._turns import Job
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with one order, closed."""
    path = tmp_path / "orders.db"
    with SqliteStore(path) as store:
        store.append([write("1")])
    return path


def _code(caught: pytest.ExceptionInfo[StoreError]) -> str:
    assert caught.value.message("zh") != caught.value.message("en")
    assert caught.value.hint("zh")
    assert caught.value.hint("en")
    return caught.value.code


def _run(code: str, *words: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, env=env)  # fmt: skip


@pytest.fixture
def foreign_writer(file: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that is not ours and holds a write transaction."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "print('held', flush=True); sys.stdin.read()"
    )
    yield from _held(_run(code, str(file)))


@pytest.fixture
def stuck_writer(file: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of ours that hangs while it holds the write lock."""
    code = (
        "import sys; from hotline12345.stores.locking import lock_for\n"
        "with lock_for(sys.argv[1]).held(1): print('held', flush=True); sys.stdin.read()"
    )
    yield from _held(_run(code, str(file)))


def _held(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.communicate()


def test_a_database_another_program_has_locked_is_refused_after_the_wait(
    file: Path, foreign_writer: subprocess.Popen[str]
) -> None:
    with open_store(f"sqlite:///{file}?timeout=0.2") as store:
        with pytest.raises(StoreError) as caught:
            store.append([write("2")])
        assert _code(caught) == "locked"
        assert numbers(store) == ["1"]
        foreign_writer.communicate()
        store.append([write("2")])
        assert numbers(store) == ["1", "2"]


def test_a_writer_that_hangs_is_named_with_its_process(file: Path, stuck_writer: subprocess.Popen[str]) -> None:
    with open_store(f"sqlite:///{file}?timeout=0.2") as store:
        with pytest.raises(StoreError) as caught:
            store.append([write("2")])
        assert _code(caught) == "locked"
        assert caught.value.facts["pid"] == stuck_writer.pid
        assert str(stuck_writer.pid) in str(caught.value)
        stuck_writer.kill()
        stuck_writer.wait()
        store.append([write("2")])


def test_a_store_opened_for_reading_reads_and_does_not_write(file: Path) -> None:
    with open_store(f"sqlite:///{file}?readonly=1") as reader, SqliteStore(file) as writer:
        assert numbers(reader) == ["1"]
        writer.append([write("2")])
        assert numbers(reader) == ["1", "2"]
        for ask in (lambda: reader.append([write("3")]), lambda: reader.forget(P, "x"), lambda: reader.advance("r", 1)):
            with pytest.raises(StoreError) as caught:
                ask()
            assert _code(caught) == "read-only"


_AS_NOBODY = """
import os, sys, tempfile
from hotline12345.core.errors import StoreError
from hotline12345.stores import Query, _sqlite_file, open_store
from hotline12345.testing.store_base import numbers, write
with tempfile.TemporaryDirectory() as warm:
    # Whoever it turns into may not be able to read where Python or the package lies: import everything before.
    with open_store(f"sqlite:///{warm}/x.db") as store:
        store.append([write("1")])
        numbers(store)
if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)
try:
    with open_store(sys.argv[1]) as store:
        print(numbers(store))
        store.append([write("2")])
except StoreError as error:
    print(error.code)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
@pytest.mark.parametrize(("options", "said"), [("", ["read-only"]), ("?readonly=1", ["['1']", "read-only"])])
def test_a_read_only_folder_is_read_and_not_written(options: str, said: list[str]) -> None:
    with TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)  # pytest's own folders are closed to other users
        folder = Path(outer) / "closed"
        folder.mkdir()
        with SqliteStore(folder / "orders.db") as store:
            store.append([write("1")])
        (folder / "orders.db.lock").unlink()
        (folder / "orders.db").chmod(0o444)
        folder.chmod(0o555)
        try:
            out = _run(_AS_NOBODY, f"sqlite:///{folder}/orders.db{options}").communicate()[0]
        finally:
            folder.chmod(0o755)
    assert out.split() == said


def test_a_full_disk_undoes_the_write_and_says_so(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "orders.db") as store:
        store.append([write("1")])
        pages = store._rows("PRAGMA page_count")[0][0]
        store._rows(f"PRAGMA max_page_count={pages + 3}")
        with pytest.raises(StoreError) as caught:
            store.append([write("2"), write("3", data={"text": "x" * 100_000})])
        assert _code(caught) == "full"
        assert numbers(store) == ["1"]
        store._rows("PRAGMA max_page_count=1000000")
        store.append([write("2"), write("3", data={"text": "x" * 100_000})])
        assert numbers(store) == ["1", "2", "3"]


@pytest.mark.skipif(sys.platform != "linux" or getattr(os, "geteuid", lambda: 1)() != 0, reason="mounts a small disk")
def test_a_disk_without_room_even_for_reading_is_called_full(tmp_path: Path) -> None:
    room = tmp_path / "small"
    room.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(room)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no mounting here")
    try:
        with SqliteStore(room / "orders.db") as store:
            store.append([write("1")])
        with suppress(OSError), (room / "fill").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        with pytest.raises(StoreError) as caught:
            SqliteStore(room / "orders.db").head(P, "1")
        assert (caught.value.code, "room" in caught.value.hint_en) == ("full", True)
        (room / "fill").unlink()
        with SqliteStore(room / "orders.db") as store:
            assert numbers(store) == ["1"]
    finally:
        subprocess.run(["umount", str(room)], check=True)


@pytest.mark.parametrize("content", [b"orders, as text\n" * 100, b"\x00" * 4096, b"PK\x03\x04" + b"z" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.db"
    path.write_bytes(content)
    for url in (f"sqlite:///{path}", f"sqlite:///{path}?readonly=1"):
        with pytest.raises(StoreError) as caught:
            open_store(url)
        assert _code(caught) == "not-a-store"
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE ticket (id INTEGER)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        SqliteStore(path)
    assert _code(caught) == "not-a-store"
    assert path.read_bytes() == before


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        SqliteStore(tmp_path)
    assert _code(caught) == "not-a-store"


def test_a_missing_file_is_an_error_for_a_reader_and_is_not_created(tmp_path: Path) -> None:
    for url, must_exist in (("orders.db", True), ("orders.db?readonly=1", False)):
        with pytest.raises(StoreError) as caught:
            open_store(f"sqlite:///{tmp_path}/{url}", must_exist=must_exist)
        assert _code(caught) == "no-such-store"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def linked(file: Path, tmp_path: Path) -> Path:
    """A symbolic link, in a folder of its own, to a store."""
    link = tmp_path / "links" / "orders.db"
    link.parent.mkdir()
    link.symlink_to(file)
    return link


@pytest.mark.skipif(os.name == "nt", reason="links take privileges there")
def test_the_log_of_a_store_that_is_opened_by_a_link_is_seen(linked: Path) -> None:
    with SqliteStore(linked) as store:
        store.append([write("2")])
        assert store.info()["wal_bytes"] > 0


@pytest.mark.skipif(os.name == "nt", reason="links take privileges there")
def test_a_reader_by_a_link_in_a_folder_it_may_not_write_to_sees_what_others_write(
    file: Path, linked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = os.access
    with SqliteStore(file) as store:
        store.append([write("2")])
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != linked.parent and may(path, mode))
        with SqliteStore(linked, readonly=True) as reader:
            assert numbers(reader) == ["1", "2"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{tmp_path}/none/orders.db")
    assert _code(caught) == "no-such-folder"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mongodb://host/orders", "unknown-scheme"),
        ("orders.db", "bad-url"),
        ("", "bad-url"),
        (":memory:", "bad-url"),
        ("memory:orders", "bad-url"),
        ("sqlite:orders.db", "bad-url"),
        ("sqlite://", "bad-url"),
        ("sqlite:///", "bad-url"),
        ("sqlite:///:memory:", "bad-url"),
        ("sqlite:///x.db?durabilty=full", "bad-url"),
        ("sqlite:///x.db?durability=none", "bad-url"),
        ("sqlite:///x.db?readonly=yes", "bad-url"),
        ("sqlite:///x.db?timeout=soon", "bad-url"),
        ("sqlite:///x.db?timeout=nan", "bad-url"),
        ("sqlite:///x.db?timeout=-1", "bad-url"),
    ],
)
def test_an_address_nobody_serves_is_refused(
    url: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert _code(caught) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["postgres://u:secret@h/d", "postgres://tenant@u:secret@h/d", "postgresq//u:secret@h/d", "sqlite://u:secret@h/d"],
)
def test_an_address_is_told_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "u:***@h/d" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_address_without_a_password_is_told_as_it_is() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgres://u@h:5432/d?application_name=a@b")
    assert "u@h:5432/d?application_name=a@b" in str(caught.value)


def test_addresses_name_relative_absolute_and_chinese_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///near.db", f"sqlite:///{tmp_path}/far.db", "sqlite:///沈阳 热线%20?.db".replace("?", "%3F")):
        open_store(url).close()
    assert {p.name for p in tmp_path.glob("*.db")} == {"near.db", "far.db", "沈阳 热线 ?.db"}
    with open_store("memory:") as store:
        assert isinstance(store, MemoryStore)


@pytest.mark.parametrize("stamp", [1002, STAMP + 1, STAMP + 1000, 99_001])
def test_a_store_of_a_newer_library_is_read_and_not_written(file: Path, stamp: int) -> None:
    with SqliteStore(file) as store:
        other = sqlite3.connect(file)
        other.execute(f"PRAGMA user_version={stamp}")
        other.close()
        with pytest.raises(StoreError) as caught:
            store.append([write("2")])
        assert _code(caught) == "newer-schema"
        known = f"{STAMP // 1000}.{STAMP % 1000}"  # beside the stamp that was found, and of the same kind
        assert f"{stamp // 1000}.{stamp % 1000}" in str(caught.value)
        assert known in caught.value.zh
        assert known in caught.value.en
        assert numbers(store) == ["1"]
    with SqliteStore(file) as store:
        with pytest.raises(StoreError) as caught:
            store.forget(P, "x")
        assert _code(caught) == "newer-schema"
        assert [r.version for r in store.stream(P, "1")] == [1]


def test_forget_says_so_when_a_reader_keeps_the_log(file: Path) -> None:
    with SqliteStore(file, timeout=0.2) as store:
        from hotline12345.stores import Private

        reader = sqlite3.connect(file, isolation_level=None)
        store.append([write("2", requester="x", private=(Private("p", "x", {"text": "路灯不亮"}),))])
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchone()
        with pytest.raises(StoreError) as caught:
            store.forget(P, "x")
        assert _code(caught) == "forget-incomplete"
        assert store.private(P, "2") == {}
        reader.close()
        assert store.forget(P, "x") == 0
        assert all("路灯不亮".encode() not in path.read_bytes() for path in file.parent.iterdir())


def test_what_is_refused_halfway_leaves_nothing_and_takes_no_other_with_it(file: Path) -> None:
    """A refusal may come when a part is written: a head that cannot be read, say."""
    store = SqliteStore(file)
    orders = numbers(store)

    def half(conn: sqlite3.Connection) -> None:
        conn.execute("INSERT INTO cursor (reader, position) VALUES ('half', 1)")
        raise StoreError("虚构", "invented", code="broken-head")

    def whole(conn: sqlite3.Connection) -> str:
        conn.execute("INSERT INTO cursor (reader, position) VALUES ('whole', 1)")
        return "done"

    with pytest.raises(StoreError, match="broken-head"):
        store._file.submit(half)
    assert store.readers() == []
    jobs = [Job(work) for work in (whole, half)]
    store._file._commit(lambda: jobs)
    assert [(job.result, getattr(job.error, "code", None)) for job in jobs] == [("done", None), (None, "broken-head")]
    assert (store.readers(), numbers(store)) == (["whole"], orders)
    store.close()


def test_data_that_is_not_json_is_refused(file: Path) -> None:
    with SqliteStore(file) as store:
        circle: list[object] = []
        circle.append(circle)
        for value in (float("nan"), float("-inf"), object(), {1, 2}, circle):
            with pytest.raises(StoreError) as caught:
                store.append([write("2", data={"value": value})])
            assert _code(caught) == "bad-append"
        assert numbers(store) == ["1"]


def test_check_finds_a_lost_record_and_a_wrong_head(file: Path, plain: Callable[[Path], None]) -> None:
    with SqliteStore(file) as store:
        store.append([write("2", 0, 3), write("3", 0, 2)])
        plain(file)  # the fourth and fifth order are late again
        store.append([write("4", 0, 2), write("5", 0, 2)])
        assert store.check() == []
        other = sqlite3.connect(file)
        other.execute("DELETE FROM record WHERE number = '2' AND version = 2")
        other.execute("UPDATE head SET version = 7 WHERE number = '3'")
        other.execute("UPDATE late SET version = 7 WHERE number = '4'")
        other.execute("UPDATE late SET more = -1 WHERE number = '5'")  # as if it had come without records
        other.commit()
        other.close()
        found = {(fault.code, fault.en.rsplit("/", 1)[1]) for fault in store.check()}
        assert found == {("gap", "2"), ("head", "3"), ("gap", "4"), ("head", "5")}


def test_info_tells_what_doctor_shows(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteStore(file) as store:
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
        told = store.info()
        assert (told["records"], told["orders"], told["durability"], len(told["warnings"])) == (1, 1, "full", 1)
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
        assert store.info()["warnings"] == []


def test_full_durability_is_the_default_and_relaxed_only_when_asked_for(tmp_path: Path) -> None:
    for url, level in (("a.db", 2), ("b.db?durability=full", 2), ("c.db?durability=relaxed", 1)):
        with open_store(f"sqlite:///{tmp_path}/{url}") as store:
            assert isinstance(store, SqliteStore)
            for pragma, value in (("synchronous", level), ("journal_mode", "wal"), ("secure_delete", 1)):
                assert store._rows(f"PRAGMA {pragma}") == [(value,)]


def test_the_log_is_moved_into_the_database_as_it_grows(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/a.db?durability=relaxed") as store:
        for version in range(600):
            store.append([write("1", version, data={"text": "x" * 40_000})])
        assert isinstance(store, SqliteStore)
        assert store.info()["wal_bytes"] < 600 * 40_000


def test_the_log_does_not_grow_for_ever_while_somebody_always_reads(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two readers, each beginning before the other ends, so that there is no moment without one."""
    monkeypatch.setattr(_sqlite_file, "_CHECKPOINT", 20)
    monkeypatch.setattr(_sqlite_file, "_LONG", 200_000)
    done, turns = Event(), Barrier(2, timeout=60)

    def read(offset: int) -> None:
        conn = sqlite3.connect(file, isolation_level=None)
        with suppress(BrokenBarrierError):
            if offset:
                turns.wait()
            while not done.is_set():
                conn.execute("BEGIN")
                conn.execute("SELECT count(*) FROM record").fetchone()
                turns.wait()  # the other one ends, and begins again
                turns.wait()
                conn.execute("COMMIT")
        turns.abort()
        conn.close()

    readers = [Thread(target=read, args=(offset,)) for offset in (0, 1)]
    sizes = []
    with SqliteStore(file, durability="relaxed") as store:
        for reader in readers:
            reader.start()
        for i in range(100, 400):
            store.append([write(str(i))])
            sizes.append(store.info()["wal_bytes"])
        done.set()
        for reader in readers:
            reader.join()
        assert store.count(P, Query()) == {"": 301}
        assert store.check() == []
    assert sum(later < earlier for earlier, later in pairwise(sizes)) >= 2
    assert max(sizes) < 1_000_000
