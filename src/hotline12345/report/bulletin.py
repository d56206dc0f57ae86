"""Bulletins (通报): the figures of a day, a week, a month, a quarter or a year beside those before, and as a text.

Counted by the same code as ``score``.  A comparison stands only where the period is over and the records reach back to
the first day of what it is compared with; elsewhere it is blank, never 0 or 100 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from attrs import evolve

from ..core.calendar import CST, local
from ..core.errors import RequestError
from ..core.scoring import OrderFacts, Scorecard, measure, percent
from ..core.scoring.metrics import METRIC
from ..core.scoring.period import Period, period_of

RATES = ("direct", "on-time", "solved", "satisfied")
"""The rates a bulletin tells (通报的率): answered at once, and those of the four that say how orders ended."""

SHARES = {
    "kind": ("类型", "kinds"),
    "channel": ("渠道", "channels"),
    "area": ("区划", "areas"),
    "category": ("类别", "categories"),
}
"""By what orders are told apart in a bulletin (分类)."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEK = re.compile(r"(\d{4})-[Ww](\d{2})")


class Compared(NamedTuple):
    """A figure (数字) beside those of the period before (上期) and a year ago (去年同期), blank where there is none."""

    now: Decimal | None
    before: Decimal | None = None
    year_ago: Decimal | None = None

    def change(self, then: Decimal | None) -> Decimal | None:
        """Return by how many per cent it is more than *then* (增幅), two places, half up; ``None`` from nothing."""
        if self.now is None or not then:
            return None
        return percent(self.now - then, then)

    def points(self, then: Decimal | None) -> Decimal | None:
        """Return by how many percentage points a rate is above *then* (百分点)."""
        return None if self.now is None or then is None else self.now - then


class Share(NamedTuple):
    """How many orders of a period are of one kind, channel, area or category (占比); ``key`` is "" where not known."""

    key: str
    orders: Compared
    percent: Decimal | None


class Bulletin(NamedTuple):
    """A bulletin (通报): *until* is when it was counted; *before* and *year_ago* name what it is compared with."""

    period: Period
    before: str
    year_ago: str
    until: datetime
    received: Compared
    rates: Mapping[str, Compared]
    shares: Mapping[str, tuple[Share, ...]]
    lacking: tuple[str, ...]  # with which of the two it cannot be compared, and why: open | short


def periods(text: str) -> tuple[Period, Period, Period | None]:
    """Return the period called *text*, the one before, and the same a year earlier (本期、上期、去年同期).

    Periods are ``2026-09-28``, ``2026-W40``, ``2026-09``, ``2026-Q3`` and ``2026``.  29 February, a 53rd week and a
    year have no other of the year before.

    Raises:
        RequestError: ``bad-period``.
    """
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return _days(date.fromisoformat(text))
        if found := _WEEK.fullmatch(text):
            return _weeks(int(found[1]), int(found[2]))
        this = period_of(text)
    except (ValueError, RequestError):  # scoring knows fewer periods, and would name those
        raise _bad(text) from None
    year = this.since.year
    if len(text) == 4:
        return this, period_of(f"{year - 1:04d}"), None
    quarter = (this.since.month - 1) // 3 + 1
    if "Q" in this.name:
        last = f"{year:04d}-Q{quarter - 1}" if quarter > 1 else f"{year - 1:04d}-Q4"
        return this, period_of(last), period_of(f"{year - 1:04d}-Q{quarter}")
    month = this.since.month
    last = f"{year:04d}-{month - 1:02d}" if month > 1 else f"{year - 1:04d}-12"
    return this, period_of(last), period_of(f"{year - 1:04d}-{month:02d}")


def _days(day: date) -> tuple[Period, Period, Period | None]:
    ago = None if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
    return _span(day, 1), _span(day - timedelta(1), 1), None if ago is None else _span(ago, 1)


