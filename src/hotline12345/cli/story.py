"""What happened, in words (工单经过): one sentence an event, in Chinese and in English, for people to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ..core import events as e
from ..core.actor import ROLE_ZH, Actor, Role
from ..core.policy import TRIGGERS, Policy
from ..core.sla import Deadline
from . import in_time
from .judging import accepted
from .printing import half, say, when
from .taken_in import TELL, declined
from .terms import CODES
from .wording import APART, Two, basis_of, because, form_told, joined

_ENDS: dict[str, Two] = {
    "satisfied": ("群众满意", "the requester is satisfied"),
    "no-reply-wanted": ("诉求人不需要回复", "the requester wants no reply"),
    "no-follow-up": ("本地不回访", "no follow-up here"),
    "not-sampled": ("未抽中回访", "not in the sample to be called"),
    "not-planned": ("不在回访范围", "not among those to be called"),
    "unreachable": ("多次回访未接通", "could not be reached"),
}
_HOW: dict[str, Two] = {
    "knowledge": ("知识库", "the knowledge base"),
    "window": ("办事窗口", "a service window"),
    "expert-seat": ("专家座席", "an expert seat"),
    "three-party-call": ("三方通话", "a three-party call"),
    "progress": ("原工单的进展", "the progress of the earlier order"),
    "result": ("原工单的结果", "the result of the earlier order"),
}
_ROUTES: dict[str, Two] = {
    "emergency": ("紧急转接", "as an emergency"),
    "legal": ("告知法定途径", "to the legal route"),
    "petition": ("告知信访渠道", "to the petition office"),
    "channel": ("告知其他渠道", "to another channel"),
}
_OUTCOMES: dict[str, Two] = {
    "reached": ("接通", "reached"),
    "unreachable": ("无法接通", "not reached"),
    "refused": ("拒绝回访", "declined to answer"),
    "disputed": ("有争议", "disputed"),
}
_MOVES: dict[str, Two] = {
    "calendar": ("放假安排已公布", "the holiday notice is known now"),
    "extended": ("准予延期", "extension granted"),
    "deferred": ("挂账", "deferred"),
    "reclassified": ("重新归类", "reclassified"),
    "policy": ("新版办法", "a new edition"),
    "suspended": ("中止计时", "suspended"),
    "resumed": ("恢复计时", "resumed"),
    "statute": ("适用法定时限", "a statutory limit applies"),
}
_CARRIED: dict[str, Two] = {
    "continue": ("办理时限接续前一单位", "the last unit's deadline goes on"),
    "remaining": ("办理时限为前一单位剩余", "what the last unit had left"),
}
_LEVELS = {code: zh for zh, code in CODES["satisfied"].items()}


class Story:
    """Tells events in the names of one policy (经过叙述)."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def unit(self, code: str) -> str:
        """Return what a reader calls the unit *code*."""
        if not code:
            return say("热线中心", "the centre")
        name = self._policy.unit_name(code)
        return code if name == code else say(name, code)

    def who(self, actor: Actor) -> str:
        """Return who acted; a requester by role alone, whatever the record calls them."""
        roles = sorted(actor.roles, key=lambda role: role.value)
        title = say("、".join(ROLE_ZH[role] for role in roles), "+".join(role.value for role in roles))
        if Role.REQUESTER in actor.roles:
            return title
        person = f" {actor.person}" if actor.person else ""
        where = say(f"（{self.unit(actor.unit)}）", f" ({self.unit(actor.unit)})") if actor.unit else ""
        return f"{title or say('未具名', 'unnamed')}{person}{where}"

    def level(self, code: str) -> str:
        """Return what a level of satisfaction is called here."""
        return say(self._policy.scale.names.get(code) or _LEVELS.get(code, code), code)

    def rung(self, ev: e.Supervised) -> str:
        """Return which rung was set in motion, with its paper and who answers for it."""
        rung = next((rung for rung in self._policy.ladder if rung.code == ev.rung), None)
        name = say(rung.zh, ev.rung) if rung is not None else ev.rung
        paper = say(rung.paper.title, ev.paper) if rung is not None and rung.paper is not None else ""
        owner = say(self._policy.parties.get(ev.owner, ev.owner), ev.owner)
        told = say(f"督办（{name}）", f"supervised ({name})")
        told += say(f"，出具{paper}", f", to draw up {paper}") if paper and paper != name else ""
        return told + (say(f"，{owner}负责", f", by {owner}") if owner else "")

    def due(self, due: Deadline | None, extended: bool = False) -> str:
        """Return when it is due and by which article; an extension is counted from the old due day."""
        if due is None:
            return ""
        if due.at is None or due.due_day is None:
            return say(f"无期限（{half(due.basis)}）", f"no limit ({half(due.basis)})")
        limit = say(due.limit.zh, due.limit.en) if due.limit is not None else ""
        if limit and (extended or due.extends is not None):
            limit = say(f"原到期日后 {limit}", f"{limit} from the old due day")
        day = str(due.due_day) if when(due.at).endswith("00:00") else when(due.at)
        unsure = ""
        if due.provisional:
            span = f"{due.earliest} – {due.latest}"
            unsure = say("，暂定", ", provisional") + ("" if due.earliest == due.latest else f" {span}")
        inside = say("；", "; ").join(one for one in ((limit + unsure).lstrip("，, "), half(due.basis)) if one)
        return say(f"{day} 到期（{inside}）", f"due {day} ({inside})")

    def steps(self, event: e.Event) -> list[str]:
        """Return what one event says, a statement an item; an occurrence of another time is named."""
        telling = _TELL.get(type(event))
        told = telling(self, event) if telling is not None else type(event).__name__
        if event.occurred is not None:
            told += APART + say(f"实际发生于 {when(event.occurred)}", f"happened {when(event.occurred)}")
        return told.split(APART)

    def tell(self, event: e.Event) -> str:
        """Return one event in words."""
        return say("；", "; ").join(self.steps(event))

    def paragraph(self, version: int, event: e.Event) -> str:
        """Return one event as a paragraph: when, who and what, and each further statement on a line of its own."""
        first, *more = self.steps(event)
        head = f"{version:>2}  {when(event.at)}  {self.who(event.by)}{say('：', ': ')}{first}"
        return "\n".join([head, *(f"    · {step}" for step in more)])


