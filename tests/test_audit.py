"""Whoever touches the log is found out: edits, inserts, deletions, moves and cut-off tails (校验链审计)."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline12345 import Actor, Hotline, Request, Requester, whole
from hotline12345.audit import anchor, read_anchors, verify
from hotline12345.core.errors import RequestError, StoreError
from hotline12345.stores import Fed, Page, Private, Query, _text
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, Q, write

AT = "2026-11-28T00:00:00.000000Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def store(path: Path, plain: Callable[[Path], None]) -> Iterator[SqliteStore]:
    """Four orders in two places, in turns; each record in a row of its own, so that it can be touched alone."""
    with SqliteStore(path) as made:
        kept = (Private("p", "x", {"text": "虚构"}, ("w1",)),)
        made.append([write("1", 0, 2, private=kept, requester="x"), write("2"), write("1", place=Q)])
        made.append([write("2", 1, 3), write("1", 2, 2), write("3")])
        plain(path)
        yield made


@pytest.fixture
def anchors(store: SqliteStore, path: Path, tmp_path: Path, plain: Callable[[Path], None]) -> Path:
    """Two anchors: one when the orders were new, one later."""
    file = tmp_path / "anchors.jsonl"
    anchor(store, file, AT)
    store.append([write("3", 1), write("4")])
    anchor(store, file, AT)
    store.append([write("4", 1), write("5")])
    plain(path)
    return file


def _touch(path: Path, *statements: str) -> None:
    """Write the database behind the store's back."""
    conn = sqlite3.connect(path)
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()


def _told(store: SqliteStore, anchors: Path | None) -> set[tuple[str, str]]:
    return {(fault.code, fault.key) for fault in verify(store, anchors).faults}


def test_a_log_nobody_touched_is_sound_also_after_forgetting(store: SqliteStore, anchors: Path) -> None:
    assert store.forget(P, "x") == 1
    verdict = verify(store, anchors)
    assert verdict == (14, 6, 2, ())
    last = read_anchors(anchors).seals[-1]
    assert verify(store, anchors, last.hash).faults == ()
    assert [fault.code for fault in verify(store, anchors, "0" * 64).faults] == ["seal-missing"]
    assert (last.at, last.position, last.entries) == (AT, 12, 2)
    assert "虚构" not in anchors.read_text("utf-8")


@pytest.mark.parametrize("with_anchors", [True, False])
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE record SET data = '{\"step\":9}' WHERE number = '2' AND version = 3", {("edited", f"{P}/2 v3")}),
        ("UPDATE record SET kind = 'Closed' WHERE number = '3' AND version = 1", {("edited", f"{P}/3 v1")}),
        ("DELETE FROM record WHERE number = '2' AND version = 2", {("deleted", f"{P}/2 v2")}),
        ("DELETE FROM record WHERE number = '2' AND version IN (2, 3)", {("deleted", f"{P}/2 v2–3")}),
        ("DELETE FROM record WHERE number = '4' AND version = 2", {("cut-off", f"{P}/4 v2")}),
        ("DELETE FROM record WHERE number = '5'", {("cut-off", f"{P}/5 v1")}),
        ("DELETE FROM head WHERE number = '5'", {("headless", f"{P}/5 v1")}),
    ],
)
def test_what_was_edited_or_deleted_is_named(
    store: SqliteStore, anchors: Path, path: Path, statement: str, found: set[tuple[str, str]], with_anchors: bool
) -> None:
    _touch(path, statement)
    assert _told(store, anchors if with_anchors else None) == found


@pytest.mark.parametrize("with_anchors", [True, False])
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE record SET data = '{' WHERE number = '2' AND version = 2", {("edited", f"{P}/2 v2")}),
        ("UPDATE record SET data = '' WHERE place = '210100'", None),
        ("UPDATE record SET data = 7 WHERE number = '2' AND version = 2", {("edited", f"{P}/2 v2")}),
        ("UPDATE record SET link = x'' WHERE number = '2' AND version = 2", {("edited", f"{P}/2 v2")}),
        ("UPDATE record SET link = 'zz' WHERE number = '2' AND version = 2", {("edited", f"{P}/2 v2")}),
        ("UPDATE record SET schema = 'x' WHERE number = '2' AND version = 2", {("edited", f"{P}/2 v2")}),
    ],
)
def test_a_record_written_over_with_rubbish_is_named_and_the_audit_goes_on(
    store: SqliteStore,
    anchors: Path,
    path: Path,
    statement: str,
    found: set[tuple[str, str]] | None,
    with_anchors: bool,
) -> None:
    every = {("edited", f"{fed.record.place}/{fed.record.number} v{fed.record.version}") for fed in store.feed()}
    _touch(path, statement)
    if found is None:
        found = {(code, key) for code, key in every if key.startswith("210100/")}
        assert len(found) > 5
    else:
        _touch(path, "DELETE FROM record WHERE number = '5'")
        found = {*found, ("cut-off", f"{P}/5 v1")}
    told = _told(store, anchors if with_anchors else None)
    # The anchor, too, has another link for what was written over.
    assert {each for each in told if each[0] != "rewritten"} == found


