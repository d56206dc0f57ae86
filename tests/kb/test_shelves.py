"""What a base is kept on (书架): the same answers in both places, whatever was done; older layouts are brought up."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from attrs import evolve

from hotline12345.core.actor import Actor
from hotline12345.core.errors import StoreError
from hotline12345.kb import Visibility, find, open_base, postgres
from hotline12345.kb.words import IN_HEAD

from .conftest import ADMIN, AGENT, AT, JUDGE, LAMP, publish

LAYOUTS = Path(__file__).parent / "layouts"
PARTS = (
    "路灯不亮",
    "夜间施工",
    "社保卡",
    "补办",
    "垃圾清运",
    "停水",
    "供暖",
    "退费",
    "公交线路",
    "噪音",
    "灯光",
    "水管",
)


def some(count, seed):
    """Invented articles of a few words each, many of which share words."""
    draw = random.Random(seed)
    made = []
    for n in range(count):
        words = draw.choices(PARTS, k=4)
        title, content = f"{words[0]}{words[1]}{n}", f"{words[1]}请报修。{words[2]}{words[3]}办理。"
        seen = draw.choice(list(Visibility))
        made.append(evolve(LAMP, title=title, content=content, keywords=(f"关键{words[2]}",), visibility=seen))
    return made


def lived(base, seed=1):
    """Articles taken in at once and one by one, of which some are withdrawn and some have a next version."""
    made, faults = base.add_many(list(enumerate(some(40, seed))), ADMIN, AT)
    assert not faults
    base.publish_many([each.id for each in made], ADMIN, AT)
    for draft in some(3, seed + 1):
        publish(base, evolve(draft, title=f"单独的{draft.title}"))
    for each in made[::5]:
        base.take(each.id, "withdraw", JUDGE, AT, reason="内容过时")
    for each in made[1::7]:
        new = base.revise(each.id, evolve(each.draft, content="扫码办理停水。"), ADMIN, AT)
        base.publish_many([new.id], ADMIN, AT)
    base.take("K000043", "withdraw", JUDGE, AT, reason="内容过时")
    publish(base, evolve(LAMP, title="最后一条", content="停水"))


def held(base, token, centre=None):
    """The documents that have a token, by reading all of them."""
    marked = token.startswith(IN_HEAD)
    query = "SELECT t.doc, t.head, t.body FROM kb_text t JOIN kb_shown s ON s.doc = t.doc"
    rows = base.shelf.rows(query + (" WHERE s.visibility = ?" if centre else ""), (centre,) if centre else ())
    return sorted(
        doc for doc, head, body in rows if token.removeprefix(IN_HEAD) in (head if marked else f"{head} {body}")
    )


@pytest.mark.parametrize("part", [3, 4096])
def test_a_token_gives_the_first_documents_that_have_it(base, monkeypatch, part):
    monkeypatch.setattr(postgres, "PART", part)
    monkeypatch.setattr(postgres, "_ROWS", 7)
    lived(base)
    tokens = ["灯", "停水", "路灯", f"{IN_HEAD}灯", f"{IN_HEAD}停水", "龘", "扫码", "最后"]
    assert [len(held(base, token)) > 3 for token in tokens] == [True] * 5 + [False, True, False]
    assert base.shelf.finds(tokens, "", (), 1_000) == [held(base, token) for token in tokens]
    assert base.shelf.finds(tokens, "", (), 3) == [held(base, token)[:3] for token in tokens]
    public = [held(base, token, "public") for token in tokens]
    assert 1 < len(public[0]) < len(held(base, "灯"))
    assert base.shelf.finds(tokens, "s.visibility = ?", ("public",), 1_000) == public
    assert base.shelf.finds(tokens, "s.visibility = ?", ("public",), 1) == [each[:1] for each in public]
    assert base.shelf.finds(tokens, "s.centre = ?", ("nowhere",), 9) == [[]] * len(tokens)


def test_how_many_have_a_token_and_how_many_there_are_is_kept(base):
    lived(base)
    counts = dict(base.shelf.rows("SELECT token, df FROM kb_gram WHERE df <> 0"))
    there = len(base.shelf.rows("SELECT doc FROM kb_shown"))
    assert there == 40 + 3 + 1 - 8 - 1 + 1  # of the eight withdrawn one was published anew
    assert counts[""] == there
    for token in ("灯", "停水", "路灯"):
        assert counts[token] == len(held(base, token))
    assert "龘" not in counts


@pytest.mark.parametrize(("budget", "sifted", "candidates"), [(6_000, 600, 200), (20, 12, 5)])
def test_both_places_answer_alike_whatever_was_done(tmp_path, schema_url, monkeypatch, budget, sifted, candidates):
    for name, value in (("BUDGET", budget), ("SIFTED", sifted), ("CANDIDATES", candidates)):
        monkeypatch.setattr(find, name, value)
    monkeypatch.setattr(postgres, "PART", 16)
    bases = [open_base(f"sqlite:///{tmp_path / 'k.db'}"), open_base(schema_url())]
    for each in bases:
        lived(each, seed=3)
    for text in (
        *PARTS,
        "灯",
        "水",
        "办",
        "路登不亮",
        "社宝卡补办",
        "夜间施功噪声",
        "路灯停水供暖退费",
        "龘",
        "最后一条",
    ):
        for who in (AGENT, Actor()):
            told = [
                [(hit.article.ref, round(hit.score, 9), round(hit.covers, 9), hit.passage) for hit in found]
                for found in (each.search(text, who, AT.date()) for each in bases)
            ]
            assert told[0] == told[1], text
    for each in bases:
        each.close()


def layout(address, number):
    """Make a base of an older layout at *address*, as the code of that layout left it."""
    if address.startswith("sqlite"):
        conn = sqlite3.connect(address.removeprefix("sqlite:///"))
        conn.executescript((LAYOUTS / f"{number}.sqlite.sql").read_text(encoding="utf-8"))
        conn.close()
        return
    import psycopg

    with psycopg.connect(address) as conn:
        conn.execute((LAYOUTS / f"{number}.postgresql.sql").read_text(encoding="utf-8"))


def found(base, text):
    return [hit.article.ref for hit in base.search(text, AGENT, AT.date())]


def test_a_base_of_the_first_layout_is_brought_up_when_opened_and_lives_on(address):
    layout(address, 1)
    for _ in range(2):  # the second time it is as the first left it
        base = open_base(address, must_exist=True)
        assert found(base, "路灯") == found(base, "路登") == ["K000001@2"]
        assert found(base, "卡") == ["K000002@1"]
        assert found(base, "拨打") == found(base, "草稿") == []
        assert base.shelf.finds(["修", f"{IN_HEAD}修", "办"], "", (), 9) == [[3], [3], [2]]
        assert base.shelf.rows("SELECT df FROM kb_gram WHERE token = ''") == [(2,)]
        base.close()
    base = open_base(address)
    base.take("K000001", "withdraw", JUDGE, AT, reason="内容过时")
    base.publish_many(["K000003"], ADMIN, AT)
    assert (found(base, "路灯"), found(base, "草稿")) == ([], ["K000003@1"])
    assert [each.version for each in base.versions("K000001")] == [1, 2]
    assert base.shelf.rows("SELECT df FROM kb_gram WHERE token IN ? ORDER BY token", (["", "路", "草稿"],)) == [
        (2,), (1,), (0,)
    ]  # fmt: skip
    base.close()


def test_an_upgraded_base_in_postgresql_keeps_no_table_it_needs_no_more(schema_url):
    address = schema_url()
    layout(address, 1)
    base = open_base(address)
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    there = {row[0] for row in base.shelf.rows(names)}
    base.close()
    new = open_base(schema_url())
    assert {row[0] for row in new.shelf.rows(names)} == there
    assert "kb_tokens" not in there
    new.close()


def test_a_token_that_nothing_has_any_more_takes_no_room_in_postgresql(schema_url):
    base = open_base(schema_url())
    for draft in (LAMP, evolve(LAMP, title="停水", content="停水。", keywords=("供水",))):
        publish(base, draft)
    base.take("K000001", "withdraw", JUDGE, AT, reason="内容过时")
    left = [row[0] for row in base.shelf.rows("SELECT token FROM kb_posting ORDER BY token")]
    assert left == sorted(
        ["停", "水", "停水", "供", "供水", *(IN_HEAD + each for each in ("停", "水", "停水", "供", "供水"))]
    )
    base.close()


def test_a_base_of_a_later_layout_is_refused(address):
    open_base(address).close()
    if address.startswith("sqlite"):
        conn = sqlite3.connect(address.removeprefix("sqlite:///"))
        conn.execute("PRAGMA user_version=99")
        conn.close()
    else:
        import psycopg

        with psycopg.connect(address) as conn:
            conn.execute("UPDATE kb_meta SET value = '99' WHERE name = 'layout'")
    with pytest.raises(StoreError) as refused:
        open_base(address)
    assert refused.value.code == "newer-schema"
