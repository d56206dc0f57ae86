"""``bulletin``: what a store's period came to."""

from __future__ import annotations


def test_a_month_is_told_beside_the_month_before(run, store, receive):
    receive(store, "--received", "2026-08-01T09:00", "--at", "2026-08-01T09:00")
    for day in ("2026-09-18", "2026-09-19"):
        receive(store, "--received", f"{day}T09:00", "--at", f"{day}T09:00")
    told = run("bulletin", "2026-09", "--store", store, "--format", "json").json
    assert (told["received"]["now"], told["received"]["before"], told["received"]["on_before"]) == ("2", "1", "100.00")
    assert [(share["key"], share["now"]) for share in told["shares"]["kind"]] == [("complaint", "2")]
    text = run("bulletin", "2026-09", "--store", store).out
    assert "类型：投诉 2 件，占 100.00 %，比上期 +100.00 %" in text
    assert "王小明" not in text
    rows = run("bulletin", "2026-09", "--store", store, "--format", "csv").out.splitlines()
    assert rows[0].endswith("section,key,now,percent,before,on_before,year_ago,on_year_ago")
    assert "received,,2,,1,100.00,," in rows
    english = run("bulletin", "2026-09", "--store", store, "--lang", "en").out
    assert "1. Received: 2 (the period before, 2026-08: 1, +100.00 %)." in english


def test_a_period_that_is_none_is_refused(run, store, lamp):
    refused = run("bulletin", "2026-99", "--store", store, code=2)
    assert "bad-period" in refused.err
