"""How far two messages are of the same matter (同一事项的相似度): four parts, each told, and their product."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from attrs import frozen

from .message import Message

RADIUS = 6_371_008.8
"""Mean radius of the earth in metres (IUGG)."""


@frozen(weakref_slot=False)
class LikeRule:
    """How the parts are weighed (相似度规则); every number is a library default.

    Args:
        half_metres: two measured places so far apart are worth half of the same place.
        half_days: another requester's message so many days later is worth half of one at the same time.
        half_days_same: the same for somebody who asks again.
        crowd: a place with so many other messages tells half as much as a place with none.
        kin: what the same category one level up is worth, and stranger: another category altogether.
        far_area: what different areas are worth, near_area: the same, unknown: where one place is not known.
        others: what a different or unknown requester is worth, against the same.
    """

    half_metres: float = 50.0
    half_days: float = 3.0
    half_days_same: float = 30.0
    crowd: float = 10.0
    kin: float = 0.5
    stranger: float = 0.1
    near_area: float = 0.5
    far_area: float = 0.05
    unknown: float = 0.5
    others: float = 0.8


class Part(NamedTuple):
    """One part of a likeness (分项): ``matter``, ``place``, ``time`` or ``requester``: 0 to 1, and why."""

    name: str
    value: float
    zh: str
    en: str


class Likeness(NamedTuple):
    """How alike two messages are (相似度): 100 times the product of the parts."""

    score: float
    parts: tuple[Part, ...]


def compare(
    one: Message,
    other: Message,
    text: float | None,
    rule: LikeRule | None = None,
    crowd: Callable[[str], int] | None = None,
) -> Likeness:
    """Return how alike two messages are, and by which parts (相似度).

    Args:
        text: how alike the texts are, 0 to 1; ``None`` where one of them has none.
        crowd: how many messages there are at a spot, told by :func:`spot`; without it no place is crowded.
    """
    rule = rule or LikeRule()
    parts = (
        _matter(one, other, text, rule),
        _place(one, other, rule, crowd),
        _time(one, other, rule),
        _who(one, other, rule),
    )
    return Likeness(100 * math.prod(part.value for part in parts), parts)


def spot(message: Message) -> str:
    """Return what messages of one spot have in common: coordinates to four decimals (11 m), or the address; else ""."""
    if message.lat is not None and message.lon is not None:
        return f"{message.lat:.4f},{message.lon:.4f}"
    return "".join(unicodedata.normalize("NFKC", message.address).casefold().split())


def metres(one: Message, other: Message) -> float | None:
    """Return the distance of two measured places by the haversine formula; ``None`` where one is not measured."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    lat, lat2 = math.radians(one.lat), math.radians(other.lat)
    step = math.sin((lat2 - lat) / 2) ** 2
    step += math.cos(lat) * math.cos(lat2) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, step)))


def _matter(one: Message, other: Message, text: float | None, rule: LikeRule) -> Part:
    """Mean of the likeness of the texts and of the categories, as far as they are known."""
    known, zh, en = [], [], []
    if text is not None:
        known.append(min(1.0, text))
        zh.append(f"文字 {text:.2f}")
        en.append(f"words {text:.2f}")
    if one.category and other.category:
        worth = _kinship(one.category, other.category, rule)
        known.append(worth)
        said = {1.0: ("类别相同", "same category"), rule.kin: ("上级类别相同", "same category one level up")}
        told = said.get(worth, ("类别不同", "another category"))
        zh.append(told[0])
        en.append(told[1])
    value = math.fsum(known) / len(known) if known else 0.0
    return Part("matter", value, "，".join(zh) or "没有文字和类别", ", ".join(en) or "neither words nor category")


def _kinship(one: str, other: str, rule: LikeRule) -> float:
    if one == other:
        return 1.0
    above, above2 = one.rpartition("/")[0], other.rpartition("/")[0]
    kin = above == above2 != "" or other.startswith(f"{one}/") or one.startswith(f"{other}/")
    return rule.kin if kin else rule.stranger


def _place(one: Message, other: Message, rule: LikeRule, crowd: Callable[[str], int] | None) -> Part:
    far = metres(one, other)
    here, there = spot(one), spot(other)
    if far is not None:
        value, zh, en = 2.0 ** -(far / rule.half_metres), f"相距 {far:.0f} 米", f"{far:.0f} m apart"
    elif here and here == there:
        value, zh, en = 1.0, "地址相同", "same address"
    elif one.area and other.area:
        same = one.area.startswith(other.area) or other.area.startswith(one.area)
        value = rule.near_area if same else rule.far_area
        zh, en = ("区划相同", "same area") if same else ("区划不同", "another area")
    else:
        value, zh, en = rule.unknown, "地点不详", "place not known"
    others = max(0, crowd(there) - 2) if crowd is not None and there else 0
    if others:
        value /= 1 + others / rule.crowd
        zh, en = f"{zh}，同处另有 {others} 件", f"{en}, {others} others there"
    return Part("place", value, zh, en)


def _time(one: Message, other: Message, rule: LikeRule) -> Part:
    if one.at is None or other.at is None:
        return Part("time", rule.unknown, "时间不详", "time not known")
    days = abs(one.at - other.at) / timedelta(days=1)
    half = rule.half_days_same if one.who and one.who == other.who else rule.half_days
    return Part("time", 1 / (1 + days / half), f"相隔 {days:.1f} 天", f"{days:.1f} days apart")


def _who(one: Message, other: Message, rule: LikeRule) -> Part:
    if one.who and one.who == other.who:
        return Part("requester", 1.0, "同一诉求人", "same requester")
    known = bool(one.who and other.who)
    return Part(
        "requester",
        rule.others,
        "不同诉求人" if known else "诉求人不详",
        "another requester" if known else "requester not known",
    )
