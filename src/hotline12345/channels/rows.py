"""From cells to a request (行): every cell read, or the row refused with the column and the value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from attrs import define, field

from ..core.errors import Fault, RequestError
from ..core.request import Kind, Request, Requester, parse_level
from . import Parsed
from .columns import FACT_FIELDS
from .refusals import note, refusal, shown
from .times import Told, read_time, told_by

_TIMES = frozenset({"replied", "signed", "closed"})
YES = frozenset({"1", "true", "yes", "y", "是", "有", "匿名", "保密", "需要"})
NO = frozenset({"0", "false", "no", "n", "否", "无", "不匿名", "不保密", "不需要"})
# 1.10101E+17 is what a spreadsheet writes into a CSV once it has dropped the last digits of an identity number.
_LOST = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2,3}")
_EXACT = 1e15
"""From here on a spreadsheet's number has lost digits: it keeps fifteen (and a double is exact only below 2**53)."""


@define(eq=False)
class RowReader:
    """Reads rows (读行器): ``at`` is each field's position, ``columns`` the header it points into.

    It remembers which columns gave times without an offset and which gave mere days.
    """

    columns: tuple[str, ...]
    at: Mapping[str, int]
    kind: Kind | None = None
    channel: str = ""
    received: datetime | None = None
    _assumed: set[int] = field(factory=set)
    _days: set[int] = field(factory=set)
    _kinds: dict[str, Kind] = field(factory=dict)
    _facts: tuple[tuple[str, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        self._facts = tuple(
            (name.removeprefix("fact."), index)
            for name, index in self.at.items()
            if name in FACT_FIELDS or name.startswith("fact.")
        )

    def notes(self) -> tuple[Fault, ...]:
        """Return what was assumed in the rows read so far."""
        found = []
        if self._assumed:
            names = self._names(self._assumed)
            found.append(
                note(
                    "assumed-offset",
                    f"没有时区的时间按 Asia/Shanghai（+08:00）读取：{names} 列",
                    f"times without an offset read as Asia/Shanghai (+08:00): columns {names}",
                )
            )
        if self._days:
            names = self._names(self._days)
            found.append(
                note(
                    "day-only",
                    f"只有日期的按当日 00:00 读取：{names} 列",
                    f"days without a time read as 00:00 of that day: columns {names}",
                )
            )
        return tuple(found)

    def _names(self, positions: set[int]) -> str:
        return ", ".join(shown(self.columns[index]) for index in sorted(positions))

    def read(self, line: int, cells: Sequence[Any]) -> Parsed:
        """Return the row as a request and its facts, or as a refusal."""
        try:
            facts = {name: self._fact(name, index, line, cells[index]) for name, index in self._facts}
            return Parsed(line, self._request(line, cells), None, facts)
        except RequestError as err:
            return Parsed(line, None, err)

    def _request(self, line: int, cells: Sequence[Any]) -> Request:
        title, text = self._text("title", line, cells), self._text("text", line, cells)
        if not title and not text:
            raise refusal(
                "empty-request",
                "标题和内容都是空的",
                "title and text are both empty",
                line=line,
                hint=("请补上内容，或检查列映射", "give a text, or check which column holds it"),
            )
        return Request(
            received=self._received(line, cells),
            title=title,
            text=text,
            requester=Requester(
                self._text("requester", line, cells),
                self._code("phone", line, cells),
                self._code("requester_id", line, cells),
            ),
            kind=self.kind or self._kind(line, cells),
            category=self._text("category", line, cells),
            area=self._code("area", line, cells),
            address=self._text("address", line, cells),
            channel=self._text("channel", line, cells) or self.channel,
            ref=self._code("ref", line, cells),
            anonymous=self._flag("anonymous", line, cells, False),
            confidential=self._flag("confidential", line, cells, False),
            wants_reply=self._flag("wants_reply", line, cells, True),
            level=self._level(line, cells),
            line=self._text("line", line, cells),
        )

    def _level(self, line: int, cells: Sequence[Any]) -> str:
        text = self._text("level", line, cells)
        try:
            return parse_level(text)
        except RequestError as error:
            hint = error.hint("zh"), error.hint("en")
            raise self._bad(error.code, self.at["level"], line, text, hint) from error

    def _received(self, line: int, cells: Sequence[Any]) -> datetime:
        index = self.at.get("received")
        at = None if index is None else self._time(index, line, cells[index])
        if at is None:
            at = self.received
        if at is None:
            raise refusal(
                "missing-time",
                "没有受理时间",
                "there is no time of receipt",
                line=line,
                column=self.columns[self.at["received"]],
                hint=("请补上受理时间", "give the time of receipt"),
            )
        return at

    def _fact(self, name: str, index: int, line: int, value: Any) -> Any:
        if name in _TIMES:
            return self._time(index, line, value)
        text = value.strip() if type(value) is str else self._plain(index, line, value)
        if name == "transfers":
            if text and not (text.isascii() and text.isdigit() and len(text) < 10):
                raise self._bad("bad-number", index, line, text, ("请填写非负整数", "give a whole number, 0 or more"))
            return int(text) if text else None
        return text

    def _time(self, index: int, line: int, value: Any) -> datetime | None:
        try:
            told = _told(value)
        except ValueError:
            hint = (
                "例如 2019/4/25 9:32:09 或 2019-04-25T09:32:09+08:00；Excel 中请设为日期格式",
                "for example 2019/4/25 9:32:09 or 2019-04-25T09:32:09+08:00; format the cell as a date in Excel",
            )
            raise self._bad("bad-time", index, line, value, hint) from None
        if told is None:
            return None
        if told.assumed:
            self._assumed.add(index)
            if told.day_only:
                self._days.add(index)
        return told.at

    def _text(self, name: str, line: int, cells: Sequence[Any]) -> str:
        index = self.at.get(name)
        if index is None:
            return ""
        value = cells[index]
        return value.strip() if type(value) is str else self._plain(index, line, value)

    def _code(self, name: str, line: int, cells: Sequence[Any]) -> str:
        """Return a number that is a name: unwrapped from what spreadsheets put round it, refused where they cut it."""
        text = self._text(name, line, cells)
        if text.startswith('="') and text.endswith('"') and len(text) > 2:
            text = text[2:-1].strip()
        text = text.removeprefix("'")
        if _LOST.fullmatch(text):
            raise self._lost(self.at[name], line, text)
        return text

    def _kind(self, line: int, cells: Sequence[Any]) -> Kind | None:
        text = self._text("kind", line, cells)
        if not text:
            return None
        kind = self._kinds.get(text)
        if kind is None:
            try:
                kind = self._kinds[text] = Kind.parse(text)
            except RequestError as err:
                index = self.at["kind"]
                raise self._bad(err.code, index, line, text, (err.hint("zh"), err.hint("en"))) from None
        return kind

    def _flag(self, name: str, line: int, cells: Sequence[Any], default: bool) -> bool:
        text = self._text(name, line, cells).lower()
        if not text:
            return default
        if text in YES or text in NO:
            return text in YES
        raise self._bad("bad-flag", self.at[name], line, text, ("请填写 是 或 否", "give yes or no"))

    def _plain(self, index: int, line: int, value: Any) -> str:
        """Return what a typed cell (JSON, Excel) says as text."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (datetime, date, time)):
            return value.isoformat()
        if isinstance(value, float) and math.isfinite(value):
            if abs(value) >= _EXACT:
                raise self._lost(index, line, value)
            return str(int(value)) if value.is_integer() else repr(value)
        if isinstance(value, (int, str)):
            return str(value).strip()
        raise self._bad("bad-value", index, line, value, ("这里应是文字或数字", "a text or a number belongs here"))

    def _lost(self, index: int, line: int, value: object) -> RequestError:
        return refusal(
            "lost-digits",
            f"长数字「{shown(value)}」被表格软件存成数值，末几位已丢失，无法还原",
            f"the long number {shown(value)!r} was kept as a numeric value and its last digits are gone for good",
            line=line,
            column=self.columns[index],
            value=shown(value),
            hint=(
                "请把该列设为文本格式，从来源重新填写",
                "format the column as text and fill it in again from the source",
            ),
        )

    def _bad(self, code: str, index: int, line: int, value: object, hint: tuple[str, str]) -> RequestError:
        return refusal(
            code,
            f"无法识别「{shown(value)}」",
            f"cannot read {shown(value)!r}",
            line=line,
            column=self.columns[index],
            value=shown(value),
            hint=hint,
        )


def _told(value: Any) -> Told | None:
    """Return the time a cell tells, ``None`` for an empty cell.

    Raises:
        ValueError: the cell tells something else; a bare number is none, since nobody knows its epoch.
    """
    if type(value) is str:
        value = value.strip()
        return read_time(value) if value else None
    if value is None:
        return None
    if isinstance(value, date):
        return told_by(value)
    raise ValueError(value)
