"""What every built-in store refuses, and in which words (存储的共同规则)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from hotline12345.core.errors import Conflict, RequestError, StoreError

from .port import SCHEMA, Append, Head, Lease, Parked, Query

GROUPS = ("status", "kind", "category", "area", "holder")
"""The head fields that ``count`` can group by."""


def checked(batch: Sequence[Append]) -> tuple[Append, ...]:
    """Return *batch* as a tuple when each part of it is consistent in itself.

    Raises:
        StoreError: ``bad-append`` for gaps or strangers among the records, and half a character in what orders are
            found by; ``newer-schema`` for a record written in a schema this library does not know.
    """
    for append in batch:
        place, number, version, records, head, *_ = append
        for of, which, at, _, _, schema in records:
            version += 1
            if at != version or which != number or of != place:
                raise _inconsistent(append, f"record {of}/{which} version {at}")
            if schema > SCHEMA:
                raise newer(schema)
        if head[2] != version or head[1] != number or head[0] != place:
            raise _inconsistent(append, f"head {head.place}/{head.number} version {head.version}")
        if version < 1:
            raise _inconsistent(append, "no record")
        _refuse_no_text(append)
    return tuple(batch)


_TEXTS = tuple(name for name in Head._fields if name not in ("version", "open", "provisional", "desks"))
_SHORT = itemgetter(*(Head._fields.index(name) for name in _TEXTS))


def _refuse_no_text(append: Append) -> None:
    """Raise ``bad-append`` where what an order is found by holds half a character: few stores could keep that.

    Words and the content of records and private records are another matter: JSON has a way to write it.
    """
    _, _, _, records, head, private, key, fingerprint = append
    parts = [*_SHORT(head), key, fingerprint]
    for record in records:
        parts.append(record[3])
    for desk in head.desks:
        parts += desk
    for each in private:
        parts += (each.id, each.person)
    try:
        whole = "".join(parts)
        if not whole.isascii():
            whole.encode()
    except (UnicodeEncodeError, TypeError) as error:
        raise _no_text(append) from error


def _no_text(append: Append) -> StoreError:
    desks = [
        (f"desks[{i}].{name}", text) for i, d in enumerate(append.head.desks) for name, text in d._asdict().items()
    ]
    named = [
        *zip(_TEXTS, _SHORT(append.head), strict=True),
        ("key", append.key),
        ("fingerprint", append.fingerprint),
        *desks,
        *((f"records[{i}].kind", record.kind) for i, record in enumerate(append.records)),
        *((f"private[{i}].id", private.id) for i, private in enumerate(append.private)),
        *((f"private[{i}].person", private.person) for i, private in enumerate(append.private)),
    ]
    field, text = next((name, text) for name, text in named if not isinstance(text, str) or not _whole(text))
    said = ascii(text)
    number = shown(append.number).encode("utf-8", "backslashreplace").decode()
    return StoreError(
        f"写入工单 {number} 的 {field} 不是完整的文本（{said}），未写入任何内容",
        f"{field} of order {number} is no whole text ({said}); nothing was written",
        code="bad-append",
        hint="半个字符（不成对的代理码）来自截断或编码错误：请在收进来的地方改正或去掉；只有记录的内容里可以有",
        hint_en="half a character (a lone surrogate) comes of cutting a text or of a wrong encoding: mend or drop it "
        "where it comes in; only the content of records may have it",
        field=field,
    )


def _whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _inconsistent(append: Append, what: str) -> StoreError:
    return StoreError(
        f"写入 {append.place}/{append.number}（预期版本 {append.expected}）的内容前后不一致：{what}",
        f"the write to {append.place}/{append.number} at version {append.expected} contradicts itself: {what}",
        code="bad-append",
        hint="记录的地方、编号须与工单一致，版本须从预期版本起逐一递增，工单索引的版本等于最后一条记录的版本",
        hint_en="records carry the order's place and number, versions count on from expected, the head has the last",
    )


def newer(schema: int | str, known: int | str = SCHEMA) -> StoreError:
    """Return the refusal to write where a newer library has written; of tables, both are "layout.schema"."""
    return StoreError(
        f"存储由更新的版本写成（格式 {schema}，本库认识到 {known}），只可读，不可写",
        f"a newer library wrote this store (schema {schema}, this one knows {known}): it is not written to",
        code="newer-schema",
        hint="请升级 hotline12345 后再写入",
        hint_en="upgrade hotline12345 before you write",
        schema=schema,
    )


def half() -> StoreError:
    """Return the refusal of a store into which an import is under way, or was cut short."""
    return StoreError(
        "此存储的导入没有做完（正在导入，或上次导入中断）：内容不全，各读者的进度也未恢复，既不能读也不能写",
        "an import into this store is not finished (it is under way, or was cut short): what is there is not whole and "
        "no reader is where it was; it is neither read nor written",
        code="import-unfinished",
        hint="正在导入的请等它完成；已中断的，用同一个导出文件再执行一次 hotline12345 store import 文件 --store 地址 "
        "即可续完，或删掉这个存储（SQLite 的文件，服务器上的库或 schema）重新导入",
        hint_en="wait for one that is under way; one that was cut short is finished by running hotline12345 store "
        "import FILE --store URL again with the same export, or delete this store (SQLite's file, a server's database "
        "or schema) and begin anew",
    )


UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)
"""What reading a record raises that somebody has written over."""


def broken_record(rows: Iterable[tuple[str, str, Any, Any, int]]) -> StoreError:
    """Return the refusal to read the first of (place, number, version, data, position) whose data are no JSON."""
    place, number, version, position = "", "", 0, 0
    for place, number, version, data, position in rows:  # noqa: B007 - what it stopped at
        try:
            json.loads(data)
        except UNREADABLE:
            break
    return StoreError(
        f"记录 {place}/{number} v{version} 的内容无法读取：存储被改动或损坏",
        f"the record {place}/{number} v{version} cannot be read: the store was altered or is damaged",
        code="broken-record",
        hint="请运行 audit verify 查明各处，并从备份恢复",
        hint_en="audit verify finds every such record; restore from a backup",
        order=(place, number),
        version=version,
        position=position,
    )


def broken_head(place: str, number: str) -> StoreError:
    """Return the refusal to read a head that somebody has written over; records and private words are untouched."""
    return StoreError(
        f"工单 {place}/{number} 的索引无法读取：存储被改动或损坏",
        f"the head of order {place}/{number} cannot be read: the store was altered or is damaged",
        code="broken-head",
        hint="索引可由记录重算：先备份，再执行 hotline12345 store rebuild --store 地址",
        hint_en="heads are counted anew from the records: back up, then run hotline12345 store rebuild --store URL",
        order=(place, number),
    )


def read_private(place: str, number: str, identity: str, text: Any) -> Any:
    """Return what the private record *identity* of an order says.

    Raises:
        StoreError: ``broken-private`` for one that somebody has written over, or lost (``None``).
    """
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise TypeError(type(data).__name__)
    except UNREADABLE as error:
        raise broken_private(place, number, identity) from error
    return data


def broken_private(place: str, number: str, identity: str) -> StoreError:
    """Return the refusal to read a private record that somebody has written over."""
    return StoreError(
        f"工单 {place}/{number} 的隐私记录 {identity} 无法读取：存储被改动或损坏",
        f"the private record {identity} of order {place}/{number} cannot be read: the store was altered or is damaged",
        code="broken-private",
        hint="请从备份恢复这张工单的隐私记录；事件记录不受影响",
        hint_en="restore this order's private records from a backup; its events are not touched",
        order=(place, number),
    )


def several(broken: Sequence[StoreError], zh: str, en: str, code: str, hint: str, hint_en: str) -> StoreError:
    """Return one refusal that names every order that is *broken*, with what to do about each (``facts["broken"]``).

    Each of them has the order it is of in its ``facts``.
    """
    told = [("/".join(map(shown, each.facts["order"])), each) for each in broken]
    return StoreError(
        "\n".join([zh, *(f"{order}：{each.zh}（{each.code}；{each.hint_zh}）" for order, each in told)]),
        "\n".join([en, *(f"{order}: {each.en} ({each.code}; {each.hint_en})" for order, each in told)]),
        code=code,
        hint=hint,
        hint_en=hint_en,
        broken=tuple(broken),
    )


_SECRET = re.compile(r"(?<=[?&])([^=&]*(?:password|passwd|pwd)[^=&]*=)[^&]*", re.IGNORECASE)
_BARE = re.compile(r"[^:@]*@[^:/?@]*(:\d*)?[/?]")


def masked(url: str) -> str:
    """Return an address as it may be printed: without a password, however it is misspelt."""
    start = url.find("://") + 3 if "://" in url else 0
    user, _, secret = url[start:].partition(":")
    # A password itself may hold any of /?#@, and a name an @, as OceanBase's do (root@tenant).
    if "@" in secret and not _BARE.match(url[start:]):
        url = f"{url[:start]}{user}:***@{secret.rpartition('@')[2]}"
    return _SECRET.sub(r"\1***", url)


def shown(part: object) -> str:
    """Return *part* of an order's key as it can be told: what somebody has written over may be no text."""
    return part.decode("utf-8", "backslashreplace") if isinstance(part, bytes) else str(part)


