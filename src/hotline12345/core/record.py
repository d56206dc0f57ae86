"""What a record should say and does not (记录要素), and how alike two records are (相似度)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

# When something happened is told in many ways; any of these will do (library default).
_WHEN = re.compile(
    r"\d+\s*(?:年|月|日|号|点|时|分|天|周|小时)|[一二三四五六七八九十两几半]+\s*(?:个)?(?:年|月|天|周|点|小时|星期|晚)"
    r"|今天|昨天|前天|今早|今晚|昨晚|昨日|今日|凌晨|早上|上午|中午|下午|晚上|夜里|深夜|半夜|傍晚|刚才|刚刚|现在|目前"
    r"|上周|本周|这周|上个?月|本月|这个月|去年|今年|前年|每天|每晚|经常|长期|一直|周[一二三四五六日末]|星期[一二三四五六日天]"
    r"|\d{1,2}[:：]\d{2}|\d{4}[-/.]\d{1,2}"
)
_WORDLESS = re.compile(r"[\W_]+")


def lacking(needs: Sequence[str], words: Mapping[str, Any], area: str = "", anonymous: bool = False) -> tuple[str, ...]:
    """Return the elements of *needs* that a record lacks (所缺要素).

    Args:
        needs: of ``policy.ELEMENTS``.
        words: the private part of the request, as :meth:`Request.private` gives it.
        area: the division code that came with it, which says where as well as an address does.
        anonymous: an anonymous request needs no name.
    """
    who = words.get("requester") or {}
    title, text = str(words.get("title") or ""), str(words.get("text") or "")
    there = {
        "name": bool(who.get("name")) or anonymous,
        "contact": bool(who.get("phone") or who.get("id")),
        "time": bool(words.get("happened")) or _WHEN.search(f"{title}\n{text}") is not None,
        "place": bool(words.get("address") or area),
        "cause": bool(title.strip() or text.strip()),
        "course": bool(text.strip()),
    }
    return tuple(element for element in needs if not there[element])


def likeness(one: str, other: str) -> int:
    """Return how alike two texts are in per cent (相似度): twice the pairs of characters they share, by all they have.

    Widths, spaces and punctuation do not count; two texts without a pair are alike only when they are the same.
    """
    first, second = _plain(one), _plain(other)
    if first == second:
        return 100 if first else 0
    mine, theirs = _pairs(first), _pairs(second)
    return 200 * len(mine & theirs) // (len(mine) + len(theirs)) if mine and theirs else 0


def _plain(text: str) -> str:
    return _WORDLESS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
