"""A page that says which clauses a plug-in keeps (契约报告).

``python -m hotline12345.testing tests/test_my_store.py`` runs the contracts in those files and prints the page;
``--lang en`` prints it in English.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import NamedTuple

import pytest

_WAYS = {"passed": ("通过", "kept"), "failed": ("违反", "broken"), "skipped": ("未测", "not tested")}


_WORDY = ("Omitting", "Use -v", "Full diff", "Differing items", "...", "+", "-", "?", "Common items", "assert ")
"""How those lines of pytest's begin that say less than the one before."""


class Clause(NamedTuple):
    """What came of one clause (条款结果)."""

    contract: str
    number: str
    says: str
    outcome: str
    why: str


def _shortly(message: str) -> str:
    """Return what was wrong and, where pytest compares two values, in which part of them; not their whole."""
    lines = [line.strip() for line in message.strip().splitlines()]
    told = [line for line in lines[1:] if line and not line.startswith(_WORDY)]
    return "\n".join([line[:300] for line in (lines[:1] + told[:2])])


class Collector:
    """Gathers what came of each clause while pytest runs (收集)."""

    def __init__(self) -> None:
        self.says: dict[str, tuple[str, str, str]] = {}
        self.found: dict[tuple[str, str], Clause] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note what each test is the test of."""
        for item in items:
            doc = getattr(getattr(item, "function", None), "__doc__", None) or ""
            number, colon, sentence = doc.partition(": ")
            if colon and number[:1].isalpha() and number[1:].isdigit() and isinstance(item, pytest.Function):
                contract = item.cls.__name__ if item.cls is not None else ""
                self.says[item.nodeid] = (contract, number, " ".join(sentence.split()))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what came of a test; of a clause with several examples the worst counts."""
        known = self.says.get(report.nodeid)
        if known is None or (report.outcome == "passed" and report.when != "call"):
            return
        contract, number, says = known
        why = ""
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            why = report.longrepr[2].removeprefix("Skipped: ")
        elif report.outcome == "failed":
            crash = getattr(report.longrepr, "reprcrash", None)
            why = _shortly(crash.message if crash is not None else str(report.longrepr))
        before = self.found.get((contract, number))
        if before is None or before.outcome != "failed":
            self.found[contract, number] = Clause(contract, number, says, report.outcome, why)


def page(found: Sequence[Clause], lang: str = "zh") -> str:
    """Return the page (报告): what is broken first, then what was not tested, then the count of what is kept."""
    zh = lang == "zh"
    lines: list[str] = []
    for contract in dict.fromkeys(clause.contract for clause in found):
        mine = [clause for clause in found if clause.contract == contract]
        counts = {way: sum(clause.outcome == way for clause in mine) for way in _WAYS}
        told = "，".join if zh else ", ".join
        lines.append(f"{contract}  " + told(f"{_WAYS[way][not zh]} {n}" for way, n in counts.items()))
        mine.sort(key=lambda clause: (clause.number[:1], int(clause.number[1:])))
        for clause in mine:
            if clause.outcome == "failed":
                lines.append(f"  {_WAYS['failed'][not zh]}  {clause.number}  {clause.says}")
                lines.extend(f"        {line}" for line in clause.why.split("\n"))
        for why in dict.fromkeys(clause.why for clause in mine if clause.outcome == "skipped"):
            numbers = " ".join(c.number for c in mine if c.outcome == "skipped" and c.why == why)
            lines.append(f"  {_WAYS['skipped'][not zh]}  {numbers}  {why}")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> int:
    """Run the contracts and print the page; 0 when nothing is broken, 1 when something is, 2 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m hotline12345.testing", description="契约报告 · contract report")
    parser.add_argument("tests", nargs="+", help="测试文件或其中的类 · test files, or classes in them")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    given = parser.parse_args(words)
    collector = Collector()
    with redirect_stdout(StringIO()) as said:
        code = pytest.main(["-q", "-p", "no:cacheprovider", *given.tests], plugins=[collector])
    if not collector.found:
        print(said.getvalue(), file=sys.stderr)
        print("没有找到契约" if given.lang == "zh" else "no contract was found", file=sys.stderr)
        return 2
    print(page(list(collector.found.values()), given.lang))
    return int(code != 0)
