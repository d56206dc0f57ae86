"""Scenarios (情景): every key has its place, every fault is told at once."""

from __future__ import annotations

from datetime import date

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.simulate import Scenario, read_scenario


def test_an_empty_file_is_the_default_city() -> None:
    assert read_scenario("") == Scenario()
    assert Scenario().changed() == {}


def test_what_is_given_changes_and_the_rest_stays() -> None:
    found = read_scenario(
        """
        title = "暴雨"
        [volume]
        per_day = 300
        [shares.kinds]
        complaint = 40
        [staffing]
        order = "first-come"
        agents = 6
        [staffing.units]
        "210100-water" = 2.5
        [[shock]]
        first = 2026-03-10
        last = 2026-03-12
        category = "城乡建设/供水"
        times = 3
        [[shock]]
        day = 2026-03-11
        unit = "210100-water"
        speed = 0.5
        """
    )
    assert found.title == "暴雨"
    assert found.volume.per_day == 300
    assert found.volume.repeat_share == Scenario().volume.repeat_share
    assert found.shares.kinds["complaint"] == 40
    assert found.shares.kinds["help"] == Scenario().shares.kinds["help"]
    assert (found.staffing.order, found.staffing.agents) == ("first-come", 6)
    assert found.staffing.units == {"210100-water": 2.5}
    storm, slow = found.shocks
    assert (storm.first, storm.last, storm.times) == (date(2026, 3, 10), date(2026, 3, 12), 3.0)
    assert (slow.first, slow.last, slow.speed) == (date(2026, 3, 11), date(2026, 3, 11), 0.5)
    assert {"volume.per_day", "shares.kinds", "staffing.units", "shock.1", "shock.2"} <= set(found.changed())


def test_every_fault_is_told_at_once_with_its_place() -> None:
    with pytest.raises(PolicyError) as told:
        read_scenario(
            """
            titel = "x"
            [volume]
            per_day = -3
            hours = [1, 2]
            repeat_share = 1.5
            [staffing]
            order = "lifo"
            agents = 2.5
            [behaviour]
            nobody = 1
            [shares.kinds]
            anger = 3
            [shares.answers]
            help = 2
            [[shock]]
            first = 2026-03-12
            last = 2026-03-10
            category = "x"
            times = 0.2
            [[shock]]
            day = "tomorrow"
            speed = 1
            """,
            "s.toml",
        )
    places = {(fault.table, fault.key) for fault in told.value.faults}
    assert {
        ("", "titel"), ("volume", "per_day"), ("volume", "hours"), ("volume", "repeat_share"), ("staffing", "order"),
        ("staffing", "agents"), ("behaviour", "nobody"), ("shares.kinds", "anger"), ("shares.answers", "help"),
        ("shock.1", "last"), ("shock.1", "times"), ("shock.2", "day"), ("shock.2", ""),
    } <= places  # fmt: skip
    assert all(fault.file == "s.toml" and fault.zh and fault.en for fault in told.value.faults)


@pytest.mark.parametrize("text", ["[volume", "volume = 3", "shock = 3", "[[shock]]\nday = 2026-03-02", "title = 3"])
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match="bad-scenario"):
        read_scenario(text)


def test_a_file_of_bytes_is_read_with_its_mark() -> None:
    assert read_scenario("\ufefftitle = '城'".encode()).title == "城"
    with pytest.raises(PolicyError, match="bad-scenario"):
        read_scenario(b"title = '\xff\xff'")
