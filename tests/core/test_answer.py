"""The handling form, the review that sends back, and ending without a result: data, and refused in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Role
from hotline12345.core.codec import decode, encode
from hotline12345.core.errors import CommandError, PolicyError
from hotline12345.core.evolve import fold
from hotline12345.core.policy import ReplyForm, Requirement, ReviewRule, TerminationRule
from hotline12345.core.refs import Form
from hotline12345.packs import load_pack
from hotline12345.testing.orders import ACTORS, AT, DISPATCHER, HANDLER, HOUR, REVIEWER, Life, of_unit, small_policy

ADMIN = ACTORS[Role.ADMIN]
# A district of Shanghai, handbook 5: 先行联系、事实认定（除属实外必填说明）、诉求认定、处理结果.
SHANGHAI = ReplyForm(
    ("contacted", "fact", "claim", "result", "text"),
    (
        Requirement("contacted", ("yes",), ("contacted_at",)),
        Requirement("contacted", ("no",), ("not_contacted",)),
        Requirement("fact", ("partly", "untrue"), ("fact_note",)),
        Requirement("claim", ("unreasonable",), ("claim_note",)),
        Requirement("result", ("explained",), ("reason",)),
    ),
    {"no-budget": "资金未落实", "no-law": "法律政策不允许", "not-done": "尚未办理"},
    ("no-budget", "no-law"),
    "办理表",
)


def signed(**policy: object) -> Life:
    return Life(small_policy(**policy)).take("signed")


def refusal(life: Life, command: c.Command) -> CommandError:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command)
    assert life.order is before
    return refused.value


# ── the form ──


def test_where_no_source_asks_for_a_form_none_is_needed():
    assert [type(x).__name__ for x in signed().do(c.Reply(HANDLER))] == ["Replied"]
    assert not ReplyForm().asks


def test_everything_that_is_missing_is_named_in_one_refusal():
    told = refusal(signed(reply_form=SHANGHAI), c.Reply(HANDLER, fact="partly"))
    assert told.code == "form-incomplete"
    for name in ("是否联系诉求人", "诉求认定", "处理结果", "办理情况", "事实认定说明"):
        assert name in told.zh
    assert "contacted, claim, result, text, fact_note" in told.en
    assert "--fact-note" in told.hint("en")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"contacted": True}, "contacted_at"),
        ({"contacted": False}, "not_contacted"),
        ({"fact": "untrue"}, "fact_note"),
        ({"fact": "true"}, ""),  # 属实的不必说明
        ({"claim": "unreasonable"}, "claim_note"),
        ({"result": "explained"}, "reason"),
    ],
)
def test_what_is_needed_depends_on_what_is_said(given: dict[str, object], missing: str) -> None:
    whole: dict[str, object] = {
        "contacted": True, "contacted_at": AT, "fact": "true", "claim": "reasonable", "result": "solved", "text": "办",
    }  # fmt: skip
    if "contacted" in given:
        whole |= {"contacted_at": None}
    life = signed(reply_form=SHANGHAI)
    command = c.Reply(HANDLER, **(whole | given))
    if not missing:
        assert life.do(command)
        return
    told = refusal(life, command)
    assert told.code == "form-incomplete"
    assert f"lacks: {missing} " in told.en


def test_a_place_may_ask_for_what_is_enclosed():
    """泰安's handling form has 附件: proof of the contact, what was done."""
    life = signed(reply_form=ReplyForm(("attachments",), basis="泰安"))
    told = refusal(life, c.Reply(HANDLER))
    assert (told.code, "附件（泰安）" in told.zh) == ("form-incomplete", True)
    assert life.do(c.Reply(HANDLER, attachments="联系记录.jpg"))


