"""A new edition and the orders that run: keep, move, or the kinder of the two deadlines."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from hotline12345 import Actor, Hotline, Order, Request
from hotline12345.core import commands as c
from hotline12345.core.errors import CommandError
from hotline12345.core.events import DeadlineMoved, EditionAdopted
from hotline12345.core.request import Kind
from hotline12345.core.sla import TimeLimit, Unit
from hotline12345.packs import load_pack

AGENT, DISPATCHER = Actor.parse("agent@990100-12345/li"), Actor.parse("dispatcher@990100-12345/wu")
HANDLER, ADMIN = Actor.parse("handler@990100-a/zhang"), Actor.parse("admin@990100-12345/qian")
UNITS = (
    "code,name,grade,parent,area,phone,source\n990000,省,province,,990000,,x\n990100,市,city,990000,990100,,x\n"
    "990100-12345,热线,centre,990100,990100,,x\n990100-a,甲局,department,990100,990100,,x\n"
)
EDITION = 'title = "市"\nplace = "990100"\neffective = {day}\n[routing]\ncentre = "990100-12345"\n'
LIMIT = '[[limit]]\nkind = "{kind}"\nlimit = "{limit}"\nbasis = "{day} 第五条"\n'
# 2026-09-28 is a Monday; 5 working days on is 2026-10-10 (TV-01), 2 are 2026-09-30, 7 are 2026-10-13 (TV-02's list)
START, LATER = "2026-09-28T10:00+08:00", "2026-09-29T09:00+08:00"


def city(home: Path, clause: str, help_: str = "7wd", complaint: str = "2wd") -> Path:
    place = home / "city"
    place.mkdir()
    (place / "units.csv").write_text(UNITS, encoding="utf-8")
    (place / "catalogue.csv").write_text("category,area,unit\n,990100,990100-a\n", encoding="utf-8")
    old = "".join(LIMIT.format(kind=kind, limit="5wd", day="旧办法") for kind in ("求助", "投诉"))
    limits = {"求助": help_, "投诉": complaint}
    new = "".join(LIMIT.format(kind=kind, limit=limit, day="新办法") for kind, limit in limits.items())
    (place / "2020-01-01.toml").write_text(EDITION.format(day="2020-01-01") + old, encoding="utf-8")
    (place / "2026-09-29.toml").write_text(EDITION.format(day="2026-09-29") + new + clause, encoding="utf-8")
    return place


def said(open_orders: str) -> str:
    return f'[transition]\nopen_orders = "{open_orders}"\nbasis = "新办法 第三十条"\n'


def running(place: Path, kind: Kind) -> tuple[Hotline, Order]:
    hotline = Hotline(load_pack(place), clock=lambda: datetime.fromisoformat(LATER), secrets=b"0" * 16)
    start = datetime.fromisoformat(START)
    request = Request(start, text="灯不亮", kind=kind, category="城乡建设/市政设施", area="990100")
    return hotline, hotline.receive(request, by=AGENT, at=start)


def due(order: Order) -> dict[str, str]:
    return {name: str(clock.deadline.due_day) for name, clock, _ in order.running()}


@pytest.mark.parametrize(
    ("open_orders", "kind", "days"),
    [
        ("keep", Kind.HELP, {"citizen": "2026-10-10", "A1": "2026-10-10"}),
        ("move", Kind.HELP, {"citizen": "2026-10-13", "A1": "2026-10-13"}),
        ("move", Kind.COMPLAINT, {"citizen": "2026-09-30", "A1": "2026-09-30"}),
        # kinder: the later of the unit's deadlines, the earlier of the citizen's
        ("kinder", Kind.HELP, {"citizen": "2026-10-10", "A1": "2026-10-13"}),
        ("kinder", Kind.COMPLAINT, {"citizen": "2026-09-30", "A1": "2026-10-10"}),
    ],
)
def test_a_new_edition_does_to_running_orders_what_its_clause_says(
    tmp_path: Path, open_orders: str, kind: Kind, days: dict[str, str]
) -> None:
    hotline, order = running(city(tmp_path, said(open_orders)), kind)
    assert due(order) == {"citizen": "2026-10-10", "A1": "2026-10-10"}
    preview = hotline.adopt_edition(preview=True)
    assert due(hotline.order(order.number)) == due(order)
    done = hotline.adopt_edition()
    assert done == preview
    after = hotline.order(order.number)
    assert due(after) == days
    assert after.intake.edition == ("2020-01-01" if open_orders == "keep" else "2026-09-29")
    moved = [e for e in hotline.history(order.number) if isinstance(e, DeadlineMoved)]
    assert {e.reason for e in moved} <= {"policy"}
    assert len(moved) == len(done.shifts) == sum(days[name] != "2026-10-10" for name in days)
    assert hotline.adopt_edition().moved == 0  # safe to repeat
    assert hotline.order(order.number).version == after.version


def test_without_a_clause_running_orders_stay_under_their_edition(tmp_path: Path) -> None:
    hotline, order = running(city(tmp_path, ""), Kind.HELP)
    done = hotline.adopt_edition()
    assert (done.open_orders, done.orders, done.moved) == ("keep", 1, 0)
    with pytest.raises(CommandError) as raised:
        hotline.handle(order.number, c.AdoptEdition(ADMIN, edition="2026-09-29"))
    assert raised.value.code == "edition-keeps"


def test_going_over_is_recorded_with_the_edition_its_clause_and_its_article(tmp_path: Path) -> None:
    hotline, order = running(city(tmp_path, said("move")), Kind.HELP)
    after = hotline.handle(order.number, c.AdoptEdition(ADMIN, edition="2026-09-29"))
    (event,) = (e for e in hotline.history(order.number) if isinstance(e, EditionAdopted))
    policy = hotline.pack.newest
    assert (event.edition, event.digest, event.open_orders) == ("2026-09-29", policy.digest, "move")
    assert event.basis == "新办法 第三十条"
    assert hotline.policy_of(after) is policy


def test_a_deadline_that_was_extended_stands(tmp_path: Path) -> None:
    hotline, order = running(city(tmp_path, said("move")), Kind.COMPLAINT)
    at = datetime.fromisoformat("2026-09-28T11:00+08:00")
    hotline.handle(order.number, c.Sign(HANDLER), at=at)
    hotline.handle(order.number, c.Extend(HANDLER, TimeLimit(2, Unit.WORKING_DAYS)), at=at)
    extended = hotline.handle(order.number, c.GrantExtension(DISPATCHER), at=at)
    done = hotline.adopt_edition()
    assert (done.moved, done.shifts) == (1, ())
    assert due(hotline.order(order.number)) == due(extended)


def test_a_deadline_that_has_passed_under_the_new_edition_falls_overdue(tmp_path: Path) -> None:
    hotline, order = running(city(tmp_path, said("move")), Kind.COMPLAINT)
    late = datetime.fromisoformat("2026-10-01T09:00+08:00")  # 2 working days ended on 2026-09-30
    hotline.adopt_edition(at=late)
    assert hotline.tick(late).overdue == 2
    assert hotline.order(order.number).intake.edition == "2026-09-29"
