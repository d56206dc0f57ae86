"""How statements reach the server (语句的执行): one by one, or several in one journey where psycopg can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, overload

from sqlalchemy import Connection

from ._merge import Change, apart, merges
from ._statements import Statement, Statements

Rows = list[Any]
Question = tuple[str, Mapping[str, Any]]
"""A statement that asks, and its values: what comes of it is rows.  A change has a list of rows to make: a count."""

Step = Question | Change


class Unmergeable(Exception):
    """One statement cannot do it, or did nothing (内部信号): it needs a transaction; nothing was done."""


class Busy(Exception):
    """Somebody else is at what only one may do (内部信号): begin again in a moment."""


class Runner:
    """Runs statements on one connection, within whatever transaction it is in.

    Args:
        alone: there is none: a change has to be one statement, which is a transaction by itself.
    """

    def __init__(self, connection: Connection, say: Statements, alone: bool = False) -> None:
        self.connection = connection
        self.say = say
        self.kind = say.kind
        self.alone = alone
        self.planned: Any = None
        """What is to be returned, once a statement that commits by itself is under way."""

    def rows(self, name: str, **values: Any) -> Rows:
        """Return the rows of one question."""
        statement = self.say.__dict__[name]
        return list(self.connection.exec_driver_sql(statement.sql, statement.values(values)))

    def ask(self, question: Any) -> Rows:
        """Return the rows of a question made just now."""
        return list(self.connection.execute(question))

    @overload
    def together(self, steps: Sequence[Change]) -> list[int]: ...
    @overload
    def together(self, steps: Sequence[Question]) -> list[Rows]: ...
    @overload
    def together(self, steps: Sequence[Step]) -> list[Any]: ...
    def together(self, steps: Sequence[Step]) -> list[Any]:
        """Run *steps* in order: rows for each question, for each change how many rows it met."""
        return self._outcomes(steps)

    def _outcomes(self, steps: Sequence[Step]) -> list[Any]:
        return [self._step(name, values) for name, values in steps]

    def change(self, steps: Sequence[Change], lock: int | None = None, planned: Any = None) -> int:
        """Make the changes of *steps*; return how many rows the first of them met."""
        return self.together(steps)[0]

    def _step(self, name: str, values: Mapping[str, Any] | list[dict[str, Any]]) -> Rows | int:
        statement: Statement = self.say.__dict__[name]
        if not isinstance(values, list):
            return list(self.connection.exec_driver_sql(statement.sql, statement.values(values)))
        given: Any = [statement.values(each) for each in values]
        if given and self.connection.dialect.supports_sane_multi_rowcount:
            return self.connection.exec_driver_sql(statement.sql, given).rowcount
        # 达梦's does not count what many at once have met, and cannot run many of a driver's own statement.
        return sum(self.connection.exec_driver_sql(statement.sql, each).rowcount for each in given)


class PipedRunner(Runner):
    """The same by psycopg's pipeline: the server is waited for once for all steps."""

    def __init__(self, connection: Connection, say: Statements, alone: bool = False) -> None:
        super().__init__(connection, say, alone)
        if not connection.in_transaction():
            connection.begin()
        self.raw: Any = connection.connection.driver_connection
        self._row, self._numbered, self._error = self._psycopg()

    @staticmethod
    def _psycopg() -> tuple[Any, Any, Any]:
        from psycopg import Error, RawCursor
        from psycopg.rows import tuple_row

        return tuple_row, RawCursor, Error

    @contextmanager
    def _journey(self) -> Iterator[None]:
        """Send what is asked within at once, and wait for all of it.

        Where one statement fails, ending the pipeline may fail too (always, when the wire is cut).  psycopg can raise
        but one of two errors and writes the other to its log; here the second is the context of the first.
        """
        first: Exception | None = None
        try:
            with self.raw.pipeline():
                try:
                    yield
                except self._error as error:
                    first = error
        except self._error as second:
            if first is None:
                raise
            raise first from second
        if first is not None:
            raise first

    def rows(self, name: str, **values: Any) -> Rows:
        """Return the rows of one question."""
        cursor = self.raw.cursor(row_factory=self._row)
        rows: Rows = cursor.execute(self.say.__dict__[name].sql, values).fetchall()
        return rows

    def _outcomes(self, steps: Sequence[Step]) -> list[Any]:
        cursors = []
        with self._journey():
            for name, values in steps:
                sql = self.say.__dict__[name].sql
                cursor = self.raw.cursor(row_factory=self._row)
                if not isinstance(values, list):
                    cursor.execute(sql, values)
                elif len(values) == 1:
                    cursor.execute(sql, values[0])
                elif values:
                    cursor.executemany(sql, values)
                cursors.append(None if values == [] else cursor)
        return [_outcome(values, cursor) for (_, values), cursor in zip(steps, cursors, strict=True)]

    def change(self, steps: Sequence[Change], lock: int | None = None, planned: Any = None) -> int:
        """Make the changes of *steps* in as few statements as may be; return how many rows the first of them met.

        Args:
            lock: the number of the lock to hold; nothing is done where another transaction has it.
            planned: what is to be returned, should the connection be lost in a change that commits by itself.

        Raises:
            Unmergeable: the changes take several statements, and there is no transaction.
        """
        parts = apart(steps)
        if len(parts) == 1:
            self.planned = planned
            return _met(self._run(parts[0], lock))
        if self.alone:
            raise Unmergeable
        with self._journey():
            cursors = [self._run(part) for part in parts]
        return _met(cursors[0])

    def _run(self, part: Sequence[Change], lock: int | None = None) -> Any:
        name, rows = part[0]
        if not merges(name, rows):
            cursor = self.raw.cursor(row_factory=self._row)
            cursor.executemany(self.say.__dict__[name].sql, rows)
            return cursor
        return self._numbered(self.raw, row_factory=self._row).execute(*self.say.merger.merged(part, lock))


def _met(cursor: Any) -> int:
    return int(cursor.fetchone()[0] if cursor.description else cursor.rowcount)


def _outcome(values: Mapping[str, Any] | list[dict[str, Any]], cursor: Any) -> Rows | int:
    if not isinstance(values, list):
        rows: Rows = cursor.fetchall()
        return rows
    return 0 if cursor is None else int(cursor.rowcount)


def runner(connection: Connection, say: Statements, alone: bool = False) -> Runner:
    """Return what runs statements best on *connection*."""
    return (PipedRunner if say.kind.piped else Runner)(connection, say, alone)
