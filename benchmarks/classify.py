"""How fast is a text classified?  100 characters, 2,000 keywords, two to three hits; peers in the same run.

``classify …`` is the whole job: matching, negation, scores, a full Classification with its hits.  The peers only
find keywords: pyahocorasick, a compiled ``re`` alternation (which loses overlapping hits) and ahocorasick-rs.
The texts are made up from a fixed seed: characters by a flattened Zipf law, keywords of two to five of them.
"""

from __future__ import annotations

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


def pyahocorasick(words: list[str], texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return the peer that is not among our extras, where somebody has installed it."""
    try:
        import ahocorasick
    except ImportError:
        print("pyahocorasick is not installed: without that peer", file=sys.stderr)
        return {}
    peer = ahocorasick.Automaton()
    for number, word in enumerate(words):
        peer.add_word(word, number)
    peer.make_automaton()
    return {"peer pyahocorasick, match only": each(lambda text: list(peer.iter(text)), texts)}


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
        **pyahocorasick(words, texts),
        "peer re, match only": each(alternation.findall, few),
        "peer ahocorasick-rs, match only": each(lambda text: native.find_matches_as_indexes(text, True), texts),
    }
    counts = {name: len(few) if "peer re" in name else len(texts) for name in candidates}
    finding = compare(f"classify {LENGTH} characters against {keywords} keywords", candidates, counts, 9)
    hits = sum(len(classify(pure, "", text).hits) for text in texts) / len(texts)
    return finding | {"hits_per_text": round(hits, 2), "compile_s": round(compiled, 4)}


if __name__ == "__main__":
    show(speed(2_000), *([] if "--quick" in sys.argv else [speed(20_000)]))