def _received(s: Story, ev: e.Received) -> str:
    marks = [say("匿名", "anonymous")] * ev.anonymous + [say("保密", "confidential")] * ev.confidential
    said = say(f"收件（{ev.channel}）", f"received by {ev.channel}")
    kind = say(f"，{ev.kind.zh}", f", {ev.kind.value}") if ev.kind is not None else ""
    origin = (
        say(f"，续办 {ev.origin.place}/{ev.origin.number}", f", from {ev.origin.place}/{ev.origin.number}")
        if ev.origin
        else ""
    )
    return said + kind + "".join(f"，{m}" if say("zh", "en") == "zh" else f", {m}" for m in marks) + origin


def _dispatched(s: Story, ev: e.Dispatched) -> str:
    rules = {
        "by-hand": ("人工指派", "by hand"),
        "downward": ("下派", "downward"),
        "redo": ("重办", "redo"),
        "consultation": ("会商", "as agreed in consultation"),
        "reassign": ("改派", "reassigned"),
        "designate": ("指定", "designated"),
        "backstop": ("属地兜底", "left to the government of the area"),
    }
    zh, en = rules.get(ev.rule, (f"规则 {ev.rule}", f"rule {ev.rule}"))
    parts = [
        say(f"派给{s.unit(ev.unit)}（{zh}）", f"dispatched to {s.unit(ev.unit)} ({en})"),
        say("指定承办，不得再退", "designated, may not send back") if ev.designated else "",
        say(f"确需派给基层：{ev.override}", f"a town must have it: {ev.override}") if ev.override else "",
        say(*_CARRIED[ev.carried]) if ev.carried in _CARRIED else "",
        say("抄送 ", "copies to ") + "、".join(map(s.unit, ev.copies)) if ev.copies else "",
        say(f"派单依据：{half(ev.basis)}", f"basis: {half(ev.basis)}") if ev.basis else "",
        say("签收 ", "signing ") + s.due(ev.sign) if ev.sign is not None else "",
        s.due(ev.handle),
    ]
    return joined(*parts)


