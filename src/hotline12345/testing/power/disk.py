"""A disk that has promised only what was synced (磁盘模型)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from struct import Struct
from typing import NamedTuple

_ENTRY = Struct("<B3xIQII")
SECTOR = 512


class Entry(NamedTuple):
    """One call (一次调用): O opened, W wrote, T truncated, S synced, U unlinked, R renamed, L linked."""

    op: str
    file: int
    offset: int
    data: bytes


def entries(log: Path) -> Iterator[Entry]:
    """Read the calls that the shim recorded, in the order made."""
    data, at = log.read_bytes(), 0
    while at < len(data):
        op, file, offset, length, _ = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        yield Entry(chr(op), file, offset, data[at : at + length])
        at += length


def packed(op: str, file: int, offset: int, data: bytes) -> bytes:
    """Return a call as it stands in such a record."""
    return _ENTRY.pack(ord(op), file, offset, len(data), 0) + data


class _File:
    """A file: its content as far as it was synced, and what was done to it since."""

    def __init__(self) -> None:
        self.synced = bytearray()
        self.since: list[tuple[int, bytes | None]] = []  # offset and data; None truncates at offset

    def sync(self) -> None:
        self.synced = self.content(self.since)
        self.since = []

    def content(self, done: list[tuple[int, bytes | None]]) -> bytearray:
        content = bytearray(self.synced)
        for offset, data in done:
            if data is None:
                del content[offset:]
                content.extend(bytes(offset - len(content)))
            else:
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
        return content

    def left(self, random: Random) -> bytearray:
        """Return what a power cut might leave of it."""
        way, since = random.randrange(5), self.since
        if way == 0:
            return self.content([])
        if way == 1:
            return self.content(since)
        if way == 2:
            return self.content(since[: random.randrange(len(since) + 1)])
        if way == 3:
            return self.content([done for done in since if random.random() < 0.5])
        return self.content([part for done in since for part in _torn(done, random)])


def _torn(done: tuple[int, bytes | None], random: Random) -> Iterator[tuple[int, bytes | None]]:
    offset, data = done
    if data is None:
        if random.random() < 0.5:
            yield done
        return
    at = 0
    while at < len(data):  # sectors of the disk, wherever the write begins
        end = min(len(data), at + SECTOR - (offset + at) % SECTOR)
        if random.random() < 0.5:
            yield offset + at, data[at:end]
        at = end


class Disk:
    """The files below one folder, as far as they are promised and as they are (磁盘)."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._files: dict[int, _File] = {}  # by the number of the opening
        self._opened: dict[int, str] = {}
        self._names: dict[str, _File] = {}
        self._synced: dict[str, _File] = {}
        self._moves: list[tuple[str, str, _File | None]] = []  # since the folder was synced: made, gone, moved

    def take(self, entry: Entry) -> None:
        """Let one call happen."""
        if entry.op == "O":
            self._open(entry)
        elif entry.op == "W":
            self._files[entry.file].since.append((entry.offset, entry.data))
        elif entry.op == "T":
            self._files[entry.file].since.append((entry.offset, None))
        elif entry.op == "S" and entry.file in self._files:
            self._files[entry.file].sync()
        elif entry.op == "S":
            self._synced, self._moves = dict(self._names), []
        elif entry.op == "U":
            self._move("gone", self._name(entry.data))
        elif entry.op in ("R", "L"):
            old, new = self._name(entry.data[: entry.offset - 1]), self._name(entry.data[entry.offset :])
            self._move("made", new, self._names[old])
            if entry.op == "R":
                self._move("gone", old)

    def _name(self, path: bytes) -> str:
        return path.decode("utf-8", "surrogateescape").removeprefix(self._folder).lstrip("/")

    def _open(self, entry: Entry) -> None:
        name = self._name(entry.data)
        if entry.offset & 4:  # a folder: syncing it is what will come
            return
        if name not in self._names:
            self._move("made", name, _File())
        file = self._names[name]
        if entry.offset & 2:
            file.since.append((0, None))
        self._files[entry.file] = file

    def _move(self, what: str, name: str, file: _File | None = None) -> None:
        _apply(self._names, what, name, file)
        self._moves.append((what, name, file))

    def leave(self, target: Path, random: Random, but: str = "") -> None:
        """Write into *target* what a power cut now might leave; *but* is not of this disk."""
        names = dict(self._synced)
        # File systems keep the order of names; how far they had got is anybody's guess.
        kept = random.choice((0, len(self._moves), random.randrange(len(self._moves) + 1)))
        for what, name, file in self._moves[:kept]:
            _apply(names, what, name, file)
        for name, file in names.items():
            if name != but and not name.endswith("-shm"):  # shared memory of processes that are gone
                (target / name).write_bytes(file.left(random))

    def said(self, name: str) -> str:
        """Return the whole content of *name* as it is."""
        file = self._names.get(name)
        return file.content(file.since).decode() if file else ""


def _apply(names: dict[str, _File], what: str, name: str, file: _File | None) -> None:
    if what == "made" and file is not None:
        names[name] = file
    else:
        names.pop(name, None)
