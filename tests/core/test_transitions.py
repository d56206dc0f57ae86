"""The table has the last word: every status × command × role, and no cell that nothing reaches."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core.actor import Actor, Role
from hotline12345.core.decide import DECIDERS, decide, possible
from hotline12345.core.errors import CommandError, RequestError
from hotline12345.core.events import Event
from hotline12345.core.evolve import fold
from hotline12345.core.order import DIVERTED, OPEN, STATUS_ZH, Order, Status
from hotline12345.core.policy import (
    ClearanceRule,
    ConductStep,
    ExtensionRule,
    Flow,
    Policy,
    RatingRule,
    RecordRule,
    RepeatRule,
    ScopeRule,
    SuspensionRule,
)
from hotline12345.core.request import Kind, Request, Urgency
from hotline12345.core.sla import TimeLimit
from hotline12345.core.transitions import RECEIVE, TRANSITIONS
from hotline12345.testing.orders import ACTORS, AT, DISPATCHER, HANDLER, PLACE, Life, of_unit, small_policy

S = Status
OWN = frozenset({Role.HANDLER, Role.UNIT_HEAD})
ONE_DAY = TimeLimit.parse("1wd")

# One command of each class that stands a chance wherever the table allows it.
SAMPLES: tuple[c.Command, ...] = (
    c.Receive(HANDLER, Request(AT), PLACE, "2"),
    c.Accept(HANDLER),
    c.Answer(HANDLER, "words"),
    c.Connect(HANDLER, to="window 3"),
    c.Refer(HANDLER, "legal", "court"),
    c.Decline(HANDLER, "out-of-scope"),
    c.Merge(HANDLER, "2"),
    c.Consult(HANDLER, ("u1", "u2")),
    c.Conclude(HANDLER, unit="u2"),
    c.Divide(HANDLER, category="公安", into="2"),
    c.Dispatch(HANDLER, "u2"),
    c.Assist(HANDLER, "u4"),
    c.Sign(HANDLER),
    c.SendBack(HANDLER, "not-our-duty"),
    c.Adjudicate(HANDLER),
    c.Recall(HANDLER),
    c.Reclassify(HANDLER, Kind.HELP),
    c.Report(HANDLER, reason="waiting"),
    c.Reply(HANDLER, solved=True),
    c.Review(HANDLER),
    c.FollowUp(HANDLER, "unreachable"),
    c.Judge(HANDLER),
    c.Rate(HANDLER, "satisfied"),
    c.Reopen(HANDLER),
    c.Extend(HANDLER, ONE_DAY, "complex"),
    c.GrantExtension(HANDLER),
    c.Defer(HANDLER, AT + timedelta(days=60), "no-budget"),
    c.Suspend(HANDLER, "awaiting-requester"),
    c.Resume(HANDLER),
    c.ApplyStatute(HANDLER, limit=TimeLimit.parse("60wd"), basis="a law"),
    c.Contact(HANDLER),
    c.Tell(HANDLER, "extended"),
    c.Urge(HANDLER),
    c.Supervise(HANDLER),
    c.Flag(HANDLER, "refused"),
    c.Supplement(HANDLER, "more"),
    c.Withdraw(HANDLER),
    c.Terminate(HANDLER, "no-such-place"),
    c.AskTermination(HANDLER, "uncooperative", note="书面"),
    c.DecideTermination(HANDLER),
    c.Void(HANDLER, "test-call"),
    c.Close(HANDLER),
    c.Archive(HANDLER),
    c.Tick(HANDLER),
    c.AdoptEdition(HANDLER, edition=small_policy().edition),
    c.Offer(HANDLER, "110", "declined"),
    c.Curb(HANDLER),
    c.Entrust(HANDLER, "p7"),
    c.Join(HANDLER, ("2",)),
    c.Cease(HANDLER, "2", "the same facts", (c.Similar("2", True, False, True, True, "城乡建设/物业管理"),)),
    c.Clear(HANDLER),
    c.Recount(HANDLER, "国办发明电〔2020〕1号"),
)
SAMPLE = {type(command): command for command in SAMPLES}


class Way(NamedTuple):
    """A way through one cell: what came before, what is commanded, by whom, and where it leads."""

    status: Status
    command: c.Command
    to: Status
    before: Callable[[Life], object] = lambda life: None
    policy: dict[str, object] = {}  # noqa: RUF012 - never changed
    roles: frozenset[Role] = frozenset()  # none: every role of the cell


def helped(life: Life) -> None:
    life.do(c.Assist(DISPATCHER, "u3"))


def helped_and_replied(life: Life) -> None:
    life.take("signed").do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Reply(HANDLER, solved=True))


def handed_down(life: Life) -> None:
    life.take("signed").do(c.Dispatch(HANDLER, "u2"))


def consulted(life: Life) -> None:
    life.do(c.Consult(DISPATCHER, ("u1", "u2")))


def unhappy(life: Life) -> None:
    life.do(c.FollowUp(ACTORS[Role.CALLER], solved=False, satisfied="dissatisfied"))


def unhappy_and_closed(life: Life) -> None:
    life.take("reviewed")
    unhappy(life)
    life.do(c.Close(ACTORS[Role.ADMIN]))


def rated_badly(life: Life) -> None:
    life.take("answered").do(c.Rate(ACTORS[Role.REQUESTER], "dissatisfied"))


def asked_to_end(life: Life) -> None:
    life.do(c.AskTermination(HANDLER, "uncooperative", note="书面"))


def answered_and_closed(life: Life) -> None:
    life.take("answered").do(c.Close(ACTORS[Role.ADMIN]))


def terminated_at_once(life: Life) -> None:
    life.take("accepted").do(c.Terminate(ACTORS[Role.ADMIN], "no-such-place"))


def replied_in_public(life: Life) -> None:
    life.take("signed").do(c.Reply(HANDLER, public="已修复", solved=True))


def joined(life: Life) -> None:
    life.do(c.Join(ACTORS[Role.SYSTEM], ("2",)))


def asked(life: Life) -> None:
    life.do(c.Extend(HANDLER, ONE_DAY, "complex"))


U2, U3 = of_unit("u2"), of_unit("u3")
NO_REVIEW = {"flow": Flow(review=False)}
NO_CALL = {"flow": Flow(follow_up=False)}
CALLED = {"rating": RatingRule(contact=ONE_DAY)}
STRAIGHT = {"flow": Flow(review=False, follow_up=False)}
HEADS_DECIDE = {"extension": ExtensionRule(approver="unit-head")}
CENTRE = frozenset({Role.DISPATCHER, Role.ADMIN})
HEAD = frozenset({Role.UNIT_HEAD})

WAITING = {"record": RecordRule(("place",), ONE_DAY)}
TOLD_AGAIN = {"repeat": RepeatRule("auto")}
REOPENING = {"repeat": RepeatRule(reopen=True)}
STOPPING = {"repeat": RepeatRule(unreasonable=True)}
CLEARING = {"clearance": ClearanceRule(True)}
CURBING = {"conduct": (ConductStep("warn", "劝导警示", "test"),)}
CONFIRMING = frozenset({Role.AGENT, Role.DISPATCHER})
AGAIN = c.Similar("2", True, True, True, False, "城乡建设/物业管理")
NEW_FACT = c.Supplement(HANDLER, new_fact=True)

SUSPENDING = {"suspension": SuspensionRule(("awaiting-requester",))}
UNITS_SUSPEND = {"suspension": SuspensionRule(("awaiting-requester",), approver="none")}


def suspended(life: Life) -> None:
    life.do(c.Suspend(DISPATCHER, "awaiting-requester"))


NOT_OURS = ScopeRule("advertising", "decline", "not a public service", "test", words=("贷款",))

# The ways the samples alone do not walk: another end, another unit, another policy.
WAYS: tuple[Way, ...] = (
    Way(S.RECEIVED, c.Connect(HANDLER, answered=True), S.ANSWERED),
    Way(S.RECEIVED, c.Accept(HANDLER, urgency=Urgency.EMERGENCY), S.REFERRED),
    Way(S.RECEIVED, c.Accept(HANDLER, text="代办贷款"), S.DECLINED, policy={"scope": (NOT_OURS,)}),
    Way(S.ACCEPTED, c.Connect(HANDLER, answered=True), S.ANSWERED),
    Way(S.ACCEPTED, c.Conclude(HANDLER, unit="u2"), S.DISPATCHED, consulted),
    Way(S.ACCEPTED, c.Conclude(HANDLER, "undecided"), S.ACCEPTED, consulted),
    Way(S.DISPATCHED, c.Sign(U3), S.DISPATCHED, helped),
    Way(S.DISPATCHED, c.SendBack(U2, "not-our-duty"), S.SIGNED, handed_down),
    Way(S.DISPATCHED, c.SendBack(U3, "not-our-duty"), S.DISPATCHED, helped),
    Way(S.DISPATCHED, c.Reply(HANDLER), S.REVIEWED, policy=NO_REVIEW),
    Way(S.DISPATCHED, c.Reply(HANDLER), S.CLOSED, policy=STRAIGHT),
    Way(S.DISPATCHED, c.Reply(U2), S.SIGNED, handed_down),
    Way(S.DISPATCHED, c.Reply(U3), S.DISPATCHED, helped),
    Way(S.DISPATCHED, c.Dispatch(U3, "u5"), S.DISPATCHED, helped),
    Way(S.DISPATCHED, c.Assist(HANDLER, "u4"), S.DISPATCHED, roles=OWN),
    Way(S.DISPATCHED, c.GrantExtension(HANDLER), S.DISPATCHED, asked, roles=CENTRE),
    Way(S.DISPATCHED, c.GrantExtension(HANDLER), S.DISPATCHED, asked, HEADS_DECIDE, HEAD),
    *(
        Way(status, c.DecideTermination(HANDLER, granted, reason), to, asked_to_end)
        for status in (S.DISPATCHED, S.SIGNED)
        for granted, reason, to in ((True, "", S.TERMINATED), (False, "not-so", status))
    ),
    Way(S.SIGNED, c.Reply(HANDLER), S.REVIEWED, policy=NO_REVIEW),
    Way(S.SIGNED, c.Reply(HANDLER), S.CLOSED, policy=STRAIGHT),
    Way(S.SIGNED, c.Reply(U3), S.SIGNED, helped),
    Way(S.SIGNED, c.Dispatch(U3, "u5"), S.SIGNED, helped),
    Way(S.SIGNED, c.Sign(U3), S.SIGNED, helped),
    Way(S.SIGNED, c.SendBack(U3, "not-our-duty"), S.SIGNED, helped),
    Way(S.SIGNED, c.GrantExtension(HANDLER), S.SIGNED, asked, roles=CENTRE),
    Way(S.SIGNED, c.GrantExtension(HANDLER), S.SIGNED, asked, HEADS_DECIDE, HEAD),
    Way(S.DISPUTED, c.Adjudicate(HANDLER, "reassign", "u2"), S.DISPATCHED),
    Way(S.REPLIED, c.Review(HANDLER), S.CLOSED, policy=NO_CALL),
    Way(S.REPLIED, c.Review(HANDLER, False, "incomplete"), S.SIGNED),
    Way(S.REPLIED, c.Reply(U3), S.REPLIED, helped_and_replied),
    Way(S.REPLIED, c.Sign(U3), S.REPLIED, helped_and_replied),
    Way(S.REPLIED, c.SendBack(U3, "not-our-duty"), S.REPLIED, helped_and_replied),
    Way(S.REVIEWED, c.FollowUp(HANDLER, satisfied="satisfied"), S.CLOSED),
    Way(S.FOLLOWING_UP, c.FollowUp(HANDLER, satisfied="satisfied"), S.CLOSED),
    Way(S.CLOSED, c.Reopen(HANDLER), S.ACCEPTED, answered_and_closed),
    Way(S.REFERRED, c.Reopen(HANDLER, unit="u2"), S.DISPATCHED),
    Way(S.DECLINED, c.Reopen(HANDLER, unit="u2"), S.DISPATCHED),
    Way(S.FOLLOWING_UP, c.Judge(HANDLER), S.FOLLOWING_UP, unhappy),
    Way(S.CLOSED, c.Judge(HANDLER), S.CLOSED, unhappy_and_closed),
    *(
        Way(status, c.Rate(HANDLER, "dissatisfied"), S.FOLLOWING_UP, policy=CALLED)
        for status in (S.REVIEWED, S.CLOSED, S.ANSWERED)
    ),
    Way(S.FOLLOWING_UP, c.Reopen(HANDLER), S.ACCEPTED, rated_badly, CALLED),
    Way(S.TERMINATED, c.Reopen(HANDLER), S.ACCEPTED, terminated_at_once),
    Way(S.RECEIVED, c.Accept(HANDLER, lacks=("place",)), S.RECEIVED, policy=WAITING),
    Way(S.RECEIVED, c.Accept(HANDLER, similar=(AGAIN,)), S.ANSWERED, policy=TOLD_AGAIN),
    Way(S.RECEIVED, c.Offer(HANDLER, "110", "taken"), S.REFERRED),
    Way(S.ACCEPTED, c.Offer(HANDLER, "110", "taken"), S.REFERRED),
    Way(S.ACCEPTED, SAMPLE[c.Cease], S.TERMINATED, policy=STOPPING),
    Way(S.DISPATCHED, SAMPLE[c.Cease], S.TERMINATED, policy=STOPPING),
    Way(S.SIGNED, SAMPLE[c.Cease], S.TERMINATED, policy=STOPPING),
    Way(S.REPLIED, c.Clear(HANDLER), S.REPLIED, replied_in_public, CLEARING),
    Way(S.REPLIED, c.Clear(HANDLER, False, "names-a-person"), S.SIGNED, replied_in_public, CLEARING),
    Way(S.REPLIED, c.Clear(HANDLER), S.REVIEWED, replied_in_public, CLEARING | NO_REVIEW),
    Way(S.REPLIED, c.Clear(HANDLER), S.CLOSED, replied_in_public, CLEARING | STRAIGHT),
    Way(S.REVIEWED, c.FollowUp(HANDLER, caller="2"), S.REVIEWED, joined),
    Way(S.CLOSED, c.FollowUp(HANDLER, caller="2"), S.CLOSED, joined),
    Way(S.CLOSED, NEW_FACT, S.DISPATCHED, policy=REOPENING, roles=CONFIRMING),
    Way(S.CLOSED, NEW_FACT, S.ACCEPTED, answered_and_closed, REOPENING, CONFIRMING),
    *(
        Way(status, SAMPLE[c.Suspend], status, policy=rules, roles=roles)
        for status in (S.DISPATCHED, S.SIGNED)
        for rules, roles in ((SUSPENDING, CENTRE), (UNITS_SUSPEND, OWN))
    ),
    *(Way(status, SAMPLE[c.Resume], status, suspended, SUSPENDING) for status in (S.DISPATCHED, S.SIGNED)),
    *(Way(status, SAMPLE[c.Curb], status, policy=CURBING) for status, row in TRANSITIONS.items() if c.Curb in row),
)


def lived(way: Way) -> Life:
    """Return an order in the way's status, after what comes before it."""
    life = Life(small_policy(**way.policy))
    walked = (replied_in_public, helped_and_replied, handed_down, answered_and_closed, terminated_at_once)
    if way.before not in (*walked, unhappy_and_closed, rated_badly):
        life.take(way.status.value)  # the others walk all the way themselves
    way.before(life)
    assert life.order.status is way.status
    return life