def _weeks(year: int, week: int) -> tuple[Period, Period, Period | None]:
    monday = date.fromisocalendar(year, week, 1)
    ago = date.fromisocalendar(year - 1, week, 1) if week < 53 else None
    return _span(monday, 7), _span(monday - timedelta(7), 7), None if ago is None else _span(ago, 7)


def _span(first: date, days: int) -> Period:
    year, week, _ = first.isocalendar()
    since = datetime(first.year, first.month, first.day, tzinfo=CST)
    return Period(first.isoformat() if days == 1 else f"{year}-W{week:02d}", since, since + timedelta(days))


def _bad(text: str) -> RequestError:
    return RequestError(
        f"「{text}」不是通报的周期",
        f"{text!r} is no period of a bulletin",
        code="bad-period",
        hint="写 2026-09-28、2026-W40、2026-09、2026-Q3 或 2026",
        hint_en="such as 2026-09-28, 2026-W40, 2026-09, 2026-Q3 or 2026",
    )


def bulletin(
    text: str, facts_of: Callable[[Period], Iterable[OrderFacts]], until: datetime, exempt: tuple[str, ...] = ()
) -> Bulletin:
    """Draw up the bulletin of the period called *text* (编制通报).

    Args:
        text: see :func:`periods`.
        facts_of: the facts of every order there was when a period ended, with that period's ``since``; it is asked for
            what the bulletin is compared with only where that can be.
        until: up to when the period is counted: its end, or earlier where it is not over.
        exempt: category prefixes whose satisfaction is not scored.

    Raises:
        RequestError: ``bad-period``.
    """
    this, before, year_ago = periods(text)
    now = list(facts_of(evolve(this, until=until)))
    first = min((one.received for one in now if one.received is not None), default=until)
    found: list[list[OrderFacts] | None] = [now]
    lacking = []
    for other in (before, year_ago):
        why = "open" if until < this.until else "short"
        if other is not None and until >= this.until and first < other.since + timedelta(1):
            found.append(list(facts_of(other)))
        else:
            found.append(None)
            lacking += [why] if other is not None else []
    cards = [None if each is None else measure(each, exempt)[""] for each in found]
    return Bulletin(
        this,
        before.name,
        year_ago.name if year_ago is not None else "",
        until,
        Compared(*map(_received, cards)),
        {name: Compared(*(None if card is None else card.rate(name).value for card in cards)) for name in RATES},
        {by: _shares(by, found) for by in SHARES},
        tuple(dict.fromkeys(lacking)),
    )


def _received(card: Scorecard | None) -> Decimal | None:
    return None if card is None else Decimal(card.counts["received"])


def _shares(by: str, found: list[list[OrderFacts] | None]) -> tuple[Share, ...]:
    """Return the groups of this period, the most first."""
    counts = [
        None if each is None else {key: _received(card) for key, card in measure(each, by=by).items()} for each in found
    ]
    now = {key: count for key, count in (counts[0] or {}).items() if count}
    whole = sum(now.values(), Decimal(0))
    told = [
        Share(
            key,
            Compared(*(None if each is None else each.get(key) or Decimal(0) for each in counts)),
            percent(count, whole),
        )
        for key, count in now.items()
    ]
    return tuple(sorted(told, key=lambda share: (-now[share.key], share.key)))


Names = Mapping[str, Callable[[str], str]]
"""What turns a code into a name, by ``kind``, ``channel``, ``area`` or ``category``."""


