"""What a knowledge base is kept on (书架): a few calls that SQLite and PostgreSQL answer alike, and the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]
LAYOUT = 2
"""The layout of the tables: one of a later is refused, one of an earlier is brought up to it when it is opened."""

UPGRADES = {1: ("INSERT INTO kb_gram (token, df, heads, flip) SELECT '', count(*), 0, '' FROM kb_shown",)}
"""What brings the tables that all shelves have from a layout to the next: under the empty token, how many are shown."""

# {text} is a text that is compared by code point, whatever the locale of the server.
TABLES = """
CREATE TABLE kb_meta (name {text} PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE kb_item (
  id {text} NOT NULL, version INTEGER NOT NULL, status {text} NOT NULL, centre {text} NOT NULL, unit {text} NOT NULL,
  level {text} NOT NULL, last_day {text} NOT NULL, review_by {text} NOT NULL, author {text} NOT NULL,
  at {text} NOT NULL, data TEXT NOT NULL, PRIMARY KEY (id, version));
CREATE INDEX kb_item_level ON kb_item (centre, level);
CREATE INDEX kb_item_status ON kb_item (status, centre);
CREATE TABLE kb_step (
  seq INTEGER PRIMARY KEY, id {text} NOT NULL, version INTEGER NOT NULL, action {text} NOT NULL, who TEXT NOT NULL,
  at {text} NOT NULL, reason TEXT NOT NULL);
CREATE INDEX kb_step_item ON kb_step (id);
CREATE TABLE kb_shown (
  doc INTEGER PRIMARY KEY, id {text} NOT NULL UNIQUE, version INTEGER NOT NULL, centre {text} NOT NULL,
  visibility {text} NOT NULL, category {text} NOT NULL, region {text} NOT NULL, first_day {text} NOT NULL,
  last_day {text} NOT NULL);
CREATE TABLE kb_text (
  doc INTEGER PRIMARY KEY, head TEXT NOT NULL, body TEXT NOT NULL, head_norm DOUBLE PRECISION NOT NULL,
  body_norm DOUBLE PRECISION NOT NULL);
CREATE TABLE kb_gram (token {text} PRIMARY KEY, df INTEGER NOT NULL, heads INTEGER NOT NULL, flip {text} NOT NULL);
CREATE INDEX kb_gram_flip ON kb_gram (flip) WHERE heads > 0;
CREATE TABLE kb_report (
  seq INTEGER PRIMARY KEY, id {text} NOT NULL, version INTEGER NOT NULL, unit {text} NOT NULL, what TEXT NOT NULL,
  who TEXT NOT NULL, at {text} NOT NULL, due {text} NOT NULL, closed {text} NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE kb_question (
  seq INTEGER PRIMARY KEY, at {text} NOT NULL, centre {text} NOT NULL, category TEXT NOT NULL, words TEXT NOT NULL,
  ref {text} NOT NULL, number {text} NOT NULL)
"""


class Writer(Protocol):
    """What may be done while nobody else writes (写事务)."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a statement and return what it gives; ``IN ?`` takes a list."""
        ...

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each of *rows*."""
        ...

    def index(self, entries: Iterable[tuple[int, Sequence[str]]]) -> Mapping[str, int]:
        """Enter numbered documents under tokens, each after all that are in; return in how many of them each token is.

        The empty token is counted, too, and nothing is found by it.
        """
        ...

    def unindex(self, doc: int, tokens: Sequence[str]) -> None:
        """Take a document out, of which *tokens* are all there are."""
        ...


class Shelf(Protocol):
    """A place to keep a base (存放处): statements with ``?``, one writer at a time."""

    name: str

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Read; ``IN ?`` takes a list."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """Write, all or nothing, durable when it ends."""
        ...

    def finds(self, tokens: Sequence[str], where: str, values: Sequence[Any], most: int) -> list[list[int]]:
        """Return for each of *tokens* the first *most* documents that have it; *where* is on ``kb_shown``."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def marks(count: int) -> str:
    """Return so many places for values, apart by commas."""
    return ", ".join("?" * count)
