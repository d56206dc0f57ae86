"""Bursts (突发聚集): more messages in an hour than its hour and weekday lead one to expect, told as they come in.

The rule is in ``docs/reference/alike.md``: the tail of a negative binomial whose mean is the mean of the same hour and
weekday in the weeks before, with outliers cut, and whose dispersion is taken from the hours gone by.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from statistics import fmean, median
from typing import NamedTuple

from attrs import frozen

from ...core.calendar import local
from .message import Message, canonical

_WEEK = 168
_LEAST_MEAN = 0.2
_FIRST_SPREAD, _LEAST_SPREAD = 0.5, 0.02


@frozen(weakref_slot=False)
class BurstRule:
    """When an hour is a burst (突发规则); every number is a library default.

    Args:
        alpha: how improbable so many messages in an hour must be.
        least: how many messages there must be at all.
        weeks: how many weeks before are looked at.
        known: how many of these there must be before anything is told.
        quiet: hours without a further excess after which a burst is over.
    """

    alpha: float = 1e-4
    least: int = 10
    weeks: int = 8
    known: int = 5
    quiet: int = 24


class Alarm(NamedTuple):
    """A burst (突发告警): the message that brought the hour over its bound, and what was expected.

    Attributes:
        key: the area or category it is about; "" for everything together.
        at: when the bound was reached, within the hour.
        hour: when that hour began.
        reached: messages in that hour until then.
        expected: the mean for this hour and weekday.
        bound: the fewest messages in an hour that are a burst here.
        chance: how probable so many or more are where nothing is the matter.
    """

    key: str
    at: datetime
    hour: datetime
    reached: int
    expected: float
    bound: int
    chance: float


def tail(count: int, mean: float, spread: float) -> float:
    """Return the chance of *count* or more by a negative binomial of *mean* and variance ``mean + spread·mean²``."""
    if count <= 0:
        return 1.0
    size = 1 / spread
    fail = mean / (size + mean)
    log = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
    log += size * math.log1p(-fail) + count * math.log(fail)
    term = total = 1.0
    for k in range(count, count + 100_000):
        term *= (k + size) / (k + 1) * fail
        total += term
        if term < 1e-12 * total:
            break
    return min(1.0, math.exp(log) * total)


class Watch:
    """Watches one stream of messages (监测): give it each message's time as it comes, oldest first.

    It keeps the counts of some weeks of hours and nothing of the messages themselves.
    """

    def __init__(self, rule: BurstRule | None = None, key: str = "") -> None:
        self.rule, self.key = rule or BurstRule(), key
        self.streams = 1
        """How many streams are watched side by side: the chance of a false alarm is shared out among them."""
        self._past: deque[int] = deque(maxlen=_WEEK * self.rule.weeks + 2)
        self._spreads: deque[float] = deque(maxlen=_WEEK * self.rule.weeks)
        self._hour: int | None = None
        self._count = 0
        self._over: int | None = None
        self._expected = 0.0
        self._spread = _FIRST_SPREAD
        self._bound = 0

    def see(self, at: datetime) -> Alarm | None:
        """Count a message; return the burst that it starts, if it does.

        A message older than the hour that runs is counted in that hour.
        """
        here = local(at)
        hour = here.toordinal() * 24 + here.hour
        self._turn(hour)
        self._count += 1
        if not self._bound or self._count < self._bound:
            return None
        running = self._over is not None and hour - self._over <= self.rule.quiet
        self._over = hour
        if running:
            return None
        began = here.replace(minute=0, second=0, microsecond=0)
        chance = tail(self._count, self._expected, self._spread)
        return Alarm(self.key, here, began, self._count, self._expected, self._bound, chance)

    def _turn(self, hour: int) -> None:
        """Close the hours up to *hour* and learn what to expect of it."""
        if self._hour is not None and hour <= self._hour:
            return
        if self._hour is not None:
            if hour - self._hour > (self._past.maxlen or 0):  # nothing for longer than is looked back
                self._past.clear()
            else:
                self._close(self._count)
                for _ in range(hour - self._hour - 1):
                    self._expect()
                    self._close(0)
        self._hour, self._count = hour, 0
        self._expect()
        self._bound = self._find_bound() if self._expected else 0

    def _close(self, count: int) -> None:
        mean = self._expected
        if mean >= 1:
            self._spreads.append(((min(count, 3 * mean + 5) - mean) ** 2 - mean) / mean**2)
        self._past.append(count)

    def _expect(self) -> None:
        """Set the mean of the hour to come, 0 where too little is known: the same hour of the weeks before counts
        fully, the hours beside it half, none more than three times their median and five."""
        past, known = self._past, 0
        seen: list[tuple[int, float]] = []
        for week in range(1, self.rule.weeks + 1):
            known += week * _WEEK <= len(past)
            for shift, weight in ((0, 1.0), (-1, 0.5), (1, 0.5)):
                back = week * _WEEK - shift
                if back <= len(past):
                    seen.append((past[-back], weight))
        if known < self.rule.known:
            self._expected = 0.0
            return
        cap = 3 * median(count for count, _ in seen) + 5
        whole = math.fsum(weight for _, weight in seen)
        mean = (math.fsum(min(count, cap) * weight for count, weight in seen) + 0.5) / whole
        self._expected = max(mean, _LEAST_MEAN)

    def _find_bound(self) -> int:
        """Return the fewest messages that are a burst in the hour that begins."""
        if len(self._spreads) >= _WEEK:
            ordered = sorted(self._spreads)
            self._spread = max(fmean(ordered[: len(ordered) * 99 // 100]), _LEAST_SPREAD)
        alpha = self.rule.alpha / max(1, self.streams)
        low, high = self.rule.least - 1, max(self.rule.least, 8)
        while tail(high, self._expected, self._spread) >= alpha and high < 10_000_000:
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            if tail(middle, self._expected, self._spread) < alpha:
                high = middle
            else:
                low = middle
        return high


def bursts(
    messages: Iterable[Message], rule: BurstRule | None = None, by: Callable[[Message], str] | None = None
) -> list[Alarm]:
    """Return the bursts in *messages*, in order of time (突发聚集).

    Args:
        by: what divides the messages into streams that are each watched, beside all of them together; messages for
            which it returns "" are in no stream but the whole.
    """
    rule = rule or BurstRule()
    whole = Watch(rule)
    streams: dict[str, Watch] = {}
    found = []
    for message in sorted((one for one in messages if one.at is not None), key=canonical):
        assert message.at is not None  # those without a time were left out
        watched = [whole]
        key = by(message) if by is not None else ""
        if key:
            if key not in streams:
                streams[key] = Watch(rule, key)
            watched.append(streams[key])
        for watch in watched:
            watch.streams = 1 + len(streams)
            alarm = watch.see(message.at)
            if alarm is not None:
                found.append(alarm)
    return found
