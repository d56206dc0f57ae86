"""From the bytes a host received to text (载荷): unpacked within bounds, decoded without guessing silently."""

from __future__ import annotations

import codecs
import re
import zlib

from attrs import frozen

from .refusals import refusal

MAX_BYTES = 256 * 1024 * 1024
"""The most a payload may unpack to, in bytes (library default)."""

FREE_BYTES = 16 * 1024 * 1024
"""Below this size, in bytes, no ratio is asked about: a short file of blanks packs well and harms nobody."""

MAX_RATIO = 100
"""How many times its size a payload may unpack to; text packs 3 to 20 times, bombs 1,000 (library default)."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_ALIASES = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf8": "utf-8"}


@frozen(weakref_slot=False)
class Text:
    """A payload's text: ``encoding`` says how it was read, ``damaged`` that some bytes in it were not characters.

    Damaged bytes stay in the text as lone surrogates, so that only the rows they touch are refused.
    ``cut`` says that the packed stream broke off.
    """

    text: str
    encoding: str
    damaged: bool = False
    cut: bool = False


def is_broken(text: str) -> bool:
    """Say whether *text* holds a NUL or bytes that were no characters."""
    return _BROKEN.search(text) is not None


def check_bounds(packed: int, unpacked: int) -> None:
    """Refuse what unpacks to more than the bounds; sizes in bytes."""
    if unpacked > MAX_BYTES or (unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed):
        raise refusal(
            "too-large",
            f"解压后超过上限（{MAX_BYTES // 2**20} MiB，且不超过压缩前的 {MAX_RATIO} 倍）",
            f"it unpacks beyond the bounds ({MAX_BYTES // 2**20} MiB, and {MAX_RATIO} times its packed size)",
            hint=("请拆成几个文件再导入", "split it into several files"),
        )


def gunzip(data: bytes) -> tuple[bytes, bool]:
    """Unpack gzip within bounds; return the bytes and whether the stream broke off before its end."""
    parts: list[bytes] = []
    size, rest = 0, data
    while rest.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(wbits=31)
        while not stream.eof:
            try:
                part = stream.decompress(rest, 1 << 20)
            except zlib.error as err:
                raise refusal(
                    "damaged-gzip",
                    "gzip 数据已损坏，其中的行都不可信",
                    "the gzip data is damaged, so no row in it can be trusted",
                    hint=("请重新传输该文件", "transfer the file again"),
                ) from err
            size += len(part)
            check_bounds(len(data), size)
            parts.append(part)
            rest = stream.unconsumed_tail
            if not part and not rest:
                return b"".join(parts), True
        rest = stream.unused_data.lstrip(b"\0")
    return b"".join(parts), bool(rest)


def decode(data: bytes, declared: str = "") -> Text:
    """Decode a payload: as *declared*, else by its byte order mark, else strict UTF-8, else GB18030.

    Raises:
        RequestError: ``unknown-encoding`` when it is neither.
    """
    if declared:
        return _declared(data, declared)
    if data.startswith(codecs.BOM_UTF8):
        return _tolerant(data[3:], "utf-8-sig", "utf-8")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _declared(data, "utf-16")
    try:
        return Text(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as err:
        # Truncated or slightly damaged UTF-8 must not turn into GB18030 gibberish.
        found = _if_mostly_whole(data, "utf-8", err)
        if found is not None:
            return found
    try:
        return Text(data.decode("gb18030"), "gb18030")
    except UnicodeDecodeError as err:
        found = _if_mostly_whole(data, "gb18030", err)
        if found is not None:
            return found
    raise refusal(
        "unknown-encoding",
        "既不是 UTF-8 也不是 GB18030 文本",
        "this is neither UTF-8 nor GB18030 text",
        hint=("请另存为 UTF-8 编码的 CSV，或指明编码", "save it as CSV in UTF-8, or name the encoding"),
    )


def _tolerant(data: bytes, shown_as: str, codec: str) -> Text:
    text = data.decode(codec, "surrogateescape")
    return Text(text, shown_as, damaged=_SURROGATE.search(text) is not None)


def _declared(data: bytes, declared: str) -> Text:
    codec = _ALIASES.get(declared.lower(), declared)
    if codec == "utf-8" and data.startswith(codecs.BOM_UTF8):
        return _tolerant(data[3:], "utf-8-sig", "utf-8")
    try:
        return _tolerant(data, declared.lower(), codec)
    except (LookupError, UnicodeError) as err:
        raise refusal(
            "unknown-encoding",
            f"不能按编码「{declared}」读取",
            f"cannot be read as {declared!r}",
            hint=("常用编码：utf-8、gb18030", "common encodings: utf-8, gb18030"),
        ) from err


def _if_mostly_whole(data: bytes, codec: str, err: UnicodeDecodeError) -> Text | None:
    """Return the text when hardly anything in it is wrong: the last character is cut, or one in twenty is bad."""
    text = data.decode(codec, "surrogateescape")
    bad = len(_SURROGATE.findall(text))
    good = sum(1 for char in text if char > "\x7f") - bad
    only_the_tail = err.start >= len(data) - 4 and good > 0
    return Text(text, codec, damaged=True) if only_the_tail or good > 20 * bad else None
