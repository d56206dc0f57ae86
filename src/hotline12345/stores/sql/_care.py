"""Looking after a server store (维护): what doctor shows, what is wrong, forgetting, repairing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hotline12345.core.errors import Fault, StoreError

from ..port import Append, Head
from . import _errors as faults
from . import _tally as tally
from ._feed import parts, position
from ._flavour import Flavour
from ._merge import Change
from ._run import Runner
from ._tables import SEEN
from ._write import Ready

if TYPE_CHECKING:
    from ._line import Line

RESTORED = 2
"""The transaction that repaired records are said to be of: before every one a cluster can have (they begin at 3)."""


def replica(connection: sa.Connection, kind: Flavour) -> bool:
    """Tell whether the server is a replica, or was set to be read only."""
    if kind.postgres:
        asked = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"
        return bool(connection.exec_driver_sql(asked).scalar())
    if kind.mysql:
        return bool(connection.exec_driver_sql("SELECT @@global.read_only").scalar())
    return False


def refuse_encoding(connection: sa.Connection, kind: Flavour, where: str) -> None:
    """Raise ``not-utf8`` or ``empty-is-null`` for a database of PostgreSQL's kind that cannot hold every text."""
    if not kind.postgres:
        return
    found = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if found != "UTF8":
        raise StoreError(
            f"{where} 的编码是 {found}，存不下所有文字",
            f"the encoding of {where} is {found}: it cannot hold every character",
            code="not-utf8",
            hint="请用 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 另建数据库",
            hint_en="make a database with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        )
    if connection.exec_driver_sql("SELECT '' IS NULL").scalar():
        raise StoreError(
            f"{where} 把空串当作 NULL（Oracle 兼容模式），存不下空的文字",
            f"{where} takes an empty text for NULL (its Oracle mode): it cannot hold one",
            code="empty-is-null",
            hint="请另建 PostgreSQL 兼容模式的库：openGauss 用 CREATE DATABASE … DBCOMPATIBILITY 'PG'",
            hint_en="make a database in PostgreSQL mode; on openGauss: CREATE DATABASE … DBCOMPATIBILITY 'PG'",
        )


def forget(run: Runner, place: str, person: str) -> int:
    """Delete a person's private records with their words, and the person from orders."""
    put, p, o = run.kind.put, run.say.private.c, run.say.owner.c
    mine = sa.and_(p.place == put(place), p.person == put(person))
    # Orders first, as a writer takes them; what is read of them before may have changed meanwhile.
    orders = [row[0] for row in run.ask(sa.select(p.number).where(mine).distinct().order_by(p.number))]
    for number in orders:
        run.rows("state_held", _place=put(place), _number=number)
    held = run.ask(sa.select(p.number, p.id).where(mine).order_by(p.number, p.id).with_for_update())
    rows = [row for row in held if row[0] in {*orders}]  # what came in between came after
    gone = [{"_place": put(place), "_number": number, "_id": id_} for number, id_ in rows]
    _uncount(run, put(place), rows)
    run.together([("drop_words", gone), ("drop_private", gone)] if gone else [])
    run.connection.execute(sa.delete(run.say.owner).where(o.place == put(place), o.person == put(person)))
    return len(gone)


def _uncount(run: Runner, place: str, rows: list[Any]) -> None:
    """Count the words of private records that go no more, and leave none in a note that waits."""
    tally.fold_all(run)
    note = tally.Note(run.kind.nothing)
    ids: dict[str, set[str]] = {}
    for number, id_ in rows:
        ids.setdefault(number, set()).add(id_)
    for number, gone in ids.items():
        held = run.rows("words_of", _place=place, _number=number)
        stays = {word for id_, word in held if id_ not in gone}
        note.words(place, (word for id_, word in held if id_ in gone and word not in stays), -1)
    tally.add(run, note)


def vacuum(line: Line, *, full: bool) -> None:
    """Clean the tables with personal data of what was deleted; *full*: write their files anew."""
    say = line.say
    names = [table.fullname for table in (say.private, say.word, say.owner, say.total, say.delta)]
    with line.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if say.kind.postgres:
            # openGauss knows the words of PostgreSQL 9.2 only.
            cleanly = "(INDEX_CLEANUP ON)" if _version(connection) >= (12,) else ""
            known = say.kind.name == "postgresql" and _version(connection) >= (10,)
            before = _before(connection, line.timeout) if full and known else ""
            for name in names:
                connection.exec_driver_sql(f"VACUUM {'FULL' if full else cleanly} {name}")
            if before:  # what it may still see was copied, too
                raise faults.not_scrubbed(line.where, before)
        elif say.kind.mysql and full:
            for name in names:
                connection.exec_driver_sql(f"ALTER TABLE {name} ENGINE = InnoDB")


def _before(connection: sa.Connection, seconds: float) -> str:
    """Wait for who may still see what was deleted up to now, in this database or on a replica; return whoever stays."""
    asked = (
        "SELECT who FROM (SELECT concat_ws(' ', pid, nullif(application_name, '')) AS who, "
        "greatest(age(backend_xid), age(backend_xmin)) AS age FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND coalesce(datname, current_database()) = current_database() "
        "AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum) "
        "UNION ALL SELECT 'PREPARED ' || gid, age(transaction) FROM pg_prepared_xacts WHERE database = "
        "current_database() UNION ALL SELECT 'SLOT ' || slot_name, age(xmin) FROM pg_replication_slots) held "
        "WHERE age > age('{}'::xid) ORDER BY age DESC LIMIT 1"
    )
    now = int(connection.exec_driver_sql("SELECT txid_current()").scalar() or 0) % 2**32
    end = time.monotonic() + seconds
    while (found := connection.exec_driver_sql(asked.format(now)).first()) and time.monotonic() < end:
        time.sleep(0.05)
    return str(found[0]) if found else ""


def analyse(line: Line) -> None:
    """Have PostgreSQL look at its tables once: until then it takes each for empty, and joins them row by row.

    Where autovacuum is on it does so by itself within a minute, which is long for who has just begun to import.
    """
    say = line.say
    if not say.kind.postgres:
        return
    with line.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        never = connection.exec_driver_sql(
            f"SELECT 1 FROM pg_stat_user_tables WHERE relid = '{say.head.fullname}'::regclass "
            "AND last_analyze IS NULL AND last_autoanalyze IS NULL"
        ).first()
        for table in say.data.sorted_tables if never else ():
            connection.exec_driver_sql(f"ANALYZE {table.fullname}")


def _version(connection: sa.Connection) -> tuple[Any, ...]:
    return tuple(connection.dialect.server_version_info or ())


def check(run: Runner, where: str) -> list[Fault]:
    """Return what is wrong: gaps, heads that disagree with records, records of transactions yet to come."""
    r, h = run.say.record.c, run.say.head.c
    versions = (
        sa.select(r.place, r.number, sa.func.count().label("n"), sa.func.max(r.version).label("last"))
        .group_by(r.place, r.number)
        .subquery()
    )
    v = versions.c
    both = sa.and_(v.place == h.place, v.number == h.number)
    asked = [
        (
            "gap",
            "工单记录不连续",
            "the records of an order have a gap",
            sa.select(v.place, v.number).where(v.n != v["last"]),
        ),
        (
            "head",
            "工单索引与记录不符",
            "the head of an order disagrees with its records",
            sa.select(h.place, h.number)
            .select_from(run.say.head.outerjoin(versions, both))
            .where(h.version != sa.func.coalesce(v["last"], 0)),
        ),
        (
            "headless",
            "记录没有工单索引",
            "records without a head",
            sa.select(v.place, v.number).select_from(versions.outerjoin(run.say.head, both)).where(h.number.is_(None)),
        ),
    ]
    get = run.kind.get
    found = []
    for code, zh, en, question in [*asked, *_desks(run)]:
        for place, number in run.ask(question.limit(20)):
            what = f"{get(place)}/{get(number)}"
            found.append(Fault(code, f"{zh}：{what}", f"{en}: {what}", file=where))
    return [*found, *_restored(run, where)]


def _desks(run: Runner) -> list[tuple[str, str, str, Any]]:
    """Ask for orders whose desks are not where they are looked for, and for desks of orders that have none."""
    h, d = run.say.head.c, run.say.desk.c
    both = sa.and_(d.place == h.place, d.number == h.number)
    zh, en = "承办席位与工单索引不符", "the desks of an order disagree with its head"
    has = run.say.said(h.desks)
    lost = sa.select(h.place, h.number).where(has, ~sa.exists().where(both))
    stray = sa.select(d.place, d.number).distinct().where(~sa.exists().where(both, has))
    return [("desk", zh, en, lost), ("desk", zh, en, stray)]


def miscounted(run: Runner, where: str) -> list[Fault]:
    """Return what is counted otherwise than by the heads; *run* sees one moment."""
    get = run.kind.get
    found = []
    for key in tally.differing(run)[:20]:
        what = "/".join(get(part) if isinstance(part, str) else str(part) for part in key)
        found.append(
            Fault("tally", f"计数与工单索引不符：{what}", f"a count disagrees with the heads: {what}", file=where)
        )
    return found


def reindex(run: Runner, place: str, heads: Sequence[Head]) -> None:
    """Replace heads, desks and requesters whole; an order that went on meanwhile has a new head, and is left alone.

    Who was forgotten meanwhile is not brought back.  Words are not touched: here they are what is found, and no index
    of anything.
    """
    put, say = run.kind.put, run.say
    r = say.record.c
    for head in sorted(heads, key=lambda head: put(head.number)):
        ready = Ready(Append(place, head.number, head.version, (), head), run.kind)
        order = {"_place": ready.place, "_number": ready.number}
        there = run.rows("state_held", **order)
        asked = sa.select(r.version, r.link, *((r.tx,) if run.kind.postgres else ()))
        asked = asked.where(r.place == ready.place, r.number == ready.number).order_by(r.version.desc()).limit(1)
        last = run.ask(asked)
        if not last or last[0][0] != head.version:
            continue
        owner = ready.owner if ready.owner and _known(run, ready.owner) else None
        row = {**ready.head, "link": last[0][1], "_last": last[0][2] if run.kind.postgres else 0}
        for table in (say.head, say.owner, say.desk):
            mine = sa.and_(table.c.place == ready.place, table.c.number == ready.number)
            run.connection.execute(sa.delete(table).where(mine))
        steps: list[Change] = [("add_head", [row]), ("add_desk", [*ready.desks(run.kind).values()])]
        steps += [("add_owner", [owner])] if owner else []
        note = tally.Note(run.kind.nothing)
        note.order(ready.place, tuple(there[0][6:]) if there else (), tuple(row[name] for name in SEEN))
        run.together([step for step in (*steps, ("add_delta", note.rows())) if step[1]])


def _known(run: Runner, owner: dict[str, Any]) -> bool:
    """Tell whether an order is its requester's still, and keep it so until the transaction ends."""
    return any(
        run.ask(
            sa.select(table.c.person)
            .where(*(table.c[name] == value for name, value in owner.items()))
            .with_for_update()
        )
        for table in (run.say.owner, run.say.private)
    )


def _restored(run: Runner, where: str) -> list[Fault]:
    ahead = _ahead(run)
    if not ahead:
        return []
    return [
        Fault(
            "restored",
            f"有 {ahead} 条记录的事务号在本集群之后（曾恢复到另一集群），读不到",
            f"{ahead} records carry transactions this cluster has yet to come to (restored to another one): "
            "the feed does not give them",
            file=where,
            hint="执行 hotline12345 store repair --store 地址 / run: hotline12345 store repair --store URL",
        )
    ]


def _ahead(run: Runner) -> int:
    """Count the records of transactions the cluster has not come to: it was dumped from another."""
    if not run.kind.postgres:
        return 0
    r = run.say.record.c
    end = sa.func.txid_snapshot_xmax(sa.func.txid_current_snapshot(), type_=sa.BigInteger())
    return int(run.ask(sa.select(sa.func.count()).select_from(run.say.record).where(r.tx >= end))[0][0])


def repair(run: Runner) -> int:
    """Number all records anew, as of one transaction of long ago, and move cursors along with them."""
    if not _ahead(run):
        return 0
    say = run.say
    run.connection.exec_driver_sql(f"LOCK TABLE {say.record.fullname}, {say.cursor.fullname} IN EXCLUSIVE MODE")
    r, moved = say.record, 0
    for table, key in ((say.cursor, ["reader"]), (say.parked, ["reader", "place", "number"])):
        for row in run.ask(sa.select(*(table.c[name] for name in (*key, "position")))):
            tx, id_ = parts(int(row[-1]))
            beyond = sa.tuple_(r.c.tx, r.c.id) <= sa.tuple_(
                sa.literal(tx, sa.BigInteger()), sa.literal(id_, sa.BigInteger())
            )
            before = run.ask(sa.select(sa.func.count()).select_from(r).where(beyond))[0][0]
            same = [table.c[name] == value for name, value in zip(key, row[:-1], strict=True)]
            new = position(RESTORED, before) if before else 0
            run.connection.execute(table.update().where(*same).values(position=new))
    rank = sa.select(r.c.id, sa.func.row_number().over(order_by=(r.c.tx, r.c.id)).label("rank")).subquery()
    # Two steps, below zero first: a number is taken until its owner has moved.
    first = r.update().where(r.c.id == rank.c.id).values(tx=RESTORED, id=-rank.c.rank)
    moved = run.connection.execute(first).rowcount
    run.connection.execute(r.update().where(r.c.id < 0).values(id=-r.c.id))
    run.connection.execute(say.head.update().values(tx=RESTORED))
    return moved


def info(run: Runner, where: str) -> dict[str, Any]:
    """Return what is to be shown of the store and its server."""
    say = run.say
    orders, records = (run.ask(sa.select(sa.func.count()).select_from(table))[0][0] for table in (say.head, say.record))
    told: dict[str, Any] = {
        "store": "sql",
        "url": where,
        "dialect": f"{run.kind.name}+{run.connection.dialect.driver}",
        "server": ".".join(map(str, _version(run.connection))),
        "schema": run.rows("layout")[0][0],
        "records": int(records),
        "orders": int(orders),
    }
    held, warnings = _held_back(run)
    if _ahead(run):
        warnings.append("记录来自另一集群，请执行 store repair / records of another cluster: run store repair")
    return {**told, "held_back": held, "warnings": warnings}


_SESSIONS = (
    "SELECT concat_ws(' ', pid, nullif(application_name, '')) AS who, "
    "extract(epoch FROM clock_timestamp() - xact_start)::bigint AS seconds, age(backend_xid) AS age "
    "FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
)
_PREPARED = (
    " UNION ALL SELECT 'PREPARED ' || gid, extract(epoch FROM clock_timestamp() - prepared)::bigint, age(transaction) "
    "FROM pg_prepared_xacts"
)
# openGauss, a PostgreSQL 9.2 by its own account, does not tell which sessions have a number.
_SINCE = (
    "SELECT pid || ' ' || application_name AS who, "
    "extract(epoch FROM clock_timestamp() - xact_start)::bigint AS seconds, "
    "extract(epoch FROM clock_timestamp() - xact_start) AS age "
    "FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()"
)


def _held_back(run: Runner) -> tuple[dict[str, Any], list[str]]:
    """Tell how many records wait to be given, for whom, whose transaction began how many seconds ago; and warn."""
    r = run.say.record.c
    behind = r.tx >= run.say.settled if run.kind.postgres else r.seq.is_(None)
    waiting = int(run.ask(sa.select(sa.func.count()).select_from(run.say.record).where(behind))[0][0])
    if not run.kind.postgres:
        return {"records": waiting, "by": "", "seconds": 0}, []
    holders = _SESSIONS if _version(run.connection) >= (9, 4) else _SINCE
    # A transaction may be of no session: prepared for a commit in two phases, and forgotten.
    holders += _PREPARED if run.kind.name == "postgresql" else ""
    asked = f"SELECT who, seconds FROM ({holders}) held ORDER BY age DESC LIMIT 1"
    oldest = list(run.connection.exec_driver_sql(asked))
    by, seconds = oldest[0] if oldest else ("", 0)
    lasted = int(seconds or 0)
    held = {"records": waiting, "by": by.strip(), "seconds": lasted}
    if lasted > 60:
        return held, [
            f"事务（{by}）已持续 {lasted} 秒，{waiting} 条记录要等它结束才能读到 / "
            f"the transaction of {by} has lasted {lasted} s; {waiting} records wait for it"
        ]
    if waiting and by and seconds is None:
        return held, [
            f"{waiting} 条记录要等事务（{by}）结束才能读到；它是别的用户的，看不到已持续多久（可授予 pg_monitor）/ "
            f"{waiting} records wait for the transaction of {by}, which is another user's: since when only "
            "pg_monitor may see"
        ]
    return held, []
