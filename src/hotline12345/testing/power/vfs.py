"""A second opinion on what the embedded store has on the disk (第二意见): SQLite itself says what it writes.

``shim.c`` sees the system calls; here SQLite, another build of it (APSW's), tells through its own layer for files (VFS)
what it writes and when it asks for it to be on the disk.  The store's code is the same, over a connection that looks
like that of the standard library.  That layer has no shared memory, so the file is opened for one process alone.

``python -m hotline12345.testing.power.vfs MODULE …`` runs a module so; :class:`ByVfs` does.  Extra ``apsw``.
"""

from __future__ import annotations

import os
import runpy
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

from hotline12345.core.errors import PluginError
from hotline12345.stores import _sqlite_schema

from .disk import packed
from .record import PowerLoss

try:
    import apsw
except ImportError as error:
    raise PluginError(
        "断电的第二意见需要 APSW，这里没有",
        "a second opinion on power cuts needs APSW, which is not here",
        code="missing-extra",
        hint='执行 pip install "hotline12345[apsw]"',
        hint_en='run pip install "hotline12345[apsw]"',
    ) from error

NAME = "hotline12345"
_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
_FOLDER = 4
"""How an opened folder is told from a file."""


class ByVfs(PowerLoss):
    """A run recorded by SQLite's own layer for files, whatever system it is on (断电，由 SQLite 自述)."""

    def _prepare(self, root: Path) -> None:
        """There is nothing to compile."""

    def run(self, command: Sequence[str], env: Mapping[str, str] | None = None, timeout: float = 600) -> None:
        """Run *command*, ``python -m MODULE …``, with what SQLite writes below ``folder`` recorded.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        python, flag, *rest = command
        under = {"HL_FOLDER": str(self.folder), "HL_LOG": str(self.log)}
        subprocess.run(
            [python, flag, __name__, *rest], env={**os.environ, **(env or {}), **under}, check=True, timeout=timeout
        )


class Recorder(apsw.VFS):
    """The system's own layer for files, with every call noted."""

    def __init__(self, folder: str, log: Path) -> None:
        self.folder, self._log, self._files = folder, log.open("ab"), count(1)
        super().__init__(NAME, "")

    def note(self, op: str, file: int, offset: int = 0, data: bytes = b"") -> None:
        """Note one call."""
        self._log.write(packed(op, file, offset, data))

    def opened(self, path: str, offset: int = 0) -> int:
        """Note that a file was opened, and return its number."""
        file = next(self._files)
        self.note("O", file, offset, os.fsencode(path))
        return file

    def end(self) -> None:
        """Have all of it in the file."""
        self._log.close()

    def folder_synced(self) -> None:
        """Note that names are on the disk."""
        self.note("S", self.opened(self.folder, _FOLDER))

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self.note("U", 0, 0, os.fsencode(filename))
        if syncdir:
            self.folder_synced()


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._recorder, self._number = recorder, recorder.opened(path) if path else 0
        # Below, SQLite syncs the folder together with a journal that is synced for the first time.
        self._named = not flags[0] & _JOURNALS

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._recorder.note("W", self._number, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._recorder.note("T", self._number, newsize)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._recorder.note("S", self._number)
        if not self._named:
            self._named = True
            self._recorder.folder_synced()


class _Heard:
    """What the world hears, in the same record."""

    def __init__(self, recorder: Recorder, path: str) -> None:
        self._recorder, self._number, self._size = recorder, recorder.opened(path), 0

    def write(self, data: bytes) -> None:
        self._recorder.note("W", self._number, self._size, data)
        self._size += len(data)

    def __enter__(self) -> _Heard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        pass


class _Cursor:
    """What a statement gives, as the standard library's cursor does."""

    def __init__(self, conn: apsw.Connection, sql: str, values: Any) -> None:
        before = conn.total_changes()
        self._found = conn.execute(sql, values)
        self.rowcount = conn.total_changes() - before
        self.lastrowid = conn.last_insert_rowid()
        self.fetchone, self.fetchall = self._found.fetchone, self._found.fetchall

    def __iter__(self) -> Any:
        return iter(self._found)


class _Connection:
    """APSW's connection, as the standard library's would look."""

    def __init__(self, uri: str, timeout: float) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        self._conn = apsw.Connection(uri, flags, NAME)
        self._conn.set_busy_timeout(int(timeout * 1000))
        self.text_factory = str
        self.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.close = self._conn.close

    @property
    def total_changes(self) -> int:
        return self._conn.total_changes()

    @property
    def in_transaction(self) -> bool:
        return self._conn.in_transaction

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        return _Cursor(self._conn, sql, tuple(values))

    def executemany(self, sql: str, rows: Iterable[Any]) -> None:
        self._conn.executemany(sql, rows)

    def blobopen(self, table: str, column: str, row: int) -> apsw.Blob:
        return self._conn.blob_open("main", table, column, row, True)


def main() -> None:
    """Run a module with what SQLite writes recorded."""
    recorder = Recorder(os.environ["HL_FOLDER"], Path(os.environ["HL_LOG"]))

    def connect(address: str, /, *, timeout: float, **_: Any) -> _Connection:
        return _Connection(address, timeout)

    own: Any = _sqlite_schema
    own.sqlite3 = SimpleNamespace(**{**vars(sqlite3), "connect": connect})
    module, *sys.argv[1:] = sys.argv[1:]
    heard = {"open": lambda path, *_, **__: _Heard(recorder, path)}
    runpy.run_module(module, init_globals=heard, run_name="__main__", alter_sys=True)
    recorder.end()


if __name__ == "__main__":
    main()
