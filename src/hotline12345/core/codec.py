"""Events to plain dicts and back (编解码): what a store sees.

The JSON of an event names only what differs from the default, so that histories stay small and a new
field with a default needs no migration.  A change that a default cannot express gets an upcaster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache, partial
from operator import attrgetter
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields
from attrs import evolve as change

from . import events as e
from .actor import SEPARATOR, Actor, Role
from .errors import StoreError
from .events.adoption import Taken
from .memo import remembered
from .refs import Finding, Form, HitRef, Judged, Origin, Ref
from .sla import Deadline
from .sla.timelimit import TimeLimit

SCHEMA = 1
"""The schema version of the events this library writes."""

UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""(event name, schema version) → a function that lifts its data to the next version."""

Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]


def _actor_out(actor: Actor) -> str:
    return SEPARATOR.join((actor.person, actor.unit, *sorted(role.value for role in actor.roles)))


@lru_cache(maxsize=50_000)  # staff are few and act often; an endless stream of names must not fill memory
def _actor_in(text: str) -> Actor:
    person, unit, *roles = text.split(SEPARATOR)
    return Actor(person, unit, frozenset(_ROLES[role] for role in roles))


_ROLES = {role.value: role for role in Role}


def _same(value: Any) -> Any:
    return value


def _record_codec(cls: Any, without: str = "") -> tuple[Encode, Decode]:
    """Small frozen records go as lists, in the order of their fields; trailing additions need a default."""
    names = [name for name in getattr(cls, "_fields", None) or [a.name for a in fields(cls)] if name != without]
    hints = get_type_hints(cls)
    codecs = [_codec(hints[name]) for name in names]
    outs = [(i, out) for i, (out, _) in enumerate(codecs) if out is not _same]
    ins = [(i, into) for i, (_, into) in enumerate(codecs) if into is not _same]
    values = attrgetter(*names)

    def encode(value: Any) -> list[Any]:
        row = list(values(value))
        for i, out in outs:
            row[i] = out(row[i])
        return row

    def partly(row: list[Any]) -> Any:
        row = row.copy()
        for i, into in ins:
            if i < len(row):
                row[i] = into(row[i])
        return cls(*row)

    if ins:
        return encode, _row_decoder(cls, [into for _, into in codecs], partly)
    # Hits are many to an event, and a whole row is a named tuple's very parts.
    whole: Decode = partial(tuple.__new__, cls) if issubclass(cls, tuple) else lambda row: cls(*row)
    return list, lambda row: whole(row) if len(row) == len(names) else cls(*row)


def _row_decoder(cls: Any, intos: list[Decode], partly: Decode) -> Decode:
    """Write the function that decodes a whole row; one without its trailing additions goes *partly*, field by field."""
    names: dict[str, Any] = {"cls": cls, "partly": partly, **{f"into{i}": into for i, into in enumerate(intos)}}
    parts = [f"v{i}" if into is _same else f"into{i}(v{i})" for i, into in enumerate(intos)]
    lines = [
        "def decode(row):",
        f" if len(row) != {len(intos)}: return partly(row)",
        f" {', '.join(f'v{i}' for i in range(len(intos)))}, = row",
        f" return cls({', '.join(parts)})",
    ]
    exec("\n".join(lines), names)
    decode: Decode = names["decode"]
    return decode


def _optional(codec: tuple[Encode, Decode]) -> tuple[Encode, Decode]:
    out, into = codec
    if out is _same and into is _same:
        return codec
    return (lambda v: None if v is None else out(v)), (lambda v: None if v is None else into(v))


