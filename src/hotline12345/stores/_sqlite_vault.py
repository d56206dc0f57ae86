"""The vault (私密库): what could name a person, written once at its end and overwritten where it lies.

A private record's words stand before its JSON in the same row, a line each, so that one overwriting takes both.
They are looked for by buckets: eight bits of the place and twelve of the word, each shared by several of the words in
use, so that a trace of a bucket in a page SQLite has moved does not tell a word even to who has the key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring_ascii
from zlib import crc32

FIND_PERSON = (
    "SELECT p.seq FROM person p JOIN vault v ON v.seq = p.seq WHERE p.place = ? AND p.bucket = ? AND v.data = ?"
)
INSERT_PERSON = "INSERT INTO person (place, bucket, seq) VALUES (?, ?, ?)"
INSERT_WORD = "INSERT OR IGNORE INTO word (bucket, seq) VALUES (?, ?)"


def _crc(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def bucket(person: str) -> int:
    """Return the bucket a blind index is looked up in: sixteen bits, shared by many: a trace tells nothing."""
    return _crc(person) & 0xFFFF


def word_bucket(place: str, word: str) -> int:
    """Return the bucket a word of a place is looked up in."""
    return (_crc(place) & 0xFF) << 12 | _crc(word) & 0xFFF


def word_rows(place: str, words: Iterable[str], seq: int) -> list[tuple[int, int]]:
    """Return the rows by which a private record is found."""
    return sorted({(word_bucket(place, word), seq) for word in words})


def line(word: str) -> str:
    """Return *word* as it stands in the vault, between two line ends; JSON in one line never looks like it."""
    return f"\n{encode_basestring_ascii(word)}\n"


def header(words: Sequence[str]) -> str:
    """Return *words* as they stand before a private record's JSON."""
    return "\n" + "\n".join(map(encode_basestring_ascii, words)) + "\n" if words else ""


def body(stored: str) -> str:
    """Return the JSON of a private record as it is stored."""
    return stored[stored.rfind("\n") + 1 :]


def words_of(stored: str) -> tuple[str, ...]:
    """Return the words of a private record as it is stored."""
    from json import loads

    return tuple(map(loads, stored[1 : stored.rfind("\n")].split("\n"))) if stored.startswith("\n") else ()


def keep(conn: sqlite3.Connection, text: str) -> int:
    """Put *text* at the end of the vault."""
    return int(conn.execute("INSERT INTO vault (data) VALUES (?)", (text,)).lastrowid or 0)


def owner_of(conn: sqlite3.Connection, place: str, person: str) -> int:
    """Return where the blind index *person* of *place* lies in the vault, once it is put there; 0 for none."""
    if not person:
        return 0
    where = bucket(person)
    found = conn.execute(FIND_PERSON, (place, where, person)).fetchone()
    if found:
        return int(found[0])
    seq = keep(conn, person)
    conn.execute(INSERT_PERSON, (place, where, seq))
    return seq


def index_words(conn: sqlite3.Connection, place: str, words: Iterable[str], seq: int) -> None:
    """Let a private record be found by its words."""
    conn.executemany(INSERT_WORD, word_rows(place, words, seq))


def unindex_words(conn: sqlite3.Connection, place: str, seq: int) -> None:
    """Let a private record be found no more; before it is wiped, since the words stand in it."""
    stored = conn.execute("SELECT data FROM vault WHERE seq = ?", (seq,)).fetchone()[0]
    conn.executemany("DELETE FROM word WHERE bucket = ? AND seq = ?", word_rows(place, words_of(stored), seq))


def wipe(conn: sqlite3.Connection, seq: int) -> None:
    """Overwrite a row of the vault in place, byte for byte, so that no copy is left behind by moving it."""
    size = conn.execute("SELECT length(CAST(data AS BLOB)) FROM vault WHERE seq = ?", (seq,)).fetchone()[0]
    conn.execute("UPDATE vault SET data = ? WHERE seq = ?", ("0" * size, seq))


def forget(conn: sqlite3.Connection, place: str, person: str) -> int:
    """Overwrite what the vault holds of *person* and delete what points to it; return how many private records went."""
    gone = 0
    for (owner,) in conn.execute(FIND_PERSON, (place, bucket(person), person)).fetchall():
        for (seq,) in conn.execute("SELECT seq FROM private WHERE person = ?", (owner,)).fetchall():
            unindex_words(conn, place, seq)
            wipe(conn, seq)
            gone += 1
        conn.execute("DELETE FROM private WHERE person = ?", (owner,))
        conn.execute("UPDATE head SET requester = NULL WHERE place = ? AND requester = ?", (place, owner))
        conn.execute("DELETE FROM person WHERE place = ? AND bucket = ? AND seq = ?", (place, bucket(person), owner))
        wipe(conn, owner)
    return gone
