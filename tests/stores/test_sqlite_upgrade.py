"""A database of an older layout is brought up to date in place (表结构升级)."""

from __future__ import annotations

import json
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from hotline12345.audit import verify
from hotline12345.core.errors import Conflict, StoreError
from hotline12345.stores import Append, Desk, Head, Query, Record, _sqlite_upgrade, open_store
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers

LAYOUTS = Path(__file__).parent / "layouts"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database as the first layout left it."""
    path = tmp_path / "orders.db"
    conn = sqlite3.connect(path)
    conn.executescript((LAYOUTS / "1.sql").read_text(encoding="utf-8"))
    conn.close()
    return path


def _tables(path: Path) -> set[tuple[str, str, str]]:
    conn = sqlite3.connect(path)
    found = conn.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    found += [("column", name, table[1]) for table in found if table[0] == "table"
              for _, name, *_ in conn.execute(f"PRAGMA table_info({table[1]})")]  # fmt: skip
    conn.close()
    return set(found)


def _new(path: Path) -> Path:
    """A new database in which two places have written."""
    with SqliteStore(path) as store:
        for place in (P, "220400"):
            store.append(
                [Append(place, "1", 0, (Record(place, "1", 1, "Received", {}),), Head(place, "1", 1, "", True))]
            )
        store.reindex(P, ())  # settles: the index by place is made then
    return path


def test_an_upgraded_database_holds_what_it_held_and_answers_new_questions(old: Path) -> None:
    with SqliteStore(old) as store:
        assert store.info()["schema"] == 5001
        assert [r.version for r in store.stream(P, "1")] == [1, 2, 3]
        assert store.stream(P, "2")[0].data == {"step": 1, "word": "甲", "half": "\ud83d"}
        assert store.private(P, "1") == {"p1": {"text": "虚构的诉求甲"}}
        assert store.lookup(P, "k1") == ("1", 2, "f1")
        assert store.receipts(P, "1") == [("k1", 2, "f1")]
        assert (store.places(), store.cursor("reader")) == ([P, "220400"], 2)
        assert store.head(P, "1") == Head(
            P, "1", 3, "signed", True, "complaint", "城乡建设/供暖", "210102", "u1", "person-x",
            "2026-11-02T01:00:00.000000Z", "2026-11-09T16:00:00.000000Z", True, "d1", "",
            (Desk("a1", "u1", "lead", "2026-11-02T02:00:00.000000Z", "2026-11-05T16:00:00.000000Z"),),
        )  # fmt: skip
        assert numbers(store, Query(role="lead", desk_due_before="2026-11-06")) == ["1"]
        assert numbers(store, Query(role="assist")) == numbers(store, Query(digest="d2")) == []
        assert numbers(store, Query(requester="person-x", digest="d1")) == ["1"]
        assert store.check() == []
        store.append([Append(P, "1", 3, (Record(P, "1", 4, "Signed", {}),), Head(P, "1", 4, "signed", True))])
        assert store.forget(P, "person-x") == 1
    text = "虚构的诉求甲".encode()
    assert not any(text in path.read_bytes() for path in old.parent.iterdir())


def test_an_upgraded_database_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    SqliteStore(old).close()
    assert _tables(old) == _tables(_new(tmp_path / "new.db"))


def test_the_records_of_an_upgraded_database_get_their_links(old: Path) -> None:
    last: dict[tuple[str, str], bytes] = {}
    with SqliteStore(old) as store:
        for fed in store.feed():
            r = fed.record
            text = json.dumps(r.data, ensure_ascii=r.number == "2", separators=(",", ":"))
            whole = f"6:{r.place}1:{r.number}{len(r.kind)}:{r.kind}{r.version}:{r.schema}:{text}"
            order = (r.place, r.number)
            last[order] = sha256(last.get(order, bytes(32)) + sha256(whole.encode()).digest()).digest()
            assert fed.link == last[order].hex()


def test_a_database_of_an_older_layout_is_not_upgraded_by_a_reader(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{old}?readonly=1")
    assert caught.value.code == "old-layout"
    assert old.read_bytes() == before


def test_an_upgrade_that_fails_leaves_the_old_layout(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(conn: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("planted")

    before = _tables(old)
    with monkeypatch.context() as patched:
        patched.setattr(_sqlite_upgrade, "_chain", fail)
        with pytest.raises(StoreError):
            SqliteStore(old)
    assert _tables(old) == before
    with SqliteStore(old) as store:
        assert numbers(store) == ["1", "2"]


def test_the_second_layout_is_upgraded_with_its_words_and_dues(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    conn = sqlite3.connect(path)
    conn.executescript((LAYOUTS / "2.sql").read_text(encoding="utf-8"))
    conn.close()
    with SqliteStore(path) as store:
        assert _tables(path) == _tables(_new(tmp_path / "new.db"))
        assert store.check() == []
        for word, expected in (("w1", ["1"]), ("w2", ["1", "2"]), ("w3", ["2"]), ("w4", [])):
            assert numbers(store, Query(words=(word,))) == expected
            assert store.count(P, Query(words=(word,))) == {"": len(expected)}
        assert store.count("220400", Query(words=("w1",))) == {"": 1}
        assert numbers(store, Query(words=("w1", "w2"))) == ["1"]
        assert store.count(P, Query(due_before="2026-11-10")) == {"": 1}
        assert store.forget(P, "person-y") == 2
        assert [store.count(P, Query(words=(word,)))[""] for word in ("w1", "w2", "w3")] == [1, 1, 0]
        assert store.check() == []


def test_the_third_layout_is_upgraded_with_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    conn = sqlite3.connect(path)
    conn.executescript((LAYOUTS / "3.sql").read_text(encoding="utf-8"))
    conn.close()
    with SqliteStore(path) as store:
        assert _tables(path) == _tables(_new(tmp_path / "new.db"))
        assert store.check() == []
        assert store.receipts(P, "1") == [("k1", 2, "f1"), ("k3", 3, "f3"), ("k5", 3, "f5")]
        assert store.receipts(P, "2") == [("k2", 1, "f2"), ("k4", 1, "f4")]
        assert store.receipts("220400", "1") == [("k1", 1, "g")]
        found = {key: store.lookup(P, key) for key in ("k1", "k2", "k3", "k4", "k5", "k6")}
        assert found == {
            "k1": ("1", 2, "f1"), "k2": ("2", 1, "f2"), "k3": ("1", 3, "f3"), "k4": ("2", 1, "f4"),
            "k5": ("1", 3, "f5"), "k6": None,
        }  # fmt: skip
        again = Append(P, "2", 1, (Record(P, "2", 2, "Signed", {}),), Head(P, "2", 2, "signed", True), (), "k4", "f4")
        assert store.append([again]) == (("2", 1, True),)
        with pytest.raises(Conflict) as caught:
            store.append([again._replace(key="k3")])
        assert caught.value.code == "key-reused"
        store.append([again._replace(key="k6", fingerprint="f6")])
        assert store.receipts(P, "2")[-1] == ("k6", 2, "f6")
        assert numbers(store, Query(words=("w2",))) == ["1", "2"]
        assert numbers(store, Query(words=("词",))) == ["2"]
        assert store.forget(P, "person-y") == 2
        assert store.count(P, Query(words=("w2",))) == {"": 1}
        assert store.check() == []


def test_the_fourth_layout_is_upgraded_with_what_was_late(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    conn = sqlite3.connect(path)
    conn.executescript((LAYOUTS / "4.sql").read_text(encoding="utf-8"))
    before = conn.execute("SELECT position, number, version, kind, data, link FROM record ORDER BY position").fetchall()
    conn.close()
    lead = Desk("a1", "u1", "lead", "2026-11-02T02:00:00.000000Z", "2026-11-05T16:00:00.000000Z")
    with SqliteStore(path) as store:
        assert store.info()["schema"] == 5001
        assert _tables(path) == _tables(_new(tmp_path / "new.db"))
        assert store.check() == []
        assert [
            (fed.position, fed.record.number, fed.record.version, fed.record.kind, fed.record.data, fed.link)
            for fed in store.feed()
        ] == [(*row, json.loads(data), link.hex()) for *row, data, link in before]
        assert verify(store).faults == ()
        assert store.head(P, "1") == Head(
            P, "1", 4, "reopened", True, "help", requester="person-x", due="2026-11-12T16:00:00.000000Z", digest="d2",
            desks=(lead,),
        )  # fmt: skip
        assert store.head(P, "2") == Head(P, "2", 1, "signed", True, "complaint", requester="person-y")
        assert store.head(P, "3") == Head(P, "3", 2, "signed", True, "consult", requester="person-z", desks=(lead,))
        assert store.head("220400", "1") == Head("220400", "1", 2, "signed", True)
        assert store.count(P, Query(), "status") == {"reopened": 1, "signed": 2}
        assert numbers(store, Query(unit="u1")) == ["1", "3"]
        assert numbers(store, Query(due_before="2026-12-01")) == numbers(store, Query(digest="d2")) == ["1"]
        assert store.receipts(P, "1") == [("k1", 2, "f1"), ("k3", 3, "f3"), ("k5", 3, "f5"), ("k7", 4, "f7")]
        assert store.receipts(P, "3") == [("k8", 2, "f8"), ("k9", 2, "f9")]
        assert [store.lookup(P, key) for key in ("k7", "k8", "k9")] == [
            ("1", 4, "f7"), ("3", 2, "f8"), ("3", 2, "f9")
        ]  # fmt: skip
        for word, expected in (("w1", ["1"]), ("w2", ["1", "2"]), ("w5", ["1", "3"]), ("词", ["2"]), ("w4", [])):
            assert numbers(store, Query(words=(word,))) == expected
            assert store.count(P, Query(words=(word,))) == {"": len(expected)}
        assert list(store.private(P, "1")) == ["p1", "p2", "p3"]
        assert [kept.person for kept in store.kept(P, "1")] == ["person-x", "person-y", "person-x"]
        assert store.private(P, "3") == {"p1": {"text": "虚构的咨询"}}
        again = Append(P, "3", 2, (Record(P, "3", 3, "Signed", {}),), Head(P, "3", 3, "signed", True), (), "k9", "f9")
        assert store.append([again]) == (("3", 2, True),)
        for key in ("k7", "k8"):
            with pytest.raises(Conflict) as caught:
                store.append([again._replace(key=key)])
            assert caught.value.code == "key-reused"
        store.append([again._replace(key="k10", fingerprint="f10")])
        assert [fed.position for fed in store.feed(after=8)] == [9, 10]
        assert verify(store).faults == ()
        assert store.forget(P, "person-x") == 2
        assert list(store.private(P, "1")) == ["p2"]
        assert [numbers(store, Query(words=(word,))) for word in ("w1", "w5")] == [[], ["3"]]
        assert store.head(P, "1").requester == ""  # type: ignore[union-attr]
        assert store.check() == []
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert "虚构的诉求甲".encode() not in held
    assert "虚构的咨询".encode() in held


def test_a_database_of_one_place_has_no_index_by_place_until_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    conn = sqlite3.connect(path)
    conn.executescript((LAYOUTS / "3.sql").read_text(encoding="utf-8"))
    for table in ("record", "head", "receipt"):
        conn.execute(f"DELETE FROM {table} WHERE place <> '{P}'")
    conn.commit()
    conn.close()
    index = ("index", "record_place", "record")
    with SqliteStore(path) as store:
        assert index not in _tables(path)
        assert [fed.position for fed in store.feed(place=P)] == [1, 2, 3, 4]
        assert store.feed(place="220400") == []
        head = Head("220400", "1", 1, "received", True)
        store.append([Append("220400", "1", 0, (Record("220400", "1", 1, "Received", {}),), head)])
        for settled in (False, True):
            assert (index in _tables(path)) is settled
            assert [fed.position for fed in store.feed(place=P, after=2)] == [3, 4]
            assert [fed.position for fed in store.feed(place="220400")] == [5]
            store.reindex(P, ())
