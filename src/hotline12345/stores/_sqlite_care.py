"""Looking after an embedded store (维护): is it sound, what is it, and a copy of it while others write."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from hotline12345.core.errors import Fault, StoreError

from . import _sqlite_errors as faults
from . import _sqlite_late as late
from . import _sqlite_schema as schema
from . import _sqlite_words as words
from . import _sqlite_write as writing
from ._folder import settle
from ._sqlite_file import File
from .port import Head

_OF = "place, number, version, link, desks"
# By the number first, which SQLite looks up; the pair is looked for among all that are late.
_NOT_LATE = "(number NOT IN (SELECT number FROM late) OR (place, number) NOT IN (SELECT place, number FROM late))"
_SETTLED = f"SELECT {_OF} FROM head WHERE {_NOT_LATE}"
# The heads as they are; desks and counts are those of what is settled.
_NOW = f"SELECT {_OF} FROM newest UNION ALL {_SETTLED}"
_ENDS = "SELECT max(position) AS position FROM record UNION ALL SELECT max(position) FROM late"
_LAST = "FROM {} r WHERE r.place = h.place AND r.number = h.number"
CHECKS = (
    ("damaged", "数据库损坏", "the database is damaged", "PRAGMA integrity_check(20)"),
    (
        "gap",
        "工单记录不连续",
        "the records of an order have a gap",
        "SELECT place, number FROM history GROUP BY place, number HAVING sum(more + 1) <> max(version) LIMIT 20",
    ),
    (
        "record",
        "记录的内容无法读取",
        "the content of a record cannot be read",
        "SELECT place, number, 'v' || version FROM history WHERE NOT json_valid(data) LIMIT 20",
    ),
    (
        "late",
        "写入无法整理到位：它的位置、版本或幂等键已被占用",
        "a write cannot be put in its place: its position, version or key is taken",
        "SELECT place, number, 'v' || version FROM late l WHERE more >= 0 AND ("
        + " OR ".join(
            f"EXISTS (SELECT 1 FROM record r WHERE {taken})"
            for taken in (
                "r.position = l.position",
                "r.place = l.place AND r.number = l.number AND r.version = l.version",
                "r.place = l.place AND r.key = l.key",
            )
        )
        + ") LIMIT 20",
    ),
    (
        "head",
        "工单索引与记录不符",
        "the head of an order disagrees with its records",
        " UNION ALL ".join(
            f"SELECT h.place, h.number FROM ({heads}) h "
            f"WHERE h.version <> coalesce((SELECT max(version) {_LAST.format(records)}), 0)"
            for heads, records in ((_SETTLED, "record"), ("SELECT * FROM newest", "history"))
        )
        + " LIMIT 20",
    ),
    (
        "headless",
        "记录没有工单索引",
        "records without a head",
        "SELECT DISTINCT place, number FROM record r WHERE version = more + 1 AND NOT EXISTS "
        f"(SELECT 1 FROM head h WHERE h.place = r.place AND h.number = r.number) AND {_NOT_LATE} LIMIT 20",
    ),
    (
        "vault",
        "私密记录缺少内容",
        "a private record has lost its content",
        f"SELECT place, number, id FROM (SELECT place, number, id, seq FROM private UNION ALL "
        f"SELECT place, number, id, seq FROM {late.UNWORDED}) WHERE seq NOT IN (SELECT seq FROM vault) LIMIT 20",
    ),
    (
        "desk",
        "承办席位与工单索引不符",
        "the desks of an order disagree with its head",
        "SELECT * FROM (SELECT place, number FROM head WHERE desks <> '' EXCEPT SELECT place, number FROM desk) "
        "UNION SELECT * FROM (SELECT place, number FROM desk EXCEPT SELECT place, number FROM head WHERE desks <> '') "
        "LIMIT 20",
    ),
    (
        "desk",
        "工单索引中的承办席位无法读取",
        "the desks in the head of an order cannot be read",
        f"SELECT place, number FROM ({_NOW}) WHERE desks <> '' AND NOT json_valid(desks) LIMIT 20",
    ),
    (
        "tail",
        "工单索引中的末环与记录不符",
        "the last link in the head is not the last record's",
        f"SELECT h.place, h.number FROM ({_NOW}) h WHERE h.link <> coalesce((SELECT substr(r.link, -32) "
        f"{_LAST.format('record')} AND r.version = h.version), h.link) LIMIT 20",
    ),
    (
        "tally",
        "计数与工单索引不符",
        "a count disagrees with the heads",
        "WITH counted AS (SELECT place, status, open, count(*) AS n FROM head GROUP BY 1, 2, 3), "
        "kept AS (SELECT place, status, open, sum(n) AS n FROM tally GROUP BY 1, 2, 3), "
        "totals AS (SELECT place, value, open, n FROM total WHERE field = 'status' AND n <> 0), "
        "days AS (SELECT place, substr(due, 1, 10), open, count(*) FROM head WHERE due > '' GROUP BY 1, 2, 3 UNION ALL "
        "SELECT place, digest, open, count(*) FROM head WHERE digest > '' GROUP BY 1, 2, 3), "
        "dues AS (SELECT place, value, open, n FROM total WHERE field IN ('due', 'digest') AND n <> 0) "
        "SELECT * FROM (SELECT * FROM days EXCEPT SELECT * FROM dues) UNION "
        "SELECT * FROM (SELECT * FROM dues EXCEPT SELECT * FROM days) UNION "
        "SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept) UNION "
        "SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted) UNION "
        "SELECT * FROM (SELECT * FROM totals EXCEPT SELECT * FROM counted) UNION "
        "SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM totals) LIMIT 20",
    ),
)


def reindex(conn: sqlite3.Connection, place: str, heads: Sequence[Head]) -> None:
    """Replace heads and desks whole; without heads, count the orders of *place*, and index their words, anew."""
    late.settle_all(conn)
    still = _standing(conn, place, heads)
    if still or not heads:
        writing.reindex(conn, place, still)


def _standing(conn: sqlite3.Connection, place: str, heads: Sequence[Head]) -> list[Head]:
    """Return those of *heads*, counted a while ago, that may be put in place; within the transaction, so that it holds.

    An order that went on meanwhile has a newer head, and who was forgotten meanwhile is not brought back.
    """
    found = []
    for head in heads:
        order = (place, head.number)
        last = conn.execute("SELECT max(version) FROM record WHERE place = ? AND number = ?", order).fetchone()[0]
        if last == head.version:
            known = not head.requester or conn.execute(_KNOWN, (*order, head.requester) * 2).fetchone()
            found.append(head if known else head._replace(requester=""))
    return found


_KNOWN = (
    "SELECT 1 FROM private p JOIN vault v ON v.seq = p.person WHERE p.place = ? AND p.number = ? AND v.data = ? "
    "UNION ALL SELECT 1 FROM head h JOIN vault v ON v.seq = h.requester "
    "WHERE h.place = ? AND h.number = ? AND v.data = ?"
)


def check(file: File) -> list[Fault]:
    """Return what is wrong with the store."""
    found: list[Fault] = []
    for code, zh, en, query in CHECKS:
        for row in file.rows(query):
            what = "/".join(str(part) for part in row)
            if code != "damaged" or what != "ok":
                found.append(Fault(code, f"{zh}：{what}", f"{en}: {what}", file=str(file.path)))
    with file.moment():  # others write meanwhile
        strays = words.strays(file.rows)
    for seq in strays:
        zh, en = "词索引指向不存在的隐私记录", "words lead to a private record that is not there"
        found.append(Fault("word", f"{zh}：{seq}", f"{en}: {seq}", file=str(file.path)))
    return found


def info(file: File) -> dict[str, Any]:
    """Return what ``doctor`` shows of the store."""
    first, last = schema.DEFECT
    warnings = []
    if first <= sqlite3.sqlite_version_info <= last:
        warnings.append(
            f"SQLite {sqlite3.sqlite_version}：同时提交和检查点可能损坏 WAL（3.7.0–3.51.2）；本库在写锁内做检查点，"
            "请勿让其他程序写此文件 / this SQLite can damage a WAL database when a commit races a checkpoint; "
            "this library keeps both under its write lock, so let no other program write the file"
        )
    return {
        "store": "sqlite",
        "path": str(file.path),
        "schema": file.rows("PRAGMA user_version")[0][0],
        "sqlite": sqlite3.sqlite_version,
        "durability": file.durability,
        "readonly": file.readonly,
        "bytes": file.path.stat().st_size,
        "wal_bytes": file.wal_bytes(),
        "records": file.rows(f"SELECT coalesce(sum(version), 0) FROM ({_NOW})")[0][0],
        "orders": file.rows(f"SELECT count(*) FROM ({_NOW})")[0][0],
        # Records are counted by their heads, and some may have none: there are no more than this.
        "last": file.rows(f"SELECT coalesce(max(position), 0) FROM ({_ENDS})")[0][0],
        "warnings": warnings,
    }


def backup(file: File, path: Path) -> None:
    """Copy the database as one reader sees it into a new file, whole or not at all."""
    if path.exists():
        raise StoreError(
            f"文件已存在：{path}",
            f"the file exists: {path}",
            code="file-exists",
            hint="换一个文件名，或先移走它",
            hint_en="give another name or move it away",
        )
    if not path.parent.is_dir():
        raise faults.no_such_folder(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            # All pages in one step: a reader's snapshot, so that writers neither wait nor make it begin again.
            file.reading().backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # the copy is one file, with no log beside it
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            copy.execute("PRAGMA journal_mode=WAL")
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        os.replace(draft, path)
        settle(path.parent)
    except sqlite3.Error as error:
        raise faults.translate(error, path) from error
    finally:
        for left in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm"), Path(f"{draft}-journal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
