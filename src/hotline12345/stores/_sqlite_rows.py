"""A row of ``record`` (记录行): what one write added to an order; several records in one row where it added several.

A single record has its kind, schema and content in columns of these names.  Of several the row has the version,
position and link of the last, how many ``more`` there are before it, all links one behind the other, and as its content
a JSON array of (kind, schema, content).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from . import _rules as rules
from ._text import encode, read_all
from .port import Fed, Record

LINK = 32
"""How many bytes a link has."""


def packed(records: Sequence[Record], texts: Sequence[str]) -> tuple[int, str, int, str]:
    """Return how many records more than one there are, and kind, schema and content of their row (none: -1)."""
    if len(records) == 1:
        _, _, _, kind, _, schema = records[0]
        return 0, kind, schema, texts[0]
    parts = [f"[{_spelt(r[3])},{r[5]},{said}]" for r, said in zip(records, texts, strict=True)]
    return len(records) - 1, "", max((record.schema for record in records), default=0), f"[{','.join(parts)}]"


@lru_cache(512)
def _spelt(kind: str) -> str:
    return encode(kind)


def _several(place: str, number: str, version: int, more: int, said: Any) -> list[Record]:
    if not said or len(said) != more + 1:
        raise ValueError("not as many records as the row says")
    first = version - more
    found = []
    for i, (kind, schema, data) in enumerate(said):
        if type(kind) is not str or type(schema) is not int:  # columns see to it where a record is alone
            raise TypeError("no kind or no schema")
        found.append(Record(place, number, first + i, kind, data, schema))
    return found


def stream(place: str, number: str, rows: Sequence[tuple[Any, ...]], after: int) -> list[Record]:
    """Return the records in rows of (version, more, kind, schema, data) with ``version > after``."""
    found: list[Record] = []
    loads = json.loads
    for version, more, kind, schema, data in rows:
        try:
            if more:
                several = _several(place, number, version, more, loads(data))
                found += several[max(after - several[0].version + 1, 0) :]
            else:
                found.append(Record(place, number, version, kind, loads(data), schema))
        except rules.UNREADABLE as error:
            raise rules.broken_record([(place, number, version, data, 0)]) from error
    return found


def streams(place: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[Record]:
    """Yield the records in rows of (number, version, more, kind, schema, data)."""
    try:
        contents: Sequence[Any] = read_all([row[5] for row in rows])
    except rules.UNREADABLE as error:
        raise rules.broken_record((place, row[0], row[1], row[5], 0) for row in rows) from error
    for (number, version, more, kind, schema, data), said in zip(rows, contents, strict=True):
        if not more:
            yield Record(place, number, version, kind, said, schema)
            continue
        try:
            yield from _several(place, number, version, more, said)
        except rules.UNREADABLE as error:
            raise rules.broken_record([(place, number, version, data, 0)]) from error


def feed(rows: Sequence[tuple[Any, ...]], after: int, limit: int) -> list[Fed]:
    """Return what is in rows of (position, place, number, version, more, kind, schema, data, link) beyond *after*."""
    found: list[Fed] = []
    loads = json.loads
    for position, place, number, version, more, kind, schema, data, link in rows:
        if len(found) >= limit:  # there are fewer rows than records: what lies beyond is not read, it may be damaged
            break
        try:
            if not more:
                found.append(Fed(position, Record(place, number, version, kind, loads(data), schema), _hex(link)))
                continue
            for i, record in enumerate(_several(place, number, version, more, loads(data))):
                if position - more + i > after:
                    own = link[LINK * i : LINK * (i + 1)] if isinstance(link, bytes) else link
                    found.append(Fed(position - more + i, record, _hex(own)))
        except rules.UNREADABLE as error:
            behind = _unsaid(position, more, after)
            at = version - behind if isinstance(version, int) else version
            raise rules.broken_record([(place, number, at, data, position - behind)]) from error
    return found[:limit]


def _unsaid(position: int, more: Any, after: int) -> int:
    """Return how many records come behind the first beyond *after* in a row at *position* that cannot be read.

    Each of them is told by itself, at its own position: whoever reads on comes back to the first once it is mended.
    """
    return max(min(more, position - after - 1), 0) if isinstance(more, int) else 0


def _hex(link: Any) -> str:
    """Return a link as hex; what somebody wrote in its place stays as it is, and fits no chain."""
    return link.hex() if isinstance(link, bytes) else str(link)