def test_heads_written_over_are_named_and_the_audit_goes_on(store: SqliteStore, anchors: Path, path: Path) -> None:
    _touch(path, f"UPDATE head SET desks = '[[' WHERE place = '{P}' AND number IN ('2', '4')")
    _touch(path, "DELETE FROM record WHERE number = '5'")
    found = {("broken-head", f"{P}/2 v4"), ("broken-head", f"{P}/4 v2"), ("cut-off", f"{P}/5 v1")}
    assert _told(store, None) == _told(store, anchors) == found
    _touch(path, f"UPDATE head SET number = CAST(x'ff' AS TEXT) WHERE place = '{P}' AND number = '2'")
    with pytest.raises(StoreError, match="索引无法读取"):
        _told(store, None)


def test_reading_a_record_written_over_with_rubbish_says_which(store: SqliteStore, path: Path) -> None:
    _touch(path, "UPDATE record SET data = '{' WHERE number = '2' AND version = 2")
    for read in (lambda: store.stream(P, "2"), lambda: store.streams(P, ["1", "2"]), store.feed):
        with pytest.raises(StoreError, match=f"{P}/2 v2") as caught:
            read()
        assert caught.value.code == "broken-record"


def test_a_head_that_is_gone_is_told_beside_its_anchor(store: SqliteStore, anchors: Path, path: Path) -> None:
    _touch(path, "DELETE FROM head WHERE number = '2'")
    assert _told(store, anchors) == {("headless", f"{P}/2 v4")}


def test_two_records_that_changed_places_are_found(store: SqliteStore, anchors: Path, path: Path) -> None:
    two, three = (fed.position for fed in store.feed() if fed.record[:2] == (P, "2") and fed.record.version in (2, 3))
    moves = ((two, -1), (three, two), (-1, three))
    _touch(path, *(f"UPDATE record SET position = {new} WHERE position = {old}" for old, new in moves))
    assert ("moved", f"{P}/2 v2") in _told(store, None)
    # Contents that changed places, under the numbers and links that were there.
    _touch(path, *(f"UPDATE record SET position = {old} WHERE position = {new}" for old, new in reversed(moves)))
    assert _told(store, anchors) == set()
    data = {fed.position: fed.record.data["step"] for fed in store.feed()}
    for here, there in ((two, three), (three, two)):
        _touch(path, f"UPDATE record SET data = '{{\"step\":{data[there]}}}' WHERE position = {here}")
    assert _told(store, anchors) == {("edited", f"{P}/2 v2"), ("edited", f"{P}/2 v3")}


def test_a_tail_cut_off_with_its_head_is_found_by_the_anchor(store: SqliteStore, anchors: Path, path: Path) -> None:
    _touch(
        path,
        f"DELETE FROM record WHERE place = '{P}' AND number = '1' AND version > 2",
        f"UPDATE head SET version = 2 WHERE place = '{P}' AND number = '1'",
        "DELETE FROM record WHERE number = '3'",
        "DELETE FROM head WHERE number = '3'",
    )
    assert _told(store, None) == set()
    assert _told(store, anchors) == {("cut-off", f"{P}/1 v3–4"), ("cut-off", f"{P}/3 v1–2")}


def test_a_history_counted_anew_as_a_whole_is_found_by_the_anchor(
    store: SqliteStore, anchors: Path, path: Path
) -> None:
    conn = sqlite3.connect(path)
    conn.execute("UPDATE record SET data = '{\"step\":9}' WHERE number = '2' AND version = 3")
    last = _text.FIRST
    for *row, position in conn.execute(
        "SELECT place, number, version, kind, schema, data, position FROM record WHERE number = '2' ORDER BY version"
    ).fetchall():
        last = _text.link(last, _text.digest(*row))
        conn.execute("UPDATE record SET link = ? WHERE position = ?", (last, position))
    conn.commit()
    conn.close()
    assert _told(store, None) == set()
    assert _told(store, anchors) == {("rewritten", f"{P}/2 v4")}


def test_an_order_slipped_in_before_the_anchor_is_found(
    store: SqliteStore, anchors: Path, path: Path, plain: Callable[[Path], None]
) -> None:
    store.append([write("9")])
    plain(path)
    _touch(
        path,
        "UPDATE record SET position = -position - 1 WHERE position >= 5",
        "UPDATE record SET position = 5 WHERE number = '9'",
        "UPDATE record SET position = -position WHERE position < 0",
    )
    assert _told(store, None) == set()
    assert _told(store, anchors) == {("inserted", f"{P}/9 v1")}


