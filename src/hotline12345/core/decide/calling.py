"""Deciders of what the requester says (回访): who is called, the call, the judgement of it, and ratings."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import SYSTEM, Role
from ..events import Closed, Event, FollowedUp, Judged, Rated
from ..order import Order, Status
from ..policy import Policy
from ..refs import Ref
from .ladder import flagged
from .problems import unsolved_again
from .refusal import known_reason, moment, need_reason, refuse

OUTCOMES = ("reached", "unreachable", "refused", "disputed")


def not_called(policy: Policy, order: Order) -> str:
    """Return why nobody is to be called back (不回访的原因), a code; "" where somebody is."""
    if not policy.flow.follow_up:
        return "no-follow-up"
    if uncalled(order):
        return ""
    if not order.intake.wants_reply:
        return "no-reply-wanted"
    if not policy.calls.plans:
        return ""
    plan = policy.calls.plan(order.kind, order.category, order.intake.channel)
    if plan is None or plan.takes(order.place, order.number, order.intake.anonymous):
        return ""
    return "not-sampled" if plan.who == "sample" else "not-planned"


def follow_up(policy: Policy, order: Order, command: c.FollowUp, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Follow up (回访): a satisfied requester closes the order, the rest is a person's to decide."""
    _check_answer(policy, command)
    own = _whose(order, command)
    if own:
        _check_attempt(policy, order, at)
    reached = command.outcome == "reached"
    attempt = order.outcome.attempts + 1 if own else 1
    told = FollowedUp(
        at,
        command.by,
        command.outcome,
        command.solved if reached else None,
        command.satisfied if reached else "",
        attempt,
        ref,
        command.caller,
        command.attitude if reached else "",
    )
    return (told, *_then(policy, order, told, own))


def _then(policy: Policy, order: Order, told: FollowedUp, own: bool) -> list[Event]:
    """Return what follows from a call: the end, the ladder, or nothing until a person decides."""
    at, levels, rule = told.at, policy.satisfied_levels, policy.calls
    outcome, solved, marks = told.outcome, told.solved, (told.satisfied, told.attitude)
    if not own and order.outcome.verdict is not None:
        # The order ends with its own requester's word, once everybody has been called.
        verdict = order.outcome.verdict
        outcome, solved, marks = verdict.outcome, verdict.solved, (verdict.satisfied, verdict.attitude)
    elif not own:
        outcome = ""
    content = solved is not False and levels.get(marks[0], False) and levels.get(marks[1], True)
    waiting = uncalled(order)
    if told.outcome != "unreachable":
        waiting.discard(told.caller)
    if outcome == "reached" and content and policy.flow.close_when_satisfied and not waiting and order.is_open:
        return [Closed(at, SYSTEM, "satisfied")]
    vain = own and outcome == "unreachable" and rule.exhausted == "close" and told.attempt == rule.most
    if vain and not waiting and order.is_open:
        return [Closed(at, SYSTEM, "unreachable")]
    if told.outcome != "reached" or (told.solved is not False and levels.get(told.satisfied) is not False):
        return []
    if told.satisfied in policy.scale.neutral and told.solved is not False:
        return []
    return [*unsolved_again(policy, order, at), *_unsolved(policy, order, told)]


def _unsolved(policy: Policy, order: Order, told: FollowedUp) -> list[Event]:
    """Return the ground that something solvable is unsolved: its claim is due and nothing objective stands against."""
    reply = order.outcome.reply
    form = reply.form if reply is not None else None
    if told.solved is not False or (form is not None and form.claim == "unreasonable"):
        return []
    if reply is not None and reply.reason in policy.reply_form.objective:
        return []
    return flagged(policy, order, told.by, told.at, "unsolved")


def _check_answer(policy: Policy, command: c.FollowUp) -> None:
    levels = policy.satisfied_levels
    if command.outcome not in OUTCOMES:
        raise refuse(
            "unknown-outcome",
            f"没有回访结果「{command.outcome}」",
            f"there is no outcome {command.outcome!r}",
            "结果有：reached 接通、unreachable 无法接通、refused 拒访、disputed 有争议",
            ", ".join(OUTCOMES),
        )
    for level in (command.satisfied, command.attitude):
        if level and level not in levels:
            raise unknown_level(policy, level)
    if command.attitude and not policy.scale.apart:
        raise refuse(
            "no-attitude",
            "本地不分别评价结果和态度",
            "result and attitude are not asked apart here",
            "只写 satisfied",
            "give `satisfied` alone",
        )


def unknown_level(policy: Policy, level: str) -> Exception:
    """Refuse a level that the place does not have."""
    levels, names = policy.satisfied_levels, policy.scale.names
    return refuse(
        "unknown-level",
        f"没有满意度等级「{level}」",
        f"there is no level {level!r}",
        "等级有：" + "、".join(f"{names[one]} {one}" if one in names else one for one in levels),
        ", ".join(levels),
    )


