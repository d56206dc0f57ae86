"""What private records are found by (词索引): for each word, where in the vault the records lie that hold it.

A word lies in the vault once, as a blind index does.  Its postings lie in chunks of a fixed size that only grow in
number and are written and overwritten where they lie, since SQLite leaves copies of what it moves: when a record is
forgotten its postings are zeros, and a word that no other order has is overwritten, too.  So the index may be exact.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from struct import pack, unpack
from typing import Any

from ._sqlite_vault import FIND_PERSON, bucket, keep, spelt, wipe, words_of

FIND = (
    "SELECT t.seq, t.orders, t.chunk, t.used, t.room FROM term t JOIN vault v ON v.seq = t.seq "
    "WHERE t.place = ? AND t.bucket = ? AND v.data = ?"
)
_END = (  # where a word's postings go on; how much room there is, its chunk itself says
    "SELECT t.seq, t.chunk, t.used, coalesce(length(p.data) / 8, 0) FROM term t JOIN vault v ON v.seq = t.seq "
    "LEFT JOIN posting p ON p.seq = t.chunk AND p.term = t.seq WHERE t.place = ? AND t.bucket = ? AND v.data = ?"
)
POSTINGS = "SELECT data FROM posting WHERE term = ? ORDER BY seq"
_OF_PERSON = " UNION ALL ".join(f"SELECT number, seq FROM {table} WHERE person = ?1" for table in ("private", "fresh"))
_NEXT = "SELECT seq, length(data) / 8 FROM posting WHERE term = ? AND seq > ? ORDER BY seq LIMIT 1"
_INSERT = "INSERT INTO term (place, bucket, seq, orders, chunk, used, room) VALUES (?, ?, ?, 0, 0, 0, 0)"
_WHERE = "WHERE place = ? AND bucket = ? AND seq = ?"
_GROW = f"UPDATE term SET orders = orders + ?, chunk = ?, used = ?, room = ? {_WHERE}"

ROOMS = (8, 64, 448)
"""How many postings the chunks of a word have room for, one after another; the largest and its row fill a page."""


def index(
    conn: sqlite3.Connection, place: str, postings: Mapping[str, Sequence[int]], orders: Mapping[str, int]
) -> None:
    """Let private records be found by their words: *postings* grow, and so many more *orders* hold each."""
    grown = []
    for where, word in sorted((bucket(word), word) for word in postings):  # as the terms lie
        found = conn.execute(_END, (place, where, spelt(word))).fetchone()
        if found is None:
            found = (keep(conn, spelt(word)), 0, 0, 0)
            conn.execute(_INSERT, (place, where, found[0]))
        term, chunk, used, room = found
        if not (isinstance(used, int) and 0 <= used <= room) or (chunk and not room):
            # Somebody has written over it.  All chunks of a word are read, so it may go on in a new one.
            chunk = conn.execute("SELECT coalesce(max(seq), 0) FROM posting WHERE term = ?", (term,)).fetchone()[0]
            used = room = 0
        todo = postings[word]
        while todo:
            if used == room:
                chunk, room = _next_chunk(conn, term, chunk, room)
                used = 0
            some = todo[: room - used]
            with conn.blobopen("posting", "data", chunk) as blob:
                blob.seek(used * 8)
                blob.write(pack(f"<{len(some)}q", *some))
            used += len(some)
            todo = todo[len(some) :]
        grown.append((orders.get(word, 0), chunk, used, room, place, where, term))
    conn.executemany(_GROW, grown)


def _next_chunk(conn: sqlite3.Connection, term: int, chunk: int, room: int) -> tuple[int, int]:
    """Return the chunk after *chunk*, made where there is none, and its room."""
    found = conn.execute(_NEXT, (term, chunk)).fetchone()
    if found:
        return int(found[0]), int(found[1])
    more = next((size for size in ROOMS if size > room), ROOMS[-1])
    made = conn.execute("INSERT INTO posting (term, data) VALUES (?, zeroblob(?))", (term, more * 8))
    return int(made.lastrowid or 0), more


def remove(conn: sqlite3.Connection, place: str, number: str, seq: int) -> None:
    """Let a private record be found no more; before it is wiped, since the words stand in it."""
    stored = conn.execute("SELECT data FROM vault WHERE seq = ?", (seq,)).fetchone()
    words = set(words_of(stored[0])) if stored else set()  # lost: there is nothing to wipe
    left = _others(conn, place, number, seq) if words else set()
    for word in sorted(words):
        found = conn.execute(FIND, (place, bucket(word), spelt(word))).fetchone()
        if found is None:
            continue
        _erase(conn, found[0], seq)
        if word in left:
            continue
        conn.execute(f"UPDATE term SET orders = orders - 1 {_WHERE}", (place, bucket(word), found[0]))
        if found[1] <= 1:
            conn.execute(f"DELETE FROM term {_WHERE}", (place, bucket(word), found[0]))
            wipe(conn, found[0])


def _others(conn: sqlite3.Connection, place: str, number: str, seq: int) -> set[str]:
    rows = conn.execute(
        "SELECT v.data FROM private p JOIN vault v ON v.seq = p.seq WHERE p.place = ? AND p.number = ? AND p.seq <> ?",
        (place, number, seq),
    )
    return {word for (data,) in rows for word in words_of(data)}


def _erase(conn: sqlite3.Connection, term: int, seq: int) -> None:
    wanted = pack("<q", seq)
    for chunk, data in conn.execute("SELECT seq, data FROM posting WHERE term = ? ORDER BY seq DESC", (term,)):
        at = data.find(wanted)
        while at % 8 and at > 0:
            at = data.find(wanted, at + 1)
        if at >= 0:
            with conn.blobopen("posting", "data", chunk) as blob:
                blob.seek(at)
                blob.write(bytes(8))
            return


def read(chunks: Iterable[tuple[bytes]]) -> list[int]:
    """Return the postings in rows of :data:`POSTINGS`."""
    found: list[int] = []
    for (data,) in chunks:
        found.extend(seq for seq in unpack(f"<{len(data) // 8}q", data) if seq)
    return found


def forget(conn: sqlite3.Connection, place: str, person: str) -> int:
    """Overwrite what the vault holds of *person* and delete what points to it; return how many private records went."""
    gone = 0
    for (owner,) in conn.execute(FIND_PERSON, (place, bucket(person), person)).fetchall():
        for number, seq in conn.execute(_OF_PERSON, (owner,)).fetchall():
            remove(conn, place, number, seq)
            for table in ("private", "fresh"):
                conn.execute(f"DELETE FROM {table} WHERE place = ? AND number = ? AND seq = ?", (place, number, seq))
            wipe(conn, seq)
            gone += 1
        conn.execute("UPDATE head SET requester = NULL WHERE place = ? AND requester = ?", (place, owner))
        conn.execute("DELETE FROM person WHERE place = ? AND bucket = ? AND seq = ?", (place, bucket(person), owner))
        wipe(conn, owner)
    return gone


def rebuild(conn: sqlite3.Connection, place: str | None = None) -> None:
    """Index the words of *place*, or of all places, anew; chunks are filled again where they lie."""
    which, values = ("", ()) if place is None else (" WHERE place = ?", (place,))
    lost = "term NOT IN (SELECT seq FROM term)"
    for (term,) in conn.execute(f"SELECT DISTINCT term FROM posting WHERE {lost}").fetchall():
        wipe(conn, term)
    ours = f"term IN (SELECT seq FROM term{which})"
    conn.execute(f"UPDATE posting SET data = zeroblob(length(data)) WHERE {lost} OR {ours}", values)
    conn.execute(f"UPDATE term SET orders = 0, chunk = 0, used = 0, room = 0{which}", values)
    postings: dict[str, dict[str, array[int]]] = {}
    orders: dict[str, Counter[str]] = {}
    last: dict[tuple[str, str], str] = {}
    rows = conn.execute(
        "SELECT p.place, p.number, p.seq, v.data FROM private p JOIN vault v ON v.seq = p.seq"
        f"{which.replace('place', 'p.place')} ORDER BY p.place, p.number, p.id",
        values,
    )
    for at, number, seq, data in rows:
        for word in dict.fromkeys(words_of(data)):
            postings.setdefault(at, {}).setdefault(word, array("q")).append(seq)
            if last.get((at, word)) != number:
                last[at, word] = number
                orders.setdefault(at, Counter())[word] += 1
    for at, found in postings.items():
        index(conn, at, {word: sorted(seqs) for word, seqs in found.items()}, orders[at])
    for at, where, term in conn.execute("SELECT place, bucket, seq FROM term WHERE orders = 0").fetchall():
        conn.execute(f"DELETE FROM term {_WHERE}", (at, where, term))
        wipe(conn, term)


def strays(run: Callable[[str], list[tuple[Any, ...]]]) -> list[int]:
    """Return where the index leads without a private record being there."""
    there = {seq for (seq,) in run("SELECT seq FROM private")}
    return sorted(set(read(run("SELECT data FROM posting"))) - there)[:20]
