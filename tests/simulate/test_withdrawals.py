"""Who withdraws in the virtual city, and what becomes of an order that others joined (撤诉与并单)."""

from __future__ import annotations

from hotline12345.core.events import Merged, Supplemented, Withdrawn
from hotline12345.hotline import Hotline
from hotline12345.simulate import Behaviour, Scenario, Staffing, simulate
from hotline12345.stores import Query, open_store


def test_who_withdraws_an_order_that_others_joined_leaves_it_to_them() -> None:
    store = open_store("memory:")
    scenario = Scenario(
        staffing=Staffing(utilisation=1.0, least=0.1), behaviour=Behaviour(withdrawn=1.0, repeat_told=0.0)
    )
    found = simulate("liaoyuan", 10, 60, 1, scenario=scenario, store=store)
    assert found.arrivals == found.closed + found.open + found.diverted
    hotline = Hotline("liaoyuan", store)
    histories = {head.number: hotline.history(head.number) for head in hotline.find(Query(), limit=10_000).heads}
    ends = {number: {type(event) for event in history} for number, history in histories.items()}
    joined = {event.into for history in histories.values() for event in history if isinstance(event, Merged)}
    assert sum(Withdrawn in kinds for kinds in ends.values()) > 20
    left = {number for number in joined if Supplemented in ends[number]}
    assert left, "some first requesters no longer want an answer"
    assert not any(Withdrawn in ends[number] for number in left), "and the others still get one"
