"""Looking after a server store (维护): what doctor shows, what is wrong, forgetting, repairing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hotline12345.core.errors import Fault, StoreError

from ._feed import parts, position
from ._flavour import Flavour
from ._run import Runner

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
    """Raise ``not-utf8`` for a PostgreSQL database that cannot hold every character."""
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


def forget(run: Runner, place: str, person: str) -> int:
    """Delete a person's private records with their words, and the person from orders."""
    put, p, o = run.kind.put, run.say.private.c, run.say.owner.c
    mine = sa.and_(p.place == put(place), p.person == put(person))
    rows = run.ask(sa.select(p.number, p.id).where(mine).order_by(p.number, p.id).with_for_update())
    gone = [{"_place": put(place), "_number": number, "_id": id_} for number, id_ in rows]
    run.together([("drop_words", gone), ("drop_private", gone)] if gone else [])
    run.connection.execute(sa.delete(run.say.owner).where(o.place == put(place), o.person == put(person)))
    return len(gone)


def vacuum(line: Line, *, full: bool) -> None:
    """Clean the tables with personal data of what was deleted; *full*: write their files anew."""
    say = line.say
    names = [say.private.fullname, say.word.fullname, say.owner.fullname]
    with line.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if say.kind.postgres:
            how = "FULL" if full else "INDEX_CLEANUP ON"
            connection.exec_driver_sql(f"VACUUM ({how}) {', '.join(names)}")
        elif say.kind.mysql and full:
            for name in names:
                connection.exec_driver_sql(f"ALTER TABLE {name} ENGINE = InnoDB")


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
    for code, zh, en, question in asked:
        for place, number in run.ask(question.limit(20)):
            what = f"{get(place)}/{get(number)}"
            found.append(Fault(code, f"{zh}：{what}", f"{en}: {what}", file=where))
    return [*found, *_restored(run, where)]


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
        "server": ".".join(map(str, run.connection.dialect.server_version_info or ())),
        "schema": run.rows("layout")[0][0],
        "records": int(records),
        "orders": int(orders),
    }
    held = _held_back(run)
    warnings = []
    if held["seconds"] > 60:
        warnings.append(
            f"进程 {held['by']} 的事务已持续 {held['seconds']} 秒，{held['records']} 条记录要等它结束才能读到 / "
            f"the transaction of process {held['by']} has lasted {held['seconds']} s; {held['records']} records "
            "wait for it"
        )
    if _ahead(run):
        warnings.append("记录来自另一集群，请执行 store repair / records of another cluster: run store repair")
    return {**told, "held_back": held, "warnings": warnings}


def _held_back(run: Runner) -> dict[str, Any]:
    """Tell how many records wait to be given, for which process, whose transaction began how many seconds ago."""
    r = run.say.record.c
    if not run.kind.postgres:
        waiting = run.ask(sa.select(sa.func.count()).select_from(run.say.record).where(r.seq.is_(None)))
        return {"records": int(waiting[0][0]), "by": "", "seconds": 0}
    waiting = run.ask(sa.select(sa.func.count()).select_from(run.say.record).where(r.tx >= run.say.settled))
    oldest = list(
        run.connection.exec_driver_sql(
            "SELECT pid, application_name, coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::bigint "
            "FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() "
            "ORDER BY age(backend_xid) DESC LIMIT 1"
        )
    )
    by, seconds = (f"{oldest[0][0]} {oldest[0][1]}".strip(), int(oldest[0][2])) if oldest else ("", 0)
    return {"records": int(waiting[0][0]), "by": by, "seconds": seconds}
