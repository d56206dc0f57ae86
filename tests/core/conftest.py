"""What the core says and makes, held word by word and field by field (逐字比对): a text file beside each test module.

A test asks for ``expect`` and hands it values; what they are is written down in ``test_x.txt`` beside ``test_x.py``,
under the test's own name, and must be found there exactly::

    @pytest.mark.parametrize("name", SAID)              # a table of scenarios, each a test of its own; ASCII names
    def test_message(name, expect):
        expect.refused(SAID[name])                      # calls it; it must raise a HotlineError, which is written down

    def test_faults(expect):
        expect(*found.faults)                           # faults, errors, events, orders, deadlines, texts, numbers …

Messages are part of the public API, and so are events: nobody changes a word or a field of them without seeing it in
the diff of such a file.  After a change that is meant, write the file anew and **read what changed**::

    HOTLINE12345_GOLDEN=write pytest tests/core/test_x.py

Digests are shown as ``#`` and the year 2026 not at all; what equals its default is left out, and so is what an order
keeps of its ``Received``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import pytest

from hotline12345.core.actor import Actor
from hotline12345.core.calendar import CST
from hotline12345.core.errors import Fault, HotlineError
from hotline12345.core.events import Event
from hotline12345.core.order import Order
from hotline12345.core.sla import Deadline, TimeLimit

WRITE = os.environ.get("HOTLINE12345_GOLDEN") == "write"
HEAD = re.compile(r"^## (.*)\n", re.MULTILINE)
PLAIN_WORD = re.compile(r"[^\s\[\](){},='\"]*[^\s\[\](){},='\".\d][^\s\[\](){},='\"]*")
DIGEST = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,64}\b")
YEAR = "2026-"
"""Dates of this year are written without it."""
_NOTHING = object()


# ── how a value is written ──


def shown(value: Any) -> str:
    """One value on one line, so that two that differ are written differently."""
    if isinstance(value, str):
        value = DIGEST.sub("#", value)
        bare = PLAIN_WORD.fullmatch(value) and value not in ("None", "True", "False")
        return value if bare else repr(value)
    if isinstance(value, datetime):
        if value.tzinfo is not CST:
            return value.isoformat()
        text = f"{value:%Y-%m-%d %H:%M:%S.%f}".removeprefix(YEAR)
        return re.sub(r":00$", "", re.sub(r"\.0{6}$", "", text))
    if isinstance(value, (Actor, TimeLimit, date, time, timedelta)):
        return str(value).removeprefix(YEAR)
    if isinstance(value, Deadline):
        return f"<{'; '.join(told_of(value))}>"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if hasattr(type(value), "_fields") or attrs.has(type(value)):
        inside = ", ".join(f"{name}={shown(item)}" for name, item in parts(value))
        return f"{type(value).__name__}({inside})"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(shown, value))) + "}"
    return repr(value)


def told_of(due: Deadline) -> Iterator[str]:
    """A deadline: what was counted from when, the last day, the instant where it does not end that day, the basis."""
    yield f"{due.limit} from {shown(due.start)}"
    yield f"due {shown(due.due_day)}"
    if due.at is None or due.due_day is None or due.at != datetime.combine(due.due_day + timedelta(1), time(), CST):
        yield f"at {shown(due.at)}"
    if due.provisional or (due.earliest, due.latest) != (due.due_day, due.due_day):
        yield f"provisional {due.provisional}, {shown(due.earliest)} to {shown(due.latest)}"
    yield shown(due.basis)
    if not DIGEST.fullmatch(due.digest):
        yield f"digest {due.digest!r}"
    if due.extends is not None:
        yield f"extends {shown(due.extends)}"


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a record that are not what they are by default."""
    if value == ():
        return
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            default = field.default
            if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
                default = _NOTHING if default.takes_self else default.factory()
            item = getattr(value, field.name)
            if field.repr and (type(item) is not type(default) or item != default):
                yield field.name, item
    else:
        for name in value._fields:
            item, default = getattr(value, name), value._field_defaults.get(name, _NOTHING)
            if type(item) is not type(default) or item != default:
                yield name, item


