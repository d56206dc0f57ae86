"""The Hotline: the same request once, stale memories found out, places apart, time that touches only what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve as change

from hotline12345 import clockwork
from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Actor, Role
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.calendar.overlay import Overlay, OverlayDay
from hotline12345.core.classify.rulefile import read_rules
from hotline12345.core.errors import CommandError, Conflict, PolicyError, RequestError, StoreError, UnknownOrder
from hotline12345.core.evolve import fold
from hotline12345.core.order import Order, Status
from hotline12345.core.policy import Flow, Pack, Policy, Rung, ScopeRule
from hotline12345.core.request import Kind, Request, Requester
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import TimeLimit
from hotline12345.heads import head_of, stamp
from hotline12345.hotline import Hotline, number_by_time
from hotline12345.stores import open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.port import Query, Store
from hotline12345.testing.orders import (
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    HOUR,
    REQUESTER,
    REVIEWER,
    SUPERVISOR,
    of_unit,
    small_policy,
)

KEY = bytes(range(32))
UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
    Unit("u2", "公安局", Grade.DEPARTMENT, "city"),
)
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"),), centre="centre")


def pack_of(*editions: Policy) -> Pack:
    return Pack("test", editions[0].place, "test", editions)


def routed(**changes: Any) -> Policy:
    return small_policy(routes=ROUTES, **changes)


def counting(start: int = 1) -> Callable[[datetime, int], str]:
    made = iter(range(start, 10**9))
    return lambda at, attempt: f"N{next(made):05d}"


def hotline(store: Store | None = None, policy: Policy | None = None, **more: Any) -> Hotline:
    more = {"clock": lambda: AT, "number": counting(), "secrets": KEY} | more
    return Hotline(pack_of(policy or routed()), store or MemoryStore(), **more)


def request(**changes: Any) -> Request:
    return change(Request(AT, "路灯", "路灯不亮", kind=Kind.COMPLAINT, category="城乡建设/照明"), **changes)


class Spied:
    """A store that counts what is asked of it, and lets a test act in between."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.calls: Counter[str] = Counter()
        self.before: dict[str, Callable[[], object]] = {}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] += 1
            self.asked.append((name, args))
            act = self.before.pop(name, None)
            if act is not None:
                act()
            return method(*args, **kwargs)

        return call if callable(method) else method


def everything(store: Store) -> list[Any]:
    """Return all a store holds, as it would be read."""
    records = store.feed(0, 100_000)
    numbers = sorted({(fed.record.place, fed.record.number) for fed in records})
    return [
        records,
        *(
            (store.head(place, n), sorted(store.private(place, n).items(), key=lambda kv: kv[0]))
            for place, n in numbers
        ),
    ]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = open_store("memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/orders.db")
    yield opened
    opened.close()


# ── the way in ──


def test_a_clear_request_is_received_accepted_and_dispatched_in_one_write(store: Store) -> None:
    spied = Spied(store)
    line = hotline(spied)
    order = line.receive(request(), by=AGENT)
    assert spied.calls["append"] == 1
    assert [type(event).__name__ for event in line.history(order.number)] == ["Received", "Accepted", "Dispatched"]
    assert (order.status, order.holder, order.version) == (Status.DISPATCHED, "u1", 3)
    assert order == line.order(order.number) == fold(line.history(order.number))
    assert order.citizen is not None
    assert order.citizen.deadline.due_day == date(2026, 10, 10)  # TV-01


@pytest.mark.parametrize(
    ("through", "status"), [("receive", Status.RECEIVED), ("accept", Status.ACCEPTED), ("dispatch", Status.DISPATCHED)]
)
def test_the_way_in_goes_as_far_as_it_is_told(through: str, status: Status) -> None:
    assert hotline().receive(request(), by=AGENT, through=through).status is status


def test_a_step_nobody_knows_is_refused():
    with pytest.raises(RequestError) as refused:
        hotline().receive(request(), by=AGENT, through="dispach")
    assert refused.value.code == "unknown-step"


def test_a_request_that_needs_a_person_waits_for_one():
    order = hotline().receive(request(category=""), by=AGENT)
    assert order.status is Status.ACCEPTED
    assert order.topic is not None
    assert order.topic.needs_person


@pytest.mark.parametrize("policy", [small_policy(), routed(flow=Flow(accept_to_dispatch=False))])
def test_without_a_catalogue_or_where_the_place_wants_it_a_person_dispatches(policy: Policy) -> None:
    assert hotline(policy=policy).receive(request(), by=AGENT).status is Status.ACCEPTED


