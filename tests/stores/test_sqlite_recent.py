"""What a writer of the embedded store keeps in memory of the writes that are late (新近写入) is never taken too far."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hotline12345.audit import verify
from hotline12345.core.errors import Conflict, HotlineError, StoreError
from hotline12345.stores import Append, Head, Private, Query, _sqlite_late, _sqlite_write
from hotline12345.stores._turns import Job
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, Q, numbers, write

Do = Callable[[str], str]
"""Have somebody else do something with ``store``; return what came of it, or the code of the refusal."""


def _code(caught: pytest.ExceptionInfo[HotlineError]) -> tuple[str, Any]:
    return caught.value.code, caught.value.facts.get("actual")


def bare(number: str, version: int, key: str = "", status: str = "signed", place: str = P) -> Append:
    """A write without records: a head, and a key where one is given."""
    return Append(place, number, version, (), Head(place, number, version, status, True), (), key, "f")


def kept(identity: str, text: str, person: str = "x", word: str = "w1") -> Private:
    return Private(identity, person, {"text": text}, (word,))


def _rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(query).fetchall()


def sound(store: SqliteStore) -> None:
    """Nothing is wrong with *store*, late or settled; positions have no gaps but where a head had one for a while."""
    for _ in range(2):
        positions = [fed.position for fed in store.feed()]
        assert positions == sorted(set(positions))
        assert store.check() == []
        assert verify(store).faults == ()
        store.reindex(P, ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as made:
        yield made


_OTHER = """
import sys
from hotline12345.core.errors import HotlineError
from hotline12345.stores import Append, Head, open_store
from hotline12345.testing.store_base import P, write
store = open_store(sys.argv[1])
for line in sys.stdin:
    try:
        print(repr(eval(line)), flush=True)
    except HotlineError as error:
        print(error.code, flush=True)
