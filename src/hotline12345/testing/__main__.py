"""``python -m hotline12345.testing`` (契约报告)."""

from __future__ import annotations

import sys

from .report import main

if __name__ == "__main__":
    sys.exit(main())
