"""What the cases of a pack touch, and which alterations they catch (用例覆盖与变异)."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from hotline12345.core.cases import Case, run_cases
from hotline12345.core.classify import Category, Rule, RuleSet
from hotline12345.core.policy import Policy, ScopeRule
from hotline12345.core.request import Kind
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.verify.cover import cover
from hotline12345.core.verify.mutate import mutants, mutate
from hotline12345.packs import load_pack
from hotline12345.testing.orders import limit, small_policy

UNITS = (
    Unit("city", "市", Grade.CITY, "", "210100"),
    Unit("centre", "热线", Grade.CENTRE, "city"),
    Unit("road", "交通局", Grade.DEPARTMENT, "city"),
    Unit("water", "水务局", Grade.DEPARTMENT, "city"),
)
RULES = RuleSet.compile(
    (Rule("w1", "停水", 3, category="供水"), Rule("w2", "路面", 3, category="道路")),
    categories=(Category("供水"), Category("道路")),
    threshold=0.0,
)


def policy(*cases: Case) -> Policy:
    return small_policy(
        limits=(limit("5wd"), limit("2wd", kind=Kind.CONSULTATION)),
        rules=RULES,
        routes=RoutingGraph.of(UNITS, (Claim("water", "供水"), Claim("road", "道路")), centre="centre"),
        scope=(
            ScopeRule("court", "legal", "x", "x", (), ("判决",)),
            ScopeRule("old", "legal", "x", "x", (), ("诉讼",)),
        ),
        cases=cases,
    )


def case(**given: Any) -> Case:
    expected = given.pop("expected")
    return Case("x", expected=expected, **given)


def test_a_rule_is_touched_only_where_a_case_expects_something_of_it() -> None:
    told = cover(policy(case(text="停水三天", expected={"category": "供水"})))
    assert told.touched == {
        "limits": frozenset(),  # no case asks for a limit
        "scope": frozenset(),
        "catalogue": frozenset(),
        "words": frozenset({"w1"}),
        "scoring": frozenset(),
    }
    assert told.untouched("words") == ("w2",)


def test_limits_scope_and_catalogue_are_touched_by_what_decided() -> None:
    told = cover(
        policy(
            case(kind=Kind.CONSULTATION, expected={"limit": "2wd"}),
            case(category="供水", area="210100", expected={"unit": "water"}),
            case(text="不服判决", expected={"disposition": "legal"}),
        )
    )
    assert told.touched["limits"] == {"办理·咨询 2wd"}
    assert told.untouched("limits") == ("办理 5wd",)
    assert told.touched["catalogue"] == {"供水 × * → water"}
    assert told.touched["scope"] == {"court"}
    assert told.untouched("scope") == ("old",)


def test_every_alteration_of_what_a_case_holds_is_caught_and_no_other() -> None:
    sure = policy(
        case(kind=Kind.CONSULTATION, expected={"limit": "2wd"}),
        case(category="供水", area="210100", expected={"unit": "water"}),
        case(text="不服判决", expected={"disposition": "legal"}),
        case(text="停水三天", expected={"category": "供水"}),
    )
    assert run_cases(sure) == ()
    tried = mutate(sure)
    caught = {(one.part, one.rule, one.en) for one in tried if one.caught}
    assert caught == {
        ("limits", "办理·咨询 2wd", "2wd → 3wd"),
        ("limits", "办理·咨询 2wd", "2wd → none"),
        ("scope", "court", "dropped"),
        ("catalogue", "供水 × * → water", "dropped"),
        ("words", "w1", "dropped"),
    }
    # Half the weight still wins where nothing speaks against it: a case that is not sharp enough.
    assert [(one.rule, one.en) for one in tried if one.touched and not one.caught] == [("w1", "3 → 1.5")]


def test_a_case_that_fails_already_catches_nothing() -> None:
    wrong = case(kind=Kind.CONSULTATION, expected={"limit": "9wd"})
    right = case(text="不服判决", expected={"disposition": "legal"})
    tried = mutate(policy(wrong, right), parts=("limits", "scope"))
    assert [(one.rule, one.touched, one.caught) for one in tried if one.touched] == [
        ("办理·咨询 2wd", True, False),
        ("办理·咨询 2wd", True, False),
        ("court", True, True),
    ]


def test_a_case_holds_a_line_of_the_catalogue_to_its_assistants_and_copies() -> None:
    line = Claim("water", "供水", assist=("road",), copies=("centre",))
    expected = {"assist": ("road",), "copy": ("centre",)}
    sure = evolve(
        policy(case(category="供水", area="210100", expected=expected)),
        routes=RoutingGraph.of(UNITS, (line, Claim("road", "道路")), centre="centre"),
    )
    assert run_cases(sure) == ()
    alone = evolve(sure, routes=RoutingGraph.of(UNITS, (evolve(line, assist=()),), centre="centre"))
    (fault,) = run_cases(alone)
    assert fault.zh == "「x」assist 应为 road，实为 —"
    assert cover(sure).touched["catalogue"] == frozenset({"供水 × * → water"})


def test_what_no_case_touches_is_told_apart_and_not_run() -> None:
    assert all(not one.touched and not one.caught for one in mutate(policy()))


def test_bounded_alterations_are_spread_over_all_and_progress_is_told() -> None:
    every = len(list(mutants(policy())))
    steps: list[tuple[int, int]] = []
    tried = mutate(policy(), most=5, told=lambda done, of: steps.append((done, of)))
    assert len(tried) == 5 < every
    assert len({one.part for one in tried}) >= 3
    assert steps == [(n, 5) for n in range(1, 6)]


def test_every_number_of_shenyang_is_held_by_a_case() -> None:
    slipped = [one for one in mutate(load_pack("shenyang").newest, parts=("limits",)) if not one.caught]
    assert {one.rule for one in slipped} == {"办理 none"}  # cn's own rule for what no place regulates
