"""Times as people write them are read exactly, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hotline12345.channels.times import CHINA, read_time, told_by

NINE = datetime(2019, 4, 25, 9, 32, 9, tzinfo=CHINA)


@pytest.mark.parametrize(
    "text",
    [
        "2019/4/25 9:32:09",
        "2019-04-25 09:32:09",
        "2019-04-25T09:32:09",
        "2019.4.25 9:32:09",
        "2019年4月25日 9时32分9秒",
        "2019年4月25日9时32分9秒",
        "2019年04月25日 09:32:09",
        "20190425093209",
        "20190425T093209",
        "２０１９／４／２５　９：３２：０９",
        "2019/4/25 上午9:32:09",
        " 2019/4/25  9:32:09 ",
    ],
)
def test_a_time_without_an_offset_is_chinas_and_says_so(text):
    assert read_time(text) == (NINE, True, False)
    assert read_time(text).at.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2019-04-25T09:32:09+08:00", NINE),
        ("2019-04-25T09:32:09 +0800", NINE),
        ("2019-04-25T09:32:09+08", NINE),
        ("2019-04-25T01:32:09Z", NINE),
        ("2019-04-25T01:32:09.250Z", datetime(2019, 4, 25, 1, 32, 9, 250000, tzinfo=UTC)),
        ("2019-04-25T09:32:09-03:30", datetime(2019, 4, 25, 9, 32, 9, tzinfo=timezone(timedelta(hours=-3.5)))),
    ],
)
def test_an_offset_that_is_given_is_kept(text, at):
    assert read_time(text) == (at, False, False)
    assert read_time(text).at.utcoffset() == at.utcoffset() or at is NINE


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2019年4月25日 9时32分", 9, 32),
        ("2019年4月25日9时", 9, 0),
        ("2019年4月25日 9点32", 9, 32),
        ("2019/4/25 9:32", 9, 32),
        ("2019/4/25 下午3:05", 15, 5),
        ("2019/4/25 下午12:05", 12, 5),
        ("2019/4/25 上午12:05", 0, 5),
        ("2019/4/25下午3:05", 15, 5),
    ],
)
def test_minutes_and_halves_of_the_day_are_understood(text, hour, minute):
    assert read_time(text).at == datetime(2019, 4, 25, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize("text", ["2019-04-25", "2019/4/25", "2019年4月25日", "2019.4.25", "20190425"])
def test_a_day_is_its_first_instant_and_says_so(text):
    assert read_time(text) == (datetime(2019, 4, 25, tzinfo=CHINA), True, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "昨天",
        "2019",
        "25/4/2019",
        "4/25/2019 9:32",
        "2019/2/29",
        "2019/13/1",
        "2019/4/25 24:00",
        "2019/4/25 9:60",
        "2019/4/2511:00",
        "2019/4/25 9",
        "0219-04-25",
        "43580.4",
        "1556155929",
        "2019-04-25T09:32:09+08:75",
        "2019-04-25T09:32:09+25:00",
        "2019-04-25T09:32:09 CST",
        "2019/4/25 9:32:09 9:32:09",
        "9" * 5000,
    ],
)
def test_what_is_no_time_is_not_guessed_at(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the caller only asks whether
        read_time(text)


def test_a_time_of_the_file_format_keeps_its_offset_or_gets_chinas():
    assert told_by(datetime(2019, 4, 25, 9, 32, 9)) == (NINE, True, False)  # noqa: DTZ001 - as Excel gives it
    assert told_by(NINE) == (NINE, False, False)
    assert told_by(date(2019, 4, 25)) == (datetime(2019, 4, 25, tzinfo=CHINA), True, True)
    with pytest.raises(ValueError, match="1899"):
        told_by(date(1899, 12, 31))