def test_what_is_not_the_hotlines_to_handle_is_referred_or_only_noted():
    court = ScopeRule("court", "legal", "去法院", "test", words=("判决",), to="court")
    line = hotline(policy=routed(scope=(court,)))
    assert line.receive(request(text="不服判决"), by=AGENT).status is Status.REFERRED
    noted = line.receive(request(text="不服判决"), by=AGENT, disposition="handle")
    assert noted.status is Status.DISPATCHED
    accepted = line.history(noted.number)[1]
    assert isinstance(accepted, e.Accepted)
    assert [finding.code for finding in accepted.findings] == ["scope.court"]


def test_the_words_are_classified_when_nobody_has_said_what_it_is():
    rules, faults = read_rules(
        {
            "score": {"norm": "none", "threshold": 0.2},
            "category": [{"code": "01", "name": "城乡建设"}, {"code": "0101", "name": "城乡建设/照明"}],
            "words": {"城乡建设/照明": {"3": "路灯"}},
            "kind": {"建议": {"3": "建议"}},
        }
    )
    assert faults == ()
    line = hotline(policy=routed(rules=rules))
    order = line.receive(request(kind=None, category="", text="路灯不亮，建议更换"), by=AGENT)
    assert (order.category, order.kind, order.status) == ("城乡建设/照明", Kind.SUGGESTION, Status.DISPATCHED)
    said = line.history(order.number)[1]
    assert isinstance(said, e.Accepted)
    assert (said.kind_from, said.category_from) == ("rules", "rules")
    assert {hit.field for hit in said.hits} == {"title", "text"}


def test_who_may_not_receive_is_not_told_of_an_order_that_came_before(store: Store) -> None:
    line = hotline(store)
    line.receive(request(ref="R-7"), by=AGENT)
    with pytest.raises(CommandError) as caught:
        line.receive(request(ref="R-7"), by=Actor("", "", frozenset({Role.DISPATCHER})))
    assert caught.value.code == "not-permitted"


def test_the_same_channel_and_reference_twice_is_the_same_order(store: Store) -> None:
    line = hotline(store)
    first = line.receive(request(ref="T-1"), by=AGENT)
    before = everything(store)
    again = line.receive(request(ref="T-1", received=AT + HOUR), by=AGENT, at=AT + HOUR)
    assert again == first
    assert everything(store) == before
    other = line.receive(request(ref="T-1", channel="web"), by=AGENT)
    assert other.number != first.number


def test_the_same_reference_with_other_content_is_a_conflict(store: Store) -> None:
    line = hotline(store)
    first = line.receive(request(ref="T-1"), by=AGENT)
    before = everything(store)
    with pytest.raises(Conflict) as refused:
        line.receive(request(ref="T-1", text="路灯亮了"), by=AGENT)
    assert refused.value.code == "key-reused"
    assert first.number in refused.value.hint("zh")
    assert everything(store) == before


def test_without_a_reference_the_same_words_are_two_orders():
    line = hotline()
    assert line.receive(request(), by=AGENT).number != line.receive(request(), by=AGENT).number


def test_of_two_writers_with_one_key_both_get_the_order_that_was_written(store: Store) -> None:
    """The second has looked before the first wrote: the store says so at the write, and nobody is told a lie."""
    first, spied = hotline(store, number=counting(1)), Spied(store)
    second = hotline(spied, number=counting(100))
    made: list[Order] = []
    spied.before["append"] = lambda: made.append(first.receive(request(ref="T-1"), by=AGENT))
    answer = second.receive(request(ref="T-1"), by=AGENT)
    assert answer == made[0]
    assert second.order(answer.number) == answer
    with pytest.raises(UnknownOrder):
        second.order("N00100")
    assert len(store.find("210100", Query()).heads) == 1


def test_a_number_that_is_taken_is_made_anew():
    numbers = iter(["A", "A", "A", "B"])
    line = hotline(number=lambda at, attempt: next(numbers))
    assert [line.receive(request(), by=AGENT).number for _ in range(2)] == ["A", "B"]


def test_the_generator_is_told_how_often_it_has_been_asked():
    tries: list[int] = []

    def number(at: datetime, attempt: int) -> str:
        tries.append(attempt)
        return "A" if attempt < 3 else "B"

    line = hotline(number=number)
    line.receive(request(), by=AGENT)
    assert line.receive(request(), by=AGENT).number == "B"
    assert tries == [0, 0, 1, 2, 3]


