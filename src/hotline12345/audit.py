"""Has anybody tampered with the log? (校验链审计): every link counted anew, and anchors kept outside the database.

A store that keeps a chain gives each record a link over the link before it and its own content.  Whoever can write
the database can count a chain anew; so once a day the last link of each order that changed goes into a file that is
only appended to and kept elsewhere.  Its seals are chained as well, and one printed or sent away vouches for all
before it.  Nothing private is in it: anchors stay valid after ``forget``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from errno import ENOENT
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from .core.errors import Fault, RequestError, StoreError
from .core.refs import Ref
from .privacy import intact
from .stores._folder import settle
from .stores._text import FIRST, digest, dumps, encode, link
from .stores.port import Fed, Record, Store
from .whole import PAGE, Patiently, follow, heads, stored

_Order = tuple[str, str]
_NONE = (0, FIRST)
"""Where an order ends of which there is no record."""


class Seal(NamedTuple):
    """What ends an anchor (锚点封记): up to where the log was, how many orders it vouches for, and its own hash."""

    at: str
    position: int
    entries: int
    hash: str


class Anchors(NamedTuple):
    """What a file of anchors says (锚点文件): of each order, the versions and links that were seen."""

    seals: tuple[Seal, ...] = ()
    orders: dict[_Order, list[tuple[int, str]]] = {}  # noqa: RUF012 - never changed
    faults: tuple[Fault, ...] = ()


class Verdict(NamedTuple):
    """What an audit found (审计结果)."""

    records: int
    orders: int
    seals: int
    faults: tuple[Fault, ...]


def linked(fed: Fed, before: bytes) -> bytes:
    """Return the link that the record of *fed* must have behind the link *before*."""
    r = fed.record
    return link(before, digest(r.place, r.number, r.version, r.kind, r.schema, dumps(r.data)))


# -- anchors -------------------------------------------------------------------------------------


def anchor(store: Store, path: Path, at: str) -> Seal:
    """Write down the last link of every order that changed since the last anchor (写锚点).

    Args:
        store: a store that keeps a chain.
        path: the file; made when missing, else added to.
        at: the present instant, ISO 8601.

    Raises:
        StoreError: ``no-chain``; ``anchor-mismatch`` where the file is another store's or damaged.
    """
    known = read_anchors(path)
    if known.faults:
        raise _mismatch(path, known.faults[0].zh, known.faults[0].en)
    last = known.seals[-1] if known.seals else Seal("", 0, 0, "")
    if last.position and not _reaches(store, known, last.position):
        raise _mismatch(path, "此存储里没有上一个锚点见过的记录", "the store has not what the last anchor saw")
    changed: dict[_Order, tuple[int, str]] = {}
    position = last.position
    for fed in islice(follow(store, position), stored(store)):  # an end, however many go on writing
        if not fed.link:
            raise no_chain()
        changed[fed.record.place, fed.record.number] = (fed.record.version, fed.link)
        position = fed.position
    lines = [encode([*order, *seen]) for order, seen in sorted(changed.items())]
    body: dict[str, Any] = {"at": at, "position": position, "entries": len(lines)}
    body |= {"sum": _hash(lines), "previous": last.hash}
    lines.append(encode({"seal": body}))
    _append(path, lines)
    return Seal(at, position, len(lines) - 1, _hash(lines[-1:]))


def _reaches(store: Store, known: Anchors, position: int) -> bool:
    """Whether the last record an anchor saw is where it was: else a backup was put back, or it is another store."""
    for fed in store.feed(position - 1, 1):
        seen = known.orders.get((fed.record.place, fed.record.number), [])
        return fed.position == position and (fed.record.version, fed.link) in seen
    return False


def _hash(lines: Iterable[str]) -> str:
    whole = sha256()
    for line in lines:
        whole.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return whole.hexdigest()


def _append(path: Path, lines: list[str]) -> None:
    try:
        with open(path, "ab+") as file:
            torn = file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
            file.write(b"\n" * bool(torn) + "".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        settle(path.parent)
    except OSError as error:
        raise _unreadable(path, error) from error


def read_anchors(path: Path) -> Anchors:
    """Read a file of anchors (读锚点); a missing one is empty, and what cannot be trusted is among the faults.

    Raises:
        RequestError: ``no-such-file`` when it is there and cannot be read, ``bad-anchors`` when it is no text.
    """
    seals: list[Seal] = []
    orders: dict[_Order, list[tuple[int, str]]] = {}
    faults: list[Fault] = []
    lines: list[str] = []
    try:
        text = path.read_text("utf-8", "surrogatepass") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise RequestError(
            f"{path} 不是文本：它不是锚点文件，或已损坏",
            f"{path} is no text: it is no file of anchors, or damaged",
            code="bad-anchors",
            hint="请核对路径；锚点文件由 audit anchor 写成，另存一处的副本可以替换它",
            hint_en="check the path; audit anchor writes such files, and a copy kept elsewhere can stand in",
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith('{"seal":'):
            lines.append(line)
            continue
        seal, found = _seal(line, lines, seals[-1].hash if seals else "")
        lines = []
        if seal is None:
            zh, en = "锚点被改动或不完整", "the anchor was altered or is incomplete"
            faults.append(Fault("anchors-damaged", zh, en, file=str(path), line=number))
            continue
        seals.append(seal)
        for place, order, version, seen in found:
            orders.setdefault((place, order), []).append((version, seen))
    return Anchors(tuple(seals), orders, tuple(faults))


def _seal(line: str, lines: list[str], previous: str) -> tuple[Seal | None, list[Any]]:
    """Return the seal in *line* and the entries it vouches for; what a crash left before them is passed over."""
    try:
        body = json.loads(line)["seal"]
        mine = lines[len(lines) - body["entries"] :] if body["entries"] else []
        if _hash(mine) != body["sum"] or body["previous"] != previous:
            return None, []
        seal = Seal(body["at"], body["position"], body["entries"], _hash([line]))
        return seal, [json.loads(entry) for entry in mine]
    except (ValueError, KeyError, TypeError):
        return None, []


# -- verifying -----------------------------------------------------------------------------------


def verify(store: Store, path: Path | None = None, seal: str = "") -> Verdict:
    """Count every link anew and compare the anchors (核对校验链).

    Found are an edited, inserted, deleted, moved or cut-off record, and private words that are not what their event
    refers to, each with place, number and version; words that are gone may have been forgotten.  What was
    written after the last anchor and cut off or counted anew as a whole, no chain can tell.

    Others may go on writing: what was there at the start is verified.  Records that a transaction under way on a server
    holds back are waited for for some time, and then found as ``held-back``: nobody has verified them.

    Args:
        store: a store that keeps a chain.
        path: the file of anchors.
        seal: the hash of a seal kept elsewhere, which must be in that file.

    Raises:
        StoreError: ``no-chain``.
        RequestError: ``no-such-file``.
    """
    known = _anchors(path)
    faults = list(known.faults)
    if seal and seal not in {each.hash for each in known.seals}:
        zh, en = f"没有封记 {seal}", f"the seal {seal} is not in it"
        faults.append(Fault("seal-missing", zh, en, file=str(path or "")))
    until = known.seals[-1].position if known.seals else 0
    # Heads first: what they speak of is stored, so that it is either given, or held back, or gone.
    tops = _tops(store)
    ends: dict[_Order, tuple[int, bytes]] = {}
    records, chained = 0, False
    said: dict[_Order, dict[str, tuple[int, str]]] = {}
    feed = Patiently(store, lambda: sum(ends.get(order, _NONE)[0] < top for order, top in tops.items()))
    for fed in feed:
        records += 1
        if isinstance(fed, StoreError):
            order, version = fed.facts["order"], fed.facts["version"]
            faults.append(_found("edited", order, version, "内容无法读取", "its content cannot be read"))
            if isinstance(version, int):
                ends[order] = (max(version, ends.get(order, _NONE)[0]), b"")
            continue
        chained = chained or bool(fed.link)
        faults += _looked_at(fed, ends, known, until)
        _refer(fed.record, said)
        if len(said) == PAGE:
            faults += _words(store, said)
    if records and not chained:
        raise no_chain()
    faults += [*_words(store, said), *_ends(store, ends, known, tops, feed.held)]
    return Verdict(records, len(ends), len(known.seals), tuple(faults))


def _anchors(path: Path | None) -> Anchors:
    """Read the anchors to compare with; a file that vouches for nothing is no reason to say that all is well."""
    if path is None:
        return Anchors()
    if not path.exists():
        raise _unreadable(path, FileNotFoundError(ENOENT, os.strerror(ENOENT)))
    known = read_anchors(path)
    if known.seals or known.faults:
        return known
    zh, en = "锚点文件里没有一个封记：什么也核对不了", "there is not one seal in the file: it vouches for nothing"
    return Anchors(faults=(Fault("anchors-empty", zh, en, file=str(path)),))


def _refer(record: Record, said: dict[_Order, dict[str, tuple[int, str]]]) -> None:
    """Note the private record that *record* refers to, by its digest."""
    match record.data:
        case {"private": [str(identity), str(seen)]} if isinstance(record.version, int):
            said.setdefault((record.place, record.number), {})[identity] = (record.version, seen)


def _words(store: Store, said: dict[_Order, dict[str, tuple[int, str]]]) -> Iterator[Fault]:
    """Yield the private records that are no longer what their events refer to; one that is gone may be forgotten."""
    for order, refs in said.items():
        for identity, (version, seen) in refs.items():
            try:
                kept = store.private(*order, (identity,)).get(identity)
                sound = kept is None or intact(Ref(identity, seen), kept)
            except StoreError as error:
                if error.code != "broken-private":
                    raise
                sound = False
            except (KeyError, TypeError, ValueError):  # JSON, but nothing that was ever sealed
                sound = False
            if not sound:
                yield _found("words-altered", order, version, "诉求或办理的文字被改动", "its words were altered")
    said.clear()


def _looked_at(fed: Fed, ends: dict[_Order, tuple[int, bytes]], known: Anchors, until: int) -> Iterator[Fault]:
    record = fed.record
    order, version = (record.place, record.number), record.version
    last, before = ends.get(order, _NONE)
    if not isinstance(version, int):
        yield _found("edited", order, version, "版本被改动", "its version was altered")
        return
    try:
        own = linked(fed, before)
    except StoreError:  # JSON, but nothing that was ever a record
        own = b""
    # Behind a record that cannot be read, only the link that is stored can be gone by.
    if version == last + 1:
        if own.hex() != fed.link and before:
            yield _found("edited", order, version, "内容或校验链被改动", "its content or link was altered")
    elif version > last:
        missing = f"{last + 1}" if version == last + 2 else f"{last + 1}–{version - 1}"
        yield _found("deleted", order, missing, "记录被删除", "was deleted")
    else:
        yield _found("moved", order, version, "记录被移位或重复", "was moved or stands twice")
    with suppress(ValueError):  # told above
        own = bytes.fromhex(fed.link) or own
    ends[order] = (max(version, last), own)
    seen = known.orders.get(order, [])
    if any(at == version and said != fed.link for at, said in seen):
        yield _found("rewritten", order, version, "与锚点不符：锚点之后被重写", "differs from its anchor")
    elif fed.position <= until and version > max((at for at, _ in seen), default=0):
        yield _found("inserted", order, version, "锚点时没有这条记录", "was not there when the anchor was written")


def _tops(store: Store) -> dict[_Order, int]:
    """Return the version of every order by its head, -1 where that cannot be read."""
    found: dict[_Order, int] = {}
    for head in (each for place in store.places() for each in heads(store, place)):
        if isinstance(head, StoreError):
            found[head.facts["order"]] = -1
        else:
            found[head.place, head.number] = head.version
    return found


def _ends(
    store: Store, ends: dict[_Order, tuple[int, bytes]], known: Anchors, tops: dict[_Order, int], waiting: int
) -> Iterator[Fault]:
    """Yield the orders whose records end before the version that their head or an anchor has."""
    for order in (order for order, top in tops.items() if top < 0):
        zh = "工单索引无法读取，可用 store rebuild 重建"
        en = "has a head that cannot be read; store rebuild makes it anew"
        yield _found("broken-head", order, ends.get(order, _NONE)[0], zh, en)
    wanted = {order: max(version for version, _ in seen) for order, seen in known.orders.items()}
    for order, top in tops.items():
        wanted[order] = max(top, wanted.get(order, 0))
    for order, version in sorted(wanted.items()):
        last = ends.get(order, _NONE)[0]
        if last < version:
            missing = f"{version}" if last == version - 1 else f"{last + 1}–{version}"
            if waiting and _there(store, order, last, version):
                zh = "存着而暂时读不到，未核对：有未结束的事务占着（doctor --store 可查），请稍后再核对"
                en = "is stored and not given yet: a transaction under way holds it (doctor --store); verify again"
                yield _found("held-back", order, missing, zh, en)
            else:
                yield _found("cut-off", order, missing, "末尾的记录被删除", "was cut off at the end")
    for order in sorted(set(ends) - set(tops)):
        if _headless(store, order):
            yield _found("headless", order, ends[order][0], "有记录而没有工单索引", "has records and no head")


def _there(store: Store, order: _Order, last: int, version: int) -> bool:
    """Tell whether the records behind *last* up to *version* are stored, whatever the feed gives."""
    try:
        stored = {record.version for record in store.stream(*order, last)}
        return all(each in stored for each in range(last + 1, version + 1))  # a head may say any number
    except StoreError as error:
        if error.code != "broken-record":
            raise
        return True  # what is wrong with them is told once they are given


def _headless(store: Store, order: _Order) -> bool:
    """Tell whether an order has no head now: one that came since the heads were read has one."""
    try:
        return store.head(*order) is None
    except StoreError as error:
        if error.code != "broken-head":
            raise
        return False


def _found(code: str, order: _Order, version: int | str, zh: str, en: str) -> Fault:
    return Fault(code, zh, en, key=f"{order[0]}/{order[1]} v{version}")


def no_chain() -> StoreError:
    """Return the refusal to audit a store that keeps no chain."""
    return StoreError(
        "此存储没有校验链",
        "this store keeps no chain",
        code="no-chain",
        hint="内存存储没有校验链；请用 sqlite: 等存储",
        hint_en="the store in memory keeps none; use sqlite: or another that does",
    )


def _mismatch(path: Path, zh: str, en: str) -> StoreError:
    return StoreError(
        f"锚点文件 {path} 不能续写：{zh}",
        f"{path} cannot be added to: {en}",
        code="anchor-mismatch",
        hint="先运行 audit verify 查明；换了存储请另起一个锚点文件",
        hint_en="run audit verify first; for another store begin another file",
    )


def _unreadable(path: Path, error: OSError) -> RequestError:
    return RequestError(
        f"无法读写锚点文件 {path}：{error.strerror}",
        f"cannot read or write {path}: {error.strerror}",
        code="no-such-file",
        hint="请核对路径与权限",
        hint_en="check the path and your permissions",
    )
