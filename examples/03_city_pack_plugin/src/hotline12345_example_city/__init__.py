"""The pack of a city that does not exist (示例市政策包): data, and one function that says where it lies."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """Return the folder of the pack *name* (政策包文件夹)."""
    return Path(__file__).resolve().parent / name