def stale(append: Append, actual: int) -> Conflict:
    """Return the refusal of a write that expected another version."""
    where = f"{append.place}/{append.number}"
    return Conflict(
        f"工单 {where} 已是版本 {actual}，而本次写入以版本 {append.expected} 为准，未写入任何内容",
        f"order {where} is at version {actual}, the write expected {append.expected}; nothing was written",
        code="stale",
        hint="有人先写了：请重新读取工单，再作决定",
        hint_en="somebody was first: load the order again and decide anew",
        place=append.place,
        number=append.number,
        expected=append.expected,
        actual=actual,
    )


def key_reused(append: Append, number: str, version: int) -> Conflict:
    """Return the refusal of an idempotency key that came back with other content."""
    return Conflict(
        f"幂等键「{append.key}」已用于工单 {append.place}/{number}（版本 {version}），内容不同，未写入任何内容",
        f"the key {append.key!r} was used for {append.place}/{number} at version {version} with other content; "
        "nothing was written",
        code="key-reused",
        hint="同一请求请原样重发；新的请求请换一个键",
        hint_en="send the same request unchanged, or give a new request a new key",
        place=append.place,
        number=number,
        version=version,
    )


def closed() -> StoreError:
    """Return the error of a store used after ``close``."""
    return StoreError(
        "存储已关闭",
        "the store is closed",
        code="closed",
        hint="请重新打开存储；不要在 close() 之后使用它",
        hint_en="open the store again; nothing works after close()",
    )