def acting(command: c.Command, role: Role) -> c.Command:
    """Return *command* by somebody in *role*, of the unit that the command was written for."""
    unit = command.by.unit if role in OWN else "centre"
    return change(command, by=Actor("somebody", unit, frozenset({role})))


def sample_ways() -> list[Way]:
    """Return every cell that its sample walks by itself."""
    found = []
    for status, row in TRANSITIONS.items():
        for kind, cell in row.items():
            life = Life().take(status.value)
            role = min(cell.roles, key=lambda r: (r not in CENTRE, r.value))
            try:
                life.do(acting(SAMPLE[kind], role))
            except CommandError:
                continue
            # Without events (a tick with nothing due) the order stays where it is.
            found.append(Way(status, SAMPLE[kind], life.order.status))
    return found


ALL_WAYS = (*WAYS, *sample_ways())


def test_every_status_has_a_row_and_every_command_a_decider():
    assert set(TRANSITIONS) == set(Status)
    assert set(DECIDERS) == set(c.COMMANDS.values()) - {c.Receive}
    assert {kind for row in TRANSITIONS.values() for kind in row} == set(DECIDERS)
    assert {type(command) for command in SAMPLES} == set(c.COMMANDS.values())


def test_every_status_is_named_and_sorted_into_open_and_ended():
    assert set(STATUS_ZH) == set(Status)
    assert len(set(STATUS_ZH.values())) == len(Status)
    assert [status.zh for status in Status] == [STATUS_ZH[status] for status in Status]
    assert not OPEN & DIVERTED
    # Whoever is open can be worked on by time; whoever has ended cannot.
    assert {status for status, row in TRANSITIONS.items() if c.Tick in row} == OPEN


