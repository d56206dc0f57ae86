"""A folder on disk (目录落盘): a file that was synced is lost all the same while its name is not."""

from __future__ import annotations

import os
from errno import EACCES, EBADF, EINVAL, ENOTSUP, EPERM
from pathlib import Path

_UNASKED = {EACCES, EPERM, EINVAL, EBADF, ENOTSUP}
"""A folder one may write to and not read, or on a file system that syncs none (SMB, FUSE): databases go on, too."""


def settle(folder: Path) -> None:
    """Have the names in *folder* on disk, where the system lets one ask for it: what was made or moved there stays."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _UNASKED:
            raise