def test_a_generator_that_only_repeats_itself_is_given_up():
    line = hotline(number=lambda at, attempt: "A")
    line.receive(request(), by=AGENT)
    with pytest.raises(Conflict) as refused:
        line.receive(request(), by=AGENT)
    assert refused.value.code == "no-number"


def test_numbers_by_time_are_the_instant_in_china_and_six_digits():
    number = number_by_time(datetime(2025, 9, 12, 2, 11, 8, tzinfo=UTC), 0)  # TV-81 in universal time
    assert number[:12] == "250912101108"
    assert number[12:].isdigit()
    assert len(number) == 18


def test_who_has_called_before_is_noted_for_whoever_looks():
    line = hotline()
    caller = Requester("张三", "13800138000")
    first = line.receive(request(requester=caller), by=AGENT)
    line.receive(request(requester=caller, category="公安"), by=AGENT)
    again = line.receive(request(requester=caller), by=AGENT)
    accepted = line.history(again.number)[1]
    assert isinstance(accepted, e.Accepted)
    assert [(finding.code, finding.target) for finding in accepted.findings] == [("repeat", first.number)]


def test_an_anonymous_caller_is_neither_found_nor_compared():
    line = hotline()
    caller = Requester(phone="13800138000")
    line.receive(request(requester=caller), by=AGENT)
    hidden = line.receive(request(requester=caller, anonymous=True), by=AGENT)
    accepted = line.history(hidden.number)[1]
    assert isinstance(accepted, e.Accepted)
    assert accepted.findings == ()
    assert hidden.number not in [head.number for head in line.by_requester("13800138000").heads]


def test_a_request_taken_over_from_another_hotline_keeps_the_citizens_clock():
    other = Hotline(pack_of(small_policy(place="210200", routes=ROUTES)), MemoryStore(), clock=lambda: AT, secrets=KEY)
    there = other.receive(request(), by=AGENT)
    line = hotline()
    here = line.receive(request(received=AT + timedelta(days=2)), by=AGENT, at=AT + timedelta(days=2), origin=there)
    assert here.intake.origin is not None
    assert (here.intake.origin.place, here.intake.origin.number) == ("210200", there.number)
    assert here.citizen is not None
    assert there.citizen is not None
    assert here.citizen.deadline == there.citizen.deadline
    assert here.lead is not None
    assert here.lead.handle is not None
    assert here.lead.handle.deadline.start == AT + timedelta(days=2)


def test_an_origin_without_a_clock_gives_none():
    other = Hotline(pack_of(small_policy(place="210200")), MemoryStore(), clock=lambda: AT, secrets=KEY)
    there = other.receive(request(), by=AGENT, through="receive")
    here = hotline().receive(request(), by=AGENT, origin=there, through="receive")
    assert here.citizen is None


def test_nothing_is_written_when_the_way_in_is_refused(store: Store) -> None:
    line = hotline(store, policy=routed(calendar=WorkCalendar.china(on_unknown="error")))
    late = datetime(2026, 12, 31, 10, tzinfo=CST)
    with pytest.raises(Exception) as refused:  # noqa: PT011 - the class is asserted below
        line.receive(request(received=late), by=AGENT, at=late)
    assert refused.value.code == "unknown-year"  # type: ignore[attr-defined]
    with pytest.raises(CommandError):
        line.receive(request(), by=HANDLER)
    assert everything(store) == [[]]


# ── editions ──


def test_an_order_keeps_the_edition_it_was_received_under():
    old = routed(edition="2026-01-01", effective=date(2026, 1, 1))
    new = routed(edition="2026-10-01", effective=date(2026, 10, 1))
    line = Hotline(pack_of(old, new), MemoryStore(), secrets=KEY, number=counting())
    before = line.receive(request(), by=AGENT, at=datetime(2026, 10, 2, tzinfo=CST))
    after = line.receive(request(received=datetime(2026, 9, 30, 16, tzinfo=UTC)), by=AGENT, at=AT + timedelta(days=4))
    assert (before.intake.edition, after.intake.edition) == ("2026-01-01", "2026-10-01")
    assert line.policy_of(before) is old
    assert line.policy_of(after) is new
    named = Hotline(pack_of(old, new), MemoryStore(), secrets=KEY, edition="2026-10-01")
    assert named.receive(request(), by=AGENT, at=AT).intake.edition == "2026-10-01"
    with pytest.raises(RequestError) as refused:
        Hotline(pack_of(new), line.store, secrets=KEY).handle(before.number, c.Urge(AGENT))
    assert refused.value.code == "unknown-edition"
    with pytest.raises(PolicyError):
        line.receive(request(received=datetime(2025, 1, 1, tzinfo=CST)), by=AGENT)