def _assisted(s: Story, ev: e.Assisted) -> str:
    verb = ("抄送", "copied to") if ev.role == "copy" else ("加派协办", "asked to assist:")
    return joined(say(f"{verb[0]}{s.unit(ev.unit)}", f"{verb[1]} {s.unit(ev.unit)}"), s.due(ev.handle))


def _sent_back(s: Story, ev: e.SentBack) -> str:
    to = say("退回上一级单位", "sent back to the unit above") if ev.to_parent else say("退单，待裁定", "sent back")
    late = say("（已过退单期限，计为超期）", " (after the window, counted as overdue)") if ev.late else ""
    by = say("裁定 ", "to be decided ") + s.due(ev.decide_by) if ev.decide_by is not None else ""
    return joined(to + late + because(ev.reason), by)


def _escalated(s: Story, ev: e.Escalated) -> str:
    why = {
        "refused": (f"{ev.count} 个单位退单，无人牵头", f"{ev.count} units sent it back and none takes the lead"),
        "redone": (f"重办 {ev.count} 次仍未解决", f"redone {ev.count} times and still unsolved"),
    }
    to = say(f"提级至{s.unit(ev.to)}", f"taken up by {s.unit(ev.to)}") if ev.to else ""
    return joined(say("列为问题工单：", "a problem order: ") + _named(why, ev.reason) + basis_of(ev.basis), to)


def _consulted(s: Story, ev: e.Consulted) -> str:
    units = "、".join(map(s.unit, ev.units))
    until = say("会商 ", "to be concluded ") + s.due(ev.until) if ev.until is not None else ""
    return joined(say(f"请 {units} 会商", f"{units} are consulted") + because(ev.reason), until)


def _concluded(s: Story, ev: e.Concluded) -> str:
    if ev.outcome != "agreed":
        return say("会商未达成一致", "the consultation did not agree")
    assist = "、".join(map(s.unit, ev.assist))
    who = say(f"会商一致：{s.unit(ev.unit)}主办", f"agreed: {s.unit(ev.unit)} leads")
    return who + (say(f"，{assist}协办", f", {assist} assist") if assist else "") + basis_of(ev.basis)


def _divided(s: Story, ev: e.Divided) -> str:
    kind = say(ev.kind.zh, ev.kind.value) if ev.kind is not None else ""
    about = " ".join(part for part in (kind, ev.category, ev.area) if part)
    return joined(say(f"拆单，另立工单 {ev.into}", f"divided: a part became order {ev.into}"), about)


def _reported(s: Story, ev: e.Reported) -> str:
    late = say("（已超期）", " (past its deadline)") if ev.late else ""
    return say(f"{ev.assignment} 阶段报告", f"stage report of {ev.assignment}") + late + because(ev.reason)


def _adjudicated(s: Story, ev: e.Adjudicated) -> str:
    words = {
        "uphold": ("异议成立，重新派单", "objection upheld"),
        "reassign": ("改派", "reassigned"),
        "backstop": ("属地兜底", "left to the government of the area"),
    }
    zh, en = words.get(ev.decision, ("指定承办", "designated"))
    return say(f"裁定：{zh}", f"adjudicated: {en}") + basis_of(ev.basis)


def _replied(s: Story, ev: e.Replied) -> str:
    solved = {True: ("已解决", "solved"), False: ("未解决", "unsolved"), None: ("", "")}[ev.solved]
    what = say("答复", "replied") if ev.final else say("向派单单位反馈", "reported back to the unit that asked")
    return joined(what, say(*solved), *form_told(ev.form)) + because(ev.reason)


