"""One writer at a time, across processes (写锁): a lock file beside the database.

SQLite's own waiting is a lottery: of eight processes that write without a pause, some get no turn
in five seconds.  Here a writer first takes its place in line (byte 1), then waits for the writer
before it (byte 0) and leaves the line: whoever has just written finds the line taken and queues
again, so everybody gets a turn.  Waiting is bounded, and the file names the process that holds the lock.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, RLock, get_ident

from hotline12345.core.errors import StoreError

_WRITE, _LINE, _NAME = 0, 1, 16
_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_registry: dict[tuple[int, str], FileLock] = {}
_registry_lock = Lock()


def lock_for(path: str) -> FileLock:
    """Return this process's lock for the database at *path*, shared by all stores that have it open."""
    # POSIX locks belong to the process and go when any descriptor of the file is closed: so one descriptor a process.
    # The process id is part of the key because a forked child inherits none of the locks.
    key = (os.getpid(), os.path.realpath(path) + ".lock")
    with _registry_lock:
        lock = _registry.get(key)
        if lock is None:
            lock = _registry[key] = FileLock(key[1])
        lock.users += 1
        return lock


class FileLock:
    """A write lock (写锁) shared by the threads and processes that use one database."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.users = 0
        self._fd = -1
        self._mine = RLock()  # it knows who has it: an interrupt may come before we have noted that
        self._thread = 0
        self._name = b"%-20d\n" % os.getpid()

    @contextmanager
    def held(self, timeout: float) -> Iterator[None]:
        """Hold the lock; wait for it at most *timeout* seconds.

        Raises:
            StoreError: ``locked``, naming the process that has it; ``read-only`` when the lock file
                cannot be written.
        """
        self.refuse_again(timeout)
        try:
            self.take(timeout)
            yield
        finally:
            try:
                self.give()
            except BaseException:  # an interrupt, in the midst of it
                self.give()
                raise

    def refuse_again(self, timeout: float) -> None:
        """Raise ``locked`` where this very thread has the lock, and would wait for itself."""
        if self._thread == get_ident():
            raise self._locked(timeout)

    def take(self, timeout: float) -> None:
        """Take the lock, as :meth:`held` does; :meth:`give` gives back whatever it has come to, also where it fails."""
        end = time.monotonic() + timeout
        try:
            if not self._mine.acquire(timeout=timeout):
                raise self._locked(timeout)
            self._thread = get_ident()
            # Somebody may have tidied the file away: a lock on a deleted file locks nobody out.
            if self._fd < 0 or not os.fstat(self._fd).st_nlink:
                self._open()
            if not _lock_at_once(self._fd):
                self._wait(end, timeout)
            self._sign()
        except BaseException:
            self.give()
            raise

    def give(self) -> None:
        """Give back what this thread has of the lock, which may be nothing: done once more, it finishes the first."""
        if self._thread == get_ident():
            try:
                if self._fd >= 0:
                    _let_go(self._fd)
            except OSError:
                self._close()  # what the system does not take back goes with the file
            self._thread = 0  # not before: an interrupt until here has it done again
        try:  # noqa: SIM105 - every write comes by here
            self._mine.release()
        except RuntimeError:
            pass  # it was not ours

    def _sign(self) -> None:
        """Write down who holds the lock, unless it says so: a file written to is one more to bring to disk."""
        try:
            if _read(self._fd, len(self._name)) != self._name:
                os.lseek(self._fd, _NAME, os.SEEK_SET)
                os.write(self._fd, self._name)
        except OSError:
            return  # it is for others to read; a full disk must not stop us here

    def _wait(self, end: float, timeout: float) -> None:
        while not _lock(self._fd, _LINE):
            if time.monotonic() > end:
                raise self._locked(timeout)
            time.sleep(0.001)
        while not _lock(self._fd, _WRITE):
            if time.monotonic() > end:
                raise self._locked(timeout)
            time.sleep(0.00005)
        _unlock(self._fd, _LINE)

    def _close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def _open(self) -> None:
        self._close()
        try:
            self._fd = os.open(self.path, _OPEN, 0o666)
        except OSError as cause:
            raise StoreError(
                f"无法写入锁文件 {self.path}：{cause.strerror}",
                f"cannot write the lock file {self.path}: {cause.strerror}",
                code="read-only",
                hint="数据库所在目录须可写；只读取请用 ?readonly=1 打开",
                hint_en="the database's folder has to be writable; to read only, open it with ?readonly=1",
            ) from cause

    def _holder(self) -> int:
        try:
            return int(_read(self._fd, len(self._name)).strip() or 0)
        except (OSError, ValueError):
            return 0

    def _locked(self, timeout: float) -> StoreError:
        pid = self._holder()
        who, who_en = (f"进程 {pid}", f"process {pid}") if pid else ("另一线程", "another thread")
        return StoreError(
            f"等了 {timeout:g} 秒仍未取得写锁 {self.path}，持有者：{who}",
            f"waited {timeout:g} s for the write lock {self.path}, held by {who_en}",
            code="locked",
            hint="请等该进程写完；若它已停滞，请结束它（锁随之释放）；也可用 ?timeout=秒 放宽等待",
            hint_en="let it finish; if it hangs, end it (the lock goes with it); ?timeout=SECONDS waits longer",
            pid=pid,
        )

    def let_go(self) -> None:
        """Say that one store less uses the lock; the last one closes the file."""
        with _registry_lock:
            self.users -= 1
            if self.users <= 0:
                _registry.pop((os.getpid(), self.path), None)
                self._close()


if sys.platform == "win32":
    import msvcrt

    def _read(fd: int, size: int) -> bytes:
        os.lseek(fd, _NAME, os.SEEK_SET)
        return os.read(fd, size)

    def _lock_at_once(fd: int) -> bool:
        return False  # what was locked as two bytes cannot be given back as one

    def _lock(fd: int, byte: int) -> bool:
        os.lseek(fd, byte, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(fd: int, byte: int) -> None:
        os.lseek(fd, byte, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

    def _let_go(fd: int) -> None:
        for byte in (_WRITE, _LINE):  # whichever it has
            with suppress(OSError):
                _unlock(fd, byte)

else:
    import fcntl

    def _read(fd: int, size: int) -> bytes:
        return os.pread(fd, size, _NAME)

    def _lock_at_once(fd: int) -> bool:
        """Take both places with nobody in line, and leave the line; otherwise take none."""
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 2, _WRITE)
        except (BlockingIOError, PermissionError):
            return False
        fcntl.lockf(fd, fcntl.LOCK_UN, 1, _LINE)
        return True

    def _lock(fd: int, byte: int) -> bool:
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _unlock(fd: int, byte: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_UN, 1, byte)

    def _let_go(fd: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_UN, 2, _WRITE)  # whichever it has
