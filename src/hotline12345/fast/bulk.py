"""Classify many texts at once (批量归类): joined, matched and scored as arrays; the answers of ``classify``.

A batch of texts becomes one array of code points.  Keywords are found by the pair of characters they
are filed under, as in ``core.classify.matcher``; totals, ranks and shares are sums over arrays, in the order in
which ``core.classify`` adds, so that every float comes out the same.  A text with anything out of the
ordinary (a kind, an urgency, a risk, a tie but for rounding) goes to ``core.classify.judge``.
"""

from __future__ import annotations

from . import missing

try:
    import numpy as np
except ImportError as error:
    raise missing("numpy") from error

from collections.abc import Iterable
from functools import partial
from itertools import islice
from math import exp, log
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from hotline12345.core.classify.engine import EQUAL, TOP, WIDEST, Classification, Hit, RuleSet, judge
from hotline12345.core.classify.negation import BEFORE, NEGATED, read
from hotline12345.core.request import Urgency

from ._arrays import RuleArrays, Searcher

Array = NDArray[Any]

_BATCH = 2048  # texts; enough to forget the price of a call to numpy
_KEPT = 8  # rule sets whose arrays are remembered
_FIELDS = np.array(["text", "title"], object)
_hit = partial(tuple.__new__, Hit)
_classification = partial(tuple.__new__, Classification)
_arrays: dict[int, tuple[RuleSet, Searcher, RuleArrays]] = {}  # holds the rule set, so that its id stays its own
_lock = Lock()


def classify_many(rules: RuleSet, requests: Iterable[tuple[str, str]]) -> list[Classification]:
    """Classify each (title, text) (批量归类); the answers are those of ``classify``, one by one.

    Args:
        rules: compiled, with whichever matcher.
        requests: (title, text) pairs.

    Returns:
        A full classification for each, in order.
    """
    with _lock:
        known = _arrays.get(id(rules))
        if known is None:
            while len(_arrays) >= _KEPT:
                del _arrays[next(iter(_arrays))]
            known = _arrays[id(rules)] = (rules, Searcher(rules.words), RuleArrays(rules))
    answers: list[Classification] = []
    source = iter(requests)
    while batch := list(islice(source, _BATCH)):
        answers += _classify(*known, batch)
    return answers


def _classify(
    rules: RuleSet, searcher: Searcher, arrays: RuleArrays, batch: list[tuple[str, str]]
) -> list[Classification]:
    bodies = [f"{title}\n{text}" if title else text for title, text in batch]
    lengths = np.fromiter(map(len, bodies), np.int64, len(bodies))
    edges = lengths - np.fromiter([len(text) for _, text in batch], np.int64, len(bodies))
    begins = np.cumsum(lengths + 1) - lengths - 1
    codes = np.frombuffer("\n".join(bodies).encode("utf-32-le", "surrogatepass"), np.uint32)
    starts, words = searcher.find(codes)
    owners = np.searchsorted(begins, starts, "right") - 1
    odd, votes = _votes(arrays, codes, begins, edges, owners, starts, words, searcher.size)
    _negate(bodies, votes)
    if not arrays.plain:
        odd[:] = True
    answers: list[Classification | None] = [None] * len(batch)
    if not odd.all():
        _score(rules, arrays, answers, odd, lengths - (edges > 0), votes)
    left = np.flatnonzero(odd).tolist()
    if left:
        places = starts - begins[owners]
        found = list(zip(words.tolist(), places.tolist(), (places + searcher.size[words]).tolist(), strict=True))
        cuts = np.searchsorted(owners, np.arange(len(batch) + 1)).tolist()
        for place in left:
            body = bodies[place]
            answers[place] = judge(rules, body, int(edges[place]), found[cuts[place] : cuts[place + 1]])
    return answers  # type: ignore[return-value]  # every place is filled: odd ones here, the others in _score


