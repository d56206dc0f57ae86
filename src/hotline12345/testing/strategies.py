"""Hypothesis strategies for those who build on the library (随机诉求与命令): needs the extra ``testing``.

::

    from hypothesis import given
    from hotline12345.testing.strategies import actors, commands, requests

    @given(requests(), actors())
    def test_my_host_takes_whatever_comes(request, actor): ...
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core.actor import Actor, Role
from hotline12345.core.calendar import CST
from hotline12345.core.order import Order
from hotline12345.core.request import Kind, Request, Requester, Urgency
from hotline12345.core.sla import TimeLimit, Unit
from hotline12345.core.transitions import TRANSITIONS

UNITS = ("u1", "u2", "u3")
"""The units that actors and commands name unless told otherwise."""
DECISIONS = st.sampled_from(("uphold", "reassign", "designate", "backstop", "coin"))
WORDS = st.sampled_from(("", "路灯不亮", "小区停水三天了", "不存在燃气泄漏", "谢谢", "Ａ1🙂", "'; --"))
CODES = st.sampled_from(("", "not-our-duty", "complex", "unsolved"))
CATEGORIES = st.sampled_from(("", "城乡建设", "城乡建设/物业管理", "公安"))
_TWO = datetime(2026, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001 - the bounds of a strategy have no time zone


def instants() -> st.SearchStrategy[datetime]:
    """Return aware instants of 2026 (时刻), in China's time or in universal time."""
    return st.datetimes(*_TWO, timezones=st.sampled_from((CST, UTC)))


def actors(units: tuple[str, ...] = UNITS) -> st.SearchStrategy[Actor]:
    """Return somebody in any roles (办理人): of one of *units*, of the centre, or of nothing."""
    roles = st.frozensets(st.sampled_from(Role), min_size=1, max_size=2)
    return st.builds(Actor, st.sampled_from(("", "zhang", "li")), st.sampled_from(("", "centre", *units)), roles)


def requests(received: st.SearchStrategy[datetime] | None = None) -> st.SearchStrategy[Request]:
    """Return any request (诉求): with and without words, kind, category, area, name and reference."""
    return st.builds(
        Request,
        received=instants() if received is None else received,
        title=WORDS,
        text=WORDS,
        requester=st.builds(Requester, st.sampled_from(("", "张三")), st.sampled_from(("", "13800138000", "139"))),
        kind=st.none() | st.sampled_from(Kind),
        category=CATEGORIES,
        area=st.sampled_from(("", "210102", "210100")),
        channel=st.sampled_from(("phone", "web")),
        ref=st.sampled_from(("", "", "T-1", "T-2")),
        anonymous=st.booleans(),
        confidential=st.booleans(),
        wants_reply=st.booleans(),
        ext=st.sampled_from(({}, {"city.batch": 7})),
        level=st.sampled_from(("", "", "province")),
        line=st.sampled_from(("", "", "business")),
    )


def limits() -> st.SearchStrategy[TimeLimit]:
    """Return short time limits of every unit (时限)."""
    return st.builds(TimeLimit, st.integers(1, 10), st.sampled_from(Unit))


def _taking_in(others: tuple[str, ...]) -> dict[type[c.Command], dict[str, Any]]:
    return {
        c.Accept: {"kind": st.none() | st.sampled_from(Kind), "category": CATEGORIES, "text": WORDS},
        c.Answer: {"text": WORDS},
        c.Connect: {"how": st.sampled_from(("window", "expert-seat", "smoke")), "answered": st.booleans()},
        c.Refer: {"route": st.sampled_from(("legal", "petition", "nowhere")), "note": WORDS},
        c.Decline: {"reason": CODES, "note": WORDS},
        c.Merge: {"into": st.sampled_from(("", *others))},
        c.Supplement: {
            "text": WORDS,
            "facts": st.sampled_from(((), ("place",), ("place", "time"))),
            "new_fact": st.booleans(),
        },
        c.Offer: {
            "to": st.sampled_from(("110", "122", "114")),
            "outcome": st.sampled_from(("taken", "declined", "undecided", "lost")),
            "first": st.sampled_from(("here", "there")),
        },
        c.Curb: {"step": st.sampled_from(("", "warn", "restrict")), "note": WORDS},
        c.Entrust: {"person": st.sampled_from(("", "p1", "p2"))},
        c.Join: {"numbers": st.sampled_from(((), *((number,) for number in others)))},
        c.Cease: {"earlier": st.sampled_from(("", *others)), "note": WORDS},
        c.Clear: {"passed": st.booleans(), "reason": CODES, "note": WORDS},
    }