@pytest.mark.parametrize("status", Status, ids=lambda s: s.value)
def test_a_real_path_leads_to_every_status(status: Status) -> None:
    life = Life().take(status.value)
    assert life.order.status is status
    assert fold(life.log) == life.order


@pytest.mark.parametrize("status", Status, ids=lambda s: s.value)
def test_every_cell_is_walked_and_leads_wherever_it_says_and_nowhere_else(status: Status) -> None:
    walked: dict[type[c.Command], set[Status]] = {}
    for way in ALL_WAYS:
        if way.status is not status:
            continue
        cell = TRANSITIONS[status][type(way.command)]
        for role in sorted(way.roles or cell.roles, key=lambda r: r.value):
            life = lived(way)
            life.do(acting(way.command, role))
            assert life.order.status is way.to, (way, role)
            walked.setdefault(type(way.command), set()).add(way.to)
    assert walked == {kind: set(cell.to) for kind, cell in TRANSITIONS[status].items()}


@pytest.mark.parametrize("status", Status, ids=lambda s: s.value)
def test_every_role_that_a_cell_names_can_use_it(status: Status) -> None:
    """A role named in vain would promise what no order keeps."""
    used: dict[type[c.Command], set[Role]] = {kind: set() for kind in TRANSITIONS[status]}
    for way in ALL_WAYS:
        if way.status is not status:
            continue
        for role in TRANSITIONS[status][type(way.command)].roles:
            try:
                lived(way).do(acting(way.command, role))
            except CommandError:
                continue
            used[type(way.command)].add(role)
    assert used == {kind: set(cell.roles) for kind, cell in TRANSITIONS[status].items()}


