"""Reading ``deliver.toml`` (读取投递目的地), with every fault at once.

No secret stands in the file: keys, and addresses that hold a password, are named by environment variable or file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from errno import ENOENT
from pathlib import Path
from typing import Any

from ..core.actor import Actor
from ..core.calendar import CST
from ..core.errors import Fault, HotlineError, PolicyError, RequestError
from ..core.events import EVENTS
from ..core.request import Kind
from ..plugins import plugin
from ..view import PRIVATE, PURPOSES, UNIT_ROLES
from .destinations import GROUP, Destination, Wanted
from .envelope import OUTSIDE, QUIET
from .parking import Retry
from .protocol import Settings, Wrong
from .signing import key_of

_KEYS = (
    "name publisher url url_env url_file secret_env secret_file as purpose fields events kinds units areas place from "
    "retry options"
)
_COURSE = (
    "number place status open version holder kind category area urgency needs_person channel received anonymous "
    "confidential wants_reply line level follower lacks joined pack edition due_day at provisional earliest latest "
    "basis on_time problem divided deferred suspended statute must_tell contacted"
)
KEYS = frozenset(_KEYS.split())
VIEW_FIELDS = frozenset({*_COURSE.split(), *PRIVATE, "masked", "withheld"})
"""The fields a view has, as :func:`hotline12345.view.view` names them; a test holds them equal."""


def read_destinations(
    path: str | Path, environ: Mapping[str, str] | None = None, *, secrets: bool = True
) -> tuple[Destination, ...]:
    """Read ``deliver.toml`` (读取投递目的地).

    Args:
        environ: where secrets named by ``…_env`` are; the process's environment by default.
        secrets: resolve what stands in the environment and in files; without, destinations can be named and listed,
            and nothing sent.

    Raises:
        PolicyError: ``bad-destinations``, with every fault at once.
        RequestError: ``no-such-file``.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        why = "没有这个文件" if error.errno == ENOENT else error.strerror
        raise RequestError(
            f"打不开文件 {path}：{why}",
            f"cannot open {path}: {error.strerror}",
            code="no-such-file",
            hint="请核对路径与权限",
            hint_en="check the path and your permissions",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = Fault("toml-syntax", f"TOML 语法错误：{error}", f"broken TOML: {error}", file=str(path))
        raise _refused((fault,)) from error
    reading = _Reading(str(path), os.environ if environ is None else environ, secrets)
    found = tuple(reading.all(table))
    if reading.faults:
        raise _refused(tuple(reading.faults))
    return found


def _refused(faults: tuple[Fault, ...]) -> PolicyError:
    return PolicyError(
        f"投递目的地文件有 {len(faults)} 处错误",
        f"the file of destinations has {len(faults)} faults",
        faults=faults,
        code="bad-destinations",
    )


class _Reading:
    """One reading of the file: what was found, and every fault on the way."""

    def __init__(self, file: str, environ: Mapping[str, str], secrets: bool) -> None:
        self.file, self.environ, self.secrets = file, environ, secrets
        self.faults: list[Fault] = []
        self.where, self.before = "", 0

    def wrong(self, key: str, zh: str, en: str, code: str = "bad-value") -> None:
        self.faults.append(Fault(code, zh, en, file=self.file, table=self.where, key=key))

    def all(self, table: Mapping[str, Any]) -> Iterator[Destination]:
        for key in table.keys() - {"destination"}:
            self.wrong(key, "没有这个键", "there is no such key", "unknown-key")
        rows = table.get("destination", [])
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            self.wrong("destination", "至少要有一个 [[destination]]", "it takes at least one [[destination]]")
            return
        names: set[str] = set()
        for position, row in enumerate(rows, 1):
            name = row.get("name")
            self.where = f"destination {name if isinstance(name, str) and name else position}"
            self.before = len(self.faults)
            if name in names:
                self.wrong("name", f"名称「{name}」重复", f"{name!r} is named twice")
            made = self.one(row)
            names.add(made.name)
            if len(self.faults) == self.before:
                yield made

    def one(self, row: Mapping[str, Any]) -> Destination:
        for key in sorted(row.keys() - KEYS):
            self.wrong(key, "没有这个键", "there is no such key", "unknown-key")
        name = self.text(row, "name", needed=True)
        if name and not all(c.isalnum() or c in "-_." for c in name):
            self.wrong("name", "名称只用字母、数字、汉字和 - _ .", "a name is letters, digits and - _ . only")
        purpose = self.text(row, "purpose") or QUIET
        if purpose not in PURPOSES:
            self.wrong("purpose", f"用途只能是 {'、'.join(PURPOSES)}", f"a purpose is one of {', '.join(PURPOSES)}")
        publisher = self.text(row, "publisher", needed=True)
        settings = self.settings(row, purpose != QUIET)
        if publisher:
            self.sends(publisher, settings)
        fields, wanted, retry = self.texts(row, "fields"), self.wanted(row), self.retry(row)
        self.known("fields", fields, VIEW_FIELDS)
        return Destination(name, publisher, settings, self.actor(row), purpose, fields, wanted, retry)

    # ── whose view, and of what ──

    def actor(self, row: Mapping[str, Any]) -> Actor:
        said = self.text(row, "as", needed=True)
        try:
            actor = Actor.parse(said) if said else Actor()
        except RequestError as error:
            self.wrong("as", f"{error.zh}；{error.hint_zh}", f"{error.en}; {error.hint_en}")
            return Actor()
        if not actor.roles <= OUTSIDE:
            self.wrong("as", "诉求人不能作为投递目的地", "a requester cannot be a destination")
        if actor.roles & UNIT_ROLES and not actor.unit:
            self.wrong("as", "承办单位要写明是哪一个：handler@单位", "say which unit: handler@UNIT")
        return actor

    def wanted(self, row: Mapping[str, Any]) -> Wanted:
        events, kinds = self.texts(row, "events"), self.texts(row, "kinds")
        self.known("events", events, frozenset(EVENTS))
        self.known("kinds", kinds, frozenset(kind.value for kind in Kind))
        since = row.get("from")
        if isinstance(since, date) and not isinstance(since, datetime):
            since = datetime(since.year, since.month, since.day, tzinfo=CST)
        elif isinstance(since, datetime):
            since = since if since.tzinfo is not None else since.replace(tzinfo=CST)
        elif since is not None:
            self.wrong("from", "应为日期或时刻，不加引号", "must be a date or an instant, without quotes")
            since = None
        return Wanted(events, kinds, self.texts(row, "units"), self.texts(row, "areas"), self.text(row, "place"), since)

    def known(self, key: str, said: tuple[str, ...], there: frozenset[str]) -> None:
        for each in said:
            if each not in there:
                listed = "、".join(sorted(there))
                self.wrong(key, f"没有「{each}」；有：{listed}", f"there is no {each!r}; there are: {listed}")

    def retry(self, row: Mapping[str, Any]) -> Retry:
        said = self.table(row, "retry")
        kept: dict[str, Any] = {}
        for key, value in said.items():
            if key not in Retry._fields:
                self.wrong(f"retry.{key}", "没有这个键", "there is no such key", "unknown-key")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
                self.wrong(f"retry.{key}", "应为正数", "must be a positive number")
            elif key in ("attempts", "pause_after", "refused_after") and not isinstance(value, int):
                self.wrong(f"retry.{key}", "应为整数", "must be a whole number")
            else:
                kept[key] = value
        return Retry(**kept)

    # ── how ──

    def settings(self, row: Mapping[str, Any], private: bool) -> Settings:
        url, named = self.url(row)
        keys = [key for key in (self.key(*each) for each in self.sources(row, "secret")) if key is not None]
        return Settings(url, tuple(keys), self.table(row, "options"), private, named)

    def url(self, row: Mapping[str, Any]) -> tuple[str, bool]:
        there = [key for key in ("url", "url_env", "url_file") if key in row]
        if len(there) != 1:
            self.wrong("url", "url、url_env、url_file 要写一个，且只写一个", "give one of url, url_env, url_file")
            return "", False
        if there == ["url"]:
            return self.text(row, "url"), True
        found = [self.secret(*each) for each in self.sources(row, "url")]
        return found[0] if found and found[0] else "", False

    def key(self, key: str, source: str) -> bytes | None:
        said = self.secret(key, source)
        if not said:
            return None
        try:
            return key_of(said)
        except RequestError as error:
            self.wrong(key, f"{error.zh}；{error.hint_zh}", f"{error.en}; {error.hint_en}")
            return None

    def sources(self, row: Mapping[str, Any], what: str) -> list[tuple[str, str]]:
        """Return (key, name of variable or file) for each secret that is named; a list names several."""
        found = []
        for key in (f"{what}_env", f"{what}_file"):
            value = row.get(key)
            found += [
                (key, each) for each in ((self.text(row, key),) if isinstance(value, str) else self.texts(row, key))
            ]
        return found

    def secret(self, key: str, source: str) -> str:
        """Return what stands in the environment variable or the file *source*."""
        if not self.secrets:
            return ""
        if key.endswith("_env"):
            said = self.environ.get(source, "")
            if not said:
                self.wrong(
                    key, f"环境变量 {source} 没有设置", f"the environment variable {source} is not set", "no-secret"
                )
            return said
        try:
            return Path(source).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", "") or "?"
            self.wrong(key, f"读不了 {source}：{why}", f"cannot read {source}: {why}", "no-secret")
            return ""

    def sends(self, publisher: str, settings: Settings) -> None:
        """Ask the publisher itself what is wrong with its settings."""
        try:
            made = plugin(GROUP, publisher)
        except HotlineError as error:
            self.wrong("publisher", f"{error.zh}；{error.hint_zh}", f"{error.en}; {error.hint_en}", error.code)
            return
        if getattr(made, "api", None) != 1:
            self.wrong(
                "publisher", f"「{publisher}」不是 api = 1 的发布器", f"{publisher!r} is no publisher with api = 1"
            )
            return
        if self.secrets:
            # A secret that could not be read is told once, and not again as one that is not there.
            told = {fault.key.partition("_")[0] for fault in self.faults[self.before :]}
            wrongs: list[Wrong] = made.faults(settings)
            for wrong in wrongs:
                if wrong.key.partition("_")[0] not in told & {"url", "secret"}:
                    self.wrong(wrong.key, wrong.zh, wrong.en)

    # ── values ──

    def text(self, row: Mapping[str, Any], key: str, needed: bool = False) -> str:
        value: Any = row.get(key, "")
        if not isinstance(value, str):
            self.wrong(key, "应为文字", "must be text")
            return ""
        if needed and not value:
            self.wrong(key, "必须写明", "must be given")
        return str(value)

    def texts(self, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            self.wrong(key, "应为文字列表", "must be a list of texts")
            return ()
        return tuple(value)

    def table(self, row: Mapping[str, Any], key: str) -> dict[str, Any]:
        value: Any = row.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, f"应为表 [destination.{key}]", f"must be a table [destination.{key}]")
            return {}
        return dict(value)
