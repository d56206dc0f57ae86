"""At the phones (话务): take it down, answer it, merge it, or hand it to a dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core import commands as c
from ..core.actor import Actor, Role
from ..core.errors import HotlineError
from ..core.events import Accepted
from ..core.order import Order, Status
from ..core.request import Kind

if TYPE_CHECKING:
    from .city import Case, City, Steps

AGENT = Actor("", "", frozenset({Role.AGENT}))
DISPATCHER = Actor("", "", frozenset({Role.DISPATCHER}))


def unit_actor(unit: str, head: bool = False) -> Actor:
    """Return somebody of *unit*, or its *head*."""
    return Actor("", unit, frozenset({Role.UNIT_HEAD if head else Role.HANDLER}))


def take(city: City, case: Case) -> Steps:
    """Answer a call: it rang at its own time, and that is when it counts as received (漏接回拨也从来电起算)."""
    call, env = case.call, city.env
    with city.agents.request() as seat:
        yield seat
        case.answered = int(env.now)
        request = call.request(city.start)
        case.order = city.hotline.receive(request, by=AGENT, at=city.now(), through="accept")
        city.by_number[case.order.number] = case
        talk = city.streams.lognormal(city.scenario.behaviour.talk_seconds, 0.5, "talk", call.id)
        yield env.timeout(max(int(talk), 10))
        settled = settle(city, case)
    if settled:
        return
    begin = env.now
    wait = city.streams.lognormal(city.scenario.behaviour.dispatch_seconds, 0.5, "dispatch", call.id)
    yield env.timeout(max(int(wait), 10))
    city.do(case, c.Dispatch(DISPATCHER))
    case.spent("dispatch", "", begin, env.now)
    city.handle(case)


def settle(city: City, case: Case) -> bool:
    """Say whether the call ends with the agent: out of scope, told before, or answered."""
    order, call = case.order, case.call
    assert order is not None
    if order.status is not Status.ACCEPTED:
        return True
    if _repeated(city, case, order):
        return True
    kind = call.kind.value if call.kind is not None else "unclear"
    share = 1.0 if call.kind is Kind.PRAISE else city.scenario.shares.answers.get(kind, 0.0)
    if city.streams.happens(share, "answer", call.id):
        if call.kind is Kind.HELP:
            city.do(case, c.Connect(AGENT, how="window", to=_window(city, case), answered=True))
        else:
            city.do(case, c.Answer(AGENT, how="knowledge"))
        return True
    topic = order.topic
    if call.topic is not None and topic is not None and (topic.needs_person or not order.category):
        # The rules asked for a person: the agent, who heard the caller, says what it is about.
        city.do(case, c.Reclassify(AGENT, category=call.topic.category, reason="agent"))
    return False


def _window(city: City, case: Case) -> str:
    routes, topic = city.policy.routes, case.call.topic
    return routes.route(topic.category, case.call.area).unit if routes is not None and topic is not None else ""


def _repeated(city: City, case: Case, order: Order) -> bool:
    """Deal with a caller who called about the same matter before (重复诉求: 接诉即办条例 art. 11(3), 66号 (5))."""
    earlier = city.cases.get(case.call.before)
    if earlier is None or earlier.order is None:
        return False
    accepted = city.hotline.history(order.number, 1)[0]
    known = {f.target for f in accepted.findings if f.code == "repeat"} if isinstance(accepted, Accepted) else set()
    while earlier.merged_into:
        earlier = city.by_number[earlier.merged_into]
    before = earlier.order
    assert before is not None
    if not known or before.number == order.number:
        return False
    if before.is_open:
        _urge(city, earlier)
        city.do(case, c.Merge(AGENT, into=before.number, reason="same-matter"))
        case.merged_into = before.number
        return True
    if before.status is Status.CLOSED and city.streams.happens(
        city.scenario.behaviour.repeat_told, "repeat.told", case.call.id
    ):
        told = f"此前已办结（工单 {before.number}）"
        city.do(case, c.Decline(AGENT, reason="repeat", told=told, basis="接诉即办条例第十一条（三）"))
        return True
    return False


def _urge(city: City, earlier: Case) -> None:
    try:
        city.do(earlier, c.Urge(AGENT, reason="caller-asked-again"))
    except HotlineError:
        return  # nobody owes anything just now: there is nobody to urge