# ── what happens next ──


def test_a_refusal_changes_nothing(store: Store) -> None:
    line = hotline(store)
    order = line.receive(request(requester=Requester(phone="13800138000")), by=AGENT)
    before = everything(store)
    refusals: list[tuple[c.Command, str]] = [
        (c.Archive(ADMIN), "not-possible-now"),
        (c.Sign(AGENT), "not-permitted"),
        (c.Sign(of_unit("u2")), "not-your-order"),
        (c.SendBack(HANDLER, note="张三不在"), "reason-needed"),
        (c.Merge(ADMIN, order.number), "merge-target"),
        (c.Receive(AGENT, request(), "210100", "2"), "not-possible-now"),
    ]
    for command, code in refusals:
        with pytest.raises(CommandError) as refused:
            line.handle(order.number, command, at=AT + HOUR)
        assert refused.value.code == code
    with pytest.raises(UnknownOrder):
        line.handle(order.number, c.Merge(ADMIN, "nowhere"), at=AT + HOUR)
    with pytest.raises(UnknownOrder):
        line.handle("nowhere", c.Sign(HANDLER))
    assert everything(store) == before
    assert line.order(order.number) == order


def test_a_command_of_the_hosts_own_invention_is_refused():
    class Bribe(c.Command):
        pass

    line = hotline()
    order = line.receive(request(), by=AGENT)
    with pytest.raises(CommandError) as refused:
        line.handle(order.number, Bribe(ADMIN))
    assert refused.value.code == "not-possible-now"


@pytest.mark.parametrize("naive", [datetime(2026, 9, 29, 10)])  # noqa: DTZ001 - that is the point
def test_a_naive_instant_is_refused_wherever_one_is_given(naive: datetime) -> None:
    line = hotline()
    order = line.receive(request(), by=AGENT)
    asleep = hotline(clock=lambda: naive)
    tries: list[Callable[[], object]] = [
        lambda: Request(naive),
        lambda: line.receive(request(), by=AGENT, at=naive),
        lambda: line.handle(order.number, c.Sign(HANDLER), at=naive),
        lambda: line.handle(order.number, c.Sign(HANDLER, occurred=naive)),
        lambda: line.handle(order.number, c.Defer(DISPATCHER, naive, "x")),
        lambda: line.tick(naive),
        lambda: asleep.receive(request(), by=AGENT),
        lambda: asleep.tick(),
    ]
    for attempt in tries:
        with pytest.raises(RequestError) as refused:
            attempt()
        assert refused.value.code == "naive-time"


def test_a_machine_whose_clock_is_a_little_slow_does_not_turn_history_back():
    line = hotline(clock=lambda: AT - HOUR)
    order = line.receive(request(), by=AGENT, at=AT)
    assert line.handle(order.number, c.Sign(HANDLER)).at == AT
    with pytest.raises(CommandError) as refused:
        line.handle(order.number, c.Reply(HANDLER), at=AT - HOUR)
    assert refused.value.code == "time-runs-backward"


def test_what_another_hotline_on_the_same_store_wrote_is_seen_before_anything_is_refused(store: Store) -> None:
    one, two = hotline(store), hotline(store)
    number = one.receive(request(), by=AGENT).number
    one.handle(number, c.Sign(HANDLER))
    two.order(number)
    one.handle(number, c.Reply(HANDLER))
    # Two remembers SIGNED; a review would be refused on that, and is possible now.
    assert two.handle(number, c.Review(REVIEWER)).status is Status.REVIEWED
    # One remembers REPLIED; a second review is refused, on what is so now.
    with pytest.raises(CommandError) as refused:
        one.handle(number, c.Review(REVIEWER))
    assert refused.value.code == "not-possible-now"
    assert "reviewed" in refused.value.en


def test_a_command_decided_on_old_news_is_decided_again(store: Store) -> None:
    one, two = hotline(store), hotline(store)
    number = one.receive(request(), by=AGENT).number
    two.order(number)
    one.handle(number, c.Urge(AGENT))
    assert two.handle(number, c.Urge(AGENT)).counts.urged == 2


