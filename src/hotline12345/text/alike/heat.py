"""Hot issues (热点问题): what many ask for, how hot it is by a published formula, and a name a person can read.

办一件 → 办一类: an issue is a category of cases, not a case.  The formula is in ``docs/reference/alike.md``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from attrs import frozen

from .grams import runs
from .issues import IssueRule, cohesion, group
from .message import Message, canonical, heading


@frozen(weakref_slot=False)
class HeatRule:
    """How hot an issue is (热度规则); every number is a library default.

    Args:
        half_life: days after which a message counts half; 0 lets each count in full for ever.
        again: what a further message of somebody who has already asked counts.
        agree: what the logarithm to base 2 of one and the likes and dislikes of a message counts.
        recent: the days over which growth is told, against as many before them.
    """

    half_life: float = 90.0
    again: float = 0.5
    agree: float = 0.25
    recent: int = 30


class Issue(NamedTuple):
    """An issue (热点问题).

    Attributes:
        name: what most of its messages say, in the order the most typical of them says it.
        terms: the expressions that at least half of the messages use.
        place: the area most of them name, or the expression that names a place; "" where there is none.
        area: the division code most of them carry; "" where none does.
        lat: the middle of the places that were measured; ``None`` without any.
        lon: likewise.
        requesters: how many asked; messages of nobody in particular count one each.
        first: the first message, last: the newest; ``None`` where no message has a time.
        recent: messages in the last days of the rule, before: in as many days before these.
        growth: (recent + 1) / (before + 1), so that 1 is steady.
        heat: by the formula.
        cohesion: the average likeness of the headings among themselves, 0 to 1.
        messages: their numbers, oldest first.
    """

    name: str
    terms: tuple[str, ...]
    place: str
    area: str
    lat: float | None
    lon: float | None
    size: int
    requesters: int
    likes: int
    against: int
    first: datetime | None
    last: datetime | None
    recent: int
    before: int
    growth: float
    heat: float
    cohesion: float
    messages: tuple[str, ...]

    @property
    def span(self) -> float:
        """Days from the first message to the last."""
        return (self.last - self.first) / timedelta(days=1) if self.first and self.last else 0.0


def hot(
    messages: Sequence[Message],
    rule: IssueRule | None = None,
    heat: HeatRule | None = None,
    *,
    on: datetime | None = None,
    least: int = 2,
) -> list[Issue]:
    """Return the issues in *messages*, the hottest first (热点问题).

    Args:
        on: the instant at which heat and growth are told, by default the newest message's; later ones are left out.
        least: the fewest messages that make an issue.
    """
    heat = heat or HeatRule()
    if on is not None:
        messages = [message for message in messages if message.at is None or message.at <= on]
    now = on or max((message.at for message in messages if message.at is not None), default=None)
    found = [issue(members, heat, now) for members in group(messages, rule) if len(members) >= least]
    return sorted(found, key=lambda one: (-one.heat, -one.size, one.name, one.messages))


def issue(members: Iterable[Message], rule: HeatRule, now: datetime | None) -> Issue:
    """Return what is to be told of one group of messages."""
    ordered = sorted(members, key=canonical)
    times = [message.at for message in ordered if message.at is not None]
    ages = [(now - at) / timedelta(days=1) for at in times] if now is not None else []
    recent = sum(age < rule.recent for age in ages)
    before = sum(rule.recent <= age < 2 * rule.recent for age in ages)
    found = terms(ordered)
    return Issue(
        name=_name(ordered, found),
        terms=found,
        place=_place(ordered, found),
        area=_area(ordered),
        lat=_middle([message.lat for message in ordered if message.lat is not None and message.lon is not None]),
        lon=_middle([message.lon for message in ordered if message.lat is not None and message.lon is not None]),
        size=len(ordered),
        requesters=len({message.who or (i,) for i, message in enumerate(ordered)}),
        likes=sum(message.likes for message in ordered),
        against=sum(message.against for message in ordered),
        first=min(times, default=None),
        last=max(times, default=None),
        recent=recent,
        before=before,
        growth=(recent + 1) / (before + 1),
        heat=heat_of(ordered, rule, now),
        cohesion=cohesion(ordered[:_SAMPLE]),
        messages=tuple(message.id for message in ordered),
    )


def heat_of(ordered: Sequence[Message], rule: HeatRule, now: datetime | None) -> float:
    """Return the heat (热度) of messages in order of time.

    ``sum over messages of (1, or `again` for somebody who asked before, + agree · log2(1 + likes + against)) ·
    2 ^ -(age in days / half_life)``.  Messages without a time have the age 0.
    """
    total: list[float] = []
    asked: set[str] = set()
    for message in ordered:
        worth = rule.again if message.who and message.who in asked else 1.0
        asked.add(message.who)
        worth += rule.agree * math.log2(1 + max(0, message.likes) + max(0, message.against))
        if now is not None and message.at is not None and rule.half_life > 0:
            worth *= 2 ** -(max(0.0, (now - message.at) / timedelta(days=1)) / rule.half_life)
        total.append(worth)
    return math.fsum(total)


def _middle(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None


# ── a name a person can read ──

_SAMPLE = 100
"""How many messages of an issue, the oldest, its name and cohesion are made from."""
_LONGEST = 16
_ENOUGH, _SHOWN = 6, 40
"""Characters that a name needs to be understood, and at most shows."""
_PLACES = (*"省市区县旗镇乡村街道路巷桥站苑城园府湾庄寨坊里弄", "广场", "学校", "学院", "医院")


def terms(ordered: Sequence[Message], share: float = 0.5) -> tuple[str, ...]:
    """Return the longest expressions that at least *share* of the headings use, in the order the most typical one does.

    Expressions that run into one another are windows on a longer one: the longest of them is told.
    """
    told = [runs(heading(message)) for message in ordered[:_SAMPLE]]
    least = max(share * len(told), min(2, len(told)))
    pairs = Counter(pair for stretches in told for pair in {pair for run in stretches for pair in _parts(run, 2)})
    often = {pair for pair, count in pairs.items() if count >= least}
    usage: Counter[str] = Counter()
    for stretches in told:
        usage.update({part for run in stretches for piece in _pieces(run, often) for part in _parts(piece, _LONGEST)})
    kept: list[str] = []
    heads, tails = set[str](), set[str]()
    for part in sorted((part for part, count in usage.items() if count >= least), key=lambda part: (-len(part), part)):
        begins = {part[:size] for size in range(2, len(part))}
        ends = {part[-size:] for size in range(2, len(part))}
        if begins.isdisjoint(tails) and ends.isdisjoint(heads) and not any(part in one for one in kept):
            kept.append(part)
            heads |= begins
            tails |= ends
    typical = _typical(ordered, kept)
    return tuple(sorted(kept, key=lambda part: (typical.find(part) if part in typical else len(typical), part)))


def _parts(run: str, longest: int) -> set[str]:
    return {run[i : i + size] for size in range(2, min(longest, len(run)) + 1) for i in range(len(run) - size + 1)}


def _pieces(run: str, often: set[str]) -> Iterable[str]:
    """Cut *run* where a pair of characters is not used often: no expression that is reaches over such a place."""
    begin = 0
    for i in range(len(run) - 1):
        if run[i : i + 2] not in often:
            if i > begin:
                yield run[begin : i + 1]
            begin = i + 1
    if len(run) - begin > 1:
        yield run[begin:]


def _typical(ordered: Sequence[Message], kept: Sequence[str]) -> str:
    """Return the heading that says most of what is *kept*, the shortest of several."""
    told = {" ".join(runs(heading(message))) for message in ordered[:_SAMPLE]}
    said = sorted((-sum(len(part) for part in kept if part in text), len(text), text) for text in told)
    return said[0][2] if said else ""


def _name(ordered: Sequence[Message], found: Sequence[str]) -> str:
    """Join the terms; where they say too little, take the shortest heading that says them."""
    name = " ".join(found)
    if len(name) >= _ENOUGH and len(found) > 1:
        return name
    said = [heading(message).strip() for message in ordered[:_SAMPLE]]
    said.sort(key=lambda text: (len(text) < _ENOUGH, len(text), text))
    return said[0][:_SHOWN] if said else ""


def _area(ordered: Sequence[Message]) -> str:
    areas = Counter(message.area for message in ordered if message.area)
    return min(areas, key=lambda area: (-areas[area], area), default="")


def _place(ordered: Sequence[Message], found: Sequence[str]) -> str:
    area = _area(ordered)
    if area:
        return area
    addresses = Counter(message.address for message in ordered if message.address)
    if addresses and max(addresses.values()) * 2 > len(ordered):
        return min(addresses, key=lambda address: (-addresses[address], address))
    named = [part for part in found if any(word in part for word in _PLACES)]
    return max(named, key=lambda part: (len(part), part), default="")
