"""The rates (指标): what each order counts as, taken from orders that lived; sums, groups, published figures."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CalendarError, RequestError
from hotline12345.core.request import Kind, Request
from hotline12345.core.scoring.decimals import half_up, median, percent
from hotline12345.core.scoring.metrics import FOUR, METRIC, METRICS, REASONS, THREE
from hotline12345.core.scoring.orderfacts import OrderFacts, facts
from hotline12345.core.scoring.tally import GROUPS, MOST_NAMED, Rate, Scorecard, measure
from hotline12345.testing.orders import (
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    HOUR,
    REQUESTER,
    REVIEWER,
    Life,
    limit,
    of_unit,
    small_policy,
)

# By the small rules: one working day to sign, five to handle, from dispatch on Monday 2026-09-28 (TV-01 for the five).
SIGN_DUE = datetime(2026, 9, 30, tzinfo=CST)
DUE = datetime(2026, 10, 11, tzinfo=CST)
LATER = datetime(2026, 11, 1, tzinfo=CST)
U2 = of_unit("u2")
NEVER_SIGNED = small_policy(limits=(limit("5wd"),))
NO_LIMITS = small_policy(limits=())
INHERITED = NEVER_SIGNED.due(Kind.COMPLAINT, AT)


def taken(life: Life, until: datetime = LATER) -> OrderFacts:
    return facts(life.order, until=until, levels=life.policy.satisfied_levels, calendar=life.policy.calendar)


def verdicts(life: Life, until: datetime = LATER, exempt: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return for each rate: True in the numerator, False in the denominator only, or why it is excluded."""
    said: dict[str, Any] = {}
    for rate in measure([taken(life, until)], exempt)[""].rates:
        said[rate.metric] = rate.numerator == 1 if rate.denominator else rate.excluded[0][0]
    return said


def asked(**answer: Any) -> Callable[[], Life]:
    def build() -> Life:
        life = Life().take("reviewed")
        life.do(c.FollowUp(CALLER, **answer))
        return life

    return build


def archived(status: str, **life: Any) -> Callable[[], Life]:
    def build() -> Life:
        one = Life(**life).take(status)
        one.do(c.Archive(ADMIN))
        return one

    return build


def told(
    *steps: tuple[c.Command, datetime | None], policy: Any = None, start: str = "dispatched"
) -> Callable[[], Life]:
    def build() -> Life:
        life = Life(policy).take(start)
        for command, at in steps:
            life.do(command, at)
        return life

    return build


def inherited() -> Life:
    return Life(NEVER_SIGNED, citizen=INHERITED)


def closed_after_answer() -> Life:
    life = Life().take("answered")
    life.do(c.Close(AGENT))
    return life


def answered_then_accepted() -> Life:
    life = Life().take("answered")
    life.do(c.Accept(DISPATCHER))
    return life


@dataclass
class Story:
    """An order's life, and what it counts as: the rates named, and *rest* in words for those of work and of answers."""

    build: Callable[[], Life]
    work: Any  # on-time and completion where they are the same
    sign: Any
    response: Any
    ask: Any  # solved and satisfied where they are the same
    more: dict[str, Any] = field(default_factory=dict)
    until: datetime = LATER
    exempt: tuple[str, ...] = ()

    def expected(self) -> dict[str, Any]:
        dispatched = self.response != "not-dispatched"
        counted = False if dispatched else "not-dispatched"
        plain = {
            "feedback": self.sign,
            "on-time": self.work,
            "solved": self.ask,
            "satisfied": self.ask,
            "response": self.response,
            "sign-in": self.sign,
            "completion": self.work,
            "timely-reply": self.work if isinstance(self.work, bool) else "not-replied",
            "direct": False,
            "send-back": counted,
            "reopen": counted,
        }
        told = plain | self.more
        timely = told["timely-reply"]
        gone = timely if timely in ("void", "diverted", "unhandled", "not-replied") else ""
        told = {"first-contact": gone or "not-said", "one-time": gone or told["reopen"] is not True} | told
        return told | self.more


