"""What is counted (指标): every rate with its numerator, denominator and exclusions named.

国办发〔2020〕53号 names four rates — 及时反馈率、按时办结率、问题解决率、满意率 — and gives no formula; the
definitions below are the library's, written out so that they can be argued with (docs/decisions/0004-metrics.md).
A rate whose denominator is empty is blank, never 0 and never 100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import frozen

from .orderfacts import OrderFacts

# ── the rates ──

REASONS: dict[str, tuple[str, str]] = {
    "void": ("作废", "voided"),
    "diverted": ("直接答复、转出、不予受理、并单", "answered at once, referred, declined or merged"),
    "unhandled": ("到期前未答复即撤诉、终止", "withdrawn or terminated before a reply and in time"),
    "not-dispatched": ("未派单", "not dispatched"),
    "no-limit": ("没有时限", "no time limit"),
    "not-due": ("未到期", "not due yet"),
    "not-replied": ("未答复", "not replied"),
    "not-followed-up": ("未回访", "not followed up"),
    "unreachable": ("无法接通", "could not be reached"),
    "refused": ("拒访", "refused to say"),
    "disputed": ("有争议", "disputed"),
    "no-answer": ("未表态", "did not say"),
    "not-said": ("办理表未写明", "the handling form does not say"),
    "exempt": ("免评事项", "matters exempt"),
}
"""Why an order is left out of a rate (剔除原因), by the code that counts name."""
DECIDED: dict[str, tuple[str, str]] = {
    "earlier": ("已计入上期", "counted in an earlier period"),
    "approved": ("经批准剔除", "left out with approval"),
    "unreasonable": ("不满意经认定不合理", "dissatisfaction judged unreasonable"),
    "not-lead": ("协办单位不计", "not the assistant's"),
}
"""Why an order is left out of any rate (各率通用的剔除原因): by period, by decision, or since it is another's."""
_WORK = ("void", "diverted", "unhandled", "not-dispatched", "no-limit", "not-due")
_ASKED = ("void", "not-followed-up", "unreachable", "refused", "disputed", "no-answer")


@frozen(weakref_slot=False)
class Metric:
    """A rate and how it is counted (指标定义), numerator and denominator in words: Chinese, then English.

    ``counts`` returns True (in numerator and denominator), False (in the denominator only), or the code of the
    reason why the order is excluded: one of ``exclusions``.
    """

    id: str
    zh: str
    en: str
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    exclusions: tuple[str, ...]
    counts: Callable[[OrderFacts], bool | str]


def _out(f: OrderFacts) -> str:
    return "diverted" if f.diverted else "unhandled" if f.unhandled and not f.overdue else ""


def _due(f: OrderFacts, value: bool) -> bool | str:
    if out := _out(f):
        return out
    if f.due is None:
        return "no-limit" if f.dispatched else "not-dispatched"
    return value if f.due <= f.until else "not-due"


def _timely(f: OrderFacts) -> bool | str:
    if f.replied is None:
        return _out(f) or "not-replied"
    return "no-limit" if f.on_time is None else f.on_time


def _answered(f: OrderFacts, value: bool | None) -> bool | str:
    if f.replied is None:
        return _out(f) or "not-replied"
    return "not-said" if value is None else value


def _sign_in(f: OrderFacts) -> bool | str:
    if f.sign_due is None:
        return "no-limit" if f.dispatched else "not-dispatched"
    return (_out(f) or "not-due") if f.signed_on_time is None else f.signed_on_time


def _response(f: OrderFacts) -> bool | str:
    if not f.dispatched:
        return "not-dispatched"
    limit = f.sign_due or f.due
    if limit is not None and f.until < limit:
        return "not-due"
    return f.responded or _out(f) or False


def _reached(f: OrderFacts, value: bool | None) -> bool | str:
    if f.follow_up != "reached":
        return f.follow_up or "not-followed-up"
    return "no-answer" if value is None else value


def _dispatched(f: OrderFacts, value: bool) -> bool | str:
    return value if f.dispatched else "not-dispatched"


_ALL = ("全部诉求", "every request")
_SENT = ("已派单的工单", "orders dispatched to a unit")
_FELL_DUE = ("统计截止时诉求人时限已到的工单", "orders whose citizen's deadline has come")
_SIGN_DUE = ("承办单位签收时限已到的工单", "orders whose unit's limit to sign has come")

