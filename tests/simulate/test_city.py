"""The virtual city (虚拟城市): it adds up, it repeats itself to the byte, and more hands never hurt."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import hotline12345
from hotline12345.core.errors import CommandError, RequestError
from hotline12345.core.order import DIVERTED
from hotline12345.hotline import Hotline
from hotline12345.packs import load_pack
from hotline12345.simulate import Behaviour, Scenario, Shares, Shock, SimulationResult, Staffing, Volume, simulate
from hotline12345.stores import open_store

TIGHT = Staffing(utilisation=1.0, least=0.1, speed_spread=0.5)
"""Too few people at some units, so that orders are late."""


@lru_cache(maxsize=8)
def city(pack: str = "liaoyuan", days: int = 14, per_day: float = 40, seed: int = 1) -> SimulationResult:
    return simulate(pack, days, per_day, seed, scenario=Scenario(staffing=TIGHT))


# ── it adds up ──


@pytest.mark.parametrize(("pack", "seed"), [("liaoyuan", 1), ("shenyang", 2), ("anhui", 3)])
def test_arrivals_are_closed_open_and_diverted(pack: str, seed: int) -> None:
    store = open_store("memory:")
    found = simulate(pack, 5, 40, seed, store=store)
    assert found.arrivals == found.closed + found.open + found.diverted > 100
    place = load_pack(pack).place
    heads = store.count(place, _every(), "status")
    assert sum(heads.values()) == found.arrivals
    assert sum(heads.get(status.value, 0) for status in DIVERTED) == found.diverted
    assert heads == dict(sorted(found.facts["by_status"].items()))


def _every() -> Any:
    from hotline12345.stores import Query

    return Query()


def test_calls_that_still_ring_at_the_end_are_taken_down_and_open() -> None:
    # One agent for a city's calls: most still wait when the day is over.
    found = simulate("liaoyuan", 1, 2000, 1, scenario=Scenario(staffing=Staffing(agents=1)))
    assert found.arrivals == found.closed + found.open + found.diverted
    assert found.facts["by_status"]["received"] > 500


def test_the_store_holds_what_the_result_says_and_the_rates_are_those_of_score(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'city.db'}"
    printed = _cli("simulate", "liaoyuan", "--days", "10", "--per-day", "25", "--store", url, "--format", "json")
    scored = _cli("score", "--store", url, "--format", "json")
    assert printed["arrivals"] == scored["orders"] > 100
    assert printed["rates"] == scored["rates"]
    assert all(printed["score"][key] == scored["score"][key] for key in ("total", "possible", "components"))
    assert printed["rates"]["on-time"]["denominator"] > 0


def _cli(*args: str) -> Any:
    from hotline12345.cli import cli

    told = CliRunner().invoke(cli, list(args))
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_every_breach_is_a_deadline_missed_counted_from_the_store() -> None:
    store = open_store("memory:")
    found = simulate("liaoyuan", 14, 40, 1, scenario=Scenario(staffing=TIGHT), store=store)
    hotline = Hotline("liaoyuan", store)
    end = datetime.fromisoformat("2026-03-16T00:00:00+08:00")
    late = set()
    for order in hotline.orders():
        due = order.citizen.deadline.at if order.citizen is not None else None
        replied = order.outcome.replied
        if due is not None and (replied >= due if replied is not None else order.is_open and due <= end):
            late.add(order.number)
    assert {one["number"] for one in found.breaches} == late
    assert len(late) > 3


# ── it repeats itself ──

WHERE = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/New_York", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LANG": "zh_CN.GBK", "PYTHONIOENCODING": "gbk"},
    {"PYTHONHASHSEED": "1", "PYTHONIOENCODING": "ascii"},
]


def _run(environment: dict[str, str], *args: str) -> bytes:
    command = [sys.executable, "-m", "hotline12345", "simulate", *args, "--format", "json"]
    source = str(Path(hotline12345.__file__).parents[1])
    inherited = {key: value for key, value in os.environ.items() if key not in ("LC_ALL", "LANG", "TZ")}
    told = subprocess.run(
        command, env={**inherited, "PYTHONPATH": source, **environment}, capture_output=True, timeout=300, check=True
    )
    return told.stdout


def test_the_same_seed_gives_the_same_bytes_wherever_it_runs() -> None:
    args = ("shenyang", "--days", "4", "--per-day", "40", "--seed", "5")
    first, *rest = [_run(where, *args) for where in WHERE]
    assert all(other == first for other in rest)
    assert json.loads(first)["arrivals"] > 100


def test_another_seed_is_another_city() -> None:
    assert city(seed=1).as_dict() != city(seed=2).as_dict()


def test_the_same_city_in_both_stores(tmp_path: Path) -> None:
    one = simulate("liaoyuan", 3, 20, 4).as_dict()
    assert one == simulate("liaoyuan", 3, 20, 4, store=f"sqlite:///{tmp_path / 'city.db'}").as_dict()


def test_nothing_in_the_result_tells_the_time_of_the_machine() -> None:
    text = json.dumps(city().as_dict(), ensure_ascii=False)
    days = set(re.findall(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text))
    assert days, "a result without days would prove nothing"
    assert max(days) <= "2026-03-31", "the city's fortnight and the deadlines it can set"


# ── variants differ only where they differ ──


def test_doubling_the_staff_changes_no_caller() -> None:
    kinds = ("by_kind", "by_channel")
    double = simulate("liaoyuan", 14, 40, 1, scenario=Scenario(staffing=Staffing(2.0, 1.0, 0.1, speed_spread=0.5)))
    assert {key: city().facts[key] for key in kinds} == {key: double.facts[key] for key in kinds}
    assert double.arrivals == city().arrivals


@pytest.mark.parametrize("order", ["due", "first-come"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_doubling_capacity_never_raises_breaches(seed: int, order: str) -> None:
    def breaches(capacity: float) -> set[str]:
        staffing = Staffing(capacity, 1.3, 0.1, order=order, speed_spread=0.5)
        found = simulate("liaoyuan", 18, 25, seed, scenario=Scenario(staffing=staffing))
        return {one["number"][-6:] for one in found.breaches}

    once, twice = breaches(1.0), breaches(2.0)
    assert len(twice) <= len(once)
    assert len(once) > 0, "a test that cannot fail holds nothing"


def test_a_shock_adds_calls_and_leaves_the_others_as_they_were() -> None:
    storm = Scenario(shocks=(Shock(date(2026, 3, 4), date(2026, 3, 5), "城乡建设/供水", 20.0),))
    plain, shocked = open_store("memory:"), open_store("memory:")
    simulate("liaoyuan", 5, 40, 1, store=plain)
    found = simulate("liaoyuan", 5, 40, 1, store=shocked, scenario=storm)
    calm, wild = _refs(plain), _refs(shocked)
    assert calm == {ref for ref in wild if not ref.startswith("s")}
    more = [ref for ref in wild if ref.startswith("s")]
    assert len(more) > 20
    assert {ref.split(".")[1] for ref in more} == {"2", "3"}, "the third and fourth day"
    assert found.facts["changed"]["shock.1"]["times"] == 20


def _refs(store: Any) -> set[str]:
    return {fed.record.data["reference"] for fed in store.feed(0, 100_000) if fed.record.kind == "Received"}


def test_a_unit_that_stands_still_keeps_its_orders() -> None:
    still = Shock(date(2026, 3, 2), date(2026, 3, 8), unit="220400-housing", speed=0.0)
    found = simulate("liaoyuan", 5, 80, 1, scenario=Scenario(shocks=(still,)))
    row = next(row for row in found.facts["units"] if row["unit"] == "220400-housing")
    assert row["orders"] > 5
    assert row["replied"] == 0
    assert row["waiting"] > 0


# ── it is the shape it should be ──


def test_calls_follow_the_published_shares() -> None:
    found = simulate("liaoyuan", 14, 150, 1, scenario=Scenario(volume=Volume(repeat_share=0.0, outside=0.0)))
    kinds, whole = found.facts["by_kind"], found.arrivals
    assert 0.38 < kinds["consultation"] / whole < 0.48
    assert 0.25 < kinds["complaint"] / whole < 0.34
    assert 0.45 < found.facts["by_status"]["answered"] / whole < 0.60
    assert whole == pytest.approx(14 * 150, rel=0.1)


def test_a_third_of_the_calls_come_from_repeat_callers() -> None:
    from hotline12345.simulate.arrivals import Callers
    from hotline12345.simulate.streams import Streams

    pack = load_pack("liaoyuan")
    start = datetime.fromisoformat("2026-03-02T00:00:00+08:00")
    calls = Callers(Scenario(), pack.newest, Streams(1), start, 30).calls(100)
    repeaters = sum(call.caller.startswith("r") for call in calls)
    assert repeaters / len(calls) == pytest.approx(0.35, abs=0.03)
    assert any(call.before for call in calls)
    works = sum((start + timedelta(seconds=call.at)).weekday() < 5 for call in calls)
    assert works / len(calls) == pytest.approx(0.858, abs=0.03), "22 of 30 days are weekdays in this March"


def test_repeats_are_merged_urged_or_told() -> None:
    store = open_store("memory:")
    found = simulate("liaoyuan", 10, 60, 1, store=store)
    happened = {fed.record.kind for fed in store.feed(0, 100_000)}
    assert {"Merged", "Urged", "Answered", "Referred", "SentBack", "Adjudicated", "Replied", "Reviewed"} <= happened
    assert {"FollowedUp", "Reopened", "Closed", "Signed", "Dispatched", "Withdrawn", "Connected"} <= happened
    assert found.facts["by_status"]["merged"] > 0


def test_extensions_are_asked_and_decided() -> None:
    store = open_store("memory:")
    scenario = Scenario(staffing=TIGHT, behaviour=Behaviour(extension_asked=1.0))
    simulate("liaoyuan", 14, 40, 1, store=store, scenario=scenario)
    happened = [fed.record.kind for fed in store.feed(0, 100_000)]
    assert happened.count("ExtensionAsked") > 0
    assert happened.count("Extended") > 0


def test_units_work_only_in_service_windows_of_working_days() -> None:
    store = open_store("memory:")
    simulate("liaoyuan", 14, 40, 1, store=store)
    calendar = load_pack("liaoyuan").newest.calendar
    acts = {"Replied", "Signed", "Reviewed", "FollowedUp", "SentBack", "Adjudicated"}
    times = [datetime.fromisoformat(f.record.data["at"]) for f in store.feed(0, 100_000) if f.record.kind in acts]
    assert len(times) > 300
    for at in times:
        assert calendar.is_workday(at.date())
        assert any(opens <= at.time() <= closes for opens, closes in calendar.windows)


def test_most_texts_are_taken_for_what_they_are() -> None:
    from hotline12345.core.classify import classify
    from hotline12345.simulate.topics import FRAMES, TOPICS, words

    rules = load_pack("cn").newest.rules
    assert rules is not None
    right = whole = 0
    for topic in TOPICS:
        for kind in FRAMES:
            for at in range(12):
                title, text = words(topic, kind, "龙山区", (at * 37 % 100) / 100)
                found = classify(rules, title, text)
                whole += 1
                right += found.category == topic.category
    assert right / whole > 0.8


# ── breaches are explained ──


def test_a_breach_says_where_its_time_went_and_whose_queue_it_lay_in() -> None:
    found = city()
    assert found.breaches
    for one in found.breaches:
        assert one["why"] in one["hours"]
        assert one["hours"][one["why"]] == max(one["hours"].values())
    told = found.breaches[0]["days"]
    assert told
    assert all(set(day) == {"day", "where", "unit", "orders_there", "hours_there"} for day in told)
    waiting = [day for one in found.breaches[:5] for day in one["days"] if day["where"] == "queue"]
    assert any(day["orders_there"] >= 1 for day in waiting)


def test_the_example_counts_to_its_limit() -> None:
    example = city().facts["example"]
    assert example["basis"]
    assert sum(day["counts"] for day in example["counted"]) == int(example["limit"].removesuffix("wd"))
    assert example["counted"][-1]["day"] == example["due_day"]


# ── the store and the acknowledgements ──


def test_a_second_run_on_the_same_store_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'city.db'}"
    simulate("liaoyuan", 1, 10, 1, store=url)
    with pytest.raises(CommandError, match="store-not-empty"):
        simulate("liaoyuan", 1, 10, 2, store=url)


def test_each_commit_is_acknowledged_and_the_last_line_of_an_order_is_its_stored_version() -> None:
    store, ack = open_store("memory:"), io.StringIO()
    simulate("liaoyuan", 5, 30, 1, store=store, ack=ack)
    last: dict[str, int] = {}
    for line in ack.getvalue().splitlines():
        number, version = line.split(" ")
        assert int(version) > last.get(number, 0), "versions only grow"
        last[number] = int(version)
    place = load_pack("liaoyuan").place
    stored = {head.number: head.version for head in store.find(place, _every(), "", 10_000).heads}
    assert last == stored


def test_no_line_comes_before_its_commit(tmp_path: Path) -> None:
    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            number, version = text.split()
            assert len(store.stream(place, number)) >= int(version)
            return super().write(text)

    store, place = open_store("memory:"), load_pack("liaoyuan").place
    ack = Watched()
    simulate("liaoyuan", 2, 20, 1, store=store, ack=ack)
    assert ack.getvalue()


# ── what is refused ──


@pytest.mark.parametrize(
    ("days", "per_day", "code"), [(0, 10, "bad-days"), (5, 0, "bad-volume"), (5, 1e9, "bad-volume")]
)
def test_a_city_without_days_or_calls_is_refused(days: int, per_day: float, code: str) -> None:
    with pytest.raises(RequestError, match=code):
        simulate("liaoyuan", days, per_day)


def test_a_pack_without_units_is_no_city() -> None:
    with pytest.raises(RequestError, match="no-catalogue") as refused:
        simulate("cn", 2)
    assert refused.value.as_dict("zh")["hint"]


def test_a_category_factor_weighs_by_its_longest_prefix() -> None:
    scenario = Scenario(shares=Shares(categories={"城乡建设": 0.0, "城乡建设/供水": 5.0}))
    found = simulate("liaoyuan", 5, 60, 1, scenario=scenario)
    categories = found.facts["by_category"]
    assert categories["城乡建设/供水"] > 20
    assert "城乡建设/物业管理" not in categories


# ── the command ──


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_stranger_sees_first(lang: str, tmp_path: Path) -> None:
    from hotline12345.cli import cli

    told = CliRunner().invoke(cli, ["simulate", "liaoyuan", "--days", "8", "--per-day", "30", "--lang", lang])
    assert told.exit_code == 0, told.output
    asked = (
        ("按时办结率", "最慢的单位", "依据", "来电")
        if lang == "zh"
        else ("on time", "slowest units", "basis", "arrivals")
    )
    assert all(word in told.stdout for word in asked)


def test_csv_is_a_row_a_unit() -> None:
    from hotline12345.cli import cli

    told = CliRunner().invoke(cli, ["simulate", "liaoyuan", "--days", "3", "--per-day", "30", "--format", "csv"])
    lines = told.stdout.splitlines()
    assert lines[0].startswith("unit,name,orders")
    assert len(lines) > 5


def test_the_command_writes_acknowledgements(tmp_path: Path) -> None:
    ack, url = tmp_path / "ack.txt", f"sqlite:///{tmp_path / 'city.db'}"
    _cli(
        "simulate", "liaoyuan", "--days", "1", "--per-day", "20", "--store", url, "--ack", str(ack), "--format", "json"
    )
    lines = ack.read_text(encoding="ascii").splitlines()
    assert len(lines) > 20
    assert all(len(line.split(" ")) == 2 for line in lines)


def test_a_second_run_is_refused_with_exit_code_1(tmp_path: Path) -> None:
    from hotline12345.cli import cli

    args = ["simulate", "liaoyuan", "--days", "1", "--per-day", "5", "--store", f"sqlite:///{tmp_path / 'c.db'}"]
    assert CliRunner().invoke(cli, args).exit_code == 0
    again = CliRunner().invoke(cli, [*args, "--format", "json"])
    assert again.exit_code == 1
    assert json.loads(again.stderr)["code"] == "store-not-empty"


def test_a_broken_scenario_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    from hotline12345.cli import cli

    path = tmp_path / "s.toml"
    path.write_text("[volume]\nrepeat_share = 3\n", encoding="utf-8")
    told = CliRunner().invoke(cli, ["simulate", "liaoyuan", "--scenario", str(path), "--format", "json"])
    assert told.exit_code == 1
    assert json.loads(told.stderr)["code"] == "bad-scenario"