def _check_attempt(policy: Policy, order: Order, at: datetime) -> None:
    rule, verdict = policy.calls, order.outcome.verdict
    if verdict is None or verdict.outcome == "reached":
        return
    if rule.most is not None and verdict.attempt >= rule.most:
        raise refuse(
            "attempts-exhausted",
            f"已回访 {verdict.attempt} 次未果，达到上限（{rule.basis}）",
            f"called {verdict.attempt} times in vain, the most there is ({rule.basis})",
            "办结 close 或重办 reopen",
            "close or reopen it",
        )
    if rule.gap is None or verdict.at is None:
        return
    next_ = policy.after(rule.gap, verdict.at).at
    if next_ is not None and at < next_:
        raise refuse(
            "called-too-soon",
            f"上次回访未果，须间隔 {rule.gap.zh}（{rule.basis}），{moment(next_)} 后再访",
            f"called in vain; the next call comes {rule.gap.en} after it ({rule.basis}), from {moment(next_)}",
        )


def uncalled(order: Order) -> set[str]:
    """Return the merged orders whose requesters have not been called back (待回访的并单)."""
    marks = order.intake.marks
    return set(marks.joined).difference(marks.called)


def _whose(order: Order, command: c.FollowUp) -> bool:
    """Whether the order's own requester was called; refuse whom nobody merged, and who wants no reply."""
    if command.caller:
        if command.caller not in order.intake.marks.joined:
            raise refuse(
                "unknown-caller",
                f"{command.caller} 没有并入工单 {order.number}",
                f"{command.caller} has not merged into {order.number}",
                "并入的有：" + ("、".join(order.intake.marks.joined) or "无"),
                "merged: " + (", ".join(order.intake.marks.joined) or "none"),
            )
        return False
    if order.status is Status.CLOSED:
        raise refuse(
            "caller-needed",
            "工单已办结，只能回访并入工单的诉求人",
            "the order is closed: only the requesters of merged orders can be called",
            "写明 caller",
            "give `caller`",
        )
    if not order.intake.wants_reply and Role.REQUESTER not in command.by.roles:
        raise refuse(
            "no-reply-wanted",
            "诉求人表示不需要回复，不应回访",
            "the requester wants no reply and is not to be called",
            "直接 close",
            "close it",
        )
    return True


def judge(policy: Policy, order: Order, command: c.Judge, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Judge (不满意认定): whether the dissatisfaction is reasonable; a person does, and says why where it is not."""
    rule = policy.calls
    if not _unhappy(policy, order):
        raise refuse(
            "nothing-to-judge",
            "没有不满意的回访结果可认定",
            "there is no dissatisfaction to judge",
            "先 follow-up",
            "follow it up first",
        )
    if command.reasonable:
        return (
            Judged(at, command.by, True, command.reason, rule.basis, ref),
            *flagged(policy, order, command.by, at, "dissatisfied"),
        )
    need_reason(command.reason, "认定不合理", "judging it unreasonable")
    known_reason(command.reason, rule.unreasonable, "认定不合理", "judging it unreasonable", rule.basis)
    return (Judged(at, command.by, False, command.reason, rule.basis, ref),)


def _unhappy(policy: Policy, order: Order) -> bool:
    verdict = order.outcome.verdict
    if verdict is None:
        return False
    return verdict.solved is False or policy.satisfied_levels.get(verdict.satisfied) is False


def check_judged(policy: Policy, order: Order) -> None:
    """Refuse to redo what a dissatisfied requester asks for before a person has judged it reasonable."""
    verdict, basis = order.outcome.verdict, policy.reopen.basis
    if verdict is None or verdict.reasonable or not _unhappy(policy, order):
        return
    if verdict.reasonable is None:
        raise refuse(
            "not-judged",
            f"不满意是否合理尚未认定，不能重办（{basis}）",
            f"nobody has judged yet whether the dissatisfaction is reasonable ({basis})",
            "先 judge",
            "judge it first",
        )
    raise refuse(
        "judged-unreasonable",
        f"不满意已认定为不合理，不予重办（{basis}）",
        f"the dissatisfaction was judged unreasonable and is not redone ({basis})",
        "向诉求人解释后 close",
        "explain it and close",
    )


def rate(policy: Policy, order: Order, command: c.Rate, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Rate (好差评): a bad rating starts the time in which whoever gave it is contacted, where the place says so."""
    rule = policy.rating
    if command.level not in policy.satisfied_levels:
        raise unknown_level(policy, command.level)
    contact = None
    if command.level in rule.negative and rule.contact is not None and not (rule.named and order.intake.anonymous):
        contact = policy.after(rule.contact, at, rule.basis)
    return (Rated(at, command.by, command.level, contact, ref),)
