"""Orders that know of one another: repeats told, matters merged with every caller kept, conduct counted unnamed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.codec import encode
from hotline12345.core.errors import CommandError, Conflict, UnknownOrder
from hotline12345.core.order import Order, Status
from hotline12345.core.policy import ClearanceRule, ConductStep, Line, Pack, RecordRule, RepeatRule
from hotline12345.core.request import Kind, Request, Requester
from hotline12345.core.sla import TimeLimit
from hotline12345.hotline import Hotline
from hotline12345.inquiry import inquire
from hotline12345.stores import open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.port import Store
from hotline12345.testing.orders import (
    ACTORS,
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    REQUESTER,
    REVIEWER,
    SYSTEM,
    Role,
    small_policy,
)
from hotline12345.view import view

ZHANG = Requester("张三", "13800138000")
LI = Requester("李四", "13900139000")
TEXT = "中山路 1 号小区昨天晚上停水，至今没来水"
WATER = "城乡建设/供水"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/o.db")


def hotline(store: Store | None = None, **policy: Any) -> Hotline:
    edition = small_policy(**policy)
    made = iter(range(1, 10**6))
    pack = Pack("test", edition.place, "test", (edition,))
    number = lambda at, attempt: f"{next(made):04d}"  # noqa: E731 - a generator in a line
    return Hotline(pack, store or MemoryStore(), clock=lambda: AT, secrets=bytes(32), number=number)


def ask(hotline_: Hotline, who: Requester = ZHANG, text: str = TEXT, **more: Any) -> Order:
    given = {"kind": Kind.COMPLAINT, "category": WATER, "area": "210102"} | more
    return hotline_.receive(Request(AT, "停水", text, who, **given), by=AGENT, through="accept")


def closed(line: Hotline, number: str) -> Order:
    for command in (
        c.Dispatch(DISPATCHER, "u1"),
        c.Reply(HANDLER, "已抢修", "已恢复供水", True),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, solved=True, satisfied="satisfied"),
    ):
        order = line.handle(number, command)
    return order


def last(line: Hotline, number: str) -> e.Event:
    return line.history(number)[-1]


# ── the same requester, the same matter ──

AUTO = {"repeat": RepeatRule("auto")}


def test_tv75_who_calls_again_about_what_was_closed_is_told_the_result_and_gets_no_new_order(store: Store):
    """北京市接诉即办工作条例 art. 11(3); TV-75."""
    line = hotline(store, **AUTO)
    first = closed(line, ask(line).number)
    again = ask(line, text="中山路1号小区，昨天晚上停水，至今没来水！")
    assert (again.status, again.outcome.reason) == (Status.ANSWERED, "result")
    told = last(line, again.number)
    assert isinstance(told, e.Answered)
    assert (told.how, told.source) == ("result", first.number)
    assert not again.assignments
    assert line.tick(AT + timedelta(days=400)).overdue == 0


def test_tv75_while_it_is_in_hand_progress_is_told(store: Store):
    line = hotline(store, **AUTO)
    first = ask(line)
    again = ask(line)
    assert (again.outcome.reason, last(line, again.number).source) == ("progress", first.number)  # type: ignore[attr-defined]
    # The answer did not do: there is a new fact after all.
    accepted = line.handle(again.number, c.Accept(AGENT, new_fact=True))
    assert accepted.status is Status.ACCEPTED


@pytest.mark.parametrize(
    ("more", "who"),
    [
        ({"text": "中山路 1 号小区物业乱收费"}, ZHANG),
        ({"area": "210103"}, ZHANG),
        ({"category": "城乡建设/供热"}, ZHANG),
        ({}, LI),
        ({"anonymous": True}, ZHANG),
    ],
)
def test_another_matter_place_category_or_person_is_a_new_order(more: dict[str, Any], who: Requester) -> None:
    line = hotline(**AUTO)
    ask(line)
    assert ask(line, who, **more).status is Status.ACCEPTED


def test_what_was_declined_or_ended_long_ago_tells_nothing():
    line = hotline(repeat=RepeatRule("auto", within=30))
    closed(line, ask(line).number)
    later = AT + timedelta(days=31)
    request = Request(later, "停水", TEXT, ZHANG, Kind.COMPLAINT, WATER, "210102")
    assert line.receive(request, by=AGENT, at=later, through="accept").status is Status.ACCEPTED
    other = hotline(**AUTO)
    number = ask(other).number
    other.handle(number, c.Decline(AGENT, "out-of-scope"))
    assert ask(other).status is Status.ACCEPTED


def test_by_default_a_repeat_is_only_noted():
    line = hotline()
    first = ask(line)
    accepted = last(line, ask(line).number)
    assert isinstance(accepted, e.Accepted)
    assert [(one.code, one.target) for one in accepted.findings] == [("repeat", first.number)]


# ── the same matter from others ──


def test_the_same_matter_of_another_requester_is_offered_for_merging():
    """国办函〔2025〕66号 (5): repeats are merged in principle."""
    line = hotline(repeat=RepeatRule(others="suggest"))
    first = ask(line)
    ask(line, LI, "物业乱收费，态度恶劣")
    second = ask(line, LI)
    accepted = last(line, second.number)
    assert isinstance(accepted, e.Accepted)
    assert [(one.code, one.target) for one in accepted.findings] == [("repeat", "0002"), ("similar", first.number)]


def test_the_same_matter_is_found_behind_many_others_of_its_category_and_area(monkeypatch: pytest.MonkeyPatch):
    """Only those whose words are alike are folded: the others cost one read each."""
    line = hotline(repeat=RepeatRule(others="suggest"))
    for i in range(130):
        who = Requester(f"路人{i}", f"137{i:08d}")
        ask(line, who, text=f"{chr(0x4E00 + 7 * i)}{chr(0x6000 + 5 * i)}{chr(0x7000 + 3 * i)}的水压不足")
    first = ask(line, ZHANG)
    book = line._book
    folded: list[str] = []
    real = book.at
    monkeypatch.setattr(book, "at", lambda number, version: folded.append(number) or real(number, version))
    again = ask(line, LI)
    accepted = last(line, again.number)
    assert isinstance(accepted, e.Accepted)
    assert [(one.code, one.target) for one in accepted.findings] == [("similar", first.number)]
    assert folded == [first.number] * len(folded)


def test_everybody_who_merged_stays_in_the_call_back_and_no_event_names_them(store: Store):
    line = hotline(store)
    first, second, third = ask(line), ask(line, LI), ask(line, Requester("王五", "13700137000"))
    line.handle(third.number, c.Merge(AGENT, second.number))
    line.handle(second.number, c.Merge(AGENT, first.number))
    survivor = line.order(first.number)
    assert survivor.intake.marks.joined == (second.number, third.number)
    assert [(order.number, called) for order, called in line.callers(first.number)] == [
        (second.number, False),
        (third.number, False),
    ]
    reached = view(line.order(third.number), line.words(third.number), CALLER, "contact")
    assert reached["requester"]["phone"] == "13700137000"
    written = json.dumps([encode(event) for event in line.history(first.number)], ensure_ascii=False)
    assert not any(word in written for word in ("李四", "13900139000", "王五", "停水"))
    assert survivor.wake == line.order(first.number).wake
    # An order keeps its clocks; those that merged have none.
    assert line.order(second.number).wake is line.order(third.number).wake is None
    assert line.order(first.number) == Hotline(line.pack, line.store, secrets=bytes(32)).order(first.number)


def test_a_forgotten_caller_is_still_a_number_in_the_list_and_nothing_more():
    line = hotline()
    first, second = ask(line), ask(line, LI)
    line.handle(second.number, c.Merge(AGENT, first.number))
    line.forget("13900139000")
    ((order, _),) = line.callers(first.number)
    assert line.words(order.number) == {}


def test_merging_writes_both_orders_or_neither():
    line = hotline()
    first, second = ask(line), ask(line, LI)
    stranger = Hotline(line.pack, line.store, clock=lambda: AT, secrets=bytes(32))
    line.order(first.number)
    stranger.handle(first.number, c.Supplement(AGENT, "more"))  # the memory of `line` is old news now
    line.handle(second.number, c.Merge(AGENT, first.number))
    assert line.order(first.number).intake.marks.joined == (second.number,)
    with pytest.raises(UnknownOrder):
        line.handle(first.number, c.Merge(AGENT, "nowhere"))
    with pytest.raises(CommandError) as refused:
        line.handle(first.number, c.Merge(AGENT, second.number))
    assert refused.value.code == "merge-target"
    with pytest.raises(Conflict):
        line.handle(first.number, c.Merge(AGENT, ask(line).number), expected=1)
    assert line.order(first.number).is_open


def test_the_survivor_is_answered_when_a_merged_requester_calls_again():
    line = hotline(**AUTO)
    first, second = ask(line, LI), ask(line, ZHANG)
    line.handle(second.number, c.Merge(AGENT, first.number))
    again = ask(line, ZHANG)
    assert last(line, again.number).source == first.number  # type: ignore[attr-defined]


# ── the rest that is gathered ──


def test_disruption_is_counted_by_requester_and_names_nobody(store: Store):
    steps = (ConductStep("warn", "警示", "art. 9"), ConductStep("restrict", "限制", "library default", 2))
    line = hotline(store, conduct=steps)
    first = ask(line)
    line.handle(first.number, c.Curb(AGENT, note="反复辱骂"))
    second = ask(line, text="又来了")
    accepted = last(line, second.number)
    assert isinstance(accepted, e.Accepted)
    assert "conduct.warn" in [one.code for one in accepted.findings]
    line.handle(second.number, c.Curb(AGENT))
    curbed = last(line, second.number)
    assert isinstance(curbed, e.Curbed)
    assert (curbed.step, curbed.count) == ("restrict", 2)
    assert "辱骂" not in json.dumps(encode(last(line, first.number)), ensure_ascii=False)
    other = ask(line, LI)
    line.handle(other.number, c.Curb(AGENT))
    assert last(line, other.number).count == 1  # type: ignore[attr-defined]


def test_an_unreasonable_repeat_is_stopped_only_when_the_hotline_finds_it_is_one():
    """济南市12345市民服务热线条例 art. 25."""
    line = hotline(repeat=RepeatRule(unreasonable=True, basis="art. 25"))
    first = ask(line)
    again = ask(line)
    line.handle(again.number, c.Dispatch(DISPATCHER, "u1"))
    stop = c.Cease(HANDLER, first.number, "已依法答复")
    with pytest.raises(CommandError) as refused:
        line.handle(again.number, stop)  # the first is still in hand
    assert refused.value.code == "not-a-repeat"
    closed(line, first.number)
    for number in ("nowhere", ask(line, LI).number):
        with pytest.raises(CommandError):
            line.handle(again.number, c.Cease(HANDLER, number, "已依法答复"))
    after = line.handle(again.number, stop)
    assert (after.status, after.outcome.to) == (Status.TERMINATED, first.number)
    ceased = last(line, again.number)
    assert isinstance(ceased, e.Ceased)
    assert ceased.private is not None  # the written note, kept apart


def test_what_lacks_is_read_from_the_private_record_and_asked_for():
    line = hotline(record=RecordRule(("place", "time", "contact"), TimeLimit.parse("1wd")))
    order = ask(line, text="停水了", area="")
    assert order.status is Status.RECEIVED
    assert order.intake.marks.lacks == ("time", "place")
    line.handle(order.number, c.Supplement(REQUESTER, "昨晚起，在中山路", ("place", "time")))
    accepted = line.handle(order.number, c.Accept(AGENT))
    assert accepted.status is Status.ACCEPTED


def test_the_queue_of_a_line_is_what_waits_at_the_centre():
    line = hotline(lines=(Line("business", "营商", "S4", "6"),))
    ask(line)
    waiting = ask(line, LI, line="6")
    gone = ask(line, Requester("王五"), line="6")
    line.handle(gone.number, c.Dispatch(DISPATCHER, "u1"))
    assert [order.number for order in line.queue("business")] == [waiting.number]


# ── who sees what ──


def notes_of(line: Hotline, number: str) -> dict[str, Any]:
    kept = line.store.private(line.place, number)
    return {version: record["words"] for version, record in kept.items() if version != "1"}


def test_a_public_reply_that_is_not_cleared_is_seen_by_nobody_outside(store: Store):
    """皖政办秘〔2021〕65号 art. 11: the security review of what is replied."""
    line = hotline(store, clearance=ClearanceRule(True, "art. 11"))
    number = ask(line).number
    line.handle(number, c.Dispatch(DISPATCHER, "u1"))
    for words in ("张三的举报属实", "举报属实"):
        order = line.handle(number, c.Reply(HANDLER, "内部情况", words, True))
        for who, purpose in ((REQUESTER, "read"), (REQUESTER, "contact"), (ADMIN, "publish"), (SYSTEM, "read")):
            seen = view(order, line.words(number), who, purpose, notes_of(line, number))
            assert "属实" not in json.dumps(seen, ensure_ascii=False), (who, purpose)
        inside = view(order, line.words(number), REVIEWER, "read", notes_of(line, number))
        assert "属实" in json.dumps(inside["notes"], ensure_ascii=False)  # whoever is to clear it reads it
        first = words.startswith("张三")
        order = line.handle(number, c.Clear(REVIEWER, not first, "names-a-person" if first else ""))
    seen = view(order, line.words(number), REQUESTER, "read", notes_of(line, number))
    assert [note["public"] for note in seen["notes"].values()] == ["举报属实"]


@pytest.mark.parametrize("flag", ["anonymous", "confidential"])
def test_tv80_who_is_anonymous_or_confidential_is_kept_from_the_unit(flag: str) -> None:
    """济南条例 art. 16, 32; TV-80."""
    line = hotline()
    order = ask(line, **{flag: True})
    order = line.handle(order.number, c.Dispatch(DISPATCHER, "u1"))
    for role in (Role.HANDLER, Role.UNIT_HEAD):
        for purpose in ("read", "contact"):
            seen = view(order, line.words(order.number), ACTORS[role], purpose)
            assert seen["requester"] is None
            assert "13800138000" not in json.dumps(seen)
    reached = view(order, line.words(order.number), CALLER, "contact")
    assert reached["requester"]["phone"] == "13800138000"


# ── asking how one's own order stands ──


def test_whoever_has_the_code_sees_their_order_and_nobody_else_does(store: Store):
    """Seed 4: a unique inquiry code; handbook §11."""
    line = hotline(store)
    first, second = ask(line), ask(line, LI)
    code = line.query_code(first.number)
    assert len(code) == 8
    assert code == hotline().query_code(first.number)  # of the key and the number alone
    assert code != line.query_code(second.number)
    seen = inquire(line, first.number, f" {code[:4]}-{code[4:].lower()} ")
    assert (seen["status"], seen["text"]) == ("accepted", TEXT)
    for number, said in ((second.number, code), (first.number, ""), ("nowhere", code)):
        with pytest.raises(CommandError) as refused:
            inquire(line, number, said)
        assert refused.value.code == "wrong-code"
    stranger = Hotline(line.pack, line.store, secrets=b"another key 4567")
    assert stranger.query_code(first.number) != code


def test_whoever_merged_learns_how_the_surviving_order_stands_and_no_words_of_it():
    line = hotline()
    first, second = ask(line), ask(line, LI, "同一处停水")
    line.handle(second.number, c.Merge(AGENT, first.number))
    closed(line, first.number)
    told = inquire(line, second.number, line.query_code(second.number))
    assert (told["status"], told["goes_on"]["status"]) == ("merged", "following-up")  # they are still to be called
    assert "张三" not in json.dumps(told, ensure_ascii=False)
    assert TEXT not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("turned_away", [c.Decline(AGENT, "out-of-scope"), c.Refer(AGENT, "legal", "法院")])
def test_nobody_is_merged_into_what_was_turned_away(turned_away: c.Command) -> None:
    """潍坊条例 art. 19: whoever is turned away is told why; nobody is called back about such an order."""
    line = hotline()
    first, second = ask(line), ask(line, LI)
    line.handle(first.number, turned_away)
    with pytest.raises(CommandError) as refused:
        line.handle(second.number, c.Merge(AGENT, first.number))
    assert refused.value.code == "merge-target"
    assert line.order(second.number).is_open
