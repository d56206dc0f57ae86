"""``kb`` on the command line (知识库命令): from a draft to an answer and its rate.  Every text here is invented."""

from __future__ import annotations

import pytest

LAMP = (
    *("--title", "路灯不亮怎么报修", "--content", "拨打热线报修。两个工作日内到场。", "--category", "城市管理/路灯"),
    *("--unit", "城管局", "--material", "办事指南", "--keywords", "路灯，报修"),
)
WRITER, JUDGE, AGENT = ("--as", "handler@城管局/zhang"), ("--as", "reviewer@热线/wang"), ("--as", "agent@热线/li")


@pytest.fixture
def lamp(run):
    made = run("kb", "add", *LAMP, *WRITER, "--format", "json").json["id"]
    run("kb", "step", made, "submit", *WRITER)
    run("kb", "review", made, *JUDGE)
    return made


def test_a_draft_goes_through_review_and_is_found(run, lamp):
    (hit,) = run("kb", "search", "灯", *AGENT, "--format", "json").json
    assert (hit["ref"], hit["passage"]) == ("K000001@1", "拨打热线报修。")
    assert "K000001@1" in run("kb", "search", "路登", *AGENT).out
    assert "Nothing was found" in run("--lang", "en", "kb", "search", "离婚", *AGENT).out
    assert (
        run("kb", "list", "--status", "已发布", "--format", "csv").out.splitlines()[1].startswith("K000001,1,published")
    )
    assert "通过并发布" in run("kb", "show", lamp).out


def test_every_fault_is_told_at_once(run):
    told = run("kb", "add", "--title", "字" * 129, *WRITER, "--format", "json", code=1).error
    assert told["code"] == "bad-article"
    assert len(told["faults"]) == 6
    assert "Traceback" not in run("kb", "add", code=1).err


def test_an_order_is_answered_from_an_article_and_the_rate_counts_it(run, lamp, store):
    text = ("--pack", "liaoyuan", "--store", store, "--kind", "咨询", "--text", "请问怎么报修", "--as", "agent/li")
    number = run("receive", *text, "--through", "accept", "--format", "json").json["number"]
    assert run("kb", "rate", "--store", store, "--format", "json").json["rate"] == "0.00"
    done = run("kb", "answer", number, lamp, "--store", store, *AGENT, "--format", "json").json
    assert done == {"number": number, "status": "answered", "article": "K000001", "version": 1}
    rate = run("kb", "rate", "--store", store, "--format", "json").json
    assert (rate["consultations"], rate["rate"], rate["cited_rate"]) == (1, "100.00", "100.00")
    assert rate["articles"] == [{"article": "K000001@1", "used": 1}]
    assert "K000001@1" in run("show", number, "--store", store).out
    assert "100.00 %" in run("kb", "rate", "--store", store).out


def test_what_was_not_found_exits_with_one_and_is_reported(run, lamp):
    run("kb", "consult", "怎么报修路灯", *AGENT)
    run("kb", "consult", "离婚怎么预约 13800001111", *AGENT, code=1)
    (gap,) = run("kb", "gaps", "--format", "json").json
    assert run("kb", "gaps", "--since", "2020-01-01", "--format", "json").json == [gap]
    assert run("kb", "gaps", "--since", "2999-01-01", "--format", "json").json == []
    assert "bad-time" in run("kb", "gaps", "--since", "garbage", code=2).err
    assert gap["asked"] == 1
    assert "1380" not in gap["words"]


def test_good_rows_go_in_and_bad_ones_are_told(run, tmp_path):
    rows = (
        "类目,标题,内容,发文单位,材料性质,关键字\n甲/乙,好行,内容,民政局,办事指南,词\n甲/乙,坏行,内容,民政局,传闻,词\n"
    )
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    told = run("kb", "import", "a.csv", *WRITER, "--dry-run", "--format", "json", code=1).json
    assert (told["sound"], told["ids"], told["faults"][0]["line"]) == (1, [], 3)
    run("kb", "import", "a.csv", "--publish", "--as", "admin/zhao", code=1)
    run("kb", "export", "--out", "b.csv", *AGENT)
    out = (tmp_path / "b.csv").read_bytes()
    assert out.startswith(b"\xef\xbb\xbf")
    assert "好行" in out.decode()
    assert run("kb", "export", "--public", "--format", "json").json == []