def bulletin_text(one: Bulletin, lang: str = "zh", names: Names | None = None, most: int = 10) -> str:
    """Return the bulletin as a draft in *lang*, ``zh`` or ``en`` (通报草稿), with the first *most* of each sort."""
    zh = lang == "zh"
    day = f"{local(one.until):%Y-%m-%d %H:%M}"
    lines = [f"热线通报（{one.period.name}）" if zh else f"Bulletin of the hotline, {one.period.name}"]
    lines.append(f"统计至 {day}。" if zh else f"As of {day}.")
    lines.append(
        f"一、受理：收件 {one.received.now} 件{_against(one, zh)}。"
        if zh
        else f"1. Received: {one.received.now}{_against(one, zh)}."
    )
    for by, (head_zh, head_en) in SHARES.items():
        shares = one.shares[by]
        name = (names or {}).get(by, str)
        parts = [_share(share, name, zh) for share in shares[:most]]
        if rest := shares[most:]:
            count = sum((share.orders.now or Decimal(0) for share in rest), Decimal(0))
            parts.append(f"其他 {count} 件" if zh else f"others {count}")
        if parts:
            lines.append(f"    {head_zh}：{'；'.join(parts)}。" if zh else f"    By {head_en}: {'; '.join(parts)}.")
    rates = [_rate(one, name, zh) for name in RATES]
    lines.append("二、办理：" + "；".join(rates) + "。" if zh else "2. Handled: " + "; ".join(rates) + ".")
    lines += [_WHY[why][0 if zh else 1] for why in one.lacking]
    lines.append(
        "由本库统计，须经热线工作机构核对后印发。"
        if zh
        else "Counted by this library; for the hotline to check before it goes out."
    )
    return "\n".join(lines)


_WHY = {
    "open": ("本期尚未结束，不与以前比较。", "The period is not over: nothing is compared."),
    "short": (
        "记录不到以前的周期开始之日，不与之比较。",
        "The records do not reach back far enough to be compared with all of these.",
    ),
}


def _against(one: Bulletin, zh: bool) -> str:
    told = ""
    for name, then, label, en in (
        (one.before, one.received.before, "上期", "the period before"),
        (one.year_ago, one.received.year_ago, "去年同期", "a year ago"),
    ):
        if then is not None:
            change = one.received.change(then)
            more = (
                f"，{_signed(change)} %"
                if zh and change is not None
                else f", {_signed(change)} %"
                if change is not None
                else ""
            )
            told += f"（{label} {name}：{then} 件{more}）" if zh else f" ({en}, {name}: {then}{more})"
    return told


def _signed(value: Decimal) -> str:
    return f"{value:+}" if value else f"{value}"


def _share(share: Share, name: Callable[[str], str], zh: bool) -> str:
    change = share.orders.change(share.orders.before)
    told = f"{(name(share.key) if share.key else '') or ('不详' if zh else 'not known')} {share.orders.now}"
    told += f" 件，占 {share.percent} %" if zh else f" ({share.percent} %)"
    if change is not None:
        told += f"，比上期 {_signed(change)} %" if zh else f", {_signed(change)} % on the period before"
    return told


def _rate(one: Bulletin, metric: str, zh: bool) -> str:
    rate = one.rates[metric]
    told = METRIC[metric].zh if zh else METRIC[metric].en
    if rate.now is None:
        return told + ("（没有可计的工单）" if zh else " (nothing to count)")
    told += f" {rate.now} %"
    if (points := rate.points(rate.before)) is not None:
        told += f"（比上期 {_signed(points)} 个百分点）" if zh else f" ({_signed(points)} points on the period before)"
    return told


def bulletin_json(one: Bulletin) -> dict[str, Any]:
    """Return the bulletin as JSON (转为 JSON): decimals as text with their places, blanks null."""
    return {
        "period": one.period.name,
        "until": local(one.until).isoformat(),
        "before": one.before,
        "year_ago": one.year_ago or None,
        "lacking": list(one.lacking),
        "received": _figure(one.received, one.received.change),
        "rates": {name: _figure(rate, rate.points) for name, rate in one.rates.items()},
        "shares": {
            by: [
                {"key": share.key, **_figure(share.orders, share.orders.change), "percent": _plain(share.percent)}
                for share in shares
            ]
            for by, shares in one.shares.items()
        },
    }


def _figure(figure: Compared, change: Callable[[Decimal | None], Decimal | None]) -> dict[str, str | None]:
    told = {name: _plain(value) for name, value in figure._asdict().items()}
    return told | {"on_before": _plain(change(figure.before)), "on_year_ago": _plain(change(figure.year_ago))}


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
