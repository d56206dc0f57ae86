"""What a rule asks for besides its word (附加条件): the rest of a phrase with gaps, and words it must not meet.

拖欠…工资 is a phrase: its parts in this order within one sentence, at most ``gap`` characters between two
of them.  The first part is what the matcher looks for; the rest is looked for from there, so a hit costs no
more in a long text than in a short one.  ``unless`` names words that take the vote away: wherever they stand
in title or text, or with ``within`` only that many characters before or after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

GAP = "…"
NEAR = 8  # characters between two parts of a phrase unless the rule says more; library default
FARTHEST = 50  # the most a gap or a nearness may be: what is farther apart is not one thought
MOST_PARTS = 4  # each multiplies what a hit may cost


class Guard(NamedTuple):
    """What must follow a keyword and what must not be near it (附加条件), compiled."""

    rest: re.Pattern[str] | None  # from the end of the first part; group 1 is the last part
    unless: frozenset[int]  # the numbers of keywords
    near: re.Pattern[str] | None
    within: int

    def follow(self, body: str, start: int, end: int) -> tuple[int, int]:
        """Return where the phrase's last part begins and ends; an end of -1 where the phrase is not there."""
        if self.rest is None:
            return start, end
        found = self.rest.match(body, end)
        return found.span(1) if found is not None else (start, -1)

    def excluded(self, body: str, start: int, end: int, present: set[int]) -> bool:
        """Whether a word that the rule must not meet is there; *present* holds the keywords found in *body*."""
        if present.isdisjoint(self.unless):
            return False
        low = start - self.within if start > self.within else 0
        return self.near is None or self.near.search(body, low, end + self.within) is not None


def parts_of(word: str) -> list[str]:
    """Return the parts of a phrase (短语各部分); one for a plain word."""
    return word.split(GAP)


def guard(
    word: str,
    gap: int,
    unless: Sequence[str],
    within: int,
    numbers: Mapping[str, int],
    variants: Callable[[str], list[str]],
) -> Guard | None:
    """Compile what a rule asks for beside its first part, or ``None`` where that is nothing.

    Args:
        word: the rule's word or phrase.
        gap: characters between two parts, at most; 0 is ``NEAR``.
        unless: the words it must not meet.
        within: how near they count, in characters; 0 is anywhere.
        numbers: keyword -> its number in the matcher.
        variants: a word -> its ways of being typed.
    """
    others = parts_of(word)[1:]
    if not others and not unless:
        return None

    def typed(words: Sequence[str]) -> str:
        return "|".join(re.escape(each) for word in words for each in variants(word))

    between = rf"[^。！？!?\n]{{0,{gap or NEAR}}}?"
    rest = "".join(
        f"{between}({'?:' if place < len(others) else ''}{typed([part])})" for place, part in enumerate(others, 1)
    )
    return Guard(
        re.compile(rest) if others else None,
        frozenset(numbers[each] for word in unless for each in variants(word)),
        re.compile(typed(unless)) if within else None,
        within,
    )
