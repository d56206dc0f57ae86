"""How a request was classified, in words (归类的叙述): by a person, the rules, or a classifier from outside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .printing import facts, say
from .wording import finding, joined

if TYPE_CHECKING:
    from ..core.events import Accepted
    from ..core.policy import Policy
    from ..core.refs import Judged


def _asked(ctx: click.Context, _: click.Parameter, name: str) -> str:
    """Refuse a trust that nobody is given; what is written on the command line has been read before what is not."""
    if not name and ctx.get_parameter_source("trust") not in (None, ParameterSource.DEFAULT):
        raise click.UsageError(
            say(
                "--trust 说的是归类器的话作数到哪一步，没有归类器时不起作用：请用 --with 写明归类器，或去掉 --trust",
                "--trust says how far a classifier's answer goes, and there is none: name one with --with, or leave "
                "--trust out",
            )
        )
    return name


_WITH: dict[str, Any] = {
    "callback": _asked,
    "default": "",
    "metavar": "NAME[:ARG]",
    "help": "归类器，如 rules:learnt.toml；有哪些见 plugins · a classifier such as rules:learnt.toml; see plugins",
}
_TRUSTED: dict[str, Any] = {
    "type": click.Choice(["note", "fill", "lead"]),
    "default": "fill",
    "show_default": True,
    "help": "归类器的话作数到哪一步：只记录、规则不知道时采用、先于规则采用 · "
    "how far its answer goes: on record only, where the rules do not know, before the rules",
}
with_option = click.option("--with", "classifier", **_WITH)
trust_option = click.option("--trust", **_TRUSTED)


@cache  # click goes by which option was written first, and knows options by being the same
def asking_options() -> tuple[click.Option, ...]:
    """Return the two as options of a command that is put together by itself (征询归类器的选项)."""
    return click.Option(["--with", "classifier"], **_WITH), click.Option(["--trust"], **_TRUSTED)


_FAILED = {
    "wrong-type": ("回答不是所要的类型", "an answer of the wrong type"),
    "unknown-category": ("类别不在本地类目表", "a category the place does not have"),
    "bad-confidence": ("把握不在 0 至 1 之间", "a confidence outside 0 and 1"),
    "bad-scores": ("得分不合格式", "scores of no use"),
    "bad-evidence": ("依据的位置不在原文之内", "evidence outside the text"),
}
_TRUST = {
    "note": ("只记录", "on record only"),
    "fill": ("规则不知道时采用", "taken where the rules do not know"),
    "lead": ("先于规则采用", "taken before the rules"),
}
_WAY = {
    "given": ("写明", "as given"),
    "rules": ("规则判定", "by the rules"),
    "model": ("归类器判定", "by the classifier"),
    "default": ("默认", "by default"),
}


def accepted(_: Any, ev: Accepted) -> str:
    """Tell an acceptance: what it was taken for, by whose word, and what was noticed (受理)."""
    kind_way, category_way = _WAY.get(ev.kind_from, ("", "")), _WAY.get(ev.category_from, ("", ""))
    parts = [
        say(f"受理：{ev.kind.zh}（{kind_way[0]}）", f"accepted: {ev.kind.value} ({kind_way[1]})"),
        say(f"{ev.category or '未归类'}（{category_way[0]}）", f"{ev.category or 'no category'} ({category_way[1]})"),
    ]
    if ev.category_from == "rules":
        words = sum(not hit.negated for hit in ev.hits)
        parts.append(say(f"把握 {ev.confidence:.0%}，命中 {words} 处", f"confidence {ev.confidence:.0%}, {words} hits"))
    if ev.judged is not None:
        parts.append(judged_line(ev.judged))
    if ev.urgency.value != "normal":
        parts.append(say(ev.urgency.zh, ev.urgency.value))
    if ev.needs_person:
        parts.append(say("需人工确认", "a person should look"))
    return joined(*parts, *(finding(f.code, f.target, f.basis) for f in ev.findings))


def ask(policy: Policy, address: str, title: str, text: str) -> Judged:
    """Ask the classifier at *address* (征询); what it does wrong is an error here, for whoever tries it out.

    Raises:
        PluginError: ``classifier-failed``, and what opening one says.
    """
    from ..classifiers import Question, open_classifier
    from ..classifiers.advice import Advice

    return Advice(open_classifier(address), "note").asked(policy, Question(title, text))


def failed(code: str) -> str:
    """Return why there is no answer, in words (未能回答)."""
    kind = code.removeprefix("raised.")
    return say(*_FAILED.get(code, (f"出错 {kind}", f"it raised {kind}")))


def judged_json(one: Judged | None) -> dict[str, Any] | None:
    """Return what a classifier said, for JSON; ``None`` where none was asked."""
    if one is None:
        return None
    return one._asdict() | {
        "kind": one.kind.value if one.kind is not None else None,
        "urgency": one.urgency.value if one.urgency is not None else None,
        "failed": one.failed or None,
        "scores": [{"category": category, "score": score} for category, score in one.scores],
        "evidence": [{"field": field, "start": start, "end": end} for field, start, end in one.evidence],
    }


def judged_line(one: Judged) -> str:
    """Return in a line who said what, how sure, and how far it counts (归类器的话)."""
    who = f"{one.by} {one.version}"
    trust = say(*_TRUST.get(one.trust, (one.trust, one.trust)))
    if one.failed:
        why = failed(one.failed)
        return say(f"归类器 {who} 没有可用的回答：{why}（{trust}）", f"{who} gave no answer of use: {why} ({trust})")
    urgency = one.urgency if one.urgency is not None and one.urgency.value != "normal" else None
    said = (one.category, _name(one.kind), _name(urgency))
    told = say("、", ", ").join(part for part in said if part) or say("不知道", "does not know")
    sure = f"{one.confidence:.0%}" + say("，未必可靠", ", not to be relied on") * one.needs_person
    return say(f"归类器 {who}：{told}（把握 {sure}；{trust}）", f"{who} says: {told} (confidence {sure}; {trust})")


def _name(what: Any) -> str:
    return say(what.zh, what.value) if what is not None else ""


def show_judged(one: Judged, words: Mapping[str, str]) -> None:
    """Print what a classifier said, with the words it went by (归类器的回答)."""
    went_by = dict.fromkeys(words[field][start:end] for field, start, end in one.evidence)
    rows = [
        (say("归类器", "classifier"), f"{one.by} {one.version}"),
        (say("类别", "category"), one.category or say("不知道", "does not know")),
        (say("把握", "confidence"), f"{one.confidence:.1%}" + say("（未必可靠）", " (unsure)") * one.needs_person),
        (say("类型", "kind"), _name(one.kind)),
        (say("紧急程度", "urgency"), _name(one.urgency)),
        (say("次选", "next best"), say("、", ", ").join(f"{c} {s:.2f}" for c, s in one.scores[1:])),
        (say("依据", "went by"), say("、", ", ").join(went_by)),
    ]
    click.echo(facts(rows))