def _votes(
    arrays: RuleArrays,
    codes: Array,
    begins: Array,
    edges: Array,
    owners: Array,
    starts: Array,
    words: Array,
    sizes: Array,
) -> tuple[Array, dict[str, Array]]:
    """Return which texts are out of the ordinary, and the votes of the others as columns."""
    heads = starts - begins[owners] < edges[owners]
    spoken = words + heads * arrays.words
    many = arrays.count[spoken]
    which = np.repeat(arrays.first[spoken], many) + _ranges(many)
    owner, start, size, titled = (np.repeat(column, many) for column in (owners, starts, sizes[words], heads))
    begin, edge = begins[owner], edges[owner]
    odd = np.zeros(len(begins), bool)
    odd[owner[arrays.more[which]]] = True
    near = arrays.reads[which]
    if near.any():
        told = np.flatnonzero(np.take(arrays.telling, codes, mode="clip"))
        low, high = np.maximum(start - BEFORE, begin), start + size + 1
        near &= np.searchsorted(told, high) > np.searchsorted(told, low)
    keep = ~odd[owner]
    offset = begin + np.where(titled, 0, edge)
    columns = {"which": which, "owner": owner, "first": start - offset, "last": start - offset + size, "titled": titled}
    columns |= {"near": near, "start": start - begin, "end": start - begin + size}
    return odd, {name: column[keep] for name, column in columns.items()}


def _negate(bodies: list[str], votes: dict[str, Array]) -> None:
    """Read the surroundings of those votes that have anything to read there; *near* becomes *negated*."""
    near = np.flatnonzero(votes["near"])
    readings = [
        read(bodies[owner], start, end, False) is NEGATED
        for owner, start, end in zip(*(votes[name][near].tolist() for name in ("owner", "start", "end")), strict=True)
    ]
    votes["negated"] = votes.pop("near")
    votes["negated"][near] = readings


def _ranges(many: Array) -> Array:
    """0, 1, … for each of *many* in turn."""
    ranges: Array = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    return ranges


def _totals(arrays: RuleArrays, votes: dict[str, Array], texts: int, odd: Array) -> tuple[Array, Array, Array]:
    """Return topmost totals (text × top), whether each was voted for, and the best node below (text × top)."""
    spoken = ~votes["negated"]
    which, owner = votes["which"][spoken], votes["owner"][spoken]
    node = arrays.node[which]
    gain = arrays.weight[which]
    key = owner * arrays.rules + arrays.order[which]
    sort = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[sort][1:] == key[sort][:-1]) + 1
    if len(again):
        rank = np.zeros(len(key), np.int64)
        group = np.flatnonzero(np.concatenate(([True], key[sort][1:] != key[sort][:-1])))
        rank[sort] = np.arange(len(key)) - np.repeat(group, np.diff(np.append(group, len(key))))
        steps = np.array([1.0, 1.0, *(log(count / (count - 1)) for count in range(2, int(rank.max()) + 2))])
        gain = gain * steps[rank + 1]
    voted = node >= 0
    leaves, first, inverse = np.unique(
        owner[voted] * arrays.nodes + node[voted], return_index=True, return_inverse=True
    )
    leaf_total = np.bincount(inverse, gain[voted], len(leaves))
    turn = np.argsort(first)  # the order in which each leaf was first voted for, which is how core adds
    text, leaf = leaves[turn] // arrays.nodes, leaves[turn] % arrays.nodes
    total = leaf_total[turn]
    cell = text * arrays.tops + arrays.column[leaf]
    tops = np.bincount(cell, total, texts * arrays.tops)
    hit = np.bincount(cell, minlength=texts * arrays.tops) > 0
    below = np.full(texts * arrays.tops, -1)
    under = arrays.below[leaf] & (total > 0)
    cell, total, leaf, text = cell[under], total[under], leaf[under], text[under]
    rank = np.lexsort((leaf, -total, cell))
    cell, total = cell[rank], total[rank]
    head = np.concatenate(([True], cell[1:] != cell[:-1]))[: len(cell)]
    below[cell[head]] = leaf[rank][head]
    gap = total[:-1] - total[1:]
    close = np.flatnonzero(~head[1:] & (gap > 0.0) & (gap <= EQUAL))
    odd[text[rank][close]] = True
    shape = (texts, arrays.tops)
    return tops.reshape(shape), hit.reshape(shape), below.reshape(shape)