METRICS: tuple[Metric, ...] = (
    Metric(
        "feedback",
        "及时反馈率",
        "timely feedback",
        (
            "承办单位在签收时限内签收或退单；未设签收时限的，按时答复",
            "signed or sent back within the limit to sign; without such a limit, replied on time",
        ),
        (
            "签收时限已到的工单；未设签收时限的，诉求人时限已到的工单",
            "orders whose limit to sign has come; without such a limit, whose citizen's deadline has come",
        ),
        _WORK,
        lambda f: _due(f, f.on_time is True) if f.sign_due is None else _sign_in(f),
    ),
    Metric(
        "on-time",
        "按时办结率",
        "on time",
        ("有效答复早于诉求人时限", "the reply that stands came before the citizen's deadline"),
        _FELL_DUE,
        _WORK,
        lambda f: _due(f, f.on_time is True),
    ),
    Metric(
        "solved",
        "问题解决率",
        "solved",
        ("诉求人认为已解决", "the requester says it is solved"),
        ("回访接通且表示了解决与否的工单", "orders whose requester was reached and said whether it is"),
        _ASKED,
        lambda f: _reached(f, f.solved),
    ),
    Metric(
        "satisfied",
        "满意率",
        "satisfied",
        ("评价属于满意各档", "the requester's level counts as satisfied"),
        ("回访接通且作出评价的工单", "orders whose requester was reached and gave a level"),
        (*_ASKED, "exempt"),
        lambda f: _reached(f, f.satisfied),
    ),
    Metric(
        "response",
        "响应率",
        "responded",
        ("承办单位已签收、答复或退单，不论早晚", "the unit has signed, replied or sent back, early or late"),
        (
            "已派单且签收时限（未设的，办理时限）已到或没有时限的工单",
            "orders dispatched whose limit to sign (without one, to handle) has come, or that have none",
        ),
        ("void", "diverted", "unhandled", "not-dispatched", "not-due"),
        _response,
    ),
    Metric(
        "sign-in",
        "按时签收率",
        "signed in time",
        ("承办单位在签收时限内签收或退单", "signed or sent back within the limit to sign"),
        _SIGN_DUE,
        _WORK,
        _sign_in,
    ),
    Metric(
        "completion",
        "办结率",
        "completed",
        ("已有有效答复，不论早晚", "there is a reply that stands, early or late"),
        _FELL_DUE,
        _WORK,
        lambda f: _due(f, f.replied is not None),
    ),
    Metric(
        "timely-reply",
        "答复按时率",
        "replies on time",
        ("有效答复早于诉求人时限", "the reply that stands came before the citizen's deadline"),
        ("已有有效答复且有时限的工单，不论到期与否", "orders with a reply that stands and a limit, due or not"),
        ("void", "diverted", "unhandled", "not-replied", "no-limit"),
        _timely,
    ),
    Metric(
        "first-contact",
        "先行联系率",
        "first contact",
        ("办理表写明已联系诉求人", "the handling form says that the requester was reached"),
        ("已有有效答复且办理表写明是否联系的工单", "orders with a reply that stands whose form says whether"),
        ("void", "diverted", "unhandled", "not-replied", "not-said"),
        lambda f: _answered(f, f.contacted),
    ),
    Metric(
        "one-time",
        "一次办结率",
        "done at once",
        ("没有被审核退回，也没有重办", "neither sent back by the review nor reopened"),
        ("已有有效答复的工单", "orders with a reply that stands"),
        ("void", "diverted", "unhandled", "not-replied"),
        lambda f: _answered(f, not f.reviews_failed and not f.reopened),
    ),
    Metric(
        "direct",
        "直接答复率",
        "answered at once",
        ("受理时直接答复", "answered at once"),
        _ALL,
        ("void",),
        lambda f: f.diverted and f.ended in ("answered", "closed"),
    ),
    Metric(
        "send-back",
        "退单率",
        "sent back",
        ("至少被退过一次，不论哪个单位所退", "sent back at least once, by whichever unit"),
        _SENT,
        ("void", "not-dispatched"),
        lambda f: _dispatched(f, f.sent_back > 0),
    ),
    Metric(
        "reopen",
        "重办率",
        "reopened",
        ("至少重办过一次", "reopened at least once"),
        _SENT,
        ("void", "not-dispatched"),
        lambda f: _dispatched(f, f.reopened > 0),
    ),
)
METRIC: dict[str, Metric] = {metric.id: metric for metric in METRICS}
FOUR = ("feedback", "on-time", "solved", "satisfied")
THREE = ("response", "solved", "satisfied")
LEAD_ONLY = ("feedback", "response", "sign-in", "first-contact", "send-back")
"""The rates that say what the lead did (只计主办单位): where assistants are assessed too, these stay the lead's."""
MOMENT: Mapping[str, Callable[[OrderFacts], datetime | None]] = {
    "feedback": lambda f: f.sign_due or f.due,
    "on-time": lambda f: f.due,
    "solved": lambda f: f.followed_up,
    "satisfied": lambda f: f.followed_up,
    "response": lambda f: f.sign_due or f.due or f.dispatched_at,
    "sign-in": lambda f: f.sign_due,
    "completion": lambda f: f.due,
    "timely-reply": lambda f: f.replied,
    "first-contact": lambda f: f.replied,
    "one-time": lambda f: f.replied,
    "direct": lambda f: f.received,
    "send-back": lambda f: f.dispatched_at,
    "reopen": lambda f: f.dispatched_at,
}
"""When an order counts in a rate (计入时点): once, in the period of this moment, whenever it came in (结转)."""
