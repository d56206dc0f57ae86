"""What an edition changes: every number with both articles."""

from __future__ import annotations

import pytest
from attrs import evolve

from hotline12345.core.classify import Category, Rule, RuleSet
from hotline12345.core.policy import ExtensionRule, LimitRule
from hotline12345.core.policy.differences import Change, differences, settings
from hotline12345.core.policy.ladder import Rung
from hotline12345.core.request import Kind
from hotline12345.core.sla import Stage, TimeLimit, Unit
from hotline12345.packs import load_pack, pack_names
from hotline12345.testing.orders import small_policy

WD = Unit.WORKING_DAYS


def rule(kind: Kind, days: int, basis: str) -> LimitRule:
    return LimitRule(Stage.HANDLE, TimeLimit(days, WD), basis, kind)


def test_a_limit_is_told_with_both_numbers_and_both_articles() -> None:
    old = small_policy(limits=(rule(Kind.HELP, 5, "旧 第五条"), rule(Kind.PRAISE, 5, "旧 第五条")))
    new = small_policy(limits=(rule(Kind.HELP, 7, "新 第六条"), rule(Kind.COMPLAINT, 15, "新 第七条")))
    assert differences(old, new) == (
        Change("limit", "办理·求助", "limit", "changed", "5wd", "7wd", "旧 第五条", "新 第六条"),
        Change("limit", "办理·表扬", "", "removed", "5wd", "", "旧 第五条", ""),
        Change("limit", "办理·投诉", "", "added", "", "15wd", "", "新 第七条"),
    )


def test_an_article_that_alone_changes_is_told_as_such() -> None:
    old, new = (small_policy(limits=(rule(Kind.HELP, 5, basis),)) for basis in ("旧 第五条", "新 第六条"))
    assert differences(old, new) == (Change("limit", "办理·求助", "basis", "basis", "", "", "旧 第五条", "新 第六条"),)


def test_settings_and_rungs_are_told_key_by_key() -> None:
    old = small_policy(
        extension=ExtensionRule(1, TimeLimit(5, WD), basis="旧"), ladder=(Rung("urge", "催办", None, "旧"),)
    )
    new = small_policy(
        extension=ExtensionRule(2, TimeLimit(5, WD), basis="新"), ladder=(Rung("talk", "约谈", None, "新"),)
    )
    assert differences(old, new) == (
        Change("extension", "", "most", "changed", "1", "2", "旧", "新"),
        Change("rung", "urge", "", "removed", "催办", "", "旧", ""),
        Change("rung", "talk", "", "added", "", "约谈", "", "新"),
    )


@pytest.mark.parametrize("name", pack_names(plugins=False))
def test_an_edition_differs_from_itself_in_nothing(name: str) -> None:
    policy = load_pack(name).newest
    assert differences(policy, policy) == ()
    assert differences(policy, evolve(policy, edition="another")) == ()


def test_every_difference_of_two_limits_is_found_and_found_the_other_way_round_too() -> None:
    # the two pages of Shenyang: 2/5/20 against 5/10/10 (handbook §4)
    one, two = load_pack("shenyang").newest, load_pack("shenyang-undated").newest
    there = {(c.what, c.old, c.new) for c in differences(one, two) if (c.table, c.key) == ("limit", "limit")}
    back = {(c.what, c.new, c.old) for c in differences(two, one) if (c.table, c.key) == ("limit", "limit")}
    assert there == back
    assert there == {
        ("办理·咨询", "2wd", "5wd"),
        ("办理·求助", "5wd", "10wd"),
        ("办理·投诉", "20wd", "10wd"),
        ("办理·举报", "20wd", "10wd"),
    }


def test_the_opinions_of_2025_change_no_number_and_every_article_of_the_scope() -> None:
    pack = load_pack("cn")
    found = differences(pack.edition("2021-01-06"), pack.edition("2025-06-25"))
    scope = {change.what for change in found if change.table == "scope"}
    assert scope >= {"discipline", "litigation", "arbitration", "reconsideration", "open-government", "petition"}
    assert not [change for change in found if change.table == "limit" and change.key == "limit"]
    for change in found:
        if change.table == "scope" and change.kind == "changed":
            assert "53号" in change.old_basis
            assert "66号" in change.new_basis


def test_what_an_edition_says_beyond_its_limits_is_told_with_its_article() -> None:
    """安阳市政务服务条例 art. 50: once five more days by the unit's own head; back within 24 hours of receipt."""
    told = {(one.table, one.key): one for one in settings(load_pack("anyang").newest)}
    values = {key: one.new for key, one in told.items() if key[0] in ("extension", "send_back")}
    assert values == {
        ("extension", "most"): "1",
        ("extension", "longest"): "5wd",
        ("extension", "approver"): "unit-head",
        ("send_back", "window"): "24h",
        ("send_back", "start"): "received",
    }
    assert "第五十条第二款" in told["send_back", "window"].new_basis


@pytest.mark.parametrize("name", pack_names())
def test_nothing_is_told_to_be_taken_away_where_there_was_nothing(name: str) -> None:
    for policy in load_pack(name).editions:
        assert not [one for one in settings(policy) if one.kind == "removed"]


def test_an_edition_that_says_nothing_has_no_settings() -> None:
    assert {one.table for one in settings(small_policy())} <= {"limit", "satisfaction"}


def test_categories_that_come_and_go_are_told_by_name_and_rules_by_their_number() -> None:
    old, new = (
        small_policy(rules=RuleSet.compile([Rule("r", "词", 1.0, name)], categories=[Category(name)]))
        for name in ("供水", "供热")
    )
    assert differences(old, new) == (
        Change("rules", "供水", "category", "removed"),
        Change("rules", "供热", "category", "added"),
        Change("rules", "", "rules", "changed", "1", "1"),
    )