def test_a_clock_that_finds_nothing_to_do_on_old_news_looks_again(store: Store) -> None:
    one, two = hotline(store), hotline(store)
    number = one.receive(request(), by=AGENT).number
    two.order(number)
    soon = AT + HOUR
    one.handle(number, c.Defer(DISPATCHER, AT + timedelta(days=30), "no-budget"), at=soon)
    assert two.handle(number, c.Tick(Actor(roles=frozenset({Role.SYSTEM}))), at=soon).version > 3


def test_somebody_who_is_always_second_is_told_so(store: Store) -> None:
    one = hotline(store)
    number = one.receive(request(), by=AGENT).number

    class Faster(Spied):
        def __getattr__(self, name: str) -> Any:
            if name == "append":
                self.before["append"] = lambda: one.handle(number, c.Urge(AGENT))
            return super().__getattr__(name)

    with pytest.raises(Conflict) as refused:
        hotline(Faster(store)).handle(number, c.Sign(HANDLER))
    assert refused.value.code == "stale"
    assert one.order(number).counts.urged == 8


def test_whoever_expects_a_version_gets_that_version_or_a_conflict(store: Store) -> None:
    one, two = hotline(store), hotline(store)
    number = one.receive(request(), by=AGENT).number
    two.order(number)
    assert one.handle(number, c.Urge(AGENT), expected=3).version == 4
    with pytest.raises(Conflict) as refused:
        two.handle(number, c.Urge(AGENT), expected=3)
    assert (refused.value.code, refused.value.facts["version"]) == ("stale", 4)
    assert two.handle(number, c.Urge(AGENT), expected=4).version == 5
    with pytest.raises(Conflict):
        two.handle(number, c.Urge(AGENT), expected=99)
    assert one.order(number).version == 5


def test_a_writer_who_expects_a_version_is_not_tried_again(store: Store) -> None:
    one, spied = hotline(store), Spied(store)
    number = one.receive(request(), by=AGENT).number
    two = hotline(spied)
    two.order(number)
    spied.before["append"] = lambda: one.handle(number, c.Urge(AGENT))
    with pytest.raises(Conflict):
        two.handle(number, c.Urge(AGENT), expected=3)
    assert one.order(number).counts.urged == 1


def test_the_same_key_carries_a_command_out_once(store: Store) -> None:
    both = Actor("x", "centre", frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.DISPATCHER}))
    again = Actor("x", "centre", frozenset([Role.DISPATCHER, Role.ADMIN, Role.SUPERVISOR, Role.AGENT]))
    line = hotline(store)
    number = line.receive(request(), by=AGENT).number
    first = line.handle(number, c.Urge(both, ext={"a.b": 1, "a.c": 2}), key="k1", at=AT)
    second = hotline(store).handle(number, c.Urge(again, ext={"a.c": 2, "a.b": 1}), key="k1", at=AT + HOUR)
    assert first == second
    assert first.counts.urged == 1
    with pytest.raises(Conflict) as refused:
        line.handle(number, c.Urge(both, "slow"), key="k1")
    assert refused.value.code == "key-reused"


def test_a_fingerprint_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Roles are a set, and sets are walked in an order of their own in every process."""
    import subprocess
    import sys

    code = """
from hotline12345 import clockwork
from hotline12345.core import commands as c
from hotline12345.core.actor import Actor, Role
from hotline12345.privacy import wanted
padding = [object() for _ in range({n})]
print(wanted(c.Urge(Actor("x", "u", frozenset(list(Role)[:6])), ext={{"a": {{"b": 1, "c": 2}}}})))
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", code.format(n=n * 1000 + 1)], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        for n in range(4)
    }
    assert len(said) == 1


def test_of_two_with_one_key_on_one_order_the_second_changes_nothing(store: Store) -> None:
    one, spied = hotline(store), Spied(store)
    number = one.receive(request(), by=AGENT).number
    two = hotline(spied)
    spied.before["append"] = lambda: one.handle(number, c.Urge(AGENT), key="k")
    assert two.handle(number, c.Urge(AGENT), key="k").counts.urged == 1
    assert one.order(number).counts.urged == 1


