"""Any store against the one in memory (模型比对): whatever is done to both, both answer alike.

::

    from hotline12345.testing import store_machine

    TestModel = store_machine(lambda folder: MyStore(folder / "orders"), durable=True).TestCase

Hypothesis looks for a sequence of writes and questions after which they differ, and prints the shortest it finds.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from hotline12345.core.errors import Conflict
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.port import Append, Desk, Head, Page, Private, Query, Record, Store

PLACES = ("210100", "220400")
NUMBERS = tuple(f"{i:03d}" for i in range(12))
_CATEGORIES = ("", "城乡建设", "城乡建设/物业管理", "城乡建设局", "政法")
_AREAS = ("", "21", "210100", "210102", "220400")
_UNITS = ("u1", "u2", "u3")
_ROLES = ("lead", "assist")
_DAYS = ("", "2026-11-02", "2026-11-03", "2026-11-04T09:00:00.000000Z")
_PERSONS = ("", "x", "y")
_WORDS = ("路灯", "噪音", "aa")
_STATUSES = ("received", "signed", "closed")
_KINDS = ("complaint", "help")
_DIGESTS = ("", "d1", "d2")
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)

_pick = st.sampled_from
_desks = st.lists(st.tuples(_pick(_UNITS), _pick(_ROLES), _pick(_DAYS)), max_size=3)
_words = st.lists(_pick(_WORDS), max_size=3, unique=True).map(tuple)
_private = st.lists(
    st.builds(Private, _pick(("1", "2")), _pick(("x", "y", "z")), st.fixed_dictionaries({"t": _TEXTS}), _words),
    max_size=2,
    unique_by=lambda private: private.id,
).map(tuple)
_data = st.dictionaries(_TEXTS, st.none() | st.booleans() | st.integers() | _TEXTS | st.lists(_TEXTS), max_size=3)
_fields = st.fixed_dictionaries(
    {
        "status": _pick(_STATUSES), "open": st.booleans(), "kind": _pick(_KINDS), "category": _pick(_CATEGORIES),
        "area": _pick(_AREAS), "holder": _pick(("", *_UNITS)), "requester": _pick(_PERSONS), "due": _pick(_DAYS),
        "provisional": st.booleans(), "digest": _pick(_DIGESTS), "wake": _pick(_DAYS), "changed": _pick(_DAYS),
        "desks": _desks.map(lambda rows: tuple(Desk(f"a{i}", u, r, "", d) for i, (u, r, d) in enumerate(rows))),
    }
)  # fmt: skip
_queries = st.fixed_dictionaries(
    {},
    optional={
        "status": _pick(_STATUSES), "open": st.booleans(), "kind": _pick(_KINDS),
        "category": _pick(("城乡建设", "政法/", "none")), "area": _pick(("2", "2101", "22")), "unit": _pick(_UNITS),
        "holder": _pick(("", *_UNITS)), "requester": _pick(_PERSONS), "due_before": _pick(("2026-11-03", "9")),
        "provisional": st.booleans(), "not_digest": _pick(_DIGESTS), "digest": _pick(_DIGESTS), "words": _words,
        "role": _pick(_ROLES), "desk_due_before": _pick(("2026-11-03", "9")), "changed_since": _pick(_DAYS[1:]),
    },
).map(lambda given: Query(**given))  # fmt: skip
_where = st.tuples(_pick(PLACES), _pick(NUMBERS))


class StoreMachine(RuleBasedStateMachine):
    """What is done to both (比对); :func:`store_machine` says to which store."""

    durable = False

    @staticmethod
    def open_store(folder: Path) -> Store:
        """Open the store in *folder*."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hotline12345-"))
        self.store, self.model = self.open_store(self.folder), MemoryStore()
        self.sent: dict[tuple[tuple[str, str], str], Append] = {}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def both(self, what: Callable[[Store], Any]) -> None:
        """Do *what* to both; what one refuses the other must refuse with the same code."""
        answers = [_answer(what, store) for store in (self.store, self.model)]
        assert answers[0] == answers[1]

    def _append(self, where: tuple[str, str], late: int, count: int, fields: Any, private: Any, data: Any) -> Append:
        (place, number), head = where, self.model.head(*where)
        expected = max(0, (head.version if head else 0) - late)
        rows = tuple(Record(place, number, expected + i + 1, "Noted", data) for i in range(count))
        return Append(
            place, number, expected, rows, Head(place, number, expected + count, **fields), private
        )  # fmt: skip

    @rule(
        where=_where, late=_pick((0, 0, 0, 0, 1)), count=st.integers(1, 3), fields=_fields, private=_private,
        data=_data, key=_pick(("", "", "k1", "k2", "k3")), print_=_pick(("f1", "f2")),
    )  # fmt: skip
    def write(
        self, where: Any, late: int, count: int, fields: Any, private: Any, data: Any, key: str, print_: str
    ) -> None:
        append = self._append(where, late, count, fields, private, data)
        self.both(lambda store: store.append([append._replace(key=key, fingerprint=print_)]))

    @rule(
        orders=st.lists(_where, min_size=2, max_size=4, unique=True), fields=_fields, private=_private,
        late=_pick((0, 0, 0, 1)),
    )  # fmt: skip
    def write_several(self, orders: Any, fields: Any, private: Any, late: int) -> None:
        batch = [self._append(where, 0, 1, fields, private, {}) for where in orders[:-1]]
        batch.append(self._append(orders[-1], late, 1, fields, (), {}))
        self.both(lambda store: store.append(batch))

    @rule(where=_where, fields=_fields, key=_pick(("k4", "k5", "k6")), late=_pick((0, 0, 1)))
    def write_again_and_on(self, where: Any, fields: Any, key: str, late: int) -> None:
        """A batch that begins with a write that may be there already, as who lost the answer would send it again."""
        first = self.sent.setdefault((where, key), self._append(where, 0, 1, fields, (), {}))
        first = first._replace(key=f"{'/'.join(where)}/{key}")
        now = self.model.head(*where)
        there = now is not None and self.model.lookup(where[0], first.key) is not None
        version = (now.version if there and now else first.head.version) - late
        place, number = where
        head = Head(place, number, version + 1, **fields)
        on = Append(place, number, version, (Record(place, number, version + 1, "Noted", {}),), head)
        self.both(lambda store: store.append([first, on]))

    @rule(where=_where, fields=_fields)
    def replace_head(self, where: Any, fields: Any) -> None:
        if self.model.head(*where) is not None:
            append = self._append(where, 0, 0, fields, (), {})
            self.both(lambda store: store.append([append]))

    @rule(place=_pick(PLACES), person=_pick(("x", "y", "z", "")))
    def forget(self, place: str, person: str) -> None:
        self.both(lambda store: store.forget(place, person))

    @rule(reader=_pick(("r1", "r2")), position=st.integers(0, 50))
    def advance(self, reader: str, position: int) -> None:
        self.both(lambda store: store.advance(reader, position))
        self.both(lambda store: store.cursor(reader))

    @precondition(lambda self: self.durable)
    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = self.open_store(self.folder)

    @rule(place=_pick(PLACES), query=_queries, limit=_pick((1, 3, 100)), by=_pick(("", "status", "holder", "area")))
    def find(self, place: str, query: Query, limit: int, by: str) -> None:
        self.both(lambda store: _pages(store, place, query, limit))
        self.both(lambda store: store.count(place, query, by))

    @rule(place=_pick(PLACES), number=_pick(NUMBERS), after=st.integers(0, 3), at=_pick(_DAYS))
    def look(self, place: str, number: str, after: int, at: str) -> None:
        self.both(lambda store: store.head(place, number))
        self.both(lambda store: store.stream(place, number, after))
        self.both(lambda store: store.private(place, number))
        self.both(lambda store: store.receipts(place, number))
        self.both(lambda store: store.awake(place, at))
        self.both(lambda store: store.lookup(place, "k1"))

    @rule(place=_pick((None, *PLACES)))
    def follow(self, place: str | None) -> None:
        self.both(lambda store: [fed.record for fed in _fed(store, place)])
        self.both(lambda store: store.places())
        self.both(lambda store: store.streams(PLACES[0], NUMBERS))


