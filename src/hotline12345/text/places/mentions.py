"""The names that stand in a text (提及): where each begins and ends, before anybody asks what is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import add

from .table import Begin, Name

# 南京路 is in no way in 南京: a name for short that goes on like this is another thing's name.
not_a_place = re.compile(
    "[东西南北中]?[一二三四五六七八九十]?"
    "(?:路|街(?!道)|大道|大街|巷|弄|胡同|桥|站(?!前)|大厦|广场|花园|公园|小区|新村|家园|酒店|饭店|宾馆|公路|高速|银行|医院|学校|大学|学院|"
    "中学|小学|幼儿园|公司|集团|厂|市场|商场|超市|河|湖|山庄|机场|地铁|人(?!民)|话|菜(?!市))"
).match
GOES_ON = frozenset(
    "东西南北中一二三四五六七八九十路街大巷弄胡桥站广花公小新家酒饭宾高银医学中幼集厂市商超河湖山机地人话菜"
)


Found = tuple[int, int, Name]
"""A mention: where it begins, where it ends, and the name (提及); a plain tuple, as most are never weighed."""


def found_in(text: str, begins: Mapping[str, Begin]) -> list[Found]:
    """Return the names in the text; one in full hides what lies within it: the 吉林 of 吉林省, the 河北 of 河北区."""
    found: list[Found] = []
    covered = 0
    for start, known in enumerate(map(begins.get, map(add, text, text[1:]))):
        if known is None:
            continue
        name, longer = known
        for rest, long in longer.get(text[start + 2 : start + 3], ()):
            if rest and not text.startswith(rest, start + 3):
                continue
            end = start + 3 + len(rest)
            if end <= covered:
                break
            if long.full:
                covered = end
            elif text[end : end + 1] in GOES_ON and not_a_place(text, end):
                continue
            found.append((start, end, long))
        end = start + 2
        if name is None or end <= covered:
            continue
        if name.full:
            covered = end
        elif text[end : end + 1] in GOES_ON and not_a_place(text, end):
            continue
        found.append((start, end, name))
    return found