def test_merging_needs_an_order_that_is_there_and_that_somebody_answers():
    line = hotline()
    first, second, third = (line.receive(request(), by=AGENT).number for _ in range(3))
    assert line.handle(second, c.Merge(ADMIN, first)).outcome.to == first
    with pytest.raises(UnknownOrder):
        line.handle(third, c.Merge(ADMIN, "nowhere"))
    with pytest.raises(CommandError) as refused:
        line.handle(first, c.Merge(ADMIN, second))  # each into the other: nobody would answer
    assert refused.value.code == "merge-target"
    assert line.order(first).is_open


def test_accepting_later_reads_the_words_that_were_kept():
    court = ScopeRule("court", "legal", "去法院", "test", words=("判决",))
    line = hotline(policy=routed(scope=(court,)))
    caller = Requester(phone="13800138000")
    earlier = line.receive(request(requester=caller), by=AGENT)
    order = line.receive(request(text="不服判决", requester=caller), by=AGENT, through="receive")
    other = line.receive(request(text="不服判决"), by=AGENT, through="receive")
    done = line.handle(order.number, c.Accept(DISPATCHER))
    assert done.status is Status.REFERRED
    said = line.history(order.number)[-1]
    assert isinstance(said, e.Referred)
    assert [finding.target for finding in said.findings] == ["", earlier.number]
    # Who brings other words is classified by those.
    assert line.handle(other.number, c.Accept(DISPATCHER, text="路灯不亮")).status is Status.ACCEPTED


def test_what_happened_and_when_it_was_recorded_are_two_times_and_the_hosts_fields_go_along(store: Store) -> None:
    line = hotline(store)
    number = line.receive(request(ext={"city.batch": 7}), by=AGENT).number
    paper = AT - timedelta(days=1)
    line.handle(number, c.Reply(HANDLER, occurred=paper, ext={"city.box": ["a", 1]}), at=AT + HOUR)
    events = line.history(number)
    assert events[0].ext == {"city.batch": 7}
    assert [(type(x).__name__, x.at, x.occurred, x.ext) for x in events[3:]] == [
        ("Signed", AT + HOUR, paper, {"city.box": ["a", 1]}),
        ("Replied", AT + HOUR, paper, {"city.box": ["a", 1]}),
    ]
    assert line.order(number).outcome.replied == AT + HOUR


# ── reading ──


def test_orders_are_found_by_what_their_heads_say(store: Store) -> None:
    line = hotline(store)
    numbers = [line.receive(request(), by=AGENT).number for _ in range(3)]
    line.handle(numbers[1], c.Sign(HANDLER))
    assert [head.number for head in line.find(Query(status="signed")).heads] == [numbers[1]]
    assert [order.number for order in line.orders()] == numbers
    assert [order.number for order in line.orders(Query(status="dispatched"))] == [numbers[0], numbers[2]]
    page = line.find(limit=2)
    assert [head.number for head in line.find(after=page.next).heads] == numbers[2:]


def test_orders_are_told_as_they_are_and_not_as_they_are_remembered(store: Store) -> None:
    one, two = hotline(store), hotline(store)
    number = one.receive(request(), by=AGENT).number
    two.order(number)
    one.handle(number, c.Sign(HANDLER))
    assert [order.status for order in two.orders()] == [Status.SIGNED]


def test_more_orders_than_a_page_holds_are_all_told():
    line = hotline(policy=small_policy())
    for _ in range(1001):
        line.receive(request(), by=AGENT, through="receive")
    assert sum(1 for _ in line.orders()) == 1001


def test_the_memory_of_orders_is_bounded(monkeypatch):
    monkeypatch.setattr("hotline12345.book.CACHED", 2)
    line = hotline()
    numbers = [line.receive(request(), by=AGENT).number for _ in range(4)]
    assert len(line._book._orders) == 2
    assert [line.order(n).number for n in numbers] == numbers


# ── places ──


