"""Keeping private things apart (隐私): blind indexes, salted digests, the key of a place.

An event refers to a private record by id and digest; the salt lies *in* the private record, so that
after ``forget`` nothing short (a phone number, a name) can be guessed back from what is left.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from operator import add
from pathlib import Path
from typing import Any

from attrs import fields

from .core.actor import Actor
from .core.commands import Command
from .core.errors import RequestError, StoreError
from .core.refs import Ref
from .core.request import Request
from .stores._folder import settle

KEY_BYTES = 32
KEY_FILE = "HOTLINE12345_KEY_FILE"
_PLAIN = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # what sounds or looks alike when read out is left away: 0 O 1 I
LEAST_BYTES = 16


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """Return the one JSON form of *value* that digests are taken of (规范形式)."""
    return _write(value).encode("utf-8", "surrogatepass")


class Secrets:
    """The keys of one place (密钥): derived from a master key, never stored with the data.

    Raises:
        RequestError: ``bad-secret`` when the master key is too short to keep anything.
    """

    def __init__(self, master: bytes, place: str) -> None:
        if len(master) < LEAST_BYTES:
            raise RequestError(
                f"密钥至少 {LEAST_BYTES} 字节，收到 {len(master)} 字节",
                f"a key has at least {LEAST_BYTES} bytes, got {len(master)}",
                code="bad-secret",
                hint="用 32 个随机字节",
                hint_en="use 32 random bytes",
            )
        master = master if len(master) <= blake2b.MAX_KEY_SIZE else blake2b(master).digest()
        self._blind = blake2b(place.encode(), key=master, person=b"blind-index").digest()
        self._code = blake2b(place.encode(), key=master, person=b"query-code").digest()
        self._word = blake2b(key=blake2b(place.encode(), key=master, person=b"title-word").digest(), digest_size=4)
        self._mark = blake2b(place.encode(), key=master, person=b"fingerprint").digest()

    def blind(self, person: str) -> str:
        """Return the blind index (盲索引) of whoever *person* names; "" for nobody."""
        text = "".join(unicodedata.normalize("NFKC", person).split()).replace("-", "")
        return (
            blake2b(text.encode("utf-8", "surrogatepass"), key=self._blind, digest_size=16).hexdigest() if text else ""
        )

    def code(self, number: str) -> str:
        """Return the code by which the requester asks how the order *number* stands (查询码): 8 letters and digits."""
        drawn = blake2b(number.encode("utf-8", "surrogatepass"), key=self._code, digest_size=8).digest()
        return "".join(_PLAIN[byte % 32] for byte in drawn)

    def words(self, text: str) -> tuple[str, ...]:
        """Return the keyed hashes of the pairs of characters in *text* (标题双字散列), each once: it is found by them.

        Width, case, spaces and punctuation make no difference; a character that stands alone has no pair.
        """
        fresh, found = self._word.copy, []
        for pair in pairs(text):
            drawn = fresh()
            drawn.update(pair.encode("utf-8", "surrogatepass"))
            found.append(drawn.hexdigest())
        return tuple(found)

    def fingerprint(self, content: Any) -> str:
        """Return the keyed fingerprint (指纹) by which a repeated command is told from a reused key."""
        return blake2b(canonical(content), key=self._mark, digest_size=16).hexdigest()


def pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring characters in *text*, each once, in order (双字)."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    runs = [plain] if plain.isalnum() else "".join([char if char.isalnum() else " " for char in plain]).split()
    if len(runs) == 1:
        return list(dict.fromkeys(map(add, runs[0], runs[0][1:])))
    return list(dict.fromkeys([run[i : i + 2] for run in runs for i in range(len(run) - 1)]))


def asked(request: Request) -> list[Any]:
    """Return the content of a request for its fingerprint (诉求内容).

    Without the time of receipt: a form sent again is read by a server whose clock has moved on.
    """
    return [request.private(), request.channel]


def wanted(command: Command) -> list[Any]:
    """Return the content of a command for its fingerprint (命令内容), the same in every process."""
    return [type(command).__name__, {a.name: _text(getattr(command, a.name)) for a in fields(type(command))}]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo is not None else value.isoformat()
    if isinstance(value, Mapping):
        return repr(sorted((key, _text(inner)) for key, inner in value.items()))
    return str(value) if isinstance(value, Actor) else repr(value)


def seal(id: str, words: Mapping[str, Any], person: str = "") -> tuple[Ref, dict[str, Any]]:  # noqa: A002 - the domain's word
    """Return the reference to *words* and the private record that holds them (封存).

    *person* is the blind index of whose words they are; it lies with them and goes with them.
    """
    salt = os.urandom(16)
    digest = blake2b(canonical(words), key=salt, digest_size=16).hexdigest()
    record: dict[str, Any] = {"salt": salt.hex(), "words": dict(words)}
    return Ref(id, digest), {**record, "person": person} if person else record


def intact(ref: Ref, record: Mapping[str, Any]) -> bool:
    """Say whether a private record is still what the event referred to (核对摘要)."""
    salt = bytes.fromhex(record["salt"])
    return blake2b(canonical(record["words"]), key=salt, digest_size=16).hexdigest() == ref.digest


def of_order(number: str) -> str:
    """Return what stands for the person where none is known: the order itself, so that its words can be forgotten."""
    return f"order:{number}"


def key_of(store: object) -> bytes:
    """Return the master key of *store* where none is given (默认密钥).

    It is the file beside a store that is a file; elsewhere the file named by ``HOTLINE12345_KEY_FILE``, the same on
    every machine; else a random one, gone with the process: nobody is found or forgotten by it afterwards.

    Raises:
        StoreError: ``no-key`` where the file beside a store that holds orders is gone: a new key would find, and
            forget, nobody of them, and say that nobody was there.
    """
    path = getattr(store, "path", None)
    if path:
        file = _beside(path)
        if not file.exists() and _holds_orders(store):
            raise _key_gone(str(file))
        return _key_in(file)
    named = os.environ.get(KEY_FILE, "")
    return _key_in(Path(named)) if named else os.urandom(KEY_BYTES)


def key_file(store: object) -> Path | None:
    """Return the file in which the key of *store* lies where none is given (密钥文件), whether it is there or not."""
    path = getattr(store, "path", None)
    named = os.environ.get(KEY_FILE, "")
    return _beside(path) if path else Path(named) if named else None


def _beside(path: str | os.PathLike[str]) -> Path:
    """Return where the key of the store at *path* lies: a store has one, whatever links lead to it."""
    named = Path(f"{path}.key")
    return named if named.exists() else Path(os.path.realpath(path) + ".key")


def _holds_orders(store: object) -> bool:
    places = getattr(store, "places", None)
    return bool(places is not None and places())


def _key_gone(file: str) -> StoreError:
    return StoreError(
        f"存储里有工单，旁边却没有密钥文件 {file}",
        f"the store holds orders, but its key file {file} is gone",
        code="no-key",
        hint="从备份恢复它，或用 Hotline(..., secrets=) 提供；"
        "确实丢失时自建一个（64 个十六进制字符），此前的工单就不能再按诉求人查找或遗忘",
        hint_en="restore it from a backup, or give it with Hotline(..., secrets=); if it is lost for good, make "
        "one of 64 hexadecimal characters: older orders are then found or forgotten by no requester",
    )


def key_beside(path: str) -> bytes:
    """Return the master key kept in ``<path>.key``, made on first use and readable by its owner only.

    Raises:
        StoreError: ``bad-key`` when the file is not a key, ``read-only`` when it can be neither read nor made.
    """
    return _key_in(_beside(path))


def _key_in(file: Path) -> bytes:
    try:
        if not file.exists():
            _make_key(file)
        text = file.read_bytes().strip().decode("ascii", "replace")
    except OSError as error:
        raise StoreError(
            f"无法读取或建立存储旁的密钥文件：{error.strerror}",
            f"cannot read or make a key file beside the store: {error.strerror}",
            code="read-only",
            hint="用 Hotline(..., secrets=) 提供密钥",
            hint_en="give a key with Hotline(..., secrets=)",
        ) from error
    if len(text) != 2 * KEY_BYTES or not set(text) <= set("0123456789abcdef"):
        raise StoreError(
            f"密钥文件 {file.name} 不完整",
            f"the key file {file.name} is not a key",
            code="bad-key",
            hint="从备份恢复该文件；没有它就无法按诉求人查找或遗忘",
            hint_en="restore it from a backup; requesters cannot be found or forgotten without it",
        )
    return bytes.fromhex(text)


def _make_key(file: Path) -> None:
    """Make a key file that is whole from the moment it is there: whoever comes second reads the first one's."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(made, "w", encoding="ascii") as out:
            out.write(os.urandom(KEY_BYTES).hex())
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
        settle(file.parent)  # or a power cut leaves orders whose key is gone
    finally:
        draft.unlink(missing_ok=True)