def _reviewed(s: Story, ev: e.Reviewed) -> str:
    verdict = say("审核通过", "reply passed") if ev.passed else say("审核退回", "reply sent back")
    return verdict + because(ev.reason)


def _followed_up(s: Story, ev: e.FollowedUp) -> str:
    solved = {True: ("认为已解决", "says solved"), False: ("认为未解决", "says unsolved"), None: ("", "")}[ev.solved]
    return joined(
        say(f"第 {ev.attempt} 次回访", f"follow-up {ev.attempt}")
        + say("：", ": ")
        + say(*_OUTCOMES.get(ev.outcome, (ev.outcome,) * 2)),
        say(*solved),
        s.level(ev.satisfied),
        say("态度", "manner ") + s.level(ev.attitude) if ev.attitude else "",
        say(f"并入工单 {ev.caller} 的诉求人", f"the requester of {ev.caller}") if ev.caller else "",
    )


def _moved(s: Story, ev: e.DeadlineMoved) -> str:
    whose = (
        say("群众时限", "the citizen's deadline")
        if ev.clock == "citizen"
        else say(f"{ev.clock} 的时限", f"the deadline of {ev.clock}")
    )
    why = say(*_MOVES.get(ev.reason, (ev.reason,) * 2)) + (say(f"，{ev.source}", f", {ev.source}") if ev.source else "")
    return say(f"{whose}变更（{why}）：", f"{whose} moved ({why}): ") + s.due(ev.deadline, ev.reason == "extended")


def _overdue(s: Story, ev: e.FellOverdue) -> str:
    whose = say("群众时限", "the citizen's clock") if ev.clock == "citizen" else f"{s.unit(ev.unit)} {ev.clock}"
    if ev.clock.startswith("tell:"):
        whose = s.unit(ev.unit) + say("：", ": ") + in_time.duty(ev.clock.removeprefix("tell:"))
    if ev.rung != "overdue":
        zh = next((one.zh for one in s._policy.ladder if one.code == ev.rung), ev.rung)
        return say(f"{whose}到达督办一级：{zh}", f"{whose} reached the rung {ev.rung}")
    stage = say(ev.stage.zh, ev.stage.value)
    return say(
        f"{whose}{stage}超期，应于 {when(ev.due)} 前", f"{whose}: {stage} overdue, was due before {when(ev.due)}"
    )


def _flagged(s: Story, ev: e.Flagged) -> str:
    trigger = ev.trigger.split(".")[0]
    times = say(f"，第 {ev.count} 次", f", time {ev.count}") if ev.count > 1 else ""
    what = say(f"认定督办情形：{TRIGGERS.get(trigger, trigger)}", f"ground for supervision: {trigger}")
    return what + times + because(ev.reason)


def _until(s: Story, until: datetime) -> str:
    return say(f"挂账至 {when(until)}", f"deferred until {when(until)}")


def _named(table: Mapping[str, Two], code: str) -> str:
    return say(*table.get(code, (code, code)))


def _connected(s: Story, ev: e.Connected) -> str:
    return say("转接", "put through to ") + _named(_HOW, ev.how) + (f" {ev.to}" if ev.to else "")


def _referred(s: Story, ev: e.Referred) -> str:
    return say("转出：", "referred ") + _named(_ROUTES, ev.route) + (f" {ev.to}" if ev.to else "") + basis_of(ev.basis)


def _declined(s: Story, ev: e.Declined) -> str:
    return joined(declined(ev) + because(ev.reason) + basis_of(ev.basis), half(ev.told))


def _answered(s: Story, ev: e.Answered) -> str:
    earlier = f" {ev.source}" if ev.how in ("progress", "result", "knowledge") and ev.source else ""
    return say("直接答复，来自", "answered at once, from ") + _named(_HOW, ev.how) + earlier


def _reclassified(s: Story, ev: e.Reclassified) -> str:
    what = say(f"改归 {ev.kind.zh} {ev.category}", f"reclassified as {ev.kind.value} {ev.category}")
    return what + because(ev.reason)


