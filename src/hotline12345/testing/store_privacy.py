"""The clauses about private records and forgetting (隐私与遗忘条款)."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores.port import Private, Query, Store

from .store_base import P, StoreBase, follow, numbers, write


def _of(person: str, *ids: str) -> tuple[Private, ...]:
    return tuple(Private(i, person, {"text": f"{person} {i}"}) for i in ids)


def _bytes(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _forms(text: str) -> set[bytes]:
    """The ways a file may hold *text*: as UTF-8, UTF-16 and with escapes."""
    return {text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()}


class PrivacyClauses(StoreBase):
    """Private records lie beside the log, come with it and go for good."""

    def test_s49_private_records_come_with_their_order(self, store: Store) -> None:
        """S49: private records are written with their order and come back by id, all or those asked for."""
        store.append([write("1", private=_of("x", "p1", "p2"))])
        store.append([write("1", 1, private=_of("y", "p3"))])
        assert store.private(P, "1") == {i: {"text": f"{'y' if i == 'p3' else 'x'} {i}"} for i in ("p1", "p2", "p3")}
        assert set(store.private(P, "1", ["p3", "p1", "none"])) == {"p1", "p3"}
        assert set(store.private(P, "1", iter(["p3", "p1"]))) == {"p1", "p3"}, "ids may be asked for by an iterator"
        assert store.private(P, "1", []) == {}
        assert store.private(P, "2") == {}

    def test_s50_a_refused_write_leaves_nothing_private(self, store: Store) -> None:
        """S50: a refused write leaves no private record behind, and a repeated one adds none."""
        store.append([write("1", key="k", fingerprint="f", private=_of("x", "p1"))])
        with pytest.raises(Conflict):
            store.append([write("2", private=_of("x", "p2")), write("1", private=_of("x", "p2"))])
        store.append([write("1", key="k", fingerprint="f", private=_of("x", "p3"))])
        assert (set(store.private(P, "1")), store.private(P, "2")) == ({"p1"}, {})
        assert store.forget(P, "x") == 1

    def test_s51_a_private_record_is_replaced(self, store: Store) -> None:
        """S51: a private record written again under its id is replaced, and belongs to whom it names now."""
        store.append([write("1", private=_of("x", "p1"))])
        store.append([write("1", 1, private=_of("y", "p1"))])
        assert store.private(P, "1") == {"p1": {"text": "y p1"}}
        assert store.forget(P, "x") == 0
        assert store.private(P, "1") == {"p1": {"text": "y p1"}}
        assert store.forget(P, "y") == 1

    def test_s52_forget_deletes_a_persons_records(self, store: Store) -> None:
        """S52: forget deletes a person's private records in every order, says how many, and leaves all others'."""
        store.append([write("1", private=(*_of("x", "p1", "p2"), *_of("y", "p3"))), write("2", private=_of("x", "p1"))])
        store.append([write("2", 1, private=_of("x", "p2"), status="closed", open=False)])
        assert store.forget(P, "x") == 4
        assert (store.private(P, "1"), store.private(P, "2")) == ({"p3": {"text": "y p3"}}, {})

    def test_s53_forget_takes_the_index_from_heads(self, store: Store) -> None:
        """S53: forget takes the requester's index from heads: they are found by it no more, and otherwise unchanged."""
        store.append([write(n, requester="x", holder="u", wake="2026") for n in "12"] + [write("3", requester="y")])
        before = store.head(P, "1")
        assert before is not None
        store.forget(P, "x")
        after = store.head(P, "1")
        assert after is not None
        assert (after.requester, after.version, after.holder, after.wake) == ("", 1, "u", "2026")
        assert (numbers(store, Query(requester="x")), numbers(store, Query(requester="y"))) == ([], ["3"])
        assert (numbers(store, Query(requester="")), numbers(store, Query(holder="u"))) == (["1", "2"], ["1", "2"])
        assert store.awake(P, "9") == ["1", "2"]

    def test_s64_only_forget_takes_the_requester_from_a_head(self, store: Store) -> None:
        """S64: whose order it is is said when it is new: later writes neither change it nor bring it back."""
        store.append([write("1", requester="x"), write("2", requester="x")])
        store.append([write("1", 1, requester=""), write("2", 1, requester="y")])
        assert numbers(store, Query(requester="x")) == ["1", "2"]
        assert numbers(store, Query(requester="y")) == []
        store.forget(P, "x")
        store.append([write("1", 2, requester="x")])
        after = store.head(P, "1")
        assert after is not None
        assert (after.requester, after.version) == ("", 3)
        assert numbers(store, Query(requester="x")) == []

    def test_s54_forget_leaves_the_histories(self, store: Store) -> None:
        """S54: after forget every history, version, key and feed position is as before."""
        store.append([write("1", 0, 3, key="k", fingerprint="f", requester="x", private=_of("x", "p1"))])
        history, fed = store.stream(P, "1"), follow(store)
        store.forget(P, "x")
        assert (store.stream(P, "1"), follow(store), store.lookup(P, "k")) == (history, fed, ("1", 3, "f"))
        store.append([write("1", 3)])
        assert store.stream(P, "1")[:3] == history

    def test_s55_forgetting_nobody_is_harmless(self, store: Store) -> None:
        """S55: forgetting twice, forgetting a stranger and forgetting nobody are harmless; a person may come again."""
        store.append([write("1", requester="x", private=_of("x", "p1")), write("2", private=_of("", "p1"))])
        assert [store.forget(P, person) for person in ("x", "x", "stranger", "")] == [1, 0, 0, 0]
        assert set(store.private(P, "2")) == {"p1"}
        store.append([write("3", requester="x", private=_of("x", "p1"))])
        assert (numbers(store, Query(requester="x")), set(store.private(P, "3"))) == (["3"], {"p1"})
        assert store.forget(P, "x") == 1

    def test_s56_nothing_is_left_in_any_file(self, store: Store, tmp_path: Path) -> None:
        """S56: when forget returns, nothing of the person is left in any of the store's files, words and all."""
        random = Random(12345)
        people = [f"{random.getrandbits(160):040x}" for _ in range(220)]
        texts = {person: f"诉求{random.getrandbits(80):020x}" for person in people}
        traces = {person: (f"w{random.getrandbits(64):016x}", f"旧{random.getrandbits(64):016x}") for person in people}
        for turn, person in enumerate(people):
            batch = []
            for n in range(random.randint(1, 4)):
                size = random.choice((1, 4, 30, 60, 400))
                word, before = traces[person]
                kept = Private(f"p{n}", person, {"text": texts[person] * size}, (word,))
                old = Private("old", person, {"text": before * size}, (word,))
                number = f"{random.randrange(10**6):06d}-{turn}-{n}"
                batch.append(write(number, requester=person, private=(kept, old), holder="u" * random.randint(0, 60)))
            store.append(batch)
            for append in batch[:2]:
                new = Private("old", person, {"text": "新"})  # what it replaces is theirs as well
                holder = "v" * random.randint(0, 200)
                store.append([write(append.number, 1, requester=person, holder=holder, private=(new,))])
            if turn % 20 == 19:
                store.forget(P, people[turn - 7])
        if not _bytes(tmp_path):
            pytest.skip("the store keeps no files")
        gone = [person for turn, person in enumerate(people) if turn % 20 == 12 or turn % 3 == 0]
        for person in gone:
            store.forget(P, person)
        data = _bytes(tmp_path)
        for person in people:
            kept_forms = (
                any(form in data for form in _forms(person)),
                any(form in data for form in _forms(texts[person])),
            )
            assert kept_forms == ((False, False) if person in gone else (True, True))
            left = [trace for trace in traces[person] if any(form in data for form in _forms(trace))]
            assert left == [] or person not in gone, "a word, or a record that was replaced, is still in a file"