def page_size(limit: int) -> int:
    """Return *limit* when it can be a page.

    Raises:
        RequestError: ``bad-limit`` when it is below one, since a page of none would never end.
    """
    if limit < 1:
        raise RequestError(
            f"每页至少一条，不能是 {limit}",
            f"a page has at least one row, not {limit}",
            code="bad-limit",
            hint="limit 用 1 以上的数",
            hint_en="give a limit of 1 or more",
        )
    return limit


def group(by: str) -> str:
    """Return *by* when heads can be counted by it.

    Raises:
        RequestError: ``bad-group``, with the fields there are.
    """
    if by and by not in GROUPS:
        raise RequestError(
            f"不能按「{by}」计数",
            f"cannot count by {by!r}",
            code="bad-group",
            hint="可用：" + "、".join(GROUPS),
            hint_en="there are: " + ", ".join(GROUPS),
        )
    return by


def under(path: str, prefix: str) -> bool:
    """Tell whether the category *path* is *prefix* or lies below it (城乡建设 holds 城乡建设/物业)."""
    return not prefix or path == prefix or path.startswith(prefix + "/")


def matches(head: Head, query: Query) -> bool:
    """Tell whether *head* matches every given field of *query*; the words of private records are not asked here."""
    q = query
    return not (
        (q.status is not None and head.status != q.status)
        or (q.open is not None and head.open != q.open)
        or (q.kind is not None and head.kind != q.kind)
        or (q.category is not None and not under(head.category, q.category.rstrip("/")))
        or (q.area is not None and not head.area.startswith(q.area))
        or (q.holder is not None and head.holder != q.holder)
        or (q.requester is not None and head.requester != q.requester)
        or not _at_desk(head, q)
        or (q.due_before is not None and not ("" < head.due < q.due_before))
        or (q.provisional is not None and head.provisional != q.provisional)
        or (q.not_digest is not None and not (head.digest and head.digest != q.not_digest))
        or (q.digest is not None and head.digest != q.digest)
        or (q.changed_since is not None and head.changed < q.changed_since)
    )


def _at_desk(head: Head, q: Query) -> bool:
    if q.unit is None and q.role is None and q.desk_due_before is None:
        return True
    return any(
        (q.unit is None or desk.unit == q.unit)
        and (q.role is None or desk.role == q.role)
        and (q.desk_due_before is None or "" < desk.due < q.desk_due_before)
        for desk in head.desks
    )


def to_deliver(parked: Parked, due: str | None, dead: bool | None) -> bool:
    """Tell whether *parked* is asked for: to be tried again by *due*, and a dead letter or not."""
    return (due is None or "" < parked.retry <= due) and (dead is None or dead == (parked.retry == ""))


def lease_lost(lease: Lease) -> Conflict:
    """Return the refusal of who writes, or goes on, under a lease that is not theirs any more."""
    return Conflict(
        f"「{lease.name}」的租约（{lease.owner}，第 {lease.token} 号）已到期或已归他人，未写入任何内容",
        f"the lease of {lease.owner!r} on {lease.name!r} (token {lease.token}) has expired or is somebody else's; "
        "nothing was written",
        code="lease-lost",
        hint="放下手头的事，重新取得租约后再做",
        hint_en="drop what you were doing, take the lease again, then do it",
        name=lease.name,
        owner=lease.owner,
        token=lease.token,
    )
