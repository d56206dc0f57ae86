"""What can go wrong, sorted by whose move it is next (错误).

::

    HotlineError
    ├── RequestError      the caller's input is at fault: mend it and send it again
    ├── CommandError      the order refuses this now: the message says who holds it and what is possible
    ├── Conflict          somebody was first: load the order again and decide anew
    ├── UnknownOrder      there is no such order in this place
    ├── PolicyError       a pack is at fault; ``.faults`` lists every fault at once
    ├── CalendarError     the calendar cannot answer (a naive time, a year out of reach, a bound hit)
    ├── PluginError       a plug-in is missing or broken
    └── StoreError        the store cannot do its work (locked, read-only, newer than this library)

Every error carries a stable ``code``, a message in Chinese and in English, a hint that says what
to do next, and ``status_hint`` for an HTTP host.  Anything else that escapes is a bug.
"""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import frozen


@frozen
class Fault:
    """One fault (错误项) in a file somebody wrote: where it is, what it is and what to do."""

    code: str
    zh: str
    en: str
    file: str = ""
    table: str = ""
    key: str = ""
    line: int = 0
    severity: str = "error"
    hint: str = ""

    def text(self, lang: str = "zh") -> str:
        """Return one line that names place, fault and remedy."""
        where = self.file + (f":{self.line}" if self.line else "")
        inside = " ".join(part for part in (f"[{self.table}]" if self.table else "", self.key) if part)
        head = " ".join(part for part in (where, inside) if part)
        body = self.zh if lang == "zh" else self.en
        zh, _, en = self.hint.partition(" / ")  # a hint may be in two halves, 中文 / English
        told = (zh if lang == "zh" else en) or self.hint
        tail = f" → {told}" if told else ""
        return f"{head}: {body} ({self.code}){tail}" if head else f"{body} ({self.code}){tail}"


class HotlineError(Exception):
    """The root of every error this library raises on purpose (热线错误)."""

    default_code: ClassVar[str] = "error"
    status_hint: ClassVar[int] = 500

    def __init__(self, zh: str, en: str, *, code: str = "", hint: str = "", hint_en: str = "", **facts: Any) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en
        self.code = code or self.default_code
        self.hint_zh = hint
        self.hint_en = hint_en or hint
        self.facts = facts

    def message(self, lang: str = "zh") -> str:
        """Return the message in *lang* (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en

    def hint(self, lang: str = "zh") -> str:
        """Return what to do next, in *lang*."""
        return self.hint_zh if lang == "zh" else self.hint_en

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Return ``{"code", "message", "hint"}``, the shape the CLI and HTTP hosts print."""
        return {"code": self.code, "message": self.message(lang), "hint": self.hint(lang)}

    def __str__(self) -> str:
        return f"{self.zh} / {self.en} ({self.code})"


class RequestError(HotlineError):
    """The caller's input is at fault (请求有误): mend it and send it again."""

    default_code = "bad-request"
    status_hint = 400


class CommandError(HotlineError):
    """The order refuses this command now (命令被拒); nothing has changed."""

    default_code = "not-possible-now"
    status_hint = 409


class Conflict(HotlineError):
    """Somebody was first (写入冲突): load the order again and decide anew."""

    default_code = "conflict"
    status_hint = 409


class UnknownOrder(HotlineError):
    """There is no such order in this place (工单不存在)."""

    default_code = "unknown-order"
    status_hint = 404


class PolicyError(HotlineError):
    """A policy pack is at fault (政策包有误); ``faults`` lists every fault at once."""

    default_code = "bad-policy"
    status_hint = 422

    def __init__(
        self, zh: str, en: str, *, faults: tuple[Fault, ...] = (), code: str = "", hint: str = "", hint_en: str = ""
    ) -> None:
        super().__init__(zh, en, code=code, hint=hint, hint_en=hint_en)
        self.faults = faults


class CalendarError(HotlineError):
    """The calendar cannot answer (日历无法回答)."""

    default_code = "calendar"
    status_hint = 422


class PluginError(HotlineError):
    """A plug-in is missing or broken (插件不可用)."""

    default_code = "plugin"
    status_hint = 500


class StoreError(HotlineError):
    """The store cannot do its work (存储不可用)."""

    default_code = "store"
    status_hint = 503