def test_a_record_hidden_from_the_feed_is_found(store: SqliteStore, path: Path, plain: Callable[[Path], None]) -> None:
    store.append([write("9")])
    plain(path)
    _touch(path, "UPDATE record SET position = 0 WHERE number = '9'")
    assert _told(store, None) == {("cut-off", f"{P}/9 v1")}


def test_anchors_that_were_altered_are_found(store: SqliteStore, anchors: Path, tmp_path: Path) -> None:
    text = anchors.read_text("utf-8")
    lines = text.splitlines()
    for altered in (
        text.replace(lines[0], lines[0].replace("4", "3", 1)),
        "\n".join(lines[1:]),
        "\n".join(line for line in lines if line != lines[4]),
    ):
        anchors.write_text(altered, "utf-8")
        assert "anchors-damaged" in {fault.code for fault in verify(store, anchors).faults}
        with pytest.raises(StoreError) as caught:
            anchor(store, anchors, AT)
        assert caught.value.code == "anchor-mismatch"


def test_a_file_without_a_seal_vouches_for_nothing_and_a_missing_one_is_told(
    store: SqliteStore, anchors: Path, tmp_path: Path
) -> None:
    lines = anchors.read_text("utf-8").splitlines(keepends=True)
    for left in ("", "hello\n", "".join(line for line in lines if "seal" not in line)):
        anchors.write_text(left, "utf-8")
        assert [fault.code for fault in verify(store, anchors).faults] == ["anchors-empty"]
    with pytest.raises(RequestError) as caught:
        verify(store, tmp_path / "none.jsonl")
    assert caught.value.code == "no-such-file"


def test_a_seal_said_to_be_older_hides_no_rewriting(store: SqliteStore, anchors: Path, path: Path) -> None:
    from hotline12345.stores._text import FIRST, digest, dumps, link

    anchors.write_text(anchors.read_text("utf-8").replace('"position":12', '"position":0'), "utf-8")
    data = dumps({"step": "forged"})
    made = link(FIRST, digest(Q, "1", 1, "Received", 1, data)).hex()
    _touch(path, f"UPDATE record SET data = '{data}', link = x'{made}' WHERE place = '{Q}'")
    assert ("rewritten", f"{Q}/1 v1") in _told(store, anchors)


def test_words_that_were_altered_are_named_and_those_forgotten_are_not(tmp_path: Path) -> None:
    at = datetime(2026, 9, 18, 10, tzinfo=UTC)
    agent = Actor.parse("agent@210100-12345/li")
    with SqliteStore(tmp_path / "words.db") as store:
        hotline = Hotline("shenyang", store, clock=lambda: at, secrets=b"s" * 32)
        asked = [
            Request(received=at, title="路灯", text=f"路灯坏了{n}", area="210102", requester=Requester(phone=phone))
            for n, phone in enumerate(("13800000000", "13900000000", "13700000000"))
        ]
        one, two, three = (hotline.receive(request, by=agent).number for request in asked)
        assert verify(store).faults == ()
        store.reindex("210100", ())
        _touch(tmp_path / "words.db", "UPDATE vault SET data = replace(data, '坏了0', '很亮0')")
        _touch(tmp_path / "words.db", "UPDATE vault SET data = '{' WHERE data LIKE '%坏了1%'")
        assert hotline.forget("13700000000") > 0
        assert _told(store, None) == {("words-altered", f"210100/{number} v1") for number in (one, two)}
        assert three not in str(_told(store, None))


def test_a_backup_that_was_put_back_is_found_also_when_work_went_on(
    store: SqliteStore, anchors: Path, path: Path, tmp_path: Path
) -> None:
    store.backup(tmp_path / "old.db")
    store.append([write("6"), write("7")])
    anchor(store, anchors, AT)
    with SqliteStore(tmp_path / "old.db") as old:
        with pytest.raises(StoreError) as caught:
            anchor(old, anchors, AT)
        assert caught.value.code == "anchor-mismatch"
        old.append([write("8"), write("9"), write("6")])
        with pytest.raises(StoreError) as caught:
            anchor(old, anchors, AT)
        assert caught.value.code == "anchor-mismatch"
        assert {("cut-off", f"{P}/7 v1"), ("inserted", f"{P}/8 v1")} <= _told(old, anchors)


class Held(SqliteStore):
    """A store whose feed a transaction holds back from ``upto`` on, until it has been looked at so often."""

    upto, looks = 0.0, 0

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        return [fed for fed in super().feed(after, limit, place) if self.looks < 1 or fed.position <= self.upto]

    def info(self) -> dict[str, Any]:
        """Tell how many records are held back, and then let go of them in time."""
        told = super().info()
        held = told["last"] - self.upto if self.looks > 0 else 0
        self.looks -= 1
        return {**told, "held_back": {"records": int(held)}}