def _fields(units: tuple[str, ...], others: tuple[str, ...], now: datetime) -> dict[type[c.Command], dict[str, Any]]:
    """Return, for each command, the strategies of the fields that matter."""
    unit, ahead = st.sampled_from(("", *units)), st.integers(-1, 60).map(lambda days: now + timedelta(days=days))
    assignment = st.sampled_from(("", "", "A1", "A2"))
    return {
        c.Dispatch: {"unit": unit, "designate": st.sampled_from((False, False, False, True))},
        c.Consult: {"units": st.lists(unit, max_size=2).map(tuple)},
        c.Conclude: {"outcome": st.sampled_from(("agreed", "undecided", "coin")), "unit": unit},
        c.Divide: {"category": CATEGORIES, "text": WORDS},
        c.Report: {"reason": CODES, "text": WORDS, "assignment": assignment},
        c.Assist: {"unit": unit, "role": st.sampled_from(("assist", "copy", "lead"))},
        c.Sign: {"assignment": assignment},
        c.SendBack: {"reason": CODES, "note": WORDS, "assignment": assignment},
        c.Adjudicate: {"decision": DECISIONS, "unit": unit},
        c.Reclassify: {
            "kind": st.none() | st.sampled_from(Kind),
            "category": CATEGORIES,
            "urgency": st.none() | st.sampled_from(Urgency),
        },
        c.Review: {"passed": st.booleans(), "reason": CODES, "note": WORDS},
        **_answers(assignment, others),
        c.Reopen: {"unit": unit, "note": WORDS},
        c.Extend: {"amount": limits(), "reason": CODES, "note": WORDS},
        c.GrantExtension: {"granted": st.booleans()},
        c.Defer: {"until": ahead, "reason": CODES, "note": WORDS},
        c.Suspend: {
            "reason": st.sampled_from(("awaiting-requester", "", "x")),
            "until": st.none() | ahead,
            "note": WORDS,
        },
        c.ApplyStatute: {
            "code": st.sampled_from(("", "law", "no-law")),
            "limit": st.none() | limits(),
            "basis": st.sampled_from(("", "某法")),
        },
        c.Contact: {"reached": st.booleans(), "reason": CODES, "note": WORDS},
        c.Tell: {"what": st.sampled_from(("", "extended", "statute")), "note": WORDS},
        c.Supervise: {"rung": st.sampled_from(("supervise", "talk")), "note": WORDS},
        c.Flag: {
            "trigger": st.sampled_from(("repeats", "refused", "overdue")),
            "count": st.integers(0, 4),
            "note": WORDS,
        },
        c.Withdraw: {"note": WORDS},
        c.Terminate: {"reason": CODES, "note": WORDS},
        c.Void: {"reason": CODES},
        c.AdoptEdition: {"edition": st.sampled_from(("2017-04-10", "nowhere"))},
        **_taking_in(others),
    }


def _answers(assignment: st.SearchStrategy[str], others: tuple[str, ...]) -> dict[type[c.Command], dict[str, Any]]:
    return {
        c.Reply: {
            "text": WORDS,
            "public": WORDS,
            "solved": st.none() | st.booleans(),
            "assignment": assignment,
            "contacted": st.none() | st.booleans(),
            "fact": st.sampled_from(("", "true", "untrue", "maybe")),
            "result": st.sampled_from(("", "", "solved", "explained")),
        },
        c.FollowUp: {
            "outcome": st.sampled_from(("reached", "unreachable", "refused", "disputed", "asleep")),
            "solved": st.none() | st.booleans(),
            "satisfied": st.sampled_from(("", "satisfied", "dissatisfied", "ecstatic")),
            "note": WORDS,
            "caller": st.sampled_from(("", "", *others)),
            "attitude": st.sampled_from(("", "", "satisfied")),
        },
        c.Judge: {"reasonable": st.booleans(), "reason": CODES},
        c.Rate: {"level": st.sampled_from(("satisfied", "dissatisfied", "ecstatic"))},
        c.AskTermination: {"reason": CODES, "note": WORDS},
        c.DecideTermination: {"granted": st.booleans(), "reason": CODES},
    }


@st.composite
def commands(
    draw: st.DrawFn,
    order: Order,
    *,
    units: tuple[str, ...] = UNITS,
    others: tuple[str, ...] = ("nowhere",),
    sensible: bool = True,
) -> c.Command:
    """Return a command for *order* (命令).

    Args:
        order: the order as it stands.
        units: the units that are named.
        others: the numbers of orders that *order* may be merged into.
        sensible: mostly what the table allows now, by somebody who may; otherwise anything by anybody.
    """
    row = TRANSITIONS[order.status]
    given = _fields(units, others, order.at)
    if sensible and row and draw(st.integers(0, 9)):
        kind = draw(st.sampled_from(sorted(row, key=lambda cls: cls.__name__)))
        role = draw(st.sampled_from(sorted(row[kind].roles, key=lambda role: role.value)))
        desks = [a.unit for a in order.open_assignments] or list(units)
        inside = role in (Role.HANDLER, Role.UNIT_HEAD)
        by = Actor("zhang", draw(st.sampled_from(desks)) if inside else "centre", frozenset({role}))
    else:
        kind = draw(st.sampled_from(sorted((cls for cls in c.COMMANDS.values() if cls is not c.Receive), key=repr)))
        by = draw(actors(units))
    fields = {name: draw(strategy) for name, strategy in given.get(kind, {}).items()}
    if not draw(st.integers(0, 5)):
        fields |= {"occurred": draw(instants()), "ext": draw(st.sampled_from((None, {"city.box": [1, "a"]})))}
    return kind(by, **fields)
