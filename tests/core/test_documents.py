"""The papers of supervision: their fields come from events, by name of the parties."""

from __future__ import annotations

from datetime import datetime

from hotline12345.core import commands as c
from hotline12345.core.actor import Role
from hotline12345.core.calendar import CST
from hotline12345.core.documents import Document, documents
from hotline12345.core.policy import Paper, Rung
from hotline12345.core.sla import TimeLimit
from hotline12345.report.documents import document_json, document_text
from hotline12345.testing.orders import ACTORS, SUPERVISOR, Life, small_policy

TICK = c.Tick(ACTORS[Role.SYSTEM])
LADDER = (
    Rung(
        "notice", "催办", TimeLimit.parse("1d"), "（四）2", on_day=True, owner="hotline",
        paper=Paper("urge-notice", "催办通知书", "unit", ("unit-leader",)),
    ),
    Rung("plain", "提醒", TimeLimit.parse("2wd"), "b"),
    Rung("sheet", "督办", None, "c", trigger="negative-impact", at_once=True, paper=Paper("sheet", "督办单", "media")),
    Rung("letter", "通报", None, "d", paper=Paper("letter", "通报")),
)  # fmt: skip


def test_a_paper_says_who_is_late_by_how_much_and_by_which_article():
    life = Life(small_policy(ladder=LADDER)).take("signed")
    life.do(TICK, datetime(2026, 10, 14, 9, tzinfo=CST))
    (paper,) = documents(life.policy, life.order, life.log)
    assert paper == Document(
        "urge-notice", "催办通知书", "notice", "1", "u1", "u1", "complaint", "城乡建设/物业管理", "overdue",
        datetime(2026, 10, 10).date(), 3, life.at, "（四）2", "热线工作机构", "u1", ("承办单位负责人",),  # noqa: DTZ001
    )  # fmt: skip
    assert document_text(paper) == (
        "催办通知书\nu1：\n"
        "    工单 1（投诉，城乡建设/物业管理）由u1承办，应于 2026-10-10 前办结，"
        "至 2026-10-14 已超期 3 个工作日，请抓紧办理并反馈。\n"
        "    依据：（四）2\n    出具：热线工作机构    2026-10-14\n    抄送：承办单位负责人"
    )
    assert document_json(paper)["due_day"] == "2026-10-10"


def test_the_first_day_is_late_without_a_whole_working_day_past():
    """Due on Saturday 10 October; on Sunday the 11th no working day has gone by."""
    life = Life(small_policy(ladder=LADDER)).take("signed")
    life.do(TICK, datetime(2026, 10, 11, tzinfo=CST))
    (paper,) = documents(life.policy, life.order, life.log)
    assert paper.days_late == 0
    assert "至 2026-10-11 已超期，请" in document_text(paper)


def test_papers_of_grounds_and_of_rungs_set_in_motion_by_hand_name_no_due_day():
    life = Life(small_policy(ladder=LADDER)).take("signed")
    life.do(c.Flag(SUPERVISOR, "negative-impact"))
    life.do(c.Supervise(SUPERVISOR, "letter"))
    sheet, letter = documents(life.policy, life.order, life.log)
    assert (sheet.code, sheet.to, sheet.trigger, sheet.due_day, sheet.days_late) == (
        "sheet", "新闻媒体", "negative-impact", None, None,
    )  # fmt: skip
    assert "列入督办（造成负面影响）" in document_text(sheet)
    assert (letter.trigger, letter.owner) == ("by-hand", "")
    assert "列入督办。" in document_text(letter)
    assert "is under supervision (negative-impact)" in document_text(sheet, "en")
