"""How well and how fast addresses are located, beside cpca in the same run (地点识别的质量与速度).

Addresses are made from the divisions themselves: a town or county is drawn, some of its levels are left out, names
lose their endings, the order is shuffled at times, and roads, numbers and words are put between.  The truth is the
lowest level that is left.  ``wrong_certain`` counts answers given as certain that are neither the truth nor a division
above it.  The peer knows no towns and gives one answer without a doubt, so that both are also
counted down to the county: right, given, and wrong, which is neither the county nor a division above it.

Speed is CPU time on addresses that nobody has read before, so that neither gains by what it remembers.

Run: ``python benchmarks/quality/places.py [--number 10000] [--seed 1]``; the peer needs ``pip install cpca``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

from hotline12345.text.places import divisions, locate, locate_many

ENDINGS = {
    1: ("自治区", "省", "市"),
    2: ("自治州", "地区", "市", "盟"),
    3: ("自治县", "市", "区", "县", "旗"),
    4: ("街道", "镇", "乡"),
}
ROADS = (
    "人民路",
    "解放大街",
    "建设路",
    "迎宾大道",
    "中山路",
    "学府路",
    "滨河路",
    "站前街",
    "工业大道",
    "北京路",
    "长江路",
    "文化巷",
)
ROUNDS = 5
AFTER = ("{n}号", "{n}号楼{m}单元", "{n}弄{m}号", "附近", "与五一路交叉口", "某小区{n}栋", "菜市场门口", "")
WORDS = ("反映：", "位于", "，", " ", "我家住在", "地址：", "请问", "（", "")


def shortened(name: str, level: int) -> str:
    """Leave the ending of a name away, where something is left."""
    for ending in ENDINGS[level]:
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return stem if len(stem) >= 2 else name
    return name


def address(random: Random) -> tuple[str, str]:
    """Return an address and the code it is of."""
    table = divisions()
    codes = _codes()
    code = random.choice(codes[4] if random.random() < 0.6 else codes[3])
    levels = [d for d in table.path(code) if d.level == 1 or d.name not in ("市辖区",)]
    own = levels[-1]
    kept = [d for d in levels[:-1] if random.random() < 0.7] + [own]
    names = [d.name if random.random() < 0.6 else shortened(d.name, d.level) for d in kept]
    if random.random() < 0.15:
        random.shuffle(names)
    noise = random.random()
    road = random.choice(ROADS) if noise < 0.6 else ""
    tail = random.choice(AFTER).format(n=random.randrange(1, 400), m=random.randrange(1, 9)) if noise < 0.8 else ""
    return random.choice(WORDS) + "".join(names) + road + tail, own.code


_known: dict[int, list[str]] = {}


def _codes() -> dict[int, list[str]]:
    if not _known:
        for division in divisions().used.values():
            _known.setdefault(division.level, []).append(division.code)
        for codes in _known.values():
            codes.sort()
    return _known


def quality(samples: list[tuple[str, str]]) -> dict[str, Any]:
    """Count right, among the candidates, missed, and wrong though certain."""
    found: Counter[str] = Counter()
    wrong: list[list[str]] = []
    missed: list[list[str]] = []
    for text, code in samples:
        located = locate(text)
        codes = [candidate.code for candidate in located.candidates]
        first = codes[0] if codes else ""
        found["right" if first == code else "among" if code in codes else "missed"] += 1
        if code not in codes:
            missed.append([text, code])
        sure = located.certain
        if sure is not None:
            found["certain"] += 1
            found["certain_and_exact"] += sure.code == code
            if sure.code not in {d.code for d in divisions().path(code)}:
                found["wrong_certain"] += 1
                wrong.append([text, code, sure.code])
    total = len(samples)
    return {
        "addresses": total,
        "right_or_among": round((found["right"] + found["among"]) / total, 4),
        "right": round(found["right"] / total, 4),
        "certain": round(found["certain"] / total, 4),
        "certain_and_exact": round(found["certain_and_exact"] / total, 4),
        "wrong_certain": found["wrong_certain"],
        "examples_wrong": wrong[:10],
        "examples_missed": missed[:10],
    }


def to_the_county(samples: list[tuple[str, str]]) -> dict[str, Any]:
    """Count how many answers there are down to the county, and how many are right and wrong, for both."""
    texts = [text for text, _ in samples]
    answers = {"ours": [found.code[:6] for found in locate_many(texts)]}
    try:
        import cpca
    except ImportError:
        pass
    else:
        answers["cpca"] = [code if isinstance(code, str) else "" for code in cpca.transform(texts)["adcode"]]
    told: dict[str, Any] = {}
    for name, codes in answers.items():
        found: Counter[str] = Counter()
        for given, (_, truth) in zip(codes, samples, strict=True):
            found["given"] += bool(given)
            found["right"] += given == truth[:6]
            found["wrong"] += bool(given) and given not in {d.code for d in divisions().path(truth[:6])}
        told[name] = {key: round(found[key] / len(samples), 4) for key in ("given", "right", "wrong")}
    return told


def rate(call: Callable[[list[str]], object], texts: list[str]) -> float:
    """Return how many addresses *call* reads in a second of its own work: other programs do not count."""
    begin = time.process_time()
    call(texts)
    return len(texts) / (time.process_time() - begin)


def speed(texts: list[str]) -> dict[str, Any]:
    """Time both on the same addresses, in turn: one by one, as requests come, and all at once."""
    calls: dict[str, Callable[[list[str]], object]] = {
        "one by one": lambda batch: [locate(text).code for text in batch],
        "at once": lambda batch: [found.code for found in locate_many(batch)],
    }
    try:
        import cpca
    except ImportError:
        pass
    else:
        calls["cpca one by one"] = lambda batch: [cpca.transform([text]) for text in batch]
        calls["cpca at once"] = cpca.transform
    size = len(texts) // ROUNDS
    for call in calls.values():
        call(["北京市"])  # tables are made when first asked for
    found: dict[str, list[float]] = {name: [] for name in calls}
    for begin in range(0, size * ROUNDS, size):
        for name, call in calls.items():
            few = texts[begin : begin + (200 if name == "cpca one by one" else size)]
            found[name].append(rate(call, few))
    per_s = {name: median(rates) for name, rates in found.items()}
    told: dict[str, Any] = {f"{name}_per_s": round(value) for name, value in per_s.items()}
    for name in ("one by one", "at once"):
        if f"cpca {name}" in per_s:
            ratios = [ours / theirs for ours, theirs in zip(found[name], found[f"cpca {name}"], strict=True)]
            told[f"{name}_ratio"] = {
                key: round(value, 2)
                for key, value in (("median", median(ratios)), ("lowest", min(ratios)), ("highest", max(ratios)))
            }
    return told


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random = Random(given.seed)
    samples = [address(random) for _ in range(given.number)]
    told = {
        "speed": speed([address(random)[0] for _ in range(ROUNDS * given.number)]),
        "to_the_county": to_the_county(samples),
        "quality": quality(samples),
    }
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
