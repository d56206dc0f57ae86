"""How long an order lay where; the spans add up to its life."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core.errors import RequestError
from hotline12345.core.spans import spans
from hotline12345.testing.orders import DISPATCHER, HANDLER, HOUR, REVIEWER, Life, of_unit


def test_each_span_says_who_held_it_in_which_status() -> None:
    life = Life().take("signed")
    life.do(c.Recall(DISPATCHER), life.at + 2 * HOUR)
    life.do(c.Dispatch(DISPATCHER, unit="u2"), life.at + 3 * HOUR)
    life.do(c.Reply(of_unit("u2"), solved=True), life.at + 4 * HOUR)
    held = [(span.status.value, span.holder) for span in spans(life.log)]
    assert held[-3:] == [("signed", "u1"), ("accepted", ""), ("dispatched", "u2")]
    assert [span.length for span in spans(life.log)][-3:] == [2 * HOUR, 3 * HOUR, 4 * HOUR]


def test_another_holder_in_the_same_status_is_another_span() -> None:
    life = Life().take("signed")
    life.do(c.Dispatch(HANDLER, unit="u2"), life.at + HOUR)
    life.do(c.Sign(of_unit("u2")))
    life.do(c.SendBack(of_unit("u2"), "not-our-duty"), life.at + 2 * HOUR)  # back to u1, which has signed
    life.do(c.Reply(HANDLER, solved=True), life.at + 3 * HOUR)
    held = [(span.status.value, span.holder, span.length) for span in spans(life.log)]
    assert held[-2:] == [("signed", "u2", 2 * HOUR), ("signed", "u1", 3 * HOUR)]


@given(st.lists(st.integers(min_value=0, max_value=500), min_size=4, max_size=4))
def test_spans_touch_and_add_up_to_the_life(hours: list[int]) -> None:
    life = Life().take("dispatched")
    steps = (
        c.Sign(HANDLER),
        c.Reply(HANDLER, solved=True),
        c.Review(REVIEWER, passed=False, reason="thin"),
        c.Reply(HANDLER),
    )
    for step, wait in zip(steps, hours, strict=True):
        life.do(step, life.at + wait * HOUR)
    found = spans(life.log)
    assert all(one.end == two.start for one, two in itertools.pairwise(found))
    assert sum((span.length for span in found), timedelta()) == life.log[-1].at - life.log[0].at


def test_an_open_order_lies_where_it_is_until_now() -> None:
    life = Life().take("signed")
    now = life.log[-1].at + 5 * HOUR
    assert spans(life.log, now)[-1].end == now
    assert spans(life.log, life.log[0].at)[-1].end == now - 5 * HOUR, "a span never ends before what is known"


def test_no_history_has_no_spans() -> None:
    with pytest.raises(RequestError) as refused:
        spans(())
    assert refused.value.code == "no-history"
