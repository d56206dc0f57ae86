"""What an article has to be (条目校验): 信阳's requirements, a place's own, and every fault at once."""

from __future__ import annotations

import pytest
from attrs import evolve

from hotline12345.core.actor import Actor
from hotline12345.core.errors import PolicyError, RequestError
from hotline12345.kb import Rules, read_rules
from hotline12345.kb.check import check, check_batch
from hotline12345.kb.private import redact, spans

from .conftest import ADMIN, LAMP, WRITER

XINYANG = Rules(
    categories={
        "河南省便民热线": (),
        "河南省便民热线/信阳市": (),
        "河南省便民热线/信阳市/12345热线": (),
        "河南省便民热线/信阳市/12345热线/民政": ("民政局",),
        "河南省便民热线/信阳市/12345热线/城管": (),
    }
)
LEAF = "河南省便民热线/信阳市/12345热线/城管"
GOOD = evolve(LAMP, category=LEAF)


def codes(draft, rules=XINYANG, by=WRITER, taken=lambda _: ""):
    return [fault.code for fault in check(draft, rules, by, taken)]


def test_a_sound_article_has_no_fault():
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (evolve(GOOD, title="字" * 129), "kb-title-long"),
        (evolve(GOOD, title="办理低保", keywords=("办理低保", "低保")), "kb-keyword-title"),
        (evolve(GOOD, keywords=("字" * 21,)), "kb-keyword-long"),
        (evolve(GOOD, category="河南省便民热线/信阳市"), "kb-category-not-leaf"),
    ],
    ids=["title of 129", "keyword is the title", "keyword of 21", "no leaf"],
)
def test_tv78_what_xinyang_refuses_is_refused(draft, code):
    assert codes(draft) == [code]


def test_tv78_a_title_that_is_there_already_is_refused():
    assert codes(GOOD, taken=lambda _: "K000001") == ["kb-title-taken"]


def test_tv78_an_import_of_1001_rows_is_refused_and_one_of_1000_is_not():
    rows = [(n, evolve(GOOD, title=f"标题{n}")) for n in range(1001)]
    with pytest.raises(RequestError) as refused:
        check_batch(rows, XINYANG, WRITER, lambda _: "")
    assert refused.value.code == "kb-batch-too-large"
    sound, faults = check_batch(rows[:1000], XINYANG, WRITER, lambda _: "")
    assert (len(sound), faults) == (1000, [])


def test_the_limits_themselves_are_allowed():
    assert codes(evolve(GOOD, title="字" * 128, keywords=("词" * 20,))) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "不存在/的类目"}, "kb-category-unknown"),
        ({"category": "河南省便民热线//民政"}, "kb-category-form"),
        ({"category": "河南省便民热线/信阳市/12345热线/民政"}, "kb-category-closed"),
        ({"material": "小道消息"}, "kb-material"),
        ({"content": " "}, "kb-missing"),
        ({"unit": ""}, "kb-missing"),
        ({"keywords": ()}, "kb-missing"),
    ],
)
def test_the_other_requirements(changes, code):
    assert codes(evolve(GOOD, **changes)) == [code]


def test_a_category_is_open_to_the_units_it_names_and_to_admins():
    closed = evolve(GOOD, category="河南省便民热线/信阳市/12345热线/民政")
    assert codes(closed, by=Actor.parse("handler@民政局/sun")) == []
    assert codes(closed, by=ADMIN) == []


def test_width_case_and_blanks_do_not_make_another_title():
    first, second = evolve(GOOD, title="ETC 怎么办"), evolve(GOOD, title="ＥＴＣ怎么办？")
    sound, faults = check_batch([(2, first), (3, second)], XINYANG, WRITER, lambda _: "")
    assert [line for line, _ in sound] == [2]
    assert [(fault.code, fault.line) for fault in faults] == [("kb-title-taken", 3)]
    assert "第 2 行" in faults[0].zh


