"""How well do learnt and untrained rules classify real messages, beside plain scikit-learn?  Prints JSON.

Seven classes of ``messages/labelled.csv.gz`` from the folder in ``HOTLINE12345_DATA``; five folds that keep near-copies
(``dup_group``) together, three seeds; words are chosen inside each fold.  Learnt rules are read from the very file
that ``hotline12345 rules learn`` would write, and run in the product's own engine.  The untrained rules choose among
all fifteen topmost categories of the catalogue and are not fitted to anything here.

``--quick`` takes one seed and leaves out the rules without limit.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from untrained import ROOT, load_rows, load_rules

from hotline12345.core.classify import classify
from hotline12345.text.measure import answered, measure, said
from hotline12345.text.rulebook import load, written
from hotline12345.text.samples import Sample, read_samples
from hotline12345.text.taxonomy import read_taxonomy
from hotline12345.text.training import Data, fitted, folds

SEEDS = (0, 1, 2)
Predict = Callable[[Sequence[int], Sequence[int]], list[str]]


def pipelines() -> dict[str, Callable[[], Any]]:
    """Return the baselines of the data's README, in scikit-learn."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import ComplementNB
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    jieba.setLogLevel(logging.ERROR)

    def words() -> Any:
        return TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, min_df=2, sublinear_tf=True)

    return {
        "peer complement naive Bayes, jieba": lambda: make_pipeline(words(), ComplementNB()),
        "peer logistic regression, jieba TF-IDF": lambda: make_pipeline(
            words(), LogisticRegression(C=10, max_iter=500)
        ),
        "peer linear SVM, jieba TF-IDF": lambda: make_pipeline(words(), LinearSVC()),
        "peer linear SVM, characters 1-3": lambda: make_pipeline(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True), LinearSVC()
        ),
    }


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "messages" / "labelled.csv.gz"
    found = read_samples(path.read_bytes(), path.name, label="label", text="text", group="dup_group").rows
    titled = [(title, text) for title, text, _ in load_rows(folder)]
    rows = [row._replace(title=title, text=text) for row, (title, text) in zip(found, titled, strict=True)]
    labels, groups = [row.label for row in rows], [row.group for row in rows]
    quick = "--quick" in sys.argv
    seeds = SEEDS[:1] if quick else SEEDS
    splits = {seed: folds(labels, groups, seed) for seed in seeds}
    results: dict[str, list[float]] = {}

    def note(name: str, answers: list[str]) -> None:
        results.setdefault(name, []).append(measure(zip(labels, answers, strict=True))["macro_f1"])
        print(f"{name}: {results[name]}", file=sys.stderr, flush=True)

    note("majority", [max(set(labels), key=labels.count)] * len(rows))
    names = "untrained, the national pack's rules", "untrained, from the catalogue's names"
    taxonomy = read_taxonomy((folder / "messages" / "catalogue.csv").read_bytes(), "catalogue.csv").rules
    for name, rules in zip(names, (load_rules(), taxonomy), strict=True):
        note(name, [classify(rules, row.title, row.text).category.partition("/")[0] for row in rows])
    data = Data(rows, groups)
    caps = (2000, 200) if quick else (0, 2000, 200)
    for seed in seeds:
        for cap, answers in learnt(data, rows, splits[seed], caps, seed).items():
            note(f"learnt, {cap or 'no limit of'} rules a class", answers)
    texts = [f"{row.title}\n{row.text}" for row in rows]
    for name, make in pipelines().items():
        for seed in seeds:
            said_ = [""] * len(rows)
            for train, test in splits[seed]:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model = make().fit([texts[place] for place in train], [labels[place] for place in train])
                for place, answer in zip(test, model.predict([texts[place] for place in test]), strict=True):
                    said_[place] = answer
            note(name, said_)
    told = {name: {"macro_f1": round(statistics.mean(each), 4), "seeds": each} for name, each in results.items()}
    print(json.dumps({"rows": len(rows), "results": told}, ensure_ascii=False, indent=2))


def learnt(data: Data, rows: list[Sample], splits: Any, caps: tuple[int, ...], seed: int) -> dict[int, list[str]]:
    """Return the answers of rules learnt without each row: through the written file, in our own engine."""
    answers = {cap: [""] * len(rows) for cap in caps}
    for train, test in splits:
        for cap, rules in fitted(data, train, caps, seed):
            here = [rows[place] for place in test]
            again = load(written(rules).encode(), "rules.toml")
            for place, answer in zip(test, said(answered(again, here), here, False), strict=True):
                answers[cap][place] = answer
    return answers


if __name__ == "__main__":
    main()
