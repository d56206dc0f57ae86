"""What one order does to the score (考核说明): it alone, measured and scored with the place's own rules."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from ..core.order import Order
from ..core.policy import Policy
from ..core.scoring import Lost, Scorecard, facts, measure, score
from ..core.scoring.metrics import METRIC, REASONS

COUNTED, AGAINST, LEFT_OUT, ELSEWHERE = "counted", "against", "left-out", "elsewhere"
_SAID = {
    COUNTED: ("计入，达到要求", "counted, and meets it"),
    AGAINST: ("计入，未达到要求", "counted, and does not meet it"),
    LEFT_OUT: ("不计入", "left out"),
    ELSEWHERE: ("不从工单计算", "not counted from orders"),
}


@frozen(weakref_slot=False)
class PointTold:
    """What the order does to one component (得分项).

    Args:
        metric: the component's metric.
        zh: its name.
        en: its name in English.
        counts: ``counted``, ``against``, ``left-out`` or ``elsewhere``.
        why_zh: that in words, with the reason.
        why_en: the same in English.
        points: what the component is worth.
        lost: what is lost if this order stood alone, and the sum; ``None`` where nothing is.
        basis: the article.
    """

    metric: str
    zh: str
    en: str
    counts: str
    why_zh: str
    why_en: str
    points: Decimal
    lost: Lost | None
    basis: str


def points_told(policy: Policy, order: Order, at: datetime) -> tuple[PointTold, ...]:
    """Tell each component of the score (逐项说明考核); nothing where the place does not score."""
    rules = policy.scoring
    if rules is None:
        return ()
    found = facts(order, until=at, levels=policy.satisfied_levels, calendar=policy.calendar)
    card = measure([found], rules.exempt)[""]
    lost = {one.metric: one for one in score(rules, card).lost}
    told = []
    for part in rules.components:
        one = rules.indicator(part.metric)
        counts, why_zh, why_en = _counts(card, part.metric)
        name = METRIC.get(part.metric)
        zh = getattr(one, "zh", "") or (name.zh if name is not None else part.metric)
        en = getattr(one, "en", "") or (name.en if name is not None else part.metric)
        told.append(
            PointTold(part.metric, zh, en, counts, why_zh, why_en, part.points, lost.get(part.metric), part.basis)
        )
    return tuple(told)


def _counts(card: Scorecard, metric: str) -> tuple[str, str, str]:
    rate = next((rate for rate in card.rates if rate.metric == metric), None)
    if rate is None:
        return (ELSEWHERE, *_SAID[ELSEWHERE])
    if rate.denominator:
        counts = COUNTED if rate.numerator else AGAINST
        return (counts, *_SAID[counts])
    codes = [code for code, number in rate.excluded if number]
    zh, en = (("：", "、"), (": ", ", "))
    reasons = [REASONS.get(code, (code, code)) for code in codes]
    said_zh = _SAID[LEFT_OUT][0] + (zh[0] + zh[1].join(r[0] for r in reasons) if reasons else "")
    said_en = _SAID[LEFT_OUT][1] + (en[0] + en[1].join(r[1] for r in reasons) if reasons else "")
    return LEFT_OUT, said_zh, said_en