def _codec(hint: Any) -> tuple[Encode, Decode]:
    """Return how values of the annotated type go out and come in."""
    if hint in _CODECS:
        return _CODECS[hint]
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return _optional(_codec(inner[0]))
    if origin is tuple:
        out, into = _codec(get_args(hint)[0])
        if out is _same:
            return list, tuple
        return (lambda v: [out(x) for x in v]), (lambda v: tuple([into(x) for x in v]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        names = {member: member.value for member in hint}
        return names.__getitem__, members.__getitem__
    return _same, _same


_CODECS: dict[Any, tuple[Encode, Decode]] = {
    datetime: (remembered(datetime.isoformat), datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    Actor: (remembered(_actor_out), _actor_in),
    TimeLimit: (remembered(str), lru_cache(1024)(TimeLimit.parse)),
}
for _cls in (Ref, Origin, HitRef, Judged, Finding, Form):
    _CODECS[_cls] = _record_codec(_cls)


def _deadline_codec() -> tuple[Encode, Decode]:
    """A deadline is a record; one that extends another has it as a last item, which the others leave out."""
    out, into = _record_codec(Deadline, without="extends")
    once = lru_cache(64)(lambda row: into(row if len(row) == 9 else list(row)))

    def encode(due: Deadline) -> list[Any]:
        row: list[Any] = out(due)
        return row if due.extends is None else [*row, encode(due.extends)]

    def decode(row: list[Any]) -> Deadline:
        due: Deadline = once(tuple(row[:9]))
        return due if len(row) < 10 else change(due, extends=decode(row[9]))

    # One deadline often serves the unit and the citizen.
    return remembered(encode), decode


_CODECS[Deadline] = _deadline_codec()
_CODECS[Taken] = _record_codec(Taken)


class _EventCodec:
    """How one class of events goes out and comes in; compiled once at import."""

    __slots__ = ("cls", "decode", "encode", "names")

    def __init__(self, cls: type[e.Event]) -> None:
        self.cls = cls
        hints = get_type_hints(cls)
        codecs = {a.name: _codec(hints[a.name]) for a in fields(cls)}
        self.names = frozenset(codecs)
        self.encode = _encoder([(a.name, codecs[a.name][0], a.default) for a in fields(cls)])
        self.decode = _decoder(cls, [(a.name, codecs[a.name][1], a.default, a.kw_only) for a in fields(cls)])


def _encoder(plan: list[tuple[str, Encode, Any]]) -> Callable[[e.Event], dict[str, Any]]:
    """Write the function that encodes one class of events, as attrs writes constructors.

    A loop over the fields costs three times as much, and this runs at every event of every order.
    """
    names: dict[str, Any] = {}
    lines = ["def encode(event):", " data = {}"]
    for i, (name, out, default) in enumerate(plan):
        names[f"out{i}"], names[f"default{i}"] = out, default
        said = "value" if out is _same else f"out{i}(value)"
        keep = f" data[{name!r}] = {said}"
        lines.append(f" value = event.{name}")
        if default is NOTHING:
            lines.append(keep)
        elif default in ("", (), False):
            lines.append(f" if value:{keep}")
        elif default is None or default is True or isinstance(default, Enum):
            lines.append(f" if value is not default{i}:{keep}")
        else:
            lines.append(f" if value != default{i}:{keep}")
    exec("\n".join([*lines, " return data"]), names)
    encode: Callable[[e.Event], dict[str, Any]] = names["encode"]
    return encode


def _decoder(cls: type[e.Event], plan: list[tuple[str, Decode, Any, bool]]) -> Callable[[Mapping[str, Any]], e.Event]:
    """Write the function that decodes one class of events, for the same reason."""
    names: dict[str, Any] = {"cls": cls}
    placed: list[str] = []
    named: list[str] = []
    for i, (name, into, default, by_name) in enumerate(plan):
        names[f"into{i}"], names[f"default{i}"] = into, default
        value = f"data[{name!r}]"
        if into is not _same:
            value = f"into{i}({value})"
        if default is not NOTHING:
            value = f"{value} if {name!r} in data else default{i}"
        (named if by_name else placed).append(f"{name}={value}" if by_name else value)
    exec("def decode(data):\n return cls(" + ", ".join(placed + named) + ")", names)
    decode: Callable[[Mapping[str, Any]], e.Event] = names["decode"]
    return decode


_EVENTS: dict[str, _EventCodec] = {name: _EventCodec(cls) for name, cls in e.EVENTS.items()}
_BY_TYPE: dict[type[e.Event], _EventCodec] = {codec.cls: codec for codec in _EVENTS.values()}


def encode(event: e.Event) -> dict[str, Any]:
    """Return the plain dict of *event* (编码): JSON types only, defaults left out."""
    return _BY_TYPE[type(event)].encode(event)


def decode(kind: str, data: Mapping[str, Any], schema: int = SCHEMA) -> e.Event:
    """Return the event called *kind* from its plain dict (解码), lifted by upcasters where it is older.

    Raises:
        StoreError: ``newer-schema`` when it was written by a newer library, ``unknown-event``, ``bad-event``.
    """
    if schema != SCHEMA:
        data = _upcast(kind, dict(data), schema)
    codec = _EVENTS.get(kind)
    if codec is None:
        zh, en = f"不认识的事件「{kind}」", f"unknown event {kind!r}"
        raise StoreError(zh, en, code="unknown-event", hint="升级 hotline12345", hint_en="upgrade hotline12345")
    try:
        if not data.keys() <= codec.names:
            raise ValueError(", ".join(sorted(data.keys() - codec.names)))
        return codec.decode(data)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise StoreError(
            f"事件 {kind} 的数据无法读取：{error}",
            f"cannot read the data of {kind}: {error}",
            code="bad-event",
            hint="检查存储完整性（doctor）",
            hint_en="check the store with doctor",
        ) from error


def _upcast(kind: str, data: dict[str, Any], schema: int) -> dict[str, Any]:
    if schema > SCHEMA:
        raise StoreError(
            f"记录的版本 {schema} 比本库支持的 {SCHEMA} 新",
            f"the record's schema {schema} is newer than this library's {SCHEMA}",
            code="newer-schema",
            hint="升级 hotline12345 后再打开",
            hint_en="upgrade hotline12345 first",
        )
    for version in range(schema, SCHEMA):
        lift = UPCASTERS.get((kind, version))
        if lift is not None:
            data = lift(data)
    return data
