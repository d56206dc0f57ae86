"""Which changes one statement makes, and how it says so (合并语句); what comes of them on a server is in test_sql."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy.dialects import postgresql

from hotline12345.stores.sql._merge import apart
from hotline12345.stores.sql._statements import Statements
from hotline12345.stores.sql._tables import SEEN

ORDER = {"place": "p", "number": "1"}
KEY = {"_place": "p", "_number": "1"}
RECORD = {**ORDER, "version": 1, "kind": "Received", "schema": 1, "data": "{}", "link": "", "_last": 0}
RECEIPT = {**ORDER, "key": "k", "version": 1, "fingerprint": "f"}


@pytest.fixture(scope="module")
def say() -> Statements:
    return Statements(postgresql.dialect(paramstyle="pyformat"))  # type: ignore[no-untyped-call]


def names(parts: list[Any]) -> list[list[str]]:
    return [[name for name, _ in part] for part in parts]


def test_what_replaces_a_row_is_never_in_the_statement_that_drops_it() -> None:
    steps = [
        ("move_head", [KEY]), ("add_record", [RECORD]), ("drop_words", [KEY]), ("drop_private", [KEY]),
        ("add_private", [ORDER]), ("add_word", [ORDER, ORDER]), ("add_receipt", [RECEIPT]),
    ]  # fmt: skip
    assert names(apart(steps)) == [
        ["move_head", "add_record", "add_receipt"],
        ["drop_words", "drop_private"],
        ["add_private", "add_word"],
    ]


def test_heads_move_before_anything_else_and_many_by_themselves() -> None:
    steps = [("move_head", [KEY, KEY]), ("add_record", [RECORD, RECORD]), ("move_desk", [KEY, KEY])]
    assert names(apart(steps)) == [["move_head"], ["add_record"], ["move_desk"]]
    assert names(apart([("add_head", [ORDER]), ("add_record", [RECORD])])) == [["add_head", "add_record"]]


def test_nothing_is_written_unless_the_head_was(say: Statements) -> None:
    head = {column.name: "" for column in say.head.c} | {f"_{name}": "" for name in SEEN} | KEY
    head |= {"_expected": 1, "_last": 0}
    sql, values = say.merger.merged([("move_head", [head]), ("add_record", [RECORD]), ("add_receipt", [RECEIPT])], 77)
    assert sql.startswith("WITH s0 AS (UPDATE")
    assert sql.endswith("SELECT count(*) FROM s0")
    assert sql.count("EXISTS (SELECT 1 FROM s0)") == 2
    assert sql.count("pg_try_advisory_xact_lock") == 1
    assert 77 in values
    assert f"${len(values)}:" in sql
    assert f"${len(values) + 1}:" not in sql


def test_many_rows_are_one_value(say: Statements) -> None:
    one, few = say.merger.merged([("add_record", [RECORD])])
    many, text = say.merger.merged([("add_record", [RECORD, {**RECORD, "version": 2}])])
    assert len(few) == len(RECORD)
    assert "json_to_recordset" not in one
    assert len(text) == 1
    assert text[0].count('"version"') == 2
    assert 'json_to_recordset($1::json) AS u("_last" BIGINT, "place" VARCHAR' in many