def test_two_places_on_one_store_never_see_each_other(store: Store) -> None:
    caller = Requester("张三", "13800138000")
    west = small_policy(place="210200", routes=ROUTES)
    here, there = hotline(store), hotline(store, policy=west)
    asked = request(requester=caller, ref="T-1")
    mine, theirs = here.receive(asked, by=AGENT), there.receive(asked, by=AGENT)
    assert mine.number == theirs.number == "N00001"
    found = [store.head(place, "N00001") for place in ("210100", "210200")]
    assert len({head.requester for head in found if head is not None}) == 2
    here.handle(mine.number, c.Sign(HANDLER), key="k")
    assert there.order(theirs.number).status is Status.DISPATCHED
    assert there.handle(theirs.number, c.Urge(AGENT), key="k").counts.urged == 1
    assert [head.place for head in here.find().heads] == ["210100"]
    assert [head.place for head in there.by_requester("13800138000").heads] == ["210200"]
    only = here.receive(request(), by=AGENT).number
    with pytest.raises(UnknownOrder):
        there.order(only)
    assert here.tick(AT + timedelta(days=30)).orders == 2
    assert there.order(theirs.number).version == 4
    assert here.forget("13800138000") == 1
    assert there.words(theirs.number)["requester"]["phone"] == "13800138000"
    assert here.words(mine.number) == {}


def test_a_place_may_be_named_apart_from_its_pack():
    line = hotline(place="210100-harbour")
    assert line.receive(request(), by=AGENT).place == "210100-harbour"


# ── time ──


def test_a_tick_looks_only_at_what_is_due(store: Store) -> None:
    spied = Spied(store)
    line = hotline(spied)
    early = [line.receive(request(), by=AGENT).number for _ in range(2)]
    later = AT + timedelta(days=20)
    line.receive(request(received=later), by=AGENT, at=later)
    spied.asked.clear()
    told = line.tick(datetime(2026, 9, 30, tzinfo=CST))  # the sign deadline of the first two
    assert (told.orders, told.overdue, told.moved) == (2, 2, 0)
    assert {args[1] for name, args in spied.asked if name == "stream"} == set(early)


def test_a_tick_twice_is_a_tick_once(store: Store) -> None:
    line = hotline(store)
    line.receive(request(), by=AGENT)
    late = AT + timedelta(days=30)
    first = line.tick(late)
    assert (first.orders, first.overdue) == (1, 3)  # signing, handling, the citizen's
    before = everything(store)
    assert line.tick(late).orders == 0
    assert line.tick(late + timedelta(days=300)).overdue == 0
    assert everything(store) == before


def test_what_has_ended_never_falls_overdue(store: Store) -> None:
    line = hotline(store)
    target = line.receive(request(), by=AGENT).number
    ended = [line.receive(request(), by=AGENT).number for _ in range(4)]
    ends: list[c.Command] = [
        c.Merge(ADMIN, target),
        c.Withdraw(REQUESTER),
        c.Terminate(REVIEWER, "no-such-place"),
        c.Void(ADMIN, "test-call"),
    ]
    for number, end in zip(ended, ends, strict=True):
        line.handle(number, end)
    line.tick(AT + timedelta(days=60))
    for number in ended:
        assert not any(isinstance(event, e.FellOverdue) for event in line.history(number))
        head = store.head("210100", number)
        assert head is not None
        assert (head.wake, head.desks, head.open) == ("", (), False)
    assert any(isinstance(event, e.FellOverdue) for event in line.history(target))


def test_an_order_touched_since_is_left_to_whoever_touched_it():
    line = hotline()
    number = line.receive(request(), by=AGENT).number
    line.handle(number, c.Urge(AGENT), at=AT + timedelta(days=40))
    assert line.tick(AT + timedelta(days=30)).overdue == 0
    assert line.tick(AT + timedelta(days=40)).overdue == 3


def test_orders_that_stay_awake_do_not_hide_the_others(monkeypatch):
    """The store hands out the earliest first: those that cannot be settled yet must not fill every page."""
    line = hotline()
    numbers = [line.receive(request(), by=AGENT).number for _ in range(6)]
    for number in numbers[:4]:
        line.handle(number, c.Urge(AGENT), at=AT + timedelta(days=40))
    monkeypatch.setattr(clockwork, "PAGE", 3)
    assert line.tick(AT + timedelta(days=30)).overdue == 2 * 3


