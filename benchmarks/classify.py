"""How fast is a text classified?  100 characters, 2,000 keywords, two to three hits; peers in the same run.

``classify …`` is the whole job: matching, negation, scores, a full Classification with its hits.  The peers only
find keywords: pyahocorasick, flashtext, jieba and a set, a compiled ``re`` alternation (these three lose hits),
zen-engine with a rule a word, and ahocorasick-rs.  ``dense rules`` are made up to be as dense as learnt ones.
A peer that is not installed is named on stderr and left out.
The texts are made up from a fixed seed: characters by a flattened Zipf law, keywords of two to five of them.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from _measure import compare, show

from hotline12345.core.classify import Rule, RuleSet, classify
from hotline12345.fast.bulk import classify_many
from hotline12345.fast.match import AutomatonMatcher

TEXTS = 1000
LENGTH = 100
SEED = 12345


def make(keywords: int, texts: int = TEXTS) -> tuple[list[str], list[str]]:
    """Return made-up keywords and texts with two to three hits each."""
    dice = random.Random(SEED)
    chars = [chr(0x4E00 + 7 * number) for number in range(2500)]
    odds = [1 / (number + 60) for number in range(2500)]

    def some(length: int) -> str:
        return "".join(dice.choices(chars, odds, k=length))

    words = sorted({some(dice.choice((2, 3, 3, 4, 4, 5))) for _ in range(keywords * 2)})
    words = sorted(dice.sample(words, keywords))
    matcher = AutomatonMatcher(words)
    made: list[str] = []
    while len(made) < texts:
        text = some(LENGTH)
        for _ in range(dice.choice((1, 2, 2))):
            place, word = dice.randrange(LENGTH - 6), dice.choice(words)
            text = (text[:place] + word + text[place:])[:LENGTH]
        if 2 <= len(matcher.find(text)) <= 3:
            made.append(text)
    return words, made


def rules_for(words: list[str], matcher: Any = None) -> RuleSet:
    """Return one rule a word, spread over fifteen categories with eight below each."""
    return RuleSet.compile(
        [
            Rule(id=f"r{number}", word=word, weight=1 + number % 3, category=f"{number % 15}/{number % 120}")
            for number, word in enumerate(words)
        ],
        matcher=matcher,
    )


def each(call: Callable[[str], Any], texts: list[str]) -> Callable[[], None]:
    """Return a loop of *call* over *texts*."""

    def loop() -> None:
        for text in texts:
            call(text)

    return loop


def absent(package: str) -> dict[str, Callable[[], Any]]:
    """Say that a peer is not installed: none of these is among our extras."""
    print(f"{package} is not installed: without that peer", file=sys.stderr)
    return {}


def pyahocorasick(words: list[str], texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return the automaton most people use."""
    try:
        import ahocorasick
    except ImportError:
        return absent("pyahocorasick")
    peer = ahocorasick.Automaton()
    for number, word in enumerate(words):
        peer.add_word(word, number)
    peer.make_automaton()
    return {"peer pyahocorasick, match only": each(lambda text: list(peer.iter(text)), texts)}


def flashtext(words: list[str], texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return flashtext, which finds the longest words only and loses overlapping hits."""
    try:
        from flashtext import KeywordProcessor
    except ImportError:
        return absent("flashtext")
    peer = KeywordProcessor(case_sensitive=True)
    peer.non_word_boundaries = set()
    peer.add_keywords_from_list(words)
    return {"peer flashtext, match only": each(peer.extract_keywords, texts)}


def jieba(words: list[str], texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return jieba's words looked up in a set, which finds what its cutting leaves whole."""
    try:
        import jieba as peer
    except ImportError:
        return absent("jieba")
    import logging

    peer.setLogLevel(logging.ERROR)
    for word in words:
        peer.add_word(word)
    known = frozenset(words)
    return {"peer jieba and a set, match only": each(lambda text: known.intersection(peer.lcut(text)), texts)}


def zen(words: list[str], texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return zen-engine with a table of one rule a word."""
    try:
        from zen import ZenEngine
    except ImportError:
        return absent("zen-engine")
    rows = [{"_id": f"r{n}", "i": f'contains($, "{word}")', "o": str(n)} for n, word in enumerate(words)]
    column = {"name": "text", "type": "expression", "field": "text"}
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i", **column}],
        "outputs": [{"id": "o", **column}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": a + b, "sourceId": a, "targetId": b, "type": "edge"} for a, b in (("in", "table"), ("table", "out"))
    ]
    decision = ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return {"peer zen-engine, a rule a word": each(lambda text: decision.evaluate({"text": text}), texts)}


def dense(texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return made-up rules as dense as learnt ones: 14,000 over seven categories, nearly every character in one."""
    dice = random.Random(SEED)
    chars = sorted({char for text in texts for char in text})
    words = chars + sorted({dice.choice(chars) + dice.choice(chars) for _ in range(2_000)})
    words += sorted({text[at : at + 2] for text in texts[:200] for at in range(0, LENGTH - 2, 3)} - set(words))
    rules = [
        Rule(f"{top}:{word}", word, round(dice.gauss(0, 1), 2), str(top), negatable=False)
        for top in range(7)
        for word in dice.sample(words, min(2_000, len(words)))
    ]
    fast = RuleSet.compile(rules, matcher=AutomatonMatcher, bias={str(top): 0.1 for top in range(7)})
    pure = RuleSet.compile(rules, bias={str(top): 0.1 for top in range(7)})
    few = [("", text) for text in texts]
    return {
        "dense rules, pure": each(lambda text: classify(pure, "", text), texts),
        "dense rules, fast": each(lambda text: classify(fast, "", text), texts),
        "dense rules, classify_many": lambda: classify_many(fast, few),
    }


def speed(keywords: int) -> dict[str, Any]:
    """Compare everything at this many keywords."""
    from ahocorasick_rs import AhoCorasick

    words, texts = make(keywords)
    begin = time.perf_counter()
    pure = rules_for(words)
    compiled = time.perf_counter() - begin
    fast = pure.using(AutomatonMatcher)
    native = AhoCorasick(words)
    alternation = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    pairs = [("", text) for text in texts]
    few = texts[:50]
    candidates: dict[str, Callable[[], Any]] = {
        "classify pure": each(lambda text: classify(pure, "", text), texts),
        "classify fast": each(lambda text: classify(fast, "", text), texts),
        "classify_many fast": lambda: classify_many(fast, pairs),
        "match only, pure": each(pure.matcher.find, texts),
        "match only, fast": each(fast.matcher.find, texts),
        **dense(few),
        **pyahocorasick(words, texts),
        **flashtext(words, texts),
        **jieba(words, few),
        **(zen(words, few[:10]) if keywords <= 2_000 else {}),
        "peer re, match only": each(alternation.findall, few),
        "peer ahocorasick-rs, match only": each(lambda text: native.find_matches_as_indexes(text, True), texts),
    }
    counts = {name: len(texts) for name in candidates}
    counts |= {name: len(few) for name in candidates if name.startswith(("peer re", "peer jieba", "dense"))}
    counts |= {name: 10 for name in candidates if "zen" in name}
    finding = compare(f"classify {LENGTH} characters against {keywords} keywords", candidates, counts, 9)
    hits = sum(len(classify(pure, "", text).hits) for text in texts) / len(texts)
    return finding | {"hits_per_text": round(hits, 2), "compile_s": round(compiled, 4)}


if __name__ == "__main__":
    show(speed(2_000), *([] if "--quick" in sys.argv else [speed(20_000)]))
