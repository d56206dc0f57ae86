"""The clauses about closing, sharing and dying (关闭、共享与崩溃条款)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores.port import Appended, Private, Query, Store

from .store_base import P, StoreBase, follow, numbers, write


def _refused(ask: Callable[[], Any]) -> str:
    """Return the code by which a question is refused, else what it is answered."""
    try:
        return repr(ask())
    except StoreError as error:
        return error.code


class TroubleClauses(StoreBase):
    """A store survives its owners, its neighbours and its own sudden end."""

    def test_s57_a_closed_store_says_so(self, tmp_path: Path) -> None:
        """S57: closing twice is harmless, and a closed store says that it is closed, whatever is asked of it."""
        store = self.open(tmp_path)
        store.append([write("1")])
        store.close()
        store.close()
        asked: dict[str, Callable[[], Any]] = {
            "append": lambda: store.append([write("2")]),
            "stream": lambda: store.stream(P, "1"),
            "streams": lambda: store.streams(P, ["1"]),
            "lookup": lambda: store.lookup(P, "k"),
            "receipts": lambda: store.receipts(P, "1"),
            "places": store.places,
            "feed": store.feed,
            "feed of a place": lambda: store.feed(place=P),
            "find": lambda: store.find(P, Query()),
            "count": lambda: store.count(P, Query()),
            "head": lambda: store.head(P, "1"),
            "awake": lambda: store.awake(P, "9"),
            "private": lambda: store.private(P, "1"),
            "forget": lambda: store.forget(P, "x"),
            "cursor": lambda: store.cursor("r"),
            "advance": lambda: store.advance("r", 1),
        }
        for name, ask in asked.items():
            said = _refused(ask)
            assert said == "closed", f"{name} of a closed store answers {said}"

    def test_s58_what_was_written_is_there_again(self, tmp_path: Path) -> None:
        """S58: what was written is there when the store is opened again."""
        if not self.durable:
            pytest.skip("not durable")
        store = self.open(tmp_path)
        append = write(
            "1", 0, 3, key="k", fingerprint="f", requester="x", wake="2026", private=(Private("p", "x", {"a": 1}),)
        )
        store.append([append])
        store.advance("r", 2)
        store.close()
        store = self.open(tmp_path)
        try:
            assert store.stream(P, "1") == list(append.records)
            assert (store.head(P, "1"), store.private(P, "1")) == (append.head, {"p": {"a": 1}})
            assert (store.lookup(P, "k"), store.cursor("r"), store.awake(P, "9")) == (("1", 3, "f"), 2, ["1"])
            assert store.append([append]) == (Appended("1", 3, True),)
            end = store.feed()[-1].position
            store.append([write("2")])
            assert store.feed()[-1].position > end
        finally:
            store.close()

    def test_s59_a_store_opened_twice_is_one(self, tmp_path: Path) -> None:
        """S59: a store opened twice is one store: each sees at once what the other has written."""
        if not (self.durable and self.shared):
            pytest.skip("not durable, or opened once only")
        one, two = self.open(tmp_path), self.open(tmp_path)
        try:
            for version in range(6):
                (one, two)[version % 2].append([write("1", version)])
                assert [r.version for r in (two, one)[version % 2].stream(P, "1")] == list(range(1, version + 2))
            one.close()
            two.append([write("2")])
            assert numbers(two) == ["1", "2"]
        finally:
            one.close()
            two.close()

    def test_s60_eight_threads_lose_nothing(self, store: Store) -> None:
        """S60: eight threads that write at once lose nothing and meet no error."""
        errors: list[BaseException] = []

        def go(name: int) -> None:
            try:
                for i in range(15):
                    store.append([write(f"{name}-{i}", 0, 2), write(f"{name}-{i}x")])
                    store.append([write(f"{name}-{i}", 2)])
            except BaseException as error:
                errors.append(error)

        threads = [Thread(target=go, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert store.count(P, Query()) == {"": 240}
        assert len(follow(store, limit=100)) == 8 * 15 * 4
        assert all([r.version for r in store.stream(P, f"{n}-{i}")] == [1, 2, 3] for n in range(8) for i in range(15))

    def test_s61_eight_processes_lose_nothing(self, store: Store, tmp_path: Path) -> None:
        """S61: eight processes that write at once lose nothing and meet no error."""
        if not self.processes:
            pytest.skip("for one process only")
        workers = [self.worker(tmp_path, "steps", f"w{name}-", "5", "4") for name in range(8)]
        said = [worker.communicate(timeout=120) for worker in workers]
        assert said == [("20\n", "")] * 8
        assert store.count(P, Query()) == {"": 40}
        fed = follow(store, limit=50)
        assert len(fed) == len({(f.record.number, f.record.version) for f in fed}) == 160

    def test_s62_of_four_processes_one_wins(self, store: Store, tmp_path: Path) -> None:
        """S62: of four processes that want to write the same version exactly one does, every time."""
        if not self.processes:
            pytest.skip("for one process only")
        workers = [self.worker(tmp_path, "race", "1", f"w{name}", "25") for name in range(4)]
        said = [worker.communicate(timeout=120) for worker in workers]
        assert [error for _, error in said] == [""] * 4
        won = [int(line) for out, _ in said for line in out.split()]
        assert sorted(won) == list(range(1, len(won) + 1))
        assert [r.version for r in store.stream(P, "1")] == sorted(won)

    def test_s63_a_killed_writer_leaves_nothing_torn(self, tmp_path: Path) -> None:
        """S63: when the writer is killed, every acknowledged write is there and no write is there in part."""
        if not (self.processes and self.durable):
            pytest.skip("not durable, or for one process only")
        for turn in range(3):
            prefix = f"k{turn}-"
            worker = self.worker(tmp_path, "ack", prefix)
            assert worker.stdout is not None
            told = [worker.stdout.readline() for _ in range(5 + 7 * turn)]
            worker.kill()
            told += worker.stdout.read().splitlines()  # not by communicate, which passes over what was read ahead
            worker.communicate(timeout=60)
            store = self.open(tmp_path)
            try:
                self._look(store, prefix, [line.split() for line in told if len(line.split()) == 2])
            finally:
                store.close()

    @staticmethod
    def _look(store: Store, prefix: str, told: list[list[str]]) -> None:
        def now() -> dict[str, int]:
            heads = store.find(P, Query(), prefix, 1000).heads
            return {h.number: h.version for h in heads if h.number.startswith(prefix)}

        acknowledged = {number: int(version) for number, version in told}
        found: dict[str, tuple[object, ...]] = {}
        versions: dict[str, int] = {}
        while now() != versions:  # a server may yet commit what the killed one had sent: once more then
            versions = now()
            found = {
                number: (
                    [r.version for r in store.stream(P, number)],
                    set(store.private(P, number)),
                    store.lookup(P, f"{number}-{version - 1}"),
                )
                for number, version in versions.items()
            }
        assert all(versions.get(number, 0) >= version for number, version in acknowledged.items())
        assert sum(versions.values()) - 2 * sum(acknowledged.values()) in (0, 2)  # at most the write under way
        for number, version in versions.items():
            other = number[:-1] + ("b" if number.endswith("a") else "a")
            assert versions.get(other) == version
            records, private, seen = found[number]
            assert records == list(range(1, version + 1))
            assert private == {f"p{v}" for v in range(version)}
            assert seen == (number, version, "same")
