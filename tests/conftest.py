"""What every test may ask for: where the repository is, and where the real data lies (测试公用)."""

from __future__ import annotations

import gc
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from hotline12345.core.errors import Fault, HotlineError
from hotline12345.stores import _sqlite_late, _text
from hotline12345.stores.locking import lock_for

# How long one example takes says more about the machine than about the code.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays until the end: to look for garbage in it, again and again, took a sixth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data, outside the repository; a test that needs it is skipped without, but fails in CI."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    if folder.is_dir():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"no real data in {folder}: CI must have it; set HOTLINE12345_DATA")
    pytest.skip(f"no real data in {folder}; set HOTLINE12345_DATA")


@pytest.fixture(scope="session")
def plain() -> Callable[[Path], None]:
    """Turn an embedded store's file into plain rows: nothing is late, and each record has a row of its own.

    So a test can damage one record and no other.  Who has the store open meanwhile notices: it is done under the lock.
    """
    return _plain


def _plain(path: Path) -> None:
    lock = lock_for(str(path))
    conn = sqlite3.connect(path, isolation_level=None)
    try:
        with lock.held(10):
            conn.execute("PRAGMA secure_delete=ON")
            conn.execute("BEGIN IMMEDIATE")
            _sqlite_late.settle_all(conn)
            for position, place, number, version, more, said, links in conn.execute(
                "SELECT position, place, number, version, more, data, link FROM record WHERE more > 0"
            ).fetchall():
                rows = [
                    (position - more + i, place, number, version - more + i, kind, schema, _text.dumps(data),
                     links[32 * i : 32 * i + 32])
                    for i, (kind, schema, data) in enumerate(json.loads(said))
                ]  # fmt: skip
                assert (len(rows), len(links)) == (more + 1, 32 * (more + 1))
                *_, kind, schema, text, link = rows.pop()
                conn.execute(
                    "UPDATE record SET more = 0, kind = ?, schema = ?, data = ?, link = ? WHERE position = ?",
                    (kind, schema, text, link, position),
                )
                conn.executemany(
                    "INSERT INTO record (position, place, number, version, kind, schema, data, link) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )
            conn.execute("COMMIT")
    finally:
        conn.close()
        lock.let_go()


HAN, WORD = r"[\u4e00-\u9fff]", r"[A-Za-z]{2}|[a-z]/[a-z]"


def _ill_told(code: str, zh: str, en: str, hint_zh: str, hint_en: str) -> str:
    """What is wrong with how an error is told, if anything."""
    if hint_en == hint_zh and "、" in hint_zh:
        hint_zh = hint_en = ""  # a list of what may be written: the same in both
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code):
        return f"the code {code!r} is not lower case with hyphens"
    if not re.search(HAN, zh) or (not re.search(HAN, hint_zh) and re.search("[a-z]+ [a-z]+ [a-z]+", hint_zh)):
        return f"the Chinese has no Chinese in it: {zh!r} → {hint_zh!r}"
    if not re.search(WORD, en) or (len(re.findall(HAN, hint_zh)) > 3 and not re.search(WORD, hint_en)):
        return f"the English has no English in it: {en!r} → {hint_en!r}"
    if en.isupper() or (hint_en.isupper() and " " in hint_en and hint_en != hint_zh):
        return f"the English shouts: {en!r} → {hint_en!r}"
    if hint_en == hint_zh and len(re.findall(HAN, hint_zh)) > 5:  # an example to copy is the same in both
        return f"the hint has Chinese alone: {hint_zh!r}"
    if any(re.search(r"\bNone\b|TODO|\{[a-z]\w*\}", text) for text in (zh, en, hint_zh, hint_en)):
        return f"a gap was not filled: {(zh, en, hint_zh, hint_en)}"
    return ""


@pytest.fixture(autouse=True)
def _every_error_is_told_in_both_languages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever error a test of core or packs meets has a stable code, a message in both languages, and so its hint."""
    if request.path.relative_to(ROOT / "tests").parts[0] not in ("core", "packs"):
        return

    def error(self: HotlineError, zh: str, en: str, **rest: Any) -> None:
        plain_error(self, zh, en, **rest)
        assert not (ill := _ill_told(self.code, self.zh, self.en, self.hint_zh, self.hint_en)), ill

    def fault(self: Fault, *args: Any, **rest: Any) -> None:
        plain_fault(self, *args, **rest)
        zh, _, en = self.hint.partition(" / ")
        assert not (ill := _ill_told(self.code, self.zh, self.en, zh, en or zh)), ill

    plain_error, plain_fault = HotlineError.__init__, Fault.__init__
    monkeypatch.setattr(HotlineError, "__init__", error)
    monkeypatch.setattr(Fault, "__init__", fault)
