"""``audit``: anchors are written and a touched record is named (审计命令)."""

from __future__ import annotations

import sqlite3

from hotline12345 import whole
from hotline12345.stores.sqlite import SqliteStore


def test_a_touched_record_is_named_with_exit_code_one(run, store, receive, tmp_path, plain):
    number = receive(store)
    given = ("--store", store, "--anchors", "anchors.jsonl")
    sealed = run("audit", "anchor", *given, "--format", "json").json
    assert sealed["entries"] == 1
    assert "发现 0 处" in run("audit", "verify", *given, "--seal", sealed["hash"]).out
    plain(tmp_path / "orders.db")
    conn = sqlite3.connect(tmp_path / "orders.db")
    conn.execute("UPDATE record SET kind = 'Closed' WHERE version = 2")
    conn.commit()
    conn.close()
    told = run("audit", "verify", *given, "--format", "json", code=1).json
    assert [(each["code"], each["where"]) for each in told["findings"]] == [("edited", f"210100/{number} v2")]
    assert f"210100/{number} v2" in run("audit", "verify", *given, "--lang", "en", code=1).out
    assert run("audit", "verify", *given, "--format", "csv", code=1).out.splitlines()[0] == "code,where,text"


def test_anchors_need_a_file_and_a_store_that_is_there(run, store, receive):
    run("audit", "anchor", "--store", store, "--anchors", "a", code=4)
    receive(store)
    run("audit", "anchor", "--store", store, code=2)
    run("audit", "verify", "--store", store, "--anchors", "none", code=2)


def test_a_file_that_is_no_text_and_a_store_without_records_are_told(run, store, receive, tmp_path):
    assert "无可核对" in run("audit", "verify", "--store", "memory:").err
    receive(store)
    (tmp_path / "a").write_bytes(b"\xff\xfe\x00")
    for command in ("verify", "anchor"):
        told = run("audit", command, "--store", store, "--anchors", "a", code=2).err
        assert "bad-anchors" in told
        assert "codec" not in told


def test_what_is_held_back_is_told_by_an_anchor_and_by_an_audit(run, store, receive, monkeypatch):
    number = receive(store)
    info = SqliteStore.info
    monkeypatch.setattr(whole, "PATIENCE", 0)
    monkeypatch.setattr(SqliteStore, "feed", lambda *_: [])
    monkeypatch.setattr(SqliteStore, "info", lambda self: {**info(self), "held_back": {"records": 3}})
    sealed = run("audit", "anchor", "--store", store, "--anchors", "a")
    assert "3 条记录" in sealed.err
    told = run("audit", "verify", "--store", store, "--anchors", "a", "--format", "json", code=1)
    assert [(each["code"], each["where"]) for each in told.json["findings"]] == [("held-back", f"210100/{number} v1–3")]
    assert "无可核对" not in told.err