def test_every_fault_of_a_row_is_told_at_once_with_its_basis():
    bad = evolve(GOOD, title="字" * 129, keywords=("词" * 21, ""), category="不存在", material="传闻")
    faults = check(bad, XINYANG, WRITER, file="a.csv", line=7)
    assert [fault.code for fault in faults] == [
        "kb-title-long",
        "kb-keyword-long",
        "kb-category-unknown",
        "kb-material",
    ]
    assert all(fault.line == 7 and "信阳" in fault.hint for fault in faults)


def test_a_place_has_its_own_limits_and_they_need_a_basis():
    rules = read_rules(
        '[knowledge]\ntitle_max = 5\nmaterials = ["问答"]\n[basis]\ntitle_max = "某办法"\nmaterials = "同上"\n'
    )
    assert [fault.code for fault in check(LAMP, rules, WRITER)] == ["kb-title-long", "kb-material"]
    assert rules.why("title_max") == "某办法"
    with pytest.raises(PolicyError) as refused:
        read_rules("[knowledge]\ntitle_max = 0\nkeyword_max = 9\nwhat = 1\n")
    told = {(fault.code, fault.key) for fault in refused.value.faults}
    assert told == {("bad-value", "title_max"), ("unknown-key", "what"), ("no-basis", "keyword_max")}


def test_a_category_list_and_centres_are_read_with_what_lies_above_them():
    text = '[[category]]\npath = "甲/乙/丙"\nunits = ["民政局"]\n'
    text += '[[centre]]\ncode = "p"\n[[centre]]\ncode = "c"\nparent = "p"\n'
    rules = read_rules(text)
    assert rules.leaf("甲/乙/丙")
    assert not rules.leaf("甲/乙")
    assert rules.above("c") == ("p",)


@pytest.mark.parametrize(
    "text", ["= broken", "[[category]]\npath = 3\n", '[[centre]]\ncode = "a"\nparent = "b"\n', "knowledge = 1\n"]
)
def test_rules_that_are_wrong_are_refused_and_never_crash(text):
    with pytest.raises(PolicyError) as refused:
        read_rules(text)
    assert refused.value.faults


# Numbers invented for the test, none in use.
WRITTEN = [
    "13800001111",
    "138 0000 1111",
    "138-0000-1111",
    "１３８００００１１１１",
    "+86 138 0000 1111",
    "一三八〇〇〇〇一一一一",
    "幺三八零零零零幺幺幺幺",
]


@pytest.mark.parametrize("number", WRITTEN)
def test_a_mobile_number_is_seen_however_it_is_written(number):
    assert [fault.code for fault in check(evolve(GOOD, content=f"请联系{number}。"), XINYANG, WRITER)] == ["kb-private"]
    hidden = redact(f"请联系{number}。")
    assert not any(char.isdecimal() for char in hidden)
    assert len(hidden) == len(f"请联系{number}。")


@pytest.mark.parametrize(
    "text",
    [
        "工作日9:00-12:00、13:30-17:30",
        "电话0376-6362345",
        "12345",
        "2026年10月9日",
        "文号〔2021〕65号",
        "410000000012345678901",
    ],
)
def test_opening_hours_offices_and_dates_are_not_taken_for_persons(text):
    assert spans(text) == []


@pytest.mark.parametrize("broken", ["坏\udc80字", "坏\x00字"])
@pytest.mark.parametrize("field", ["title", "content", "category"])
def test_bytes_that_are_no_characters_are_refused_before_anything_else(field, broken):
    assert codes(evolve(GOOD, **{field: broken})) == ["kb-broken-text"]


def test_an_identity_number_is_seen():
    assert spans("证号41000019900101123X。") == [(2, 20)]


def test_a_place_may_hide_numbers_instead_of_refusing_them():
    rules = Rules(private="redact")
    sound, faults = check_batch([(1, evolve(LAMP, content="打13800001111"))], rules, WRITER, lambda _: "")
    assert faults == []
    assert sound[0][1].content == "打" + "＊" * 11
