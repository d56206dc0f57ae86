"""Texts as weighted character pairs and triples (字二元、三元组): no dictionary, any language.

Weights are whole numbers, so that sums are exact and the same in whatever order they are made.
"""

from __future__ import annotations

import math
import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence

ONE = 4096
"""The length of a vector: a cosine is a product of two vectors divided by ``ONE * ONE``."""
SIZES = (2, 3)
FEW = 1000
"""A file of fewer texts is weighed as if it had so many: a word is not common because a small file is about it."""

_BREAK = re.compile(r"[\W_]+")

Vector = dict[int, int]


def runs(text: str) -> list[str]:
    """Return the stretches of letters, digits and 汉字 in *text*; widths and cases do not count."""
    return [run for run in _BREAK.split(unicodedata.normalize("NFKC", text).casefold()) if run]


def grams(text: str, sizes: Sequence[int] = SIZES) -> list[str]:
    """Return the pairs and triples of characters in *text*, with repetition; a lone character stands for itself."""
    found = []
    for run in runs(text):
        if len(run) == 1:
            found.append(run)
        for size in sizes:
            found += [run[i : i + size] for i in range(len(run) - size + 1)]
    return found


class Vocabulary:
    """The grams of a body of texts, in how many texts each stands, and the texts as vectors (词频表).

    Args:
        texts: the texts, in an order that does not depend on how they came: grams are numbered as they turn up.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        number: dict[str, int] = {}
        self._held: list[array[int]] = []
        for text in texts:
            self._held.append(array("L", [number.setdefault(gram, len(number)) for gram in dict.fromkeys(grams(text))]))
        self.texts = len(self._held)
        self.usage = [0] * len(number)
        for held in self._held:
            for gram in held:
                self.usage[gram] += 1
        self.number = number
        self._size = max(self.texts, FEW)
        rare = {count: math.log(1 + self._size / count) for count in set(self.usage)}
        self._weight = [rare[count] for count in self.usage]

    def vectors(self) -> list[Vector]:
        """Return, once, the texts as gram → weight: log(1 + texts (``FEW`` at least) / those that have it).

        A gram of one text alone links nothing and is left out; it still counts in the length of that text.
        """
        held, self._held = self._held, []
        return [self._vector(one) for one in held]

    def vector(self, text: str) -> Vector:
        """Return another text as the vectors are; a gram that no text has counts in its length as the rarest do."""
        number = self.number
        return self._vector([number.get(gram, -1) for gram in dict.fromkeys(grams(text))])

    def _vector(self, held: Sequence[int]) -> Vector:
        once, weight, usage = math.log(1 + self._size), self._weight, self.usage
        weights = [weight[gram] if gram >= 0 else once for gram in held]
        length = math.sqrt(math.fsum([one * one for one in weights]))
        if not length:
            return {}
        scale = ONE / length
        return {
            gram: int(one * scale + 0.5)
            for gram, one in zip(held, weights, strict=True)
            if gram >= 0 and usage[gram] > 1
        }


def product(one: Vector, other: Vector) -> int:
    """Return the scalar product; ``ONE * ONE`` is what a text has with itself, but for rounding."""
    total = 0
    for gram in one.keys() & other.keys():
        total += one[gram] * other[gram]
    return total
