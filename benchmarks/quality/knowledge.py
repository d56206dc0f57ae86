"""Does the knowledge base find what answers, and how fast?  Prints JSON.

Reads ``messages/replied.csv.gz`` from the folder in ``HOTLINE12345_DATA``: the replies are the articles, with neither
title nor keyword that could help and with the users' ids stripped; the titles of the messages, and their texts, are the
questions.  ``at_5``: the share whose own reply is among the first five.  Beside it, in the same run, BM25 over
character pairs (k1 1.2, b 0.75, each pair of the question once).

``speed`` is a base of many articles, each of six sentences drawn with a seed from the replies, under a title drawn
likewise; the questions are titles, titles with one character wrong, and words of one and two characters.  ``cpu_ms`` is
the time this process worked, and on Linux its PostgreSQL backend, which a busy machine does not stretch.

    python benchmarks/quality/knowledge.py [--articles 100000] [--kb postgresql://…]

``--kb`` names a base to measure instead of a file in a temporary folder: an empty one, or one filled by this script
with as many articles, which is not filled again.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import os
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline12345.core.actor import Actor
from hotline12345.kb import Draft, KnowledgeBase, Visibility, open_base
from hotline12345.kb.words import plain

ROOT = Path(__file__).resolve().parents[2]
BY = Actor.parse("admin/bench")
AT = datetime(2026, 10, 9, tzinfo=UTC)
# The limits of an import do not matter here, and what looks like a number is hidden rather than refused.
RULES = """
[knowledge]
batch_max = 1000000
title_unique = false
needs = ["content"]
private = "redact"
[basis]
batch_max = "library default"
title_unique = "library default"
needs = "library default"
private = "library default"
"""


def load(folder: Path) -> list[dict[str, str]]:
    """Return the rows, the users' ids gone from the replies."""
    csv.field_size_limit(10_000_000)
    with gzip.open(folder / "messages" / "replied.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = re.compile("|".join(sorted({re.escape(row["user"]) for row in rows}, key=len, reverse=True)))
    return [{**row, "reply": ids.sub("", row["reply"])} for row in rows]


def pairs(text: str) -> Counter[str]:
    """Count the pairs of characters of a text."""
    return Counter(run[at : at + 2] for run in plain(text).split() for at in range(len(run) - 1))


def bm25(docs: list[str], questions: list[str]) -> float:
    """Return the share of questions whose own document BM25 over pairs has among the first five."""
    counts = [pairs(doc) for doc in docs]
    lengths = [sum(count.values()) for count in counts]
    mean, n = statistics.mean(lengths), len(docs)
    postings: dict[str, list[tuple[int, float]]] = {}
    for at, count in enumerate(counts):
        k = 1.2 * (0.25 + 0.75 * lengths[at] / mean)
        for pair, tf in count.items():
            postings.setdefault(pair, []).append((at, tf * 2.2 / (tf + k)))
    idf = {pair: math.log(1 + (n - len(found) + 0.5) / (len(found) + 0.5)) for pair, found in postings.items()}
    hits = 0
    for own, question in enumerate(questions):
        scores = [0.0] * n
        for pair in pairs(question):
            weight = idf.get(pair, 0.0)
            for at, tf in postings.get(pair, ()):
                scores[at] += weight * tf
        mine = scores[own]
        better = sum(score > mine or (score == mine and at < own) for at, score in enumerate(scores))
        hits += mine > 0 and better < 5
    return round(hits / len(questions), 4)


def fill(base: KnowledgeBase, articles: list[tuple[str, str]]) -> list[str]:
    """Publish *articles*, (title, content), and return their ids."""
    base.set_rules(RULES, BY)
    ids = []
    for first in range(0, len(articles), 10_000):
        part = articles[first : first + 10_000]
        rows = [(at, Draft(title, content, visibility=Visibility.PUBLIC)) for at, (title, content) in enumerate(part)]
        made, faults = base.add_many(rows, BY, AT)
        if faults:
            raise SystemExit(faults[0].text())
        base.publish_many([each.id for each in made], BY, AT)
        ids += [each.id for each in made]
    return ids


def found(base: KnowledgeBase, questions: list[str], ids: list[str]) -> float:
    """Return the share of questions whose own article is among the first five."""
    rules = base.rules
    hits = 0
    for question, own in zip(questions, ids, strict=True):
        best = base.search(question, BY, AT.date(), limit=5, rules=rules)
        hits += own in [hit.article.id for hit in best]
    return round(hits / len(questions), 4)


def words(replies: list[str], size: int, draw: random.Random) -> list[str]:
    """Draw 300 strings of *size* Chinese characters from the replies."""
    there = sorted({match for reply in replies for match in re.findall(f"(?=([\u4e00-\u9fff]{{{size}}}))", reply)})
    return draw.sample(there, 300)


def held(base: KnowledgeBase, wanted: list[str]) -> float:
    """Return the share of words of which every hit among the first five, and one at least, has the word."""
    rules, good = base.rules, 0
    for word in wanted:
        best = base.search(word, BY, AT.date(), limit=5, rules=rules)
        good += bool(best) and all(word in plain(hit.article.draft.content) for hit in best)
    return round(good / len(wanted), 4)


def misspelt(title: str, alphabet: str, draw: random.Random) -> str:
    """Return *title* with one character another."""
    at = draw.randrange(len(title)) if title else 0
    return title[:at] + draw.choice(alphabet) + title[at + 1 :]


def processor(base: KnowledgeBase) -> Callable[[], float]:
    """Return how to read the seconds of CPU this process has used, with those of its PostgreSQL backend on Linux."""
    if base.shelf.name != "postgresql":
        return time.process_time
    used = Path(f"/proc/{base.shelf.rows('SELECT pg_backend_pid()')[0][0]}/schedstat")
    if not used.exists():
        return time.process_time
    return lambda: time.process_time() + int(used.read_text().split()[0]) / 1e9


def speed(base: KnowledgeBase, rows: list[dict[str, str]], size: int) -> dict[str, Any]:
    """Fill a base with *size* articles and time searches."""
    draw = random.Random(12345)
    sentences = [part for row in rows for part in re.split(r"(?<=[。！？；])", row["reply"]) if len(part) > 8]
    titles = [row["title"] for row in rows]
    articles = [(draw.choice(titles), "".join(draw.choices(sentences, k=6))) for _ in range(size)]
    used, built = processor(base), {}
    if base.shelf.rows("SELECT count(*) FROM kb_shown")[0][0] != size:
        begin, busy = time.perf_counter(), used()
        fill(base, articles)
        built = {"build_s": round(time.perf_counter() - begin, 1), "build_cpu_s": round(used() - busy, 1)}
    one, two = (words([row["reply"] for row in rows], each, draw) for each in (1, 2))
    asked = draw.sample(titles, 1000)
    alphabet = "".join(sorted({char for title in titles for char in title if "\u4e00" <= char <= "\u9fff"}))
    wrong = [misspelt(title, alphabet, draw) for title in asked]
    rules, told = base.rules, {}
    for name, questions in (("titles", asked), ("one", one), ("two", two), ("misspelt", wrong)):
        spent: dict[str, list[float]] = {"ms": [], "cpu_ms": []}
        for question in questions:
            begin, busy = time.perf_counter(), used()
            base.search(question, BY, AT.date(), limit=5, rules=rules)
            spent["cpu_ms"].append((used() - busy) * 1000)
            spent["ms"].append((time.perf_counter() - begin) * 1000)
        told[name] = {}
        for unit, times in spent.items():
            cuts = statistics.quantiles(times, n=100)
            told[name] |= {
                f"{cut}_{unit}": round(cuts[at], 2) for cut, at in (("median", 49), ("p95", 94), ("p99", 98))
            }
    load = [round(each, 1) for each in os.getloadavg()] if hasattr(os, "getloadavg") else None
    return {"articles": size, "shelf": base.shelf.name, "load_average": load, **built, **told}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="how many for the speed; 0 leaves it out")
    parser.add_argument("--kb", default="", help="a base for the speed, empty or filled")
    parser.add_argument("--speed-only", action="store_true", help="leave the quality out")
    given = parser.parse_args()
    rows = load(Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data"))
    replies, titles, texts = ([row[name] for row in rows] for name in ("reply", "title", "text"))
    told: dict[str, Any] = {"rows": len(rows)}
    with tempfile.TemporaryDirectory() as folder:
        if not given.speed_only:
            base, draw = open_base(f"sqlite:///{folder}/replies.db"), random.Random(2026)
            ids = fill(base, [(f"{at:05d}", reply) for at, reply in enumerate(replies)])
            alphabet = "".join(sorted({char for title in titles for char in title if "\u4e00" <= char <= "\u9fff"}))
            told["title_at_5"] = {"ours": found(base, titles, ids), "bigram_bm25": bm25(replies, titles)}
            told["text_at_5"] = {"ours": found(base, texts, ids), "bigram_bm25": bm25(replies, texts)}
            wrong = [misspelt(title, alphabet, draw) for title in titles]
            told["misspelt_title_at_5"] = {"ours": found(base, wrong, ids), "bigram_bm25": bm25(replies, wrong)}
            told["words_found"] = {str(size): held(base, words(replies, size, draw)) for size in (1, 2)}
            base.close()
        if given.articles:
            base = open_base(given.kb or f"sqlite:///{folder}/many.db")
            told["speed"] = speed(base, rows, given.articles)
            base.close()
    print(json.dumps(told, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
