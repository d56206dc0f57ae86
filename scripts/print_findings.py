"""Write the table of docs/reference/findings.md from the checks themselves; a test holds the page to them.

python scripts/print_findings.py
"""

from __future__ import annotations

import re
from pathlib import Path

from hotline12345.core.verify import SUBJECTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "findings.md"
BLOCK = re.compile(r"(<!-- findings -->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    """Return the findings there are, by subject."""
    lines = ["| 代码 code | 意思 | meaning |", "|---|---|---|"]
    lines += [f"| `{code}` | {zh} | {en} |" for subject in SUBJECTS for code, (zh, en) in subject.CODES.items()]
    return "\n".join(lines) + "\n"


def filled(text: str) -> str:
    """Return the page with its table as the checks are now."""
    return BLOCK.sub(lambda found: found[1] + table() + found[2], text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
