"""A running order from another system (接收在办工单): its document is read whole, and told every fault at once.

``docs/reference/adopting.md`` describes the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from .core.actor import Actor, Role
from .core.calendar import CST, local
from .core.commands import Receive
from .core.decide import decide
from .core.errors import CommandError, Fault, HotlineError, RequestError
from .core.events import Adopted, Event
from .core.events.adoption import Taken
from .core.order import Status
from .core.policy import LimitRule, Policy
from .core.refs import Origin, Ref
from .core.request import Kind, Request, Requester, Urgency
from .core.sla import Deadline, Stage, TimeLimit

T = TypeVar("T")
STATUSES = ("accepted", "dispatched", "signed", "disputed", "replied", "reviewed", "following-up", "closed")
HELD = frozenset({Status.DISPATCHED, Status.SIGNED, Status.REPLIED})
COUNTS = ("sent_back", "reopened", "extended", "urged")
_TOP = ("system", "number", "day", "status", "kind", "category", "area", "urgency", "request", "citizen",
        "assignments", "solved", *COUNTS)  # fmt: skip
_ASKED = ("received", "title", "text", "requester", "address", "channel", "anonymous", "confidential", "wants_reply")
_DESK = ("unit", "role", "opened", "sign", "handle", "signed", "replied", "closed", "why", "designated", "under")
_CLOCK = ("due", "started", "used")
_WHO = ("name", "phone", "id")


class Document(NamedTuple):
    """A running order as its document tells it (在办工单资料)."""

    system: str
    number: str
    day: date
    status: Status
    request: Request
    kind: Kind
    category: str
    area: str
    urgency: Urgency
    assignments: tuple[Taken, ...]
    citizen: Deadline | None
    solved: bool | None
    counts: Mapping[str, int]


class _Reader:
    """Reads values out of a document, noting what is wrong with each instead of stopping at the first."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self.policy = policy
        self.now = now
        self.faults: list[Fault] = []

    def fault(self, key: str, zh: str, en: str, code: str = "bad-value") -> None:
        self.faults.append(Fault(code, zh, en, key=key))

    def table(self, value: Any, key: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        """Return *value* as an object of *known* names; any other name is a fault."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(key, "应是对象", "must be an object", "wrong-type")
            return {}
        for name in value:
            if name not in known:
                self.fault(f"{key}.{name}".lstrip("."), "不认识的键", "an unknown key", "unknown-key")
        return value

    def text(self, said: Mapping[str, Any], key: str, at: str = "", required: bool = False) -> str:
        value = said.get(key, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.fault(f"{at}{key}", "应是文字" + ("，不能空" if required else ""), "must be a text", "wrong-type")
            return ""
        return value

    def flag(self, said: Mapping[str, Any], key: str, default: T, at: str = "") -> bool | T:
        value = said.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(f"{at}{key}", "应是 true 或 false", "must be true or false", "wrong-type")
            return default
        return value

    def count(self, said: Mapping[str, Any], key: str) -> int:
        value = said.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.fault(key, "应是不小于 0 的整数", "must be a whole number from 0 up", "bad-count")
            return 0
        return value

    def read(self, said: Mapping[str, Any], key: str, how: Callable[[str], T], at: str = "") -> T | None:
        """Return the value read by *how*; ``None`` where it is not said or cannot be read."""
        value = said.get(key)
        if value is None or value == "":
            return None
        try:
            return how(value)
        except (HotlineError, ValueError, TypeError, KeyError):
            self.fault(f"{at}{key}", f"「{value}」无法识别", f"{value!r} cannot be read")
            return None

    def past(self, said: Mapping[str, Any], key: str, at: str = "") -> datetime | None:
        """Return an instant that has been; what lies ahead has not happened."""
        found = self.read(said, key, _instant, at)
        if found is not None and found > self.now:
            self.fault(f"{at}{key}", "晚于接收时刻", "lies after it is taken over", "not-yet")
        return found

    def clock(self, value: Any, key: str, start: datetime | None, rule: LimitRule | None) -> Deadline | None:
        """Return a deadline: as said, or by the policy from its start, or with what had been used taken off."""
        said = {"due": value} if isinstance(value, str) else self.table(value, key, _CLOCK)
        due = self.read(said, "due", _end, f"{key}.")
        start = self.past(said, "started", f"{key}.") or start
        used = self.read(said, "used", TimeLimit.parse, f"{key}.")
        if start is None:
            return None
        if due is not None:
            day = (local(due) - timedelta(microseconds=1)).date()
            basis = "原系统所定 / as the other system set it"
            digest = self.policy.calendar.digest
            return Deadline(local(due), day, False, day, day, None, local(start), digest, basis)
        limit = rule.limit if rule is not None else None
        if used is not None and limit is not None and rule is not None:
            if used.unit is not limit.unit or used.amount >= limit.amount:
                zh, en = f"应以 {limit} 的单位计，且少于它", f"must be in the unit of {limit} and less than that"
                self.fault(f"{key}.used", zh, en, "bad-used")
                return None
            left = TimeLimit(limit.amount - used.amount, limit.unit)
            return self.policy.after(left, self.now, rule.basis)
        return self.policy.by_rule(rule, start)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def _end(text: str) -> datetime:
    """Return the first instant that is too late: a day ends with its last moment."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(), CST) + timedelta(days=1)
    return _instant(text)


def read_document(document: Any, policy: Policy, now: datetime) -> Document:
    """Read the document of a running order (读在办工单).

    Raises:
        RequestError: ``bad-adoption``, with every fault at once, in ``facts["faults"]`` too.
    """
    r = _Reader(policy, now)
    said = r.table(document, "", _TOP)
    if not isinstance(document, dict):
        raise _bad(r.faults)
    system, number = r.text(said, "system", required=True), r.text(said, "number", required=True)
    known: dict[str, Status] = {}
    for each in Status:
        if each.value in STATUSES:
            known |= {each.value: each, each.zh: each}
    status = r.read(said, "status", known.__getitem__)
    if "status" not in said:
        r.fault("status", "缺少", "is missing", "missing-key")
    request = _request(r, said)
    kind = r.read(said, "kind", Kind.parse) or policy.flow.default_kind
    category, area = r.text(said, "category"), r.text(said, "area")
    urgency = r.read(said, "urgency", Urgency) or Urgency.NORMAL
    rules = {
        stage: policy.limit(stage, kind, category, urgency, request.channel if request is not None else "")
        for stage in (Stage.SIGN, Stage.HANDLE)
    }
    desks = _desks(r, said.get("assignments", []), rules)
    citizen = None
    if request is not None and (desks or "citizen" in said):
        rule = rules[Stage.HANDLE]
        late = desks and not (rule is not None and rule.start == "received")
        start = desks[0].opened if late else request.received
        citizen = r.clock(said.get("citizen"), "citizen", start, rule)
    solved = r.flag(said, "solved", None)
    counts = {key: r.count(said, key) for key in COUNTS}
    day = r.read(said, "day", date.fromisoformat) or local(now).date()
    if status is not None:
        _fits(r, status, desks)
    if r.faults or status is None or request is None:
        raise _bad(r.faults)
    back = sum(one.role == "lead" and one.why == "sent-back" for one in desks)
    counts["sent_back"] = max(counts["sent_back"], back)
    return Document(system, number, day, status, request, kind, category, area, urgency, desks, citizen, solved, counts)


def taken_over(
    policy: Policy, found: Document, place: str, number: str, by: Actor, at: datetime, ref: Ref | None
) -> tuple[Event, ...]:
    """Return what taking it over makes happen (接收事件): it is received, with where it comes from, and lives on.

    Raises:
        CommandError: ``not-permitted``: only the hotline's own may take over what others have begun.
    """
    if not by.roles & {Role.ADMIN, Role.SYSTEM}:
        raise CommandError(
            f"{by} 无权接收在办工单",
            f"{by} may not adopt a running order",
            code="not-permitted",
            hint="有权的角色：热线管理员（admin）、系统（system）",
            hint_en="roles that may: admin, system",
        )
    origin = Origin(found.system, found.number)
    opening = Receive(by, found.request, place, number, origin, None)
    adopted = Adopted(
        at,
        by,
        found.system,
        found.number,
        found.day,
        found.status,
        found.kind,
        found.category,
        found.area,
        found.urgency,
        found.assignments,
        found.citizen,
        found.solved,
        found.counts["sent_back"],
        found.counts["reopened"],
        found.counts["extended"],
        found.counts["urged"],
    )
    return (*decide(policy, None, opening, at, ref), adopted)


def _request(r: _Reader, said: Mapping[str, Any]) -> Request | None:
    asked = r.table(said.get("request"), "request", _ASKED)
    who = r.table(asked.get("requester"), "request.requester", _WHO)
    received = r.past(asked, "received", "request.")
    if not asked.get("received"):
        r.fault("request.received", "缺少", "is missing", "missing-key")
    texts = {key: r.text(asked, key, "request.") for key in ("title", "text", "address", "channel")}
    anonymous, confidential = (bool(r.flag(asked, key, False, "request.")) for key in ("anonymous", "confidential"))
    wants = bool(r.flag(asked, "wants_reply", True, "request."))
    person = Requester(**{key: r.text(who, key, "request.requester.") for key in _WHO})
    if received is None:
        return None
    return Request(
        received,
        texts["title"],
        texts["text"],
        person,
        category=r.text(said, "category"),
        area=r.text(said, "area"),
        address=texts["address"],
        channel=texts["channel"] or "transfer",
        anonymous=anonymous,
        confidential=confidential,
        wants_reply=wants,
    )


def _desks(r: _Reader, listed: Any, rules: Mapping[Stage, LimitRule | None]) -> tuple[Taken, ...]:
    if not isinstance(listed, list):
        r.fault("assignments", "应是列表", "must be a list", "wrong-type")
        return ()
    found = []
    for n, one in enumerate(listed, start=1):
        desk = _desk(r, one, n, rules)
        if desk is not None:
            found.append(desk)
    return tuple(found)


def _desk(r: _Reader, one: Any, n: int, rules: Mapping[Stage, LimitRule | None]) -> Taken | None:
    key = f"assignments[{n}]"
    at = f"{key}."
    said = r.table(one, key, _DESK)
    unit = r.text(said, "unit", at, required=True)
    if unit and r.policy.routes is not None:
        r.read(said, "unit", r.policy.routes.unit, at)
    role = r.text(said, "role", at) or "lead"
    if role not in ("lead", "assist", "copy"):
        r.fault(f"{at}role", f"没有角色「{role}」", f"there is no role {role!r}")
    opened = r.past(said, "opened", at)
    if not said.get("opened"):
        r.fault(f"{at}opened", "缺少", "is missing", "missing-key")
    signed, replied, closed = (r.past(said, name, at) for name in ("signed", "replied", "closed"))
    under = said.get("under")
    if under is not None and (type(under) is not int or not 1 <= under < n):
        r.fault(f"{at}under", "应是前面某项承办的序号", "must be the number of an assignment before it")
        under = None
    for name, when in (("signed", signed), ("replied", replied), ("closed", closed)):
        if opened is not None and when is not None and when < opened:
            r.fault(f"{at}{name}", "早于派单时刻", "is before it was handed over", "out-of-order")
    why = r.text(said, "why", at) or ("replied" if closed is not None else "")
    sign = handle = None
    if role != "copy" and opened is not None:
        handle = r.clock(said.get("handle"), f"{at}handle", opened, rules[Stage.HANDLE])
        if "sign" in said or (signed is None and r.policy.flow.sign and rules[Stage.SIGN] is not None):
            sign = r.clock(said.get("sign"), f"{at}sign", opened, rules[Stage.SIGN])
    if opened is None:
        return None
    designated = bool(r.flag(said, "designated", False, at))
    parent = f"A{under}" if under else ""
    return Taken(f"A{n}", parent, unit, role, opened, designated, sign, handle, signed, replied, closed, why)


def _fits(r: _Reader, status: Status, desks: tuple[Taken, ...]) -> None:
    """Note where the status and the assignments contradict one another."""
    leads = [one for one in desks if one.role == "lead" and one.closed is None]
    if status in HELD and not leads:
        r.fault("assignments", f"「{status.zh}」须有未结束的主办", f"{status.value} needs an open lead", "no-lead")
    if status not in HELD and any(one.closed is None for one in desks):
        zh, en = f"「{status.zh}」不应有未结束的承办", f"{status.value} has no open assignments"
        r.fault("assignments", zh, en, "open-desk")
    if any(below.parent != above.id for above, below in pairwise(leads)):
        r.fault("assignments", "同时有两个主办", "two units lead at once", "two-leads")
    if status is Status.DISPUTED and not any(one.why == "sent-back" for one in desks):
        r.fault("assignments", "争议须有退单的承办", "a dispute needs who sent it back", "no-dispute")
    answered = any(one.role == "lead" and one.replied is not None for one in desks)
    if status in (Status.REPLIED, Status.REVIEWED, Status.FOLLOWING_UP) and not answered:
        r.fault("assignments", "须有已答复的主办", "needs a lead that has replied", "no-reply")
    if status is Status.SIGNED and leads and leads[-1].signed is None:
        r.fault("assignments", "办理中的主办须有签收时刻", "a lead at work has signed", "not-signed")


def _bad(faults: list[Fault]) -> RequestError:
    return RequestError(
        f"在办工单资料有 {len(faults)} 处错误：" + "；".join(fault.text("zh") for fault in faults),
        f"the document of a running order has {len(faults)} fault(s): " + "; ".join(f.text("en") for f in faults),
        code="bad-adoption",
        hint="逐项改正后重新接收；格式见 docs/reference/adopting.md",
        hint_en="mend them and adopt it again; docs/reference/adopting.md has the format",
        faults=tuple(faults),
    )