def test_the_codes_go_into_the_event_and_the_words_do_not():
    life = signed(reply_form=SHANGHAI)
    (told,) = life.do(
        c.Reply(
            HANDLER, "内部", "公开", contacted=True, contacted_at=AT, fact="untrue", fact_note="查无此事",
            claim="unreasonable", claim_note="无依据", result="solved", basis="物业管理条例第五条", visited=True,
            attachments="联系录音",
        )
    )  # fmt: skip
    assert isinstance(told, e.Replied)
    assert told.form == Form(True, AT, "", True, "untrue", "unreasonable", "solved", "物业管理条例第五条")
    assert told.solved is True
    assert life.order.outcome.reply is not None
    assert life.order.outcome.reply.form == told.form
    stored = encode(told)
    assert decode("Replied", stored) == told
    assert not any(word in str(stored) for word in ("查无此事", "无依据", "内部", "公开", "联系录音"))


def test_a_redo_leaves_when_the_first_reply_came_and_takes_the_new_form():
    life = signed()
    life.do(c.Reply(HANDLER, fact="true", result="explained"))
    first = life.order.outcome.replied
    life.do(c.Review(REVIEWER))
    life.do(c.Reopen(ADMIN))
    life.do(c.Sign(HANDLER))
    life.do(c.Reply(HANDLER, fact="true", result="solved"))
    reply = life.order.outcome.reply
    assert reply is not None
    assert reply.form is not None
    assert (reply.at, reply.form.result) == (first, "solved")
    assert fold(life.log) == life.order


def test_contradictions_are_told_all_at_once():
    told = refusal(
        signed(reply_form=SHANGHAI),
        c.Reply(
            HANDLER, solved=False, reason="shrug", contacted=False, contacted_at=AT + 900 * HOUR, fact="maybe",
            claim="perhaps", result="solved",
        ),
    )  # fmt: skip
    assert told.code == "bad-form"
    for word in ("maybe", "perhaps", "shrug", "未联系却写了联系时间", "联系时间在答复之后", "是否解决却写了否"):
        assert word in told.zh
    other = refusal(signed(), c.Reply(HANDLER, contacted=True, not_contacted="no-answer"))
    assert "已联系却写了未联系原因" in other.zh


def test_an_assistants_report_to_the_lead_needs_no_form():
    life = signed(reply_form=SHANGHAI)
    life.do(c.Assist(DISPATCHER, "u3"))
    assert life.do(c.Reply(of_unit("u3")))
    assert refusal(life, c.Reply(HANDLER)).code == "form-incomplete"


# ── review ──


def test_a_reply_goes_back_for_one_of_the_places_reasons_and_is_counted():
    """Checklist 48: 答非所问、格式不符的退回."""
    rule = ReviewRule({"off-point": "答非所问", "format": "格式不规范"}, "审核规定")
    life = signed(review=rule)
    life.do(c.Reply(HANDLER))
    told = refusal(life, c.Review(REVIEWER, False, "too-short"))
    assert told.code == "unknown-reason"
    assert "答非所问 off-point" in told.hint("zh")
    for count, reason in enumerate(("off-point", "format"), 1):
        life.do(c.Review(REVIEWER, False, reason))
        assert life.order.counts.reviews_failed == count
        assert life.order.status.value == "signed"
        life.do(c.Reply(HANDLER))


# ── ending without a result ──

WEIFANG = TerminationRule(
    True,
    {"not-acceptable": "属第十九条第一款所列情形", "uncooperative": "服务对象拒不配合导致无法办理"},
    "潍坊条例第二十一条",
)


def test_weifang_21_the_unit_asks_in_writing_the_hotline_audits_and_ends_it():
    life = signed(termination=WEIFANG)
    assert refusal(life, c.Terminate(REVIEWER, "uncooperative")).code == "not-requested"
    assert refusal(life, c.AskTermination(HANDLER, "uncooperative")).code == "not-in-writing"
    assert refusal(life, c.AskTermination(HANDLER, "tired", note="书面")).code == "unknown-reason"
    assert refusal(life, c.AskTermination(HANDLER, note="书面")).code == "reason-needed"
    assert refusal(life, c.DecideTermination(REVIEWER)).code == "nothing-asked"
    life.do(c.AskTermination(HANDLER, "uncooperative", note="三次上门均拒绝"))
    assert refusal(life, c.AskTermination(HANDLER, "uncooperative", note="再次")).code == "termination-pending"
    (ended,) = life.do(c.DecideTermination(REVIEWER))
    assert isinstance(ended, e.Terminated)
    assert (ended.reason, ended.basis) == ("uncooperative", "潍坊条例第二十一条")
    assert life.order.wake is None
    assert fold(life.log) == life.order


