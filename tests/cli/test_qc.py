"""``qc`` over a store: the reply looked at is the last one its requester was given."""

from __future__ import annotations

HANDLER = "handler@210100-urban/1"


def test_the_reply_in_the_store_is_checked(run, store, lamp):
    at = ("--store", store, "--at")
    run("do", lamp, "sign", "--as", HANDLER, *at, "2026-09-21")
    found = run("qc", "--store", store, "--format", "json", code=None).json
    assert "empty-reply" not in [row["code"] for row in found]  # nobody has replied yet
    said = ("--text", "已换灯", "--public", "您好，您反映的问题已收悉，感谢您的来信！", "--solved")
    run("do", lamp, "reply", "--as", HANDLER, *said, *at, "2026-09-22")
    found = run("qc", "--store", store, "--format", "json", code=1).json
    assert (lamp, "empty-reply") in [(row["number"], row["code"]) for row in found]