NOT_ASKED = "not-followed-up"
OUT = "not-dispatched"
LATE = DUE + timedelta(days=3)
MOMENT = timedelta(microseconds=1)
STORIES: dict[str, Story] = {
    "closed, satisfied": Story(lambda: Life().take("closed"), True, True, True, True),
    "archived after that": Story(lambda: Life().take("archived"), True, True, True, True),
    "just received": Story(Life, OUT, OUT, OUT, NOT_ASKED),
    "accepted, never dispatched": Story(lambda: Life().take("accepted"), OUT, OUT, OUT, NOT_ASKED),
    "its deadline inherited, never dispatched": Story(
        inherited, False, OUT, OUT, NOT_ASKED, {"feedback": False, "timely-reply": "not-replied"}
    ),
    # -- what never became a unit's work
    **{
        f"{status}{' and archived' if filed else ''}": Story(
            archived(status) if filed else lambda status=status: Life().take(status),
            "diverted",
            OUT,
            OUT,
            NOT_ASKED,
            {"feedback": "diverted", "direct": status == "answered", "timely-reply": "diverted"},
        )
        for status in ("answered", "referred", "declined", "merged")
        for filed in (False, True)
    },
    "answered and closed": Story(
        closed_after_answer,
        "diverted",
        OUT,
        OUT,
        NOT_ASKED,
        {"feedback": "diverted", "direct": True, "timely-reply": "diverted"},
    ),
    "answered, but it did not do": Story(answered_then_accepted, OUT, OUT, OUT, NOT_ASKED),
    "merged from the unit's desk, unsigned, and archived": Story(
        told((c.Merge(AGENT, "2"), None), (c.Archive(ADMIN), None)),
        "diverted",
        "diverted",
        "diverted",
        NOT_ASKED,
        {"timely-reply": "diverted"},
    ),
    "merged after signing": Story(
        told((c.Merge(AGENT, "2"), None), start="signed"),
        "diverted",
        True,
        True,
        NOT_ASKED,
        {"timely-reply": "diverted"},
    ),
    # -- ended without a reply
    "withdrawn before dispatch and archived": Story(
        archived("withdrawn"), "unhandled", OUT, OUT, NOT_ASKED, {"feedback": "unhandled", "timely-reply": "unhandled"}
    ),
    "withdrawn in time, unsigned": Story(
        told((c.Withdraw(REQUESTER), None), (c.Archive(ADMIN), None)),
        "unhandled",
        "unhandled",
        "unhandled",
        NOT_ASKED,
        {"timely-reply": "unhandled"},
    ),
    "terminated in time, signed": Story(
        lambda: Life().take("terminated"), "unhandled", True, True, NOT_ASKED, {"timely-reply": "unhandled"}
    ),
    "terminated when it was overdue": Story(
        told((c.Terminate(REVIEWER, "hopeless"), LATE), (c.Archive(ADMIN), None)),
        False,
        False,
        False,
        NOT_ASKED,
        {"timely-reply": "not-replied"},
    ),
    "terminated, then taken up again": Story(
        told((c.Terminate(REVIEWER, "hopeless"), None), (c.Reopen(DISPATCHER), None), start="signed"),
        False,
        True,
        True,
        NOT_ASKED,
        {"reopen": True, "timely-reply": "not-replied"},
    ),
    "void": Story(lambda: Life().take("void"), "void", "void", "void", "void", dict.fromkeys(METRIC, "void")),
    "void after its reply": Story(
        told((c.Void(ADMIN, "test-call"), None), start="replied"),
        "void",
        "void",
        "void",
        "void",
        dict.fromkeys(METRIC, "void"),
    ),
    # -- not answered
    "lying on the unit's desk": Story(
        lambda: Life().take("dispatched"), False, False, False, NOT_ASKED, {"timely-reply": "not-replied"}
    ),
    "signed late, not answered": Story(
        told((c.Sign(HANDLER), SIGN_DUE)), False, False, True, NOT_ASKED, {"timely-reply": "not-replied"}
    ),
    "signed in the last moment": Story(
        told((c.Sign(HANDLER), SIGN_DUE - MOMENT)), False, True, True, NOT_ASKED, {"timely-reply": "not-replied"}
    ),
    # -- answered
    "answered in the last moment": Story(
        told((c.Reply(HANDLER), DUE - MOMENT), start="signed"), True, True, True, NOT_ASKED
    ),
    "answered the moment it was too late": Story(
        told((c.Reply(HANDLER), DUE), start="signed"), False, True, True, NOT_ASKED, {"completion": True}
    ),
    "answered without signing": Story(told((c.Reply(HANDLER), None)), True, True, True, NOT_ASKED),
    "a reply that did not pass the review": Story(
        told((c.Review(REVIEWER, passed=False, reason="vague"), None), start="replied"),
        False,
        True,
        True,
        NOT_ASKED,
        {"timely-reply": "not-replied"},
    ),
    "done again: the first reply stands, the requester is asked anew": Story(
        told((c.Reopen(DISPATCHER), None), start="closed"), True, True, True, NOT_ASKED, {"reopen": True}
    ),
    # -- not yet
    "an hour after dispatch": Story(
        lambda: Life().take("dispatched"),
        "not-due",
        "not-due",
        "not-due",
        NOT_ASKED,
        {"timely-reply": "not-replied"},
        AT + 3 * HOUR,
    ),
    "closed, but before either limit": Story(
        lambda: Life().take("closed"), "not-due", "not-due", "not-due", True, {"timely-reply": True}, SIGN_DUE - MOMENT
    ),
    "closed, before the limit to handle": Story(
        lambda: Life().take("closed"), "not-due", True, True, True, {"timely-reply": True}, DUE - MOMENT
    ),
    "closed, the moment the limit has come": Story(lambda: Life().take("closed"), True, True, True, True, {}, DUE),
    # -- no limits
    "no limits at all": Story(
        lambda: Life(NO_LIMITS).take("closed"), "no-limit", "no-limit", True, True, {"timely-reply": "no-limit"}
    ),
    "no limits, never touched": Story(
        lambda: Life(NO_LIMITS).take("dispatched"),
        "no-limit",
        "no-limit",
        False,
        NOT_ASKED,
        {"timely-reply": "not-replied"},
    ),
    "no limit to sign: feedback is the reply": Story(
        lambda: Life(NEVER_SIGNED).take("closed"), True, "no-limit", True, True, {"feedback": True}
    ),
    "no limit to sign, answered late": Story(
        told((c.Reply(HANDLER), LATE), policy=NEVER_SIGNED),
        False,
        "no-limit",
        True,
        NOT_ASKED,
        {"feedback": False, "completion": True},
    ),
    "no limit to sign, not due": Story(
        lambda: Life(NEVER_SIGNED).take("dispatched"),
        "not-due",
        "no-limit",
        "not-due",
        NOT_ASKED,
        {"feedback": "not-due", "timely-reply": "not-replied"},
        DUE - MOMENT,
    ),
    # -- whose signing it is
    "sent back unsigned in time: that is feedback": Story(
        told((c.SendBack(HANDLER, "not-our-duty"), None)),
        False,
        True,
        True,
        NOT_ASKED,
        {"send-back": True, "timely-reply": "not-replied"},
    ),
    "sent back unsigned too late": Story(
        told((c.SendBack(HANDLER, "not-our-duty"), SIGN_DUE)),
        False,
        False,
        True,
        NOT_ASKED,
        {"send-back": True, "timely-reply": "not-replied"},
    ),
    "the second unit answers for its own signing": Story(
        told(
            (c.SendBack(HANDLER, "not-our-duty"), None),
            (c.Adjudicate(DISPATCHER, "reassign", "u2"), None),
            (c.Sign(U2), LATE),
            (c.Reply(U2), None),
        ),
        False,
        False,
        True,
        NOT_ASKED,
        {"send-back": True, "completion": True},
    ),
    "recalled before it was late, and given to the same unit again": Story(
        told((c.Recall(DISPATCHER), None), (c.Dispatch(DISPATCHER, "u1"), None), (c.Sign(HANDLER), None)),
        False,
        True,
        True,
        NOT_ASKED,
        {"timely-reply": "not-replied"},
    ),
    "recalled when it was late already": Story(
        told((c.Recall(DISPATCHER), SIGN_DUE), (c.Dispatch(DISPATCHER, "u1"), None), (c.Sign(HANDLER), None)),
        False,
        False,
        True,
        NOT_ASKED,
        {"timely-reply": "not-replied"},
    ),
    "recalled and not yet given to another": Story(
        told((c.Recall(DISPATCHER), None)), False, "not-due", False, NOT_ASKED, {"timely-reply": "not-replied"}
    ),
    # -- how it was done (handbook 8.2: first contact is yes over yes and no)
    "the requester was reached": Story(
        told((c.Reply(HANDLER, contacted=True, contacted_at=AT), None), start="signed"),
        True,
        True,
        True,
        NOT_ASKED,
        {"first-contact": True},
    ),
    "nobody called the requester": Story(
        told((c.Reply(HANDLER, contacted=False, not_contacted="no-phone"), None), start="signed"),
        True,
        True,
        True,
        NOT_ASKED,
        {"first-contact": False},
    ),
    "the second reply passed": Story(
        told(
            (c.Review(REVIEWER, passed=False, reason="vague"), None),
            (c.Reply(HANDLER), None),
            (c.Review(REVIEWER), None),
            start="replied",
        ),
        True,
        True,
        True,
        NOT_ASKED,
        {"one-time": False},
    ),
    # -- what the requester says
    "not satisfied, solved": Story(
        asked(solved=True, satisfied="dissatisfied"), True, True, True, True, {"satisfied": False}
    ),
    "satisfied, not solved": Story(
        asked(solved=False, satisfied="satisfied"), True, True, True, True, {"solved": False}
    ),
    "reached, and said neither": Story(asked(), True, True, True, "no-answer"),
    "unreachable": Story(
        asked(outcome="unreachable", solved=True, satisfied="satisfied"), True, True, True, "unreachable"
    ),
    "refused": Story(asked(outcome="refused"), True, True, True, "refused"),
    "disputed": Story(asked(outcome="disputed"), True, True, True, "disputed"),
    # TV-85 (皖政办秘〔2021〕65号 第十条 after 国办发〔2020〕53号): mediation, dissatisfied, out of the denominator
    "TV-85 dissatisfied, of a matter that is exempt": Story(
        asked(solved=False, satisfied="dissatisfied"),
        True,
        True,
        True,
        False,
        {"satisfied": "exempt"},
        exempt=("城乡建设",),
    ),
    "of a matter whose name only begins like an exempt one": Story(
        asked(solved=True, satisfied="satisfied"), True, True, True, True, exempt=("城乡", "城乡建设/物业")
    ),
    "of an exempt matter, but unreachable": Story(
        asked(outcome="unreachable"), True, True, True, "unreachable", exempt=("城乡建设/物业管理",)
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_an_order_counts_as_its_life_was(name: str) -> None:
    story = STORIES[name]
    assert verdicts(story.build(), story.until, story.exempt) == story.expected()


def test_every_reason_a_rate_names_comes_out_and_no_other() -> None:
    seen: dict[str, set[str]] = {metric: set() for metric in METRIC}
    for story in STORIES.values():
        for metric, verdict in verdicts(story.build(), story.until, story.exempt).items():
            if isinstance(verdict, str):
                seen[metric].add(verdict)
    assert seen == {metric.id: set(metric.exclusions) for metric in METRICS}
    assert set(REASONS) == {reason for metric in METRICS for reason in metric.exclusions}


def test_the_counts_add_up_and_say_what_is_open() -> None:
    found = [taken(story.build(), story.until) for story in STORIES.values()]
    counts = measure(found)[""].counts
    assert counts["received"] == len(STORIES)
    assert counts["replied"] + counts["diverted"] + counts["unhandled"] + counts["open"] == counts["received"]
    void = sum(f.ended == "void" and f.replied is not None for f in found)
    assert void == 1
    untimed = sum(f.replied is not None and f.due is None for f in found)
    assert untimed == 1
    assert counts["on_time"] + counts["late"] == counts["replied"] - untimed
    assert 0 < counts["overdue_open"] < counts["open"]
    assert counts["diverted"] == 11


@pytest.mark.parametrize("order", ["shuffled", "reversed"])
def test_the_order_of_the_orders_changes_nothing(order: str) -> None:
    found = [change(taken(story.build()), number=str(i)) for i, story in enumerate(STORIES.values())]
    mixed = found[::-1]
    if order == "shuffled":
        random.Random(7).shuffle(mixed)
    assert measure(mixed) == measure(found)


def test_for_every_rate_counted_and_excluded_are_all_orders() -> None:
    card = measure(taken(story.build(), story.until) for story in STORIES.values())[""]
    for rate in card.rates:
        assert rate.denominator + sum(n for _, n in rate.excluded) == len(STORIES), rate.metric
        assert 0 <= rate.numerator <= rate.denominator


def test_orders_that_failed_are_named_in_order_and_at_most_a_hundred() -> None:
    life = Life().take("dispatched")
    found = [change(taken(life), number=f"{n:04}") for n in range(300, 100, -1)]
    rate = measure(found)[""].rate("on-time")
    assert (rate.numerator, rate.denominator) == (0, 200)
    assert rate.failing == tuple(f"{n:04}" for n in range(101, 101 + MOST_NAMED))


# ── what is taken from an order ──


def test_working_days_are_counted_from_receipt_to_the_reply() -> None:
    life = Life().take("signed")
    life.do(c.Reply(HANDLER), datetime(2026, 10, 10, 9, tzinfo=CST))
    assert taken(life).working_days == 5  # TV-01: 29 and 30 September, 8, 9 and 10 October
    assert facts(life.order, until=LATER, levels={}).working_days is None


def test_a_reply_recorded_before_the_time_of_receipt_took_no_days() -> None:
    request = Request(AT + timedelta(days=10), kind=Kind.COMPLAINT, category="a")
    assert taken(Life(request=request).take("replied")).working_days == 0


def test_a_provisional_deadline_is_counted_as_such() -> None:
    """TV-15: an order of 2026-12-31 falls due in a year that no notice has settled."""
    life = Life(at=datetime(2026, 12, 31, 10, tzinfo=CST)).take("dispatched")
    card = measure([taken(life, datetime(2026, 12, 31, 18, tzinfo=CST)), taken(Life().take("dispatched"))])[""]
    assert card.counts["provisional"] == 1


def test_a_level_the_policy_does_not_know_is_no_answer() -> None:
    life = Life().take("closed")
    assert facts(life.order, until=LATER, levels={"other": True}).satisfied is None


def test_what_is_asked_as_of_a_naive_time_is_refused() -> None:
    with pytest.raises(CalendarError) as refused:
        facts(Life().order, until=datetime(2026, 11, 1), levels={})  # noqa: DTZ001 - naive on purpose
    assert refused.value.code == "naive-time"


def test_the_end_of_the_period_may_be_told_in_any_zone() -> None:
    from datetime import UTC

    life = Life().take("closed")
    assert taken(life, DUE.astimezone(UTC)) == taken(life, DUE)


def test_after_the_log_is_folded_to_a_day_the_rates_are_those_of_that_day() -> None:
    from hotline12345.core.evolve import fold

    life = Life().take("signed")
    life.do(c.Reply(HANDLER), LATE)
    before = fold(event for event in life.log if event.at <= DUE)
    then = facts(before, until=DUE, levels={})
    assert (then.replied, then.overdue) == (None, True)
    assert (taken(life).overdue, taken(life).on_time) == (False, False)


def test_what_was_merged_late_is_not_overdue_and_what_was_terminated_late_is_no_longer_open() -> None:
    merged, terminated, lying = (Life(number=n).take("dispatched") for n in "123")
    merged.do(c.Merge(AGENT, "9"), LATE)
    terminated.do(c.Terminate(REVIEWER, "hopeless"), LATE)
    found = [taken(life) for life in (merged, terminated, lying)]
    assert [f.overdue for f in found] == [False, True, True]
    assert measure(found)[""].counts["overdue_open"] == 1


def test_an_order_counts_from_the_moment_its_limit_to_sign_has_come() -> None:
    life = Life().take("dispatched")
    before, after = verdicts(life, SIGN_DUE - MOMENT), verdicts(life, SIGN_DUE)
    assert [before[rate] for rate in ("sign-in", "feedback", "response")] == ["not-due"] * 3
    assert [after[rate] for rate in ("sign-in", "feedback", "response")] == [False] * 3


# ── groups ──


def of(unit: str, kind: Kind, category: str, area: str, channel: str) -> OrderFacts:
    request = Request(AT, kind=kind, category=category, area=area, channel=channel)
    life = Life(request=request)
    life.do(c.Accept(DISPATCHER))
    life.do(c.Dispatch(DISPATCHER, unit))
    if unit == "u1":
        life.do(c.Reply(HANDLER))
    return taken(life)


MANY = [
    of("u1", Kind.COMPLAINT, "城乡建设/物业管理", "210102", "phone"),
    of("u2", Kind.COMPLAINT, "城乡建设/物业管理", "210103", "web"),
    of("u1", Kind.HELP, "环境保护", "210103", "web"),
]


@pytest.mark.parametrize(
    ("by", "rates"),
    [
        ("unit", {"u1": (2, 2), "u2": (0, 1)}),
        ("kind", {"complaint": (1, 2), "help": (1, 1)}),
        ("category", {"城乡建设/物业管理": (1, 2), "环境保护": (1, 1)}),
        ("area", {"210102": (1, 1), "210103": (1, 2)}),
        ("channel", {"phone": (1, 1), "web": (1, 2)}),
        ("", {"": (2, 3)}),
    ],
)
def test_orders_are_counted_by_their_group(by: str, rates: dict[str, tuple[int, int]]) -> None:
    cards = measure(MANY, by=by)
    assert list(cards) == sorted(cards)
    found = {key: card.rate("on-time") for key, card in cards.items()}
    assert {key: (rate.numerator, rate.denominator) for key, rate in found.items()} == rates


def test_groups_add_up_to_the_whole() -> None:
    everything = [taken(story.build(), story.until) for story in STORIES.values()]
    whole = measure(everything)[""]
    for by in GROUPS:
        cards = measure(everything, by=by).values()
        for rate in whole.rates:
            parts = [card.rate(rate.metric) for card in cards]
            assert sum(part.numerator for part in parts) == rate.numerator
            assert sum(part.denominator for part in parts) == rate.denominator


def test_orders_without_a_unit_or_a_kind_are_a_group_of_their_own() -> None:
    life = Life(request=Request(AT))
    assert list(measure([taken(life)], by="unit")) == [""]
    assert list(measure([taken(life)], by="kind")) == [""]


def test_a_group_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(RequestError) as refused:
        measure([], by="number")
    assert refused.value.code == "unknown-group"
    assert "channel" in refused.value.hint("en")


def test_a_rate_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(RequestError) as refused:
        measure([])[""].rate("on-tme")
    assert refused.value.code == "unknown-metric"
    assert "on-time" in refused.value.hint("zh")


def test_nothing_at_all_is_blank_everywhere_and_no_group() -> None:
    """TV-69: no due orders is blank, never 0 % or 100 %."""
    card = measure([])[""]
    assert all(rate.value is None for rate in card.rates)
    assert card.median_working_days is None
    assert set(card.counts.values()) == {0}
    assert measure([], by="unit") == {}


def test_a_rate_of_orders_none_of_which_is_due_is_blank() -> None:
    """TV-69."""
    card = measure([taken(Life().take("dispatched"), AT + 3 * HOUR)])[""]
    assert card.rate("on-time") == Rate("on-time", 0, 0, (("not-due", 1),))
    assert card.rate("on-time").value is None


# ── figures that were published (handbook §14); where the source prints something else, it says so ──

PUBLISHED = [
    ("TV-60 连云港 2019-06: closed of due", 25_783, 29_186, "88.34"),
    ("TV-60 连云港 2019-06: on time of due", 24_165, 29_186, "82.80"),
    ("TV-61 连云港 2017-04: closed of due", 23_974, 24_932, "96.16"),
    ("TV-61 连云港 2017-04: on time of due", 22_345, 24_932, "89.62"),
    ("TV-62 淮北", 1_715, 2_274, "75.42"),
    ("TV-62 淮北", 6_673, 8_947, "74.58"),
    ("TV-63 淮北, kinds of 9,230", 4_733, 9_230, "51.28"),
    ("TV-63 淮北", 3_162, 9_230, "34.26"),
    ("TV-63 淮北", 238, 9_230, "2.58"),
    ("TV-63 淮北 (the source prints 1.23)", 114, 9_230, "1.24"),
    ("TV-63 淮北", 14, 9_230, "0.15"),
    ("TV-63 淮北", 969, 9_230, "10.50"),
    ("TV-64 a city, week 28", 33_523, 71_184, "47.09"),
    ("TV-64", 21_570, 71_184, "30.30"),
    ("TV-64", 10_497, 71_184, "14.75"),
    ("TV-64", 3_783, 71_184, "5.31"),
    ("TV-64", 228, 71_184, "0.32"),
    ("TV-64", 1_583, 71_184, "2.22"),
    ("TV-65 宜春", 15_390, 18_113, "84.97"),
    ("TV-65 宜春", 2_013, 18_113, "11.11"),
    ("TV-65 宜春", 710, 18_113, "3.92"),
    ("TV-67 宁国, on time (the source prints 99 %)", 597, 601, "99.33"),
    ("TV-68 衡东, of 4,898 + 6,273", 11_163, 4_898 + 6_273, "99.93"),
]


@pytest.mark.parametrize(("source", "numerator", "denominator", "value"), PUBLISHED)
def test_a_published_percentage_is_what_comes_out(source: str, numerator: int, denominator: int, value: str) -> None:
    assert str(Rate("on-time", numerator, denominator).value) == value


def test_half_up_is_neither_bankers_nor_binary() -> None:
    # TV-36, TV-37: 12.795 and 17.665 lie between two even-handed answers; as binary fractions both would fall.
    assert str(half_up(Decimal("12.795"))) == "12.80"
    assert str(half_up(Decimal("17.665"))) == "17.67"
    assert (round(12.795, 2), round(17.665, 2)) == (12.79, 17.66)
    assert str(percent(1, 800)) == "0.13"  # 0.125
    assert str(percent(Decimal("0.5"), Decimal(4))) == "12.50"


def test_a_percentage_does_not_depend_on_the_callers_decimal_context() -> None:
    with localcontext() as context:
        context.prec, context.rounding = 3, "ROUND_UP"
        assert str(percent(24_165, 29_186)) == "82.80"
        assert str(half_up(Decimal("12.795"))) == "12.80"
        assert median([1001, 1004]) == Decimal("1002.5")


@pytest.mark.parametrize(
    ("values", "middle"),
    [([], None), ([3], "3"), ([5, 1], "3"), ([1, 4], "2.5"), ([9, 1, 2], "2"), ([0, 0, 1, 7], "0.5")],
)
def test_the_median_is_the_middle_or_between_the_two_in_the_middle(values: list[int], middle: str | None) -> None:
    found = median(values)
    assert (None if found is None else str(found)) == middle


# ── the on-time rate against TV-60 and TV-61, order by order ──


def test_what_fell_due_is_the_denominator_so_that_nobody_gains_by_not_answering() -> None:
    """TV-60/61 publish on time / due and closed / due; on time / closed (handbook 8.4) stands beside them."""
    lives = [Life(number=str(n)).take("signed") for n in range(5)]
    for life in lives[:3]:
        life.do(c.Reply(HANDLER))
    lives[3].do(c.Reply(HANDLER), LATE)  # late; the fifth never
    card = measure([taken(life) for life in lives])[""]
    assert [card.rate(m).value for m in ("on-time", "completion", "timely-reply")] == [60, 80, 75]
    assert card.rate("on-time").failing == ("3", "4")
    assert card.counts["overdue_open"] == 1


def test_an_early_reply_counts_when_its_deadline_comes_and_not_before() -> None:
    quick, slow = Life(number="1").take("replied"), Life(number="2").take("signed")
    before = measure([taken(life, DUE - MOMENT) for life in (quick, slow)])[""].rate("on-time")
    after = measure([taken(life, DUE) for life in (quick, slow)])[""].rate("on-time")
    assert (before.value, before.excluded) == (None, (("not-due", 2),))
    assert after.value == 50


# ── how they are written ──


def test_the_four_and_the_three_are_there() -> None:
    assert [METRIC[m].zh for m in FOUR] == ["及时反馈率", "按时办结率", "问题解决率", "满意率"]
    assert [METRIC[m].zh for m in THREE] == ["响应率", "问题解决率", "满意率"]
    assert len(METRIC) == len(METRICS)


def test_the_page_prints_the_definitions_as_they_are(repo_root: Path) -> None:
    page = (repo_root / "docs/decisions/0004-metrics.md").read_text(encoding="utf-8")
    rows = [
        tuple(cell.strip() for cell in line.strip("| ").split("|"))
        for line in page.splitlines()
        if line.startswith("| `")
    ]
    metrics = [
        (
            f"`{m.id}`",
            f"{m.zh} {m.en}",
            f"{m.numerator[0]} {m.numerator[1]}",
            f"{m.denominator[0]} {m.denominator[1]}",
            " ".join(f"`{reason}`" for reason in m.exclusions) or "—",
        )
        for m in METRICS
    ]
    reasons = [(f"`{code}`", zh, en) for code, (zh, en) in REASONS.items()]
    assert rows == metrics + reasons


def test_no_float_is_anywhere_in_the_arithmetic(repo_root: Path) -> None:
    for name in ("decimals", "figures", "metrics", "model", "orderfacts", "points", "tally"):
        tree = ast.parse((repo_root / f"src/hotline12345/core/scoring/{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), (name, node.lineno)
            assert not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div), (name, node.lineno)
            assert not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("float", "round")), (
                name,
                node.lineno,
            )


def test_no_float_is_in_a_scorecard() -> None:
    card: Scorecard = measure([taken(story.build(), story.until) for story in STORIES.values()])[""]
    assert not any(isinstance(value, float) for value in leaves(asdict(card)))
    assert isinstance(card.median_working_days, Decimal)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]
