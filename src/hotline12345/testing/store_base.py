"""What the clauses of the store contract share (契约公用): how a store is opened, and orders to put into it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline12345.stores.port import Append, Head, Private, Query, Record, Store

P = "210100"
Q = "220400"
"""Two places: Shenyang and Liaoyuan."""

ALL = Query()


METHODS = tuple(name for name, made in vars(Store).items() if callable(made) and not name.startswith("_"))
"""What a store can do."""


def lacking(store: object) -> list[str]:
    """Return the methods of the protocol that *store* does not have (缺少的方法)."""
    return [name for name in METHODS if not callable(getattr(store, name, None))]


class StoreBase:
    """How the contract gets at a store; a subclass gives ``open`` and says what the store can do.

    ``durable``: what was written is there when the store is opened again at the same path.
    ``shared``: a durable store may be opened twice at the same path, and both see what either writes.
    ``processes``: several processes may write at once; needs ``url``, and the store's scheme to be
    served by a plug-in that is installed.
    ``leases``: the store shares work among processes (``Leasing``).
    ``parks``: it remembers what could not be delivered (``Parking``).
    ``chains``: each record has a link in its order's chain (``Fed.link``), as ``audit.linked`` counts it.
    ``exports``: it gives what an export needs (``Keeping`` and ``Following``).
    """

    durable = False
    shared = True
    processes = False
    leases = False
    parks = False
    chains = False
    exports = False

    def open(self, path: Path) -> Store:
        """Open the store in the folder *path*; a durable one finds there what it wrote before."""
        raise NotImplementedError("a store contract needs open(self, path)")

    def url(self, path: Path) -> str:
        """Return the address by which another process opens the same store."""
        raise NotImplementedError("a store for several processes needs url(self, path)")

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """An open store, empty."""
        store = self.open(tmp_path)
        if lacking(store):  # else each clause fails with an AttributeError of its own
            pytest.fail(f"the store lacks {', '.join(lacking(store))}: see hotline12345.stores.Store", pytrace=False)
        yield store
        store.close()

    def worker(self, path: Path, *words: str) -> subprocess.Popen[str]:
        """Start a process that writes to the store at *path*."""
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "hotline12345.testing._store_worker", self.url(path), *words]
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @classmethod
    def clauses(cls) -> dict[str, str]:
        """Return the numbered clauses, number -> what it says."""
        found = {}
        for name in dir(cls):
            text = (getattr(cls, name).__doc__ or "") if name.startswith("test_") else ""
            number, colon, sentence = text.partition(": ")
            if colon and number[:1] == "S" and number[1:].isdigit():
                found[number] = " ".join(sentence.split())
        return dict(sorted(found.items(), key=lambda item: int(item[0][1:])))


def record(number: str, version: int, place: str = P, **data: Any) -> Record:
    """Return a record of an order."""
    return Record(place, number, version, "Received" if version == 1 else "Dispatched", data or {"step": version})


def head(number: str, version: int, place: str = P, **fields: Any) -> Head:
    """Return a head; open and received unless *fields* say otherwise."""
    return Head(place, number, version, fields.pop("status", "received"), fields.pop("open", True), **fields)


def write(
    number: str,
    expected: int = 0,
    records: int = 1,
    *,
    place: str = P,
    key: str = "",
    fingerprint: str = "",
    private: tuple[Private, ...] = (),
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> Append:
    """Return an append of so many *records* to the order *number*; *fields* go to its head."""
    rows = tuple(record(number, expected + i, place, **(data or {})) for i in range(1, records + 1))
    return Append(
        place, number, expected, rows, head(number, expected + records, place, **fields), private, key, fingerprint
    )


def numbers(store: Store, query: Query = ALL, place: str = P, limit: int = 100) -> list[str]:
    """Return all numbers that *query* finds, page by page."""
    found: list[str] = []
    after = ""
    for _ in range(10_000):
        page = store.find(place, query, after, limit)
        assert len(page.heads) <= limit
        found.extend(h.number for h in page.heads)
        after = page.next
        if not after:
            return found
    raise AssertionError("find never came to an end")


def follow(store: Store, place: str | None = None, limit: int = 7) -> list[Any]:
    """Return the whole feed, page by page."""
    fed: list[Any] = []
    while page := store.feed(fed[-1].position if fed else 0, limit, place):
        assert len(page) <= limit
        fed.extend(page)
        assert len(fed) < 1_000_000, "the feed never came to an end"
    return fed
