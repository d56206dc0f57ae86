"""What the kit says of a store of one's own, and of the same store with its lock left out (自己写的存储).

    python examples/06_own_store/run.py

Needs ``pip install "hotline12345[testing]"``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def report(contract: str) -> int:
    """Print the page on one contract, and return 1 when a clause is broken."""
    command = [sys.executable, "-m", "hotline12345.testing", f"{HERE / 'test_journal_store.py'}::{contract}"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=HERE)
    print(done.stdout or done.stderr)
    return done.returncode


print("有锁 · with its lock:")
assert report("TestJournalStore") == 0
print("没有锁 · without:")
assert report("TestWithoutALock") == 1