def tried(policy: Policy, order: Order, command: c.Command, at: datetime) -> tuple[tuple[Event, ...], str]:
    """Return the events of *command*, or the code with which it is refused; a refusal says what to do."""
    try:
        return decide(policy, order, command, at), ""
    except CommandError as error:
        refused = error
    assert refused.zh
    assert refused.en
    return (), refused.code


@pytest.mark.parametrize("role", Role, ids=lambda r: r.value)
@pytest.mark.parametrize("status", Status, ids=lambda s: s.value)
def test_every_command_in_every_status_by_every_role_does_what_the_table_says(status: Status, role: Role) -> None:
    policy = small_policy()
    life = Life(policy).take(status.value)
    before = life.order
    for kind, sample in SAMPLE.items():
        command = acting(sample, role)
        cell = TRANSITIONS[status].get(kind)
        events, code = tried(policy, before, command, life.at)
        assert (code == "not-possible-now") == (cell is None), kind
        assert (code == "not-permitted") == (cell is not None and role not in cell.roles), kind
        if not code:
            assert cell is not None, kind
            assert role in cell.roles, kind
            assert all(event.at == life.at and event.by.roles <= {role, Role.SYSTEM} for event in events)
            assert fold(events, before).status in cell.to, kind
        assert life.order is before
        assert fold(life.log) == before


