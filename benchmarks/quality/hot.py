"""How well are hot issues found in real messages, and how fast in a hundred thousand?  Prints JSON.

Reads ``messages/hot.csv.gz`` and ``messages/hot_votes.csv`` from the folder in ``HOTLINE12345_DATA``: rows that at
least two of four teams put into one of two issues.  The figure is the mean, over the two, of the best F1 that any one
group has with the rows voted into it.  Beside it stands plain average linkage (scipy) of the same headings as TF-IDF of
character pairs and triples (scikit-learn); without these two the peer is left out and said to be.

The 100,000 messages are made of all titles there are in ``hot``, ``labelled`` and ``replied``, taken over and over; in
each copy every rare character (in fewer than one title in two hundred) is replaced by another of them, by a shuffle of
its own.  So names of places and things differ between copies as they do between issues, while common words stay common
and the sizes of issues those of the real file.  Times are spread over a year.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hotline12345.channels.times import read_time
from hotline12345.core.calendar import CST
from hotline12345.text.alike import IssueRule, Message, group, hot

ROOT = Path(__file__).resolve().parents[2]
MOVED = (0.95, 1.0, 1.05)
LOOSE = 0.99
MANY = 100_000


def load(folder: Path) -> tuple[list[Message], list[set[str]]]:
    """Return the messages and, for each issue, the ids voted into it."""
    with gzip.open(folder / "messages" / "hot.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        messages = [
            Message(
                row["id"], row["title"], row["text"], read_time(row["time"]).at, who=row["user"],
                likes=int(row["likes"]), against=int(row["against"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    issues: dict[str, set[str]] = {}
    with open(folder / "messages" / "hot_votes.csv", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            issues.setdefault(row["issue"], set()).add(row["id"])
    return messages, list(issues.values())


def best_f1(groups: Iterable[Sequence[str]], issues: Sequence[set[str]]) -> tuple[float, list[dict[str, Any]]]:
    """Return the mean over *issues* of the best F1 of a group, and the figures of each."""
    named = {id_: number for number, group_ in enumerate(groups) for id_ in group_}
    sizes = Counter(named.values())
    told = []
    for issue in issues:
        shared = Counter(named[id_] for id_ in issue)
        f1, both, size = max((2 * n / (sizes[g] + len(issue)), n, sizes[g]) for g, n in shared.items())
        told.append({"f1": round(f1, 3), "voted": len(issue), "group": size, "both": both})
    return sum(2 * one["both"] / (one["group"] + one["voted"]) for one in told) / len(told), told


def ours(messages: Sequence[Message], issues: Sequence[set[str]], threshold: float) -> dict[str, Any]:
    """Measure this library at *threshold*."""
    groups = group(messages, IssueRule(threshold=threshold))
    mean, told = best_f1([[one.id for one in members] for members in groups], issues)
    return {"threshold": round(threshold, 4), "mean_best_f1": round(mean, 4), "issues": told}


def peer(messages: Sequence[Message], issues: Sequence[set[str]], thresholds: Iterable[float]) -> Any:
    """Measure plain average linkage of the same titles."""
    try:
        import numpy as np
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        return f"not measured: {error.name} is missing"
    table = TfidfVectorizer(analyzer="char", ngram_range=(2, 3)).fit_transform(one.title.strip() for one in messages)
    far = np.clip(1 - (table @ table.T).toarray(), 0, None)
    np.fill_diagonal(far, 0)
    tree = linkage(squareform(far, checks=False), "average")
    told = []
    for threshold in thresholds:
        groups: dict[int, list[str]] = {}
        for message, label in zip(messages, fcluster(tree, threshold, "distance"), strict=True):
            groups.setdefault(int(label), []).append(message.id)
        mean, each = best_f1(groups.values(), issues)
        told.append({"threshold": round(threshold, 4), "mean_best_f1": round(mean, 4), "issues": each})
    return told


def many(folder: Path, wanted: int, seed: int = 12345) -> list[Message]:
    """Return *wanted* messages made as the head of this file says."""
    titles: list[str] = []
    for name, column in (("hot", "title"), ("labelled", "text"), ("replied", "title")):
        with gzip.open(folder / "messages" / f"{name}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
            titles += [row[column].partition("\n")[0].strip() for row in csv.DictReader(file)]
    usage = Counter(char for title in titles for char in set(title))
    rare = sorted(char for char, count in usage.items() if count < len(titles) / 200)
    die = random.Random(seed)
    start = datetime(2025, 1, 1, tzinfo=CST)
    made: list[Message] = []
    while len(made) < wanted:
        other = rare[:]
        if made:
            die.shuffle(other)
        change = str.maketrans(dict(zip(rare, other, strict=True)))
        made += [
            Message(str(len(made) + i), title.translate(change), at=start + timedelta(minutes=die.randrange(525_600)))
            for i, title in enumerate(titles)
        ]
    return made[:wanted]


def speed(folder: Path) -> dict[str, Any]:
    """Measure the hundred thousand; called in a process of its own, whose memory is its alone."""
    messages = many(folder, MANY)
    held = _peak()
    wall, used = time.perf_counter(), time.process_time()
    found = hot(messages)
    return {
        "messages": len(messages),
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
        "issues": len(found),
        "largest": max(one.size for one in found),
        "peak_mib": round(_peak()),
        "of_which_the_messages_mib": round(held),
    }


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    if "--many" in sys.argv:
        print(json.dumps(speed(folder)))
        return
    messages, issues = load(folder)
    at = IssueRule().threshold
    begin = time.perf_counter()
    found = hot(messages)
    spent = time.perf_counter() - begin
    alone = subprocess.run([sys.executable, __file__, "--many"], capture_output=True, text=True, check=True)
    told = {
        "messages": len(messages),
        "votes": [len(issue) for issue in issues],
        "seconds": round(spent, 2),
        "issues_found": len(found),
        "ours": [ours(messages, issues, threshold) for threshold in (*(at * by for by in MOVED), LOOSE)],
        "average_link": peer(messages, issues, [*(0.9 * by for by in MOVED), LOOSE]),
        "many": json.loads(alone.stdout),
        "python": platform.python_version(),
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
