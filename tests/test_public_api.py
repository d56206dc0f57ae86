"""What is promised is what is there (公开接口): ``__all__``, docs/stability.md and the docstrings say the same."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import hotline12345

STABILITY = Path(__file__).resolve().parent.parent / "docs" / "stability.md"
BEGIN, END = "<!-- names: begin -->", "<!-- names: end -->"
NAMES = tuple(getattr(hotline12345, "__all__", ()))
HEAVY = ("networkx", "pendulum", "rich", "numpy", "chinese_calendar", "simpy", "importlib.metadata")


def promised(text: str) -> list[str]:
    """Return the names in the first column of the table between the markers."""
    table = text[text.index(BEGIN) : text.index(END)]
    return re.findall(r"^\| `([A-Za-z_]\w*)`", table, re.MULTILINE)


def test_the_names_promised_are_the_names_exported():
    listed = promised(STABILITY.read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(NAMES)
    assert len(set(listed)) == len(listed)


def test_the_table_of_names_is_read_as_it_is_written():
    text = f"| `Outside` |\n{BEGIN}\n| Name | What |\n|---|---|\n| `Hotline` | one |\n| `deadline` | two |\n{END}\n"
    assert promised(text) == ["Hotline", "deadline"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_says_what_it_is(name):
    value = getattr(hotline12345, name)
    if inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value):
        own = value.__dict__.get("__doc__") if inspect.isclass(value) else value.__doc__
        assert own, f"{name} has no docstring"
        assert own.strip()[0].isupper(), f"{name}: a docstring begins with a sentence"
        assert re.search("[\u4e00-\u9fff]", own), f"{name}: the docstring gives the Chinese term too"


def test_the_version_is_the_one_that_is_built():
    built = tomllib.loads((STABILITY.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    assert hotline12345.__version__ == built


def test_dir_lists_every_name():
    assert set(NAMES) <= set(dir(hotline12345))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError):
        _ = hotline12345.no_such_name


def test_every_name_is_found_late_and_brings_nothing_heavy_along():
    code = (
        "import sys, hotline12345\n"
        "names = getattr(hotline12345, '__all__', ())\n"
        "early = [n for n in names if n in vars(hotline12345)]\n"
        "assert all(getattr(hotline12345, n) is not None for n in names)\n"
        f"print(early, [m for m in {HEAVY!r} if m in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    early, heavy = run.stdout.strip().split("] [")
    assert "[" + heavy == "[]"
    assert early.strip("[]'") == "", f"imported before they were asked for: {early}]"
