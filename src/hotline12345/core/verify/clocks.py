"""Limits that cannot be kept together (时限可行性): stages, windows and extensions against what they must fit into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ..errors import CalendarError, Fault
from ..policy import LimitRule, Policy
from ..sla import Stage, TimeLimit, Unit
from .base import example, found, outlasts, starts
from .limits import name_of

CODES = {
    "start-without-sign": ("从签收起算，却没有签收时限", "a clock starts at signing, but signing has no limit"),
    "sign-past-handle": ("签收时限不短于办理时限", "the sign limit is no shorter than the handling limit"),
    "infeasible-chain": (
        "办理之前的各环节已用完诉求人的时限",
        "the stages before handling use up the requester's whole limit",
    ),
    "contact-past-handle": ("先行联系的时限不短于办理时限", "first contact may come no sooner than the reply"),
    "review-past-handle": (
        "审核时限不短于办理时限，退回后已无时间",
        "the review may take as long as the handling: a reply sent back could not be mended in time",
    ),
    "window-past-handle": (
        "退单期限不短于办理时限，超期后还能退",
        "an order may be sent back when it is overdue already",
    ),
    "impossible-extension": ("任何延期申请都会被拒", "whatever extension is asked for is refused"),
    "extension-past-original": (
        "单次延期可以长过原时限，却又规定不得超过",
        "the longest extension exceeds the original limit that caps it",
    ),
    "extension-past-statute": (
        "法定时限没有说可以延长，本地规定却可以延",
        "a law's limit that gives no extension, where the place's own rule would extend it",
    ),
    "hours-as-days": ("工作小时像是按一天二十四小时折算的", "working hours that look like days of twenty-four hours"),
    "no-working-day": ("日历里有一整段没有工作日", "the calendar has a stretch without any working day"),
    "uncountable-limit": ("按本地日历算不出到期日", "a limit ends nowhere by the place's own calendar"),
}
_HANDLE = "缩短它，或放宽办理时限 / shorten it, or give longer to handle"


def _before(policy: Policy, rule: LimitRule, stage: Stage) -> TimeLimit | None:
    """Return the limit of *stage* for what *rule* is about, where the step is used."""
    if stage is Stage.SIGN and not policy.flow.sign:
        return None
    other = policy.limit(stage, rule.kind, rule.category, rule.urgency, rule.channel, rule.level, rule.line)
    return other.limit if other is not None else None


def _handling(policy: Policy) -> Iterator[LimitRule]:
    yield from (rule for rule in policy.limits if rule.stage is Stage.HANDLE)


def signing(policy: Policy) -> Iterator[Fault]:
    """Find clocks that wait for a signature nobody need give."""
    for rule in _handling(policy):
        if rule.start == "signed" and _before(policy, rule, Stage.SIGN) is None:
            zh = "从签收起算，却没有签收时限：不签收就不计时"
            en = "it starts at signing, which has no limit: never signed, never due"
            hint = '补 [[limit]] stage = "签收"，或改 start / add a limit for signing, or change start'
            yield found(
                "start-without-sign",
                f"「{name_of(rule)}」{zh}",
                f"{name_of(rule)!r}: {en}",
                "limit",
                name_of(rule),
                hint,
            )


def beside(policy: Policy) -> Iterator[Fault]:
    """Find signing, first contact and review that take no less than the handling they are part of."""
    for rule in _handling(policy):
        if rule.limit is None:
            continue
        for stage, code in (
            (Stage.SIGN, "sign-past-handle"),
            (Stage.CONTACT, "contact-past-handle"),
            (Stage.REVIEW, "review-past-handle"),
        ):
            limit = _before(policy, rule, stage)
            if limit is None or (stage is Stage.REVIEW and not policy.flow.review):
                continue
            if stage is Stage.SIGN and rule.start == "signed":
                continue  # handling has not begun
            start = outlasts(policy, (limit,), rule.limit)
            if start is not None:
                such_zh, such_en = example(policy, (limit,), rule.limit, start)
                zh = f"{stage.zh} {limit.zh} 不短于「{name_of(rule)}」{such_zh}"
                en = f"{stage.value}, {limit.en}, is no shorter than {name_of(rule)!r}{such_en}"
                yield found(code, zh, en, "limit", name_of(rule), _HANDLE)


def chain(policy: Policy) -> Iterator[Fault]:
    """Find limits from receipt that are used up before any unit begins: dispatching and signing come first."""
    for rule in _handling(policy):
        if rule.limit is None or rule.start != "received":
            continue
        stages = tuple(
            limit for stage in (Stage.DISPATCH, Stage.SIGN) if (limit := _before(policy, rule, stage)) is not None
        )
        start = outlasts(policy, stages, rule.limit) if len(stages) > 1 or _dispatch_only(policy, rule) else None
        if start is not None:
            such_zh, such_en = example(policy, stages, rule.limit, start)
            sums_zh, sums_en = " + ".join(one.zh for one in stages), " + ".join(one.en for one in stages)
            zh = f"「{name_of(rule)}」从收件起算，派单、签收 {sums_zh} 已用完{such_zh}"
            en = f"{name_of(rule)!r} counts from receipt; dispatching and signing, {sums_en}, use it up{such_en}"
            yield found("infeasible-chain", zh, en, "limit", name_of(rule), _HANDLE, "error")


def _dispatch_only(policy: Policy, rule: LimitRule) -> bool:
    """Whether dispatching alone comes before handling; signing alone is told as ``sign-past-handle``."""
    return _before(policy, rule, Stage.DISPATCH) is not None


def windows(policy: Policy) -> Iterator[Fault]:
    """Find a window to send back that outlasts the handling limit."""
    window = policy.send_back.window
    for rule in _handling(policy):
        start = outlasts(policy, (window,), rule.limit) if window is not None and rule.limit is not None else None
        if start is not None and window is not None and rule.limit is not None:
            such_zh, such_en = example(policy, (window,), rule.limit, start)
            zh = f"退单期限 {window.zh} 不短于「{name_of(rule)}」{such_zh}"
            en = f"the window to send back, {window.en}, is no shorter than {name_of(rule)!r}{such_en}"
            yield found("window-past-handle", zh, en, "send_back", "window", "缩短退单期限 / shorten the window")


def extensions(policy: Policy) -> Iterator[Fault]:
    """Find extensions that cannot be had for any limit, and a cap that is never reached."""
    rule = policy.extension
    limits = [(one, one.limit) for one in _handling(policy) if one.limit is not None and one.extension is None]
    if rule.most == 0 or not limits:
        return
    why = [_never(policy, limit) for _, limit in limits]
    if all(why):
        zh, en = next(one for one in why if one is not None)
        such = name_of(limits[0][0])
        hint = "改用同一单位，或放宽上限 / use one unit, or loosen a cap"
        yield found(
            "impossible-extension", f"如「{such}」：{zh}", f"{such!r}, say: {en}", "extension", "", hint, "error"
        )
    elif rule.longest is not None and rule.up_to_original:
        most = rule.longest
        if all(limit.unit is not most.unit or limit.amount < most.amount for _, limit in limits):
            such = name_of(limits[0][0])
            zh = f"延期最长 {most.zh}，却长过每一条原时限，如「{such}」：这个上限永远用不上"
            en = f"the longest extension, {most.en}, exceeds every original limit, such as {such!r}"
            hint = "缩短 longest，或去掉 up_to_original / shorten it, or drop up_to_original"
            yield found("extension-past-original", zh, en, "extension", "longest", hint)


def _never(policy: Policy, limit: TimeLimit) -> tuple[str, str] | None:
    """Return why *limit* can never be extended, whatever is asked for and however early."""
    rule = policy.extension
    caps = [cap for cap in (rule.longest, limit if rule.up_to_original else None) if cap is not None]
    least = rule.fixed or TimeLimit(1, (caps or [limit])[0].unit)
    for cap in caps:
        if cap.unit is not least.unit or cap.amount < least.amount:
            return f"每次 {least.zh} 起，上限却是 {cap.zh}", f"it is {least.en} at least, but capped at {cap.en}"
    if rule.total is not None and (
        {rule.total.unit} != {limit.unit, least.unit} or limit.amount + least.amount > rule.total.amount
    ):
        return f"连同原时限最长 {rule.total.zh}，已无余地", f"with the limit it may be {rule.total.en} in all: no room"
    if rule.ask_before is not None and outlasts(policy, (rule.ask_before,), limit) is not None:
        return f"须提前 {rule.ask_before.zh} 申请，期限还没有这么长", f"it is asked {rule.ask_before.en} before expiry"
    return None


def statutes(policy: Policy) -> Iterator[Fault]:
    """Find limits a law sets without any extension, which the place's own rule would stretch."""
    rule = policy.extension
    if rule.most == 0 or (rule.most is None and rule.longest is None):
        return
    longest = rule.longest
    more_zh, more_en = (f"延 {longest.zh}", longest.en) if longest is not None else ("以延期", "an extension")
    for one in _handling(policy):
        if one.statute and one.limit is not None and one.extension is None:
            zh = f"「{name_of(one)}」是法定时限，没有说可以延长；本地规定可{more_zh}（{rule.basis}）"
            en = f"{name_of(one)!r} is set by law, without any extension; the place allows {more_en} ({rule.basis})"
            hint = "在这条时限写 extension，或核对法条 / give it its own `extension`, or look at the law again"
            yield found("extension-past-statute", zh, en, "limit", name_of(one), hint)


