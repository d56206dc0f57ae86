"""How the address of an embedded store is read (存储地址)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

from . import _sqlite_errors as faults


def address(url: str) -> tuple[str, dict[str, Any]]:
    """Return the path *url* names, and its options as keyword arguments.

    Raises:
        StoreError: ``bad-url``, with what is understood.
    """
    front, _, tail = url.partition("?")
    path = unquote(front.removeprefix("sqlite:///"))
    if not front.startswith("sqlite:///") or path.strip("/") in ("", ":memory:"):
        raise faults.bad_url(
            url, "sqlite:///相对路径.db、sqlite:////绝对路径.db", "sqlite:///relative.db, sqlite:////absolute.db"
        )
    options = dict(parse_qsl(tail, keep_blank_values=True))
    durability = options.pop("durability", "full")
    readonly = options.pop("readonly", "0")
    wait = options.pop("timeout", "10")
    if options or durability not in ("full", "relaxed") or readonly not in ("0", "1") or not _is_seconds(wait):
        known = "durability=full|relaxed, readonly=0|1, timeout=10"
        raise faults.bad_url(url, f"选项：{known}", f"options: {known}")
    return path, {"durability": durability, "readonly": readonly == "1", "timeout": float(wait)}


def _is_seconds(text: str) -> bool:
    try:
        return 0 <= float(text) < 86_400
    except ValueError:
        return False
