"""The rules of taking a request in (受理规则): lines, types, records, repeats, conduct, clearance."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from ..request import Kind, Urgency
from ..sla import TimeLimit
from .rules import DEFAULT_BASIS

ELEMENTS = ("name", "contact", "time", "place", "cause", "course")
"""What a record should say (五要素 and how to reach them): who, when, where, why and how it went."""

REPEATS = ("off", "suggest", "auto")
"""What is done about a request that was there before (重复诉求处置方式)."""


@frozen(weakref_slot=False)
class Channel:
    """A channel people come in by (受理渠道): its code, and the other names it is called by."""

    code: str
    zh: str
    basis: str
    names: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Line:
    """A line of its own (专线、专席): its key or seat, who takes it, where its orders go and how urgent they are.

    Args:
        key: what a caller presses, as in 12345-6.
        takes: the code of the unit whose people take it; "" is anybody.
        unit: where its orders go whatever the catalogue says; "" leaves that to the catalogue.
        urgency: what its requests are when nothing in them says more.
    """

    code: str
    zh: str
    basis: str
    key: str = ""
    takes: str = ""
    unit: str = ""
    urgency: Urgency | None = None


@lru_cache(maxsize=4096)
def _below(categories: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{each}/" for each in categories)


@frozen(weakref_slot=False)
class AcceptedType:
    """A type as the place's platform names it (受理类型): our kinds, categories, lines or words that fall under it.

    Every selector given must hold; ``within`` are its own sub-types, the first that holds is told.
    """

    code: str
    zh: str
    basis: str
    kinds: tuple[Kind, ...] = ()
    categories: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    within: tuple[AcceptedType, ...] = ()

    def holds(self, kind: Kind, category: str, line: str, body: str) -> bool:
        """Whether a request of this kind, category and line, with these words, falls under the type."""
        if self.lines and line in self.lines:
            return True  # whoever calls the type's own line is of the type
        if not (self.kinds or self.categories or self.words):
            return not self.lines
        if self.kinds and kind not in self.kinds:
            return False
        if self.categories and not f"{category}/".startswith(_below(self.categories)):
            return False
        return not self.words or any(word in body for word in self.words)


@frozen(weakref_slot=False)
class RecordRule:
    """What a record needs (记录要素): the elements asked for, and how long the requester may take to add them.

    Without ``wait`` an incomplete request is accepted and what lacks is noted; with it the request waits
    (待补充), unless nobody could be reached about it.
    """

    needs: tuple[str, ...] = ()
    wait: TimeLimit | None = None
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class RepeatRule:
    """Repeats (重复诉求): what is done about one's own and others', and what counts as the same matter.

    Args:
        own: the same requester's: ``off``, ``suggest`` (noted) or ``auto`` (told progress or result, no new order).
        others: other requesters' open orders: ``off`` or ``suggest`` (noted, for a person to merge).
        likeness: from how alike, in per cent, two texts of one category and area tell the same matter.
        within: how many days after its end an order still counts; None is any time.
        reopen: whether a new fact that a person confirms reopens the order that had ended.
        unreasonable: whether handling may be stopped for the same fact and reason after lawful closure.
    """

    own: str = "suggest"
    others: str = "off"
    likeness: int = 60
    within: int | None = None
    reopen: bool = False
    unreasonable: bool = False
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ConductStep:
    """One step against disruption (恶意扰线处置): warn, restrict, hand the clue on.

    ``after`` says from which incident of the same requester on the step is due by itself; None leaves it to a person.
    """

    code: str
    zh: str
    basis: str
    after: int | None = None
    to: str = ""


@frozen(weakref_slot=False)
class FollowerRule:
    """Who follows a request up (专人跟进): of these kinds, one of *persons* by turns of the order number.

    Kinds without persons say that somebody is to be named by hand; a pack cannot know who works at the place.
    """

    kinds: tuple[Kind, ...] = ()
    persons: tuple[str, ...] = ()
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ClearanceRule:
    """Whether a public reply waits for a security review (答复信息安全审查) before anybody outside sees it."""

    required: bool = False
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class LinkageRule:
    """Linkage with the emergency numbers (12345 与 110 等联动): who takes what neither side claims.

    ``undecided`` is ``first-receiver`` (whoever received it first accepts it) or ``""`` (no rule).
    """

    undecided: str = ""
    numbers: tuple[str, ...] = ("110", "119", "120", "122")
    basis: str = DEFAULT_BASIS