def store_machine(open_store: Callable[[Path], Store], *, durable: bool = False) -> type[RuleBasedStateMachine]:
    """Return a state machine that drives the store and the one in memory with the same writes and questions.

    Args:
        open_store: opens the store in a folder that is empty at first; a server's store is to be emptied first.
        durable: close it now and then and open it again in the same folder.
    """
    opened = {"open_store": staticmethod(open_store), "durable": durable}
    return type("StoreMachine", (StoreMachine,), opened)


def _answer(what: Callable[[Store], Any], store: Store) -> Any:
    try:
        return what(store)
    except Conflict as refusal:
        return refusal.code


def _pages(store: Store, place: str, query: Query, limit: int) -> list[Head]:
    heads: list[Head] = []
    page = Page(next="")
    for _ in range(len(NUMBERS) + 2):
        page = store.find(place, query, page.next, limit)
        heads.extend(page.heads)
        if not page.next:
            return heads
    raise AssertionError("find never came to an end")


def _fed(store: Store, place: str | None) -> list[Any]:
    found: list[Any] = []
    while page := store.feed(found[-1].position if found else 0, 5, place):
        assert all(a.position < b.position for a, b in pairwise(page))
        found.extend(page)
        assert len(found) < 100_000, "the feed never came to an end"
    return found