def test_an_instant_without_a_zone_is_refused_before_anything_else():
    life = Life().take("signed")
    naive = life.at.replace(tzinfo=None)
    for order, command in ((None, SAMPLE[c.Receive]), (life.order, SAMPLE[c.Sign])):
        with pytest.raises(RequestError) as refused:
            decide(small_policy(), order, command, naive)
        assert refused.value.code == "naive-time"
    with pytest.raises(RequestError) as refused:
        c.Sign(HANDLER, occurred=naive)
    assert refused.value.code == "naive-time"


def test_somebody_without_a_role_may_do_nothing():
    for status, row in TRANSITIONS.items():
        life = Life().take(status.value)
        for kind in row:
            with pytest.raises(CommandError) as refused:
                life.do(change(SAMPLE[kind], by=Actor("x", "u1")))
            assert refused.value.code == "not-permitted"


def test_an_outsourced_operator_takes_calls_and_never_handles():
    """国办函〔2025〕66号 (3): third-party staff must not handle the matter."""
    work = {c.Accept, c.Dispatch, c.Decline, c.Merge, c.Sign, c.SendBack, c.Adjudicate, c.Assist, c.Recall}
    work |= {c.Reclassify, c.Reply, c.Review, c.Extend, c.GrantExtension, c.Defer, c.Terminate, c.Void, c.Close}
    for row in TRANSITIONS.values():
        for kind, cell in row.items():
            assert not (kind in work and Role.OPERATOR in cell.roles), kind
    assert Role.OPERATOR in RECEIVE.roles


