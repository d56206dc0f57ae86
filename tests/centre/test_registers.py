"""The office's other registers: merged lines, test calls, answering days, topics."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline12345.centre.lines import check_new, progress, read_lines
from hotline12345.centre.registers import probed, read_days, read_probes
from hotline12345.centre.topics import read_topics
from hotline12345.cli import cli
from hotline12345.core.errors import PolicyError, RequestError

LINES = "号码,名称,主管部门,归并方式,归并日期,计划日期,过渡提示,转接号码\n"


def test_liaoyuan_has_merged_67_and_14_more_make_81() -> None:
    """Seed 0: 67 hotlines were integrated, 14 more follow, 81 in all."""
    rows = [f"1{n:04},第{n}条,某局,双号并行,2021-06-30,,," for n in range(67)]
    rows += [f"2{n:04},第{n}条,某局,整体并入,2021-12-31,2021-12-31,请拨 12345," for n in range(14)]
    register = read_lines((LINES + "\n".join(rows) + "\n").encode())
    before, after = progress(register, date(2021, 7, 1)), progress(register, date(2021, 12, 31))
    assert (before.done, before.total, after.done) == (67, 81, 81)
    assert after.by_mode == {"whole": (14, 14), "parallel": (67, 67)}


def test_what_was_planned_and_is_not_done_is_late() -> None:
    register = read_lines((LINES + "12358,价格举报,发改委,整体并入,,2021-12-31,,\n").encode())
    assert progress(register, date(2021, 12, 31)).late == ()
    assert [line.number for line in progress(register, date(2022, 1, 1)).late] == ["12358"]


def test_every_fault_of_the_register_is_told_with_its_line() -> None:
    rows = (
        "110,报警,公安局,整体并入,2021-12-31,,请拨 12345,\n"
        "12360,海关,海关,设分中心,2021-12-31,,,\n"
        "12358,价格,发改委,整体并入,2021-12-31,,,\n"
        "12358,价格,发改委,双号并行,,,,\n"
        "12300,通信,通管局,并掉,,,,\n"
    )
    with pytest.raises(PolicyError) as refused:
        read_lines((LINES + rows).encode(), "lines.csv")
    assert {(fault.line, fault.code) for fault in refused.value.faults} == {
        (2, "emergency-number"),
        (3, "no-transfer"),
        (4, "no-prompt"),
        (5, "duplicate-number"),
        (6, "bad-value"),
    }


@pytest.mark.parametrize(
    ("number", "approved", "code"),
    [("96777", "", "no-new-hotline"), ("12358", "", "number-merged"), ("12358", "某文件", "number-merged")],
)
def test_nobody_sets_up_a_new_hotline(number: str, approved: str, code: str) -> None:
    register = read_lines((LINES + "12358,价格,发改委,整体并入,2021-12-31,,请拨 12345,\n").encode())
    with pytest.raises(RequestError) as refused:
        check_new(register, number, approved)
    assert refused.value.code == code


def test_a_parallel_number_stays_and_a_law_may_allow_another() -> None:
    register = read_lines((LINES + "12329,公积金,公积金中心,双号并行,2021-12-31,,,\n").encode())
    check_new(register, "12329")
    check_new(register, "96777", "某法第某条")
    check_new(register, "119")


def test_test_calls_are_reported_unit_by_unit_the_worst_first() -> None:
    data = (
        "单位,时间,是否接通,得分\nA,2026-09-01 09:00,是,90\nA,2026-09-02 09:00,是,85\n"
        "B,2026-09-01 10:00,否,\nB,2026-09-02 10:00,是,60\n"
    )
    worst, best = probed(read_probes(data.encode()))
    assert (worst.unit, worst.answer_rate, worst.mean_score, len(worst.missed)) == (
        "B",
        Decimal("50.00"),
        Decimal("60.00"),
        1,
    )
    assert (best.unit, best.answer_rate, best.mean_score) == ("A", Decimal("100.00"), Decimal("87.50"))


def test_a_score_over_a_hundred_is_refused() -> None:
    with pytest.raises(PolicyError) as refused:
        read_probes("单位,时间,是否接通,得分\nA,2026-09-01 09:00,是,101\n".encode())
    assert [(fault.key, fault.line) for fault in refused.value.faults] == [("score", 2)]


def test_answering_days_come_in_order_with_their_orders() -> None:
    found = read_days("日期,单位,职务,工单\n2026-10-12,水务局,局长,1；2\n2026-09-28,城管局,局长,\n".encode())
    assert [(one.day, one.orders) for one in found] == [(date(2026, 9, 28), ()), (date(2026, 10, 12), ("1", "2"))]


def test_a_topic_is_late_once_its_day_has_passed_undone() -> None:
    text = (
        "月份,题目,牵头单位,措施,完成时限,完成日期\n2026-09,房产证难办,自然资源局,专班,2026-12-31,\n"
        "2026-08,充电桩,发改委,布点,2026-09-30,2026-10-09\n"
    )
    early, open_ = read_topics(text.encode())
    assert early.late(date(2026, 11, 1)), "done, but after its day"
    assert not open_.late(date(2026, 12, 31))
    assert open_.late(date(2027, 1, 1))


def test_the_command_shows_how_the_orders_of_a_day_stand(tmp_path: Path) -> None:
    store = f"sqlite:///{(tmp_path / 'city.db').as_posix()}"
    got = CliRunner().invoke(
        cli,
        [
            "receive",
            "--pack",
            "liaoyuan",
            "--store",
            store,
            "--text",
            "龙山区路灯不亮",
            "--kind",
            "complaint",
            "--format",
            "json",
        ],
    )
    number = json.loads(got.stdout)["number"]
    register = tmp_path / "days.csv"
    register.write_text(f"日期,单位,职务,工单\n2026-09-28,城管局,局长,{number}\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["centre", "days", str(register), "--store", store, "--format", "json"])
    (order,) = json.loads(done.stdout)["days"][0]["orders"]
    assert (order["number"], order["open"]) == (number, True)


def test_proposing_a_number_is_refused_with_the_basis(tmp_path: Path) -> None:
    register = tmp_path / "lines.csv"
    register.write_text(LINES + "12329,公积金,公积金中心,双号并行,2021-12-31,,,\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["centre", "lines", str(register), "--propose", "96777"])
    assert done.exit_code == 2
    assert "53号" in done.output
