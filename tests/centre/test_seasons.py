"""Plans for seasons: which days they are for, whether they are ready in time, and what came the year before."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.centre.seasons import Plan, Seasonal, read_plans, seasonal
from hotline12345.cli import main
from hotline12345.core.calendar import CST
from hotline12345.core.errors import PolicyError
from hotline12345.text.alike import Message

# Invented, like all that is complained of here.
HEATING = Plan("供暖", (11, 15), (3, 15), "住建局", "提前注水试压", 30, None, ("暖气", "供暖"))
FLOOD = Plan("汛期积水", (6, 1), (9, 15), "水务局", "清掏雨水口", 30, None, ("积水",))


def said(day: date, title: str) -> Message:
    return Message(day.isoformat(), title, at=datetime(day.year, day.month, day.day, 12, tzinfo=CST))


@pytest.mark.parametrize(
    ("on", "season"),
    [
        (date(2026, 10, 1), (date(2026, 11, 15), date(2027, 3, 15))),
        (date(2026, 11, 15), (date(2026, 11, 15), date(2027, 3, 15))),
        (date(2027, 3, 15), (date(2026, 11, 15), date(2027, 3, 15))),
        (date(2027, 3, 16), (date(2027, 11, 15), date(2028, 3, 15))),
        (date(2027, 1, 1), (date(2026, 11, 15), date(2027, 3, 15))),
    ],
)
def test_a_season_may_run_over_new_year(on: date, season: tuple[date, date]) -> None:
    assert HEATING.season(on) == season


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.dates(), st.dates())
def test_the_season_of_a_day_is_the_first_that_has_not_ended(on: date, first: date, last: date) -> None:
    plan = Plan("", (first.month, first.day), (last.month, last.day), "", "")
    begins, ends = plan.season(on)
    assert begins <= ends
    assert ends >= on
    assert plan._of(begins.year - 1)[1] < on


def test_a_plan_is_late_once_its_day_has_passed_and_nobody_made_it_ready_since_the_last_season() -> None:
    assert HEATING.prepare_by(date(2026, 10, 1)) == date(2026, 10, 16)
    assert HEATING.state(date(2026, 10, 16)) == "waiting"
    assert HEATING.state(date(2026, 10, 17)) == "late"
    assert HEATING._replace(ready=date(2026, 10, 10)).state(date(2026, 10, 17)) == "ready"
    assert HEATING._replace(ready=date(2026, 3, 15)).state(date(2026, 10, 17)) == "late", "that was for the last"
    assert HEATING._replace(ready=date(2026, 10, 20)).state(date(2026, 10, 17)) == "late", "not yet"
    assert HEATING._replace(ready=date(2026, 10, 10)).state(date(2027, 3, 16)) == "waiting", "the next season's turn"


def test_what_came_the_year_before_is_counted_by_the_day_within_the_season_and_outside() -> None:
    first, last = date(2026, 6, 1), date(2026, 9, 15)
    within = [said(first, "路口积水"), said(last, "门前积水"), said(last - timedelta(days=1), "积水")]
    outside = [said(last + timedelta(days=1), "积水"), said(date(2027, 5, 31), "积水")]
    beyond = [said(first - timedelta(days=1), "积水"), said(date(2027, 6, 1), "积水"), said(first, "路灯")]
    found = seasonal(FLOOD, [*within, *outside, *beyond], date(2027, 5, 1))
    assert (found.within, found.days, found.outside, found.others) == (3, 107, 2, 258)
    assert found.times == Decimal("3.62")  # 3/107 to 2/258
    assert seasonal(FLOOD, within, date(2027, 5, 1)) == Seasonal(3, 107, 0, 258, None)


def test_the_register_tells_every_fault() -> None:
    head = "题目,起,止,牵头单位,措施,提前天数\n"
    (plan,) = read_plans(f"{head}供暖,11月15日,3-15,住建局,试压,\n".encode())
    assert (plan.begins, plan.ends, plan.ahead) == ((11, 15), (3, 15), 30)
    with pytest.raises(PolicyError) as refused:
        read_plans(f"{head}供暖,11-31,冬天,住建局,试压,一月\n".encode())
    assert [fault.key for fault in refused.value.faults] == ["begins", "ends", "ahead"]
    assert read_plans(f"{head}供暖,11-15,3-15,住建局,试压,366\n".encode())[0].ahead == 366
    with pytest.raises(PolicyError) as refused:
        read_plans(f"{head}供暖,11-15,3-15,住建局,试压,367\n".encode())
    assert [fault.key for fault in refused.value.faults] == ["ahead"]


def test_a_leap_day_is_the_last_of_february_in_other_years() -> None:
    plan = Plan("", (2, 29), (3, 1), "", "")
    assert plan.season(date(2027, 1, 1)) == (date(2027, 2, 28), date(2027, 3, 1))
    assert plan.season(date(2028, 1, 1))[0] == date(2028, 2, 29)


def test_the_command_tells_what_is_late(tmp_path: Path) -> None:
    plans, asked = tmp_path / "seasons.csv", tmp_path / "asked.csv"
    plans.write_text("题目,起,止,牵头单位,措施,就绪日期,提法\n供暖,11-15,3-15,住建局,试压,,暖气\n", encoding="utf-8")
    asked.write_text("received,text\n2026-01-05 09:00,暖气不热\n2026-07-05 09:00,暖气管漏水\n", encoding="utf-8")
    about = ["centre", "seasons", str(plans), "--on", "2026-11-20", "--asked", str(asked), "--format", "json"]
    done = CliRunner().invoke(main, about)
    assert done.exit_code == 1
    (row,) = json.loads(done.stdout)["plans"]
    assert (row["state"], row["in_season"], row["within"], row["outside"], row["times"]) == ("late", True, 1, 1, "2.02")
    early = CliRunner().invoke(main, ["--lang", "zh", "centre", "seasons", str(plans), "--on", "2026-10-01"])
    assert early.exit_code == 0
    assert "待准备" in early.stdout
    for day in ("冬至", "0001-01-01", "9999-12-31"):
        refused = CliRunner().invoke(main, ["centre", "seasons", str(plans), "--on", day, "--format", "json"])
        assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (2, "bad-day")
