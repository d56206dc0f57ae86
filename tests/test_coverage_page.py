"""The page of coverage (事项对照): every item of the checklist once, and nothing on it that is not there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "coverage.md"
SOURCE, TESTS = ROOT / "src" / "hotline12345", ROOT / "tests"
ITEMS = 92
STATES = ("有 here", "部分 part", "没有 not here")
# Section 14 of the handbook; the gaps are the handbook's.
RANGES = ["1-4", "6-8", "10-13", "15-20", "30-42", "45-45", "50-50", "52-53", "55-57", "60-65", "67-85"]
VECTORS = {
    f"TV-{n:02d}" for first, last in (span.split("-") for span in RANGES) for n in range(int(first), int(last) + 1)
}
NOTE = "**说明 note：**"


class Row(NamedTuple):
    """One row of the page: its cells, and the code and tests it names."""

    number: str
    item: str
    state: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    source: str


def named(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


def rows(text: str) -> list[Row]:
    """Read the rows of the checklist: those with a number in front."""
    cells = [
        [cell.strip() for cell in line.strip("| \n").split(" | ")] for line in text.splitlines() if line[:2] == "| "
    ]
    return [
        Row(number, item, state, named(code), named(tests), source)
        for number, item, state, code, tests, source in (row for row in cells if row[0].isdigit())
    ]


def vectors(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Read the rows of the vectors: each with the tests that stand beside it."""
    cells = [
        [cell.strip() for cell in line.strip("| \n").split(" | ")] for line in text.splitlines() if line[:5] == "| TV-"
    ]
    return [(vector, named(row[-1])) for row in cells for vector in row[0].split()]


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing_test(name: str) -> str:
    """Say what is wrong with a test so named, ``FILE`` or ``FILE::FUNCTION``; "" where it is there."""
    file, _, function = name.partition("::")
    path = TESTS / file
    if not (path.name.startswith("test_") and path.is_file()):
        return f"no file {file}"
    return "" if not function or function in functions(path) else f"no {function} in {file}"


TEXT = PAGE.read_text(encoding="utf-8")
ROWS = rows(TEXT)


def test_every_number_stands_once() -> None:
    assert [row.number for row in ROWS] == [str(number) for number in range(1, ITEMS + 1)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_row_names_code_and_tests_that_are_there(row: Row) -> None:
    assert row.state in STATES
    assert all((SOURCE / path).is_file() for path in row.code), row.code
    assert [missing_test(name) for name in row.tests if missing_test(name)] == []
    here = row.state != STATES[2]
    assert bool(row.code) is bool(row.tests) is here
    assert row.source.partition("<br>")[0]


@pytest.mark.parametrize("row", [row for row in ROWS if row.state != STATES[0]], ids=lambda row: row.number)
def test_what_is_not_wholly_here_says_why(row: Row) -> None:
    assert NOTE in row.source


def test_the_totals_are_those_of_the_rows() -> None:
    counted = [sum(row.state == state for row in ROWS) for state in STATES]
    assert [int(n) for n in re.findall(r"(\d+) (?:here|in part|not here)", TEXT)] == counted


def test_every_vector_of_the_handbook_has_a_test_that_names_it() -> None:
    told = vectors(TEXT)
    assert sorted(vector for vector, _ in told) == sorted(VECTORS)
    for vector, tests in told:
        assert tests
        assert [missing_test(name) for name in tests if missing_test(name)] == []
        spelt = re.compile(rf"tv[-_ ]?{vector[3:]}(?!\d)", re.IGNORECASE)
        files = {name.partition("::")[0] for name in tests}
        assert any(spelt.search((TESTS / file).read_text(encoding="utf-8")) for file in files), vector


@pytest.mark.parametrize("name", ["core/test_nothing.py", "test_docs.py::test_nothing", "conftest.py"])
def test_a_test_that_is_not_there_is_found(name: str) -> None:
    assert missing_test(name)
