"""How statements reach the server (语句的执行): one by one, or several in one journey where psycopg can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ._statements import Statements

Values = Mapping[str, Any] | list[dict[str, Any]]
Step = tuple[str, Values]
Rows = list[Any]


class Runner:
    """Runs statements on one connection, within whatever transaction it is in."""

    def __init__(self, connection: Connection, say: Statements) -> None:
        self.connection = connection
        self.say = say
        self.kind = say.kind

    def rows(self, name: str, **values: Any) -> Rows:
        """Return the rows of one question."""
        statement = self.say.__dict__[name]
        return list(self.connection.exec_driver_sql(statement.sql, statement.values(values)))

    def ask(self, question: Any) -> Rows:
        """Return the rows of a question made just now."""
        return list(self.connection.execute(question))

    def together(self, steps: Sequence[Step]) -> list[Any]:
        """Run *steps* in order: rows for each question, for each change how many rows it met."""
        return [self._step(name, values) for name, values in steps]

    def _step(self, name: str, values: Values) -> Any:
        statement = self.say.__dict__[name]
        if not isinstance(values, list):
            result = self.connection.exec_driver_sql(statement.sql, statement.values(values))
            return list(result) if result.returns_rows else result.rowcount
        given: Any = [statement.values(each) for each in values]
        if given and self.connection.dialect.supports_sane_multi_rowcount:
            return self.connection.exec_driver_sql(statement.sql, given).rowcount
        # 达梦's does not count what many at once have met, and cannot run many of a driver's own statement.
        return sum(self.connection.exec_driver_sql(statement.sql, each).rowcount for each in given)


class PipedRunner(Runner):
    """The same by psycopg's pipeline: the server is waited for once for all steps."""

    def __init__(self, connection: Connection, say: Statements) -> None:
        super().__init__(connection, say)
        if not connection.in_transaction():
            connection.begin()
        self.raw: Any = connection.connection.driver_connection
        self._row = self._rows()

    @staticmethod
    def _rows() -> Any:
        from psycopg.rows import tuple_row

        return tuple_row

    def rows(self, name: str, **values: Any) -> Rows:
        """Return the rows of one question."""
        cursor = self.raw.cursor(row_factory=self._row)
        rows: Rows = cursor.execute(self.say.__dict__[name].sql, values).fetchall()
        return rows

    def together(self, steps: Sequence[Step]) -> list[Any]:
        """Run *steps* in order, in one journey."""
        cursors = []
        with self.raw.pipeline():
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
        return [_outcome(cursor) for cursor in cursors]


def _outcome(cursor: Any) -> Any:
    if cursor is None:
        return 0
    return cursor.fetchall() if cursor.description else cursor.rowcount


def runner(connection: Connection, say: Statements) -> Runner:
    """Return what runs statements best on *connection*."""
    return (PipedRunner if say.kind.piped else Runner)(connection, say)
