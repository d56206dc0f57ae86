"""What the documents show is run (文档可运行): Python blocks, commands, links and the version.

- A ```` ```python ```` block is run; the blocks of a file share their names, as a reader would type them.
- In a ```` ```console ```` block every ``$ hotline12345 …`` line is run, in one temporary folder a file;
  it must end with exit code 0, or with the N of a trailing ``# exit N``.
- ``<!-- file: NAME -->`` before a block of any kind writes it into that folder first.
- ``<!-- not run: REASON -->`` before a block leaves it alone.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [path for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if path.exists()]
LINKED = [*PAGES, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))]

FENCE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})(?P<lang>[\w+-]*)[^\n]*\n(?P<body>.*?)^(?P=mark)\s*$", re.MULTILINE | re.DOTALL
)
NOT_RUN = re.compile(r"<!-- not run: (?P<reason>\S.*?) -->")
FILE = re.compile(r"<!-- file: (?P<name>[\w.-]+) -->")
EXIT = re.compile(r"\s+# exit (?P<code>\d+)\s*$")
LINK = re.compile(
    r"!?\[[^\]\n]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)|^\[[^\]\n]+\]:\s*(?P<named>\S+)", re.MULTILINE
)


class Block(NamedTuple):
    """A fenced block: where it starts, its language, its text, and the comment right before it."""

    line: int
    lang: str
    body: str
    comment: str


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in FENCE.finditer(text):
        before = text[: match.start()].rstrip()
        last = before.rsplit("\n", 1)[-1].strip()
        comment = last if last.startswith("<!--") else ""
        yield Block(text.count("\n", 0, match.start()) + 2, match["lang"], match["body"], comment)


def commands(body: str) -> Iterator[tuple[list[str], int]]:
    """Yield the arguments of each ``$ hotline12345 …`` line and the exit code it is shown to have."""
    joined = re.sub(r"\\\n>?\s*", " ", body)
    for line in joined.splitlines():
        if line.startswith("$ hotline12345"):
            code = EXIT.search(line)
            told = shlex.split(EXIT.sub("", line)[2:])
            if {"|", ">", "<", "&&", ";"} & set(told):
                raise ValueError(f"a shell is needed for {line!r}: split it, or mark the block <!-- not run: … -->")
            yield told[1:], int(code["code"]) if code else 0


def run_page(path: Path, folder: Path) -> list[str]:
    """Run a page in *folder*; return what was run, for whoever wants to see."""
    names: dict[str, Any] = {"__name__": "__docs__"}
    done = []
    for block in blocks(path.read_text(encoding="utf-8")):
        if NOT_RUN.fullmatch(block.comment):
            continue
        if wanted := FILE.fullmatch(block.comment):
            (folder / wanted["name"]).write_text(block.body, encoding="utf-8")
        elif block.lang in ("python", "py"):
            # The blank lines make tracebacks point into the page.
            exec(compile("\n" * (block.line - 1) + block.body, str(path), "exec"), names)
            done.append(f"python:{block.line}")
        elif block.lang == "console":
            done += [run_command(arguments, code, path, block.line) for arguments, code in commands(block.body)]
    return done


def run_command(arguments: list[str], code: int, path: Path, line: int) -> str:
    """Run the CLI and hold it to its exit code."""
    from click.testing import CliRunner

    from hotline12345.cli import main

    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, f"{path.name}:{line}: hotline12345 {' '.join(arguments)}\n{result.output}"
    return f"console:{line}:{arguments[0] if arguments else ''}"


def broken_links(path: Path, text: str) -> list[str]:
    """List the relative links of a page that lead nowhere."""
    prose = FENCE.sub("", text)
    prose = re.sub(r"`[^`\n]*`", "", prose)
    targets = [match["target"] or match["named"] for match in LINK.finditer(prose)]
    local = [target.split("#")[0] for target in targets if not re.match(r"[a-z][a-z+.-]*:|#|//", target)]
    return [target for target in local if not (path.parent / target).exists()]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("HOTLINE12345_") and name != "HOTLINE12345_DATA":
            monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_shows_works(path, elsewhere):
    run_page(path, elsewhere)


@pytest.mark.parametrize("path", LINKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    assert broken_links(path, path.read_text(encoding="utf-8")) == []


def test_the_index_leads_to_every_page():
    docs = ROOT / "docs"
    linked = {match["target"].split("#")[0] for match in LINK.finditer((docs / "index.md").read_text(encoding="utf-8"))}
    assert {str(path.relative_to(docs).as_posix()) for path in docs.rglob("*.md")} - linked == {"index.md"}


def test_the_changelog_names_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(
        rf"^## \[?{re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize("path", LINKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_block_is_closed(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^`{3,}", FENCE.sub("", text), re.MULTILINE)


# ── the tests above are able to fail ─────────────────────────────────────────────────────────────

PAGE = """
```python
x = 1
```
<!-- file: note.txt -->
```text
hello
```
<!-- not run: it needs a server -->
```python
raise SystemExit(9)
```
```python
from pathlib import Path
assert x == 1 and Path("note.txt").read_text() == "hello\\n"
```
```console
$ pip install .
$ hotline12345 due --kind "a b" \\
>   --pack cn  # exit 3
out $ hotline12345
```
"""


def test_blocks_share_their_names_write_files_and_are_left_alone_when_marked(elsewhere, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.split("```console")[0], encoding="utf-8")
    assert run_page(page, elsewhere) == ["python:3", "python:14"]


def test_a_block_that_fails_fails_the_page_at_its_own_line(elsewhere, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("text\n\n```python\nx = 1\nassert x == 2\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError) as caught:
        run_page(page, elsewhere)
    assert caught.traceback[-1].lineno + 1 == 5


def test_commands_are_read_with_their_exit_codes():
    (console,) = [block for block in blocks(PAGE) if block.lang == "console"]
    assert list(commands(console.body)) == [(["due", "--kind", "a b", "--pack", "cn"], 3)]
    with pytest.raises(ValueError, match="shell"):
        list(commands("$ hotline12345 list | head\n"))


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "there.md").touch()
    text = (
        "[a](there.md#x) [b](gone.md) [c](https://example.org) `[d](code.md)`\n\n[e]: lost.md\n```\n[f](in.md)\n```\n"
    )
    assert broken_links(tmp_path / "page.md", text) == ["gone.md", "lost.md"]
