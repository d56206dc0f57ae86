"""Sending (投递): follow the log for one destination; what fails is parked, what is parked is tried again.

The cursor and what is parked are written together, so that wherever a process is stopped a record is either behind
the cursor, or parked, or sent, and at worst sent again under the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

from ..core.errors import StoreError
from ..heads import stamp
from ..stores.port import UNREADABLE, Fed, Parked, Record, Store
from .destinations import Destination
from .envelope import CONTENT_TYPE, body_of, envelope, event_id
from .feeding import Broken, read_on
from .lives import Lives
from .parking import WHOLE, behind, parking, pause_of, wait, waiting
from .protocol import DONE, LATER, NEVER, Answer, Message, Publisher

BATCH = 100
"""How many records are read, and at most sent, between two writes of the cursor (library default)."""


LONGEST = 500
"""How many characters are kept of what a publisher says went wrong (library default)."""


class Delivered(NamedTuple):
    """What a run did (投递结果).

    Args:
        read: records of the log passed by the cursor, wanted or not.
        sent: messages the receiver took.
        failed: attempts that failed.
        dead: dead letters that came about.
        paused: until when the whole destination waits; "" when it does not.
    """

    read: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0
    paused: str = ""


def deliver(
    store: Store,
    to: Destination,
    publisher: Publisher,
    now: Callable[[], datetime],
    *,
    limit: int = 1000,
    hold: Callable[[], object] = lambda: None,
) -> Delivered:
    """Send what *to* has not had (投递): first what is due again, then at most *limit* records of the log.

    One process at a time may do this for one destination; see :func:`.turns.turn`.

    Args:
        now: returns the present instant, aware.
        hold: called before each message; what it raises ends the run, and nothing is sent after it.

    Raises:
        StoreError: ``no-parking``, and what the store raises.
        Conflict: ``lease-lost`` when another process has taken over; its writes stand, ours do not.
    """
    run = _Run(store, to, publisher, now, hold)
    run.go(limit)
    return run.told


class _Run:
    """One run for one destination (一次投递)."""

    def __init__(
        self,
        store: Store,
        to: Destination,
        publisher: Publisher,
        now: Callable[[], datetime],
        hold: Callable[[], object],
    ) -> None:
        self.store, self.to, self.publisher, self.now, self.hold = store, to, publisher, now, hold
        self.told = Delivered()
        self.cursor = store.cursor(to.reader)
        self.pause = pause_of(store, to.reader)
        self.held = {(p.place, p.number): p for p in waiting(store, to.reader)}
        self.changed: dict[tuple[str, str], Parked | None] = {}
        self.left, self.refusals = to.retry.pause_after, to.retry.refused_after  # in a row, until the whole waits
        self.failing = False  # whether the receiver, and not an order of ours, has failed in this run
        self.error = ""

    def _bearing(self) -> bool:
        """Whether the receiver has not failed too often in a row."""
        return self.left > 0 and self.refusals > 0

    def go(self, limit: int) -> None:
        """Try what is due, then follow the log; a destination in trouble is tried with one message of each."""
        if self.pause is not None and self.pause.retry > stamp(self.now()):
            self.told = self.told._replace(paused=self.pause.retry)
            return
        try:
            self._probing()
            self._again()
            if self.pause is None:
                if self._bearing():
                    self._follow(limit)
            else:
                self._probing()
                self._follow(limit)
            self._settle()
        finally:
            self._write()

    def _probing(self) -> None:
        if self.pause is not None:
            self.left = self.refusals = 1

    def _settle(self) -> None:
        """Let the whole destination wait when it failed too often in a row; end its waiting when it did not."""
        before, self.pause = self.pause, None
        if not self._bearing() or (before is not None and self.failing):
            attempts = (before.attempts if before is not None else 0) + 1
            until = stamp(self.now() + wait(self.to.retry, attempts, self.to.name))
            self.pause = Parked(self.to.reader, *WHOLE, self.cursor, attempts, until, self.error)
            self.told = self.told._replace(paused=until)
        if self.pause is not None or before is not None:
            self.changed[WHOLE] = self.pause

    def _again(self) -> None:
        """Try the parked orders that are due, each as far as it goes."""
        due = [parked for parked in self.held.values() if "" < parked.retry <= stamp(self.now())]
        for parked in sorted(due, key=lambda parked: parked.position):
            if not self._bearing():
                return
            lives = None
            for fed in behind(self.store, parked, self.cursor):
                if isinstance(fed, Broken):
                    self._broken(fed)
                    break
                lives = lives or Lives(self.store, (fed.record,))
                if not self._send(fed, lives):
                    break
                # Should this be the last thing written, the message that was taken is not sent again.
                done = parked._replace(position=fed.position + 1, attempts=0, error="")
                self._keep((parked.place, parked.number), done)
            else:
                self._keep((parked.place, parked.number), None)
            self._write()

    def _follow(self, limit: int) -> None:
        while self._bearing() and (size := min(BATCH, limit - self.told.read)) > 0:
            page = read_on(self.store, self.cursor, size, self.to.wanted.place or None)
            if not page:
                return
            lives = self._lives(page)
            for fed in page:
                if not self._bearing():
                    break
                if isinstance(fed, Broken):
                    if (fed.place, fed.number) not in self.held:
                        self._broken(fed)
                elif self._may_go(fed.record):
                    self._send(fed, lives)
                self.cursor = fed.position
                self.told = self.told._replace(read=self.told.read + 1)
            self._write()

    def _lives(self, page: Sequence[Fed | Broken]) -> Lives:
        return Lives(self.store, [f.record for f in page if not isinstance(f, Broken) and self._may_go(f.record)])

    def _may_go(self, record: Record) -> bool:
        return (record.place, record.number) not in self.held and self.to.wanted.names(record)

    def _send(self, fed: Fed, lives: Lives) -> bool:
        """Send one record, unless it is not for this destination; park its order when that fails."""
        try:
            message = self._message(fed.record, lives)
        except StoreError as error:
            if error.code not in UNREADABLE:
                raise
            # It may be a newer library's: this order waits until we can read it, the others do not.
            self._park(fed.record, fed.position, Answer(LATER, _which(error.code, error.facts.get("version"))))
            return False
        if message is None:
            return True
        self.hold()
        answer = _published(self.publisher, message)
        if answer.verdict == DONE:
            self.told = self.told._replace(sent=self.told.sent + 1)
            self.left, self.refusals = self.to.retry.pause_after, self.to.retry.refused_after
            if self.pause is not None:  # it answers again
                self.pause, self.changed[WHOLE] = None, None
            return True
        self._park(fed.record, fed.position, answer)
        self.failing, self.error = True, answer.error
        if answer.verdict == NEVER:
            self.refusals -= 1
        else:
            self.left -= 1
        return False

    def _broken(self, record: Broken) -> None:
        """Let the order of a damaged record wait: it may yet be restored, and for whom it was nobody can tell."""
        self._park(record, record.position, Answer(LATER, _which(record.code, record.version)))

    def _message(self, record: Record, lives: Lives) -> Message | None:
        to = self.to
        if not to.wanted.names(record):
            return None
        before, event, after = lives.around(record)
        if not to.concerns(before, event, after):
            return None
        told = envelope(self.store, record, event, after, to.actor, to.purpose, to.fields)
        place, number, version = record.place, record.number, record.version
        body = body_of(told)
        return Message(event_id(record), record.kind, place, number, version, body, self.now(), CONTENT_TYPE)

    def _park(self, record: Record | Broken, position: int, answer: Answer) -> None:
        place, number = record.place, record.number
        before = self.held.get((place, number))
        attempts = before.attempts + 1 if before is not None and before.position == position else 1
        lost = answer.verdict == NEVER or attempts >= self.to.retry.attempts
        retry = "" if lost else stamp(self.now() + wait(self.to.retry, attempts, event_id(record), answer.after))
        parked = Parked(self.to.reader, place, number, position, attempts, retry, answer.error)
        self._keep((place, number), parked)
        self.told = self.told._replace(failed=self.told.failed + 1, dead=self.told.dead + lost)

    def _keep(self, order: tuple[str, str], parked: Parked | None) -> None:
        self.changed[order] = parked
        if parked is None:
            self.held.pop(order, None)
        else:
            self.held[order] = parked

    def _write(self) -> None:
        """Write the cursor and what is parked, together; nothing when nothing has changed."""
        if not self.changed and self.cursor == self.store.cursor(self.to.reader):
            return
        kept = [parked for parked in self.changed.values() if parked is not None]
        gone = [order for order, parked in self.changed.items() if parked is None]
        parking(self.store).park(self.to.reader, self.cursor, kept, gone)
        self.changed.clear()


def _which(code: str, version: int | None) -> str:
    """Return what is kept of a record that cannot be read: what is wrong, and with which version of its order."""
    return code if version is None else f"{code} v{version}"


def _published(publisher: Publisher, message: Message) -> Answer:
    """Publish, and take whatever a publisher raises for a failure that may pass; its words may hold anything.

    So is an answer that is none: else the same message would go out in every round, and nothing behind it.
    """
    try:
        said: Any = publisher.publish(message)
    except Exception as cause:
        return Answer(LATER, type(cause).__name__)
    if not isinstance(said, Answer) or said.verdict not in (DONE, LATER, NEVER):
        return Answer(LATER, f"the publisher answered neither {DONE}, {LATER} nor {NEVER}: {type(said).__name__}")
    error = said.error if isinstance(said.error, str) else type(said.error).__name__
    after = said.after if isinstance(said.after, int | float) and 0 <= said.after < inf else None
    return Answer(said.verdict, error.encode("utf-8", "replace").decode()[:LONGEST], after)
