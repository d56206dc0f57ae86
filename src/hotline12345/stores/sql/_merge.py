"""Several changes as one statement (合并语句), for PostgreSQL: one journey and one plan, many rows as one JSON text.

``WITH`` runs its parts in no promised order and none sees what another did, so what is dropped and what is put in its
place never stand in one statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .._text import encode

Change = tuple[str, list[dict[str, Any]]]

_GIVEN = re.compile(r"%\((\w+)\)s(?:::(\w+))?")
_INSERT = " VALUES "
_HEADS = ("move_head", "add_head")
_REPLACED, _REPLACING = ("drop_words", "drop_private"), ("add_private", "add_word")


def merges(name: str, rows: list[dict[str, Any]]) -> bool:
    """Tell whether a change can be part of a statement: many rows only where they are added."""
    return len(rows) == 1 or name.startswith("add_")


def apart(steps: Sequence[Change]) -> list[list[Change]]:
    """Return *steps* in the order they are to be made, those together that one statement can make."""
    drops = [step for step in steps if step[0] in _REPLACED]
    groups: list[Sequence[Change]] = [steps]
    if drops:
        added = [step for step in steps if step[0] in _REPLACING]
        groups = [[step for step in steps if step not in drops and step not in added], drops, added]
    parts = []
    for group in groups:
        alone = [[step] for step in group if not merges(*step)]
        heads = [part for part in alone if part[0][0] in _HEADS]
        together = [step for step in group if merges(*step)]
        parts += [*heads, *([together] if together else []), *(part for part in alone if part not in heads)]
    return parts


class Merger:
    """Makes the statements, each once for the steps there are and whether each has one row or many."""

    def __init__(self, say: Any) -> None:
        self._say = say
        self._made: dict[tuple[Any, ...], tuple[str, list[tuple[int, str]]]] = {}

    def merged(self, steps: Sequence[Change], lock: int | None = None) -> tuple[str, list[Any]]:
        """Return one statement for *steps* and its values; it tells how many rows the first of them met.

        Nothing is done when the first is to move or add heads and meets none, or another transaction has *lock*.
        """
        shape = (lock is None, *((name, len(rows) > 1) for name, rows in steps))
        made = self._made.get(shape)
        if made is None:
            made = self._made[shape] = _Making(self._say, lock is not None).statement(steps)
        sql, wanted = made
        return sql, [lock if i < 0 else steps[i][1][0][name] if name else encode(steps[i][1]) for i, name in wanted]


class _Making:
    """One statement while it is put together; *wanted* says which step's value stands in which place."""

    def __init__(self, say: Any, locked: bool) -> None:
        self._say, self._locked = say, locked
        self.wanted: list[tuple[int, str]] = []
        self._headed = False

    def statement(self, steps: Sequence[Change]) -> tuple[str, list[tuple[int, str]]]:
        """Return the statement for *steps*, and what stands in which place."""
        self._headed = steps[0][0] in _HEADS
        parts = []
        for i, (name, rows) in enumerate(steps):
            sql = self._part(self._say.__dict__[name].sql, i, len(rows) > 1)
            parts.append(f"s{i} AS ({sql}{'' if i else ' RETURNING 1'})")
        return f"WITH {', '.join(parts)} SELECT count(*) FROM s0", self.wanted

    def _place(self, i: int, name: str = "", kind: str = "") -> str:
        self.wanted.append((i, name))
        return f"${len(self.wanted)}::{kind or 'TEXT'}"

    def _part(self, sql: str, i: int, many: bool) -> str:
        """Return the step's statement, to be done only where the first is, and that where the lock is free."""
        into, values, row = sql.partition(_INSERT)
        if not values:
            done = _GIVEN.sub(lambda found: self._place(i, found[1], found[2]), sql)
            return f"{done} AND {self._only(i)}" if i or self._locked else done
        row = row.strip()[1:-1]
        if not many:
            picked = _GIVEN.sub(lambda found: self._place(i, found[1], found[2]), row)
            return f"{into} SELECT {picked} WHERE {self._only(i)}"
        columns = {found[1]: found[2] for found in _GIVEN.finditer(row)}
        told = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        picked = _GIVEN.sub(lambda found: f'u."{found[1]}"', row)
        rows = f"json_to_recordset({self._place(i, kind='json')}) AS u({told})"
        return f"{into} SELECT {picked} FROM {rows} WHERE {self._only(i)}"

    def _only(self, i: int) -> str:
        if i:
            return "EXISTS (SELECT 1 FROM s0)" if self._headed else "true"
        return f"pg_try_advisory_xact_lock({self._place(-1, kind='BIGINT')})" if self._locked else "true"
