"""Near-copies (近似重复): texts that are one text but for a few words, found without comparing all pairs.

A text's shingles are its runs of four characters; the few with the smallest checksums are its sketch.  Texts that
share two of a sketch are compared, and are near-copies where they share half of all their shingles (library
default).  Near-copies of near-copies are in one group: a fold that held one and not the other would test on what
it had learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

_SHINGLE = 4
_SKETCH = 12
_SHARED = 2
_ALIKE = 0.5
_CROWD = 60  # a shingle in more texts' sketches than this is a form of speech


def groups(texts: Sequence[str], given: Sequence[str] = ()) -> list[str]:
    """Return a name of the group each text belongs to (分组); texts with the same *given* name are kept together."""
    parent = list(range(len(texts)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(one: int, other: int) -> None:
        one, other = root(one), root(other)
        parent[max(one, other)] = min(one, other)

    named: dict[str, int] = {}
    for place, name in enumerate(given):
        if name:
            join(named.setdefault(name, place), place)
    if not any(given):
        for one, other in _pairs(texts):
            join(one, other)
    return [str(root(place)) for place in range(len(texts))]


def _pairs(texts: Sequence[str]) -> list[tuple[int, int]]:
    shingles = [_shingles(text) for text in texts]
    filed: dict[int, list[int]] = {}
    found: list[tuple[int, int]] = []
    for place, mine in enumerate(shingles):
        shared: dict[int, int] = {}
        sketch = sorted(mine)[:_SKETCH]
        for code in sketch:
            there = filed.setdefault(code, [])
            if len(there) < _CROWD:
                for other in there:
                    shared[other] = shared.get(other, 0) + 1
                there.append(place)
        for other, count in shared.items():
            theirs = shingles[other]
            if count >= min(_SHARED, len(sketch)):
                same = len(mine & theirs)
                if same >= _ALIKE * (len(mine) + len(theirs) - same):
                    found.append((other, place))
    return found


def _shingles(text: str) -> frozenset[int]:
    plain = "".join(char for char in text if char.isalnum())
    most = max(len(plain) - _SHINGLE + 1, 1)
    return frozenset(crc32(plain[at : at + _SHINGLE].encode("utf-8", "surrogatepass")) for at in range(most))
