"""Texts a person has read (定稿), kept beside the tests and compared whole: the words are part of what is promised.

A golden file holds sections, each under ``## name``.  What is told now is compared with the section, letter by letter.
Where the words are meant to change, ``HOTLINE12345_GOLDEN=write pytest tests/core`` writes them anew; read the
difference before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from hotline12345.core.errors import Fault, HotlineError


def sections(file: Path) -> dict[str, str]:
    """Return the sections of a golden file, by name."""
    text = file.read_text("utf-8") if file.exists() else ""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip("\n") for name, body in zip(parts[::2], parts[1::2], strict=True)}


def same(file: Path, name: str, told: str) -> None:
    """Compare *told* with the section *name* of a golden file."""
    known = sections(file)
    if os.environ.get("HOTLINE12345_GOLDEN") == "write":
        known[name] = told
        head = file.read_text("utf-8").partition("## ")[0] if file.exists() else ""
        file.write_text(head + "\n\n".join(f"## {each}\n{body}" for each, body in known.items()) + "\n", "utf-8")
    assert told.splitlines() == known.get(name, "").splitlines()


def faults(found: Iterable[Fault]) -> str:
    """Tell findings and faults (错误项) in full: every field, one under the other."""
    return "\n".join(_fault(one) for one in found) or "—"


def _fault(one: Fault) -> str:
    place = " ".join(part for part in (f"[{one.table}]" if one.table else "", one.key) if part)
    where = f"{Path(one.file).name}:{one.line}" if one.file or one.line else ""
    head = " | ".join(part for part in (f"{one.severity} {one.code}", where, place) if part)
    return "\n".join((head, f"    {one.zh}", f"    {one.en}", *([f"    → {one.hint}"] if one.hint else [])))


def error(one: HotlineError) -> str:
    """Tell an error (错误) in full: its kind, code, words, hint and facts, and its faults where it has some."""
    lines = [f"{type(one).__name__} {one.code}", f"    {one.zh}", f"    {one.en}"]
    lines += [f"    → {one.hint_zh}", f"    → {one.hint_en}"] if one.hint_zh else []
    lines += [f"    {name} = {value!r}" for name, value in sorted(one.facts.items())]
    return "\n".join(lines) + "".join("\n" + _fault(each) for each in getattr(one, "faults", ()))
