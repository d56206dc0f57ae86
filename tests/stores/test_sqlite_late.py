"""Writes and words that the embedded store has not yet put where they are found (后整理): nobody can tell."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotline12345.core.errors import Conflict, StoreError
from hotline12345.stores import Append, Desk, Head, Private, Query, Record, _sqlite_late
from hotline12345.stores._sqlite_heads import COLUMNS
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers

KEPT = (Private("t", "x", {"text": "虚构的诉求"}, ("w1", "w2")),)


def _append(number: str, version: int = 1, status: str = "received", **more: object) -> Append:
    private = more.pop("private", ())
    key = more.pop("key", "")
    head = Head(P, number, version, status, status != "closed", changed=f"2026-11-{version:02d}", **more)  # type: ignore[arg-type]
    record = Record(P, number, version, "Dispatched", {"step": version})
    return Append(P, number, version - 1, (record,), head, private, key, "f")  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


def _rows(path: Path, *tables: str) -> list[int]:
    conn = sqlite3.connect(path)
    found = [conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    conn.close()
    return found


def test_no_more_writes_are_late_than_may_be(path: Path) -> None:
    most = 0
    with SqliteStore(path, durability="relaxed") as store:
        for i in range(200):
            store.append([_append(f"{i:03d}", key=f"k{i}")])
            most = max(most, *_rows(path, "late"))
    assert most == _sqlite_late.LATE - 1
    assert _rows(path, "late", "record") == [200 - _sqlite_late.LATE, _sqlite_late.LATE]


def test_a_write_waits_until_enough_have_come_together(path: Path) -> None:
    tables = ("record", "head", "late", "fresh", "private")
    with SqliteStore(path) as store:
        for i in range(_sqlite_late.LATE - 1):
            store.append([_append(f"{i:03d}", private=KEPT)])
        assert _rows(path, *tables) == [0, 0, 127, 0, 0]
        assert store.count(P, Query(status="received", words=("w1",))) == {"": 127}
        store.append([_append("999")])
        assert _rows(path, *tables) == [128, 128, 0, 127, 0]
        assert store.count(P, Query(status="received", words=("w2",))) == {"": 127}
        assert store.check() == []


def test_words_wait_until_enough_have_come_together_and_no_write_waits_behind_them(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite_late, "WORDS_LATE", 4)
    monkeypatch.setattr(_sqlite_late, "LATE", 1)
    with SqliteStore(path) as store:
        for i in range(4):
            store.append([_append(f"{i}", private=KEPT)])
            assert _rows(path, "late", "fresh") == [0, (i + 1) % 4]
            assert numbers(store, Query(words=("w2", "w1"))) == [str(j) for j in range(i + 1)]
        assert _rows(path, "head", "late", "fresh", "private", "term") == [4, 0, 0, 4, 2]
        assert store.check() == []


def test_a_batch_of_new_orders_is_not_late(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_late, "LATE", _sqlite_late.AT_ONCE + 1)
    with SqliteStore(path) as store:
        store.append([_append(f"{i:03d}", private=KEPT) for i in range(_sqlite_late.AT_ONCE)])
        assert _rows(path, "record", "head", "late") == [64, 64, 0]
        store.append([_append(f"{i:03d}", private=KEPT) for i in range(64, 100)])  # fewer
        assert _rows(path, "record", "head", "late") == [64, 64, 36]
        store.reindex(P, ())
        assert _rows(path, "record", "head", "late") == [100, 100, 0]
        store.append([_append(f"{i:03d}", 2, "signed") for i in range(64)])
        assert _rows(path, "late") == [64]
        assert store.count(P, Query(), "status") == {"received": 36, "signed": 64}
        assert store.count(P, Query(open=True, changed_since="2026-11-02")) == {"": 64}
        store.append([_append("064", 2, "closed")])
        assert _rows(path, "late") == [0]
        assert store.count(P, Query(), "status") == {"closed": 1, "received": 35, "signed": 64}
        assert store.check() == []


def test_another_process_sees_what_is_late_and_writes_after_it(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([_append("1", private=KEPT, requester="x", desks=(Desk("a", "u1", "lead", "", "2026-11-05"),))])
        other = (
            "import sys; from hotline12345.stores import *; s = open_store(sys.argv[1]); P = sys.argv[2];"
            "print([h.number for h in s.find(P, Query(words=('w1',), requester='x', unit='u1')).heads]);"
            "s.append([Append(P, '1', 1, (Record(P, '1', 2, 'Signed', {}),), Head(P, '1', 2, 'signed', True))]);"
            "import os; os._exit(0)"
        )
        run = [sys.executable, "-c", other, f"sqlite:///{path}", P]
        assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "['1']\n"
        assert store.head(P, "1") == Head(P, "1", 2, "signed", True, requester="x")
        assert numbers(store, Query(unit="u1")) == []
        with pytest.raises(Conflict):
            store.append([_append("1", 2)])
        assert _rows(path, "head", "late") == [0, 2]


def test_a_reader_without_the_right_to_write_sees_what_is_late(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([_append("1", private=KEPT, wake="2026-11-03")])
        with SqliteStore(path, readonly=True) as reader:
            assert numbers(reader, Query(words=("w1",))) == ["1"]
            assert reader.places() == [P]
            assert reader.awake(P, "2026-11-03") == ["1"]
            assert reader.private(P, "1") == {"t": {"text": "虚构的诉求"}}
            assert reader.kept(P, "1") == list(KEPT)


def test_a_page_and_a_count_are_of_one_moment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two statements of a reader everything is settled, and an order moves on."""
    with SqliteStore(path) as store, SqliteStore(path) as writer:
        writer.append([_append(f"{i}", private=KEPT) for i in range(9)])
        for ask in (lambda: numbers(store, Query(status="received", words=("w1",))),
                    lambda: store.count(P, Query(status="received", words=("w1",))),
                    lambda: store.count(P, Query(), "status")):  # fmt: skip
            before, steps, rows = ask(), iter(range(9)), store._file.rows

            def between(query: str, values: object = (), rows: object = rows, steps: object = steps) -> object:
                found = rows(query, values)  # type: ignore[operator]
                if query != "BEGIN" and next(steps, None) == 0:  # type: ignore[call-overload]
                    number = writer.find(P, Query(status="received")).heads[0].number
                    writer.append([_append(number, 2, "signed")])
                    writer.reindex(P, ())
                return found

            with monkeypatch.context() as patched:
                patched.setattr(store, "_rows", between)
                assert ask() == before
            assert ask() != before


