"""Every example runs (示例可运行): ``examples/NN_name.py``, or ``examples/NN_name/run.py`` for one of several files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hotline12345.core.verify.mutate import mutate
from hotline12345.packs import check_pack, load_pack

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NUMBERED = re.compile(r"\d\d_[a-z0-9_]+")
TIMEOUT = 120


def entries(folder: Path) -> list[Path]:
    """Return what is in the folder of examples, in reading order."""
    return sorted(path for path in folder.glob("*") if path.name[0] not in "._" and path.name != "README.md")


def script(example: Path) -> Path:
    """Return the file that runs *example*."""
    return example / "run.py" if example.is_dir() else example


def run(example: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run an example in an empty folder, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-X", "utf8", str(script(example).resolve())]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=TIMEOUT)


@pytest.mark.parametrize("example", entries(EXAMPLES), ids=lambda path: path.name)
def test_an_example_runs(example, tmp_path):
    done = run(example, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip(), "an example prints what it shows"


def test_examples_are_numbered_in_reading_order():
    found = entries(EXAMPLES)
    assert [path.name for path in found if not NUMBERED.fullmatch(path.stem)] == []
    assert [int(path.name[:2]) for path in found] == list(range(1, len(found) + 1))


def test_the_regulation_of_a_city_is_a_pack_without_findings_and_every_article_is_somewhere_in_it():
    folder = EXAMPLES / "05_city_regulation"
    assert [fault.text() for fault in check_pack(folder / "yunting")] == []

    articles = re.findall(
        r"^\*\*(第[一二三四五六七八九十]+条)\*\*", (folder / "regulation.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(articles) == len(set(articles)) == 30
    said = "".join(path.read_text("utf-8") for path in sorted((folder / "yunting").iterdir()))
    assert [article for article in articles if article not in re.findall(r"第[一二三四五六七八九十]+条", said)] == []


def test_no_number_of_the_regulation_can_be_wrong_unnoticed():
    policy = load_pack(EXAMPLES / "05_city_regulation/yunting").newest
    slipped = [one for one in mutate(policy, parts=("limits", "scope", "catalogue", "scoring")) if not one.caught]
    assert slipped == []


def test_an_example_that_fails_is_seen(tmp_path):
    broken = tmp_path / "01_broken.py"
    broken.write_text("import warnings\nwarnings.warn('x')\n", encoding="utf-8")
    assert run(broken, tmp_path).returncode == 1