"""


@pytest.fixture(params=["a process", "a store in this process"])
def do(request: pytest.FixtureRequest, path: Path, store: SqliteStore) -> Iterator[Do]:
    """Somebody else who has the same file open."""
    if request.param != "a process":
        with SqliteStore(path) as other:
            known = {"store": other, "P": P, "write": write, "Append": Append, "Head": Head}

            def here(said: str) -> str:
                try:
                    return repr(eval(said, known))
                except HotlineError as error:
                    return error.code

            yield here
        return
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = [sys.executable, "-c", _OTHER, f"sqlite:///{path}"]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as process:

        def there(said: str) -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(said + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield there
        process.communicate()


# -- somebody else writes between two writes -----------------------------------------------------


def test_two_who_write_in_turns_see_each_other_and_take_no_position_twice(store: SqliteStore, do: Do) -> None:
    for i in range(6):
        store.append([write(f"a{i}", 0, i % 2 + 1)])
        assert do(f"store.append([write('b{i}', 0, 2)])[0].version") == "2"
        assert do(f"[r.version for r in store.stream(P, 'a{i}')]") == repr([1, 2][: i % 2 + 1])
        assert store.head(P, f"b{i}").version == 2  # type: ignore[union-attr]
    assert [fed.position for fed in store.feed()] == list(range(1, 22))
    assert store.count(P, Query()) == {"": 12}
    sound(store)


def test_an_order_two_write_in_turns_goes_on_from_where_it_is(store: SqliteStore, do: Do) -> None:
    store.append([write("1"), write("2")])
    for version in (1, 3, 5):
        assert do(f"store.append([write('1', {version})])[0].version") == str(version + 1)
        with pytest.raises(Conflict) as caught:
            store.append([write("1", version), write("2", 1)])
        assert _code(caught) == ("stale", version + 1)
        store.append([write("1", version + 1)])
        assert do(f"store.append([write('1', {version + 1})])") == "stale"
    assert [record.version for record in store.stream(P, "1")] == list(range(1, 8))
    assert store.head(P, "2").version == 1  # type: ignore[union-attr]
    sound(store)


@pytest.mark.parametrize("settled", [False, True])
def test_a_key_somebody_else_has_taken_is_not_taken_again(store: SqliteStore, do: Do, settled: bool) -> None:
    store.append([write("1", key="mine", fingerprint="f")])
    assert do("store.append([write('2', 0, 2, key='theirs', fingerprint='f')])[0].repeated") == "False"
    # A key that came without records lies elsewhere, where there was none before.
    assert (
        do("store.append([Append(P, '1', 1, (), Head(P, '1', 1, '', True), (), 'bare', 'f')])[0].repeated") == "False"
    )
    if settled:
        do("store.reindex(P, ())")
    assert store.append([write("3", key="theirs", fingerprint="f")]) == (("2", 2, True),)
    assert store.append([write("3", key="bare", fingerprint="f")]) == (("1", 1, True),)
    for key in ("theirs", "bare"):
        with pytest.raises(Conflict) as caught:
            store.append([write("3", key=key, fingerprint="g")])
        assert caught.value.code == "key-reused"
    for key in ("mine", "theirs", "bare"):
        assert do(f"store.append([write('3', key='{key}', fingerprint='g')])") == "key-reused"
    assert numbers(store) == ["1", "2"]
    store.append([write("3", key="third", fingerprint="f")])
    assert store.append([write("4", key="third", fingerprint="f")]) == (("3", 1, True),)
    assert do("store.lookup(P, 'third')") == "('3', 1, 'f')"
    sound(store)


def test_what_somebody_else_has_settled_is_not_taken_to_be_late(store: SqliteStore, do: Do, path: Path) -> None:
    half = _sqlite_late.LATE // 2
    for i in range(half):
        store.append([write(f"a{i:03d}", key=f"a{i}")])
    for i in range(half):  # the last of them settles
        assert do(f"store.append([write('b{i:03d}', 0, 2)])[0].version") == "2"
    assert _rows(path, "SELECT count(*) FROM late") == [(0,)]
    for i in range(3):
        store.append([write(f"a{i:03d}", 1)])
    assert [fed.position for fed in store.feed(3 * half)] == [3 * half + 1, 3 * half + 2, 3 * half + 3]
    assert do("store.reindex(P, ())") == "None"
    store.append([write("a000", 2, key="k"), write("c")])
    assert store.append([write("a001", 2, key="a0")]) == (("a000", 1, True),)
    assert [fed.position for fed in store.feed()] == list(range(1, 3 * half + 6))
    sound(store)


def test_whom_somebody_else_has_forgotten_is_not_brought_back(store: SqliteStore, do: Do, path: Path) -> None:
    store.append([write("1", requester="x", private=(kept("p", "虚构的诉求甲"),))])
    store.append([write("2", requester="y", private=(kept("p", "虚构的诉求乙", "y", "w2"),))])
    assert do("store.forget(P, 'x')") == "1"
    store.append([write("1", 1, requester="x"), write("2", 1, requester="y")])
    assert [store.head(P, number).requester for number in "12"] == ["", "y"]  # type: ignore[union-attr]
    assert numbers(store, Query(words=("w1",))) == numbers(store, Query(requester="x")) == []
    assert numbers(store, Query(words=("w2",))) == numbers(store, Query(requester="y")) == ["2"]
    sound(store)
    assert store.head(P, "1").requester == ""  # type: ignore[union-attr]
    assert "虚构的诉求甲".encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_a_lock_file_that_was_tidied_away_hides_nobodys_writes(store: SqliteStore, do: Do, path: Path) -> None:
    store.append([write("1")])
    Path(f"{path}.lock").unlink()
    assert do("store.append([write('2', 0, 2)])[0].version") == "2"
    assert do("store.reindex(P, ())") == "None"
    store.append([write("3", 0, 2)])
    assert [(fed.position, fed.record.number) for fed in store.feed()] == [
        (1, "1"), (2, "2"), (3, "2"), (4, "3"), (5, "3")
    ]  # fmt: skip
    sound(store)


# -- what did not come to stay -------------------------------------------------------------------


class _Failing:
    """A connection whose next commits fail."""

    def __init__(self, conn: sqlite3.Connection, error: type[BaseException], times: int) -> None:
        self.__dict__.update(_conn=conn, _error=error, _times=times)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._conn, name, value)

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "COMMIT" and self._times:
            self.__dict__["_times"] -= 1
            raise self._error("planted")
        return self._conn.execute(sql, *values)


@pytest.mark.parametrize("error", [sqlite3.OperationalError, sqlite3.IntegrityError, KeyboardInterrupt])
def test_a_commit_that_fails_leaves_no_version_position_or_key_behind(
    error: type[BaseException], store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append([write("1", requester="x")])
    batch = [write("1", 1, 2), write("2", 0, 3, key="k", fingerprint="f"), bare("1", 3, "b")]
    with monkeypatch.context() as patched:
        conn = _Failing(store._file.reading(), error, 9)
        patched.setattr(store._file, "reading", lambda: conn)
        with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else StoreError):
            store.append(batch)
    assert (len(store.feed()), store.lookup(P, "k"), store.lookup(P, "b")) == (1, None, None)
    with pytest.raises(Conflict) as caught:
        store.append([write("1", 3)])
    assert _code(caught) == ("stale", 1)
    done = store.append([write("2", key="k", fingerprint="g"), write("1", 1, key="b", fingerprint="g")])
    assert done == (("2", 1, False), ("1", 2, False))
    assert [(fed.position, fed.record.number, fed.record.version) for fed in store.feed()] == [
        (1, "1", 1), (2, "2", 1), (3, "1", 2)
    ]  # fmt: skip
    assert store.head(P, "1").requester == "x"  # type: ignore[union-attr]
    sound(store)


def test_a_transaction_that_is_tried_again_writes_what_it_would_have(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append([write("1")])
    with monkeypatch.context() as patched:
        conn = _Failing(store._file.reading(), sqlite3.IntegrityError, 1)
        patched.setattr(store._file, "reading", lambda: conn)
        assert store.append([write("1", 1, 2, key="k"), write("2")]) == (("1", 3, False), ("2", 1, False))
    assert [fed.position for fed in store.feed()] == [1, 2, 3, 4]
    store.append([write("1", 3), write("2", 1)])
    sound(store)


def _writing(store: SqliteStore, *batch: Append) -> Job:
    ready = [_sqlite_write.Ready(append) for append in batch]
    return Job(lambda conn: _sqlite_write.write(conn, ready, store._file.recent))


def _forgetting(store: SqliteStore, person: str) -> Job:
    return Job(store._file.settling(lambda conn: _sqlite_late.forget(conn, P, person)))


def test_what_is_settled_in_the_middle_of_a_transaction_is_not_taken_to_be_late_by_the_rest_of_it(
    store: SqliteStore,
) -> None:
    store.append([write("1", requester="x", key="k", fingerprint="f")])
    jobs = [
        _writing(store, write("1", 1), write("2", 0, 2)),
        _forgetting(store, "x"),
        _writing(store, write("1", 2, requester="x"), write("3", 0, 2)),
        _writing(store, write("4", key="k", fingerprint="f")),
    ]
    store._file._commit(lambda: jobs)
    assert [job.error for job in jobs] == [None] * 4
    assert jobs[3].result == (("1", 1, True),)
    store.append([write("1", 3)])
    assert [(fed.position, fed.record.number, fed.record.version) for fed in store.feed()] == [
        (1, "1", 1), (2, "1", 2), (3, "2", 1), (4, "2", 2), (5, "1", 3), (6, "3", 1), (7, "3", 2), (8, "1", 4)
    ]  # fmt: skip
    assert store.head(P, "1").requester == ""  # type: ignore[union-attr]
    sound(store)


def test_a_job_that_fails_takes_nothing_of_the_others_into_what_is_known(store: SqliteStore) -> None:
    def writing(*batch: Append) -> Job:
        return _writing(store, *batch)

    def half(conn: sqlite3.Connection) -> None:
        conn.execute("INSERT INTO cursor (reader, position) VALUES ('half', 1)")
        raise StoreError("虚构", "invented", code="broken-head")

    store.append([write("1", requester="x")])
    jobs = [
        writing(write("1", 1, key="k", fingerprint="f")), Job(half), writing(write("1", 1), write("3")),
        writing(write("2", 0, 2)), _forgetting(store, "x"),
        writing(write("1", 2, requester="x"), bare("2", 2, "b")), writing(write("4", key="b", fingerprint="g")),
        writing(write("4", key="k", fingerprint="f")), writing(write("4")),
    ]  # fmt: skip
    store._file._commit(lambda: jobs)
    assert [getattr(job.error, "code", None) for job in jobs] == [
        None, "broken-head", "stale", None, None, None, "key-reused", None, None
    ]  # fmt: skip
    assert jobs[7].result == (("1", 2, True),)
    assert [(fed.position, fed.record.number, fed.record.version) for fed in store.feed()][:5] == [
        (1, "1", 1), (2, "1", 2), (3, "2", 1), (4, "2", 2), (5, "1", 3)
    ]  # fmt: skip
    assert (store.readers(), store.head(P, "1").requester) == ([], "")  # type: ignore[union-attr]
    store.append([write("1", 3), write("2", 2), write("4", 1)])
    sound(store)


# -- writes without records, and with several private records -------------------------------------


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("again", [False, True])
def test_a_write_without_records_changes_the_head_and_no_history(
    settled: bool, again: bool, store: SqliteStore, path: Path
) -> None:
    store.append([write("1", 0, 2, requester="x", key="k0", fingerprint="f"), write("2")])
    if settled:
        store.reindex(P, ())
    store.append([bare("1", 2)])
    store.append([bare("2", 1, "k1"), bare("1", 2, "k2", "closed"), write("3"), bare("3", 1, "k3")])
    if again:
        store.close()
        store = SqliteStore(path)
    assert [fed.record.number for fed in store.feed()] == ["1", "1", "2", "3"]
    assert [store.head(P, number).status for number in "123"] == ["closed", "signed", "signed"]  # type: ignore[union-attr]
    assert store.head(P, "1").requester == "x"  # type: ignore[union-attr]
    assert store.receipts(P, "1") == [("k0", 2, "f"), ("k2", 2, "f")]
    assert [store.lookup(P, f"k{i}") for i in (1, 2, 3)] == [("2", 1, "f"), ("1", 2, "f"), ("3", 1, "f")]
    assert store.append([bare("9", 9, "k2")]) == (("1", 2, True),)
    with pytest.raises(Conflict) as caught:
        store.append([write("9", key="k3", fingerprint="g")])
    assert caught.value.code == "key-reused"
    last = store.feed()[-1].position
    store.append([write("1", 2), write("2", 1, 2)])
    assert [(fed.record.number, fed.record.version) for fed in store.feed(last)] == [("1", 3), ("2", 2), ("2", 3)]
    assert store.count(P, Query(), "status") == {"received": 2, "signed": 1}
    before = store.feed()
    sound(store)
    assert store.feed() == before
    store.append([bare("1", 3), bare("2", 3)])
    store.reindex(P, ())  # settled by themselves: no record behind the last
    store.append([write("1", 3)])
    assert store.feed()[: len(before)] == before
    sound(store)
    store.close()


STAGES = ["late", "fresh", "private"]
"""Where the pointer of a private record lies when it is replaced."""


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("together", [False, True])
def test_a_private_record_is_replaced_wherever_it_lies(
    stage: str, together: bool, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = (kept("p1", "旧的甲", word="w1"), kept("p2", "旧的乙", word="w2"), kept("p3", "不变的丙", "y", "w3"))
    if stage == "fresh":
        monkeypatch.setattr(_sqlite_late, "LATE", 1)
    if together:
        store.append([write("1", requester="x", private=two), write("2", private=two[2:])])
    else:
        store.append([write("1", requester="x", private=two[:1]), write("2", private=two[2:])])
        store.append([write("1", 1, private=two[1:])])
    if stage == "private":
        store.reindex(P, ())
    found = {
        name: [number for (number,) in _rows(path, f"SELECT number FROM {name} WHERE id <> ''")] for name in STAGES
    }
    assert (found["private"] if stage == "private" else found["late"] + found["fresh"]).count("1") == 3
    assert (stage in ("fresh", "private")) == (not found["late"])
    new = (kept("p2", "新的乙", "z", "w5"), kept("p1", "新的甲", "x", "w4"))
    version = store.head(P, "1").version  # type: ignore[union-attr]
    store.append([write("1", version, private=new)])
    for _ in range(2):
        assert store.kept(P, "1") == sorted([*new, two[2]])
        assert [numbers(store, Query(words=(f"w{i}",))) for i in range(1, 6)] == [[], [], ["1", "2"], ["1"], ["1"]]
        assert store.count(P, Query(words=("w3",))) == {"": 2}
        sound(store)
    assert not [data for (data,) in _rows(path, "SELECT data FROM vault") if "旧的" in str(data)]
    assert [store.forget(P, person) for person in "xyz"] == [1, 2, 1]
    assert store.kept(P, "1") == []
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not [text for text in ("旧的甲", "旧的乙", "新的甲", "新的乙", "不变的丙") if text.encode() in held]
    sound(store)


@pytest.mark.parametrize("others", [1, _sqlite_late.AT_ONCE])
def test_several_writes_of_one_order_in_one_batch_each_have_their_private_records(
    others: int, store: SqliteStore
) -> None:
    first, second = kept("p", "旧的甲"), (kept("p", "新的甲", "x", "w2"), kept("q", "新的乙", "y", "w3"))
    done = store.append([
        write("1", requester="x", private=(first,)), *(write(f"a{i}", private=(first,)) for i in range(others)),
        write("1", 1, 2, private=second, key="k", status="signed"), bare("1", 3, "b", "closed"), write("1", 3),
    ])  # fmt: skip
    assert [answer.version for answer in done if answer.number == "1"] == [1, 3, 3, 4]
    for _ in range(2):
        assert store.kept(P, "1") == list(second)
        assert store.head(P, "1") == Head(P, "1", 4, "received", True, requester="x")
        assert len(numbers(store, Query(words=("w1",)), limit=100)) == others
        assert numbers(store, Query(words=("w2",))) == numbers(store, Query(words=("w3",))) == ["1"]
        assert [record.version for record in store.stream(P, "1")] == [1, 2, 3, 4]
        assert store.lookup(P, "k") == ("1", 3, "")
        assert store.lookup(P, "b") == ("1", 3, "f")
        sound(store)
    assert store.forget(P, "x") == others + 1


def test_of_a_private_record_given_twice_in_one_write_the_last_stays_and_nothing_of_the_first(
    store: SqliteStore, path: Path
) -> None:
    twice = (kept("p", "先说的"), kept("q", "另一个", "y"), kept("p", "后说的", "x", "w2"))
    store.append([write("1", private=twice)])
    store.append([write(str(i), private=twice) for i in range(100, 100 + _sqlite_late.AT_ONCE)])
    store.append([write("1", 1, private=twice)])
    for _ in range(2):
        for number in ("1", "100"):
            assert [(each.id, each.data["text"]) for each in store.kept(P, number)] == [
                ("p", "后说的"),
                ("q", "另一个"),
            ]
        store.reindex(P, ())
    assert store.forget(P, "x") == _sqlite_late.AT_ONCE + 1
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not [text for text in ("先说的", "后说的") if text.encode() in held]
    sound(store)


def test_what_is_known_of_late_writes_does_not_grow_beyond_them(store: SqliteStore) -> None:
    """Replacing a private record settles everything before there is enough of it."""
    for i in range(_sqlite_late.LATE + 10):
        store.append([write(str(i), key=f"k{i}", private=(kept("p", "旧的"),))])
        store.append([write(str(i), 1, key=f"m{i}", private=(kept("p", "新的"),))])
        assert len(store._file.recent.orders) <= 3
        assert len(store._file.recent.keys) <= 3
    sound(store)


# -- what cannot be settled -----------------------------------------------------------------------

_PUT = "INSERT INTO record SELECT {}, version, event, schema, data, link, {}, 0 FROM late WHERE number = '1'"
STUCK = {
    # The same version of the order, at a place of its own.
    "version": _PUT.format("900, place, number", "NULL, NULL"),
    # The same position, for another order.
    "position": _PUT.format("position, place, 'z'", "NULL, NULL"),
    # The same key, for another order.
    "key": _PUT.format("900, place, 'z'", "key, 'g'"),
}


@pytest.mark.parametrize("damage", STUCK)
@pytest.mark.parametrize("reopened", [False, True])
def test_a_write_that_cannot_be_put_in_its_place_stays_late_and_stops_nobody(
    damage: str, reopened: bool, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = (kept("p", "虚构的诉求甲", "x", "w1"), kept("q", "虚构的诉求乙", "x", "w2"))
    store.append([write("1", private=private, requester="x", key="k", data={"step": "mine"})])
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(STUCK[damage])
    if reopened:
        store.close()
        store = SqliteStore(path)
    for name, value in (("LATE", 2), ("WORDS_LATE", 2)):
        monkeypatch.setattr(_sqlite_late, name, value)
    for i in range(10, 20):
        store.append([write(str(i), private=(kept("p", "虚构的", "y", "w3"),))])
        assert numbers(store, Query(words=("w3",))) == [str(j) for j in range(10, i + 1)]
        store.append([write(str(i), 1, 2)])
        assert store.stream(P, str(i))[-1].version == 3
    store.append([write(f"b{i}", place=Q) for i in range(_sqlite_late.AT_ONCE)])
    store.reindex(P, ())
    assert _rows(path, "SELECT number FROM late") == [("1",)]
    assert {"step": "mine"} in [record.data for record in store.stream(P, "1")]
    assert "mine" in str([fed.record.data for fed in store.feed()])
    assert store.kept(P, "1") == list(private)
    assert numbers(store, Query(words=("w1",))) == ["1"]
    assert store.head(P, "1") == Head(P, "1", 1, "received", True, requester="x")
    found = store.check()
    assert [fault.en.rsplit(": ", 1)[1] for fault in found if fault.code == "late"] == [f"{P}/1/v1"]
    assert all("/1" in fault.en or "/z" in fault.en for fault in found)
    assert store.forget(P, "y") == 10
    assert store.forget(P, "x") == 2
    assert store.kept(P, "1") == []
    store.append([write("30")])
    store.reindex(P, ())
    assert store.kept(P, "1") == []
    assert store.head(P, "1") == Head(P, "1", 1, "received", True)
    assert {fault.code for fault in store.check()} == {fault.code for fault in found}
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert "虚构的诉求".encode() not in held
    store.close()