def hours(policy: Policy) -> Iterator[Fault]:
    """Find days written as working hours: 3 days written 72 became nine working days of eight hours."""
    for rule in policy.limits:
        if rule.limit is None or rule.limit.unit is not Unit.WORKING_HOURS or rule.limit.amount % 24:
            continue
        days = rule.limit.amount // 24
        zh = f"「{name_of(rule)}」：{rule.limit.zh}不是 {days} 个工作日，一天只有办公时段那几个小时"
        en = f"{name_of(rule)!r}: {rule.limit.en} are not {days} working days, which have office hours only"
        yield found("hours-as-days", zh, en, "limit", name_of(rule), f"{days}wd？ / {days}wd?")


def calendar(policy: Policy) -> Iterator[Fault]:
    """Find stretches without a working day, and limits that end nowhere."""
    last = policy.calendar.known_until
    first = date(last.year - 1, 1, 1)
    run, day = 0, first
    while day <= last:
        run = 0 if policy.calendar.is_workday(day) else run + 1
        if run == _TOO_LONG:
            zh = f"到 {day} 为止连续 {_TOO_LONG} 天没有工作日"
            en = f"no working day in the {_TOO_LONG} days up to {day}"
            hint = "检查日历增补中的 works / look at `works` in the calendar overlays"
            yield found("no-working-day", zh, en, "overlay", "", hint, "error")
            break
        day += timedelta(days=1)


_TOO_LONG = 31
"""Days of rest on end that no notice has ever given: in the winter of 2020 they were ten."""


def countable(policy: Policy) -> Iterator[Fault]:
    """Find limits that the place's own calendar cannot count, even from two years before it ends."""
    start = starts(policy)[0]
    for rule in policy.limits:
        if rule.limit is None:
            continue
        try:
            policy.by_rule(rule, start)
        except CalendarError as error:
            zh, en = f"「{name_of(rule)}」：{error.message('zh')}", f"{name_of(rule)!r}: {error.message('en')}"
            hint = "缩短时限，或补日历 / shorten it, or give the calendar more years"
            yield found("uncountable-limit", zh, en, "limit", name_of(rule), hint, "error")


CHECKS = (signing, beside, chain, windows, extensions, statutes, hours, calendar, countable)