def test_errors_are_reported_and_answered_and_pushed(run, lamp):
    run("kb", "report", lamp, "--what", "电话错了", "--at", "2026-10-09T09:00")
    assert "2026-10-13" in run("kb", "reports", "--open").out
    run("kb", "resolve", "1", "corrected", *WRITER, code=1)
    run("kb", "resolve", "1", "unfounded", *WRITER, "--at", "2026-10-12T09:00")
    duty = run(
        "kb", "duty", "--from", "2026-10-01", "--to", "2026-10-31", "--on", "2026-11-01", "--format", "json"
    ).json
    assert [(one["unit"], one["due"], one["rate"]) for one in duty] == [("城管局", 1, "100.00")]
    assert run("kb", "push", "--on", "2026-10-14", "--format", "json").json["day"] == "2026-10-16"


def test_rules_are_shown_and_set_by_an_admin(run, tmp_path):
    (tmp_path / "rules.toml").write_text(
        '[knowledge]\ntitle_max = 9\n[basis]\ntitle_max = "某办法"\n', encoding="utf-8"
    )
    run("kb", "rules", "rules.toml", *AGENT, code=1)
    run("kb", "rules", "rules.toml", "--as", "admin")
    assert run("kb", "rules", "--format", "json").json["title_max"] == {"value": 9, "basis": "某办法"}


def test_a_base_that_is_not_there_is_an_error_of_the_store(run):
    assert run("kb", "search", "x", "--format", "json", code=4).error["code"] == "no-such-base"


def test_who_may_not_or_cannot_is_told_what_may_be_done_and_by_whom(run, lamp):
    told = run("kb", "step", lamp, "submit", *WRITER, code=1).err
    assert "现在可以：撤下 withdraw、过期 expire\n" in told  # being superseded is nothing one does
    told = run("kb", "step", lamp, "withdraw", "--reason", "x", *AGENT, code=1).err
    assert "--as admin@" in told


def test_rules_say_what_each_may_be_and_a_file_in_another_encoding_is_refused(run, tmp_path):
    (tmp_path / "gbk.toml").write_text('[basis]\ntitle_max = "某办法"\n', encoding="gbk")
    assert "UTF-8" in run("kb", "rules", "gbk.toml", "--as", "admin", code=2).err
    (tmp_path / "bad.toml").write_text("[knowledge]\npush_weekday = 9\n", encoding="utf-8-sig")
    assert "不能是 9：星期几推送，1–7" in run("kb", "rules", "bad.toml", "--as", "admin", code=1).err
    assert "几个工作日内回复纠错" in run("kb", "rules").out


def test_an_export_is_for_people_or_for_programs_and_to_no_other_kind_of_file(run, lamp, tmp_path):
    assert "已发布" in run("kb", "export", *AGENT).out
    assert run("kb", "export", *AGENT, "--format", "json").json[0]["status"] == "published"
    run("kb", "export", "--out", "a.csv", *AGENT)
    assert ",已发布," in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    run("kb", "export", "--out", "a.doc", *AGENT, code=2)
    assert not (tmp_path / "a.doc").exists()


def test_a_period_that_ends_before_it_begins_is_refused_and_no_end_is_told_as_such(run, lamp):
    assert "早于" in run("kb", "duty", "--from", "2026-11-02", "--to", "2026-11-01", code=2).err
    assert run("kb", "tick", "--on", "2028-01-01").out == "没有到期的条目。\n"


def test_a_centre_that_the_rules_do_not_name_is_refused_with_those_they_do(run, lamp, tmp_path):
    run("kb", "search", "灯", "--centre", "999", *AGENT)  # where they name none, each keeps its own
    (tmp_path / "c.toml").write_text('[[centre]]\ncode = "340100"\nname = "市热线"\n', encoding="utf-8")
    run("kb", "rules", "c.toml", "--as", "admin")
    told = run("kb", "search", "灯", "--centre", "999", *AGENT, "--format", "json", code=2).error
    assert (told["code"], told["hint"]) == ("unknown-centre", "有：340100 市热线")


def test_nothing_asked_is_refused_and_is_no_gap(run, lamp):
    for empty in ("  ", "？？"):
        assert run("kb", "consult", empty, *AGENT, "--format", "json", code=2).error["code"] == "kb-empty-question"
    assert run("kb", "gaps", "--format", "json").json == []


def test_a_fault_names_its_field_and_what_it_rests_on_in_the_readers_language(run):
    days = ("--valid-from", "2027-01-02", "--valid-until", "2027-01-01")
    told = run("kb", "add", *LAMP, *days, *WRITER, code=1).err
    assert "有效期止: 有效期止早于起" in told
    assert "依据：本库默认，无条文" in told
