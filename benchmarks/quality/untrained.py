"""How well do the national pack's hand-written rules classify real messages, untrained?  Prints JSON.

Reads ``messages/labelled.csv.gz`` (seven labels) from the folder in ``HOTLINE12345_DATA``; the rules choose among
all fifteen topmost categories.  Nothing is fitted here.  ``macro_f1`` is over the seven labels of the file.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hotline12345.core.classify import RuleSet, classify, read_rules

ROOT = Path(__file__).resolve().parents[2]


def load_rules() -> RuleSet:
    """Return the rules of the national pack."""
    path = ROOT / "src" / "hotline12345" / "packs" / "cn" / "rules.toml"
    rules, faults = read_rules(tomllib.loads(path.read_text("utf-8")), path.name)
    if rules is None:
        raise SystemExit("\n".join(fault.text() for fault in faults))
    return rules


def load_rows(folder: Path) -> list[tuple[str, str, str]]:
    """Return (title, text, label); the first line of a message is its title."""
    with gzip.open(folder / "messages" / "labelled.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [(*row["text"].partition("\n")[::2], row["label"]) for row in csv.DictReader(file)]
    return [(title, text, label) for title, text, label in rows]


def measure(pairs: Iterable[tuple[str, str, float, bool]]) -> dict[str, Any]:
    """Return the figures for (label, answer, confidence, needs a person)."""
    known = list(pairs)
    right, said, true = Counter[str](), Counter[str](), Counter[str]()
    for label, answer, _, _ in known:
        true[label] += 1
        said[answer] += 1
        right[label] += label == answer
    f1 = {label: 2 * right[label] / (said[label] + true[label]) for label in true}
    sure = [label == answer for label, answer, _, person in known if not person]
    return {
        "rows": len(known),
        "macro_f1": round(sum(f1.values()) / len(f1), 4),
        "accuracy": round(sum(right.values()) / len(known), 4),
        "no_category": said[""],
        "sure": round(len(sure) / len(known), 4),
        "accuracy_where_sure": round(sum(sure) / max(len(sure), 1), 4),
        "per_class": {
            label: {
                "f1": round(f1[label], 4),
                "precision": round(right[label] / max(said[label], 1), 4),
                "recall": round(right[label] / true[label], 4),
                "rows": true[label],
            }
            for label in sorted(true)
        },
        "calibration": _calibration(known),
    }


def _calibration(known: list[tuple[str, str, float, bool]]) -> list[dict[str, float]]:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for label, answer, confidence, _ in known:
        bins.setdefault(min(int(confidence * 5), 4), []).append((confidence, label == answer))
    return [
        {
            "rows": len(found),
            "confidence": round(sum(each[0] for each in found) / len(found), 3),
            "accuracy": round(sum(each[1] for each in found) / len(found), 3),
        }
        for _, found in sorted(bins.items())
    ]


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    rules = load_rules()
    pairs = []
    for title, text, label in load_rows(folder):
        answer = classify(rules, title, text)
        pairs.append((label, answer.category.partition("/")[0], answer.confidence, answer.needs_person))
    print(json.dumps({"rules": len(rules.rules), **measure(pairs)}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
