"""Chance that can be told apart (随机流): one number for each (seed, purpose, entity), whatever happened before.

A stream shared by everything would make two variants of a city differ everywhere as soon as they differ
somewhere.  Here a draw depends on nothing but its own name, so that doubling the staff changes no caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import exp, sqrt
from random import Random
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
_NORMAL = NormalDist()
_STEP = 2.0**-53


class Streams:
    """The streams of one seed (随机流)."""

    def __init__(self, seed: int) -> None:
        self._key = blake2b(str(seed).encode(), digest_size=32).digest()

    def _digest(self, purpose: str, entity: str, size: int) -> int:
        return int.from_bytes(
            blake2b(f"{purpose}\x1f{entity}".encode(), key=self._key, digest_size=size).digest(), "big"
        )

    def uniform(self, purpose: str, entity: str = "") -> float:
        """Return the number in [0, 1) that belongs to *purpose* and *entity*."""
        return (self._digest(purpose, entity, 8) >> 11) * _STEP

    def stream(self, purpose: str, entity: str = "") -> Random:
        """Return a generator of many numbers for *purpose* and *entity*."""
        return Random(self._digest(purpose, entity, 16))

    def happens(self, share: float, purpose: str, entity: str = "") -> bool:
        """Say whether what happens in *share* of all cases happens here; a greater share never takes one away."""
        return self.uniform(purpose, entity) < share

    def lognormal(self, median: float, sigma: float, purpose: str, entity: str = "") -> float:
        """Return a duration with the given *median*; *sigma* is the spread of its logarithm."""
        spread = _NORMAL.inv_cdf(min(max(self.uniform(purpose, entity), 1e-9), 1 - 1e-9))
        return median * exp(sigma * spread)

    def poisson(self, mean: float, purpose: str, entity: str = "") -> int:
        """Return a Poisson count by inversion, so that a greater *mean* never gives a smaller count."""
        u = self.uniform(purpose, entity)
        if mean > 400:  # exp(-mean) is nothing there, and the normal curve is close
            return max(0, round(mean + sqrt(mean) * _NORMAL.inv_cdf(min(max(u, 1e-9), 1 - 1e-9))))
        chance = total = exp(-mean)
        count = 0
        while u >= total and count < 2000:
            count += 1
            chance *= mean / count
            total += chance
        return count

    def choose(self, weights: Mapping[T, float] | Sequence[tuple[T, float]], purpose: str, entity: str = "") -> T:
        """Return one of the keys of *weights*, in their order."""
        pairs = list(weights.items() if isinstance(weights, Mapping) else weights)
        left = self.uniform(purpose, entity) * sum(weight for _, weight in pairs)
        for value, weight in pairs:
            left -= weight
            if left < 0:
                return value
        return pairs[-1][0]
