"""How a pack says requests are taken in: tables read with their faults, laid over the parents', shipped right."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from textwrap import dedent

import pytest

from hotline12345 import Hotline, load_pack
from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Actor
from hotline12345.core.calendar import CST
from hotline12345.core.cases import run_cases
from hotline12345.core.errors import PolicyError
from hotline12345.core.order import Status
from hotline12345.core.request import Kind, Request, Requester, Urgency

HEAD = 'title = "试"\nplace = "990100"\neffective = 2026-01-01\nextends = "cn@2021-01-06"\n'
AT = datetime(2026, 9, 28, 10, tzinfo=CST)
AGENT = Actor.parse("agent@centre/1")


def load(folder: Path, text: str, head: str = HEAD):
    (folder / "2026-01-01.toml").write_text(head + dedent(text), encoding="utf-8")
    return load_pack(str(folder), need=()).newest


def test_every_table_is_read(tmp_path: Path):
    policy = load(
        tmp_path,
        """
        [[line]]
        code = "business"
        key = "6"
        zh = "营商专线"
        urgency = "紧急"
        basis = "test"
        [[type]]
        code = "consumer"
        zh = "消费投诉"
        kinds = ["投诉"]
        categories = ["商贸旅游"]
        basis = "test"
        [[type.within]]
        code = "prices"
        zh = "价格"
        categories = ["商贸旅游/价格收费"]
        basis = "test"
        [record]
        needs = ["时间", "place", "联系方式"]
        wait = "2wd"
        basis = "test"
        [repeat]
        own = "auto"
        others = "suggest"
        likeness = 80
        within = 90
        reopen = true
        unreasonable = true
        basis = "test"
        [[conduct]]
        code = "warn"
        zh = "警示"
        basis = "test"
        [[conduct]]
        code = "police"
        zh = "移送"
        after = 3
        to = "110"
        basis = "test"
        [follower]
        kinds = ["投诉"]
        persons = ["p1", "p2"]
        basis = "test"
        [clearance]
        required = true
        basis = "test"
        [linkage]
        undecided = "first-receiver"
        numbers = ["110"]
        basis = "test"
        [[scope]]
        code = "nobody"
        disposition = "decline"
        lacking = ["联系方式"]
        told = "请留下联系方式"
        basis = "test"
        """,
    )
    line = policy.line("6")
    assert line is not None
    assert (line.code, line.urgency) == ("business", Urgency.URGENT)
    assert [(one.code, [sub.code for sub in one.within]) for one in policy.types] == [("consumer", ["prices"])]
    assert policy.record.needs == ("time", "place", "contact")
    assert policy.record.wait is not None
    assert policy.record.wait.zh == "2个工作日"
    repeat = policy.repeat
    assert (repeat.own, repeat.others, repeat.likeness, repeat.within) == ("auto", "suggest", 80, 90)
    assert repeat.reopen
    assert repeat.unreasonable
    assert [(step.code, step.after, step.to) for step in policy.conduct] == [("warn", None, ""), ("police", 3, "110")]
    assert (policy.follower.kinds, policy.follower.persons) == ((Kind.COMPLAINT,), ("p1", "p2"))
    assert policy.clearance.required
    assert (policy.linkage.undecided, policy.linkage.numbers) == ("first-receiver", ("110",))
    assert policy.scope[0].lacking == ("contact",)
    assert policy.asks == ("contact", "time", "place")


def test_all_faults_are_told_at_once_where_they_stand(tmp_path: Path):
    with pytest.raises(PolicyError) as caught:
        load(
            tmp_path,
            """
            [[line]]
            code = "business"
            key = "6"
            zh = "营商"
            basis = "test"
            [[line]]
            code = "6"
            zh = "重复"
            basis = "test"
            [[type]]
            code = "all"
            zh = "没有条件"
            basis = "test"
            [record]
            needs = ["颜色"]
            basis = "test"
            [repeat]
            own = "maybe"
            likeness = 101
            [[conduct]]
            code = "warn"
            basis = "test"
            [linkage]
            undecided = "coin"
            basis = "test"
            [clearance]
            required = "yes"
            bases = "test"
            """,
        )
    found = {(fault.code, fault.table, fault.key) for fault in caught.value.faults}
    assert found == {
        ("duplicate-code", "line[2]", "code"),
        ("empty-scope", "type[1]", "code"),
        ("unknown-value", "record", "needs"),
        ("unknown-value", "repeat", "own"),
        ("bad-count", "repeat", "likeness"),
        ("missing-basis", "repeat", "basis"),
        ("missing-key", "conduct[1]", "zh"),
        ("unknown-value", "linkage", "undecided"),
        ("wrong-type", "clearance", "required"),
        ("missing-basis", "clearance", "basis"),
        ("unknown-key", "clearance", "bases"),
    }
    assert all(fault.line for fault in caught.value.faults)


def test_a_child_lays_rules_key_by_key_and_lists_as_a_whole(tmp_path: Path):
    text = """
        [repeat]
        own = "off"
        basis = "child"
        [[conduct]]
        code = "talk"
        zh = "谈话"
        basis = "child"
        """
    policy = load(tmp_path, text, HEAD.replace("cn@2021-01-06", "cn@2025-06-25"))
    assert (policy.repeat.own, policy.repeat.likeness, policy.repeat.basis) == ("off", 60, "child")
    assert [step.code for step in policy.conduct] == ["talk"]
    assert policy.linkage.undecided == "first-receiver"  # the nation's
    alone = load(
        tmp_path, "[inherit]\nlinkage = false\nconduct = false\n", HEAD.replace("cn@2021-01-06", "cn@2025-06-25")
    )
    assert (alone.linkage.undecided, alone.conduct) == ("", ())


def test_a_line_that_names_no_unit_of_the_place_is_a_fault(tmp_path: Path):
    for name in ("units.csv", "catalogue.csv"):
        source = Path(__file__).resolve().parents[2] / "src/hotline12345/packs/liaoyuan" / name
        (tmp_path / name).write_bytes(source.read_bytes())
    (tmp_path / "2026-01-01.toml").write_text(
        'title = "试"\nplace = "220400"\neffective = 2026-01-01\nextends = "cn"\n[routing]\ncentre = "220400-12345"\n'
        '[[line]]\ncode = "x"\nzh = "专线"\nunit = "220400-nowhere"\nbasis = "test"\n',
        encoding="utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        load_pack(str(tmp_path))
    assert [(fault.code, fault.table, fault.key) for fault in caught.value.faults] == [
        ("unknown-unit", "line[1]", "unit")
    ]


# ── as shipped ──


def test_the_nation_disposes_in_six_ways_since_2025():
    """国办函〔2025〕66号 (2); 国办发〔2022〕12号."""
    pack = load_pack("cn", need=())
    new, old = pack.edition("2025-06-25"), pack.edition("2021-01-06")
    assert {rule.code: rule.disposition for rule in new.scope}["secret"] == "explain"
    assert {rule.code: rule.disposition for rule in old.scope}["secret"] == "decline"  # 53号: 不予受理
    assert [step.code for step in new.conduct] == ["warn", "restrict", "police-clue"]
    assert new.conduct[-1].basis.startswith("国办函〔2025〕66号")
    assert all(step.after is None for step in new.conduct)  # no text says when
    assert (new.linkage.undecided, old.linkage.undecided) == ("first-receiver", "")
    assert (new.repeat.own, old.conduct) == ("suggest", ())


@pytest.mark.parametrize(
    ("kind", "category", "text", "found"),
    [
        # Seed 4 names the sub-lists; what each matter of ours falls under is read off them.
        (Kind.COMPLAINT, "卫生计生/食品安全", "", "consumers.food-drugs"),
        (Kind.COMPLAINT, "卫生计生/医疗服务", "", "consumers.health"),
        (Kind.COMPLAINT, "商贸旅游/旅游管理", "", "consumers.tourism"),
        (Kind.COMPLAINT, "商贸旅游/质量监督", "", "consumers.quality"),
        (Kind.COMPLAINT, "科技与信息产业/通信服务", "", "consumers.telecommunications"),
        (Kind.COMPLAINT, "城乡建设/供电", "", "consumers.water-electricity"),
        (Kind.COMPLAINT, "商贸旅游/消费维权", "", "consumers.industry-commerce"),
        (Kind.COMPLAINT, "教育文体/文化", "", "consumers.culture"),
        (Kind.COMPLAINT, "农村农业/农资农技", "", "consumers.agriculture-forestry"),
        (Kind.COMPLAINT, "商贸旅游/价格收费", "", "consumers.prices"),
        (Kind.REPORT, "商贸旅游/价格收费", "", "economic-violations.prices"),
        (Kind.REPORT, "经济管理/税务", "", "economic-violations.tax"),
        (Kind.REPORT, "政法/刑事案件", "", "economic-violations.economic-crime"),
        (Kind.COMPLAINT, "纪检监察/干部作风", "", "efficiency.style"),
        (Kind.COMPLAINT, "党务政务/政务服务", "窗口态度差", "efficiency.attitude"),
        (Kind.COMPLAINT, "党务政务/政务服务", "办事推诿", "efficiency.efficiency"),
        (Kind.COMPLAINT, "经济管理/企业服务", "", "business-environment"),
        (Kind.SUGGESTION, "交通运输/公共交通", "", "public-service.suggestions"),
        (Kind.CONSULTATION, "民政/社会救助", "低保政策", "public-service.policies"),
        (Kind.HELP, "城乡建设/供热", "", "public-service"),
    ],
)
def test_shenyangs_five_types_with_their_sub_lists(kind: Kind, category: str, text: str, found: str) -> None:
    hotline = Hotline("shenyang", "memory:", secrets=b"k" * 32)
    order = hotline.receive(Request(AT, "", text, kind=kind, category=category), by=AGENT, at=AT, through="accept")
    accepted = hotline.history(order.number)[1]
    assert isinstance(accepted, e.Accepted)
    assert [one.code[5:] for one in accepted.findings if one.code.startswith("type.")] == [found]


def test_shenyangs_key_six_is_the_business_environment_line():
    hotline = Hotline("shenyang", "memory:", secrets=b"k" * 32)
    order = hotline.receive(
        Request(AT, "开办企业被刁难", kind=Kind.COMPLAINT, category="政法/警务督察", line="6"),
        by=AGENT, at=AT, through="accept",
    )  # fmt: skip
    accepted = hotline.history(order.number)[1]
    assert isinstance(accepted, e.Accepted)
    assert "type.business-environment" in [one.code for one in accepted.findings]
    assert [one.number for one in hotline.queue("business-environment")] == [order.number]


def test_five_types_and_no_more_are_shenyangs():
    policy = load_pack("shenyang", need=()).newest
    assert len(policy.types) == 5
    assert {len(one.within) for one in policy.types if one.code in ("consumers", "economic-violations")} == {10, 7}


def test_beijing_tells_the_result_of_what_was_closed():
    """北京市接诉即办工作条例 art. 11(3); TV-75."""
    hotline = Hotline("beijing", "memory:", secrets=b"k" * 32)
    text = "昨天晚上起朝阳路路灯不亮，一直没人来修"

    def ask():
        who = Requester(phone="13800138000")
        asked = Request(AT, "路灯不亮", text, who, Kind.COMPLAINT, "城乡建设/市政设施", "110105")
        return hotline.receive(asked, by=AGENT, at=AT, through="accept")

    ask()
    assert ask().outcome.reason == "progress"


def test_jinan_lets_a_unit_stop_an_unreasonable_repeat_and_others_do_not():
    """济南市12345市民服务热线条例 art. 25."""
    assert load_pack("jinan", need=()).newest.repeat.unreasonable
    for other in ("cn", "shenyang", "anhui", "liaoyuan"):
        assert not load_pack(other, need=()).newest.repeat.unreasonable


def test_anhui_has_public_replies_reviewed():
    """皖政办秘〔2021〕65号 art. 11."""
    rule = load_pack("anhui", need=()).newest.clearance
    assert rule.required
    assert "65号" in rule.basis


def test_liaoyuan_asks_for_a_follower_of_each_complaint():
    """Seed 0: a specific person is assigned to follow up and urge."""
    hotline = Hotline("liaoyuan", "memory:", secrets=b"k" * 32)
    for kind, wanted in ((Kind.COMPLAINT, True), (Kind.HELP, False)):
        order = hotline.receive(
            Request(AT, "x", kind=kind, category="城乡建设/供热"), by=AGENT, at=AT, through="accept"
        )
        accepted = hotline.history(order.number)[1]
        assert isinstance(accepted, e.Accepted)
        assert ("follower-needed" in [one.code for one in accepted.findings]) is wanted
    order = hotline.handle(order.number, c.Entrust(Actor.parse("supervisor@centre/9"), "p7"))
    assert (order.status, order.intake.marks.follower) == (Status.ACCEPTED, "p7")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("微信", "wechat"),
        ("phone", "phone"),
        ("电话", "phone"),
        ("省派工单", "superior"),
        ("APP", "app"),
        ("鸽子", "鸽子"),
    ],
)
def test_channels_are_known_by_what_tables_call_them(name: str, code: str):
    """皖政办秘〔2021〕65号 art. 6 names five channels; what is on no list is taken all the same."""
    hotline = Hotline("anhui", "memory:", secrets=b"k" * 32)
    asked = Request(AT, "x", kind=Kind.HELP, category="城乡建设/供热", channel=name)
    order = hotline.receive(asked, by=AGENT, at=AT, through="accept")
    assert order.intake.channel == code
    accepted = hotline.history(order.number)[1]
    assert isinstance(accepted, e.Accepted)
    assert ("unknown-channel" in [one.code for one in accepted.findings]) is (name == "鸽子")


def test_a_channel_called_by_two_codes_is_a_fault(tmp_path: Path):
    text = """
        [[channel]]
        code = "a"
        zh = "甲"
        basis = "test"
        [[channel]]
        code = "b"
        zh = "乙"
        names = ["甲"]
        basis = "test"
        """
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text)
    assert [(fault.code, fault.table) for fault in caught.value.faults] == [("duplicate-code", "channel[2]")]


@pytest.mark.parametrize(
    ("text", "urgency"), [("营业执照一直没办下来", Urgency.URGENT), ("厂房着火了有人被困", Urgency.EMERGENCY)]
)
def test_a_line_says_how_urgent_a_request_is_unless_its_words_say_more(tmp_path: Path, text: str, urgency: Urgency):
    line = '[[line]]\ncode = "business"\nkey = "6"\nzh = "营商"\nurgency = "紧急"\nbasis = "test"\n'
    line += 'takes = "u"\nunit = "u"\n'
    case = f'[[case]]\nwhat = "x"\nline = "6"\ntext = "{text}"\nurgency = "{urgency.value}"\nrule = "line.business"\n'
    (tmp_path / "2026-01-01.toml").write_text(HEAD + line + case, encoding="utf-8")
    assert run_cases(load_pack(str(tmp_path)).newest) == ()


def test_a_case_proves_a_rule_about_what_the_record_lacks(tmp_path: Path):
    text = """
        [[scope]]
        code = "unclear"
        disposition = "decline"
        lacking = ["联系方式", "地点"]
        told = "请留下联系方式和地址"
        basis = "test"
        [[case]]
        what = "两样都没有"
        text = "你们快点来管管吧"
        lacks = ["联系方式", "地点", "姓名"]
        disposition = "{both}"
        [[case]]
        what = "地点说了"
        text = "你们快点来管管吧"
        lacks = ["contact"]
        disposition = "accept"
        """
    assert run_cases(load(tmp_path, text.format(both="decline"))) == ()
    (fault,) = run_cases(load(tmp_path, text.format(both="accept")))
    assert fault.code == "failing-case"
    assert "两样都没有" in fault.zh
