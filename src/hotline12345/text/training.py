"""Training (训练): linear classifiers on what the engine scores, cut to so many words a label, written as rules."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from math import log, sqrt
from typing import Any, NamedTuple

from attrs import evolve

from ..core.classify import Category, Rule, RuleSet
from ..core.request import Kind
from .grams import LEAST, common, grams
from .measure import answered, are_kinds
from .samples import Sample

FOLDS = 5
_COST = 0.1  # of a slack in training: the smaller, the smoother; chosen by cross-validation on two public data sets
_COST_ALL = 0.3  # where no rule is cut
_HAND = 0.5  # what hand-written rules count beside words; chosen by cross-validation on one public data set
_MANY = 5000  # rows of which one fold held out is enough to settle how readily each kind is answered
_DRAWS = 25  # of the rows held out, over which the best moves are averaged; library default
_STEPS = 12  # on either side, of a quarter each, that a kind's bias may be moved
_STAY = 0.005  # of macro-F1 that a move by 1 must be worth: of ten reports chance makes more than that
_STRONG = 3.0  # what a label's tenth strongest word weighs
_TENTH = 10
_DECIMALS = 2
_THRESHOLD = 0.5


class Weights(NamedTuple):
    """What was trained for one label (权重): the words kept, weights, bias, and what hand-written kinds are worth."""

    kept: Any
    weights: Any
    bias: float
    hand: Any = ()


class Data:
    """The rows as a matrix of what the engine would score, made once for every fold."""

    def __init__(self, rows: Sequence[Sample], groups: Sequence[str], base: RuleSet | None = None) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix

        self.rows, self.groups = rows, groups
        self.labels = [row.label for row in rows]
        self.kinds = are_kinds(self.labels)
        counts = [grams(f"{row.title}\n{row.text}" if row.title else row.text) for row in rows]
        self.words = common(counts, groups)
        number = {word: at for at, word in enumerate(self.words)}
        known = [[(number[word], 1.0 + log(n)) for word, n in found.items() if word in number] for found in counts]
        scale = [1.0 / sqrt(max(row.length, 1)) for row in rows]
        entries = [(row, at, gain * scale[row]) for row, found in enumerate(known) for at, gain in found]
        row, col, value = (np.array(column) for column in zip(*entries, strict=True)) if entries else ([], [], [])
        self.matrix = csr_matrix((value, (row, col)), (len(rows), len(self.words)))
        self.handed, self.hand = _handed(base if self.kinds else None, rows)
        names = {name: at for at, name in enumerate(dict.fromkeys(groups))}
        self.group = np.array([names[name] for name in groups])
        member = csr_matrix((np.ones(len(rows)), (self.group, np.arange(len(rows)))), (len(names), len(rows)))
        self.spread = ((member @ self.matrix) > 0).astype(np.int64)  # group × word


def _handed(base: RuleSet | None, rows: Sequence[Sample]) -> tuple[list[tuple[str, int, float]], Any]:
    """Return the hand-written rules for kinds as (word, column, weight), and what they say of each row by column."""
    import numpy as np

    plain = [rule for rule in base.rules if rule.kind and rule.scope == "any" and not rule.unless] if base else []
    column = {kind: at for at, kind in enumerate(dict.fromkeys(rule.kind for rule in plain))}
    said = np.zeros((len(rows), len(column)))
    if not plain:
        return [], said
    known = {rule.id: column[rule.kind] for rule in plain}
    hand = RuleSet.compile(evolve(rule, category="", urgency=None, risk="", refer="") for rule in plain)
    for place, (row, found) in enumerate(zip(rows, answered(hand, rows), strict=True)):
        counts: Counter[str] = Counter()
        for hit in found.hits:
            if not hit.negated and not hit.supposed:
                counts[hit.rule] += 1
                step = 1.0 if counts[hit.rule] == 1 else log(counts[hit.rule] / (counts[hit.rule] - 1))
                said[place, known[hit.rule]] += hit.weight * step / sqrt(max(row.length, 1))
    return [(rule.word, column[rule.kind], rule.weight) for rule in plain], said


def folds(labels: Sequence[str], groups: Sequence[str], seed: int) -> list[tuple[list[int], list[int]]]:
    """Return (rows to learn from, rows to test on) of each fold (分折): labels spread evenly, groups never split."""
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    sizes = Counter(label for label, _ in {*zip(labels, groups, strict=True)})
    splitter = StratifiedGroupKFold(min(FOLDS, *sizes.values()), shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a label has fewer rows than there are folds
        found = list(splitter.split(np.zeros(len(labels)), labels, groups))
    return [(train.tolist(), test.tolist()) for train, test in found]


def fitted(
    data: Data, places: Sequence[int], caps: Sequence[int], seed: int, sharp: float = 8.0
) -> Iterator[tuple[int, RuleSet]]:
    """Learn from the rows at *places*, and yield the rules for each cap, the loosest first."""
    import numpy as np

    there = np.unique(data.group[list(places)])
    spread = np.asarray(data.spread[there].sum(0)).ravel()
    some = np.flatnonzero(spread >= LEAST)
    words = [data.words[at] for at in some]
    rarity = 1.0 + np.log(len(there) / spread[some])
    if data.kinds:
        rarity = np.sqrt(rarity)  # turns of speech are frequent words
    features = data.matrix[list(places)][:, some].multiply(rarity).tocsc()
    labels = np.array([data.labels[place] for place in places])
    learnt: dict[int, dict[str, Weights]] = {cap: {} for cap in caps}
    if data.kinds:
        hand = data.hand[list(places)]
        moved = _moved(features.tocsr(), hand, labels, data.group[list(places)], caps, seed)
        for cap, label, found in _together(features, hand, labels, caps):
            bias = found.bias + moved[cap].get(label, 0.0)
            learnt[cap][label] = found._replace(weights=found.weights * rarity[found.kept], bias=bias)
    for label in [] if data.kinds else sorted({*labels.tolist()}):
        for cap, kept, weights, bias in _one(features, labels == label, caps, seed):
            learnt[cap][label] = Weights(kept, weights * rarity[kept], bias)
    for cap in caps:
        yield cap, _written(learnt[cap], words, data, sharp)


def _together(features: Any, hand: Any, labels: Any, caps: Sequence[int]) -> Iterator[tuple[int, str, Weights]]:
    """Train kinds together, each row weighed by how rare its kind is, with what hand-written rules said beside words.

    Kinds are far from equally frequent, and what tells them is a few turns of speech: one balanced logistic
    regression was measured to do better than one against the rest.  :func:`_moved` then settles the biases.
    """
    import numpy as np
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    norm = float(np.sqrt(features.multiply(features).sum(1)).mean()) or 1.0 if features.shape[1] else 1.0
    mean = np.asarray(features.mean(0)).ravel()
    swing = np.sqrt(np.maximum(np.asarray(features.multiply(features).mean(0)).ravel() - mean**2, 0.0))
    kept = np.arange(features.shape[1])

    def train() -> tuple[Any, Any, Any, Any]:
        both = hstack([features[:, kept] / norm, csr_matrix(hand * _HAND)]).tocsr()
        with warnings.catch_warnings(), threadpool_limits(1):  # threads wait for one another longer than they work
            warnings.simplefilter("ignore")
            model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=200, tol=1e-3).fit(both, labels)
        many = len(model.classes_)
        weights = model.coef_ if many > 2 else np.vstack([-model.coef_[0], model.coef_[0]]) / 2
        bias = model.intercept_ if many > 2 else np.array([-1.0, 1.0]) * model.intercept_[0] / 2
        return model.classes_, weights[:, : len(kept)] / norm, weights[:, len(kept) :] * _HAND, bias

    names, weights, given, bias = train()
    for cap in caps:
        while cap and len(kept) > cap:
            gain = np.maximum(weights, 0.0) * swing[kept]
            rank = np.argsort(np.argsort(-gain, 1, kind="stable"), 1, kind="stable").min(0)  # the best of each in turn
            best = np.argsort(rank, kind="stable")[: max(cap, len(kept) // 2)]
            kept = kept[np.sort(best)]
            names, weights, given, bias = train()
        for at, name in enumerate(names.tolist()):
            yield cap, name, Weights(kept, weights[at], float(bias[at]), given[at])


def _moved(
    features: Any, hand: Any, labels: Any, groups: Any, caps: Sequence[int], seed: int
) -> dict[int, dict[str, float]]:
    """Return what to add to the bias of each kind, for each cap, so that rows held out are told best by macro-F1.

    Balanced weights make every kind as likely as another, which answers a rare one far too often or too seldom.
    """
    import numpy as np

    names = np.unique(labels)
    if min(len({*groups[labels == name].tolist()}) for name in names) < 2:
        return {cap: {} for cap in caps}
    held = {cap: np.full((len(labels), len(names)), np.nan) for cap in caps}
    many = len(labels) > _MANY
    splits = folds(labels.tolist(), groups.tolist(), seed)
    for train, test in splits[:1] if many else splits:
        for cap, name, found in _together(features[train], hand[train], labels[train], caps):
            said = features[test][:, found.kept] @ found.weights + hand[test] @ found.hand + found.bias
            held[cap][test, np.searchsorted(names, name)] = said
    told = np.searchsorted(names, labels)
    moves: dict[int, dict[str, float]] = {}
    for cap, scores in held.items():
        known = ~np.isnan(scores).any(1)
        best = _best_moves if many else partial(_drawn_moves, seed=seed)
        moves[cap] = dict(zip(names.tolist(), best(scores[known], told[known]).tolist(), strict=True))
    return moves


def _drawn_moves(scores: Any, told: Any, seed: int) -> Any:
    """Return the mean of the best moves over draws of as many rows of each kind, with replacement (bagging).

    Where a kind has ten rows, two of them decide where macro-F1 is best: the mean over draws hangs on none.
    """
    import numpy as np

    dice = np.random.default_rng(seed)
    rows = [np.flatnonzero(told == kind) for kind in range(scores.shape[1])]
    total = np.zeros(scores.shape[1])
    for _ in range(_DRAWS):
        drawn = np.concatenate([dice.choice(mine, len(mine)) for mine in rows])
        found = _best_moves(scores[drawn], told[drawn])
        total += found - found.mean()  # what all are moved by alike decides nothing
    return total / _DRAWS


def _best_moves(scores: Any, told: Any) -> Any:
    """Move one kind after the other to where macro-F1 is best, the neighbours of a step counting half each."""
    import numpy as np

    steps = np.arange(-_STEPS, _STEPS + 1) / 4.0
    true = np.bincount(told, minlength=scores.shape[1])
    moves = np.zeros(scores.shape[1])

    def worth(at: int, step: float) -> float:
        tried = moves.copy()
        tried[at] = step
        answers = (scores + tried).argmax(1)
        right = np.bincount(told[answers == told], minlength=len(tried))
        f1 = 2.0 * right / np.maximum(true + np.bincount(answers, minlength=len(tried)), 1)
        return float(f1.mean() - _STAY * np.abs(tried).sum())

    for _ in range(2):
        for at in range(len(moves)):
            found = np.pad([worth(at, step) for step in steps], 1, mode="edge")
            moves[at] = steps[(found[:-2] + 2.0 * found[1:-1] + found[2:]).argmax()]
    return moves


def _one(features: Any, mine: Any, caps: Sequence[int], seed: int) -> Iterator[tuple[int, Any, Any, float]]:
    """Train one label against the rest; yield for each cap the words kept, their weights and the bias."""
    import numpy as np

    mean = np.asarray(features.mean(0)).ravel()
    swing = np.sqrt(np.maximum(np.asarray(features.multiply(features).mean(0)).ravel() - mean**2, 0.0))
    kept = np.arange(features.shape[1])
    weights, bias = _train(features, mine, _COST_ALL if not caps[0] else _COST, seed)
    for cap in caps:
        if cap and len(kept) > cap and caps[0] == 0 and len(kept) == features.shape[1]:
            weights, bias = _train(features, mine, _COST, seed)
        while cap and len(kept) > cap:
            gain = np.where(weights > 0, weights, 0.0) * swing[kept]
            best = np.argsort(-gain, kind="stable")[: max(cap, len(kept) // 2)]
            kept = kept[np.sort(best)]
            weights, bias = _train(features[:, kept], mine, _COST, seed)
        yield cap, kept, weights, bias


def _train(features: Any, mine: Any, cost: float, seed: int) -> tuple[Any, float]:
    import numpy as np
    from sklearn.svm import LinearSVC

    if not features.shape[1]:  # no word is common enough: only how frequent the label is can be said
        return np.zeros(0), float(mine.mean()) - 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge to the last digit is of no account after rounding
        model = LinearSVC(C=cost, tol=1e-2, max_iter=300, random_state=seed).fit(features, mine)
    return model.coef_[0], float(model.intercept_[0])


def _written(learnt: dict[str, Weights], words: Sequence[str], data: Data, sharp: float) -> RuleSet:
    """Write weights as rules, scaled and rounded."""
    import numpy as np

    tops = [np.sort(found.weights[found.weights > 0])[-_TENTH:] for found in learnt.values()]
    tops = [top for top in tops if len(top)]
    scale = _STRONG / float(np.median([top[0] for top in tops])) if tops else 1.0
    rules: list[Rule] = []
    for label, (kept, weights, _, given) in learnt.items():
        target: dict[str, Any] = {"kind": Kind.parse(label)} if data.kinds else {"category": label}
        prefix = f"kind.{target['kind'].zh}" if data.kinds else label
        rounded = np.round(weights * scale, _DECIMALS).tolist()
        pairs = sorted(zip(rounded, (words[at] for at in kept), strict=True), key=lambda pair: (-pair[0], pair[1]))
        rules += [Rule(f"{prefix}:{word}", word, weight, negatable=False, **target) for weight, word in pairs if weight]
        handed: dict[str, float] = {}
        for word, column, weight in data.handed:
            handed[word] = handed.get(word, 0.0) + weight * float(given[column]) * scale
        rules += [
            Rule(f"{prefix}:{word} (base)", word, round(weight, _DECIMALS), **target)
            for word, weight in handed.items()
            if round(weight, _DECIMALS)
        ]
    names = {label: Kind.parse(label).value if data.kinds else label for label in learnt}
    bias = {names[label]: round(found.bias * scale, 4) for label, found in learnt.items()}
    categories = [] if data.kinds else [Category(label) for label in learnt]
    return RuleSet.compile(rules, bias=bias, categories=categories, sharpness=sharp, threshold=_THRESHOLD)
