"""``publish``: a store's counts for publication."""

from __future__ import annotations


def test_counts_come_out_without_a_word_of_the_orders(run, store, receive):
    numbers = [receive(store, "--received", f"2026-09-1{n}T10:00", "--at", f"2026-09-1{n}T10:00") for n in range(5)]
    receive(store, "--received", "2026-08-01T10:00", "--at", "2026-08-01T10:00")
    told = run("publish", "2026-Q3", "--store", store, "--format", "json").json
    assert [(row["month"], row["kind"], row["area"], row["orders"]) for row in told["rows"]] == [
        ("2026-09", "complaint", "210102", 5)
    ]
    assert (told["too_few"], told["kept_back"]) == (1, 0)
    ran = run("publish", "2026-Q3", "--store", store, "--format", "csv")
    assert ran.out.startswith("\ufeff月份,类型,类别,区划,件数")
    assert "2026-09,投诉," in ran.out
    assert "不足 5 件的 1 件" in ran.err
    assert not any(secret in ran.out for secret in ("王", "1381234", "路灯", *numbers))
    assert "bad-least" in run("publish", "2026-Q3", "--store", store, "--least", "1", code=2).err
