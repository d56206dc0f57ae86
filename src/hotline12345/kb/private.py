"""What could name a person (个人信息): telephone and identity numbers, however they are written.

Looked for in a copy of the text in which full-width digits, Chinese numerals and separators are levelled,
character by character, so that what is found lies at the same place in the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NUMERALS = dict(zip("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "00123456789121" + "23456789", strict=True))
_GAP = r"[\s\-–—_.·()（）]{0,3}"  # no colons and commas: opening hours and lists are no telephone numbers
_MOBILE = re.compile(rf"(?<![0-9])(?:(?:\+|00)?{_GAP}8{_GAP}6{_GAP})?1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?!{_GAP}[0-9])")
_IDENTITY = re.compile(
    rf"(?<![0-9])[1-8](?:{_GAP}[0-9]){{5}}{_GAP}(?:1{_GAP}9|2{_GAP}0)(?:{_GAP}[0-9]){{9}}{_GAP}[0-9xX](?![0-9])"
)
HIDDEN = "＊"
"""What stands in place of each hidden character."""


def _level(text: str) -> str:
    """Return *text* with every digit plain and every character where it was."""
    return "".join(map(_levelled, text)) if not text.isascii() else text


@lru_cache(20_000)  # every article is looked through, character by character, and most characters are the same few
def _levelled(char: str) -> str:
    plain = _NUMERALS.get(char)
    if plain is None:
        plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else " "


def spans(text: str) -> list[tuple[int, int]]:
    """Return where mobile and identity numbers are in *text* (查找个人信息), in order."""
    level = _level(text)
    found = [match.span() for pattern in (_IDENTITY, _MOBILE) for match in pattern.finditer(level)]
    return sorted(found)


def redact(text: str) -> str:
    """Return *text* of the same length with those numbers hidden (隐去)."""
    for first, last in spans(text):
        text = text[:first] + HIDDEN * (last - first) + text[last:]
    return text