def lines_of(value: Any) -> Iterator[str]:
    """What is written down of a value: an error or a fault word by word, a record field by field."""
    if isinstance(value, HotlineError):
        yield f"{type(value).__name__} {value.code} ({value.status_hint})"
        yield from said(value.zh, value.en, value.hint_zh, value.hint_en if value.hint_en != value.hint_zh else "")
        for fault in getattr(value, "faults", ()):
            yield from lines_of(fault)
        if value.facts:
            yield f"  facts: {shown(value.facts)}"
    elif isinstance(value, Fault):
        where = " ".join(
            f"{name}={shown(item)}" for name, item in parts(value) if name in ("file", "table", "key", "line")
        )
        yield f"{value.severity} {value.code} {where}".rstrip()
        zh, _, en = value.hint.partition(" / ")
        yield from said(value.zh, value.en, zh, en)
    elif isinstance(value, Event):
        inside = (f"{name}={shown(item)}" for name, item in parts(value) if name not in ("at", "by"))
        yield " ".join((shown(value.at), f"{type(value).__name__} by {value.by}:", *inside))
    elif isinstance(value, Order):
        yield f"Order {value.status.value}, version {value.version}, last {shown(value.at)}, wakes {shown(value.wake)}"
        yield from (f"  {shown(each)}" for each in value.assignments)
        for part in (value.topic or (), *value[6:], value.intake.marks):
            inside = ", ".join(f"{name}={shown(each)}" for name, each in parts(part))
            if inside:
                yield f"  {type(part).__name__}({inside})"
    elif isinstance(value, str):
        yield from DIGEST.sub("#", value).splitlines() or [""]
    else:
        yield shown(value)


def said(zh: str, en: str, hint_zh: str, hint_en: str) -> Iterator[str]:
    """A message in both languages, each with its hint where it has one."""
    for text, hint in ((zh, hint_zh), (en, hint_en)):
        yield f"  {text}"
        if hint:
            yield f"    → {hint}"


# ── the file beside the module ──


class Book:
    """The golden file of one test module: what is written in it, and what its tests have said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = path.read_text("utf-8") if path.exists() else ""
        pieces = HEAD.split(text)
        self.preface = pieces[0]
        self.written = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        self.told: dict[str, str] = {}

    def save(self, names: list[str]) -> None:
        """Write what was said, in the order of the tests; what was not run stays."""
        known = self.written | self.told
        text = self.preface + "".join(f"## {name}\n{known[name]}" for name in names if name in known)
        self.path.write_text(text, "utf-8")


class Golden:
    """What one test writes down and finds again."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name

    def __call__(self, *values: Any) -> None:
        """*Values*, all that this test has to say, are what the file says."""
        assert self.name not in self.book.told, "one call a test"
        text = "\n".join(line for value in values for line in lines_of(value)) + "\n\n"
        self.book.told[self.name] = text
        if not WRITE:
            # After a change that is meant write the file anew, see conftest.py.
            assert text == self.book.written.get(self.name, ""), self.book.path.name

    def refused(self, *calls: Callable[[], object]) -> None:
        """Each of *calls* is refused in the words of the file."""
        errors: list[HotlineError] = []
        for call in calls:
            with pytest.raises(HotlineError) as caught:
                call()
            errors.append(caught.value)
        self(*errors)


@pytest.fixture(scope="module")
def _golden_book(request: pytest.FixtureRequest) -> Iterator[Book]:
    book = Book(Path(request.path).with_suffix(".txt"))
    yield book
    names = [name_of(item) for item in request.session.items if item.path == request.path]
    if WRITE:
        book.save(names)
    elif not request.config.option.keyword and not any("::" in each for each in request.config.args):
        gone: Iterable[str] = set(book.written) - set(names)
        assert not gone, f"{book.path.name} tells of tests that are no more: {sorted(gone)}"


def name_of(item: pytest.Item) -> str:
    """Under what a test's words stand in the file."""
    return item.name.removeprefix("test_")


@pytest.fixture
def expect(_golden_book: Book, request: pytest.FixtureRequest) -> Golden:
    """What a test hands over is found word by word in the file beside its module (see this file's docstring)."""
    return Golden(_golden_book, name_of(request.node))
