"""A holiday notice as text (放假通知的文本): paragraphs and sentences, each knowing where it stands.

Full-width digits, brackets and dashes are folded one character for one, so that whatever is quoted back stands in
the notice as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from attrs import frozen

_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= (
    {ord(dash): ord("-") for dash in "—–－―‒~～〜﹣"} | {0xFF61: 0x3002} | dict.fromkeys(map(ord, "〔【"), ord("["))
)
_FOLD |= dict.fromkeys(map(ord, "〕】"), ord("]")) | dict.fromkeys(map(ord, "“”‘’「」\"'"), ord('"'))

_DIGITS = {zh: value for value, zh in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "O": 0, "两": 2}
_NUMERAL = "0-9〇○O零一二三四五六七八九十"
FULL_DATE = re.compile(rf"([{_NUMERAL}]{{4}})年([{_NUMERAL}]{{1,3}})月([{_NUMERAL}]{{1,3}})日")
_NUMBERED = re.compile(r"[\u4e00-\u9fff]{1,15}\[\d{4}\]第?\d+号")
_ITEM = re.compile(r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[.、](?!\d{1,2}日))")
_SIGNED = re.compile(r"[\u4e00-\u9fff]{0,20}(?:国务院|办公厅|办公室|人民政府|委员会|[厅部局])")
_FILED = re.compile(r"\((?:此件|本文)[^()]*\)")


def number_of(text: str) -> int:
    """Return a number written in digits or in Chinese numerals (数字): ``12``, ``十二``, ``二〇二七``."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS.get(sign, sign)) for sign in text))


@frozen(weakref_slot=False)
class Passage:
    """Some of the notice (一段文字): folded and without blanks, as it was written, and the line it begins on."""

    text: str
    written: str
    lines: tuple[int, ...]  # of each character

    @property
    def line(self) -> int:
        """The line it begins on, counted from 1."""
        return self.lines[0] if self.lines else 0

    def part(self, start: int, end: int) -> Passage:
        """Return what stands from *start* up to *end*."""
        return Passage(self.text[start:end], self.written[start:end], self.lines[start:end])

    def joined(self, more: Passage) -> Passage:
        """Return this and then *more*."""
        return Passage(self.text + more.text, self.written + more.written, self.lines + more.lines)

    def split(self, at: str) -> Iterator[Passage]:
        """Yield what stands between the signs *at*, brackets and what is in them kept whole; empty parts are not."""
        depth = start = 0
        for i, sign in enumerate(self.text):
            depth += (sign == "(") - (sign == ")")
            if sign in at and depth <= 0:
                if i > start:
                    yield self.part(start, i)
                start = i + 1
        if start < len(self.text):
            yield self.part(start, len(self.text))


def paragraphs(text: str) -> Iterator[Passage]:
    """Yield the paragraphs of a notice (段落): lines that a page broke in two are put together again."""
    held: list[tuple[str, str, int]] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        signs = [(sign.translate(_FOLD), sign, number) for sign in line if not sign.isspace()]
        folded = "".join(sign for sign, _, _ in signs)
        before = "".join(sign for sign, _, _ in held)
        if held and (not signs or _ends(before) or _stands_alone(folded)):
            yield _passage(held)
            held = []
        held += signs
    if held:
        yield _passage(held)


def _passage(signs: list[tuple[str, str, int]]) -> Passage:
    return Passage(
        "".join(sign for sign, _, _ in signs), "".join(sign for _, sign, _ in signs), tuple(n for _, _, n in signs)
    )


def _ends(text: str) -> bool:
    # A sentence may run on after a colon or a semicolon; a title, a number, a signature ends with its line.
    return text.endswith(("。", ":", "!", "通知", "公告")) or _stands_alone(text)


def _stands_alone(text: str) -> bool:
    return bool(
        _NUMBERED.fullmatch(text)
        or FULL_DATE.fullmatch(text)
        or _SIGNED.fullmatch(text)
        or _FILED.fullmatch(text)
        or _ITEM.match(text)
    )


@frozen(weakref_slot=False)
class Frame:
    """What stands around the sentences of a notice (文头文尾): title, number, day, and the year it is about."""

    title: str
    number: str
    issued: date | None
    years: tuple[int, ...]
    items: tuple[Passage, ...]


_TITLED = re.compile(r".*关于.*(?:通知|公告|决定)")
_ABOUT = re.compile(r"(\d{4})年(?!\d{1,2}月)")
_PREAMBLE = re.compile(r"(?:通知|安排|调整|公布|公告|调休|放假)如下[。:]?|如下(?:安排|调整|调休)[。:]")
_ADDRESSED = re.compile(r"(?:国务院)?各.*:")
_BY_WHAT = re.compile(r"经.{0,12}批准|根据|依据|按照|据此")


def frame(text: str) -> Frame:
    """Take the frame off a notice (读文头文尾); what is left are its ``items``, the paragraphs that must be read."""
    title = number = ""
    issued: date | None = None
    years: list[int] = []
    items: list[Passage] = []
    for found in paragraphs(text):
        said = found.text
        preamble = _PREAMBLE.search(said)
        if not title and not items and _TITLED.fullmatch(said):
            title = found.written
            years = [int(year) for year in _ABOUT.findall(said)]
        elif _NUMBERED.fullmatch(said):
            number = number or said.replace("[", "〔").replace("]", "〕")
        elif (signed := _dated(said)) is not None:
            issued = signed
        elif (
            (said.endswith(":") and re.match(r"各|国务院各", said)) or _SIGNED.fullmatch(said) or _FILED.fullmatch(said)
        ):
            continue
        elif preamble is not None and not _ITEM.match(said):
            years += [int(year) for year in _ABOUT.findall(said)]
            items = [item for item in items if not _BY_WHAT.match(item.text)]  # what the law says is no arrangement
            # "2015年9月3日全国放假1天。为方便……，特作如下调休：" — what comes before that sentence may be a rule.
            start = said.rfind("。", 0, preamble.start()) + 1
            if start and not _BY_WHAT.match(said):
                items.append(found.part(0, start))
            if preamble.end() < len(said):
                items.append(found.part(preamble.end(), len(said)))
        elif items and _ITEM.match(items[-1].text) and not _ITEM.match(said):
            items[-1] = items[-1].joined(found)  # an item in several paragraphs
        else:
            items.append(found)
    return Frame(title, number, issued, tuple(dict.fromkeys(years)), tuple(items))


def _dated(said: str) -> date | None:
    """Return the day under the notice, with or without the signature on the same line."""
    shape = re.fullmatch(rf"(?:{_SIGNED.pattern})?{FULL_DATE.pattern}", said)
    if shape is None:
        return None
    try:
        return date(*(number_of(part) for part in shape.groups()))
    except ValueError:
        return None


def item_of(found: Passage) -> Passage:
    """Return an item without its number (去掉序号)."""
    shape = _ITEM.match(found.text)
    return found.part(shape.end(), len(found.text)) if shape else found
