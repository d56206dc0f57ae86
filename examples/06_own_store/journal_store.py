"""A store of one's own (自己写的存储): everything in memory, each write a line in a journal on disk.

For a county with a few thousand orders a year and no database.  It answers every question by looking at all heads,
which is plain and slow.  ``lock`` may be left out to see what the kit says then (``run.py``).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

from hotline12345 import Conflict, RequestError, StoreError
from hotline12345.stores import Append, Appended, Desk, Fed, Head, Page, Private, Query, Record, checked

GROUPS = ("status", "kind", "category", "area", "holder")


def _read(line: str) -> Append:
    place, number, expected, records, head, private, key, fingerprint = json.loads(line)
    desks = tuple(Desk(*desk) for desk in head[15])
    return Append(
        place, number, expected, tuple(Record(*r) for r in records), Head(*[*head[:15], desks, *head[16:]]),
        tuple(Private(i, person, data, tuple(words)) for i, person, data, words in private), key, fingerprint,
    )  # fmt: skip


def _matches(head: Head, q: Query) -> bool:
    category = (q.category or "").rstrip("/")
    named = ("status", "open", "kind", "holder", "requester", "provisional", "digest")
    at_desk = [
        desk
        for desk in head.desks
        if q.unit in (None, desk.unit)
        and q.role in (None, desk.role)
        and (q.desk_due_before is None or "" < desk.due < q.desk_due_before)
    ]
    return (
        all(getattr(q, name) in (None, getattr(head, name)) for name in named)
        and (not category or head.category == category or head.category.startswith(category + "/"))
        and head.area.startswith(q.area or "")
        and (q.due_before is None or "" < head.due < q.due_before)
        and (q.not_digest is None or (head.digest != "" and head.digest != q.not_digest))
        and (q.changed_since is None or head.changed >= q.changed_since)
        and (bool(at_desk) or (q.unit, q.role, q.desk_due_before) == (None, None, None))
    )


class JournalStore:
    """Keeps the contract of :class:`hotline12345.stores.Store` in one file (日志存储)."""

    api = 1

    def __init__(self, path: Path, lock: bool = True) -> None:
        self._path, self._closed = path, False
        self._lock: AbstractContextManager[Any] = RLock() if lock else nullcontext()
        self._appends: list[Append] = []
        self._feed: list[Record] = []
        self._orders: dict[tuple[str, str], tuple[Head, list[Record], dict[str, Private]]] = {}
        self._keys: dict[tuple[str, str], tuple[str, int, str]] = {}
        self._cursors: dict[str, int] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            if line.startswith("{"):
                self._cursors.update(json.loads(line))
            else:
                self._apply(_read(line))
        self._file = path.open("a", encoding="utf-8", errors="surrogatepass")

    # ── writing ──

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        with self._lock:
            self._open()
            answers = self._refuse(checked(batch))  # what contradicts itself is refused as every store does
            fresh = [append for append, answer in zip(batch, answers, strict=True) if not answer.repeated]
            self._journal("".join(json.dumps(append) + "\n" for append in fresh))
            for append in fresh:
                self._apply(append)
            return tuple(answers)

    def _refuse(self, batch: Sequence[Append]) -> list[Appended]:
        """Raise where the batch cannot be written as a whole; else say what comes of each."""
        versions: dict[tuple[str, str], int] = {}
        keys = dict(self._keys)
        answers = []
        for a in batch:
            seen = keys.get((a.place, a.key)) if a.key else None
            if seen is not None and seen[2] != a.fingerprint:
                raise Conflict("幂等键内容不同", "the key came with other content", code="key-reused")
            if seen is not None:
                answers.append(Appended(seen[0], seen[1], True))
                continue
            known = self._orders.get((a.place, a.number))
            actual = versions.get((a.place, a.number), known[0].version if known else 0)
            if actual != a.expected:
                raise Conflict("版本已变", f"at version {actual}, not {a.expected}", code="stale")
            try:
                json.dumps([r.data for r in a.records], allow_nan=False)
            except (TypeError, ValueError) as cause:
                raise StoreError("不是 JSON", f"not JSON: {cause}", code="bad-append") from cause
            versions[a.place, a.number] = a.head.version
            if a.key:
                keys[a.place, a.key] = (a.number, a.head.version, a.fingerprint)
            answers.append(Appended(a.number, a.head.version))
        return answers

    def _journal(self, lines: str) -> None:
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _apply(self, a: Append) -> None:
        self._appends.append(a)
        head, records, private = self._orders.get((a.place, a.number), (a.head, [], {}))
        records.extend(a.records)
        private.update((p.id, p) for p in a.private)
        # Whose order it is was said when it was new; only forget takes that away.
        self._orders[a.place, a.number] = (a.head._replace(requester=head.requester), records, private)
        self._feed.extend(a.records)
        if a.key:
            self._keys[a.place, a.key] = (a.number, a.head.version, a.fingerprint)

    def forget(self, place: str, person: str) -> int:
        with self._lock:
            self._open()
            gone = 0
            for (where, number), (head, records, private) in self._orders.items() if person else ():
                mine = [i for i, p in private.items() if p.person == person and where == place]
                gone += len(mine)
                for i in mine:
                    del private[i]
                if where == place and head.requester == person:
                    self._orders[where, number] = (head._replace(requester=""), records, private)
            self._appends = [self._without(a, place, person) for a in self._appends]
            self._rewrite()
            return gone

    @staticmethod
    def _without(a: Append, place: str, person: str) -> Append:
        if a.place != place:
            return a
        head = a.head._replace(requester="") if a.head.requester == person else a.head
        return a._replace(head=head, private=tuple(p for p in a.private if p.person != person))

    def _rewrite(self) -> None:
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(append) + "\n" for append in self._appends)
            file.write(json.dumps(self._cursors) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._file.close()
        fresh.replace(self._path)
        self._file = self._path.open("a", encoding="utf-8")

    def advance(self, reader: str, position: int) -> None:
        with self._lock:
            self._open()
            self._cursors[reader] = max(position, self._cursors.get(reader, 0))
            self._journal(json.dumps({reader: self._cursors[reader]}) + "\n")

    # ── reading ──

    def _open(self) -> None:
        if self._closed:
            raise StoreError("存储已关闭", "the store is closed", code="closed")

    def _order(self, place: str, number: str) -> tuple[Head | None, list[Record], dict[str, Private]]:
        self._open()
        return self._orders.get((place, number)) or (None, [], {})

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        with self._lock:
            return self._order(place, number)[1][max(after, 0) :]

    def streams(self, place: str, numbers: Sequence[str]) -> dict[str, list[Record]]:
        return {number: records for number in numbers if (records := self.stream(place, number))}

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        with self._lock:
            self._open()
            return self._keys.get((place, key))

    def receipts(self, place: str, number: str) -> list[tuple[str, int, str]]:
        with self._lock:
            self._open()
            found = [(k, v, f) for (p, k), (n, v, f) in self._keys.items() if (p, n) == (place, number)]
            return sorted(found, key=lambda receipt: (receipt[1], receipt[0]))

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        with self._lock:
            self._open()
            rest = enumerate(self._feed[max(after, 0) :], max(after, 0) + 1)
            return [Fed(at, r) for at, r in rest if place in (None, r.place)][: max(limit, 0)]

    def _found(self, place: str, query: Query) -> list[Head]:
        with self._lock:
            self._open()
            return [
                head
                for (where, _), (head, _, private) in sorted(self._orders.items())
                if where == place
                and _matches(head, query)
                and (not query.words or any(set(query.words) <= set(p.words) for p in private.values()))
            ]

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        if limit < 1:
            raise RequestError("每页至少一条", "a page has at least one row", code="bad-limit")
        heads = [head for head in self._found(place, query) if head.number > after]
        return Page(tuple(heads[:limit]), heads[limit - 1].number if len(heads) > limit else "")

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        if by and by not in GROUPS:
            raise RequestError("不能这样计数", f"cannot count by {by}", code="bad-group")
        heads = self._found(place, query)
        return dict(sorted(Counter(getattr(head, by) for head in heads).items())) if by else {"": len(heads)}

    def head(self, place: str, number: str) -> Head | None:
        with self._lock:
            return self._order(place, number)[0]

    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        waking = sorted((h.wake, h.number) for h in self._found(place, Query()) if "" < h.wake <= at)
        return [number for _, number in waking[: max(limit, 0)]]

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        with self._lock:
            kept = self._order(place, number)[2]
            wanted = set(kept if ids is None else ids)
            return {i: dict(p.data) for i, p in kept.items() if i in wanted}

    def places(self) -> list[str]:
        with self._lock:
            self._open()
            return sorted({place for place, _ in self._orders})

    def cursor(self, reader: str) -> int:
        with self._lock:
            self._open()
            return self._cursors.get(reader, 0)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._file.close()
