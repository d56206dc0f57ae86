"""The statements of the server store (语句), each compiled once for the server's dialect.

What is run for every write is kept as text for the driver; what depends on the question is built when
it is asked (``_find``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam as b

from ._flavour import Flavour, flavour
from ._merge import Merger
from ._tables import HEAD, PREFIX, SEEN, VERSION_TABLE, tables

ONE: Any = sa.literal_column("1")


class Statement(NamedTuple):
    """A statement as the driver takes it: *names* orders the values where they go by position."""

    sql: str
    names: tuple[str, ...] | None

    def values(self, given: Mapping[str, Any]) -> Any:
        """Return *given* as the driver wants it."""
        return given if self.names is None else tuple([given[name] for name in self.names])


class Statements:
    """Every fixed statement, for one dialect and schema."""

    def __init__(self, dialect: Any, schema: str | None = None) -> None:
        self.kind: Flavour = flavour(dialect)
        self.importing = False
        self._dialect = dialect
        self.data = tables(self.kind, schema)
        dot = f"{schema}." if schema else ""
        for name in ("record", "head", "desk", "receipt", "private", "word", "owner", "cursor", "parked", "lease",
                     "tally", "total", "delta"):  # fmt: skip
            setattr(self, name, self.data.tables[f"{dot}{PREFIX}{name}"])
        self.sequence = self.data.tables.get(f"{dot}{PREFIX}sequence")
        self.version_table = sa.Table(
            VERSION_TABLE, sa.MetaData(schema=schema), sa.Column("version_num", sa.String(32))
        )
        for name, made in self._made().items():
            made, columns = made if isinstance(made, tuple) else (made, None)
            compiled = made.compile(dialect=dialect, column_keys=columns)
            places = getattr(compiled, "positiontup", None)
            self.__dict__[name] = Statement(compiled.string, tuple(places) if places is not None else None)
        self.merger = Merger(self)

    record: sa.Table
    head: sa.Table
    desk: sa.Table
    receipt: sa.Table
    private: sa.Table
    word: sa.Table
    owner: sa.Table
    cursor: sa.Table
    parked: sa.Table
    lease: sa.Table
    tally: sa.Table
    total: sa.Table
    delta: sa.Table

    def __getattr__(self, name: str) -> Any:  # the compiled statements, for readers and type checkers
        raise AttributeError(name)

    # -- what servers say differently --------------------------------------------------------------

    @cached_property
    def tx(self) -> Any:
        """The transaction that writes, on PostgreSQL; the older functions are those its descendants have too."""
        return sa.func.txid_current(type_=sa.BigInteger())

    @cached_property
    def settled(self) -> Any:
        """Before which transaction everything is decided."""
        return sa.func.txid_snapshot_xmin(sa.func.txid_current_snapshot(), type_=sa.BigInteger())

    @cached_property
    def now(self) -> Any:
        """The server's clock, in seconds."""
        if self.kind.postgres:
            return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double())
        if self.kind.mysql:
            # The difference of two readings of one clock: no time zone enters.
            return sa.literal_column("(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) / 1000000.0e0)")
        if self.kind.name == "sqlite":
            return sa.literal_column("((julianday('now') - 2440587.5) * 86400.0)")
        utc = "SYS_EXTRACT_UTC(SYSTIMESTAMP)"
        if self.kind.name == "dm":  # a DATE there has no time of day
            return sa.literal_column(f"(BIGDATEDIFF(MS, TIMESTAMP '1970-01-01 00:00:00', {utc}) / 1000.0)")
        return sa.literal_column(f"((CAST({utc} AS DATE) - DATE '1970-01-01') * 86400.0)")

    def heads(self) -> Any:
        """Heads with their requester, as ``head_of`` reads them."""
        h, o = self.head.c, self.owner.c
        joined = self.head.outerjoin(self.owner, (o.place == h.place) & (o.number == h.number))
        return sa.select(h.place, h.number, *(h[name] for name in HEAD), o.person).select_from(joined)

    def state(self) -> Any:
        """What a write has to know of an order: its key, version, desks, link, transaction, what it counts as."""
        h = self.head.c
        last = h.tx if self.kind.postgres else sa.literal_column("0")
        return sa.select(h.place, h.number, h.version, h.desks, h.link, last.label("last"), *(h[name] for name in SEEN))

    def greatest(self, one: Any, other: Any) -> Any:
        """The greater of two values."""
        return sa.case((one > other, one), else_=other)

    # -- the statements ----------------------------------------------------------------------------

    def _made(self) -> dict[str, Any]:
        r, h, d, p, k = (t.c for t in (self.record, self.head, self.desk, self.private, self.receipt))
        postgres = self.kind.postgres
        order = [("place", h), ("number", h)]
        at = sa.and_(*(table[name] == b(f"_{name}") for name, table in order))
        desk = sa.and_(d.place == b("_place"), d.number == b("_number"), d.assignment == b("_assignment"))
        state = self.state().where(at)
        # A head may be replaced at its version: what it was counted as has to be what was looked at.
        seen = sa.and_(*(h[name] == b(f"_{name}") for name in SEEN))
        told = [c.name for c in self.record.c if c.name not in ("id", "seq", "tx")]
        tx = {"tx": sa.func.greatest(self.tx, b("_last", type_=sa.BigInteger()))} if postgres else {}
        values = [*HEAD, "link"]
        mine = (self.receipt.c.place == b("_place")) & (k.key == b("_key"))
        receipt = sa.select(k.number, k.version, k.fingerprint).where(mine)
        return {
            "layout": sa.select(self.version_table.c.version_num),
            "state_held": state.with_for_update(),
            "state_seen": state,
            "receipt_of": receipt,
            "receipt_now": receipt.with_for_update(nowait=True) if self.kind.waits else receipt,
            **(self._looking() if postgres else {}),
            "add_record": (self.record.insert().inline().values(tx), told),
            "add_head": (self.head.insert().values(tx), ["place", "number", *values]),
            "move_head": (self.head.update().where(at, h.version == b("_expected"), seen).values(tx), values),
            "add_desk": _insert(self.desk),
            "move_desk": (self.desk.update().where(desk), ["unit", "role", "due"]),
            "drop_desk": self.desk.delete().where(desk),
            "add_receipt": _insert(self.receipt),
            "add_owner": _insert(self.owner),
            **self._keeping(),
            "stream": sa.select(r.version, r.kind, r.schema, r.data)
            .where(r.place == b("_place"), r.number == b("_number"), r.version > b("_after"))
            .order_by(r.version),
            "head_of": self.heads().where(at),
            "receipts": sa.select(k.key, k.version, k.fingerprint)
            .where(k.place == b("_place"), k.number == b("_number"))
            .order_by(k.version, k.key),
            "awake": sa.select(h.number)
            .where(h.place == b("_place"), self.said(h.wake), h.wake <= b("_at"))
            .order_by(h.wake, h.number)
            .limit(b("_limit", type_=sa.Integer())),
            "private_of": sa.select(p.id, p.data)
            .where(p.place == b("_place"), p.number == b("_number"))
            .order_by(p.id),
            "places": sa.select(h.place).distinct().order_by(h.place),
            "kept": self._kept(),
            **self._counting(),
            **self._feeding(),
            **self._sharing(),
        }

    def _counting(self) -> dict[str, Any]:
        t, total, d = self.tally.c, self.total.c, self.delta.c
        cell = t.cell == b("_cell")
        named = sa.and_(*(total[name] == b(f"_{name}") for name in ("place", "field", "value", "open")))
        return {
            "add_delta": (self.delta.insert().inline(), ["place", "data"]),
            "drop_delta": self.delta.delete().where(d.id == b("_id")),
            "add_tally": _insert(self.tally),
            "move_tally": (self.tally.update().where(cell), ["n"]),
            "drop_tally": self.tally.delete().where(cell),
            "add_total": _insert(self.total),
            "move_total": (self.total.update().where(named), ["n"]),
            "drop_total": self.total.delete().where(named),
        }

    def _keeping(self) -> dict[str, Any]:
        p, w = self.private.c, self.word.c
        return {
            "add_private": _insert(self.private),
            "drop_private": self.private.delete().where(
                p.place == b("_place"), p.number == b("_number"), p.id == b("_id")
            ),
            "add_word": _insert(self.word),
            "words_of": sa.select(w.id, w.word).where(w.place == b("_place"), w.number == b("_number")),
            "drop_words": self.word.delete().where(w.place == b("_place"), w.number == b("_number"), w.id == b("_id")),
        }

    def _looking(self) -> dict[str, Any]:
        """What PostgreSQL is asked before a write: of one order in one row, or of many at a time."""
        h, k = self.head.c, self.receipt.c
        place: Any = b("_place")
        layout = self.version_table.c.version_num
        keys, numbers = (sa.any_(b(name, type_=sa.ARRAY(sa.String))) for name in ("_keys", "_numbers"))
        locks = sa.func.unnest(b("_locks", type_=sa.ARRAY(sa.BigInteger))).column_valued("id")
        free = sa.func.pg_try_advisory_xact_lock
        one = sa.select(ONE.label("one")).subquery("one")
        joined = one.outerjoin(self.receipt, (k.place == place) & (k.key == b("_key")))
        joined = joined.outerjoin(self.head, (h.place == place) & (h.number == b("_number")))
        asked = sa.select(
            sa.select(layout).limit(ONE).scalar_subquery(), free(b("_lock", type_=sa.BigInteger())),
            k.number, k.version, k.fingerprint, *list(self.state().selected_columns)[2:],
        )  # fmt: skip
        receipts = sa.select(k.place, k.key, k.number, k.version, k.fingerprint)
        states = self.state().where(h.place == place, h.number == numbers)
        return {
            "look": asked.select_from(joined),
            "key_lock": sa.select(free(b("_lock", type_=sa.BigInteger()))),
            "key_locks": sa.select(free(locks)),
            "receipts_of": receipts.where(k.place == place, k.key == keys),
            "states_of": states,
            "states_held": states.order_by(h.number).with_for_update(),
        }

    def _kept(self) -> Any:
        """Private records and words in one statement: who is forgotten meanwhile is there whole or not at all."""
        p, w = self.private.c, self.word.c
        joined = self.private.outerjoin(self.word, sa.and_(w.place == p.place, w.number == p.number, w.id == p.id))
        mine = sa.and_(p.place == b("_place"), p.number == b("_number"))
        return sa.select(p.id, p.person, p.data, w.word).select_from(joined).where(mine)

    def said(self, column: Any) -> Any:
        """Say that *column* is not empty, in the very words of the partial index on it."""
        return column > sa.literal_column(f"'{self.kind.nothing}'")

    def _feeding(self) -> dict[str, Any]:
        r = self.record.c
        limit = b("_limit", type_=sa.Integer())
        told = (r.place, r.number, r.version, r.kind, r.schema, r.data, r.link)
        ours = r.place == b("_place")
        if self.kind.postgres:
            beyond = sa.tuple_(r.tx, r.id) > sa.tuple_(
                b("_tx", type_=sa.BigInteger()), b("_after", type_=sa.BigInteger())
            )
            fed = sa.select(r.tx, r.id, *told).where(beyond, r.tx < self.settled).order_by(r.tx, r.id).limit(limit)
            held = sa.select(r.id).where(r.tx >= self.settled).limit(ONE)
            return {"feed": fed, "feed_of": fed.where(ours), "held": held}
        fed = sa.select(sa.literal_column("0"), r.seq, *told).where(r.seq > b("_after")).order_by(r.seq).limit(limit)
        s = self.sequence
        assert s is not None
        return {
            "feed": fed,
            "feed_of": fed.where(ours),
            "held": sa.select(r.id).where(r.seq.is_(None)).limit(ONE),
            "sequence_last": sa.select(s.c["last"]).where(s.c.id == ONE).with_for_update(),
            "sequence_move": s.update().where(s.c.id == ONE).values({"last": b("_last")}),
            "place_record": (self.record.update().where(r.id == b("_id")), ["seq"]),
            "unplaced": sa.select(r.id, r.place, r.number, r.version)
            .where(r.seq.is_(None))
            .order_by(r.id)
            .limit(limit),
        }

    def _sharing(self) -> dict[str, Any]:
        c, q, ls = self.cursor.c, self.parked.c, self.lease.c
        mine = sa.and_(ls.name == b("_name"), ls.owner == b("_owner"), ls.token == b("_token"))
        held = sa.select(ls.token).where(mine, ls.until > self.now)
        until = self.now + b("_seconds", type_=sa.Double())
        return {
            "cursor_of": sa.select(c.position).where(c.reader == b("_reader")),
            "readers": sa.select(c.reader),
            "move_cursor": self.cursor.update()
            .where(c.reader == b("_reader"))
            .values(position=self.greatest(c.position, b("_position", type_=c.position.type))),
            "add_cursor": _insert(self.cursor),
            "drop_parked": self.parked.delete().where(
                q.reader == b("_reader"), q.place == b("_place"), q.number == b("_number")
            ),
            "add_parked": _insert(self.parked),
            "lease_held": held.with_for_update(read=True),
            "lease_take": self.lease.update()
            .where(ls.name == b("_name"))
            .values(owner=b("_owner"), token=b("_token"), until=until),
            "lease_renew": self.lease.update().where(mine, ls.until > self.now).values(until=until),
            "lease_free": self.lease.update().where(mine).values(owner=b("_nobody"), until=sa.literal_column("0")),
            "lease_until": sa.select(ls.until).where(ls.name == b("_name")),
            "clock": sa.select(self.now.label("now")),
            "add_lease": _insert(self.lease),
        }


def _insert(table: sa.Table) -> Any:
    return table.insert(), [column.name for column in table.c]
