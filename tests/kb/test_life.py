"""The life of an article (条目的一生): one table, every version kept, whatever people do."""

from __future__ import annotations

import shutil
import tempfile
import threading
from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hotline12345.core.actor import Actor, Role
from hotline12345.core.errors import CommandError, Conflict, HotlineError, PolicyError
from hotline12345.kb import ArticleStatus, open_base
from hotline12345.kb.lifecycle import LIFE, STEPS, step

from .conftest import ADMIN, AGENT, AT, JUDGE, LAMP, WRITER, publish

EVERYBODY = Actor("somebody", "", frozenset(Role))

# Which step leads where, written out once more from the sentence in docs/knowledge.md.
WAYS = {
    ("draft", "submit"): "review",
    ("draft", "withdraw"): "withdrawn",
    ("rejected", "submit"): "review",
    ("rejected", "withdraw"): "withdrawn",
    ("withdrawn", "submit"): "review",
    ("review", "recall"): "draft",
    ("review", "approve"): "published",
    ("review", "reject"): "rejected",
    ("published", "withdraw"): "withdrawn",
    ("published", "expire"): "expired",
}


@pytest.mark.parametrize("status", list(ArticleStatus), ids=lambda status: status.value)
@pytest.mark.parametrize("action", [name for name in STEPS if name != "supersede"])
def test_every_step_leads_where_the_table_says_or_is_refused(status, action):
    expected = WAYS.get((status.value, action))
    if expected is None:
        with pytest.raises(CommandError) as refused:
            step(status, action, EVERYBODY, reason="因故")
        assert refused.value.code == "kb-not-possible"
    else:
        assert step(status, action, EVERYBODY, reason="因故").value == expected


def test_only_the_roles_of_a_cell_may_take_its_step():
    for cells in LIFE.values():
        for action, cell in cells.items():
            for role in Role:
                who = Actor("x", "", frozenset({role}))
                if role in cell.roles:
                    assert step(next(s for s, c in LIFE.items() if c is cells), action, who, reason="因故") is cell.to
                else:
                    with pytest.raises(CommandError):
                        step(next(s for s, c in LIFE.items() if c is cells), action, who, reason="因故")


def test_nobody_approves_what_they_wrote_unless_the_place_lets_them(base):
    made = base.add(LAMP, ADMIN, AT)
    base.take(made.id, "submit", ADMIN, AT)
    with pytest.raises(CommandError) as refused:
        base.take(made.id, "approve", ADMIN, AT)
    assert refused.value.code == "kb-own-work"
    base.set_rules('[knowledge]\nother_person = false\n[basis]\nother_person = "library default"\n', ADMIN)
    assert base.take(made.id, "approve", ADMIN, AT).status is ArticleStatus.PUBLISHED


def test_a_rejection_and_a_withdrawal_need_a_reason(base):
    made = base.add(LAMP, WRITER, AT)
    base.take(made.id, "submit", WRITER, AT)
    with pytest.raises(CommandError) as refused:
        base.take(made.id, "reject", JUDGE, AT)
    assert refused.value.code == "kb-reason-needed"
    assert base.take(made.id, "reject", JUDGE, AT, reason="依据已废止").status is ArticleStatus.REJECTED


def test_what_is_published_stays_until_the_next_version_is(base):
    first = publish(base, LAMP)
    second = base.revise(first.id, evolve(LAMP, content="新办法：扫码报修。"), WRITER, AT, expected=1)
    assert [hit.article.ref for hit in base.search("报修", AGENT, AT.date())] == [first.ref]
    base.take(first.id, "submit", WRITER, AT)
    base.take(first.id, "approve", JUDGE, AT)
    (hit,) = base.search("报修", AGENT, AT.date())
    assert (hit.article.ref, hit.passage) == (second.ref, "新办法：扫码报修。")
    assert base.search("夜间", AGENT, AT.date()) == []
    assert [(each.version, each.status.value) for each in base.versions(first.id)] == [
        (1, "superseded"),
        (2, "published"),
    ]
    assert base.get(first.id, 1).draft == LAMP
    assert [each[1] for each in base.history(first.id)] == [
        *("add", "submit", "approve", "revise", "submit"),
        *("approve", "supersede"),
    ]


def test_a_stale_writer_is_refused(base):
    made = publish(base, LAMP)
    base.revise(made.id, evolve(LAMP, content="甲。"), WRITER, AT, expected=1)
    with pytest.raises(Conflict):
        base.revise(made.id, evolve(LAMP, content="乙。"), WRITER, AT, expected=1)


def test_a_title_is_free_again_once_its_article_is_withdrawn(base):
    made = publish(base, LAMP)
    with pytest.raises(PolicyError) as refused:
        base.add(LAMP, WRITER, AT)
    assert [fault.code for fault in refused.value.faults] == ["kb-title-taken"]
    base.take(made.id, "withdraw", JUDGE, AT, reason="合并")
    assert base.add(LAMP, WRITER, AT).id != made.id


