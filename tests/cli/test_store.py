"""``store``: out of one store and into another, backed up, checked and mended (存储命令)."""

from __future__ import annotations

import sqlite3
import sys

import pytest

KEYED = "orders.db.key"


@pytest.fixture
def two(run, receive, store, tmp_path, plain):
    """A store with two orders, where nothing is late and each record has its row."""
    numbers = sorted(receive(store, "--ref", n) for n in range(2))
    run("store", "rebuild", "--store", store)
    plain(tmp_path / "orders.db")
    return numbers


def _damage(tmp_path, *statements):
    conn = sqlite3.connect(tmp_path / "orders.db")
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()


def _tables(path):
    conn = sqlite3.connect(path)
    names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: sorted(conn.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    found["total"] = [row for row in found["total"] if row[-1]]  # what is counted down to nothing may stay as nothing
    conn.close()
    return found


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz", "a.parquet"])
def test_a_store_is_exported_and_imported(run, store, two, tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    told = run("store", "export", name, "--store", store, "--format", "json").json
    assert (told["orders"], told["private"]) == (2, 2)
    new = f"sqlite:///{tmp_path}/new.db"
    assert run("store", "import", name, "--store", new, "--format", "json").json == told
    for each in ("show", two[0]), ("list", "--words", "路灯"):
        (tmp_path / "new.db.key").write_bytes((tmp_path / KEYED).read_bytes())
        old_said, new_said = (run(*each, "--store", url, "--format", "json").out for url in (store, new))
        assert old_said == new_said
    assert "not-empty" in run("store", "import", name, "--store", new, code=4).err
    assert "file-exists" in run("store", "export", name, "--store", store, code=2).err


def test_a_running_store_is_backed_up(run, store, two, tmp_path):
    run("store", "backup", "copy.db", "--store", store)
    copy = f"sqlite:///{tmp_path}/copy.db"
    assert run("list", "--store", copy, "--count-by", "total", "--format", "json").json["total"] == 2
    assert "file-exists" in run("store", "backup", "copy.db", "--store", store, code=4).err
    assert "not-supported" in run("store", "backup", "other.db", "--store", "memory:", code=4).err


def test_lost_heads_desks_and_words_are_found_and_made_again(run, store, two, tmp_path):
    before = _tables(tmp_path / "orders.db")
    assert "发现 0 处" in run("store", "check", "--store", store).out
    assert run("store", "rebuild", "--check", "--store", store, "--format", "json").json == {"findings": []}
    _damage(tmp_path, f"DELETE FROM head WHERE number = '{two[0]}'", "DELETE FROM desk",
            "UPDATE posting SET data = zeroblob(length(data))",
            f"UPDATE head SET holder = 'nobody', due = '' WHERE number = '{two[1]}'")  # fmt: skip
    codes = {
        each["code"] for each in run("store", "check", "--store", store, "--format", "json", code=1).json["findings"]
    }
    assert codes == {"headless", "desk", "tally"}
    wrong = run("store", "rebuild", "--check", "--store", store, "--format", "json", code=1).json["findings"]
    assert [(each["number"], each["fields"]) for each in wrong] == [(two[0], "head"), (two[1], "holder due")]
    assert "发现 2 处" in run("store", "rebuild", "--store", store).out
    assert _tables(tmp_path / "orders.db") == before


def test_a_wrong_last_link_in_a_head_is_found(run, store, two, tmp_path):
    _damage(tmp_path, f"UPDATE head SET link = x'00' WHERE number = '{two[0]}'")
    found = run("store", "check", "--store", store, "--format", "json", code=1).json["findings"]
    assert [each["code"] for each in found] == ["tail"]


def test_an_order_whose_records_are_missing_is_named_and_not_rebuilt(run, store, two, tmp_path):
    _damage(tmp_path, f"DELETE FROM record WHERE number = '{two[0]}' AND version = 1")
    told = run("store", "rebuild", "--store", store, code=4).err
    assert "broken-store" in told
    assert two[0] in told


def test_a_record_that_is_no_json_is_named_by_whatever_reads_it(run, store, two, tmp_path):
    _damage(tmp_path, f"UPDATE record SET data = '[' WHERE number = '{two[0]}' AND version = 1")
    for command in (("store", "rebuild"), ("store", "export", "x.ndjson"), ("show", two[0])):
        told = run(*command, "--store", store, code=4).err
        assert "broken-record" in told
        assert two[0] in told
    found = run("audit", "verify", "--store", store, "--format", "json", code=1).json["findings"]
    assert [(each["code"], each["where"]) for each in found] == [("edited", f"210100/{two[0]} v1")]


def test_a_head_that_cannot_be_read_is_named_and_made_again(run, store, two, tmp_path):
    before = _tables(tmp_path / "orders.db")
    _damage(tmp_path, f"UPDATE head SET desks = '[[' WHERE number = '{two[0]}'")
    for command, code in ((("list",), 4), (("audit", "verify"), 1), (("store", "export", "x.ndjson"), 4)):
        ran = run(*command, "--store", store, code=code)
        told = ran.out + ran.err
        assert "broken-head" in told
        assert "store rebuild" in told
        assert two[0] in told
    found = run("store", "check", "--store", store, "--format", "json", code=1).json["findings"]
    assert [each["code"] for each in found] == ["desk"]
    wrong = run("store", "rebuild", "--check", "--store", store, "--format", "json", code=1).json["findings"]
    assert [(each["number"], each["fields"]) for each in wrong] == [(two[0], "head")]
    run("store", "rebuild", "--store", store)
    assert _tables(tmp_path / "orders.db") == before
    run("list", "--store", store)


def test_a_record_that_is_no_utf8_is_named_and_the_audit_goes_on(run, store, two, tmp_path):
    content = "CAST(x'7b2261223a22fffe227d' AS TEXT)"
    _damage(tmp_path, f"UPDATE record SET data = {content} WHERE number = '{two[0]}' AND version = 2")
    found = run("audit", "verify", "--store", store, "--format", "json", code=1).json["findings"]
    assert [(each["code"], each["where"]) for each in found] == [("edited", f"210100/{two[0]} v2")]
    for command in (("store", "export", "x.ndjson"), ("show", two[0])):
        told = run(*command, "--store", store, code=4).err
        assert "broken-record" in told
        assert f"{two[0]} v2" in told
    _damage(tmp_path, f"UPDATE head SET category = CAST(x'fffe' AS TEXT) WHERE number = '{two[1]}'")
    assert two[1] in run("list", "--store", store, code=4).err


def test_a_check_finds_what_cannot_be_read_and_says_what_it_does_not_look_at(run, store, two, tmp_path):
    _damage(tmp_path, f"UPDATE record SET data = '[' WHERE number = '{two[0]}' AND version = 1")
    checked = run("store", "check", "--store", store, "--format", "json", code=1)
    assert [each["code"] for each in checked.json["findings"]] == ["record"]
    assert f"{two[0]}/v1" in checked.json["findings"][0]["text"]
    assert "audit verify" in checked.err


def test_what_is_no_export_is_told_and_makes_no_store(run, tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "words").write_text("abc\n")
    for file, said, code in (("bytes", "不是文本", 4), ("words", "第 1 行不是 JSON", 4), ("none", "No such file", 2)):
        told = run("store", "import", file, "--store", "sqlite:///made.db", code=code).err
        assert said in told
        assert "Errno" not in told
    assert not list(tmp_path.glob("made.db*"))
    told = run("store", "export", "nowhere/x.ndjson", "--store", "memory:", code=2).err
    assert "nowhere/x.ndjson" in told
    assert ".part" not in told


def test_a_driver_that_is_missing_is_named_with_how_to_get_it(run, monkeypatch):
    pytest.importorskip("sqlalchemy")
    monkeypatch.setitem(sys.modules, "ksycopg2", None)
    told = run("list", "--store", "sql:kingbase+ksycopg2://h/d", code=4).err
    assert "missing-extra" in told
    assert "pip install ksycopg2" in told
    assert "dmSQLAlchemy" in run("list", "--store", "sql:nosuch://h/d", code=4).err


def test_sqlite_is_not_opened_as_a_server(run):
    pytest.importorskip("sqlalchemy")
    assert "bad-url" in run("list", "--store", "sql:sqlite:///x.db", code=4).err


def test_a_store_whose_key_is_gone_is_not_given_a_new_one(run, two, store, tmp_path):
    key = tmp_path / KEYED
    kept = key.read_bytes()
    key.unlink()
    assert "no-key" in run("list", "--words", "路灯", "--store", store, code=4).err
    assert not key.exists()
    key.write_bytes(kept)
    assert [
        order["number"] for order in run("list", "--words", "路灯", "--store", store, "--format", "json").json["orders"]
    ] == two


def test_an_export_that_is_not_whole_makes_no_store(run, store, two, tmp_path):
    whole = tmp_path / "whole.ndjson"
    run("store", "export", str(whole), "--store", store)
    lines = whole.read_text("utf-8").splitlines(keepends=True)
    broken = {
        "没有结束行": lines[:-1],
        "不在它的位置上": [line for i, line in enumerate(lines) if i != 2],
        "第 2 行不是导出的一行": [lines[0], "[]\n", *lines[1:]],
        "第 3 行不是导出的一行": [*lines[:2], '{"t": "record", "stranger": 1}\n', *lines[2:]],
        "第 2 行的内容不是导出时写的": [lines[0], '{"t": "order", "more": {"head": 1}}\n', *lines[1:]],
    }
    for said, rows in broken.items():
        file, new = tmp_path / "broken.ndjson", tmp_path / "new.db"
        file.write_text("".join(rows), "utf-8")
        done = run("store", "import", str(file), "--store", f"sqlite:///{new}", code=4)
        assert said in done.err
        assert not new.exists()
