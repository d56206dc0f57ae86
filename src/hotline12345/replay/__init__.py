"""Replay (重放): recorded requests through the whole flow, at their own times, under one edition of a pack.

History is older than the rules, so every row is kept under the edition asked for and the result says which.
Nothing is invented: units reply when the record says, and where it says nothing, not at all.
"""

from __future__ import annotations

from .areas import AreaMap, read_area_map
from .result import Refused, ReplayResult
from .run import replay

__all__ = ["AreaMap", "Refused", "ReplayResult", "read_area_map", "replay"]
