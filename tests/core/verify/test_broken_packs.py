"""Configurations that others shipped broken (别人交付过的坏配置): each is found, once, under its code, at its line.

Each folder of ``tests/fixtures/packs/broken`` is the smallest pack with one thing wrong; its first line says what it
is, and who shipped it where somebody did.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from hotline12345.core.errors import Fault
from hotline12345.core.verify import CHECKS
from hotline12345.packs import check_pack

BROKEN = Path(__file__).resolve().parents[2] / "fixtures/packs/broken"
# folder: what is found, how bad it is, and where (0: a line that is missing)
FOUND: dict[str, tuple[str, str, str, int]] = {
    "assist-past-handle": ("assist-past-handle", "warning", "unknown.toml", 17),
    "contact-past-handle": ("contact-past-handle", "warning", "unknown.toml", 6),
    "contradicting-scope": ("contradicting-scope", "warning", "unknown.toml", 23),
    "contradicting-words": ("contradicting-words", "note", "rules.toml", 11),
    "dangling-emergency": ("dangling-emergency", "error", "unknown.toml", 19),
    "dangling-unit": ("unknown-unit", "error", "catalogue.csv", 3),
    "dead-limit": ("dead-limit", "warning", "unknown.toml", 16),
    "dead-limit-by-channel": ("dead-limit", "warning", "unknown.toml", 11),
    "dead-problem-rule": ("dead-problem-rule", "warning", "unknown.toml", 21),
    "dead-rung": ("dead-rung", "warning", "unknown.toml", 16),
    "dead-rung-before": ("dead-rung", "warning", "unknown.toml", 16),
    "dead-rung-count": ("dead-rung", "warning", "unknown.toml", 20),
    "dead-stage": ("dead-stage", "warning", "unknown.toml", 16),
    "dead-word": ("dead-word", "warning", "rules.toml", 8),
    "deaf-word": ("deaf-word", "warning", "rules.toml", 3),
    "extension-past-original": ("extension-past-original", "warning", "unknown.toml", 17),
    "extension-past-statute": ("extension-past-statute", "warning", "unknown.toml", 16),
    "failing-case": ("failing-case", "error", "unknown.toml", 17),
    "hours-as-days": ("hours-as-days", "warning", "unknown.toml", 6),
    "idle-unit": ("idle-unit", "warning", "units.csv", 5),
    "impossible-extension": ("impossible-extension", "error", "unknown.toml", 16),
    "impossible-extension-early": ("impossible-extension", "error", "unknown.toml", 16),
    "impossible-extension-total": ("impossible-extension", "error", "unknown.toml", 16),
    "infeasible-chain": ("infeasible-chain", "error", "unknown.toml", 6),
    "lapsed-unit": ("lapsed-unit", "warning", "units.csv", 5),
    "no-cases": ("no-cases", "warning", "unknown.toml", 1),
    "no-ladder": ("no-ladder", "error", "unknown.toml", 5),
    "no-limit": ("no-limit", "warning", "unknown.toml", 1),
    "no-routes": ("no-routes", "error", "unknown.toml", 5),
    "no-rules": ("no-rules", "error", "unknown.toml", 5),
    "no-working-day": ("no-working-day", "error", "unknown.toml", 1),
    "one-sided-levels": ("one-sided-levels", "warning", "unknown.toml", 16),
    "orphan": ("orphan", "error", "units.csv", 5),
    "outvoted-word": ("outvoted-word", "warning", "rules.toml", 6),
    "review-past-handle": ("review-past-handle", "warning", "unknown.toml", 6),
    "rung-order": ("rung-order", "warning", "unknown.toml", 22),
    "shadowed-claim": ("shadowed-claim", "warning", "catalogue.csv", 4),
    "shadowed-scope": ("shadowed-scope", "warning", "unknown.toml", 23),
    "sign-past-handle": ("sign-past-handle", "warning", "unknown.toml", 6),
    "sign-past-handle-by-calendar": ("sign-past-handle", "warning", "unknown.toml", 6),
    "start-without-sign": ("start-without-sign", "warning", "unknown.toml", 6),
    "uncountable-limit": ("uncountable-limit", "error", "unknown.toml", 6),
    "unroutable": ("unroutable", "warning", "catalogue.csv", 0),
    "unlisted-category": ("unlisted-category", "warning", "catalogue.csv", 4),
    "unlisted-selector": ("unlisted-selector", "warning", "unknown.toml", 16),
    "window-past-handle": ("window-past-handle", "warning", "unknown.toml", 17),
}
# What no file can say: the loader refuses it first, or only the library's own table could be wrong.  Tested beside.
NO_FILE = {
    "contradicting-limits",
    "dead-status",
    "stranded-order",
    "terminal-with-exits",
    "trap-status",
    "unreachable-status",
    "unroutable-bounded",
}


@lru_cache
def checked(name: str) -> tuple[Fault, ...]:
    return check_pack(BROKEN / name)


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_broken_configuration_is_found_once_under_its_code_at_its_line(name: str) -> None:
    found = [(one.code, one.severity, Path(one.file).name, one.line) for one in checked(name)]
    assert found == [FOUND[name]]


@pytest.mark.parametrize("name", sorted(FOUND))
def test_every_finding_says_word_by_word_what_it_is_and_what_to_do(name: str, expect: Any) -> None:
    expect(*(evolve(one, file=Path(one.file).name) for one in checked(name)))


def test_every_folder_of_broken_packs_is_tried_and_every_finding_has_one() -> None:
    assert {path.name for path in BROKEN.iterdir()} == set(FOUND)
    # A folder is called by what is to be found in it; the loader has its own word for a unit that is not there.
    assert {name for name, (code, *_) in FOUND.items() if not name.startswith(code)} == {"dangling-unit"}
    assert set(CHECKS) - {code for code, *_ in FOUND.values()} == NO_FILE


def test_a_parents_finding_stands_in_the_parents_file(tmp_path: Path) -> None:
    child = tmp_path / "child"
    child.mkdir()
    head = f'title = "下级"\nplace = "990101"\neffective = "unknown"\nextends = "{BROKEN / "dead-rung"}"\n'
    case = '[[case]]\nwhat = "x"\nkind = "表扬"\nlimit = "none"\n'
    (child / "unknown.toml").write_text(head + case, encoding="utf-8")
    (one,) = check_pack(child)
    assert (one.code, Path(one.file).parent.name, one.line) == ("dead-rung", "dead-rung", 16)


def test_a_limit_that_fails_on_some_days_only_names_such_a_day() -> None:
    (one,) = checked("sign-past-handle-by-calendar")
    # The Spring Festival of 2025 ran from 01-28 to 02-04, and Sunday 01-26 was worked (国办发明电〔2024〕12号): two
    # working days from it are 01-27 and 02-05, and seven calendar days are up on 02-02.
    assert "如 2025-01-26 起算：2025-02-06 00:00 对 2025-02-03 00:00" in one.zh
