"""A folder on disk (目录落盘): a file that was synced is lost all the same while its name is not."""

from __future__ import annotations

import os
from pathlib import Path


def settle(folder: Path) -> None:
    """Have the names in *folder* on disk, where the system lets one ask for it: what was made or moved there stays."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
