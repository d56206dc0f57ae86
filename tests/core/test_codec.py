"""Events to plain dicts and back: nothing is lost, nothing is JSON alone cannot hold, nothing newer is guessed at."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from attrs import fields, has
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hotline12345.core import codec
from hotline12345.core import events as e
from hotline12345.core.actor import Actor, Role
from hotline12345.core.codec import SCHEMA, UPCASTERS, decode, encode
from hotline12345.core.errors import RequestError, StoreError
from hotline12345.core.sla import TimeLimit, Unit
from hotline12345.schema import event_schema
from hotline12345.testing.orders import AT, HANDLER, Life

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"), max_size=12)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1992, 1, 2), datetime(2150, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - bounds are naive
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(0, 1),
    datetime: INSTANTS,
    date: st.dates(date(1992, 1, 1), date(2150, 1, 1)),
    Actor: st.builds(Actor, TEXT, TEXT, st.frozensets(st.sampled_from(Role), max_size=3)),
    TimeLimit: st.builds(TimeLimit, st.integers(1, 3660), st.sampled_from(Unit)),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of the annotated type, made from the annotation alone."""
    if hint in LEAVES:
        return LEAVES[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if arg is type(None) else values(arg) for arg in args))
    if origin is tuple:
        return st.lists(values(args[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and (has(hint) or hasattr(hint, "_fields")):
        LEAVES[hint] = st.deferred(lambda: made(hint))  # a deadline may hold another
        return LEAVES[hint]
    return st.dictionaries(TEXT, JSON, max_size=3)  # ext


def made(cls: type) -> st.SearchStrategy[Any]:
    """Return values of a record, each field given or left to its default."""
    hints = get_type_hints(cls)
    names = [a.name for a in fields(cls)] if has(cls) else list(cls._fields)
    return st.fixed_dictionaries({name: values(hints[name]) for name in names}).map(lambda given: cls(**given))


@pytest.mark.parametrize("name", e.EVENTS)
def test_every_event_comes_back_as_it_went(name: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(made(e.EVENTS[name]))
    def round_trip(event: e.Event) -> None:
        data = encode(event)
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        back = decode(name, json.loads(text))
        assert back == event
        assert type(back) is type(event)
        assert hash_of_instants(back) == hash_of_instants(event)

    round_trip()


@pytest.mark.parametrize("name", e.EVENTS)
def test_what_is_written_is_what_its_schema_says(name: str) -> None:
    schema = event_schema(name)
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)

    @settings(max_examples=15, deadline=None)
    @given(made(e.EVENTS[name]))
    def fits(event: e.Event) -> None:
        data = json.loads(json.dumps(encode(event), allow_nan=False))
        check.validate(data)
        for needed in schema["required"]:
            assert not check.is_valid({key: value for key, value in data.items() if key != needed})
        assert not check.is_valid({**data, "stranger": 1})
        assert not check.is_valid({**data, "by": ["nobody"]})

    fits()


def hash_of_instants(event: e.Event) -> list[str]:
    """Return the instants as they are written: equal instants may still differ in their offset."""
    return [value.isoformat() for a in fields(type(event)) if isinstance(value := getattr(event, a.name), datetime)]


@pytest.mark.parametrize("name", e.EVENTS)
def test_only_what_differs_from_the_default_is_written(name: str) -> None:
    cls = e.EVENTS[name]
    hints = get_type_hints(cls)
    some = {
        str: "x",
        bool: True,
        datetime: AT,
        Actor: HANDLER,
        TimeLimit: TimeLimit.parse("1wd"),
        tuple[str, ...]: ("x",),
        date: AT.date(),
    }
    needed = {a.name: a for a in fields(cls) if a.default is codec.NOTHING}
    given_ = {n: some[hints[n]] if hints[n] in some else example(hints[n]) for n in needed}
    assert set(encode(cls(**given_))) == set(needed)


def example(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return Life().take("dispatched").order.assignments[0].handle.deadline


def test_a_whole_life_is_stored_and_read_back():
    life = Life().take("archived")
    back = [decode(type(event).__name__, json.loads(json.dumps(encode(event)))) for event in life.log]
    assert back == life.log


def test_no_default_is_lost_for_a_value_that_equals_it():
    """0, "" and False are values too: where the default is another, they are written."""
    followed = e.FollowedUp(AT, HANDLER, "reached", solved=False, attempt=0)
    assert decode("FollowedUp", encode(followed)) == followed
    replied = e.Replied(AT, HANDLER, "A1", final=False)
    assert encode(replied)["final"] is False
    received = e.Received(AT, HANDLER, "p", "1", AT, wants_reply=False)
    assert decode("Received", encode(received)).wants_reply is False


def test_an_older_record_is_lifted_step_by_step(monkeypatch):
    monkeypatch.setattr(codec, "SCHEMA", 3)
    monkeypatch.setitem(UPCASTERS, ("Urged", 1), lambda data: {**data, "whom": data["to"]} | {"to": None})
    monkeypatch.setitem(
        UPCASTERS, ("Urged", 2), lambda data: {"at": data["at"], "by": data["by"], "unit": data["whom"]}
    )
    old = {"at": AT.isoformat(), "by": "\x1fu1", "to": "u9"}
    assert decode("Urged", old, 1) == e.Urged(AT, Actor("", "u1"), "u9")
    assert old == {"at": AT.isoformat(), "by": "\x1fu1", "to": "u9"}
    # An event nobody has changed needs no upcaster.
    assert decode("Archived", {"at": AT.isoformat(), "by": "" + "\x1f"}, 1) == e.Archived(AT, Actor())


@pytest.mark.parametrize(
    ("kind", "data", "schema", "code"),
    [
        ("Urged", {}, SCHEMA + 1, "newer-schema"),
        ("Invented", {}, SCHEMA, "unknown-event"),
        ("Urged", {}, SCHEMA, "bad-event"),
        ("Urged", {"at": "yesterday", "by": "\x1f"}, SCHEMA, "bad-event"),
        ("Urged", {"at": "2026-01-01T00:00:00+08:00", "by": "\x1f\x1fking"}, SCHEMA, "bad-event"),
        ("Urged", {"at": "2026-01-01T00:00:00+08:00", "by": "\x1f", "later": 1}, SCHEMA, "bad-event"),
        ("Urged", {"at": 5, "by": "\x1f"}, SCHEMA, "bad-event"),
        (
            "Reviewed",
            {"at": "2026-01-01T00:00:00+08:00", "by": "\x1f", "passed": True, "follow_up": []},
            1,
            "bad-event",
        ),
        ("Urged", {"at": "2026-01-01T00:00:00+08:00", "by": None}, SCHEMA, "bad-event"),
        (
            "Accepted",
            {"at": "2026-01-01T00:00:00+08:00", "by": "\x1f", "kind": "x", "category": ""},
            SCHEMA,
            "bad-event",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_guessed_at(kind, data, schema, code):
    with pytest.raises(StoreError) as refused:
        decode(kind, data, schema)
    assert refused.value.code == code
    assert refused.value.hint("zh")


def test_what_json_knows_goes_as_it_is():
    out, into = codec._codec(Any)
    assert out("x") == into("x") == "x"


def test_an_actor_whose_name_would_break_the_record_is_refused():
    for bad in (lambda: Actor("a\x1fadmin", "u"), lambda: Actor("a", "u\x1fadmin")):
        with pytest.raises(RequestError) as refused:
            bad()
        assert refused.value.code == "bad-actor"


def test_an_instant_keeps_its_offset():
    event = e.Archived(datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=5, minutes=45))), HANDLER)
    assert encode(event)["at"] == "2026-01-01T08:00:00+05:45"
    utc = e.Archived(datetime(2026, 1, 1, 8, 0, 0, 1, tzinfo=UTC), HANDLER)
    assert decode("Archived", encode(utc)).at == utc.at
