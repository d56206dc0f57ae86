"""The page of findings is written from the checks (检查发现页)."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_page_lists_exactly_the_findings_there_are(repo_root: Path) -> None:
    spec = importlib.util.spec_from_file_location("print_findings", repo_root / "scripts" / "print_findings.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = (repo_root / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
    assert script.filled(text) == text
    assert "| `dead-limit` |" in text
