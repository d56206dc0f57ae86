"""Hypothesis strategies for rules and calendars (随机办法与日历): needs the extra ``testing``.

::

    from hypothesis import given
    from hotline12345.testing.policies import packs

    @given(packs())
    def test_my_host_bears_any_place(pack): ...

What they make need make no sense together; hold it against :func:`hotline12345.core.verify.check` where it must.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from hypothesis import strategies as st

from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.calendar.overlay import Overlay, OverlayDay
from hotline12345.core.policy import (
    ClearanceRule,
    ExtensionRule,
    Flow,
    LimitRule,
    Pack,
    Policy,
    RecordRule,
    ReopenRule,
    RepeatRule,
    Rung,
    ScopeRule,
    SendBackRule,
)
from hotline12345.core.request import Kind
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import ClockRules, Stage

from .orders import PLACE, small_policy
from .strategies import UNITS, limits

_WINDOWS = (((time(9), time(12)), (time(13, 30), time(17, 30))), ((time(8), time(18)),), ((time(9), time(9, 1)),))
_CATEGORIES = ("城乡建设", "城乡建设/物业管理", "公安", "环境保护")


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Return China's calendar with some days of 2026 changed and other office hours (工作日历)."""
    drawn = st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 20)), st.booleans())
    days = draw(st.lists(drawn, max_size=6, unique_by=lambda one: one[0]))
    changed = tuple(OverlayDay(day, works, "虚构", "虚构") for day, works in days)
    overlays = (Overlay(changed, "虚构 fictitious", "generated", (), True),) if changed else ()
    return WorkCalendar.china(overlays=overlays, windows=draw(st.sampled_from(_WINDOWS)))


@st.composite
def networks(draw: st.DrawFn, units: tuple[str, ...] = UNITS) -> RoutingGraph:
    """Return a place's units and a dispatch catalogue (派单网络): a city, its centre, and *units* somewhere below."""
    there = [Unit("city", "市", Grade.CITY, "", PLACE), Unit("centre", "热线", Grade.CENTRE, "city")]
    for number, code in enumerate(units):
        above = draw(st.sampled_from(("city", *units[:number])))
        there.append(Unit(code, f"单位{number}", Grade.DEPARTMENT, above))
    claimed = draw(st.lists(st.sampled_from(_CATEGORIES), max_size=3, unique=True))
    claims = [Claim(draw(st.sampled_from(units)), category) for category in claimed]
    return RoutingGraph.of(there, claims, centre="centre")


def _limit(stage: Stage, **more: Any) -> st.SearchStrategy[LimitRule]:
    return st.builds(LimitRule, st.just(stage), st.none() | limits(), st.just("library default"), **more)


@st.composite
def _limits(draw: st.DrawFn) -> tuple[LimitRule, ...]:
    start = st.sampled_from(("dispatched", "received", "signed"))
    found = [draw(_limit(Stage.HANDLE, start=start))]
    kinds = draw(st.lists(st.sampled_from(Kind), max_size=2, unique=True))
    found += [draw(_limit(Stage.HANDLE, start=start, kind=st.just(kind))) for kind in kinds]
    stages = draw(st.lists(st.sampled_from([one for one in Stage if one is not Stage.HANDLE]), max_size=4, unique=True))
    return (*found, *(draw(_limit(stage)) for stage in stages))


def _ladders() -> st.SearchStrategy[tuple[Rung, ...]]:
    stages = st.sampled_from((Stage.HANDLE, Stage.SIGN, Stage.REVIEW))
    rung = st.tuples(st.none() | limits(), stages)
    return st.lists(rung, max_size=3).map(
        lambda told: tuple(
            Rung(f"r{number}", f"第{number}级", after, "library default", stage)
            for number, (after, stage) in enumerate(told, 1)
        )
    )


def _scopes() -> st.SearchStrategy[tuple[ScopeRule, ...]]:
    one = st.builds(
        lambda disposition, words: (disposition, words),
        st.sampled_from(("legal", "petition", "decline")),
        st.lists(st.sampled_from(("诉讼", "仲裁", "信访", "路灯")), min_size=1, max_size=2, unique=True).map(tuple),
    )
    return st.lists(one, max_size=3).map(
        lambda told: tuple(
            ScopeRule(f"s{number}", how, "x", "library default", (), words)
            for number, (how, words) in enumerate(told, 1)
        )
    )


def provisions(units: tuple[str, ...] = UNITS) -> st.SearchStrategy[dict[str, Any]]:
    """Return what a place lays down (规定), as the fields of a policy; what is left out is as the library has it."""
    counts = st.none() | st.integers(0, 3)
    flow = st.builds(
        Flow, sign=st.booleans(), review=st.booleans(), follow_up=st.booleans(), close_when_satisfied=st.booleans()
    )
    optional: Mapping[str, st.SearchStrategy[Any]] = {
        "calendar": calendars(),
        "clock": st.builds(ClockRules, roll=st.booleans(), cutoff=st.none() | st.just(time(17))),
        "routes": networks(units),
        "scope": _scopes(),
        "send_back": st.builds(SendBackRule, window=st.none() | limits(), most=counts),
        "extension": st.builds(
            ExtensionRule,
            most=counts,
            longest=st.none() | limits(),
            up_to_original=st.booleans(),
            approver=st.sampled_from(("centre", "unit-head", "none")),
        ),
        "reopen": st.builds(ReopenRule, most=counts, limit=st.none() | limits()),
        "ladder": _ladders(),
        "record": st.builds(
            RecordRule, needs=st.sampled_from(((), ("place",), ("place", "time"))), wait=st.none() | limits()
        ),
        "repeat": st.builds(RepeatRule, own=st.sampled_from(("off", "suggest", "auto"))),
        "clearance": st.builds(ClearanceRule, required=st.booleans()),
    }
    return st.fixed_dictionaries({"limits": _limits(), "flow": flow}, optional=dict(optional))


def policies(units: tuple[str, ...] = UNITS) -> st.SearchStrategy[Policy]:
    """Return one edition of some place's rules (办法)."""
    return provisions(units).map(lambda given: small_policy(**given))


def packs(units: tuple[str, ...] = UNITS) -> st.SearchStrategy[Pack]:
    """Return a pack of one edition (政策包), in force since 2026-01-01."""
    return policies(units).map(lambda policy: Pack(policy.pack, policy.place, policy.title, (policy,)))
