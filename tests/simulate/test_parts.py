"""The city's parts: streams that depend on their names alone, working time as one line, a desk that keeps hours."""

from __future__ import annotations

from datetime import datetime

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.calendar import WorkCalendar
from hotline12345.simulate.desk import Desk
from hotline12345.simulate.hours import ServiceHours
from hotline12345.simulate.streams import Streams

MONDAY = datetime.fromisoformat("2026-03-02T00:00:00+08:00")
H = 3600
DAY = 86_400


@pytest.fixture(scope="module")
def hours() -> ServiceHours:
    return ServiceHours(WorkCalendar.china(), MONDAY, 28)


# ── streams ──


def test_a_draw_depends_on_seed_purpose_and_entity_and_on_nothing_else() -> None:
    one, other = Streams(7), Streams(7)
    other.uniform("something", "else")
    assert one.uniform("work", "1.2") == other.uniform("work", "1.2")
    drawn = {Streams(7).uniform("work", "1.2"), Streams(8).uniform("work", "1.2"), one.uniform("work", "1.3")}
    assert len(drawn | {one.uniform("sign", "1.2")}) == 4


def test_purpose_and_entity_do_not_run_into_each_other() -> None:
    assert Streams(1).uniform("ab", "c") != Streams(1).uniform("a", "bc")


def test_draws_are_even() -> None:
    drawn = [Streams(3).uniform("even", str(at)) for at in range(4000)]
    assert sum(drawn) / 4000 == pytest.approx(0.5, abs=0.02)
    assert min(drawn) >= 0
    assert max(drawn) < 1


@given(st.floats(0, 60), st.floats(0, 60), st.integers(0, 50))
def test_a_greater_mean_never_gives_a_smaller_count(a: float, b: float, at: int) -> None:
    low, high = sorted((a, b))
    assert Streams(1).poisson(low, "n", str(at)) <= Streams(1).poisson(high, "n", str(at))


@pytest.mark.parametrize("mean", [0.5, 12, 300, 5000])
def test_counts_have_their_mean(mean: float) -> None:
    counts = [Streams(5).poisson(mean, "count", str(at)) for at in range(600)]
    assert sum(counts) / 600 == pytest.approx(mean, rel=0.12)


def test_what_happens_in_a_smaller_share_happens_in_a_greater_one() -> None:
    streams = Streams(1)
    some = {at for at in range(200) if streams.happens(0.2, "x", str(at))}
    assert some < {at for at in range(200) if streams.happens(0.5, "x", str(at))}


# ── hours ──


def test_a_working_day_has_seven_hours(hours: ServiceHours) -> None:
    assert hours.worked(DAY) == 7 * H
    assert hours.worked(5 * DAY) == hours.worked(7 * DAY) == 35 * H, "nobody works at the weekend"


def test_work_stops_at_noon_and_goes_on_after_lunch(hours: ServiceHours) -> None:
    assert hours.after(11 * H, 1 * H) == 12 * H
    assert hours.after(11 * H, 1 * H + 60) == 13 * H + 30 * 60 + 60
    assert hours.after(17 * H, 1 * H) == DAY + 9 * H + 30 * 60


@given(st.floats(0, 27 * DAY), st.floats(1, 40 * H))
def test_what_was_added_is_worked(at: float, seconds: float) -> None:
    hours = ServiceHours(WorkCalendar.china(), MONDAY, 28)
    found = hours.after(at, seconds)
    if found is not None:
        assert -1e-6 <= hours.worked(found) - hours.worked(at) - seconds < 1.01


def test_past_the_last_day_nobody_works(hours: ServiceHours) -> None:
    assert hours.after(27 * DAY, 400 * H) is None


# ── a desk ──


def desk(env: simpy.Environment, hours: ServiceHours, **options: float | bool) -> Desk:
    settings = {"people": 1.0, "speed": 1.0, "skill": 1.0, "by_due": True, "push": 1.0, "push_within": DAY, **options}
    made = Desk(env, "u", hours, **settings)  # type: ignore[arg-type]
    made.start()
    return made


