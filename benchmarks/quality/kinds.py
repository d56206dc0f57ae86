"""How well are kinds of request told (投诉 咨询 建议 举报), beside scikit-learn and a keyword list?  Prints JSON.

``fuzhou_orders.csv.gz`` from ``HOTLINE12345_DATA``, main block, 求助 left out; five folds that keep near-copies
(found by ``text.copies``) together, five times.  ``hand-written`` is the national pack; an order none of its words
speaks for is taken for a complaint, as the pack's default is.  ``learnt`` builds on it (``--base cn``) and runs in
the product's own engine.  Each figure: the mean of five macro-F1s, their standard deviation, and a 95 % interval by
drawing groups of near-copies anew 1,000 times.  ``difference`` draws both together.
"""

from __future__ import annotations

import csv
import gzip
import json
import logging
import os
import random
import statistics
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from untrained import ROOT, load_rules

from hotline12345.core.classify import classify
from hotline12345.core.request import Kind
from hotline12345.text.copies import groups as grouped
from hotline12345.text.measure import answered, measure, said
from hotline12345.text.rulebook import load, written
from hotline12345.text.samples import Sample
from hotline12345.text.training import Data, fitted, folds

TIMES = 5
DRAWS = 1000
LIST = {  # a keyword list as one writes it in a minute; the first that is found
    Kind.REPORT: ("举报", "违法", "违规", "无证"),
    Kind.SUGGESTION: ("建议", "希望能", "可否增设"),
    Kind.CONSULTATION: ("咨询", "请问", "什么时候", "是否"),
}


def load_orders(folder: Path) -> list[Sample]:
    """Return the orders of the main block, without 求助."""
    with gzip.open(folder / "fuzhou_orders.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["block"] != "tail" and row["nature"] != "求助"]
    return [Sample(row["title"], row["content"], row["nature"], "", line) for line, row in enumerate(rows, 2)]


def listed(row: Sample) -> str:
    """Answer by the keyword list."""
    body = f"{row.title}\n{row.text}"
    found = [kind for kind, words in LIST.items() if any(word in body for word in words)]
    return (found[0] if found else Kind.COMPLAINT).zh


def peers() -> dict[str, Callable[[], Any]]:
    """Return balanced logistic regressions over words and over characters."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel(logging.ERROR)

    def model(**settings: Any) -> Any:
        vectors = TfidfVectorizer(min_df=2, sublinear_tf=True, **settings)
        return make_pipeline(vectors, LogisticRegression(class_weight="balanced", max_iter=500))

    return {
        "peer balanced logistic regression, jieba": lambda: model(tokenizer=jieba.lcut, token_pattern=None),
        "peer balanced logistic regression, characters 1-3": lambda: model(analyzer="char", ngram_range=(1, 3)),
    }


def learnt(data: Data, rows: Sequence[Sample], splits: Any, cap: int, seed: int) -> list[str]:
    """Return the answers of rules learnt without each row, through the written file."""
    answers = [""] * len(rows)
    for train, test in splits:
        here = [rows[place] for place in test]
        for _, rules in fitted(data, train, (cap,), seed):
            again = load(written(rules).encode(), "rules.toml")
            for place, answer in zip(test, said(answered(again, here), here, True), strict=True):
                answers[place] = answer
    return answers


def f1(labels: Sequence[str], answers: Sequence[str], places: Sequence[int]) -> float:
    """Return the macro-F1 of the rows at *places*."""
    return float(measure((labels[at], answers[at]) for at in places)["macro_f1"])


def interval(values: list[float]) -> list[float]:
    """Return the middle 95 % of *values*."""
    ordered = sorted(values)
    return [round(ordered[int(len(ordered) * share)], 4) for share in (0.025, 0.975)]


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    rows = load_orders(folder)
    labels = [row.label for row in rows]
    together = grouped([f"{row.title}\n{row.text}" for row in rows])
    base = load_rules()
    hand = [(answer.kind or Kind.COMPLAINT).zh for answer in (classify(base, row.title, row.text) for row in rows)]
    hand = ["投诉" if answer in ("求助", "表扬") else answer for answer in hand]
    answers: dict[str, list[list[str]]] = {
        "keyword list": [[listed(row) for row in rows]] * TIMES,
        "hand-written rules": [hand] * TIMES,
    }
    data, alone = Data(rows, together, base), Data(rows, together)
    texts = [f"{row.title}\n{row.text}" for row in rows]
    for seed in range(TIMES):
        splits = folds(labels, together, seed)
        for name, which, cap in (
            ("learnt on hand-written rules", data, 0),
            ("learnt on hand-written rules, 200 words", data, 200),
            ("learnt alone", alone, 0),
        ):
            answers.setdefault(name, []).append(learnt(which, rows, splits, cap, seed))
        for name, make in peers().items():
            given = [""] * len(rows)
            for train, test in splits:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model = make().fit([texts[at] for at in train], [labels[at] for at in train])
                for at, answer in zip(test, model.predict([texts[at] for at in test]), strict=True):
                    given[at] = answer
            answers.setdefault(name, []).append(given)
        print(seed, {name: f1(labels, each[-1], range(len(rows))) for name, each in answers.items()}, file=sys.stderr)
    print(json.dumps(summary(labels, together, answers), ensure_ascii=False, indent=2))


def summary(labels: list[str], together: list[str], answers: dict[str, list[list[str]]]) -> dict[str, Any]:
    """Return means, spreads and intervals, and the difference to the better peer."""
    members: dict[str, list[int]] = {}
    for place, name in enumerate(together):
        members.setdefault(name, []).append(place)
    dice = random.Random(12345)
    names = list(members)
    draws = [[at for name in dice.choices(names, k=len(names)) for at in members[name]] for _ in range(DRAWS)]
    everything = range(len(labels))
    drawn = {
        name: [f1(labels, each[number % TIMES], at) for number, at in enumerate(draws)]
        for name, each in answers.items()
    }
    told: dict[str, Any] = {}
    for name, each in answers.items():
        scores = [f1(labels, one, everything) for one in each]
        told[name] = {
            "macro_f1": round(statistics.mean(scores), 4),
            "deviation": round(statistics.pstdev(scores), 4),
            "interval": interval(drawn[name]),
            "per_class": {
                label: found["f1"] for label, found in measure(zip(labels, each[0], strict=True))["per_class"].items()
            },
        }
    ours = "learnt on hand-written rules"
    differences = {
        name: {
            "difference": round(told[ours]["macro_f1"] - told[name]["macro_f1"], 4),
            "interval": interval([one - other for one, other in zip(drawn[ours], drawn[name], strict=True)]),
        }
        for name in answers
        if name.startswith("peer")
    }
    return {"rows": len(labels), "groups": len(names), "results": told, "learnt over": differences}


if __name__ == "__main__":
    main()