@pytest.mark.parametrize("looks", [2, 5])
def test_records_that_are_held_back_are_waited_for_and_not_called_cut_off(
    path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    monkeypatch.setattr(whole, "PAUSE", 0)
    with Held(path) as store:
        store.append([write("1", 0, 2), write("2")])
        store.append([write("1", 2), write("3")])
        store.upto, store.looks = 3, looks
        assert verify(store) == (5, 3, 0, ())
        assert store.looks < 1


def test_a_head_that_says_any_number_takes_no_memory_for_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PATIENCE", 0)
    with Held(path) as store:
        store.append([write("1")])
        _touch(path, "UPDATE late SET version = 2000000")
        store.upto, store.looks = 0, 10**9
        tracemalloc.start()
        try:
            found = [(fault.code, fault.key) for fault in verify(store).faults]
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert found == [("cut-off", f"{P}/1 v1–2000000")]
    assert most < 10_000_000


def test_records_that_are_held_back_in_vain_are_told_apart_from_those_cut_off(
    path: Path, monkeypatch: pytest.MonkeyPatch, plain: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(whole, "PAUSE", 0)
    monkeypatch.setattr(whole, "PATIENCE", 0.01)
    with Held(path) as store:
        store.append([write("1", 0, 2), write("2", 0, 3), write("4", 0, 2)])
        store.append([write("1", 2, 2), write("3"), write("4", 2)])
        plain(path)
        _touch(path, "DELETE FROM record WHERE number = '2' AND version = 3")
        _touch(path, "UPDATE record SET data = '{' WHERE number = '4' AND version = 3")
        store.upto, store.looks = 7, 10**9
        found = {("held-back", f"{P}/1 v3–4"), ("held-back", f"{P}/3 v1"), ("held-back", f"{P}/4 v3")}
        assert _told(store, None) == found | {("cut-off", f"{P}/2 v3")}
        store.looks = 0
        assert _told(store, None) == {("cut-off", f"{P}/2 v3"), ("edited", f"{P}/4 v3")}


class Late(SqliteStore):
    """A store where order 1, written first, is committed after order 2, just when somebody asks how much there is."""

    hidden = True

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        return [fed for fed in super().feed(after, limit, place) if not self.hidden or fed.record.number != "1"]

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        page = super().find(place, query, after, limit)
        return page._replace(heads=tuple(head for head in page.heads if not self.hidden or head.number != "1"))

    def info(self) -> dict[str, Any]:
        """Count, and then see what is held back: not one moment."""
        records = 1 if self.hidden else 2
        self.hidden = False
        return {**super().info(), "last": records, "held_back": {"records": 0}}


def test_how_much_is_stored_is_asked_after_what_is_held_back(path: Path) -> None:
    """Else the one that came in between stands in for the last of those that were there."""
    with Late(path) as store:
        store.append([write("1")])
        store.append([write("2")])
        assert verify(store) == (2, 2, 0, ())


class Busy(SqliteStore):
    """A store that somebody writes to whenever its feed is read, and never stops."""

    turns = 0

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        self.turns += 1
        if self.turns > 50:
            pytest.fail("the feed is read for ever")
        self.append([write("1", self.turns), write(f"new{self.turns}")])
        fed = super().feed(after, limit, place)
        self.append([write(f"later{self.turns}")])
        return fed


def test_what_is_written_while_it_is_verified_is_no_fault_and_keeps_nobody_from_the_end(
    path: Path, tmp_path: Path
) -> None:
    with Busy(path) as store:
        store.append([write("1"), write("2")])
        assert verify(store).faults == ()
        anchor(store, tmp_path / "anchors", AT)
        assert verify(store, tmp_path / "anchors").faults == ()


def test_an_anchor_torn_by_a_crash_is_passed_over_by_the_next(store: SqliteStore, anchors: Path) -> None:
    whole = anchors.read_bytes()
    with anchors.open("ab") as file:
        file.write(b'["210100","4",2,"ab')
    assert verify(store, anchors).faults == ()
    seal = anchor(store, anchors, AT)
    assert (seal.entries, seal.position) == (2, 14)
    assert verify(store, anchors, seal.hash) == (14, 6, 3, ())
    assert anchors.read_bytes().startswith(whole)


def test_a_store_without_a_chain_is_not_audited(tmp_path: Path) -> None:
    memory = MemoryStore()
    memory.append([write("1")])
    for ask in (lambda: verify(memory), lambda: anchor(memory, tmp_path / "a", AT)):
        with pytest.raises(StoreError) as caught:
            ask()
        assert caught.value.code == "no-chain"