def _asked(s: Story, ev: e.ExtensionAsked) -> str:
    return say(f"申请延期 {ev.amount.zh}", f"asked for {ev.amount.en} more") + because(ev.reason)


def _urged(s: Story, ev: e.Urged) -> str:
    by = say(f"，跟进专人 {ev.person}", f", followed up by {ev.person}") if ev.person else ""
    return say(f"催办{s.unit(ev.unit)}", f"urged {s.unit(ev.unit)}") + by + because(ev.reason)


def _judged(s: Story, ev: e.Judged) -> str:
    told = (
        say("认定不满意合理", "judged reasonable") if ev.reasonable else say("认定不满意不合理", "judged unreasonable")
    )
    return told + because(ev.reason) + basis_of(ev.basis)


def _rated(s: Story, ev: e.Rated) -> str:
    contact = say("差评，须联系，", "a bad rating, contact ") + s.due(ev.contact) if ev.contact is not None else ""
    return joined(say("评价：", "rated: ") + s.level(ev.level), contact)


_Tell = Callable[[Story, Any], str]
_TELL: dict[type[e.Event], _Tell] = {
    e.Received: _received,
    e.Accepted: accepted,
    e.Answered: _answered,
    e.Connected: _connected,
    e.Referred: _referred,
    e.Declined: _declined,
    e.Merged: lambda s, ev: say(f"并入 {ev.into}", f"merged into {ev.into}") + because(ev.reason),
    e.Dispatched: _dispatched,
    e.Assisted: _assisted,
    e.Signed: lambda s, ev: joined(say("签收", "signed"), s.due(ev.handle)),
    e.SentBack: _sent_back,
    e.Adjudicated: _adjudicated,
    e.Adopted: lambda s, ev: say(f"接收 {ev.system} 在办工单 {ev.number}", f"adopted {ev.number} of {ev.system}"),
    e.Escalated: _escalated,
    e.Consulted: _consulted,
    e.Concluded: _concluded,
    e.Divided: _divided,
    e.Reported: _reported,
    e.Recalled: lambda s, ev: say("撤回派单", "recalled") + because(ev.reason),
    e.Reclassified: _reclassified,
    e.Replied: _replied,
    e.Reviewed: _reviewed,
    e.FollowedUp: _followed_up,
    e.Judged: _judged,
    e.Rated: _rated,
    e.Reopened: lambda s, ev: say(f"第 {ev.count} 次重办", f"reopened, time {ev.count}") + because(ev.reason),
    e.ExtensionAsked: _asked,
    e.Extended: lambda s, ev: say(f"准予延期 {ev.amount.zh}", f"granted {ev.amount.en} more") + basis_of(ev.basis),
    e.ExtensionRefused: lambda s, ev: say("不予延期", "extension refused") + because(ev.reason),
    e.Deferred: lambda s, ev: _until(s, ev.until) + because(ev.reason) + basis_of(ev.basis),
    e.DeadlineMoved: _moved,
    e.FellOverdue: _overdue,
    e.Urged: _urged,
    e.Supervised: lambda s, ev: s.rung(ev) + basis_of(ev.basis),
    e.Flagged: _flagged,
    e.Withdrawn: lambda s, ev: say("撤诉", "withdrawn") + because(ev.reason),
    e.Terminated: lambda s, ev: say("终止办理", "terminated") + because(ev.reason) + basis_of(ev.basis),
    e.TerminationAsked: lambda s, ev: (
        say("申请终止办理", "asked to terminate") + because(ev.reason) + basis_of(ev.basis)
    ),
    e.TerminationRefused: lambda s, ev: say("不予终止", "not terminated") + because(ev.reason),
    e.Voided: lambda s, ev: say("作废", "void") + because(ev.reason),
    e.Closed: lambda s, ev: say("办结", "closed") + because(ev.reason, _ENDS),
    e.Archived: lambda s, ev: say("归档", "archived"),
    **TELL,
    **in_time.TELL,
}
