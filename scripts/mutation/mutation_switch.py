"""What a mutated tree imports instead of mutmut's trampoline: a quicker one, and a memory that tells who was asked.

Copied beside the mutated package by ``mutate_core.py``.  The names are those mutmut's generated code uses.
"""

from __future__ import annotations

import functools
import os
from typing import Any

MutantDict = dict[str, Any]
active: dict[str, str] = {}  # the function whose mutant runs -> the mutant; empty or one
hits: set[str] | None = None  # the functions called, while somebody measures
memories: list[tuple[Any, dict[Any, frozenset[str]]]] = []


def function_of(mutant: str) -> str:
    """The function a mutant belongs to: ``module.x_name``."""
    return mutant.partition("__mutmut_")[0]


def activate(mutant: str) -> None:
    """From now on this mutant runs, here and in the processes started from here."""
    active.clear()
    active[function_of(mutant)] = mutant.rpartition(".")[2]
    os.environ["HOTLINE12345_MUTANT"] = mutant
    for memory, asked in memories:  # what the unchanged function helped to fill is forgotten
        if None in asked or any(function_of(mutant) in functions for functions in asked.values()):
            memory.cache_clear()


def _mutmut_mutated(mutants: MutantDict, is_classmethod: bool = False) -> Any:
    """Decorate a function: it calls the mutant that is active, or else the original."""

    def decorate(function: Any) -> Any:
        name = ""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal name
            chosen = mutants["_mutmut_orig"]
            if active or hits is not None:
                name = name or f"{function.__module__}.{function_of(chosen.__name__)}"
                if hits is not None:
                    hits.add(name)
                if name in active:
                    chosen = mutants[active[name]]
            if is_classmethod:
                return getattr(args[0], chosen.__name__)(*args[1:], **kwargs)
            return chosen(*args, **kwargs)

        return call

    return decorate


def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    """``functools.lru_cache`` that also tells, when it answers from memory, who had been asked to fill it."""
    if callable(maxsize):
        return lru_cache()(maxsize)

    def decorate(function: Any) -> Any:
        asked: dict[Any, frozenset[str]] = {}
        memory = functools.lru_cache(maxsize, typed)(function)
        memories.append((memory, asked))

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            global hits
            if hits is None:
                asked[None] = frozenset()
                return memory(*args, **kwargs)
            outer, hits = hits, set()
            try:
                return memory(*args, **kwargs)
            finally:
                key = (args, tuple(kwargs.items()))
                if hits or key not in asked:
                    asked[key] = frozenset(hits)
                hits = outer
                hits |= asked[key]

        call.cache_clear = memory.cache_clear  # type: ignore[attr-defined]
        call.cache_info = memory.cache_info  # type: ignore[attr-defined]
        return call

    return decorate


def __getattr__(name: str) -> Any:
    """What else a module takes from ``functools`` in the same line."""
    return getattr(functools, name)


if "HOTLINE12345_MUTANT" in os.environ:
    activate(os.environ["HOTLINE12345_MUTANT"])
