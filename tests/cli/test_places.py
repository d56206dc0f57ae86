"""``places`` on the command line (地点命令)."""

from __future__ import annotations


def test_doubt_is_printed_as_candidates(run):
    found = run("places", "鼓楼区", "--format", "json").json[0]
    assert (found["certain"], len(found["candidates"])) == (None, 4)
    assert "4 个候选" in run("places", "鼓楼区").out
    assert run("places", "鼓楼区", "--format", "csv").out.count("\n") == 5


def test_a_history_is_printed(run):
    found = run("places", "--code", "110104", "--format", "json").json
    assert (found["is"][0]["code"], found["was"][0]["name"]) == ("110102", "宣武区")
    assert "宣武区（1981–2010）" in run("places", "--code", "110104").out


def test_where_the_table_is_from_is_told_in_the_language_asked_for(run):
    told = {lang: run("places", "--code", "210112", "--lang", lang).err for lang in ("zh", "en")}
    assert "民政部" in told["zh"]
    assert "Ministry" not in told["zh"]
    assert "Ministry" in told["en"]
    assert "民政部" not in told["en"]


def test_neither_or_both_or_an_unknown_code_is_a_mistake(run):
    run("places", code=2)
    run("places", "鼓楼区", "--code", "110104", code=2)
    run("places", "鼓楼区", "--within", "999999", code=2)


def test_receiving_reads_a_missing_area(run, store):
    words = ("receive", "--pack", "shenyang", "--store", store, "--text", "铁西区小区路灯不亮", "--format", "json")
    number = run(*words, "--locate").json["number"]
    shown = run("show", number, "--store", store, "--pack", "shenyang", "--format", "json").json
    assert shown["area"] == "210106"
    assert run("show", run(*words).json["number"], "--store", store, "--format", "json").json["area"] == ""


def test_a_replay_reads_areas_that_the_pack_does_not_name(run, tmp_path):
    (tmp_path / "r.csv").write_text("time,text\n2026-03-02 10:00,沈阳五里河街道路灯不亮\n", encoding="utf-8")
    words = ("replay", "r.csv", "--pack", "shenyang", "--kind", "complaint", "--rows", "o.jsonl")
    for more, code in (((), False), (("--locate",), True)):
        run(*words, *more)
        assert ("210103" in (tmp_path / "o.jsonl").read_text(encoding="utf-8")) is code