def test_what_ends_expires_and_is_not_found_from_the_day_after(base):
    last = date(2026, 10, 31)
    made = publish(base, evolve(LAMP, valid_until=last))
    assert base.search("路灯", AGENT, last)
    assert base.search("路灯", AGENT, last + timedelta(1)) == []
    assert base.expire(last, AT) == []
    assert [each.ref for each in base.expire(last + timedelta(1), AT)] == [made.ref]
    assert base.get(made.id).status is ArticleStatus.EXPIRED


def test_good_rows_go_in_and_bad_ones_are_told_with_their_lines(base):
    rows = [(2, LAMP), (3, evolve(LAMP, title="字" * 129)), (4, evolve(LAMP, title="另一条"))]
    taken, faults = base.add_many(rows, WRITER, AT, file="a.csv")
    assert [each.draft.title for each in taken] == [LAMP.title, "另一条"]
    assert [(fault.line, fault.code) for fault in faults] == [(3, "kb-title-long")]


def test_operators_and_callers_write_no_articles(base):
    for role in ("operator", "requester", "caller"):
        with pytest.raises(CommandError) as refused:
            base.add(LAMP, Actor.parse(role), AT)
        assert refused.value.code == "kb-not-permitted"


def test_of_many_who_write_at_once_each_gets_an_id_of_its_own(base):
    errors, made = [], []

    def write(name):
        try:
            made.extend(base.add(evolve(LAMP, title=f"{name}{n}"), WRITER, AT).id for n in range(5))
        except HotlineError as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙丁"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert sorted(made) == [f"K{n:06d}" for n in range(1, 21)]


def test_of_two_who_take_the_same_title_at_once_one_is_refused(base):
    came = []

    def write():
        try:
            came.append(base.add(LAMP, WRITER, AT).id)
        except PolicyError as error:
            came.append(error.faults[0].code)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(came) == ["K000001", "kb-title-taken"]


def test_a_write_that_fails_leaves_nothing(base):
    made = base.add(LAMP, WRITER, AT)
    other = base.add(evolve(LAMP, title="另一条"), WRITER, AT)
    base.take(other.id, "submit", WRITER, AT)
    with pytest.raises(CommandError):
        base.publish_many([made.id, other.id], ADMIN, AT)  # the second was submitted already
    assert base.get(made.id).status is ArticleStatus.DRAFT
    assert base.search("路灯", AGENT, AT.date()) == []


class Life(RuleBasedStateMachine):
    """Anybody does anything to one article; versions only grow, one at most is shown, what is shown is found."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.base = open_base(f"sqlite:///{self.folder}/k.db")
        self.id = self.base.add(LAMP, WRITER, AT).id
        self.seen = {1: LAMP}

    def teardown(self):
        self.base.close()
        shutil.rmtree(self.folder)

    @rule(
        action=st.sampled_from(sorted(STEPS)),
        who=st.sampled_from([WRITER, JUDGE, ADMIN, AGENT, EVERYBODY]),
        why=st.sampled_from(["", "因故"]),
    )
    def take(self, action, who, why):
        if action != "supersede":
            before = [(each.version, each.status) for each in self.base.versions(self.id)]
            try:
                self.base.take(self.id, action, who, AT, reason=why)
            except HotlineError:
                assert [(each.version, each.status) for each in self.base.versions(self.id)] == before

    @precondition(lambda self: len(self.seen) < 6)
    @rule(text=st.sampled_from(["甲乙丙丁。", "扫码报修。", "打电话报修。"]))
    def revise(self, text):
        draft = evolve(LAMP, content=text)
        made = self.base.revise(self.id, draft, WRITER, AT)
        self.seen[made.version] = draft

    @invariant()
    def versions_are_kept(self):
        assert {each.version: each.draft for each in self.base.versions(self.id)} == self.seen

    @invariant()
    def one_at_most_is_shown_and_it_is_found(self):
        shown = [each for each in self.base.versions(self.id) if each.status is ArticleStatus.PUBLISHED]
        assert len(shown) <= 1
        found = self.base.search(LAMP.title, AGENT, AT.date())
        assert [hit.article.ref for hit in found] == [each.ref for each in shown]

    @invariant()
    def the_index_counts_what_is_shown(self):
        counts = dict(self.base.shelf.rows("SELECT token, df FROM kb_gram WHERE df <> 0"))
        shown = self.base.shelf.rows("SELECT head, body FROM kb_text")
        assert all(df == 1 for df in counts.values())
        assert bool(counts) == bool(shown)


Life.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestLife = Life.TestCase
