"""Rules and keywords as arrays, for ``fast.bulk``."""

from __future__ import annotations

from . import missing

try:
    import numpy as np
except ImportError as error:
    raise missing("numpy") from error

from collections import Counter
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from hotline12345.core.classify.negation import TELLING_CHARS
from hotline12345.core.classify.rules import RuleSet

Array = NDArray[Any]

_BITS = 18  # of the filter: 256 KiB, which stays in the cache; a pair in a hundred gets through by chance
_MIX, _STIR = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)


class Searcher:
    """Finds keywords in an array of code points (批量匹配)."""

    def __init__(self, words: Sequence[str]) -> None:
        sizes = [len(word) for word in words]
        self.size = np.array(sizes, np.int64)
        self.longest = max(sizes, default=0)
        self.chars = np.zeros((len(words), self.longest), np.uint32)
        usage = Counter(pair for word in words for pair in {word[i : i + 2] for i in range(len(word) - 1)})
        filed: list[tuple[int, int, int]] = []  # pair, word, how far the pair stands from the word's start
        singles: list[tuple[int, int]] = []
        for index, word in enumerate(words):
            codes = [ord(char) for char in word]
            self.chars[index, : len(codes)] = codes
            if len(codes) == 1:
                singles.append((codes[0], index))
                continue
            place = min(range(len(word) - 1), key=lambda i: usage[word[i : i + 2]])
            filed.append(((codes[place] << 32) | codes[place + 1], index, place))
        filed.sort()
        pairs = np.array([pair for pair, _, _ in filed], np.uint64)
        self.word = np.array([word for _, word, _ in filed], np.int64)
        self.shift = np.array([shift for _, _, shift in filed], np.int64)
        self.pairs, self.first, self.count = np.unique(pairs, return_index=True, return_counts=True)
        self.filter = np.zeros(1 << _BITS, bool)
        self.filter[_mixed((pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32))] = True
        singles.sort()
        self.single = np.array([code for code, _ in singles], np.uint32)
        self.single_word = np.array([word for _, word in singles], np.int64)

    def find(self, codes: Array) -> tuple[Array, Array]:
        """Return starts and keyword numbers, sorted by start and then keyword."""
        starts, words = self._pairs(codes)
        if len(self.single):
            at = np.searchsorted(self.single, codes)
            here = np.flatnonzero(self.single[np.minimum(at, len(self.single) - 1)] == codes)
            starts, words = np.append(starts, here), np.append(words, self.single_word[at[here]])
        turn = np.lexsort((words, starts))
        return starts[turn], words[turn]

    def _pairs(self, codes: Array) -> tuple[Array, Array]:
        none = np.zeros(0, np.int64)
        if len(codes) < 2 or not len(self.pairs):
            return none, none
        here = np.flatnonzero(self.filter[_mixed(codes[:-1], codes[1:])])
        pair = (codes[here].astype(np.uint64) << np.uint64(32)) | codes[here + 1]
        at = np.minimum(np.searchsorted(self.pairs, pair), len(self.pairs) - 1)
        same = self.pairs[at] == pair
        here, at = here[same], at[same]
        many = self.count[at]
        entry = np.repeat(self.first[at] - np.cumsum(many) + many, many) + np.arange(many.sum())
        words = self.word[entry]
        starts = np.repeat(here, many) - self.shift[entry]
        inside = (starts >= 0) & (starts + self.size[words] <= len(codes))
        starts, words = starts[inside], words[inside]
        for place in range(self.longest):
            longer = np.flatnonzero(self.size[words] > place)
            wrong = longer[codes[starts[longer] + place] != self.chars[words[longer], place]]
            if len(wrong):
                keep = np.ones(len(words), bool)
                keep[wrong] = False
                starts, words = starts[keep], words[keep]
        return starts, words


def _mixed(left: Array, right: Array) -> Array:
    return (left * _MIX ^ right * _STIR) >> np.uint32(32 - _BITS)


class RuleArrays:
    """The votes of a rule set as columns (规则列表), word after word: first those in the text, then in the title."""

    def __init__(self, rules: RuleSet) -> None:
        spoken = (*rules.votes, *rules.titled)
        votes = [vote for word in spoken for vote in word]
        self.words = len(rules.votes)
        self.count = np.array([len(word) for word in spoken], np.int64)
        self.first = np.cumsum(self.count) - self.count
        number = {rule.id: order for order, rule in enumerate(rules.rules)}
        self.order = np.array([number[vote[0]] for vote in votes], np.int64)
        self.ids = np.array([vote[0] for vote in votes], object)
        self.weights = np.array([vote[1] for vote in votes], object)  # the very floats, for hits
        self.names = np.array(rules.names, object)
        self.weight = np.array([vote[1] for vote in votes], np.float64)
        self.reads = np.array([vote[2] > 0 for vote in votes], bool)
        self.node = np.array([vote[4] for vote in votes], np.int64)
        self.more = np.array([vote[5] is not None or vote[3] is not None for vote in votes], bool)
        self.limits = np.array([rules.limits.get(name, 0.0) for name in rules.names], np.float64)
        self.rules = len(rules.rules) + 1
        self.nodes = len(rules.names) + 1
        parents = np.array(rules.parents, np.int64)
        self.below = parents >= 0
        self.top_nodes = np.flatnonzero(~self.below)
        self.tops = len(self.top_nodes)
        column = np.searchsorted(self.top_nodes, np.where(self.below, parents, np.arange(len(parents))))
        self.column = column
        self.bias = np.array([rules.base.get(int(node), 0.0) for node in self.top_nodes])
        # Two levels and nothing but categories; anything else is for core to say.
        self.plain = bool(self.tops) and not rules.kind_bias and not self.below[parents[self.below]].any()
        self.telling = np.zeros(0x10000, bool)  # the last entry stands for all that is beyond
        self.telling[[ord(char) for char in TELLING_CHARS[1]]] = True