@pytest.mark.parametrize("role", Role, ids=lambda r: r.value)
def test_only_those_who_may_open_an_order_open_one(role: Role) -> None:
    command = c.Receive(ACTORS[role], Request(AT), PLACE, "1")
    if role in RECEIVE.roles:
        assert fold(decide(small_policy(), None, command, AT)).status in RECEIVE.to
    else:
        with pytest.raises(CommandError) as refused:
            decide(small_policy(), None, command, AT)
        assert refused.value.code == "not-permitted"
        assert "operator" in refused.value.hint("en")


@pytest.mark.parametrize("kind", DECIDERS, ids=c.command_name)
def test_nothing_but_receive_happens_to_an_order_that_does_not_exist(kind: type[c.Command]) -> None:
    with pytest.raises(RequestError) as refused:
        decide(small_policy(), None, SAMPLE[kind], AT)
    assert refused.value.code == "no-order"


def test_the_refusal_says_who_holds_it_where_it_stands_and_what_is_possible():
    life = Life().take("signed")
    with pytest.raises(CommandError) as refused:
        life.do(c.Archive(ACTORS[Role.ADMIN]))
    said = refused.value
    assert said.as_dict("en") == {
        "code": "not-possible-now",
        "message": "order 1 is signed, held by u1: cannot archive",
        "hint": "possible now: " + ", ".join(possible(life.order)),
    }
    assert "办理中" in said.zh
    assert "u1" in said.zh


def test_the_page_of_states_is_what_the_table_prints(repo_root: Path) -> None:
    spec = importlib.util.spec_from_file_location("print_matrix", repo_root / "scripts" / "print_matrix.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    printed = script.page()
    kept = (repo_root / "docs" / "reference" / "states.md").read_text("utf-8")
    assert kept == printed, "run: python scripts/print_matrix.py > docs/reference/states.md"
    assert printed.count("●") == sum(len(row) for row in TRANSITIONS.values())


def test_what_is_possible_is_told_with_the_roles_that_may():
    told = possible(Life().order)
    assert told["accept"] == ("admin", "agent", "dispatcher", "system")
    assert set(told) == {c.command_name(kind) for kind in TRANSITIONS[S.RECEIVED]}
    assert possible(Life().take("void").order) == {}
