"""How work gets to the server and back (连接与事务): again only where nothing was committed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from copy import copy
from random import uniform
from threading import Event, RLock
from typing import Any

import sqlalchemy as sa

from hotline12345.core.errors import Conflict, HotlineError, StoreError

from .. import _rules as rules
from ..port import Appended
from . import _errors as faults
from . import _url as urls
from ._run import Busy, Runner, Unmergeable, runner
from ._statements import Statements
from ._write import Overtaken, Ready, stored

PATIENCE = 60.0
"""For how many seconds maintenance makes way for writers before it gives up (library default)."""

TRIES = 8
"""How often a transaction that is known not to have committed is tried again."""

_PAUSE = 0.05
_AGAIN = ("again", "unique")
_GONE = ("lost", "down")

Work = Callable[[Runner], Any]


class Cut(Exception):
    """The connection was lost while committing (内部信号); *result* is what was to be returned."""

    def __init__(self, result: Any) -> None:
        super().__init__("the connection was lost while committing")
        self.result = result


class Lost(Exception):
    """The connection was lost before COMMIT was sent: nothing was committed (内部信号)."""


class Line:
    """The way to one server: by connections of the engine, or on the one the host has given."""

    def __init__(self, engine: sa.Engine, say: Statements, where: str, timeout: float) -> None:
        self.engine, self.say, self.where, self.timeout = engine, say, where, timeout
        plain = say.kind.name == "sqlite" or engine.get_execution_options().get(urls.READY, False)
        self.writer = engine if plain else engine.execution_options(isolation_level="READ COMMITTED")
        # All statements of a transaction see one moment: never so by default, whoever made the engine.
        still = say.kind.postgres or say.kind.mysql
        self.whole = engine.execution_options(isolation_level="REPEATABLE READ") if still else self.writer
        # One statement that reads needs no transaction, and so neither BEGIN nor ROLLBACK.
        self.reader = engine.execution_options(isolation_level="AUTOCOMMIT") if say.kind.postgres else self.writer
        self.host: sa.Connection | None = None
        self.turn: AbstractContextManager[Any] = nullcontext()
        self.shut = Event()
        self._pid = os.getpid()
        dbapi: Any = engine.dialect.loaded_dbapi
        self.errors: tuple[type[Exception], ...] = (sa.exc.DBAPIError, dbapi.Error, sa.exc.TimeoutError)
        spent = (sa.exc.ResourceClosedError, sa.exc.PendingRollbackError)
        self._told: tuple[type[Exception], ...] = (*self.errors, *spent, UnicodeEncodeError, OverflowError)

    def on(self, connection: sa.Connection) -> Line:
        """Return the same line within the host's transaction."""
        if not isinstance(connection, sa.Connection):
            zh, en = f"{type(connection).__name__} 不是", f"{type(connection).__name__} is none"
            raise faults.no_transaction(self.where, zh, en)
        mine, theirs = self.engine.dialect, connection.dialect
        if theirs.driver != mine.driver:
            given, wanted = f"{theirs.name}+{theirs.driver}", f"{mine.name}+{mine.driver}"
            raise faults.no_transaction(self.where, f"{given} 的连接不是 {wanted} 的", f"{given} is not {wanted}")
        with self.told():
            if commits_itself(connection):
                en = "it commits each statement by itself, so a write could not be all or nothing"
                raise faults.no_transaction(self.where, "它自动提交，一批写入无法整体成败", en)
            line = copy(self)
            line.host = connection
            # A connection is no place for two threads at once; who shares one takes turns.
            line.turn = connection.info.setdefault("hotline12345", RLock())
        return line

    def connect(self, engine: sa.Engine | None = None) -> sa.Connection:
        """Return a connection of its own."""
        if os.getpid() != self._pid:  # a forked child's connections are its parent's
            self.engine.dispose(close=False)
            self._pid = os.getpid()
        return (engine or self.writer).connect()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell in our words what the driver complains about."""
        try:
            yield
        except HotlineError:
            raise
        except self._told as error:
            raise faults.translate(error, self.where) from error
        except Lost as error:
            raise faults.translate(error.__cause__ or error, self.where) from error

    def open(self) -> None:
        """Raise ``closed`` after ``close``."""
        if self.shut.is_set():
            raise rules.closed()

    # -- reading ---------------------------------------------------------------------------------

    def read(self, work: Work) -> Any:
        """Run what only reads; a connection that died in the pool is replaced."""
        self.open()
        with self.told():
            host = self.host
            if host is not None:
                return self._within(host, lambda: work(runner(host, self.say)))
            end = time.monotonic() + self.timeout
            while True:
                try:
                    return self._read(work)
                except Lost:
                    if time.monotonic() > end:
                        raise
                    time.sleep(_PAUSE)

    def _read(self, work: Work) -> Any:
        with self._taken(self.reader) as connection:
            try:
                return work(runner(connection, self.say))
            except self.errors as error:
                if self._lost(connection, error):
                    raise Lost from error
                raise

    @contextmanager
    def _taken(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        try:
            connection = self.connect(engine)
        except self.errors as error:
            if faults.kind_of(error) in _GONE:
                raise Lost from error
            raise
        try:
            yield connection
        finally:
            with suppress(*self.errors):  # what is committed stays so, however the connection goes back
                connection.close()

    def _lost(self, connection: sa.Connection, error: BaseException) -> bool:
        """Tell whether the connection is gone, and let go of it then."""
        if connection.invalidated:
            return True
        lost = faults.kind_of(error, connection.connection.driver_connection) == "lost"
        if lost:
            connection.invalidate(error)
        return lost

    # -- writing ---------------------------------------------------------------------------------

    def transact(self, work: Work, *, whole: bool = False, alone: bool = False) -> Any:
        """Run *work* in a transaction, again where it is known not to have committed; *whole*: seeing one moment.

        Args:
            alone: one statement of *work* changes something, if it can: that is its own transaction, two journeys less.

        Raises:
            Cut: the connection was lost while committing.
        """
        self.open()
        with self.told():
            host = self.host
            if host is not None:
                return self._within(host, lambda: self._nested(host, work))
            alone = alone and self.say.kind.piped
            end, tries = time.monotonic() + self.timeout, 0
            while True:
                try:
                    return self._alone(work) if alone else self._once(work, self.whole if whole else self.writer)
                except Unmergeable:
                    alone = False
                except Lost:
                    if time.monotonic() > end:
                        raise
                    time.sleep(_PAUSE)
                except Overtaken as late:
                    tries += 1
                    if tries >= TRIES:
                        raise faults.overtaken(late.append) from late
                except self.errors as error:
                    tries += 1
                    if faults.kind_of(error) not in _AGAIN or tries >= TRIES:
                        raise
                    time.sleep(0.002 * tries)

    def _once(self, work: Work, engine: sa.Engine) -> Any:
        with self._taken(engine) as connection:
            transaction = connection.begin()
            committing, result = False, None
            try:
                result = work(runner(connection, self.say))
                committing = True
                transaction.commit()
            except self.errors as error:
                if not self._lost(connection, error):
                    transaction.rollback()
                    raise
                transaction.close()
                raise (Cut(result) if committing else Lost()) from error
            except BaseException:
                transaction.rollback()
                raise
            return result

    def _alone(self, work: Work) -> Any:
        with self._taken(self.reader) as connection:
            run = runner(connection, self.say, alone=True)
            try:
                return work(run)
            except self.errors as error:
                if not self._lost(connection, error):
                    raise
                raise (Cut(run.planned) if run.planned is not None else Lost()) from error

    def _within(self, host: sa.Connection, work: Callable[[], Any]) -> Any:
        """Do *work* on the host's connection; one that is lost is let go of, as SQLAlchemy does where it sees it."""
        with self.turn:
            try:
                return work()
            except self.errors as error:
                self._lost(host, error)
                raise

    def _nested(self, host: sa.Connection, work: Work) -> Any:
        try:
            with host.begin_nested():
                return work(runner(host, self.say))
        except Overtaken as late:
            raise faults.overtaken(late.append) from late
        except self.errors as error:
            if faults.kind_of(error) in _AGAIN:
                raise faults.clash(self.where) from error
            raise

    def patiently(self, work: Work, *, whole: bool = False) -> None:
        """Run *work*, which does no harm twice, again and again for some time where others are in its way.

        Raises:
            StoreError: ``locked``: they were all that time.
        """
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.again(work, whole=whole)
                return
            except Busy as busy:
                if time.monotonic() > end:
                    raise faults.busy(self.where, PATIENCE) from busy
            except StoreError as error:
                if self.host is not None or error.facts.get("kind") not in (*_AGAIN, "locked"):
                    raise
                if time.monotonic() > end:
                    raise faults.busy(self.where, PATIENCE) from error
            time.sleep(uniform(0.005, 0.05))

    def again(self, work: Work, *, whole: bool = False) -> tuple[Any, Any]:
        """Run *work*, which does no harm twice; return (result, what it would have returned before a cut)."""
        before = None
        for _ in range(TRIES):
            try:
                return self.transact(work, whole=whole), before
            except Cut as cut:
                before = cut.result
        raise faults.unknown_outcome(self.where)


def settled(line: Line, ready: Sequence[Ready], planned: Sequence[Appended], end: float) -> bool:
    """Tell whether a write whose COMMIT was cut off was stored, by reading its key again."""
    fresh = [each for each, answer in zip(ready, planned, strict=True) if not answer.repeated]
    if not fresh:
        return True
    keyed = next((each for each in fresh if each.receipt), None)
    if keyed is None:
        raise faults.unknown_outcome(line.where)
    while True:
        try:
            found: bool = line.transact(lambda run: stored(run, keyed))
            return found
        except (Conflict, Cut) as wait:  # the cut transaction is still under way on the server
            if time.monotonic() > end:
                raise faults.unknown_outcome(line.where) from wait
            time.sleep(0.02)


def commits_itself(connection: sa.Connection) -> bool:
    """Tell whether a connection commits each statement by itself, by its options or as its driver tells it."""
    raw = connection.connection.driver_connection
    asked = getattr(raw, "get_autocommit", None)  # PyMySQL's and mysqlclient's; an attribute elsewhere
    said = asked() if asked is not None else getattr(raw, "autocommit", False)
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT" or said is True
