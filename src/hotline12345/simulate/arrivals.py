"""Who calls, when and about what (来电): made before the city opens, each call from streams of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from attrs import define

from ..core.calendar import WorkCalendar, local
from ..core.policy import Policy
from ..core.request import Kind, Request, Requester
from ..core.routing.grades import Grade
from .scenario import Scenario
from .streams import Streams, Weights
from .topics import OUTSIDE, TOPICS, Topic, words

_KINDS = {kind.value: kind for kind in Kind}


@define(eq=False)
class Call:
    """A call or a message (一次来电): what is true of it, whatever the hotline will make of it."""

    id: str
    at: int  # seconds from the start
    caller: str
    kind: Kind | None  # what the agent writes down; None leaves it to the rules
    topic: Topic | None  # None: not a unit's work
    area: str
    channel: str
    title: str
    text: str
    before: str = ""  # the same caller's earlier call about the same matter

    def request(self, start: datetime) -> Request:
        """Return it as the hotline takes it down."""
        return Request(
            received=start + timedelta(seconds=self.at),
            title=self.title,
            text=self.text,
            requester=Requester(id=self.caller),
            kind=self.kind,
            area=self.area,
            channel=self.channel,
            ref=self.id,
        )


def places_of(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return (division code, name) of the place's counties, or of its cities where it has no counties."""
    if policy.routes is None:
        return ()
    routes = policy.routes
    home = routes.unit(routes.seat).area.rstrip("0")
    for grade in (Grade.COUNTY, Grade.CITY):
        found = [(u.area, u.name) for u in routes.units if u.grade is grade and u.area.startswith(home)]
        if found:
            return tuple(sorted(found))
    return ()


def day_means(scenario: Scenario, calendar: WorkCalendar, start: date, days: int, per_day: float) -> list[float]:
    """Return the expected ordinary calls of each day: a holiday is as quiet as a Sunday, a make-up day as a Friday."""
    shares, means = scenario.volume.weekdays, []
    for at in range(days):
        day = start + timedelta(days=at)
        weekday, works = day.weekday(), calendar.is_workday(day)
        weekday = 4 if works and weekday > 4 else 6 if not works and weekday < 5 else weekday
        means.append(per_day * 7 * shares[weekday] / sum(shares))
    return means


def topic_weights(scenario: Scenario) -> tuple[tuple[Topic, float], ...]:
    """Return every topic and its weight in *scenario*; the longest category prefix named there wins."""
    factors = scenario.shares.categories
    return tuple((topic, topic.weight * _factor(factors, topic.category)) for topic in TOPICS)


def _factor(factors: object, category: str) -> float:
    named = [key for key in factors if (category + "/").startswith(key + "/")] if isinstance(factors, dict) else []
    return float(factors[max(named, key=len)]) if named and isinstance(factors, dict) else 1.0


class Callers:
    """Makes calls (来电生成)."""

    def __init__(self, scenario: Scenario, policy: Policy, streams: Streams, start: datetime, days: int) -> None:
        self.scenario = scenario
        self.streams = streams
        self.start = local(start).date()
        self.days = days
        self.calendar = policy.calendar
        self.places = places_of(policy)
        self.topics = topic_weights(scenario)
        self._about = Weights(self.topics)
        self._hours = Weights(enumerate(scenario.volume.hours))
        self._kinds = Weights(scenario.shares.kinds)
        self._channels = Weights(scenario.shares.channels)
        self._outside = Weights(OUTSIDE)

    def calls(self, per_day: float) -> list[Call]:
        """Return every call in the order of time."""
        made: list[Call] = []
        streams = self.streams
        means = day_means(self.scenario, self.calendar, self.start, self.days, per_day)
        for at, mean in enumerate(means):
            for turn in range(streams.poisson(mean, "calls", str(at))):
                made.append(self._call(f"{at}.{turn}", at, self._about))
        made += self._shocks(means)
        made.sort(key=lambda call: (call.at, call.id))
        self._repeat(made, sum(means))
        return made

    def _shocks(self, means: Sequence[float]) -> list[Call]:
        made: list[Call] = []
        whole = sum(weight for _, weight in self.topics)
        for at, shock in enumerate(self.scenario.shocks):
            if shock.speed is not None:
                continue
            hit = [(t, w) for t, w in self.topics if (t.category + "/").startswith(shock.category + "/")]
            hit = hit if shock.category else list(self.topics)
            share = sum(weight for _, weight in hit) / whole if whole else 0.0
            for day, mean in enumerate(means):
                if share and shock.first <= self.start + timedelta(days=day) <= shock.last:
                    more = mean * share * (shock.times - 1)
                    count = self.streams.poisson(more, "shock", f"{at}.{day}")
                    about = Weights(hit)
                    made += [self._call(f"s{at}.{day}.{turn}", day, about, pressing=True) for turn in range(count)]
        return made

    def _call(self, id: str, day: int, about: Weights[Topic], pressing: bool = False) -> Call:  # noqa: A002
        streams, scenario = self.streams, self.scenario
        hour = streams.choose(self._hours, "hour", id)
        at = day * 86_400 + hour * 3600 + int(streams.uniform("second", id) * 3600)
        # A storm makes people complain and ask for help; nobody has suggestions.
        name = "help" if pressing else streams.choose(self._kinds, "kind", id)
        topic = streams.choose(about, "topic", id)
        area, where = "", ""
        if self.places:
            area, where = self.places[int(streams.uniform("area", id) * len(self.places))]
        kind = _KINDS.get(name)
        title, text = words(topic, kind or Kind.HELP, where, streams.uniform("words", id))
        call = Call(id, at, f"c{id}", kind, topic, area, streams.choose(self._channels, "channel", id), title, text)
        if not pressing and streams.happens(scenario.volume.outside, "outside", id):
            call.topic, call.kind = None, None
            call.title, call.text = "", where + streams.choose(self._outside, "outside.what", id)
        return call

    def _repeat(self, made: list[Call], expected: float) -> None:
        """Give calls to repeat callers; some call again about the same matter."""
        streams, volume = self.streams, self.scenario.volume
        pool = max(1, round(volume.repeaters * expected))
        last: dict[str, Call] = {}
        for call in made:
            if not streams.happens(volume.repeat_share, "repeat", call.id):
                continue
            # Squared, so that a few call very often, as a few do.
            call.caller = f"r{int(streams.uniform('repeat.who', call.id) ** 2 * pool)}"
            earlier = last.get(call.caller)
            if (
                earlier is not None
                and earlier.topic is not None
                and call.topic is not None
                and streams.happens(volume.same_matter, "repeat.same", call.id)
            ):
                call.topic, call.area, call.kind = earlier.topic, earlier.area, earlier.kind
                call.title, call.text, call.before = earlier.title, earlier.text, earlier.id
            last[call.caller] = call
