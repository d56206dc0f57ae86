"""``--with``: a classifier is asked, told as itself, and followed as far as ``--trust`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

LEARNT = '[score]\nthreshold = 0.1\n\n[words."环境保护"]\n5 = "河面 白沫"\n\n[words."城管"]\n5 = "占道"\n'
TEXT = "河面上漂着一层白沫"


@pytest.fixture
def learnt(tmp_path: Path) -> str:
    path = tmp_path / "learnt.toml"
    path.write_text(LEARNT, encoding="utf-8")
    return f"rules:{path}"


def received(run, store: str, learnt: str, trust: str) -> str:
    about = ("--pack", "shenyang", "--store", store, "--area", "210102", "--text", TEXT, "--format", "json")
    number: str = run("receive", *about, "--with", learnt, "--trust", trust).json["number"]
    return number


def test_both_answers_are_shown_side_by_side(run, learnt):
    told = run("classify", TEXT, "--with", learnt, "--format", "json").json
    assert told["category"] != "环境保护"
    assert (told["judged"]["by"], told["judged"]["category"]) == ("rules", "环境保护")
    assert {"field": "text", "start": 0, "end": 2} in told["judged"]["evidence"]
    shown = run("--lang", "zh", "classify", TEXT, "--with", learnt).out
    assert "归类器" in shown
    assert "河面、白沫" in shown
    assert "judged" not in run("classify", TEXT, "--format", "json").json


def test_an_answer_of_no_use_is_an_error_that_names_who_gave_it(run, learnt):
    done = run("classify", "占道经营", "--with", learnt, "--format", "json", code=4)
    assert done.error["code"] == "classifier-failed"
    assert "rules" in done.error["message"]


def test_what_was_taken_is_told_as_the_classifiers_word(run, store, learnt):
    number = received(run, store, learnt, "fill")
    (told,) = run("explain", number, "--store", store, "--format", "json").json["classifications"]
    assert (told["category"], told["category_from"], told["judged"]["trust"]) == ("环境保护", "model", "fill")
    assert "归类器判定" in run("--lang", "zh", "show", number, "--store", store).out
    assert "rules " in run("--lang", "en", "explain", number, "--store", store).out
    noted = received(run, store, learnt, "note")
    (told,) = run("explain", noted, "--store", store, "--format", "json").json["classifications"]
    assert told["category_from"] != "model"
    assert told["judged"]["category"] == "环境保护"


def test_who_accepts_later_may_have_it_asked(run, store, learnt):
    about = ("--pack", "shenyang", "--store", store, "--area", "210102", "--text", TEXT, "--format", "json")
    number = run("receive", *about, "--through", "receive").json["number"]
    as_ = ("--as", "dispatcher@210100-12345/2", "--store", store)
    assert "--with" not in run("do", number, "sign", "--help").out
    run("do", number, "accept", *as_, "--with", learnt)
    (told,) = run("explain", number, "--store", store, "--format", "json").json["classifications"]
    assert told["category_from"] == "model"


def test_a_classifier_that_is_not_there_is_said_before_a_store_is_made(run, tmp_path):
    new = tmp_path / "new.db"
    about = ("receive", "--pack", "cn", "--store", f"sqlite:///{new}", "--text", TEXT, "--with")
    run(*about, "nobody", code=4)
    run(*about, "rules:nowhere.toml", code=2)
    assert not new.exists()


def test_a_replay_shows_what_a_classifier_would_change(run, tmp_path, learnt):
    rows = tmp_path / "rows.csv"
    rows.write_text(f"received,text,area\n2026-03-02 09:00,{TEXT},210102\n", encoding="utf-8")
    about = ("replay", str(rows), "--pack", "shenyang", "--format", "json")
    assert run(*about).json["needs_person"] == 1
    assert run(*about, "--with", learnt).json["needs_person"] == 0


def test_the_plug_ins_name_the_classifiers(run):
    found = run("plugins", "--format", "json").json
    assert "rules" in [one["name"] for one in found if one["group"] == "hotline12345.classifiers"]


@pytest.mark.parametrize("trust", ["note", "fill"])
def test_trust_in_no_classifier_is_refused_and_says_how_to_name_one(run, store, receive, tmp_path, trust):
    number = receive(store)
    (tmp_path / "rows.csv").write_text("标题,内容\n路灯,不亮\n", encoding="utf-8")
    for command in (
        ("receive", "--text", "路灯不亮"),
        ("do", number, "accept", "--as", "dispatcher@210100-12345/2"),
        ("replay", str(tmp_path / "rows.csv"), "--pack", "shenyang"),
    ):
        said = run(*command, "--trust", trust, "--store", store, code=2).err
        assert "--with" in said, command
        assert "--trust" in said
