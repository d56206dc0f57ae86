"""The contract finds planted faults: each broken store fails the clause that names its fault (故障植入)."""

from __future__ import annotations

import inspect
import pickle
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores import (
    Append,
    Appended,
    Desk,
    Fed,
    Lease,
    Page,
    Parked,
    Private,
    Query,
    Record,
    Store,
    open_store,
)
from hotline12345.stores import _sqlite_late as late
from hotline12345.stores import _sqlite_vault as vault
from hotline12345.stores import _sqlite_words as words
from hotline12345.stores import _sqlite_write as writing
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing import StoreContract


class IgnoresExpected(MemoryStore):
    def _refuse(self, append: Append, versions: Any, keys: Any) -> Appended | None:
        try:
            return super()._refuse(append, versions, keys)
        except Conflict as refusal:
            if refusal.code != "stale":
                raise
            return None


class WritesOneByOne(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        return tuple(answer for append in batch for answer in super(WritesOneByOne, self).append([append]))


class UsesUpKeys(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        try:
            return super().append(batch)
        except Conflict as refusal:
            for append in batch:
                if append.key and refusal.code == "stale":
                    self._place(append.place).keys.setdefault(append.key, (append.number, 0, append.fingerprint))
            raise


class TrustsAnyFingerprint(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        return super().append([append._replace(fingerprint="") for append in batch])


class LooksForKeysBeforeItLocks(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        if len(batch) != 1 or not batch[0].key or self.lookup(batch[0].place, batch[0].key):
            return super().append(batch)
        sleep(0.001)
        done = super().append([batch[0]._replace(key="")])
        with self._lock:
            self._place(batch[0].place).keys.setdefault(batch[0].key, (*done[0][:2], batch[0].fingerprint))
        return done


class ShowsPrivateOfAnyPlace(MemoryStore):
    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        found = super().private(place, number, ids)
        for other in self._places:
            found = found or super().private(other, number, ids)
        return found


class FindsInAnyPlace(MemoryStore):
    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        page = super().find(place, query, after, limit)
        for other in self._places:
            page = page if page.heads else super().find(other, query, after, limit)
        return page


class SkipsInTheFeed(MemoryStore):
    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        return super().feed(after + 1 if after and limit < 1000 else after, limit, place)


class LetsCursorsGoBack(MemoryStore):
    def advance(self, reader: str, position: int) -> None:
        super().advance(reader, position)
        self._cursors[reader] = position


class KeepsTheIndex(MemoryStore):
    def forget(self, place: str, person: str) -> int:
        before = {n: e.head.requester for n, e in self._place(place).orders.items()}
        gone = super().forget(place, person)
        for number, entry in self._place(place).orders.items():
            entry.head = entry.head._replace(requester=before[number])
            self._place(place).unindexed.add(number)
        return gone


class ForgetsInEveryPlace(MemoryStore):
    def forget(self, place: str, person: str) -> int:
        return sum(super(ForgetsInEveryPlace, self).forget(other, person) for other in list(self._places))


class WakesByTheDay(MemoryStore):
    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        return super().awake(place, at[:10] + "~", limit)


class LosesPages(MemoryStore):
    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        page = super().find(place, query, after, limit)
        return page if len(page.heads) == limit else Page(page.heads[:-1] if after else page.heads, "")


class CutsBigIntegers(MemoryStore):
    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        rows = super().stream(place, number, after)
        return [
            r._replace(data={k: float(v) if type(v) is int and v > 2**53 else v for k, v in r.data.items()})
            for r in rows
        ]


class MatchesDesksApart(MemoryStore):
    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        if query.unit is None or query.role is None:
            return super().find(place, query, after, limit)
        by_role = {h.number for h in super().find(place, query._replace(unit=None), after, 1000).heads}
        page = super().find(place, query._replace(role=None), after, limit)
        return Page(tuple(h for h in page.heads if h.number in by_role), page.next)


class KeepsOldWords(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        kept = {(a.place, a.number): self.words_of(a.place, a.number) for a in batch}
        batch = [
            a._replace(private=tuple(p._replace(words=p.words + kept[a.place, a.number]) for p in a.private))
            for a in batch
        ]
        return super().append(batch)

    def words_of(self, place: str, number: str) -> tuple[str, ...]:
        entry = self._place(place).orders.get(number)
        return tuple(word for words in (entry.words if entry else ()) for word in words)


class TakesExpiredForHeld(MemoryStore):
    def fenced(self, lease: Lease) -> MemoryStore:
        return self


class GivesLeasesTwice(MemoryStore):
    def lease(self, names: Sequence[str], owner: str, seconds: float, limit: int = 1) -> list[Lease]:
        return [Lease(name, owner, 1, "9999") for name in names[:limit]]


class ParksWithoutTheCursor(MemoryStore):
    def park(
        self, reader: str, position: int, parked: Sequence[Parked] = (), cleared: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().park(reader, 0 if parked else position, parked, cleared)


class LeavesHalvesAlone(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        return super().append([a._replace(head=a.head._replace(desks=tuple(map(_whole, a.head.desks)))) for a in batch])


def _whole(desk: Desk) -> Desk:
    return Desk(*(text.encode("utf-8", "replace").decode() for text in desk))


class RunsKeysTogether(MemoryStore):
    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        rooms = self._places.items()
        return next((seen for at, room in rooms for k, seen in room.keys.items() if at + k == place + key), None)


class FoldsReaders(MemoryStore):
    def advance(self, reader: str, position: int) -> None:
        super().advance(reader.casefold(), position)

    def cursor(self, reader: str) -> int:
        return super().cursor(reader.casefold())


class SortsAsPeopleDo(MemoryStore):
    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        heads = sorted(super().find(place, query, "", 10_000).heads, key=lambda head: head.number.casefold())
        rest = heads[next((i for i, head in enumerate(heads, 1) if head.number == after), 0) :]
        return Page(tuple(rest[:limit]), rest[limit - 1].number if len(rest) > limit else "")


class ShowsHalfABatch(MemoryStore):
    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        heads, cursor = super().find(place, query, after, limit)
        sleep(0.0005)
        now = (self.head(place, head.number) for head in heads[1:])
        return Page((*heads[:1], *(head for head in now if head is not None)), cursor)


class ReadsTheCursorBeforeItWrites(MemoryStore):
    def advance(self, reader: str, position: int) -> None:
        before = self.cursor(reader)
        sleep(0.0002)
        self._cursors[reader] = max(position, before)


class ExportsNoWords(MemoryStore):
    def kept(self, place: str, number: str) -> list[Private]:
        return [private._replace(words=()) for private in super().kept(place, number)]


class BreaksTiesByAge(MemoryStore):
    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        heads = [entry.head for entry in self._place(place).orders.values()]
        waking = sorted((head for head in heads if "" < head.wake <= at), key=lambda head: head.wake)
        return [head.number for head in waking[:limit]]


class ForgetsKeysOfTheClosed(MemoryStore):
    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        answers = super().append(batch)
        for append in batch:
            if not append.head.open:
                room = self._place(append.place)
                room.keys = {key: seen for key, seen in room.keys.items() if seen[0] != append.number}
        return answers


class CountsEachDesk(MemoryStore):
    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        if not by or query.unit is None:
            return super().count(place, query, by)
        heads = self.find(place, query, "", 1000).heads
        return dict(Counter(getattr(head, by) for head in heads for desk in head.desks if desk.unit == query.unit))


FAULTS: tuple[tuple[Callable[[], Store], str], ...] = (
    (IgnoresExpected, "S2"),
    (WritesOneByOne, "S4"),
    (UsesUpKeys, "S12"),
    (TrustsAnyFingerprint, "S10"),
    (LooksForKeysBeforeItLocks, "S87"),
    (ShowsPrivateOfAnyPlace, "S31"),
    (FindsInAnyPlace, "S32"),
    (SkipsInTheFeed, "S26"),
    (LetsCursorsGoBack, "S29"),
    (KeepsTheIndex, "S53"),
    (ForgetsInEveryPlace, "S33"),
    (WakesByTheDay, "S46"),
    (LosesPages, "S42"),
    (CutsBigIntegers, "S22"),
    (MatchesDesksApart, "S65"),
    (KeepsOldWords, "S68"),
    (TakesExpiredForHeld, "S79"),
    (GivesLeasesTwice, "S76"),
    (ParksWithoutTheCursor, "S82"),
    (LeavesHalvesAlone, "S88"),
    (RunsKeysTogether, "S89"),
    (FoldsReaders, "S90"),
    (SortsAsPeopleDo, "S91"),
    (ShowsHalfABatch, "S92"),
    (ReadsTheCursorBeforeItWrites, "S93"),
    (ExportsNoWords, "S97"),
    (BreaksTiesByAge, "S46"),
    (ForgetsKeysOfTheClosed, "S9"),
    (CountsEachDesk, "S44"),
)


def _cases(method: Callable[..., None]) -> Iterator[dict[str, Any]]:
    marks = [mark for mark in getattr(method, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        yield {}
    for mark in marks:
        names, values = mark.args
        for value in values:
            yield {names: value} if isinstance(names, str) else dict(zip(names, value, strict=True))


def failing(contract: StoreContract, folder: Path, only: str = "") -> set[str]:
    """Return the numbers of the clauses that *contract* fails."""
    failed = set()
    for name in [name for name in dir(contract) if name.startswith("test_s")]:
        method = getattr(contract, name)
        number = (method.__doc__ or "").partition(":")[0]
        for turn, case in enumerate(_cases(method)):
            if only not in ("", number) or number in failed:
                continue
            room = folder / f"{name}-{turn}"
            room.mkdir()
            given = dict(case)
            wanted = inspect.signature(method).parameters
            store = contract.open(room) if "store" in wanted else None
            given |= {"store": store} if "store" in wanted else {}
            given |= {"tmp_path": room} if "tmp_path" in wanted else {}
            try:
                method(**given)
            except pytest.skip.Exception:
                pass
            except (Exception, pytest.fail.Exception):
                failed.add(number)
            finally:
                if store is not None:
                    store.close()
    return failed


def _contract(factory: Callable[[], Store]) -> StoreContract:
    class Contract(StoreContract):
        leases = parks = exports = True

        def open(self, path: Path) -> Store:
            return factory()

    return Contract()


@pytest.mark.parametrize(("fault", "clause"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_a_planted_fault_fails_its_clause(fault: Callable[[], Store], clause: str, tmp_path: Path) -> None:
    assert clause in failing(_contract(fault), tmp_path)


def test_the_sound_store_fails_no_clause(tmp_path: Path) -> None:
    assert failing(_contract(MemoryStore), tmp_path) == set()


def _sqlite() -> StoreContract:
    class Contract(StoreContract):
        durable = True

        def open(self, path: Path) -> Store:
            return open_store(f"sqlite:///{path}/planted.db")

    return Contract()


def test_deleting_private_rows_instead_of_overwriting_them_is_found_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete(conn: sqlite3.Connection, seq: int) -> None:
        conn.execute("DELETE FROM vault WHERE seq = ?", (seq,))

    for module in (vault, words, writing):  # each knows it by its own name
        monkeypatch.setattr(module, "wipe", delete)
    assert failing(_sqlite(), tmp_path, "S56") == {"S56"}


def test_a_log_that_is_not_emptied_is_found_to_hold_the_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        SqliteStore,
        "forget",
        lambda s, place, person: s._submit(s._file.settling(lambda c: late.forget(c, place, person))),
    )
    assert failing(_sqlite(), tmp_path, "S56") == {"S56"}


class ReceiptsInMemory(SqliteStore):
    """Looks a key up on disk, and tells an order's keys from what this process has written."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.told: list[tuple[str, str, str, int, str]] = []

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        answers = super().append(batch)
        self.told += [(a.place, a.number, a.key, a.head.version, a.fingerprint) for a in batch if a.key]
        return answers

    def receipts(self, place: str, number: str) -> list[tuple[str, int, str]]:
        return [(key, version, mark) for at, whose, key, version, mark in self.told if (at, whose) == (place, number)]


class ForgetsUntilItIsOpenedAgain(SqliteStore):
    def forget(self, place: str, person: str) -> int:
        self.gone = {*getattr(self, "gone", ()), person}
        return 1

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        hidden = {each.id for each in self.kept(place, number) if each.person in getattr(self, "gone", ())}
        return {i: data for i, data in super().private(place, number, ids).items() if i not in hidden}


class TokensBeginAnew(SqliteStore):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.memory = MemoryStore()

    def lease(self, names: Sequence[str], owner: str, seconds: float, limit: int = 1) -> list[Lease]:
        return self.memory.lease(names, owner, seconds, limit)

    def release(self, lease: Lease) -> None:
        self.memory.release(lease)


class WritesWhenItIsClosed(MemoryStore):
    """Everything is in memory until ``close`` puts it into a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.path.touch()
        self.written: list[Sequence[Append]] = pickle.loads(path.read_bytes() or pickle.dumps([]))
        for batch in self.written:
            super().append(batch)

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        answers = super().append(batch)
        self.written.append(batch)
        return answers

    def close(self) -> None:
        self.path.write_bytes(pickle.dumps(self.written))
        super().close()


@pytest.mark.parametrize(
    ("fault", "clause"),
    [
        (ReceiptsInMemory, "S94"),
        (WritesWhenItIsClosed, "S95"),
        (ForgetsUntilItIsOpenedAgain, "S96"),
        (TokensBeginAnew, "S98"),
    ],
)
def test_a_fault_seen_when_a_store_is_opened_again_fails_its_clause(
    fault: Callable[[Path], Store], clause: str, tmp_path: Path
) -> None:
    class Contract(StoreContract):
        durable = leases = True

        def open(self, path: Path) -> Store:
            return fault(path / "planted.db")

    assert failing(Contract(), tmp_path, clause) == {clause}


def test_a_chain_of_the_stores_own_making_fails_its_clause(tmp_path: Path) -> None:
    class LeavesTheKindOut(SqliteStore):
        def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
            found = super().feed(after, limit, place)
            return [fed._replace(link=sha256(f"{fed.record._replace(kind='')}".encode()).hexdigest()) for fed in found]

    class Contract(StoreContract):
        chains = True

        def open(self, path: Path) -> Store:
            return LeavesTheKindOut(path / "planted.db")

    assert failing(Contract(), tmp_path, "S85") == {"S85"}


def test_a_closed_store_that_still_answers_is_told_by_what_it_answers(tmp_path: Path) -> None:
    class TellsPlaces(MemoryStore):
        def places(self) -> list[str]:
            return sorted(self._places)

    with pytest.raises(AssertionError, match="places of a closed store answers"):
        _contract(TellsPlaces).test_s57_a_closed_store_says_so(tmp_path)


def test_every_clause_has_its_own_number_and_no_number_is_missing() -> None:
    methods = [name for name in dir(StoreContract) if name.startswith("test_")]
    said = StoreContract.clauses()
    assert list(said) == [f"S{i}" for i in range(1, len(methods) + 1)]
    assert all(name.startswith(f"test_s{number[1:]:0>2}_") for name, number in zip(sorted(methods), said, strict=True))
    assert all(sentence.endswith(".") for sentence in said.values())
