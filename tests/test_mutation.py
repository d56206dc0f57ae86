"""The script that mutates the core: how it draws, what it reckons, and that a mutant is at work (变异测试的脚本)."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


def loaded(path: Path) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = loaded(SCRIPTS / "mutate_core.py")


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the mutated tree imports; the environment is put back afterwards."""
    monkeypatch.setenv("HOTLINE12345_MUTANT", "")
    monkeypatch.delenv("HOTLINE12345_MUTANT")
    return loaded(SCRIPTS / "mutation" / "mutation_switch.py")


@pytest.mark.parametrize(
    ("found", "of", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)]
)
def test_the_interval_is_wilsons(found: int, of: int, low: float, high: float) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert SCRIPT.wilson(found, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_each_file_gives_mutants_in_proportion_and_the_same_seed_draws_the_same() -> None:
    mutants = {
        "a": [f"m.a__mutmut_{n}" for n in range(700)],
        "b": [f"m.b__mutmut_{n}" for n in range(299)],
        "c": ["m.c"],
    }
    drawn = SCRIPT.draw(mutants, 100, 7)
    assert Counter(name.partition("__")[0] for name in drawn) == {"m.a": 70, "m.b": 30}
    assert len(set(drawn)) == 100
    assert drawn == SCRIPT.draw(mutants, 100, 7) != SCRIPT.draw(mutants, 100, 8)
    assert len(SCRIPT.draw(mutants, 5000, 7)) == 1000


def test_the_active_mutant_runs_instead_of_the_function_and_what_was_remembered_of_it_is_forgotten(switch: Any) -> None:
    mutants = {"_mutmut_orig": None, "x_f__mutmut_1": lambda: "mutant"}

    def x_f__mutmut_orig() -> str:
        return "original"

    def f() -> str:
        return ""

    mutants["_mutmut_orig"] = x_f__mutmut_orig
    wrapped = switch._mutmut_mutated(mutants)(f)
    through = switch.lru_cache(maxsize=8)(lambda: wrapped())
    beside = switch.lru_cache(maxsize=8)(object)
    switch.hits = set()
    kept = beside()
    assert through() == "original"
    name = f"{f.__module__}.x_f"
    assert switch.hits == {name}
    switch.hits = set()
    assert through() == "original"
    assert switch.hits == {name}  # remembered, and told all the same
    switch.hits = None
    switch.activate(f"{name}__mutmut_1")
    assert os.environ["HOTLINE12345_MUTANT"] == f"{name}__mutmut_1"
    assert (wrapped(), through()) == ("mutant", "mutant")
    assert beside() is kept
    assert "mutation_switch" not in sys.modules
