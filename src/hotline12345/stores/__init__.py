"""Where orders are kept (存储): the port, and the stores that come with the library."""

from __future__ import annotations

from hotline12345.core.errors import PluginError, StoreError

from ._rules import checked, masked
from .port import (
    SCHEMA,
    Append,
    Appended,
    Desk,
    Fed,
    Folding,
    Following,
    Head,
    Importing,
    Keeping,
    Lease,
    Leasing,
    Page,
    Parked,
    Parking,
    Private,
    Query,
    Record,
    Store,
)

__all__ = [
    "SCHEMA",
    "Append",
    "Appended",
    "Desk",
    "Fed",
    "Folding",
    "Following",
    "Head",
    "Importing",
    "Keeping",
    "Lease",
    "Leasing",
    "Page",
    "Parked",
    "Parking",
    "Private",
    "Query",
    "Record",
    "Store",
    "checked",
    "open_store",
]


def open_store(url: str, *, must_exist: bool = False, unfinished: bool = False) -> Store:
    """Open the store that *url* names (按地址打开存储).

    ``memory:``, ``sqlite:///relative.db``, ``sqlite:////absolute.db``, ``sqlite:///C:/windows.db``;
    another scheme is looked up among the plug-ins of ``hotline12345.stores``, whose factory is
    called with the whole address.

    Args:
        url: the address; options follow a question mark (``?durability=relaxed&readonly=1``).
        must_exist: do not create an empty store where there is none.
        unfinished: open one whose import was cut short, too, to finish it (see :class:`Importing`).

    Raises:
        StoreError: ``unknown-scheme`` with the schemes there are, ``bad-url``, ``no-such-store``, ``import-unfinished``
            …
        PluginError: ``plugin-broken`` when the store's module cannot be loaded.
    """
    from hotline12345.plugins import plugin

    scheme, colon, _ = url.partition(":")
    if not colon or not scheme:
        raise StoreError(
            f"「{masked(url)}」不是存储地址",
            f"{masked(url)!r} is not the address of a store",
            code="bad-url",
            hint="例如 sqlite:///hotline12345.db（当前目录）、sqlite:////var/lib/hotline.db（绝对路径）、memory:",
            hint_en="for example sqlite:///hotline12345.db (this folder), sqlite:////var/lib/hotline.db, memory:",
        )
    try:
        factory = plugin("hotline12345.stores", scheme)
    except PluginError as fault:
        if fault.code != "unknown-plugin":
            raise
        names = fault.facts["names"]
        raise StoreError(
            f"没有哪个存储提供「{scheme}:」这种地址（{masked(url)}）",
            f"no store serves addresses that begin with {scheme}: ({masked(url)})",
            code="unknown-scheme",
            hint=f"现有：{'、'.join(names)}；其他存储请先安装插件",
            hint_en=f"there are: {', '.join(names)}; install a plug-in for others",
        ) from fault
    asked = {name: True for name, wanted in (("must_exist", must_exist), ("unfinished", unfinished)) if wanted}
    store: Store = factory(url, **asked)
    return store