def _score(
    rules: RuleSet,
    arrays: RuleArrays,
    answers: list[Classification | None],
    odd: Array,
    lengths: Array,
    votes: dict[str, Array],
) -> None:
    """Fill in the answers of the texts that are not *odd*; marks those odd after all where totals are equal."""
    count = len(answers)
    tops, hit, below = _totals(arrays, votes, count, odd)
    scale = 1.0 / np.sqrt(np.maximum(lengths, 1)) if rules.norm == "sqrt" else np.ones(count)
    silent = ~hit.any(1)  # no word was found: what a bias names is a suggestion
    if rules.base:
        biased = arrays.bias != 0.0
        tops = np.where(biased, tops + arrays.bias / scale[:, None], tops)
        hit |= biased
    rank = np.argsort(np.where(hit, -tops, np.inf), axis=1, kind="stable")
    ranked = np.take_along_axis(tops, rank, 1)
    known = hit.sum(1)
    if arrays.tops > 1:
        gap = np.where(np.arange(arrays.tops) < known[:, None], ranked[:, :1] - ranked, 0.0)
        odd |= ((gap > 0.0) & (gap < EQUAL)).any(1)  # equal but for rounding: sorting is not enough
    below_all = (known > 0) & (ranked[:, 0] < 0.0)
    odd |= below_all  # the shares of what lies far below 0 want care
    some = known > 0 if rules.base else (known > 0) & (ranked[:, 0] > 0.0)
    row, place = np.nonzero(np.arange(arrays.tops) < known[:, None])
    total = ranked[row, place]
    share = np.fromiter(
        map(exp, np.minimum((rules.sharpness * scale)[row] * total, WIDEST).tolist()), np.float64, len(row)
    )
    whole = rules.others + np.bincount(row, share - 1.0, count)
    cuts = np.cumsum(known) - known
    best = share[np.minimum(cuts, len(share) - 1)] if len(share) else np.zeros(count)
    confidence = best / np.where(below_all, 1.0, whole)
    unsure = confidence < rules.threshold
    if rules.limits:
        told = place == 0
        winner = row[told], rank[row[told], 0]
        node = np.where(below[winner] >= 0, below[winner], arrays.top_nodes[winner[1]])
        unsure[row[told]] = confidence[row[told]] < arrays.limits[node]
    if rules.margin:
        second = np.where(known > 1, share[np.minimum(cuts + 1, len(share) - 1)] if len(share) else 1.0, 1.0)
        unsure |= confidence - second / whole < rules.margin
    unsure |= silent
    told = place < TOP
    row, top = row[told], rank[row[told], place[told]]
    node = np.where(below[row, top] >= 0, below[row, top], arrays.top_nodes[top])
    pairs = list(zip(arrays.names[node].tolist(), (total[told] * scale[row]).tolist(), strict=True))
    _fill(answers, some, confidence, unsure, _slices(pairs, row, count), _hits(arrays, votes, count))


def _hits(arrays: RuleArrays, votes: dict[str, Array], count: int) -> list[tuple[Hit, ...]]:
    which = votes["which"]
    columns = (
        arrays.ids[which].tolist(),
        _FIELDS[votes["titled"].astype(np.int64)].tolist(),
        votes["first"].tolist(),
        votes["last"].tolist(),
        arrays.weights[which].tolist(),
        votes["negated"].tolist(),
        [False] * len(which),
    )
    return _slices(list(map(_hit, zip(*columns, strict=True))), votes["owner"], count)


def _slices(items: list[Any], owner: Array, count: int) -> list[tuple[Any, ...]]:
    """Cut *items*, sorted by *owner*, into a tuple for each of *count*."""
    cuts = np.searchsorted(owner, np.arange(count + 1)).tolist()
    return [tuple(items[cuts[place] : cuts[place + 1]]) for place in range(count)]


def _fill(
    answers: list[Classification | None],
    some: Array,
    confidence: Array,
    unsure: Array,
    scores: list[tuple[tuple[str, float], ...]],
    hits: list[tuple[Hit, ...]],
) -> None:
    paths = [each[0][0] if each else "" for each in scores]
    count = len(answers)
    columns = (paths, [None] * count, [Urgency.NORMAL] * count, confidence.tolist(), unsure.tolist(), scores, hits)
    made = list(map(_classification, zip(*columns, [()] * count, [""] * count, strict=True)))
    for place in np.flatnonzero(~some).tolist():
        made[place] = Classification("", None, Urgency.NORMAL, 0.0, True, (), hits[place])
    answers[:] = made