def test_a_provisional_deadline_becomes_certain_when_the_notice_is_loaded(store: Store) -> None:
    """TV-15: an order of 2026-12-31 touches a year that no notice has settled."""
    at = datetime(2026, 12, 31, 10, tzinfo=CST)
    line = hotline(store)
    number = line.receive(request(received=at), by=AGENT, at=at).number
    before = line.order(number)
    assert before.citizen is not None
    assert before.citizen.deadline.provisional
    assert line.tick(at + HOUR).moved == 0
    # Fictitious: only the first three days of January rest.
    rest = tuple(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3))
    known = WorkCalendar.china((Overlay(rest, "fictitious", "test", (2027,), True),))
    later = hotline(store, policy=routed(calendar=known), number=counting(50))
    told = later.tick(at + HOUR)
    assert (told.orders, told.moved, told.overdue) == (1, 3, 0)
    after = later.order(number)
    assert after.citizen is not None
    assert not after.citizen.deadline.provisional
    assert after.citizen.deadline.due_day == date(2027, 1, 8)  # Fri: Mon 4, 5, 6, 7, 8
    assert after.citizen.deadline.digest == known.digest
    assert [event.reason for event in later.history(number)[3:] if isinstance(event, e.DeadlineMoved)] == [
        "calendar"
    ] * 3
    head = store.head("210100", number)
    assert head is not None
    assert (head.provisional, head.due, head.digest) == (False, stamp(datetime(2027, 1, 9, tzinfo=CST)), known.digest)
    assert later.tick(at + HOUR).orders == 0
    assert fold(later.history(number)) == after


def test_another_editions_calendar_wakes_nobody():
    at = datetime(2026, 12, 31, 10, tzinfo=CST)
    known = WorkCalendar.china((Overlay((), "fictitious", "test", (2027,), True),))
    old = routed(edition="old", effective=date(2026, 1, 1))
    new = routed(edition="new", effective=date(2027, 1, 1), calendar=known)
    spied = Spied(MemoryStore())
    line = Hotline(pack_of(old, new), spied, clock=lambda: at, number=counting(), secrets=KEY)
    line.receive(request(received=at), by=AGENT)
    spied.calls.clear()
    assert line.tick().orders == 0
    assert spied.calls["stream"] == 0


def test_many_provisional_orders_are_settled_a_page_at_a_time():
    at = datetime(2026, 12, 31, 10, tzinfo=CST)
    store = MemoryStore()
    line = hotline(store)
    for _ in range(1001):
        line.receive(request(received=at), by=AGENT, at=at)
    known = WorkCalendar.china((Overlay((), "fictitious", "test", (2027,), True),))
    assert hotline(store, policy=routed(calendar=known)).tick(at).moved == 3003


def test_the_head_is_that_of_the_order(store: Store) -> None:
    line = hotline(store, policy=routed(ladder=(Rung("talk", "约谈", TimeLimit.parse("5wd"), "test"),)))
    number = line.receive(request(requester=Requester(phone="13800138000")), by=AGENT).number
    steps: list[c.Command] = [
        c.Sign(HANDLER),
        c.Assist(DISPATCHER, "u2"),
        c.Reply(HANDLER, solved=True),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, "unreachable"),
        c.Reopen(SUPERVISOR),
    ]
    for command in steps:
        order = line.handle(number, command)
        head = store.head("210100", number)
        assert head is not None
        assert head == head_of(order, head.requester)
    assert [desk.unit for desk in head_of(order).desks] == ["u1"]


# ── secrets ──


def test_a_pack_and_a_store_may_be_named():
    line = Hotline("cn", "memory:", clock=lambda: AT)
    assert line.receive(Request(AT), by=AGENT, through="receive").intake.pack == "cn"


def test_the_key_beside_a_file_serves_every_hotline_on_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orders.db"
    with open_store(url) as one:
        line = hotline(one, secrets=None)
        line.receive(request(requester=Requester(phone="13800138000")), by=AGENT)
    with open_store(url) as two:
        assert len(hotline(two, secrets=None).by_requester("138 0013 8000").heads) == 1
    (key,) = tmp_path.glob("*.key")
    key.write_text("short")
    with open_store(url) as three, pytest.raises(StoreError) as refused:
        hotline(three, secrets=None)
    assert refused.value.code == "bad-key"


def test_in_memory_every_hotline_has_a_key_of_its_own():
    line = Hotline(pack_of(routed()), MemoryStore(), clock=lambda: AT)
    other = Hotline(pack_of(routed()), MemoryStore(), clock=lambda: AT)
    asked = request(requester=Requester(phone="13800138000"))
    found = [h.store.head("210100", h.receive(asked, by=AGENT).number) for h in (line, other)]
    assert len({head.requester for head in found if head is not None}) == 2


def test_the_system_clock_serves_where_none_is_given():
    line = Hotline(pack_of(routed()), MemoryStore(), secrets=KEY, number=counting())
    before = datetime.now(UTC)
    assert before <= line.receive(request(), by=AGENT).at <= datetime.now(UTC)