def test_a_refused_request_lets_the_unit_go_on_with_the_same_clock():
    life = signed(termination=WEIFANG)
    clock = life.order.clock("A1")
    life.do(c.AskTermination(HANDLER, "uncooperative", note="书面"))
    assert refusal(life, c.DecideTermination(REVIEWER, False)).code == "reason-needed"
    life.do(c.DecideTermination(REVIEWER, False, "can-be-done"))
    assert (life.order.pending.termination, life.order.clock("A1")) == ("", clock)
    assert life.order.status.value == "signed"


def test_only_the_unit_that_leads_asks_and_what_it_asked_goes_with_it():
    life = signed(termination=WEIFANG)
    life.do(c.Assist(DISPATCHER, "u3"))
    assert refusal(life, c.AskTermination(of_unit("u3"), "uncooperative", note="书面")).code == "not-lead"
    life.do(c.AskTermination(HANDLER, "uncooperative", note="书面"))
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    assert life.order.pending.termination == ""


def test_an_extension_decided_leaves_the_request_to_terminate_where_it_was():
    from hotline12345.core.sla import TimeLimit

    life = signed(termination=WEIFANG)
    life.do(c.AskTermination(HANDLER, "uncooperative", note="书面"))
    life.do(c.Extend(HANDLER, TimeLimit.parse("1wd"), "complex"))
    life.do(c.GrantExtension(DISPATCHER, False, "no"))
    assert (life.order.pending.extension, life.order.pending.termination) == (None, "A1")


# ── as a pack writes it ──

PACK = """
title = "t"
place = "990100"
effective = "unknown"
[reply_form]
required = ["事实认定", "result"]
objective = ["no-budget"]
basis = "办理表"
[reply_form.reasons]
no-budget = "资金未落实"
[[reply_form.when]]
field = "fact"
is = ["partly", "untrue"]
required = ["fact_note"]
basis = "办理表说明"
[review]
basis = "审核规定"
reasons = { off-point = "答非所问" }
[termination]
on_request = true
basis = "第二十一条"
[termination.reasons]
uncooperative = "拒不配合"
"""


def test_a_pack_writes_all_three(tmp_path: Path) -> None:
    path = tmp_path / "unknown.toml"
    path.write_text(PACK, encoding="utf-8")
    policy = load_pack(str(path)).newest
    assert policy.reply_form == ReplyForm(
        ("fact", "result"),
        (Requirement("fact", ("partly", "untrue"), ("fact_note",), "办理表说明"),),
        {"no-budget": "资金未落实"},
        ("no-budget",),
        "办理表",
    )
    assert policy.review == ReviewRule({"off-point": "答非所问"}, "审核规定")
    assert policy.termination == TerminationRule(True, {"uncooperative": "拒不配合"}, "第二十一条")


def test_what_a_pack_writes_wrongly_is_told_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "unknown.toml"
    text = PACK.replace('"事实认定"', '"颜色"').replace('objective = ["no-budget"]', 'objective = ["no-law"]')
    path.write_text(text.replace('is = ["partly", "untrue"]\n', ""), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_pack(str(path))
    assert {(fault.code, fault.table, fault.key) for fault in refused.value.faults} == {
        ("unknown-value", "reply_form", "required"),
        ("unknown-value", "reply_form", "objective"),
        ("missing-key", "reply_form.when[1]", "is"),
    }
