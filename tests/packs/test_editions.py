"""Editions: which one an order is kept under, over which edition of the parent, and with which files beside it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from hotline12345 import Actor, Hotline, Request
from hotline12345.core.errors import PolicyError
from hotline12345.core.events import Received
from hotline12345.core.request import Kind
from hotline12345.core.sla import Stage
from hotline12345.packs import check_pack, load_pack

AGENT = Actor.parse("agent@210100-12345/li")

PARENT = 'title = "省"\nplace = "990000"\neffective = {day}\n[[limit]]\nlimit = "{limit}"\nbasis = "省办法"\n'
CHILD = 'title = "市"\nplace = "990100"\neffective = {day}\nextends = "../province"\n'
UNITS = "code,name,grade,parent,area,phone,source\n990000,省,province,,990000,,x\n990100,市,city,990000,990100,,x\n"
HEAD = "category,area,unit,role,basis,since,until\n"


def folder(home: Path, name: str, **editions: str) -> Path:
    place = home / name
    place.mkdir()
    for edition, text in editions.items():
        (place / (edition.lstrip("d").replace("_", "-") + ".toml")).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder(
        tmp_path,
        "province",
        d2020_01_01=PARENT.format(day="2020-01-01", limit="15wd"),
        d2024_03_01=PARENT.format(day="2024-03-01", limit="7wd"),
    )
    return folder(tmp_path, "city", d2022_06_01=CHILD.format(day="2022-06-01"))


def limit(policy: object) -> str:
    return str(policy.limit(Stage.HANDLE, Kind.HELP).limit)  # type: ignore[attr-defined]


def test_a_child_lies_over_the_edition_of_its_parent_that_was_in_force_on_the_orders_day(city: Path) -> None:
    pack = load_pack(city)
    before, after = pack.on(date(2024, 2, 29)), pack.on(date(2024, 3, 1))
    assert (before.edition, before.parents, limit(before)) == ("2022-06-01", ("province@2020-01-01",), "15wd")
    assert (after.edition, after.parents, limit(after)) == ("2022-06-01", ("province@2024-03-01",), "7wd")
    assert before.digest != after.digest
    assert pack.newest is after
    assert pack.edition("2022-06-01", date(2023, 1, 1)) is before
    assert (pack.editions, pack.earlier) == ((after,), (before,))


def test_a_parent_named_with_its_edition_stays_that_edition(city: Path) -> None:
    path = city / "2022-06-01.toml"
    path.write_text(CHILD.format(day="2022-06-01").replace("../province", "../province@2020-01-01"), encoding="utf-8")
    pack = load_pack(city)
    assert pack.earlier == ()
    assert pack.on(date(2026, 1, 1)).parents == ("province@2020-01-01",)


def test_before_a_parents_first_edition_that_one_stands_in(tmp_path: Path) -> None:
    folder(tmp_path, "province", d2020_01_01=PARENT.format(day="2020-01-01", limit="15wd"))
    city = folder(tmp_path, "city", d2018_01_01=CHILD.format(day="2018-01-01"))
    assert load_pack(city).on(date(2019, 1, 1)).parents == ("province@2020-01-01",)


def test_shenyang_before_the_opinions_of_2025_lies_over_those_of_2020() -> None:
    # 国办函〔2025〕66号 was published on 2025-06-25; 国办发〔2020〕53号 before that
    pack = load_pack("shenyang")
    bases = {day: {r.basis[:11] for r in pack.on(day).scope} for day in (date(2025, 6, 24), date(2025, 6, 25))}
    assert bases == {date(2025, 6, 24): {"国办发〔2020〕53"}, date(2025, 6, 25): {"国办函〔2025〕66"}}


def test_an_order_records_its_edition_the_parents_and_the_digest_and_is_kept_under_them(city: Path) -> None:
    old = datetime.fromisoformat("2023-05-04T10:00+08:00")
    now = datetime.fromisoformat("2026-05-06T10:00+08:00")
    hotline = Hotline(load_pack(city), clock=lambda: now, secrets=b"0" * 16)
    order = hotline.receive(Request(old, text="灯不亮", kind=Kind.HELP), by=AGENT)
    (event,) = (e for e in hotline.history(order.number) if isinstance(e, Received))
    before = hotline.pack.on(date(2023, 5, 4))
    assert (event.edition, event.parents, event.digest) == ("2022-06-01", ("province@2020-01-01",), before.digest)
    assert hotline.policy_of(order) is before
    # edited since, the names find it; an order of before they were recorded gets what there is now
    assert hotline.pack.kept("2022-06-01", ("province@2020-01-01",), "changed") is before
    assert hotline.pack.kept("2022-06-01", ()) is hotline.pack.newest


def test_an_edition_may_have_units_catalogue_and_rules_of_its_own(tmp_path: Path) -> None:
    edition = 'title = "市"\nplace = "990100"\neffective = {day}\n[routing]\ncentre = "990100-12345"\n'
    own = '[files]\nunits = "units-2024.csv"\ncatalogue = "catalogue-2024.csv"\n'
    place = folder(
        tmp_path,
        "city",
        d2022_06_01=edition.format(day="2022-06-01"),
        d2024_03_01=edition.format(day="2024-03-01") + own,
    )
    centre = "990100-12345,热线,centre,990100,990100,,x\n"
    (place / "units.csv").write_text(UNITS + centre + "990100-a,甲局,department,990100,990100,,x\n", encoding="utf-8")
    (place / "catalogue.csv").write_text(HEAD + ",990100,990100-a,lead,x,,\n", encoding="utf-8")
    (place / "units-2024.csv").write_text(
        UNITS + centre + "990100-b,乙局,department,990100,990100,,x\n", encoding="utf-8"
    )
    (place / "catalogue-2024.csv").write_text(HEAD + ",990100,990100-b,lead,x,,\n", encoding="utf-8")
    pack = load_pack(place)
    found = {p.edition: p.routes.route("城乡建设", "990100").unit for p in pack.editions if p.routes is not None}
    assert found == {"2022-06-01": "990100-a", "2024-03-01": "990100-b"}
    digests = [policy.digest for policy in pack.editions]
    (place / "catalogue-2024.csv").write_text(HEAD + ",990100,990100-b,lead,y,,\n", encoding="utf-8")
    assert [p.digest == d for p, d in zip(load_pack(place).editions, digests, strict=True)] == [True, False]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('[files]\nunits = "units-2030.csv"\n', "missing-file"),
        ('[files]\nunits = "../units.csv"\n', "unknown-value"),
        ('[files]\nrules = "mine.toml"\n', "unknown-value"),
        ('[files]\noverlay = "overlay.toml"\n', "unknown-key"),
    ],
)
def test_a_file_that_is_not_there_or_not_so_called_is_a_fault(tmp_path: Path, said: str, code: str) -> None:
    text = 'title = "市"\nplace = "990100"\neffective = 2022-06-01\n' + said
    place = folder(tmp_path, "city", d2022_06_01=text)
    with pytest.raises(PolicyError) as raised:
        load_pack(place)
    assert [fault.code for fault in raised.value.faults] == [code]
    assert raised.value.faults[0].line == 5
    assert check_pack(place) == raised.value.faults


@pytest.mark.parametrize(
    ("file", "said", "code"),
    [
        ("unknown", 'effective = "unknown"\nseen_in_force = [2022-02-28, 2021-07-01]', "bad-date"),
        ("unknown", 'effective = "unknown"\nseen_in_force = [2022-02-28]', "bad-date"),
        ("unknown", 'effective = "unknown"\nseen_in_force = 2022-02-28', "bad-date"),
        ("2022-06-01", "effective = 2022-06-01\nseen_in_force = [2022-06-01, 2023-01-01]", "bad-date"),
        ("2022-06", "effective = 2022-06-01", "name-mismatch"),
    ],
)
def test_days_that_contradict_each_other_are_a_fault(tmp_path: Path, file: str, said: str, code: str) -> None:
    place = tmp_path / "city"
    place.mkdir()
    (place / f"{file}.toml").write_text(f'title = "市"\nplace = "990100"\n{said}\n', encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_pack(place)
    assert [fault.code for fault in raised.value.faults] == [code]


def test_of_two_editions_seen_in_force_the_day_chooses_and_between_them_there_is_none(tmp_path: Path) -> None:
    text = 'title = "市"\nplace = "990100"\neffective = "unknown"\nseen_in_force = [{}, {}]\n'
    place = tmp_path / "city"
    place.mkdir()
    (place / "2021.toml").write_text(text.format("2021-07-01", "2022-02-28"), encoding="utf-8")
    (place / "2022-08.toml").write_text(text.format("2022-08-01", "2023-01-31"), encoding="utf-8")
    pack = load_pack(place)
    assert pack.on(date(2022, 2, 28)).edition == "2021"
    assert pack.on(date(2022, 8, 1)).edition == "2022-08"
    assert pack.newest.edition == "2022-08"
    for day in (date(2021, 6, 30), date(2022, 3, 1), date(2023, 2, 1)):
        with pytest.raises(PolicyError) as raised:
            pack.on(day)
        assert raised.value.code == "no-edition"
