"""Issues (同类诉求归集): messages about one matter grouped by average linkage over an index, each group with an anchor.

1. Every heading becomes a vector of character pairs and triples.
2. Two headings are neighbours when they share one of their heaviest grams and are alike enough; for each gram only so
   many messages next in time are looked at, and each message keeps its best few neighbours: nothing is quadratic.
3. Groups join in order of the average likeness between all their messages, which is exact: it is the product of the
   sums of their vectors.  They stop at the threshold.
4. Two groups join only when they have an anchor: an expression that most messages of both use and that is rare in the
   file or mostly theirs.  Without it average linkage drifts from one matter into the next as the threshold is lowered.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

from attrs import frozen

from .grams import ONE, Vector, Vocabulary, product
from .message import Message, canonical, heading

_WHOLE = ONE * ONE


@frozen(weakref_slot=False)
class IssueRule:
    """What counts as one issue (归集规则); every number is a library default.

    Args:
        threshold: groups join while one minus their average likeness (cosine) is at most this.
        anchor: the share of the messages of each of two groups that must use an expression they have in common.
        probes: how many of its heaviest grams a message is looked up by.
        window: how many messages next in time are looked at for each of these.
        most: how many neighbours a message keeps.
    """

    threshold: float = 0.9
    anchor: float = 0.6
    probes: int = 16
    window: int = 16
    most: int = 16


def group(messages: Sequence[Message], rule: IssueRule | None = None) -> list[list[Message]]:
    """Group messages by the issue they raise (归集), the largest group first; every message is in one group.

    Args:
        messages: in any order.
        rule: library defaults without one.
    """
    rule = rule or IssueRule()
    ordered = sorted(messages, key=canonical)
    words = Vocabulary(heading(message) for message in ordered)
    found = _Linkage(words.vectors(), words, rule).groups()
    return [[ordered[i] for i in sorted(members)] for members in sorted(found, key=lambda g: (-len(g), min(g)))]


def neighbours(vectors: Sequence[Vector], rule: IssueRule) -> list[tuple[int, int, int]]:
    """Return (product, one, other) of the pairs that the index finds alike enough, *one* before *other*."""
    floor = (1 - rule.threshold) * _WHOLE
    probes = [
        [gram for _, gram in sorted((-weight, gram) for gram, weight in vector.items())[: rule.probes]]
        for vector in vectors
    ]
    postings: dict[int, list[int]] = {}
    for i, grams in enumerate(probes):
        for gram in grams:
            postings.setdefault(gram, []).append(i)
    passed = dict.fromkeys(postings, 0)
    best: list[list[tuple[int, int]]] = [[] for _ in vectors]
    for i, mine in enumerate(vectors):
        near: set[int] = set()
        for gram in probes[i]:
            passed[gram] = at = passed[gram] + 1
            near.update(postings[gram][at : at + rule.window])
        for j in near:
            alike = product(mine, vectors[j])
            if alike >= floor and alike:
                for one, other in ((i, j), (j, i)):
                    kept = best[one]
                    kept.append((-alike, other))
                    if len(kept) > 4 * rule.most:
                        kept.sort()
                        del kept[rule.most :]
    pairs = {(-less, min(i, j), max(i, j)) for i, found in enumerate(best) for less, j in sorted(found)[: rule.most]}
    return sorted(pairs, reverse=True)


class _Linkage:
    """Average linkage that looks again only at what comes to the top.

    An average never exceeds the larger of the two that it came from, so what lies in the heap is an upper bound of
    what is true now: whoever comes up is computed anew, and joins only if still the best.
    """

    def __init__(self, vectors: Sequence[Vector], words: Vocabulary, rule: IssueRule) -> None:
        self.rule, self.words = rule, words
        self.sums: list[Vector] = list(vectors)
        self.counts: list[Vector | None] = [None] * len(vectors)
        self.members: list[list[int]] = [[i] for i in range(len(vectors))]
        self.root = list(range(len(vectors)))
        self.refused: list[set[int]] = [set() for _ in vectors]
        self.floor = 1 - rule.threshold
        self.rare = math.sqrt(words.texts)
        self.heap = [(-alike / _WHOLE, i, j, 1, 1) for alike, i, j in neighbours(vectors, rule)]
        heapq.heapify(self.heap)

    def groups(self) -> list[list[int]]:
        """Return the groups that are left when nothing may join any more."""
        heap, seen = self.heap, set[tuple[int, int, int, int]]()
        while heap:
            _, one, other, size, size2 = heapq.heappop(heap)
            i, j = self._now(one), self._now(other)
            if i == j:
                continue
            a, b = len(self.members[i]), len(self.members[j])
            if (i, j, a, b) != (one, other, size, size2):  # one of them has grown since
                key = (i, j, a, b) if i < j else (j, i, b, a)
                if key not in seen:
                    seen.add(key)
                    alike = product(self.sums[i], self.sums[j]) / (a * b * _WHOLE)
                    if alike >= self.floor:
                        heapq.heappush(heap, (-alike, *key))
            elif self._anchored(i, j):
                self._join(i, j)
            else:
                self.refused[i].add(j)
                self.refused[j].add(i)
        return [members for i, members in enumerate(self.members) if self.root[i] == i]

    def _now(self, i: int) -> int:
        root = self.root
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    def _count(self, i: int) -> Vector:
        known = self.counts[i]
        return known if known is not None else dict.fromkeys(self.sums[i], 1)

    def _anchored(self, i: int, j: int) -> bool:
        a, b = len(self.members[i]), len(self.members[j])
        if a + b == 2:
            return True
        if len(self.sums[j]) < len(self.sums[i]):
            i, j, a, b = j, i, b, a
        mine, theirs = self._count(i), self._count(j)
        least, least2 = self.rule.anchor * a, self.rule.anchor * b
        common = max(self.rare, 2 * (a + b))
        usage = self.words.usage
        return any(
            count >= least and theirs.get(gram, 0) >= least2 and usage[gram] <= common for gram, count in mine.items()
        )

    def _join(self, i: int, j: int) -> None:
        if len(self.sums[i]) < len(self.sums[j]):
            i, j = j, i
        counts = dict(self._count(i)) if self.counts[i] is None else self._count(i)
        sums = self.sums[i] if len(self.members[i]) > 1 else dict(self.sums[i])
        for gram, count in self._count(j).items():
            counts[gram] = counts.get(gram, 0) + count
        for gram, weight in self.sums[j].items():
            sums[gram] = sums.get(gram, 0) + weight
        self.sums[i], self.counts[i], self.sums[j], self.counts[j] = sums, counts, {}, None
        self.members[i] += self.members[j]
        self.members[j] = []
        self.root[j] = i
        # What had no anchor may have one now that one side has grown.
        for k in (self.refused[i] | self.refused[j]) - {i, j}:
            k = self._now(k)
            if k != i:
                heapq.heappush(self.heap, (-1.0, i, k, 0, 0))
        self.refused[i], self.refused[j] = set(), set()


def cohesion(messages: Sequence[Message]) -> float:
    """Return the average likeness of a group's headings among themselves (内聚度), 1 for a single one."""
    headings = [heading(message) for message in messages]
    if len(headings) < 2:
        return 1.0
    total: Vector = {}
    own = 0
    for vector in Vocabulary(headings).vectors():
        own += product(vector, vector)
        for gram, weight in vector.items():
            total[gram] = total.get(gram, 0) + weight
    return max(0.0, (product(total, total) - own) / (len(headings) * (len(headings) - 1) * _WHOLE))