def test_what_is_fresh_is_forgotten_and_rewritten_like_all_else(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([_append("1", private=KEPT, requester="x")])
        store.append([_append("2", private=KEPT, requester="x")])
        store.append([_append("2", 2, private=(Private("t", "y", {"text": "另一个"}, ("w3",)),))])
        assert [numbers(store, Query(words=(word,))) for word in ("w1", "w3")] == [["1"], ["2"]]
        assert store.forget(P, "x") == 1
        assert [numbers(store, Query(words=(word,))) for word in ("w1", "w3")] == [[], ["2"]]
        assert [store.head(P, number).requester for number in ("1", "2")] == ["", ""]  # type: ignore[union-attr]
        store.append([_append("1", 2, "signed", requester="x")])
        assert store.head(P, "1").requester == ""  # type: ignore[union-attr]
        assert store.check() == []
        found = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert "虚构的诉求".encode() not in found
        assert b'"w1"' not in found


def test_a_head_written_over_stops_nobody_else(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([_append(str(i), desks=(Desk("a", "u1", "lead", ""),)) for i in range(4)])
        store.reindex(P, ())
        store.append([_append(str(i), 2, "signed") for i in range(4)])
        conn = sqlite3.connect(path)
        conn.execute("UPDATE head SET desks = '[[' WHERE number = '1'")
        conn.execute("UPDATE head SET holder = CAST(x'ff' AS TEXT) WHERE number = '2'")
        conn.execute("UPDATE late SET desks = '[[' WHERE number = '3'")
        conn.commit()
        conn.close()
        with pytest.raises(StoreError) as caught:
            store.find(P, Query())
        assert (caught.value.code, caught.value.facts["order"]) == ("broken-head", (P, "3"))
        store.append([_append("9", private=KEPT)])
        assert store.forget(P, "x") == 1  # settles
        assert [store.head(P, number).version for number in ("0", "1", "2", "9")] == [2, 2, 2, 1]  # type: ignore[union-attr]
        assert {fault.code for fault in store.check()} == {"desk", "tally"}
        assert _rows(path, "desk", "late") == [0, 0]


def test_a_late_write_that_is_gone_or_altered_is_found(path: Path) -> None:
    """A late head has its records beside it in its row: without records it may be behind them, or of another link."""
    bare = [Append(P, number, 1, (), Head(P, number, 1, "signed", True)) for number in "23"]
    with SqliteStore(path) as store:
        store.append([_append(number) for number in "123456"])
        store.reindex(P, ())
        assert store.append([_append("1", 2), _append("1", 3), *bare, _append("4", 2), _append("5", 2), _append("7")])
        assert store.check() == []
        conn = sqlite3.connect(path)
        for damage in (
            "DELETE FROM late WHERE number = '1' AND version = 2",
            "UPDATE late SET version = 2 WHERE number = '2'",
            "UPDATE late SET link = x'00' WHERE number = '3'",
            "UPDATE late SET more = -1 WHERE number = '4'",
            "UPDATE late SET more = 1 WHERE number = '5'",
            "DELETE FROM head WHERE number = '6'",
        ):
            assert conn.execute(damage).rowcount == 1
        conn.commit()
        conn.close()
        found = {(fault.code, fault.en.rsplit("/", 1)[1]) for fault in store.check()}
        assert {each for each in found if each[0] != "tally"} == {
            ("gap", "1"), ("head", "2"), ("tail", "3"), ("head", "4"), ("gap", "5"), ("headless", "6")
        }  # fmt: skip


def test_the_same_key_is_refused_whichever_way_it_comes(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([_append("1", key="k1")])
        bare = Append(P, "1", 1, (), Head(P, "1", 1, "signed", True), (), "k2", "f")  # a key without a record
        assert store.append([bare]) == (("1", 1, False),)
        assert store.append([bare]) == (("1", 1, True),)
        many = [_append(f"{i:03d}", key=f"n{i}") for i in range(20)]
        assert store.append([*many, _append("900", key="k2")])[-1] == ("1", 1, True)
        assert store.append(many)[0] == ("000", 1, True)
        with pytest.raises(Conflict) as caught:
            store.append([*(_append(f"{i:03d}", key=f"m{i}") for i in range(20, 40)), _append("901", key="k1")._replace(
                fingerprint="g")])  # fmt: skip
        assert caught.value.code == "key-reused"
        with pytest.raises(Conflict) as caught:
            store.append([_append(f"{i:03d}") for i in range(19, 50)])
        assert caught.value.code == "stale"
        assert store.receipts(P, "1") == [("k1", 1, "f"), ("k2", 1, "f")]
        assert len(numbers(store)) == 21
        assert store.check() == []


def test_a_batch_whose_first_part_is_there_already_is_judged_by_what_the_order_is_now(path: Path) -> None:
    with SqliteStore(path) as store:
        first = _append("1", key="k1")
        store.append([first])
        store.append([_append("1", 2)])
        assert store.append([first, _append("1", 3)]) == (("1", 1, True), ("1", 3, False))
        for batch, expected, actual in (
            ([first, _append("1", 2)], 1, 3),
            ([_append("1"), _append("2", 2)], 0, 3),
            ([_append("1", key="k3"), _append("1", 2)], 0, 3),
        ):
            with pytest.raises(Conflict) as caught:
                store.append(batch)
            told = caught.value.facts
            assert (told["number"], told["expected"], told["actual"]) == ("1", expected, actual)
        assert store.head(P, "1").version == 3  # type: ignore[union-attr]
        assert store.lookup(P, "k3") is None


@pytest.mark.parametrize("reopened", [True, False])
@pytest.mark.parametrize(
    ("damage", "left"),
    [
        ("UPDATE late SET status = x'ff00' WHERE number = '1'", set()),
        ("UPDATE late SET open = 'junk' WHERE number = '1'", set()),
        ("UPDATE late SET place = CAST(x'ff' AS TEXT) WHERE number = '1'", {"gap", "head"}),
        ("""UPDATE late SET desks = '[["a", null, "lead", "", ""]]' WHERE number = '1'""", {"desk"}),
        ("""UPDATE late SET desks = '[[["a"], "u", "lead", "", ""]]' WHERE number = '1'""", {"desk"}),
        ("""UPDATE late SET desks = '[["\\ud800", "u", "lead", "", ""]]' WHERE number = '1'""", {"desk"}),
        (f"UPDATE late SET desks = '{'[' * 9000}' WHERE number = '1'", {"desk"}),
        ("UPDATE late SET seq = -1 WHERE number = '1'", {"vault"}),
        ("UPDATE late SET person = 'x' WHERE number = '1'", set()),
        ("UPDATE late SET more = 9 WHERE number = '1'", {"gap"}),
        ("UPDATE late SET version = 'x' WHERE number = '1'", {"gap"}),
        ("UPDATE late SET link = 'zz' WHERE number = '1'", set()),
        ("UPDATE late SET data = CAST(x'ff' AS TEXT) WHERE number = '1'", {"record"}),
        ("UPDATE late SET event = x'ff', schema = 'x', key = x'00' WHERE number = '1'", set()),
        ("UPDATE head SET open = 'junk' WHERE number = '1'", set()),
        ("""UPDATE head SET desks = '[["\\ud800", "u", "lead", "", ""]]' WHERE number = '1'""", set()),
        ("UPDATE fresh SET seq = -1 WHERE number = '1'", {"vault"}),
        ("UPDATE private SET seq = -1 WHERE number = '0'", {"vault"}),
        ("UPDATE term SET chunk = 9999", set()),
        ("UPDATE term SET used = 'junk'", set()),
        ("UPDATE term SET room = x'00'", set()),
        ("DELETE FROM posting", set()),
    ],
)  # fmt: skip
def test_one_row_written_over_stops_no_writes_no_forgetting_and_no_rebuilding(
    damage: str, left: set[str], reopened: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote it last goes by what it remembers, anybody else by what is there: so what is left may differ."""
    for name, value in (("LATE", 4), ("WORDS_LATE", 5)):
        monkeypatch.setattr(_sqlite_late, name, value)
    desks = (Desk("a", "u1", "lead", ""),)
    with ExitStack() as opened:
        store = opened.enter_context(SqliteStore(path, durability="relaxed"))
        for i in range(2):
            store.append([_append(str(i), private=KEPT, requester="x", desks=desks)])
        store.reindex(P, ())
        two = tuple(Private(name, "y", {}, ("w2", "w3")) for name in "uv")
        store.append([_append("1", 2, desks=desks, private=two)])
        conn = sqlite3.connect(path)
        assert conn.execute(damage).rowcount > 0
        conn.commit()
        conn.close()
        if reopened:
            store.close()
            store = opened.enter_context(SqliteStore(path, durability="relaxed"))
        for i in range(100, 110):
            store.append([_append(str(i), private=(Private("t", "z", {}, ("w1", "w9")),), requester="z")])
            assert numbers(store, Query(words=("w9",))) == [str(j) for j in range(100, i + 1)]
        store.append([_append(str(i), 2, "closed") for i in range(100, 110)])
        assert store.count(P, Query(status="closed")) == {"": 10}
        store.reindex(P, ())
        found = {fault.code for fault in store.check()}
        assert found == left if reopened else found <= left | {"gap", "head", "tail"}
        assert store.forget(P, "z") == 10
        assert store.forget(P, "x") == 2
        assert numbers(store, Query(words=("w1",))) == []


def test_a_check_while_others_write_finds_nothing_wrong(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteStore(path) as store, SqliteStore(path) as writer:
        rows, more = store._file.rows, iter(range(100))

        def between(query: str, values: object = ()) -> object:
            found = rows(query, values)  # type: ignore[arg-type]
            writer.append([_append(f"{next(more):03d}", private=KEPT)])
            writer.reindex(P, ())
            return found

        monkeypatch.setattr(store._file, "rows", between)
        assert store.check() == []


def test_a_question_that_is_interrupted_leaves_the_thread_able_to_ask(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteStore(path) as store:
        store.append([_append("1")])
        rows = store._file.rows

        def interrupted(query: str, values: object = ()) -> object:
            rows(query, values)  # type: ignore[arg-type]
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(store._file, "rows", interrupted)
            with pytest.raises(KeyboardInterrupt):
                store.find(P, Query())
        assert numbers(store) == ["1"]
        store.append([_append("2")])
        assert store.count(P, Query()) == {"": 2}


def test_the_columns_of_a_head_are_its_fields_in_their_order() -> None:
    assert (*Head._fields[2:], "link") == COLUMNS
