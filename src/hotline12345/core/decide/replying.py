"""The handling form (办理表): what a reply says, and what it still lacks, all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from .. import commands as c
from ..errors import CommandError
from ..policy.answer import CLAIMS, FORM, FOUND, RESULTS, ReplyForm
from ..refs import Form
from .refusal import refuse

_CHOICES: tuple[tuple[str, Mapping[str, str]], ...] = (("fact", FOUND), ("claim", CLAIMS), ("result", RESULTS))
_EMPTY = Form()


def form_of(command: c.Reply) -> Form | None:
    """Return the codes of the handling form in *command*; ``None`` where it says nothing of it."""
    form = Form(
        command.contacted,
        command.contacted_at,
        command.not_contacted,
        command.visited,
        command.fact,
        command.claim,
        command.result,
        command.basis,
    )
    return None if form == _EMPTY else form


def check_form(rule: ReplyForm, command: c.Reply, at: datetime, final: bool) -> None:
    """Refuse a form that contradicts itself, and a reply to the citizen that lacks what the place asks for.

    Raises:
        CommandError: ``bad-form`` with every contradiction, ``form-incomplete`` with every field that is missing.
    """
    wrong = [*_unknown(rule, command), *_contradictions(command, at)]
    if wrong:
        raise refuse(
            "bad-form",
            "办理表有误：" + "；".join(zh for zh, _ in wrong),
            "the handling form is wrong: " + "; ".join(en for _, en in wrong),
            "逐项更正后再答复",
            "mend each and reply again",
        )
    missing = _missing(rule, command) if final else []
    if missing:
        raise _incomplete(rule, missing)


def _unknown(rule: ReplyForm, command: c.Reply) -> list[tuple[str, str]]:
    wrong = []
    reasons = (("reason", rule.reasons),) if rule.reasons else ()
    for name, known in (*_CHOICES, *reasons):
        value = getattr(command, name)
        if value and value not in known:
            listed = "、".join(f"{zh} {code}" for code, zh in known.items())
            zh = f"{FORM[name]}没有「{value}」，可写 {listed}"
            wrong.append((zh, f"{name} cannot be {value!r}: {', '.join(known)}"))
    return wrong


def _contradictions(command: c.Reply, at: datetime) -> list[tuple[str, str]]:
    wrong = []
    if command.contacted is False and command.contacted_at is not None:
        wrong.append(("未联系却写了联系时间", "not contacted, yet there is a time of contact"))
    if command.contacted and command.not_contacted:
        wrong.append(("已联系却写了未联系原因", "contacted, yet there is a reason why not"))
    if command.contacted_at is not None and command.contacted_at > at:
        wrong.append(("联系时间在答复之后", "the contact lies after the reply"))
    if command.result == "solved" and command.solved is False:
        wrong.append(("处理结果是实际解决，是否解决却写了否", "the result is `solved`, yet it says unsolved"))
    return wrong


def _missing(rule: ReplyForm, command: c.Reply) -> list[str]:
    needed = dict.fromkeys(rule.required)
    for one in rule.when:
        if _word(getattr(command, one.field)) in one.values:
            needed |= dict.fromkeys(one.required)
    return [name for name in needed if getattr(command, name) in (None, "")]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _incomplete(rule: ReplyForm, missing: list[str]) -> CommandError:
    zh = "、".join(FORM[name] for name in missing)
    options = " ".join("--" + name.replace("_", "-") for name in missing)
    return refuse(
        "form-incomplete",
        f"办理表缺少：{zh}（{rule.basis}）",
        f"the handling form lacks: {', '.join(missing)} ({rule.basis})",
        f"补齐 {options}",
        f"give {options}",
    )
