"""Room for long work (长任务的内存管理): collect garbage seldom while a command keeps nearly all it makes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def roomy() -> Iterator[None]:
    """Collect garbage seldom: next to nothing of a replay or a city becomes garbage, and looking takes a fifth.

    A process of our own may do this; a library in somebody else's may not, so it stands here.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
