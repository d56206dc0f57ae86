"""Messages to be looked at together (取诉求): from a file or from the orders in a store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from ..core.errors import RequestError
from .common import DEFAULT_STORE, hotline_of, no_such_file
from .printing import note, say

if TYPE_CHECKING:
    from ..channels import Parsed
    from ..hotline import Hotline
    from ..text.alike import Message

F = TypeVar("F", bound=Callable[..., Any])

_BESIDE = {
    "likes": ("likes", "点赞数", "点赞", "赞成数"),
    "against": ("against", "反对数", "反对"),
    "lat": ("lat", "latitude", "纬度"),
    "lon": ("lon", "lng", "longitude", "经度"),
}
"""Columns beyond those of a request, and what they are called; ``--map likes=COLUMN`` names another."""
_TOLD = 5
_PAGE = 500


class Gathered(NamedTuple):
    """Messages, how many rows were refused, and the hotline they came from where it was a store."""

    messages: list[Message]
    refused: int
    hotline: Hotline | None


def source(function: F) -> F:
    """Give a command FILE or ``--store``, and what reading them takes."""
    options = (
        click.argument("file", type=click.Path(), required=False, default=""),
        click.option(
            "--map",
            "mapping",
            default="",
            help="列映射：received=time,title=…,likes=…,lat=…,lon=… · which column is which",
        ),
        click.option("--encoding", default="", help="文件编码，默认自动识别 · encoding of the file"),
        click.option("--store", default="", help=f"改从存储取工单，如 {DEFAULT_STORE} · take the orders of a store"),
        click.option("--pack", "pack_name", default="", help="政策包，默认取自工单 · pack, by default the orders'"),
        click.option("--place", default="", help="热线（区划代码） · the hotline"),
    )
    for option in reversed(options):
        function = option(function)
    return function


def gather(file: str, mapping: str, encoding: str, store: str, pack_name: str, place: str) -> Gathered:
    """Return the messages of a file or of a store; rows that cannot be read are told on stderr and left out.

    Raises:
        RequestError: ``no-source`` without either or with both, and as reading a file or opening a store.
    """
    if bool(file) == bool(store):
        raise RequestError(
            "请给出文件或 --store，二者之一",
            "give a file or --store, one of them",
            code="no-source",
            hint="例如 hotline12345 hot 诉求.csv，或 hotline12345 hot --store sqlite:///hotline12345.db",
            hint_en="for example hotline12345 hot FILE.csv, or hotline12345 hot --store sqlite:///hotline12345.db",
        )
    if store:
        hotline = hotline_of(pack_name, store, place, must_exist=True, reads=True)
        return Gathered(_of_store(hotline), 0, hotline)
    found, refused = [], []
    for number, parsed in enumerate(_rows(file, mapping, encoding), 1):
        if parsed.error is not None:
            refused.append(parsed.error)
        else:
            found.append(_message(parsed, number))
    for error in refused[:_TOLD]:
        note(f"{say('退回', 'refused')}: {error.message(say('zh', 'en'))} ({error.code})")
    if len(refused) > _TOLD:
        note(say(f"……共退回 {len(refused)} 行", f"… {len(refused)} rows refused in all"))
    return Gathered(found, len(refused), None)


def _rows(file: str, mapping: str, encoding: str) -> Any:
    from ..channels.columns import parse_mapping
    from ..channels.plain import PlainChannel

    content = _content(file)
    named = [pair.strip() for pair in mapping.split(",") if pair.strip()]
    wanted = ",".join(f"fact.{pair}" if pair.partition("=")[0].strip() in _BESIDE else pair for pair in named)
    columns = parse_mapping(wanted)
    there = {
        "".join(name.split()).lower(): name
        for name in PlainChannel().read(content, name=file, mapping=columns, encoding=encoding).columns
    }
    for field, names in _BESIDE.items():
        known = next((there[name] for name in names if name in there), None)
        if known is not None and f"fact.{field}" not in columns:
            columns[f"fact.{field}"] = known
    return PlainChannel().read(content, name=file, mapping=columns, encoding=encoding)


def _content(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise no_such_file(path, error) from error


def _message(parsed: Parsed, number: int) -> Message:
    from ..text.alike import Message

    request = parsed.request
    assert request is not None  # a row is a request or an error
    facts = parsed.facts
    lat, lon = _degrees(facts.get("lat"), 90), _degrees(facts.get("lon"), 180)
    return Message(
        id=request.ref or str(number),
        title=request.title,
        text=request.text,
        at=request.received,
        area=request.area,
        address=request.address,
        lat=lat if lon is not None else None,
        lon=lon if lat is not None else None,
        who="" if request.anonymous else request.requester.key,
        category=request.category,
        likes=_count(facts.get("likes")),
        against=_count(facts.get("against")),
    )


def _degrees(text: Any, most: int) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if -most <= value <= most else None


def _count(text: Any) -> int:
    try:
        return min(max(0, int(float(text))), 10**9)
    except (TypeError, ValueError, OverflowError):
        return 0


def _of_store(hotline: Hotline) -> list[Message]:
    from ..channels.times import read_time
    from ..stores.port import Query
    from ..text.alike import Message

    found: list[Message] = []
    after = ""
    while True:
        page = hotline.store.find(hotline.place, Query(), after, _PAGE)
        for head in page.heads:
            words = hotline.words(head.number)
            found.append(
                Message(
                    id=head.number,
                    title=str(words.get("title") or ""),
                    text=str(words.get("text") or ""),
                    at=read_time(head.received).at if head.received else None,
                    area=head.area,
                    address=str(words.get("address") or ""),
                    who=head.requester,
                    category=head.category,
                )
            )
        after = page.next
        if not after:
            return found
