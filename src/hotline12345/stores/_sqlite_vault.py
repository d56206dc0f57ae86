"""The vault (私密库): what could name a person, written once at its end and overwritten where it lies.

A private record's words stand before its JSON in the same row, a line each, so that one overwriting takes both; what
they are found by is in ``_sqlite_words``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii
from typing import Any
from zlib import crc32

FIND_SETTLED = (
    "SELECT p.seq FROM person p JOIN vault v ON v.seq = p.seq WHERE p.place = ?1 AND p.bucket = ?2 AND v.data = ?3"
)
FIND_PERSON = (
    f"{FIND_SETTLED} UNION SELECT v.seq FROM (SELECT place, requester AS seq FROM late UNION ALL "
    "SELECT place, person FROM late) l JOIN vault v ON v.seq = l.seq WHERE l.place = ?1 AND v.data = ?3"
)
"""Where a blind index lies: (place, bucket, itself)."""
PERSONS = (
    "SELECT DISTINCT l.place, v.data, v.seq FROM (SELECT place, requester AS seq, position FROM late UNION ALL "
    "SELECT place, person, position FROM late) l JOIN vault v ON v.seq = l.seq WHERE l.position > ?"
)
"""The blind indexes of what is late beyond a position, which are found by looking through it."""
INSERT_PERSON = "INSERT OR IGNORE INTO person (place, bucket, seq) VALUES (?, ?, ?)"


def _crc(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def bucket(person: str) -> int:
    """Return the bucket a blind index is looked up in: sixteen bits, shared by many: a trace tells nothing."""
    return _crc(person) & 0xFFFF


def spelt(word: str) -> str:
    """Return *word* as it lies in the vault by itself."""
    return encode_basestring_ascii(word)


def line(word: str) -> str:
    """Return *word* as it stands in the vault, between two line ends; JSON in one line never looks like it."""
    return f"\n{spelt(word)}\n"


def header(words: Sequence[str]) -> str:
    """Return *words* as they stand before a private record's JSON."""
    return "\n" + "\n".join(map(encode_basestring_ascii, words)) + "\n" if words else ""


def body(stored: Any) -> Any:
    """Return the JSON of a private record as it is stored; what somebody has written over, or lost, as it is."""
    if not isinstance(stored, str):
        return stored
    return stored[stored.rfind("\n") + 1 :]


def words_of(stored: Any) -> tuple[str, ...]:
    """Return the words of a private record as it is stored; none where somebody has written over them.

    Such a record can be forgotten, and its order's other words counted anew, like any other.
    """
    try:
        return strict_words_of(stored)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ()


def strict_words_of(stored: str) -> tuple[str, ...]:
    """Return the words of a private record as it is stored.

    Raises:
        ValueError: somebody has written over them.
    """
    if not stored.startswith("\n"):
        return ()
    said = stored[1 : stored.rfind("\n")]
    words = said[1:-1].split('"\n"')
    # Plain letters in quotes, a line each, as nearly all are; anything else is for JSON to read, or to refuse.
    if "\\" in said or said.count('"') != 2 * len(words) or said.count("\n") != len(words) - 1:
        return tuple(map(json.loads, said.split("\n")))
    return tuple(words)


def keep(conn: sqlite3.Connection, text: str) -> int:
    """Put *text* at the end of the vault."""
    return int(conn.execute("INSERT INTO vault (data) VALUES (?)", (text,)).lastrowid or 0)


def owner_of(conn: sqlite3.Connection, place: str, person: str) -> int:
    """Return where the blind index *person* of *place* lies in the vault, once it is put there; 0 for none."""
    if not person:
        return 0
    found = conn.execute(FIND_PERSON, (place, bucket(person), person)).fetchone()
    if found:
        return int(found[0])
    seq = keep(conn, person)
    conn.execute(INSERT_PERSON, (place, bucket(person), seq))
    return seq


def wipe(conn: sqlite3.Connection, seq: int) -> None:
    """Overwrite a row of the vault in place, byte for byte, so that no copy is left behind by moving it."""
    for (size,) in conn.execute("SELECT length(CAST(data AS BLOB)) FROM vault WHERE seq = ?", (seq,)).fetchall():
        conn.execute("UPDATE vault SET data = ? WHERE seq = ?", ("0" * size, seq))
