"""Orders that cannot be read hold up no other in ``store rebuild`` and ``store export``, and none is lost silently."""

from __future__ import annotations

import json
import sqlite3

import pytest

from hotline12345.stores import Parked
from hotline12345.stores.sqlite import SqliteStore

PLACE = "210100"
DAMAGES = {
    "no-json": ("UPDATE record SET data = '[' WHERE number = ? AND version = 1", "broken-record"),
    "no-object": ("UPDATE record SET data = '[1]' WHERE number = ? AND version = 1", "bad-event"),
    "no-utf8": ("UPDATE record SET data = CAST(x'7b2261223a22fffe227d' AS TEXT) WHERE number = ?", "broken-record"),
    "unknown": ("UPDATE record SET kind = 'Teleported' WHERE number = ? AND version = 2", "unknown-event"),
    "other": ("UPDATE record SET data = replace(data, number, 'X') WHERE number = ? AND version = 1", "broken-store"),
    "torn": ("UPDATE record SET kind = 'Dispatched' WHERE number = ? AND version = 1", "bad-event"),
    "newer": ("UPDATE record SET schema = 99 WHERE number = ? AND version = 1", "newer-schema"),
    "gap": ("DELETE FROM record WHERE number = ? AND version = 1", "broken-store"),
    "private": ("UPDATE vault SET data = '{' WHERE seq = (SELECT seq FROM private WHERE number = ?)", "broken-private"),
    "words": ("UPDATE vault SET data = char(10) || 'x' || data WHERE seq = (SELECT seq FROM private WHERE number = ?)",
              "broken-private"),
    "vault-utf8": ("UPDATE vault SET data = CAST(x'fffe' AS TEXT) WHERE seq = "
                   "(SELECT seq FROM private WHERE number = ?)", "broken-private"),
    "vault": ("DELETE FROM vault WHERE seq = (SELECT seq FROM private WHERE number = ?)", "broken-private"),
}  # fmt: skip


@pytest.fixture
def orders(run, receive, store, tmp_path, plain):
    """As many orders as there are ways to damage one, and one more; nothing is late, and each record has its row."""
    numbers = sorted(receive(store, "--ref", n) for n in range(len(DAMAGES) + 1))
    run("store", "rebuild", "--store", store)
    plain(tmp_path / "orders.db")
    return numbers


def _damage(tmp_path, *statements):
    conn = sqlite3.connect(tmp_path / "orders.db")
    for statement in statements:
        conn.execute(*statement)
    conn.commit()
    conn.close()


def _damage_all(tmp_path, orders):
    """Damage every order but the last."""
    _damage(tmp_path, *((sql, (number,)) for (sql, _), number in zip(DAMAGES.values(), orders, strict=False)))


def test_all_other_orders_are_rebuilt_and_each_broken_one_is_named_with_what_to_do(run, store, orders, tmp_path):
    *broken, sound = orders
    _damage_all(tmp_path, orders)
    _damage(tmp_path, ("UPDATE head SET holder = 'nobody' WHERE number = ?", (sound,)))
    for flags in ("--check",), ():
        ran = run("store", "rebuild", *flags, "--store", store, "--format", "json", code=4)
        assert [(each["number"], each["fields"]) for each in ran.json["findings"]] == [(sound, "holder")]
        assert ran.error["code"] == "orders-unreadable"
        lines = ran.error["message"].splitlines()[1:]
        assert [line.split("：")[0] for line in sorted(lines)] == [f"{PLACE}/{number}" for number in broken]
        for line, (_, code) in zip(sorted(lines), DAMAGES.values(), strict=True):
            assert code in line
    assert sound not in run("store", "rebuild", "--check", "--store", store, code=4).out


def test_an_order_whose_number_is_no_text_any_more_is_named(run, store, orders, tmp_path):
    _damage(tmp_path, ("UPDATE record SET number = CAST(x'fffe' AS TEXT) WHERE number = ?", (orders[0],)))
    told = run("store", "rebuild", "--store", store, code=4).err
    assert "\\xff\\xfe" in told
    told = run("store", "export", "x.ndjson", "--store", store, code=4).err
    assert "\\xff\\xfe" in told


def test_an_export_names_every_order_it_cannot_write_and_writes_none(run, store, orders, tmp_path):
    _damage_all(tmp_path, orders)
    ran = run("store", "export", "x.ndjson", "--store", store, "--format", "json", code=4)
    assert ran.error["code"] == "not-whole"
    assert "--skip-broken" in ran.error["hint"]
    for number in orders[:-1]:
        assert number in ran.error["message"]
    assert orders[-1] not in ran.error["message"]
    assert not list(tmp_path.glob("x.ndjson*"))


def test_the_rest_is_exported_when_asked_and_what_is_left_out_is_listed(run, store, orders, tmp_path):
    *broken, sound = orders
    _damage_all(tmp_path, orders)
    with SqliteStore(tmp_path / "orders.db") as opened:
        opened.park("r", 1, [Parked("r", PLACE, number, 1, 1, "", "") for number in (broken[0], sound)])
    args = ("store", "export", "x.ndjson", "--skip-broken", "left.ndjson", "--store", store)
    ran = run(*args, "--format", "json", code=1)
    assert ran.json["orders"] == 1
    assert "left.ndjson" in ran.err
    listed = [json.loads(line) for line in (tmp_path / "left.ndjson").read_text("utf-8").splitlines()]
    assert sorted(each["number"] for each in listed) == broken
    assert all(each["zh"] and each["hint_zh"] and each["hint_en"] for each in listed)
    for file in ("x.ndjson", "left.ndjson"):  # neither is written over
        (tmp_path / file).rename(tmp_path / "kept")
        assert "file-exists" in run(*args, code=2).err
        (tmp_path / "kept").rename(tmp_path / file)
        if file == "x.ndjson":
            (tmp_path / "left.ndjson").rename(tmp_path / "left.old")
            run(*args, code=2)
            assert not (tmp_path / "left.ndjson").exists()
            (tmp_path / "left.old").rename(tmp_path / "left.ndjson")
    new = f"sqlite:///{tmp_path}/new.db"
    assert f"{len(broken)} " in run("store", "import", "x.ndjson", "--store", new).err
    run("store", "check", "--store", new)
    with SqliteStore(tmp_path / "new.db") as opened:
        assert {fed.record.number for fed in opened.feed(0, 1000)} == {sound}
        assert [each.number for each in opened.parked("r")] == [sound]


def test_nothing_left_out_is_an_empty_list_and_success(run, store, orders, tmp_path):
    run("store", "export", "x.ndjson", "--skip-broken", "left.ndjson", "--store", store)
    assert (tmp_path / "left.ndjson").read_text() == ""
    assert "left_out" not in (tmp_path / "x.ndjson").read_text("utf-8").splitlines()[0]
