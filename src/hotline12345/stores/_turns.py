"""Group commit (合并提交): threads that write at the same time share one transaction.

Whoever comes first leads: it runs its own work and that of all who wait, and hands the lead on.  No
thread of its own is started, and no work waits longer than the one transaction under way.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from hotline12345.core.errors import StoreError


class Job:
    """One write and what came of it; *work* gets the connection."""

    __slots__ = ("done", "error", "gate", "leads", "result", "work")

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.leads = False
        self.gate: Any = None


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
        with self._lock:
            if self._led:
                job.gate = Lock()
                job.gate.acquire()
                self._waiting.append(job)
            else:
                self._led = job.leads = True
        if not job.leads:
            self._await(job)
        if job.leads and not job.done:
            self._lead(job)
        if job.error is not None:
            raise job.error
        return job.result

    def _await(self, job: Job) -> None:
        try:
            job.gate.acquire()
        except BaseException:
            with self._lock:
                if job in self._waiting:
                    self._waiting.remove(job)
                if job.leads:  # promoted in the very moment: somebody else has to lead
                    self._hand_on()
            raise

    def _lead(self, own: Job) -> None:
        taken = [own]

        def jobs() -> list[Job]:
            with self._lock:
                room = self._most - len(taken)
                taken.extend(self._waiting[:room])
                del self._waiting[:room]
            return taken

        try:
            self._commit(jobs)
        except Exception as error:
            for job in taken:
                job.error = error
        except BaseException as error:
            for job in taken:
                job.error = error if job is own else _interrupted()
        finally:
            with self._lock:
                for job in taken:
                    job.done = True
                    if job is not own:
                        job.gate.release()
                self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            heir = self._waiting.pop(0)
            heir.leads = True
            heir.gate.release()
        else:
            self._led = False


def _interrupted() -> StoreError:
    return StoreError(
        "同一事务中的另一线程被中断，无法确定本次写入是否已存储",
        "another thread of the same transaction was interrupted: whether this write was stored is not known",
        code="interrupted",
        hint="请按幂等键查询，或重新读取工单后再作决定",
        hint_en="look it up by its key, or load the order again",
    )
