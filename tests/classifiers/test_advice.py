"""What a classifier says goes as far as it is trusted, and no further; nothing it does loses a request (归类器)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve as change

from hotline12345 import Hotline, Request
from hotline12345.classifiers import Question, Verdict
from hotline12345.classifiers.advice import Advice, advice_of
from hotline12345.core.actor import Actor
from hotline12345.core.classify import Category, Rule, RuleSet
from hotline12345.core.codec import decode, encode
from hotline12345.core.errors import CommandError, PluginError, RequestError
from hotline12345.core.events import Accepted, Event, Referred
from hotline12345.core.policy import Pack, Policy, ScopeRule
from hotline12345.core.refs import Finding, Judged
from hotline12345.core.request import Kind, Urgency
from hotline12345.explain import explain
from hotline12345.testing.orders import AT, PLACE, small_policy

AGENT = Actor.parse("agent@centre/1")
RULES = RuleSet.compile(
    [
        Rule("lamp", "路灯", 3, "城乡建设"),
        Rule("noise", "噪音", 3, "环境保护"),
        Rule("weak", "小区", 1, "城乡建设"),
        Rule("advice", "建议", 3, kind=Kind.SUGGESTION),
        Rule("gas", "燃气泄漏", 1, urgency=Urgency.EMERGENCY, refer="119"),
    ],
    norm="none",
    threshold=0.6,
    sharpness=1.0,
    categories=[Category("城乡建设"), Category("环境保护"), Category("法院"), Category("城乡建设/照明")],
)
COURT = ScopeRule("court", "legal", "去法院", "第十条", categories=("法院",), to="court")


def policy(**changed: Any) -> Policy:
    return change(small_policy(), rules=RULES, scope=(COURT,), **changed)


class Says:
    """Says the same of every text."""

    api, name, version = 1, "says", "2.1"

    def __init__(self, verdict: Any) -> None:
        self.verdict, self.asked = verdict, []

    def classify(self, question: Question, /) -> Any:
        self.asked.append(question)
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict


def sure(category: str = "环境保护", **more: Any) -> Verdict:
    return Verdict(category, confidence=0.9, needs_person=False)._replace(**more)


def hotline_of(model: Any = None, trust: str = "fill", edition: Policy | None = None) -> Hotline:
    pack = Pack("test", PLACE, "test", (edition or policy(),))
    return Hotline(pack, "memory:", place=PLACE, secrets=bytes(16), classifier=model, trust=trust)


def received(verdict: Any, text: str, trust: str = "fill", request: dict[str, Any] | None = None) -> Event:
    """Return what came of a request of *text*, under a classifier that answers *verdict*."""
    hotline = Hotline(
        Pack("test", PLACE, "test", (policy(),)),
        "memory:",
        place=PLACE,
        secrets=bytes(16),
        classifier=Says(verdict),
        trust=trust,
    )
    order = hotline.receive(Request(AT, text=text, **(request or {})), by=AGENT, at=AT)
    return hotline.history(order.number)[1]


def accepted(*given: Any, **more: Any) -> Accepted:
    event = received(*given, **more)
    assert isinstance(event, Accepted)
    return event


def test_where_the_rules_are_silent_the_classifier_is_taken_and_called_by_its_name() -> None:
    event = accepted(sure(kind=Kind.COMPLAINT), "河水发臭")
    assert (event.category, event.category_from, event.kind, event.kind_from) == (
        "环境保护",
        "model",
        Kind.COMPLAINT,
        "model",
    )
    assert (event.confidence, event.needs_person) == (0.9, False)
    assert event.judged == Judged("says", "2.1", "fill", "环境保护", Kind.COMPLAINT, None, 0.9, False)


def test_where_the_rules_are_unsure_it_is_taken_and_what_they_said_is_noted() -> None:
    event = accepted(sure(), "小区里有异味")
    assert (event.category, event.category_from, event.needs_person) == ("环境保护", "model", False)
    assert [(one.code, one.target) for one in event.findings if one.code.startswith("classifier.")] == [
        ("classifier.differs", "城乡建设")
    ]


@pytest.mark.parametrize(
    ("trust", "category", "by"),
    [("note", "城乡建设", "rules"), ("fill", "城乡建设", "rules"), ("lead", "环境保护", "model")],
)
def test_where_both_are_sure_the_trust_says_who_is_taken(trust: str, category: str, by: str) -> None:
    event = accepted(sure(), "路灯不亮", trust)
    assert (event.category, event.category_from, event.needs_person) == (category, by, False)
    assert event.judged is not None
    assert event.judged.category == "环境保护"


@pytest.mark.parametrize(
    ("text", "category", "by"), [("路灯不亮", "城乡建设/照明", "rules"), ("小区灯不亮", "城乡建设", "model")]
)
def test_rules_that_are_sure_of_what_lies_below_a_leading_answer_say_the_same_more_closely(
    text: str, category: str, by: str
) -> None:
    words = [Rule("lamp", "路灯", 3, "城乡建设/照明"), Rule("weak", "小区", 1, "城乡建设/照明")]
    rules = RuleSet.compile(words, norm="none", threshold=0.6, sharpness=1.0, categories=RULES.categories)
    hotline = hotline_of(Says(sure("城乡建设")), "lead", change(policy(), rules=rules))
    order = hotline.receive(Request(AT, text=text), by=AGENT, at=AT)
    event = hotline.history(order.number)[1]
    assert isinstance(event, Accepted)
    assert (event.category, event.category_from, event.needs_person) == (category, by, False)


def test_on_record_only_it_changes_nothing_but_the_record() -> None:
    for verdict in (sure(urgency=Urgency.EMERGENCY), sure("法院"), ValueError(), Verdict()):
        for text in ("河水发臭", "小区里有异味", "路灯不亮", "燃气泄漏"):
            event = received(verdict, text, "note")
            without = hotline_of()
            order = without.receive(Request(AT, text=text), by=AGENT, at=AT)
            alone = without.history(order.number)[1]
            kept = change(event, judged=None)  # type: ignore[call-arg]
            if isinstance(verdict, ValueError):
                kept = change(kept, findings=tuple(f for f in kept.findings if f.code != "classifier.failed"))  # type: ignore[attr-defined,call-arg]
            assert kept == alone


def test_an_unsure_answer_is_a_suggestion_and_only_where_the_rules_have_none() -> None:
    event = accepted(Verdict("环境保护", Kind.COMPLAINT, confidence=0.3), "河水发臭", "lead")
    assert (event.category, event.category_from, event.needs_person) == ("环境保护", "model", True)
    assert event.kind_from == "default"
    event = accepted(Verdict("环境保护", confidence=0.3), "小区里有异味", "lead")
    assert (event.category, event.category_from, event.needs_person) == ("城乡建设", "rules", True)


def test_what_a_person_gave_stands_whatever_the_trust() -> None:
    given = {"category": "城乡建设", "kind": Kind.HELP}
    event = accepted(sure(kind=Kind.PRAISE), "河水发臭", "lead", request=given)
    assert (event.category, event.category_from, event.kind, event.kind_from) == (
        "城乡建设",
        "given",
        Kind.HELP,
        "given",
    )
    assert not event.needs_person
    assert event.judged is not None


@pytest.mark.parametrize("trust", ["note", "fill", "lead"])
def test_an_emergency_in_the_packs_words_is_never_hidden(trust: str) -> None:
    event = received(sure(urgency=Urgency.NORMAL), "厨房燃气泄漏", trust)
    assert isinstance(event, Referred)
    assert (event.route, event.to) == ("emergency", "119")
    assert event.judged is not None
    assert event.judged.by == "says"


@pytest.mark.parametrize("trust", ["fill", "lead"])
def test_a_feared_emergency_still_asks_a_person(trust: str) -> None:
    assert accepted(sure(), "担心燃气泄漏", trust).needs_person
    assert not accepted(sure(), "担心停电", trust).needs_person


def test_a_doubtful_kind_of_the_rules_still_asks_a_person_unless_the_classifier_knows_it() -> None:
    doubtful = RuleSet.compile(
        RULES.rules,
        norm="none",
        threshold=0.6,
        sharpness=0.1,
        thresholds={"suggestion": 0.99},
        categories=RULES.categories,
    )
    for verdict, person in ((sure(), True), (sure(kind=Kind.COMPLAINT), False)):
        hotline = hotline_of(Says(verdict), "lead", change(policy(), rules=doubtful))
        order = hotline.receive(Request(AT, text="建议治理河水"), by=AGENT, at=AT)
        assert order.topic is not None
        assert order.topic.needs_person is person


def test_an_emergency_it_alone_sees_is_urgent_and_looked_at_and_sent_nowhere() -> None:
    event = accepted(sure(urgency=Urgency.EMERGENCY), "路灯不亮")
    assert (event.urgency, event.needs_person) == (Urgency.URGENT, True)
    assert "classifier.emergency" in [one.code for one in event.findings]
    assert accepted(sure(urgency=Urgency.URGENT), "路灯不亮").urgency is Urgency.URGENT
    assert not accepted(sure(urgency=Urgency.URGENT), "路灯不亮").needs_person


@pytest.mark.parametrize("level", [Urgency.NORMAL, Urgency.URGENT, Urgency.EMERGENCY])
def test_no_urgency_is_lowered_and_none_that_a_person_gave_is_raised(level: Urgency) -> None:
    from hotline12345.core import commands as c

    hotline = hotline_of(Says(sure(urgency=level)))
    order = hotline.receive(Request(AT, text="厨房燃气泄漏"), by=AGENT, at=AT, disposition="handle")
    event = hotline.history(order.number)[1]
    assert isinstance(event, Accepted)
    assert event.urgency is Urgency.EMERGENCY
    assert "classifier.emergency" not in [one.code for one in event.findings]  # the words had said so
    order = hotline.receive(Request(AT, text="路灯不亮"), by=AGENT, at=AT, through="receive")
    given = c.Accept(Actor.parse("dispatcher@centre/2"), urgency=Urgency.NORMAL)
    assert hotline.handle(order.number, given, at=AT).topic.urgency is Urgency.NORMAL  # type: ignore[union-attr]


@pytest.mark.parametrize("trust", ["fill", "lead"])
def test_its_category_alone_turns_nobody_away(trust: str) -> None:
    event = accepted(sure("法院"), "判得不公", trust)
    assert (event.category, event.needs_person) == ("法院", True)
    assert Finding("scope.court", "court", "第十条") in event.findings
    assert isinstance(received(sure("法院"), "路灯不亮", trust), Accepted)  # nor where the rules were sure of another
    given = received(sure(), "判得不公", trust, request={"category": "法院"})
    assert isinstance(given, Referred)  # a person's word does


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (RuntimeError("张三的电话 13800000000"), "raised.RuntimeError"),
        (None, "wrong-type"),
        ({"category": "环境保护"}, "wrong-type"),
        (sure(kind="投诉"), "wrong-type"),
        (sure(7), "wrong-type"),
        (sure("城管"), "unknown-category"),
        (sure(confidence=1.01), "bad-confidence"),
        (sure(confidence=float("nan")), "bad-confidence"),
        (sure(confidence="高"), "bad-confidence"),
        (sure(scores=(("城管", 1.0),)), "unknown-category"),
        (sure(scores=(("环境保护",),)), "bad-scores"),
        (sure(scores=5), "wrong-type"),
        (sure(evidence=(("text", 0, 99),)), "bad-evidence"),
        (sure(evidence=(("text", "a", "b"),)), "wrong-type"),
    ],
)
def test_what_cannot_be_used_is_recorded_as_its_failure_and_the_request_is_received(answer: Any, failed: str) -> None:
    event = accepted(answer, "河水发臭")
    assert event.judged == Judged("says", "2.1", "fill", failed=failed)
    assert (event.category, event.needs_person) == ("", True)
    assert ("classifier.failed", failed) in [(one.code, one.target) for one in event.findings]
    assert "13800000000" not in repr(event)
    assert not accepted(answer, "路灯不亮").needs_person  # the rules knew it without
    assert accepted(answer, "路灯不亮", "lead").needs_person  # but not where it was to go before them
    with pytest.raises(PluginError) as caught:
        Advice(Says(answer)).asked(policy(), Question("", "河水发臭"))
    assert caught.value.code == "classifier-failed"
    assert "says 2.1" in caught.value.zh
    assert "13800000000" not in caught.value.zh + caught.value.en


def test_it_is_asked_the_words_the_area_and_the_channel_and_nothing_else() -> None:
    model = Says(sure())
    hotline = Hotline(
        Pack("test", PLACE, "test", (policy(),)), "memory:", place=PLACE, secrets=bytes(16), classifier=model
    )
    hotline.receive(Request(AT, "标题", "河水发臭", area="210103", channel="web"), by=AGENT, at=AT)
    assert model.asked == [Question("标题", "河水发臭", "210103", "web")]


def test_a_person_who_accepts_later_has_it_asked_then() -> None:
    from hotline12345.core import commands as c

    model = Says(sure())
    hotline = Hotline(
        Pack("test", PLACE, "test", (policy(),)), "memory:", place=PLACE, secrets=bytes(16), classifier=model
    )
    order = hotline.receive(Request(AT, text="河水发臭"), by=AGENT, at=AT, through="receive")
    assert not model.asked
    hotline.handle(order.number, c.Accept(Actor.parse("dispatcher@centre/2")), at=AT)
    assert [one.text for one in model.asked] == ["河水发臭"]
    told = explain(hotline, order.number, at=AT).classifications[0]
    assert (told.category_from, told.judged) == (
        "model",
        Judged("says", "2.1", "fill", "环境保护", None, None, 0.9, False),
    )


def test_the_parent_of_a_category_will_do_and_numbers_of_other_libraries_become_ours() -> None:
    from fractions import Fraction

    event = accepted(sure("城乡建设", confidence=Fraction(9, 10)), "河水发臭")
    assert event.confidence == 0.9
    assert type(event.confidence) is float


def test_without_a_catalogue_any_sane_path_will_do() -> None:
    bare = change(small_policy(), rules=None)
    ask = Question("", "河水发臭")
    assert Advice(Says(sure("环保/河道"))).judged(bare, ask).category == "环保/河道"
    for said in ("13800000000", "河水\n发臭", "臭" * 101):
        assert Advice(Says(sure(said))).judged(bare, ask).failed == "unknown-category"


def test_an_event_comes_back_as_it_went_and_old_ones_have_no_classifier() -> None:
    said = sure(kind=Kind.COMPLAINT, scores=(("环境保护", 0.9),), evidence=(("text", 0, 2),))
    event = accepted(said, "河水发臭")
    assert decode("Accepted", encode(event)) == event
    without = {key: value for key, value in encode(event).items() if key != "judged"}
    assert decode("Accepted", without) == change(event, judged=None)


class Wordy(Says):
    version = "two words"


class Future(Says):
    api = 2


def test_what_does_not_fit_is_refused_before_anything_is_received() -> None:
    for broken in (Wordy(sure()), Future(sure()), object()):
        with pytest.raises(PluginError) as caught:
            Hotline("cn", secrets=bytes(16), classifier=broken)  # type: ignore[arg-type]
        assert caught.value.code == "classifier-broken"
    with pytest.raises(RequestError) as refused:
        Hotline("cn", secrets=bytes(16), classifier=Says(sure()), trust="blindly")
    assert refused.value.code == "unknown-trust"
    with pytest.raises(PluginError) as unknown:
        Hotline("cn", secrets=bytes(16), classifier="nobody")
    assert unknown.value.code == "unknown-plugin"
    assert advice_of("", "fill") is None


def test_it_is_not_asked_on_behalf_of_who_may_not_accept() -> None:
    from hotline12345.core import commands as c

    model = Says(sure())
    hotline = hotline_of(model)
    order = hotline.receive(Request(AT, text="河水发臭"), by=AGENT, at=AT, through="receive")
    with pytest.raises(CommandError):
        hotline.handle(order.number, c.Accept(Actor.parse("handler@210103/2")), at=AT)
    assert not model.asked
