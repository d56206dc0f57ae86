"""Topics: an issue becomes work, and whether it comes back is counted before and after the day it was closed."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline12345.centre.topics import Recurrence, Topic, read_topics, recurrence, taken_up
from hotline12345.cli import main
from hotline12345.core.calendar import CST
from hotline12345.text.alike import Message

# Invented, like all that is complained of here.
DONE = date(2026, 3, 11)
TOPIC = Topic("2026-03", "捆绑车位", "住建局", "约谈", date(2026, 3, 31), DONE, ("o1",), ("云杉苑", "车位"), "3201")


def said(days: int, title: str = "云杉苑车位", number: str = "n", area: str = "320102") -> Message:
    """Return a message so many days after the closing."""
    return Message(number, title, at=datetime(2026, 3, 11, 12, tzinfo=CST) + timedelta(days=days), area=area)


def test_what_matches_is_counted_in_equal_stretches_before_and_after():
    messages = [said(day) for day in (-11, -10, -5, -1, 0, 9, 10)]  # the first and the last lie outside
    assert recurrence(TOPIC, messages, date(2026, 6, 1), 10) == Recurrence(3, 2, 10, 10, "less")
    assert recurrence(TOPIC, messages[:4], date(2026, 6, 1), 10) == Recurrence(3, 0, 10, 10, "none")


def test_while_fewer_days_have_gone_by_rates_a_day_are_compared():
    """Two in ten days before are as many a day as one in five after: no fewer."""
    messages = [said(-3), said(-4), said(1)]
    assert recurrence(TOPIC, messages, DONE + timedelta(days=5), 10) == Recurrence(2, 1, 10, 5, "as-before")
    assert recurrence(TOPIC, messages, DONE + timedelta(days=6), 10) == Recurrence(2, 1, 10, 6, "less")


def test_an_open_topic_has_no_recurrence():
    assert recurrence(TOPIC._replace(done=None), [said(1)], date(2026, 6, 1)) is None
    assert recurrence(TOPIC, [said(1)], DONE) is None


@pytest.mark.parametrize(
    ("message", "matches"),
    [
        (said(0), True),
        (said(0, "云杉苑电梯"), True),  # one of two expressions is half
        (said(0, "电梯"), False),
        (said(0, area="320201"), False),
        (said(0, "电梯", number="o1", area="999999"), True),  # one of its own orders
        (said(0, "云 杉 苑 车位"), True),
    ],
)
def test_a_message_is_about_a_topic_by_its_words_and_place_or_as_one_of_its_orders(message: Message, matches: bool):
    assert TOPIC.about(message) is matches


def test_a_topic_without_words_and_category_is_about_its_orders_alone():
    bare = TOPIC._replace(terms=(), area="")
    assert not bare.about(said(0))
    assert bare.about(said(0, number="o1"))
    assert bare._replace(category="住房").about(said(0)._replace(category="住房/车位"))
    assert not bare._replace(category="住房").about(said(0)._replace(category="住房公积金"))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_from_messages_to_a_topic_that_is_watched(tmp_path: Path):
    asked, found, register = tmp_path / "asked.csv", tmp_path / "hot.json", tmp_path / "topics.csv"
    rows = [f"a{day},云杉苑捆绑车位,2026-03-{day:02d},320102" for day in (2, 3, 5, 20)]
    asked.write_text("编号,标题,受理时间,区县\n" + "\n".join(rows), encoding="utf-8")
    found.write_text(run("hot", str(asked), "--on", "2026-03-06", "--format", "json"), encoding="utf-8")
    work = ("--month", "2026-03", "--owner", "住建局", "--measures", "约谈", "--due", "2026-03-31")
    register.write_text(run("centre", "take-up", str(found), *work), encoding="utf-8")
    (topic,) = read_topics(register.read_bytes())
    assert (topic.owner, topic.due, topic.area) == ("住建局", date(2026, 3, 31), "320102")
    assert topic.orders == ("a2", "a3", "a5")
    assert topic.terms
    closed = register.read_text(encoding="utf-8").replace("2026-03-31,", "2026-03-31,2026-03-10", 1)
    register.write_text(closed, encoding="utf-8")
    watch = ("--on", "2026-04-10", "--asked", str(asked))
    told = json.loads(run("centre", "topics", str(register), *watch, "--format", "json"))
    assert told["topics"][0]["recurrence"] == {
        "before": 3, "after": 1, "days": 90, "watched": 31, "verdict": "less",
    }  # fmt: skip
    assert "减少 3/1" in run("centre", "topics", str(register), *watch)


def test_an_issue_that_is_not_there_is_said(tmp_path: Path):
    path = tmp_path / "hot.json"
    for content in ("{}", "[]", "no json", '{"issues": [{"rank": 2}]}'):
        path.write_text(content, encoding="utf-8")
        work = ("--month", "2026-03", "--owner", "o", "--measures", "m", "--due", "2026-03-31")
        result = CliRunner().invoke(main, ["centre", "take-up", str(path), *work])
        assert result.exit_code == 2
        assert "no-such-issue" in result.output


def test_an_issue_gives_a_topic_its_orders_and_words():
    issue = {"name": "积水", "messages": ["1"], "terms": ["积水"], "area": "3201"}
    topic = taken_up(issue, "2026-03", "水务局", "疏浚", date(2026, 4, 1))
    assert topic == Topic("2026-03", "积水", "水务局", "疏浚", date(2026, 4, 1), None, ("1",), ("积水",), "3201")
