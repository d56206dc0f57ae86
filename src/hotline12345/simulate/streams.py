"""Chance that can be told apart (随机流): one number for each (seed, purpose, entity), whatever happened before.

A stream shared by everything would make two variants of a city differ everywhere as soon as they differ
somewhere.  Here a draw depends on nothing but its own name, so that doubling the staff changes no caller.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from itertools import accumulate
from math import exp, sqrt
from random import Random
from statistics import NormalDist
from typing import Generic, TypeVar

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

    def choose(self, weights: Weights[T], purpose: str, entity: str = "") -> T:
        """Return one of the values of *weights*."""
        return weights.at(self.uniform(purpose, entity))


class Weights(Generic[T]):
    """Values with weights (权重), in their order."""

    def __init__(self, pairs: Mapping[T, float] | Iterable[tuple[T, float]]) -> None:
        listed = list(pairs.items() if isinstance(pairs, Mapping) else pairs)
        self._values: list[T] = [value for value, _ in listed]
        self._sums = list(accumulate(weight for _, weight in listed))

    def at(self, share: float) -> T:
        """Return the value at *share* in [0, 1) of the sum of the weights."""
        found = bisect_right(self._sums, share * self._sums[-1])
        return self._values[min(found, len(self._values) - 1)]
