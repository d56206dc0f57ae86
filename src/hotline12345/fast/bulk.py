"""Classify many texts at once (批量归类): one pass of the automaton over all of them joined."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, islice

from hotline12345.core.classify import Classification, RuleSet, judge
from hotline12345.core.matcher import Found

from .match import AutomatonMatcher

_BATCH = 512  # texts; enough to forget the price of a call, few enough that the joined text stays small


def classify_many(rules: RuleSet, requests: Iterable[tuple[str, str]]) -> list[Classification]:
    """Classify each (title, text) (批量归类); the answers are those of ``classify``, one by one.

    Args:
        rules: compiled; with the matcher of ``hotline12345.fast.match`` the texts are searched together,
            with any other one by one.
        requests: (title, text) pairs.

    Returns:
        A full classification for each, in order.
    """
    answers: list[Classification] = []
    source = iter(requests)
    matcher = rules.matcher
    while batch := list(islice(source, _BATCH)):
        bodies = [f"{title}\n{text}" if title else text for title, text in batch]
        if isinstance(matcher, AutomatonMatcher):
            found = _together(matcher, bodies)
        else:
            found = [matcher.find(body) for body in bodies]
        answers += [
            judge(rules, body, len(body) - len(text), each)
            for (_, text), body, each in zip(batch, bodies, found, strict=True)
        ]
    return answers


def _together(matcher: AutomatonMatcher, bodies: list[str]) -> list[Found]:
    # No keyword holds a line break, so none can reach from one text into the next.
    ends = list(accumulate(len(body) + 1 for body in bodies))
    found: list[Found] = [[] for _ in bodies]
    current, begin, end = 0, 0, ends[0]
    here = found[0]
    for index, start, _ in matcher.matches("\n".join(bodies)):
        while start >= end:
            begin = end
            current += 1
            end = ends[current]
            here = found[current]
        here.append((start - begin, index))
    for each in found:
        if len(each) > 1:
            each.sort()
    return found
