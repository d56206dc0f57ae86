"""How good rules are (评测): macro-F1, accuracy, coverage, per class, and what is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.classify import Classification, RuleSet, classify
from ..core.errors import RequestError
from ..core.request import Kind
from .samples import Sample

NOTHING = ""


def are_kinds(labels: Iterable[str]) -> bool:
    """Whether *labels* are kinds of request (咨询 投诉 …) and not categories."""
    try:
        return all(map(Kind.parse, set(labels)))
    except RequestError:
        return False


def answered(rules: RuleSet, rows: Sequence[Sample]) -> list[Classification]:
    """Classify every row with the product's own engine; in bulk where numpy is installed, with the same answers."""
    pairs = [(row.title, row.text) for row in rows]
    try:
        from ..fast.bulk import classify_many
    except ImportError:
        return [classify(rules, title, text) for title, text in pairs]
    except Exception as error:  # the bulk room says so in its own words where numpy is missing
        if getattr(error, "code", "") != "missing-extra":
            raise
        return [classify(rules, title, text) for title, text in pairs]
    return classify_many(rules, pairs)


def said(found: Sequence[Classification], rows: Sequence[Sample], kinds: bool) -> list[str]:
    """Return what was *found* of each row, in the words and to the depth of the row's label (答案)."""
    if kinds:
        return [_kind(one.kind, row.label) for one, row in zip(found, rows, strict=True)]
    cuts = (one.category.split("/")[: row.label.count("/") + 1] for one, row in zip(found, rows, strict=True))
    return ["/".join(parts) for parts in cuts]


def _kind(kind: Kind | None, label: str) -> str:
    """Name *kind* as *label* would: 投诉 or complaint."""
    if kind is None:
        return NOTHING
    return label if Kind.parse(label) is kind else kind.zh if not label.isascii() else kind.value


def measure(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the figures of (label, answer) pairs (指标).

    Returns:
        ``macro_f1`` over the labels that occur (a label never hit counts as 0), ``accuracy``, ``coverage`` (the
        share of rows that got any answer), ``per_class`` and ``confusion`` (label -> answer -> rows; "" is no answer).
    """
    known = list(pairs)
    true, given, right = Counter[str](), Counter[str](), Counter[str]()
    confusion: dict[str, Counter[str]] = {}
    for label, answer in known:
        true[label] += 1
        given[answer] += 1
        right[label] += label == answer
        confusion.setdefault(label, Counter())[answer] += 1
    rows = max(len(known), 1)
    per_class = {
        label: {
            "f1": round(2 * right[label] / (given[label] + true[label]), 4),
            "precision": round(right[label] / given[label], 4) if given[label] else None,
            "recall": round(right[label] / true[label], 4),
            "rows": true[label],
        }
        for label in sorted(true)
    }
    f1 = [2 * right[label] / (given[label] + true[label]) for label in true]
    return {
        "rows": len(known),
        "macro_f1": round(sum(f1) / max(len(f1), 1), 4),
        "accuracy": round(sum(right.values()) / rows, 4),
        "coverage": round(1 - given[NOTHING] / rows, 4),
        "per_class": per_class,
        "confusion": {label: dict(confusion[label].most_common()) for label in sorted(confusion)},
    }
