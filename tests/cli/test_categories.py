"""A mistyped category is told with the nearest there is, and not routed as nobody's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline12345 import Hotline, RequestError
from hotline12345.cli import main


def test_a_category_nobody_knows_is_refused_with_the_nearest(tmp_path: Path):
    store = f"sqlite:///{tmp_path / 'x.db'}"
    args = ["receive", "--pack", "shenyang", "--category", "环境保护/噪音", "--text", "x", "--store", store]
    told = CliRunner().invoke(main, [*args, "--format", "json"])
    assert told.exit_code == 2
    error = json.loads(told.stderr)
    assert error["code"] == "unknown-category"
    assert "环境保护/噪音污染" in error["hint"]


@pytest.mark.parametrize(("through", "name"), [("receive", "accept"), ("accept", "reclassify"), ("accept", "divide")])
def test_a_command_is_held_to_the_same_catalogue(tmp_path: Path, through: str, name: str):
    store = ["--store", f"sqlite:///{tmp_path / 'x.db'}", "--format", "json"]
    args = [
        "receive",
        "--pack",
        "shenyang",
        "--text",
        "楼下太吵",
        "--through",
        through,
        "--disposition",
        "handle",
        *store,
    ]
    number = json.loads(CliRunner().invoke(main, args).stdout)["number"]
    told = CliRunner().invoke(main, ["do", number, name, "--as", "dispatcher@c", "--category", "张三家", *store])
    assert (told.exit_code, json.loads(told.stderr)["code"]) == (2, "unknown-category")


def test_asking_where_such_a_category_would_go_is_answered_with_a_note():
    told = CliRunner().invoke(main, ["route", "--pack", "shenyang", "--category", "环境保护/噪音", "--area", "210102"])
    assert told.exit_code == 0
    assert "环境保护/噪音污染" in told.stderr


def test_what_is_no_command_request_or_actor_is_refused_in_words():
    hotline = Hotline("shenyang", "memory:")
    for call in (
        lambda: hotline.handle("1", "sign"),  # type: ignore[arg-type]
        lambda: hotline.receive("路灯不亮", by="agent"),  # type: ignore[arg-type]
    ):
        with pytest.raises(RequestError) as refused:
            call()
        assert refused.value.code == "wrong-type"
