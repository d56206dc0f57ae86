"""Every event as a store sees it (事件的存储形式): full and bare, each key and value, written by codecs made anew."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from attrs import NOTHING, fields, has

from hotline12345.core import codec
from hotline12345.core import events as e
from hotline12345.core.actor import SEPARATOR, Actor, Role
from hotline12345.core.calendar import CST
from hotline12345.core.events.adoption import Taken
from hotline12345.core.refs import Finding, Form, HitRef, Judged, Origin, Ref
from hotline12345.core.sla import Deadline, TimeLimit

AT = datetime(2026, 9, 28, 10, tzinfo=CST)


class Maker:
    """Makes values of annotated types, no two numbers or texts alike, so that none can stand for another."""

    def __init__(self) -> None:
        self.number = 0

    def made(self, hint: Any, name: str, deep: bool = True) -> Any:
        self.number += 1
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return self.made(next(arg for arg in args if arg is not type(None)), name, deep)
        if origin is tuple:
            return (self.made(args[0], name, deep), self.made(args[0], name, deep))
        plain = {
            str: f"{name}-{self.number}", bool: True, int: self.number, float: self.number / 8,
            datetime: AT + timedelta(minutes=self.number), date: date(2026, 1, 1) + timedelta(days=self.number),
            Actor: Actor(f"p{self.number}", "u1", frozenset({Role.HANDLER, Role.AGENT})),
            TimeLimit: TimeLimit.parse(f"{self.number}wd"),
        }  # fmt: skip
        if hint in plain:
            return plain[hint]
        if isinstance(hint, type) and issubclass(hint, Enum):
            return list(hint)[-1]
        if isinstance(hint, type) and (has(hint) or hasattr(hint, "_fields")):
            return self.record(hint, deep)
        return {f"key-{self.number}": [self.number]}  # ext, levels

    def record(self, cls: Any, deep: bool = True) -> Any:
        hints = get_type_hints(cls)
        names = getattr(cls, "_fields", None) or [a.name for a in fields(cls)]
        return cls(**{n: self.made(hints[n], n, deep=False) for n in names if n != "extends" or deep})

    def bare(self, cls: type[e.Event]) -> e.Event:
        hints = get_type_hints(cls)
        return cls(**{a.name: self.made(hints[a.name], a.name) for a in fields(cls) if a.default is NOTHING})


@pytest.mark.parametrize("kind", e.EVENTS)
def test_an_event_goes_out_and_comes_back(kind: str, expect: Any) -> None:
    cls = e.EVENTS[kind]
    made = codec._EventCodec(cls)
    full, bare = Maker().record(cls), Maker().bare(cls)
    told = []
    for event in (full, bare):
        data = made.encode(event)
        assert data == codec.encode(event)
        assert json.loads(json.dumps(data)) == data
        assert made.decode(data) == codec.decode(kind, data) == event
        told.append(json.dumps(data, ensure_ascii=False))
    assert made.names == {a.name for a in fields(cls)}
    expect(*told)


@pytest.mark.parametrize("cls", [Ref, Origin, HitRef, Judged, Finding, Form, Taken], ids=lambda cls: cls.__name__)
def test_a_record_goes_as_a_list_and_what_was_added_later_may_lack(cls: Any, expect: Any) -> None:
    out, into = codec._record_codec(cls)
    value = Maker().record(cls)
    row = out(value)
    assert into(row) == value
    assert into(list(row)) == value
    expect(json.dumps(row, ensure_ascii=False), *_shorter(into, row))


@pytest.mark.parametrize("cls", [Ref, Origin, HitRef, Judged, Finding, Form, Taken], ids=lambda cls: cls.__name__)
def test_what_a_record_has_none_of_stays_none(cls: Any) -> None:
    out, into = codec._record_codec(cls)
    hints = get_type_hints(cls)
    full = Maker().record(cls)
    names = getattr(cls, "_fields", None) or [a.name for a in fields(cls)]
    none = {name: None for name in names if type(None) in get_args(hints[name])}
    value = cls(**{name: getattr(full, name) for name in names} | none)
    assert into(out(value)) == value


def _shorter(into: Any, row: list[Any]) -> list[Any]:
    """What comes of a row that was written when the record had fewer fields, as long as there was one."""
    told = []
    for count in range(len(row) - 1, 0, -1):
        try:
            told.append(into(row[:count]))
        except TypeError:
            break
    return told


def test_a_deadline_that_extends_others_nests_them() -> None:
    out, into = codec._deadline_codec()
    first = Maker().record(Deadline, deep=False)
    second = Maker().record(Deadline)
    assert (len(out(first)), len(out(second))) == (9, 10)
    assert out(second)[9] == out(second.extends)
    assert into(out(first)) == first
    assert into(out(second)) == second
    assert into(out(second)).extends == second.extends


def test_an_actor_goes_as_one_text() -> None:
    actor = Actor("p", "u", frozenset({Role.HANDLER, Role.AGENT}))
    assert codec._actor_out(actor) == SEPARATOR.join(("p", "u", "agent", "handler"))
    assert codec._actor_in(SEPARATOR.join(("p", "u", "agent", "handler"))) == actor
    assert codec._actor_in(SEPARATOR.join(("", ""))) == Actor("", "", frozenset())


def test_what_cannot_be_read_is_told_word_by_word(expect: Any) -> None:
    expect.refused(
        lambda: codec.decode("Nothing", {}),
        lambda: codec.decode("Closed", {}),
        lambda: codec.decode("Closed", {"at": "yesterday", "by": "a"}),
        lambda: codec.decode("Closed", {"colour": 1, "at": "x", "shape": 2}),
        lambda: codec.decode("Closed", {}, codec.SCHEMA + 1),
    )


def test_an_older_event_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {("Closed", n): (lambda data, n=n: data | {"steps": [*data.get("steps", ()), n]}) for n in (1, 3)}
    monkeypatch.setattr(codec, "UPCASTERS", steps)
    monkeypatch.setattr(codec, "SCHEMA", 4)
    assert codec._upcast("Closed", {"a": 1}, 1) == {"a": 1, "steps": [1, 3]}
    assert codec._upcast("Closed", {"a": 1}, 4) == {"a": 1}
    assert codec._upcast("Opened", {"a": 1}, 1) == {"a": 1}
