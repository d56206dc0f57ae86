"""Group commit (合并提交): threads that write at the same time share one transaction.

Whoever comes first leads: it runs its own work and that of all who wait, and hands the lead on.  No
thread of its own is started, and no work waits longer than the one transaction under way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from hotline12345.core.errors import StoreError


class Job:
    """One write and what came of it; *work* gets the connection.

    Attributes:
        leads: whether its thread runs what waits.
        taken: what it runs, while it leads.
        heir: whom it hands the lead on to.
        ended: whether what it ran has come to its end: result or error say how.
        gate: what its thread waits at, where it does not lead.
    """

    __slots__ = ("ended", "error", "gate", "heir", "leads", "result", "taken", "work")

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = self.ended = False
        self.gate: Any = None
        self.taken: Sequence[Job] = ()
        self.heir: Job | None = None


class Turns:
    """The line in which writes wait; *commit* gets a function that hands out the jobs of one transaction."""

    def __init__(self, commit: Callable[[Callable[[], list[Job]]], None], most: int = 64) -> None:
        self._commit = commit
        self._most = most
        self._lock = Lock()
        self._waiting: list[Job] = []
        self._led = False

    def submit(self, work: Callable[[Any], Any]) -> Any:
        """Run *work* within a transaction, alone or with others', and return its result once that is durable."""
        job = Job(work)
        try:
            with self._lock:
                if self._led:
                    job.gate = Lock()
                    job.gate.acquire()
                    self._waiting.append(job)
                else:
                    self._led = job.leads = True
            if not job.leads:
                job.gate.acquire()
            if job.leads:
                self._lead(job)
        except BaseException:
            # An interrupt comes at any point, this side of leading or within it: nobody may wait for it for ever.
            self._leave(job)
            raise
        if job.error is not None:
            raise job.error
        return job.result

    def _lead(self, own: Job) -> None:
        own.taken = taken = [own]

        def jobs() -> list[Job]:
            with self._lock:
                room = self._most - len(taken)
                taken.extend(self._waiting[:room])
                del self._waiting[:room]
            return taken

        try:
            self._commit(jobs)
            own.ended = True
        except Exception as error:
            for job in taken:
                job.error = error
            own.ended = True
        finally:
            self._leave(own)

    def _leave(self, own: Job) -> None:
        """Let go whom *own* ran, and hand the lead on; done once more, it does what was left undone."""
        with self._lock:
            if own in self._waiting:
                self._waiting.remove(own)
            if not own.leads:
                return
            for job in own.taken:
                if job in self._waiting:  # interrupted as it was taken: it must not run once it was told how it ended
                    self._waiting.remove(job)
                if not own.ended and job.error is None:
                    job.error = _interrupted()
                if job.gate is not None:
                    _open(job.gate)
            if self._waiting and own.heir is None:
                own.heir = self._waiting[0]
            if own.heir is None:
                self._led = False
            else:
                if own.heir in self._waiting:
                    self._waiting.remove(own.heir)
                own.heir.leads = True
                _open(own.heir.gate)
            own.leads = False


def _open(gate: Any) -> None:
    if gate.locked():
        gate.release()


def _interrupted() -> StoreError:
    return StoreError(
        "同一事务中的另一线程被中断，无法确定本次写入是否已存储",
        "another thread of the same transaction was interrupted: whether this write was stored is not known",
        code="interrupted",
        hint="请按幂等键查询，或重新读取工单后再作决定",
        hint_en="look it up by its key, or load the order again",
    )
