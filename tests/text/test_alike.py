"""The same matter again: nothing depends on order, hash seed or what a text is made of, and every score is told."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.calendar import CST
from hotline12345.text.alike import (
    BurstRule,
    HeatRule,
    Index,
    IndexRule,
    IssueRule,
    LikeRule,
    Message,
    Watch,
    bursts,
    compare,
    group,
    hot,
)
from hotline12345.text.alike.bursts import tail
from hotline12345.text.alike.grams import ONE, Vocabulary, product
from hotline12345.text.alike.likeness import metres

# Every place, name and complaint here is invented.
AT = datetime(2026, 3, 2, 9, tzinfo=CST)
PARKING = [
    "云杉苑开发商捆绑销售车位",
    "投诉云杉苑强制捆绑车位",
    "云杉苑买房必须买车位，不合理",
    "云杉苑捆绑车位销售何时整改",
    "云杉苑三期车位捆绑销售",
]
DUST = ["石桥路搅拌站夜间扬尘扰民", "石桥路搅拌站粉尘污染", "石桥路边搅拌站噪音扬尘", "石桥路搅拌站半夜施工扬尘"]
OTHERS = ["请问公积金贷款怎样办理", "北门公交站没有雨棚", "中学招生范围咨询", "路灯不亮", "自来水发黄"]


def message(i: int, title: str, **more: object) -> Message:
    return Message(f"m{i:03d}", title, **({"at": AT + timedelta(hours=i)} | more))  # type: ignore[arg-type]


MESSAGES = [message(i, title) for i, title in enumerate(PARKING + DUST + OTHERS)]


def ids(groups: list[list[Message]]) -> list[set[str]]:
    return [{one.id for one in members} for members in groups]


# ── issues ──


def test_what_is_about_one_place_and_matter_comes_together_and_the_rest_stays_apart():
    groups = ids(group(MESSAGES))
    assert groups[0] == {f"m{i:03d}" for i in range(5)}
    assert groups[1] == {f"m{i:03d}" for i in range(5, 9)}
    assert all(len(members) == 1 for members in groups[2:])


def test_every_message_is_in_one_group():
    counted = Counter(one.id for members in group(MESSAGES) for one in members)
    assert counted == Counter(one.id for one in MESSAGES)


def test_groups_without_an_expression_in_common_do_not_drift_together():
    """Average linkage alone joins a chain at a threshold of nearly 1: each link holds, and the ends share nothing."""
    chain = ["甲乙丙丁戊己", "戊己庚辛壬癸", "壬癸子丑寅卯", "寅卯辰巳午未"]
    messages = [message(i, part) for i, part in enumerate(chain * 2)]
    assert max(map(len, group(messages, IssueRule(threshold=0.999)))) <= 4
    assert max(map(len, group(messages, IssueRule(threshold=0.999, anchor=0.0)))) > 4


def test_the_share_that_an_anchor_needs_is_looked_at():
    assert len(group(MESSAGES, IssueRule(anchor=1.01))[0]) == 2


texts = st.text(max_size=40)


@given(st.lists(texts, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_text_is_grouped_the_same_in_whatever_order_it_comes(titles: list[str], die: random.Random):
    messages = [message(i, title, text=title[::-1]) for i, title in enumerate(titles)]
    shuffled = messages[:]
    die.shuffle(shuffled)
    assert ids(group(messages)) == ids(group(shuffled))
    assert hot(messages) == hot(shuffled)
    assert list(Index(messages).pairs(0.0)) == list(Index(shuffled).pairs(0.0))


@pytest.mark.parametrize(
    "title", ["", " ", "\ud800", "\x00", "ﷺ" * 50, "🚰" * 300, "水" * 20_000, "ａ１" * 9, "__--__"]
)
def test_no_text_is_too_odd(title: str):
    messages = [message(i, title, text=title) for i in range(3)]
    assert sum(map(len, group(messages))) == 3
    assert [one.size for one in hot(messages, least=1)] in ([3], [1, 1, 1])
    Index(messages).like(messages[2])


PROGRAM = """
from hotline12345.text.alike import Message, hot, Index
from datetime import datetime, timedelta, timezone
t = datetime(2026, 3, 2, tzinfo=timezone.utc)
m = [Message(str(i), f"云杉苑{i % 3}号楼捆绑车位{'第' * (i % 4)}次投诉", at=t + timedelta(hours=i)) for i in range(20)]
print(hot(m), [(s.later.id, s.earlier.id, s.likeness) for s in Index(m).pairs()])
"""


def test_the_answer_does_not_depend_on_the_hash_seed():
    said = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-c", PROGRAM]
        said.add(subprocess.run(command, capture_output=True, env=environment, check=True, timeout=120).stdout)
    assert len(said) == 1
    assert next(iter(said))


def test_a_text_is_wholly_like_itself_and_widths_and_cases_do_not_count():
    words = Vocabulary(["ＡＢＣ小区停水", "abc小区停水", "别的事情"])
    one, other, third = words.vectors()
    assert one == other
    assert product(one, other) / ONE**2 == pytest.approx(1, abs=0.01)
    assert product(one, third) == 0


# ── what is told of an issue ──


def test_an_issue_is_named_by_what_most_of_its_messages_say():
    parking = hot(MESSAGES)[0]
    assert parking.size == 5
    assert "云杉苑" in parking.name
    assert "车位" in parking.name
    assert parking.place == "云杉苑"


def test_heat_is_the_published_sum():
    """By hand, as docs/reference/alike.md says: 1 · ½, then ½ + ¼ · log2 4, then 1 + ¼ · log2 8."""
    messages = [
        Message("a", "水管爆裂", at=AT - timedelta(days=90), who="p"),
        Message("b", "水管爆裂", at=AT, who="p", likes=3),
        Message("c", "水管爆裂", at=AT, who="q", likes=5, against=2),
    ]
    (found,) = hot(messages)
    assert found.heat == pytest.approx(0.5 + 1.0 + 1.75)
    (full,) = hot(messages, heat=HeatRule(half_life=0))
    assert full.heat == pytest.approx(1.0 + 1.0 + 1.75)
    assert (found.requesters, found.likes, found.against) == (2, 8, 2)


def test_growth_sets_the_last_thirty_days_against_the_thirty_before():
    days = (0, 1, 29, 31, 61)  # three, one, and one too old
    (found,) = hot([Message(str(d), "路口积水", at=AT - timedelta(days=d)) for d in days])
    assert (found.recent, found.before, found.growth) == (3, 1, 2.0)
    assert found.span == 61


def test_what_came_after_the_day_asked_for_is_left_out():
    messages = [Message(str(d), "路口积水", at=AT + timedelta(days=d)) for d in range(4)]
    assert [one.size for one in hot(messages, on=AT + timedelta(days=1))] == [2]


# ── one matter ──


def test_a_score_is_the_product_of_its_parts_and_each_is_told():
    one = Message("1", at=AT, lat=32.0, lon=118.0, category="城建/路灯", who="p")
    other = Message("2", at=AT - timedelta(days=3), lat=32.0, lon=118.0, category="城建/井盖", who="q")
    found = compare(one, other, None)
    parts = {part.name: part.value for part in found.parts}
    assert parts == {"matter": 0.5, "place": 1.0, "time": 0.5, "requester": 0.8}
    assert found.score == pytest.approx(100 * 0.5 * 0.5 * 0.8)
    assert all(part.zh and part.en for part in found.parts)


def test_half_a_hundred_metres_halve_and_ten_others_at_the_spot_halve_again():
    # A degree of latitude on a sphere of the mean radius is 111,195 m, so 50 m are 50 / 111,195 of it.
    one = Message("1", at=AT, lat=32.0, lon=118.0)
    other = Message("2", at=AT, lat=32.0 + 50 / 111_195.08, lon=118.0)
    assert metres(one, other) == pytest.approx(50, abs=0.01)
    assert compare(one, other, 1.0).parts[1].value == pytest.approx(0.5, abs=0.001)
    assert compare(one, other, 1.0, crowd=lambda spot: 12).parts[1].value == pytest.approx(0.25, abs=0.001)


def test_who_asks_again_is_remembered_longer():
    one, other = Message("1", at=AT, who="p"), Message("2", at=AT - timedelta(days=30), who="p")
    assert compare(one, other, 1.0).parts[2].value == pytest.approx(0.5)
    assert compare(one, other._replace(who="q"), 1.0).parts[2].value == pytest.approx(1 / 11)


def test_a_repeat_is_found_among_many_that_share_its_words_and_only_what_came_before_is_told():
    noise = [message(i, f"路灯不亮，位于{chr(0x4E00 + i)}{chr(0x5000 + i)}路") for i in range(400)]
    first = message(500, "云杉苑北门路灯不亮", area="320102")
    again = message(501, "云杉苑北门的路灯又不亮了", area="320102")
    index = Index([*noise, first, again])
    assert [one.earlier.id for one in index.like(again, most=1)] == [first.id]
    assert again.id not in [one.earlier.id for one in index.like(first, most=99, least=0.0)]


def test_a_message_that_is_not_in_the_index_is_compared_with_what_came_before_it():
    new = message(100, "云杉苑又在捆绑销售车位")
    found = {one.earlier.id for one in Index(MESSAGES).like(new, most=3, least=5)}
    assert found
    assert found <= {f"m{i:03d}" for i in range(5)}


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 80)), max_size=20), st.floats(0, 60))
@settings(max_examples=60)
def test_what_is_passed_over_for_its_time_and_place_would_not_have_scored(
    spots: list[tuple[float, float, float]], least: float
):
    """The bound that spares looking closer lies above the score: whoever reaches *least* is told."""
    near = [(32 + lat / 9e5, 118 + lon / 9e5, day) for lat, lon, day in spots]
    messages = [
        Message(str(i), "停水", at=AT + timedelta(days=day), lat=lat, lon=lon)
        for i, (lat, lon, day) in enumerate(spots + near)
    ]
    rule = IndexRule(window=99, around=99)
    every = {(s.later.id, s.earlier.id): s.likeness.score for s in Index(messages, rule).pairs(0.0, 999)}
    told = {(s.later.id, s.earlier.id): s.likeness.score for s in Index(messages, rule).pairs(least, 999)}
    assert told == {pair: score for pair, score in every.items() if score >= least}


def test_what_just_reaches_the_score_asked_for_is_told():
    """A hundred metres apart at one time: 100 · 2 ** -2 · 0.8 = 20 of 100."""
    far = 100 / 111_195.08
    one, other = (message(0, "停水", at=AT, lat=32.0 + step, lon=118.0) for step in (0.0, far))
    (found,) = Index([one, other._replace(id="m001")]).pairs(19.5)
    assert found.likeness.score == pytest.approx(20, abs=0.1)
    assert list(Index([one, other._replace(id="m001")]).pairs(20.5)) == []


def test_how_far_is_looked_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """A thousand equal messages at one spot: each is compared with a bounded number, not with all before it."""
    from hotline12345.text.alike import index as module

    calls = Counter[str]()
    real = module.compare

    def counted(one: Message, *rest: object) -> object:
        calls[one.id] += 1
        return real(one, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "compare", counted)
    same = [message(i, "停水", lat=32.0, lon=118.0, who="p") for i in range(1000)]
    list(Index(same, like=LikeRule(crowd=1e9)).pairs(0.0))
    rule = IndexRule()
    assert 0 < max(calls.values()) <= (rule.probes + 1) * rule.window + 9 * rule.around


# ── bursts ──


def test_the_tail_is_that_of_the_negative_binomial():
    """With spread 1 the distribution is geometric: mean m gives the chance (m / (1 + m)) ** n of n or more."""
    for mean, count in ((1.0, 5), (3.0, 10), (0.5, 1)):
        assert tail(count, mean, 1.0) == pytest.approx((mean / (1 + mean)) ** count, rel=1e-9)
    # A small spread is as good as Poisson: 1 - e^-2 (1 + 2) is the chance of two or more for the mean 2.
    assert tail(2, 2.0, 1e-6) == pytest.approx(1 - 0.1353352832 * 3, rel=1e-4)
    assert tail(0, 2.0, 0.1) == 1.0


def usual(weeks: int, seed: int = 7) -> list[datetime]:
    """Made-up arrivals: some six an hour by day, one by night."""
    die = random.Random(seed)
    start = datetime(2026, 1, 5, tzinfo=CST)
    made = []
    for hour in range(weeks * 168):
        many = die.randrange(4, 9) if 8 <= hour % 24 < 20 else die.randrange(0, 3)
        made += [start + timedelta(hours=hour, minutes=die.randrange(60)) for _ in range(many)]
    return sorted(made)


def come(times: list[datetime]) -> list[Message]:
    return [Message(str(i), at=at) for i, at in enumerate(times)]


def test_a_burst_is_told_within_its_hour_once_and_nothing_else_is():
    began = datetime(2026, 3, 5, 3, tzinfo=CST)  # a night in the ninth week
    storm = [began + timedelta(minutes=2 * i) for i in range(90)]  # three hours of thirty
    alarms = bursts(come(usual(9) + storm))
    assert [alarm.hour for alarm in alarms] == [began]
    (alarm,) = alarms
    assert began < alarm.at < began + timedelta(minutes=45)
    assert alarm.reached == alarm.bound >= BurstRule().least
    assert alarm.chance < BurstRule().alpha
    assert alarm.expected < 3


def test_what_is_usual_for_the_hour_is_no_burst():
    assert bursts(come(usual(12))) == []


def test_nothing_is_told_before_enough_weeks_are_known():
    storm = [datetime(2026, 1, 20, 3, tzinfo=CST) + timedelta(minutes=i) for i in range(50)]
    assert bursts(come(usual(3) + storm)) == []


def test_a_burst_does_not_hide_the_next_one_by_raising_what_is_expected():
    """The same night hour a week after a storm of two hundred: the outlier is cut, thirty are still told."""
    first, second = datetime(2026, 2, 26, 3, tzinfo=CST), datetime(2026, 3, 5, 3, tzinfo=CST)
    storms = [first + timedelta(seconds=15 * i) for i in range(200)]
    storms += [second + timedelta(minutes=i) for i in range(30)]
    assert [alarm.hour for alarm in bursts(come(usual(9) + storms))] == [first, second]


def test_streams_are_watched_apart():
    ordinary = [Message(str(i), at=at, area=f"32010{i % 3}") for i, at in enumerate(usual(9))]
    began = datetime(2026, 3, 5, 3, tzinfo=CST)
    storm = [Message(f"s{i}", at=began + timedelta(minutes=i), area="320102") for i in range(40)]
    alarms = bursts(ordinary + storm, by=lambda one: one.area)
    assert {alarm.key for alarm in alarms} == {"", "320102"}


@given(st.lists(st.integers(0, 30_000_000), max_size=30))
@settings(max_examples=40)
def test_any_times_in_any_order_are_borne(minutes: list[int]):
    watch = Watch(BurstRule(known=1, weeks=2))
    for minute in minutes:
        watch.see(datetime(1992, 1, 1, tzinfo=CST) + timedelta(minutes=minute))
