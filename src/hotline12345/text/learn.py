"""Learn weighted keyword rules from labelled rows (学习规则): rules a person can read, prune and sign.

One linear classifier a label (scikit-learn's ``LinearSVC``, label against the rest) on the very features that the
engine scores, (1 + log count) / √length, each times the word's rarity, which is folded into the weight in the end.  So
what was trained is what runs.  To keep at most so many rules a label, the weakest words are dropped by halves and the
rest is trained anew; only words that speak *for* a label stay, for a rule against is hard to read.  Weights are scaled
so that strong words weigh about 3, as in rules written by hand, and rounded.

Kinds of request are trained together, every kind weighing the same; how readily each is answered is then settled by
macro-F1 on rows held out within those learnt from, averaged over draws of them (bagging): the rarest kind may have ten.

Cross-validation keeps near-copies in one fold, and chooses words inside each fold; every figure comes from rules that
were written out and run in ``core.classify``.  The confidence's ``sharpness`` is the one under which the held-out rows
were most probable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import exp, log, log1p, sqrt
from typing import Any, NamedTuple

from ..core.classify import RuleSet
from ..core.errors import PluginError, RequestError
from .copies import groups as grouped
from .measure import answered, measure, said
from .samples import Sample
from .training import FOLDS, Data, fitted, folds

FEWEST = 4  # groups of near-copies a label must have: fewer cannot be learnt and tested


class Learnt(NamedTuple):
    """What was learnt (学得的规则): the rules, and how good such rules were on rows they had not seen.

    Attributes:
        rules: learnt from all rows.
        kinds: whether the labels are kinds of request.
        report: ``cross_validation`` (the figures of :func:`.measure.measure`), ``curve`` (macro-F1 as rules are
            cut), ``strongest``, ``contradictions``, ``left_out`` and what was counted.
    """

    rules: RuleSet
    kinds: bool
    report: dict[str, Any]


def learn(
    rows: Sequence[Sample], *, max_rules: int = 200, seed: int = 0, validate: bool = True, base: RuleSet | None = None
) -> Learnt:
    """Learn rules from *rows* (学习规则).

    Args:
        rows: labelled; a label with fewer than ``FEWEST`` groups of near-copies is left out and told.
        max_rules: at most so many rules a label; 0 is as many as there are words.
        seed: of folds and training; the same seed gives the same rules.
        validate: cross-validate for the report; five times the work.
        base: hand-written rules whose words for kinds are weighed anew and kept beside the learnt ones; only where
            the labels are kinds.  They do not count against *max_rules*.

    Raises:
        PluginError: ``missing-extra``, where scikit-learn is not installed.
        RequestError: ``too-few-samples``, ``deep-labels``.
    """
    _scikit()
    names = grouped([f"{row.title}\n{row.text}" for row in rows], [row.group for row in rows])
    spread: dict[str, set[str]] = {}
    for row, name in zip(rows, names, strict=True):
        spread.setdefault(row.label, set()).add(name)
    out = {label: len(found) for label, found in spread.items() if len(found) < FEWEST}
    kept = [(row, name) for row, name in zip(rows, names, strict=True) if row.label not in out]
    _check({row.label for row, _ in kept}, {label: len(found) for label, found in spread.items()})
    data = Data([row for row, _ in kept], [name for _, name in kept], base)
    held = _held_out(data, max_rules, seed) if validate else {}
    sharp = _sharpness(data, held.get(max_rules)) if held else 8.0
    everything = list(range(len(data.rows)))
    rules = next(iter(fitted(data, everything, (max_rules,), seed, sharp)))[1]
    report: dict[str, Any] = {"rows": len(data.rows), "groups": len(set(data.groups)), "rules": len(rules.rules)}
    report |= {"left_out": dict(sorted(out.items()))}
    if held:
        report["cross_validation"] = measure(zip(data.labels, held[max_rules][0], strict=True)) | {"folds": FOLDS}
        report["curve"] = [
            {
                "max_rules": cap,
                "rules": round(many),
                "macro_f1": measure(zip(data.labels, said, strict=True))["macro_f1"],
            }
            for cap, (said, _, many) in held.items()
        ]
    report["strongest"] = strongest(rules, data.rows)
    return Learnt(rules, data.kinds, report)


def _check(labels: set[str], groups: dict[str, int]) -> None:
    if len(labels) < 2:
        most = sorted(groups.items(), key=lambda one: (-one[1], one[0]))[:10]
        zh = "、".join(f"{label} {many} 组" for label, many in most) or "没有可用的行"
        en = ", ".join(f"{label} {many}" for label, many in most) or "no row that can be used"
        raise RequestError(
            f"至少要有两种标注，每种至少 {FEWEST} 组互不重复的样本；现有：{zh}",
            f"two labels at least are needed, each with {FEWEST} samples that are not near-copies; there are: {en}",
            code="too-few-samples",
            hint="请补充样本，或检查 --label 是否选对了列",
            hint_en="bring more samples, or check the column of --label",
        )
    deep = sorted(label for label in labels if "/" in label)
    if deep:
        raise RequestError(
            f"标注「{deep[0]}」含「/」：一次只学一级类目",
            f"the label {deep[0]!r} holds a slash: one level of categories is learnt at a time",
            code="deep-labels",
            hint="请用一级类目那一列；下级可在各一级之内另学",
            hint_en="use the column of the topmost level",
        )


def _scikit() -> Any:
    try:
        import sklearn
    except ImportError as error:
        raise PluginError(
            "学习规则需要 scikit-learn",
            "learning rules needs scikit-learn",
            code="missing-extra",
            hint='pip install "hotline12345[learn]"；测试与使用学得的规则不需要',
            hint_en='pip install "hotline12345[learn]"; testing and using what was learnt need it not',
        ) from error
    return sklearn


def _held_out(data: Data, max_rules: int, seed: int) -> dict[int, tuple[list[str], list[Any], float]]:
    """Return what rules learnt without a row say of it: cap -> (answers, scores, rules on average)."""
    caps = [max_rules, *(cap for cap in (2000, 1000, 200, 100, 50, 20, 10) if not max_rules or cap < max_rules)]
    held: dict[int, tuple[list[str], list[Any], float]] = {}
    for cap in caps:
        held[cap] = [""] * len(data.rows), [None] * len(data.rows), 0.0
    splits = folds(data.labels, data.groups, seed)
    for train, test in splits:
        rows = [data.rows[place] for place in test]
        for cap, rules in fitted(data, train, caps, seed, 1.0):
            answers, kept, many = held[cap]
            found = answered(rules, rows)
            for place, answer, one in zip(test, said(found, rows, data.kinds), found, strict=True):
                answers[place], kept[place] = answer, one.scores
            held[cap] = answers, kept, many + len(rules.rules) / len(splits)
    return held


def _sharpness(data: Data, held: tuple[list[str], list[Any], float] | None) -> float:
    """Return the sharpness under which the winners of the held-out rows are as often right as they are confident."""
    if held is None or data.kinds:
        return 8.0
    right = [answer == label for answer, label in zip(held[0], data.labels, strict=True)]
    gaps = [[score - scores[0][1] for _, score in scores] for scores in held[1]]

    def cost(sharp: float) -> float:
        total = 0.0
        for hit, others in zip(right, gaps, strict=True):
            rest = sum(exp(max(sharp * gap, -500.0)) for gap in others[1:])
            total += log1p(rest) if hit else log1p(1 / max(rest, 1e-300))
        return total

    return min((round(0.1 * 1.15**step, 2) for step in range(60)), key=cost)


def strongest(rules: RuleSet, rows: Sequence[Sample], most: int = 10) -> dict[str, list[dict[str, Any]]]:
    """Return the rules that carry most (贡献最大的规则): weight times occurrences, over *rows*, for each label."""
    carried: dict[str, float] = defaultdict(float)
    seen: Counter[str] = Counter()
    for row, one in zip(rows, answered(rules, rows), strict=True):
        counts = Counter(hit.rule for hit in one.hits)
        for name, count in counts.items():
            carried[name] += (1 + log(count)) / sqrt(max(row.length, 1))
        seen.update(counts.keys())
    told: dict[str, list[dict[str, Any]]] = {}
    ranked = sorted(rules.rules, key=lambda rule: -abs(rule.weight) * carried[rule.id])
    for rule in ranked:
        label = rule.category or (rule.kind.zh if rule.kind else "")
        mine = told.setdefault(label, [])
        if len(mine) < most:
            share = round(rule.weight * carried[rule.id] / max(len(rows), 1), 5)
            mine.append({"word": rule.word, "weight": rule.weight, "rows": seen[rule.id], "carried": share})
    return dict(sorted(told.items()))
