"""Orders that come from elsewhere: taken over from another system, or divided from one that is here."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError, Conflict, RequestError
from hotline12345.core.order import Status
from hotline12345.core.policy import Dispatching, GrassrootsRule, Pack, ProblemRule
from hotline12345.core.request import Kind, Request, Requester
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.hotline import Hotline
from hotline12345.stores import open_store
from hotline12345.testing.orders import (
    ADMIN,
    AGENT,
    DISPATCHER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    limit,
    of_unit,
    small_policy,
)

NOW = datetime(2026, 11, 18, 10, tzinfo=CST)  # a Wednesday
UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
    Unit("u2", "公安局", Grade.DEPARTMENT, "city"),
)
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"), Claim("u2", "公安")), centre="centre")


@pytest.fixture(params=["memory", "sqlite"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hotline]:
    store = open_store("memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/orders.db")
    yield hotline(store)
    store.close()


def hotline(store: Any = "memory:", **changes: Any) -> Hotline:
    policy = small_policy(**({"routes": ROUTES, "limits": (limit("5wd"), limit("1wd", Stage.SIGN))} | changes))
    numbers = iter(range(1, 100_000))
    return Hotline(
        Pack("test", policy.place, "test", (policy,)),
        store,
        secrets=bytes(32),
        clock=lambda: NOW,
        number=lambda at, n: f"{next(numbers):06d}",
    )


DOCUMENT: dict[str, Any] = {
    "system": "旧平台",
    "number": "GD001",
    "day": "2026-11-18",
    "status": "办理中",
    "kind": "投诉",
    "category": "城乡建设/物业管理",
    "area": "210102",
    "request": {
        "received": "2026-11-12T09:00:00+08:00",
        "text": "物业乱收费",
        "requester": {"name": "张三", "phone": "13800138000"},
    },
    "assignments": [
        {
            "unit": "u2",
            "opened": "2026-11-12T10:00:00+08:00",
            "closed": "2026-11-12T15:00:00+08:00",
            "why": "sent-back",
        },
        {
            "unit": "u1",
            "opened": "2026-11-13T10:00:00+08:00",
            "signed": "2026-11-13T11:00:00+08:00",
            "handle": {"due": "2026-11-25"},
        },
        {
            "unit": "east",
            "role": "assist",
            "under": 2,
            "opened": "2026-11-13T12:00:00+08:00",
            "handle": {"used": "2wd"},
        },
    ],
    "citizen": "2026-11-25",
    "extended": 1,
    "urged": 2,
}


def but(**changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(DOCUMENT)) | changes


# ── adopt ──


def test_a_running_order_comes_in_as_it_stood(line: Hotline) -> None:
    order = line.adopt(DOCUMENT, by=ADMIN)
    assert (order.status, order.holder, order.kind, order.category) == (
        Status.SIGNED,
        "u1",
        Kind.COMPLAINT,
        "城乡建设/物业管理",
    )
    assert order.intake.origin == ("旧平台", "GD001")
    assert order.counts.handovers.adopted == date(2026, 11, 18)
    assert [(a.id, a.parent, a.unit, a.role, a.why) for a in order.assignments] == [
        ("A1", "", "u2", "lead", "sent-back"),
        ("A2", "", "u1", "lead", ""),
        ("A3", "A2", "east", "assist", ""),
    ]
    assert (order.counts.extended, order.counts.urged, order.counts.sent_back) == (1, 2, 1)
    assert order.citizen is not None
    assert order.citizen.deadline.due_day == date(2026, 11, 25)
    # Two of five working days are gone: three from Wednesday the 18th.
    helper = order.assignments[2].handle
    assert helper is not None
    assert helper.deadline.due_day == date(2026, 11, 23)
    assert line.words(order.number)["text"] == "物业乱收费"
    assert [head.number for head in line.by_requester("13800138000").heads] == [order.number]
    assert line.order(order.number) == order
    assert "物业乱收费" not in repr(line.history(order.number))


def test_it_lives_on_like_any_other(line: Hotline) -> None:
    number = line.adopt(DOCUMENT, by=ADMIN).number
    assert line.tick(datetime(2026, 11, 24, tzinfo=CST)).overdue == 2  # the assistant has neither signed nor replied
    line.handle(number, c.Reply(of_unit("east")), at=datetime(2026, 11, 24, 9, tzinfo=CST))
    after = line.handle(number, c.Reply(HANDLER, solved=True), at=datetime(2026, 11, 24, 10, tzinfo=CST))
    assert after.on_time
    line.handle(number, c.Review(REVIEWER), at=datetime(2026, 11, 24, 11, tzinfo=CST))
    again = line.handle(number, c.Reopen(SUPERVISOR), at=datetime(2026, 11, 25, 10, tzinfo=CST))
    assert (again.holder, again.counts.reopened) == ("u1", 1)


def test_extensions_so_far_count(line: Hotline) -> None:
    from hotline12345.core.policy import ExtensionRule

    strict = hotline(extension=ExtensionRule(most=1, basis="test"))
    number = strict.adopt(DOCUMENT, by=ADMIN).number
    with pytest.raises(CommandError) as refused:
        strict.handle(number, c.Extend(HANDLER, TimeLimit.parse("1wd"), "complex"))
    assert refused.value.code == "extension-too-often"


def test_the_same_number_of_the_same_system_is_one_order(line: Hotline) -> None:
    first = line.adopt(DOCUMENT, by=ADMIN)
    assert line.adopt(DOCUMENT, by=ADMIN) == first
    with pytest.raises(Conflict) as refused:
        line.adopt(but(urged=3), by=ADMIN)
    assert refused.value.code == "key-reused"
    assert line.adopt(but(system="另一平台"), by=ADMIN).number != first.number


@pytest.mark.parametrize("status", ["accepted", "disputed", "replied", "reviewed", "following-up", "closed"])
def test_every_stage_of_life_can_come_over(status: str, line: Hotline) -> None:
    lead = {"unit": "u1", "opened": "2026-11-13T10:00:00+08:00", "signed": "2026-11-13T11:00:00+08:00"}
    replied = lead | {"replied": "2026-11-16T10:00:00+08:00"}
    desks = {
        "accepted": [],
        "disputed": [lead | {"closed": "2026-11-16T10:00:00+08:00", "why": "sent-back"}],
        "replied": [replied],
    }.get(status, [replied | {"closed": "2026-11-17T10:00:00+08:00"}])
    order = line.adopt(but(status=status, assignments=desks, number=status), by=ADMIN)
    assert order.status.value == status
    assert (order.outcome.replied is not None) == (status not in ("accepted", "disputed"))
    onward: c.Command = {
        "accepted": c.Dispatch(DISPATCHER, "u1"),
        "disputed": c.Adjudicate(DISPATCHER, "reassign", "u2"),
        "replied": c.Review(REVIEWER),
    }.get(status, c.Reopen(DISPATCHER))
    assert line.handle(order.number, onward).version > order.version


def test_every_fault_is_told_at_once_and_nothing_is_written(line: Hotline) -> None:
    wrong = {
        "number": "",
        "status": "nowhere",
        "colour": "red",
        "kind": "wish",
        "request": {"received": "2026-11-12T09:00:00", "requester": {"nick": "x"}, "anonymous": "yes"},
        "assignments": [
            {"unit": "nobody", "opened": "2027-01-01T00:00:00+08:00", "role": "king"},
            {"unit": "u1", "opened": "2026-11-13T10:00:00+08:00", "signed": "2026-11-12T10:00:00+08:00", "under": 2},
            {"unit": "u1", "opened": "2026-11-13T10:00:00+08:00", "handle": {"used": "9wd"}},
        ],
        "extended": -1,
    }
    with pytest.raises(RequestError) as refused:
        line.adopt(wrong, by=ADMIN)
    assert refused.value.code == "bad-adoption"
    keys = {fault.key for fault in refused.value.facts["faults"]}
    assert keys >= {
        "system", "number", "status", "colour", "kind", "request.received", "request.requester.nick",
        "request.anonymous", "assignments[1].unit", "assignments[1].opened", "assignments[1].role",
        "assignments[2].signed", "assignments[2].under", "assignments[3].handle.used", "extended",
    }  # fmt: skip
    for document in ([], "x", {}, but(status="signed", assignments=[]), but(assignments={})):
        with pytest.raises(RequestError):
            line.adopt(document, by=ADMIN)
    with pytest.raises(CommandError) as forbidden:
        line.adopt(DOCUMENT, by=AGENT)
    assert forbidden.value.code == "not-permitted"
    assert line.find().heads == ()


# ── divide ──


def test_a_part_becomes_an_order_with_the_citizens_clock(line: Hotline) -> None:
    asked = Request(
        NOW, "", "物业乱收费，还打人", Requester("张三", "13800138000"), Kind.COMPLAINT, "城乡建设/物业管理", "210102"
    )
    whole = line.receive(asked, by=AGENT)
    divided = c.Divide(DISPATCHER, category="公安", text="物业打人")
    later = NOW + timedelta(days=2)
    after = line.handle(whole.number, divided, at=later)
    (number,) = after.counts.handovers.divided
    part = line.order(number)
    assert (part.category, part.holder, part.area, part.kind) == ("公安", "u2", "210102", Kind.COMPLAINT)
    assert part.intake.origin == (whole.place, whole.number)
    assert part.intake.received == NOW
    assert (part.citizen, after.citizen) == (whole.citizen, whole.citizen)
    assert part.assignments[0].opened == later
    assert (after.status, after.holder) == (whole.status, whole.holder)
    assert line.words(number)["text"] == "物业打人"
    assert line.words(number)["requester"]["phone"] == "13800138000"
    assert len(line.by_requester("13800138000").heads) == 2
    assert "打人" not in repr(line.history(whole.number)) + repr(line.history(number))
    with pytest.raises(CommandError) as refused:
        line.handle(whole.number, c.Divide(DISPATCHER))
    assert refused.value.code == "part-needed"
    assert len(line.find().heads) == 2


def test_divided_twice_under_one_key_is_divided_once(line: Hotline) -> None:
    number = line.receive(Request(NOW, "", "x", category="城乡建设"), by=AGENT).number
    for _ in range(2):
        line.handle(number, c.Divide(DISPATCHER, category="公安"), key="once")
    assert len(line.find().heads) == 2


# ── by the rules alone ──


def test_what_the_guard_of_the_grassroots_keeps_waits_for_a_person(line: Hotline) -> None:
    towns = RoutingGraph.of(UNITS, (Claim("street", "城乡建设", "210102"),), centre="centre")
    guard = Dispatching(grassroots=GrassrootsRule(True, False, ("城乡建设",), basis="test"))
    guarded = hotline(routes=towns, dispatching=guard)
    order = guarded.receive(Request(NOW, "", "x", category="城乡建设", area="210102"), by=AGENT)
    assert order.status is Status.ACCEPTED
    assert guarded.handle(order.number, c.Dispatch(DISPATCHER, "street", override="flood")).holder == "street"


# ── the transfers of a real city ──


@pytest.mark.skipif("HOTLINE12345_DATA" not in os.environ, reason="needs the real data")
def test_the_transfers_of_fuzhou_replay_and_116_orders_become_problem_orders() -> None:
    """Real orders about rivers: 847 of the main block, of which 116 were transferred three times or more."""
    import csv

    with gzip.open(Path(os.environ["HOTLINE12345_DATA"]) / "fuzhou_orders.csv.gz", "rt", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["block"] == "main_id<=1203"]
    transfers = [int(row["transfer_count"] or 0) for row in rows]
    assert len(rows) == 847
    fuzhou = hotline(
        effective=None, routes=None, dispatching=Dispatching(problem=ProblemRule(refused=3, basis="巴彦淖尔市"))
    )
    for row, times in zip(rows, transfers, strict=True):
        order = fuzhou.receive(
            Request(datetime.fromisoformat(row["date"]).replace(tzinfo=CST), kind=Kind.parse(row["nature"])),
            by=AGENT,
            at=NOW,
            through="accept",
        )
        fuzhou.handle(order.number, c.Dispatch(DISPATCHER, "u0"))
        for n in range(times):
            fuzhou.handle(order.number, c.SendBack(of_unit(f"u{n}"), "not-our-duty"))
            fuzhou.handle(order.number, c.Adjudicate(DISPATCHER, "reassign", f"u{n + 1}"))
    orders = list(fuzhou.orders())
    assert Counter(order.counts.sent_back for order in orders) == Counter(transfers)
    assert sum(order.problem is not None for order in orders) == 116
    assert all((order.problem is not None) == (order.counts.sent_back >= 3) for order in orders)
