"""A catalogue becomes categories with codes, and rules from its names; the catalogue here is made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline12345.cli import main
from hotline12345.core.classify import classify
from hotline12345.core.errors import RequestError
from hotline12345.text.rulebook import diff, load, written
from hotline12345.text.taxonomy import read_taxonomy

CATALOGUE = """一级分类,二级分类,三级分类,编码,同义词
城乡建设,供水,停水,010101,没水 断水
城乡建设,供水,其他,010199,
城乡建设,园林和环卫,垃圾清运,010201,
环境保护,噪音污染,施工噪音,020101,打桩、电钻
环境保护,,,02,
,供水,停水,,
交通运输,公共/交通,公交,,
民政,养老服务,停水,030101,
"""


def test_categories_codes_and_synonyms_are_read_and_bad_rows_told() -> None:
    found = read_taxonomy(CATALOGUE.encode("gb18030"), "catalogue.csv")
    codes = {category.name: category.code for category in found.rules.categories}
    assert codes["城乡建设/供水/停水"] == "010101"
    assert codes["环境保护"] == "02"
    assert found.levels == (3, 4, 5)
    assert [error.code for error in found.refused] == ["bad-category", "bad-category"]
    assert classify(found.rules, "", "晚上打桩").category == "环境保护/噪音污染/施工噪音"
    assert classify(found.rules, "", "园林没人管").category == "城乡建设/园林和环卫"


def test_a_word_of_two_branches_votes_half_for_each_and_empty_words_for_none() -> None:
    rules = read_taxonomy(CATALOGUE.encode(), "catalogue.csv").rules
    halves = {(rule.word, rule.category): rule.weight for rule in rules.rules}
    assert halves["停水", "城乡建设/供水/停水"] == halves["停水", "民政/养老服务/停水"] == 1.5
    assert halves["断水", "城乡建设/供水/停水"] == 3.0
    assert halves["噪音", "环境保护/噪音污染"] == 1.0  # a pair of characters of both levels: what lies above both
    assert not {"其他", "服务"} & {rule.word for rule in rules.rules}


def test_what_is_written_reads_back() -> None:
    rules = read_taxonomy(CATALOGUE.encode(), "catalogue.csv").rules
    assert diff(rules, load(written(rules).encode(), "rules.toml")).empty


def test_a_code_of_two_categories_and_a_category_of_two_codes_are_told_and_what_is_written_still_reads_back() -> None:
    rows = "民政,养老服务,食堂,030101,\n城乡建设,供水,停水,010109,\n城乡建设,供水,停水,010101,缺水\n"
    found = read_taxonomy((CATALOGUE + rows).encode(), "catalogue.csv")
    assert [(error.code, error.zh.partition("：")[2]) for error in found.refused[2:]] == [
        ("duplicate-code", "代码 030101 已是「民政/养老服务/停水」的"),
        ("duplicate-code", "「城乡建设/供水/停水」前面的代码是 010101，这里是 010109"),
    ]
    assert diff(found.rules, load(written(found.rules).encode(), "rules.toml")).empty
    assert classify(found.rules, "", "小区缺水").category == "城乡建设/供水/停水"


def test_a_table_without_levels_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        read_taxonomy("名称,编码\n供水,01\n".encode(), "catalogue.csv")
    assert caught.value.code == "no-column"


def test_the_command_writes_the_file_and_tells_what_it_left_out(tmp_path: Path) -> None:
    source, out = tmp_path / "catalogue.csv", tmp_path / "rules.toml"
    source.write_text(CATALOGUE, encoding="utf-8")
    result = CliRunner().invoke(main, ["rules", "taxonomy", str(source), "--out", str(out), "--format", "json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["levels"], told["refused"]) == ([3, 4, 5], 2)
    assert len(load(out.read_bytes(), "rules.toml").rules) == told["rules"]
