"""The conformance kit (一致性测试套件), shipped in the wheel so that a stranger's plug-in can prove itself.

::

    from hotline12345.testing import StoreContract

    class TestMyStore(StoreContract):
        durable = True

        def open(self, path):
            return MyStore(path / "orders")

Needs the extra ``testing`` (pytest); importing this module does not load pytest, asking for a
contract does.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .channel_contract import ChannelContract
    from .classifier_contract import ClassifierContract
    from .clock import FakeClock
    from .pack_contract import PackContract
    from .power import PowerLoss
    from .proxy import FaultProxy
    from .publisher_contract import PublisherContract
    from .store_contract import StoreContract
    from .store_model import store_machine

__all__ = [
    "ChannelContract",
    "ClassifierContract",
    "FakeClock",
    "FaultProxy",
    "PackContract",
    "PowerLoss",
    "PublisherContract",
    "StoreContract",
    "store_machine",
]

_HOMES = {
    "ChannelContract": "channel_contract",
    "ClassifierContract": "classifier_contract",
    "FakeClock": "clock",
    "FaultProxy": "proxy",
    "PackContract": "pack_contract",
    "PowerLoss": "power",
    "PublisherContract": "publisher_contract",
    "StoreContract": "store_contract",
    "store_machine": "store_model",
}
_PARTS = (
    *("store_base", "store_writing", "store_feed", "store_finding", "store_privacy", "store_trouble"),
    *("store_asking", "store_sharing", "store_model"),
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    import pytest

    # Otherwise a failed clause would say "AssertionError" and not what differs.
    # What somebody imported by its full name before is as it is; the rest gets pytest's telling asserts.
    names = {f"{__name__}.{home}" for home in (*_HOMES.values(), *_PARTS)} - sys.modules.keys()
    pytest.register_assert_rewrite(*sorted(names))
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
