"""How well are duplicates found among Boston's requests, and how fast?  Prints JSON.

Reads ``boston311_2011q3.csv.gz`` and ``boston311_duplicates.csv`` from the folder in ``HOTLINE12345_DATA``: pairs that
staff linked, both ends of which are in the file.  What leaks the answer (``closure_reason``, ``closed_dt``,
``case_status``, ``ontime``) is never read.  Each request is asked which earlier ones it may repeat.

Staff linked only some of what repeats, so precision is low for everybody and counts only in comparison: beside it
stands the rule "same type, same coordinates, within 14 days", and the curve shows precision at each recall.  The
weights are the library's defaults.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import platform
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hotline12345.channels.times import read_time
from hotline12345.text.alike import Index, Message

ROOT = Path(__file__).resolve().parents[2]
RECALLS = (0.3, 0.5, 0.57, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
WITHIN = timedelta(days=14)

Pair = tuple[str, str]


def load(folder: Path) -> tuple[list[Message], set[Pair]]:
    """Return the requests, and the pairs of ids (earlier, later) that staff linked."""
    with gzip.open(folder / "boston311_2011q3.csv.gz", "rt", encoding="utf-8", newline="") as file:
        messages = [
            Message(
                row["case_enquiry_id"], row["case_title"], "", read_time(row["open_dt"]).at,
                lat=float(row["lat4"]), lon=float(row["lon4"]), category=f"{row['reason']}/{row['type']}",
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    place = {message.id: (message.at, message.id) for message in messages}
    with open(folder / "boston311_duplicates.csv", encoding="utf-8", newline="") as file:
        linked = [(row["dup_id"], row["orig_id"]) for row in csv.DictReader(file)]
    return messages, {
        (one, other) if place[one] < place[other] else (other, one)
        for one, other in linked
        if one in place and other in place
    }


def rule(messages: Sequence[Message], linked: set[Pair]) -> dict[str, Any]:
    """Measure the rule that stands beside it."""
    together: dict[Any, list[Message]] = defaultdict(list)
    for message in messages:
        together[message.category, message.lat, message.lon].append(message)
    told = right = 0
    for group in together.values():
        group.sort(key=lambda message: (message.at, message.id))
        for i, one in enumerate(group):
            for other in group[i + 1 :]:
                if other.at - one.at > WITHIN:
                    break
                told += 1
                right += (one.id, other.id) in linked
    return {"pairs": told, "right": right, "recall": round(right / len(linked), 3), "precision": round(right / told, 5)}


def curve(scored: list[tuple[float, Pair]], linked: set[Pair], at: Sequence[float]) -> list[dict[str, Any]]:
    """Return precision where each recall is first reached."""
    found: list[dict[str, Any]] = []
    right, wanted = 0, list(at)
    for told, (score, pair) in enumerate(sorted(scored, key=lambda one: (-one[0], one[1])), 1):
        if pair not in linked:
            continue
        right += 1
        while wanted and right >= wanted[0] * len(linked):
            point = {"recall": round(right / len(linked), 3), "precision": round(right / told, 5)}
            found.append(point | {"pairs": told, "score": round(score, 2)})
            wanted.pop(0)
    return found


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    messages, linked = load(folder)
    wall, used = time.perf_counter(), time.process_time()
    index = Index(messages)
    built = time.process_time() - used
    suggested = list(index.pairs())
    spent = time.perf_counter() - wall, time.process_time() - used
    scored = [(s.likeness.score, (s.earlier.id, s.later.id)) for s in index.pairs(least=0.5, most=12)]
    told = {
        "requests": len(messages),
        "linked": len(linked),
        "seconds": round(spent[0], 1),
        "cpu_seconds": {"built": round(built, 1), "built_and_queried": round(spent[1], 1)},
        "reached": round(sum(pair in linked for _, pair in scored) / len(linked), 3),
        "suggested": len(scored),
        "curve": curve(scored, linked, RECALLS),
        "rule_same_type_same_cell_14_days": rule(messages, linked),
        "python": platform.python_version(),
    }
    right = sum((one.earlier.id, one.later.id) in linked for one in suggested)
    told["by_default"] = {
        "pairs": len(suggested),
        "requests": len({one.later.id for one in suggested}),
        "right": right,
        "recall": round(right / len(linked), 3),
        "precision": round(right / len(suggested), 5),
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
