"""Ten lines prove a stranger's pack (十行证明一个政策包): those of docs/testing-rules.md, run as the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/testing-rules.md").read_text(encoding="utf-8")
(EDITION,) = re.findall(r"<!-- file: 2027-01-01.toml -->\n```toml\n(.*?)```", PAGE, re.DOTALL)
(LINES,) = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "class TestMyCity" in code]


def run(folder: Path, edition: str) -> str:
    (folder / "2027-01-01.toml").write_text(edition, encoding="utf-8")
    (folder / "test_my_city.py").write_text(LINES, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "test_my_city.py"]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTEST_ADDOPTS": ""}  # how much ours prints is not theirs
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300).stdout


def test_they_are_at_most_ten_lines_and_prove_the_pack_of_the_page(tmp_path: Path) -> None:
    assert len(LINES.splitlines()) <= 10
    assert "9 passed" in run(tmp_path, EDITION)


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ('limit = "5wd"\nbasis', 'limit = "5wdd"\nbasis', "test_p1"),
        ('kind = "投诉"\nlimit = "5wd"', 'kind = "投诉"\nlimit = "6wd"', "test_p3"),
        ("title =", 'provides = ["supervision"]\ntitle =', "test_p2"),
    ],
)
def test_a_broken_pack_fails_the_clause_it_breaks(tmp_path: Path, old: str, new: str, clause: str) -> None:
    assert old in EDITION
    told = run(tmp_path, EDITION.replace(old, new))
    assert re.search(rf"FAILED .*{clause}_", told), told