def finished(env: simpy.Environment, jobs: dict[str, object], until: float = 20 * DAY) -> dict[str, float]:
    done: dict[str, float] = {}

    def wait(name: str, job: object) -> object:
        yield job.done  # type: ignore[attr-defined]
        done[name] = env.now

    for name, job in jobs.items():
        env.process(wait(name, job))  # type: ignore[arg-type]
    env.run(until=until)
    return done


def test_work_is_done_in_hours_only(hours: ServiceHours) -> None:
    env = simpy.Environment()
    one = desk(env, hours)
    assert finished(env, {"a": one.add("a", 8 * H, 9 * DAY)}) == {"a": DAY + 10 * H}


def test_the_more_pressing_order_goes_first_and_the_other_is_resumed(hours: ServiceHours) -> None:
    env = simpy.Environment()
    one = desk(env, hours)
    jobs = {"late": one.add("late", 4 * H, 9 * DAY)}

    def later() -> object:
        yield env.timeout(10 * H)
        jobs["soon"] = one.add("soon", 1 * H, 2 * DAY)

    env.process(later())  # type: ignore[arg-type]
    env.run(until=10 * H + 1)
    # Nine to ten on the first, an hour on the second, then three hours that go on after lunch.
    assert finished(env, jobs) == {"soon": 11 * H, "late": 15 * H + 30 * 60}


def test_first_come_is_first_served(hours: ServiceHours) -> None:
    env = simpy.Environment()
    one = desk(env, hours, by_due=False)
    jobs = {"first": one.add("first", 1 * H, 9 * DAY), "soon": one.add("soon", 1 * H, 1 * DAY)}
    assert finished(env, jobs) == {"first": 10 * H, "soon": 11 * H}


def test_near_the_limit_they_work_harder(hours: ServiceHours) -> None:
    env = simpy.Environment()
    one = desk(env, hours, push=2.0, push_within=H)
    # Due at noon: an hour at the usual pace to ten, another to eleven, the rest at twice the pace.
    assert finished(env, {"a": one.add("a", 4 * H, 12 * H)}) == {"a": 12 * H}


def test_an_order_that_was_taken_away_holds_nobody_up(hours: ServiceHours) -> None:
    env = simpy.Environment()
    one = desk(env, hours)
    gone, stays = one.add("gone", 5 * H, 1 * DAY), one.add("stays", 1 * H, 2 * DAY)

    def leaves() -> object:
        yield env.timeout(10 * H)
        one.take_away(gone)

    env.process(leaves())  # type: ignore[arg-type]
    assert finished(env, {"stays": stays}) == {"stays": 11 * H}
    assert gone.done.value is False
    assert one.waiting() == (0, 0)


def test_a_change_of_pace_counts_from_when_it_comes(hours: ServiceHours) -> None:
    env = simpy.Environment()
    one = desk(env, hours)
    job = one.add("a", 4 * H, 9 * DAY)

    def slows() -> object:
        yield env.timeout(11 * H)
        one.pace(0.5)

    env.process(slows())  # type: ignore[arg-type]
    # Two hours by eleven, half an hour by noon, an hour and a half at half the pace after lunch.
    assert finished(env, {"a": job}) == {"a": 16 * H + 30 * 60}


def test_orders_finish_no_later_with_more_people() -> None:
    hours, streams = ServiceHours(WorkCalendar.china(), MONDAY, 60), Streams(11)

    def run(people: float) -> dict[str, float]:
        env = simpy.Environment()
        one = desk(env, hours, people=people, push=1.5)
        done: dict[str, float] = {}

        def life(name: str) -> object:
            yield env.timeout(int(streams.uniform("at", name) * 20 * DAY))
            due = env.now + streams.uniform("due", name) * 10 * DAY
            job = one.add(name, streams.lognormal(3 * H, 0.7, "work", name), due)
            yield job.done
            done[name] = env.now

        for at in range(120):
            env.process(life(str(at)))  # type: ignore[arg-type]
        env.run(until=59 * DAY)
        return done

    slow, fast = run(2.2), run(4.4)
    assert len(slow) > 80
    assert all(fast[name] <= at for name, at in slow.items())
