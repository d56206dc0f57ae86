"""Weighted keyword rules (归类规则), compiled into one matcher; what a classification says and why.

A rule is one keyword that votes for a category, a kind, an urgency or a risk, or for several of them.
``RuleSet.compile`` turns rules into tuples that :func:`hotline12345.core.classify.classify` walks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from attrs import evolve, field, frozen

from ..errors import RequestError
from ..request import Kind, Urgency
from .guards import FARTHEST, MOST_PARTS, Guard, guard, parts_of
from .matcher import Matcher, MatcherFactory, PairMatcher

Scope = Literal["any", "title", "text"]
Norm = Literal["sqrt", "none"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
NORMS: tuple[Norm, ...] = get_args(Norm)
EMERGENCY_NUMBERS = ("110", "119", "120", "122")

MOST = 1e6  # beyond this a weight is a slip of the pen, and sums of many could overflow
TOPIC, OTHER = 1, 2  # how a negatable rule reads its surroundings (see negation.TELLING); 0 is not at all


@frozen(weakref_slot=False)
class Category:
    """A category (类别) by its path ("城乡建设/物业管理") and its code."""

    name: str
    code: str = ""


@frozen(weakref_slot=False)
class Rule:
    """One weighted keyword (规则): *word* votes with *weight* for whatever targets are named.

    Args:
        id: stable; it is what events keep of a hit.
        word: the keyword, a plain substring; Latin letters and digits match in full width and any plain case too.
            With "…" in it, a phrase: 拖欠…工资 (see :mod:`.guards`).
        weight: what an occurrence is worth; urgency needs a sum of 1.
        category: a path such as "城乡建设/物业管理"; the vote counts for every level of it.
        kind: the kind of request it speaks for.
        urgency: how pressing it makes the request.
        risk: a word of risk for supervisors ("欠薪", "未成年人").
        refer: the emergency number it calls for (110, 119, 120, 122).
        scope: ``title``, ``text`` or ``any``.
        negatable: whether a negation before it takes the vote away (没有…、不…).
    """

    id: str
    word: str
    weight: float
    category: str = ""
    kind: Kind | None = None
    urgency: Urgency | None = None
    risk: str = ""
    scope: Scope = "any"
    negatable: bool = True
    refer: str = ""
    gap: int = 0
    unless: tuple[str, ...] = ()
    within: int = 0


class Hit(NamedTuple):
    """One keyword found (命中): rule and position, and no word of the citizen's.

    A named tuple and not an attrs class: two to three are made for every text, and a frozen attrs class
    was measured to take five times as long to make.
    """

    rule: str
    field: str  # title | text
    start: int  # characters, in that field
    end: int
    weight: float
    negated: bool = False  # denied, or taken away by a word the rule must not meet: reported, not scored
    supposed: bool = False  # asked, feared or past: scored for the category only


Said = tuple[int, Kind | None, Urgency | None, str, str]
"""What a rule says besides a category: its place in the order, kind, urgency, risk, emergency number."""

Vote = tuple[str, float, int, Guard | None, int, Said | None]
"""A rule as the scorer wants it: id, weight, how it reads its surroundings, what it asks for besides its word, the
number of its category (-1 for none), and what else it says.  A plain tuple, since only those unpack fast."""


@frozen(weakref_slot=False)
class RuleSet:
    """Rules compiled for matching (规则集); make one with :meth:`compile`.

    Attributes:
        rules: in the order that decides ties.
        bias: what a topmost category or a kind's value scores before any word is found.
        norm: ``sqrt`` divides by the square root of the text's length in characters, ``none`` does not.
        threshold: the confidence (0..1) below which a person is asked.
        margin: the lead over the second category, in confidence, below which a person is asked.
        sharpness: what scores are multiplied by before the softmax that gives the confidence.
        categories: the catalogue the rules are written for; may be empty.
        title: what an occurrence in the title is worth, times the rule's weight.
        thresholds: a threshold of its own for a category and what lies below it, or for a kind's value.
    """

    rules: tuple[Rule, ...]
    bias: Mapping[str, float]
    norm: Norm
    threshold: float
    margin: float
    sharpness: float
    categories: tuple[Category, ...]
    title: float
    thresholds: Mapping[str, float]
    words: tuple[str, ...] = field(repr=False, eq=False)
    matcher: Matcher = field(repr=False, eq=False)
    votes: tuple[tuple[Vote, ...], ...] = field(repr=False, eq=False)  # of an occurrence in the text
    titled: tuple[tuple[Vote, ...], ...] = field(repr=False, eq=False)  # of one in the title
    unless: bool = field(repr=False, eq=False)  # whether any rule has words it must not meet
    limits: Mapping[str, float] = field(repr=False, eq=False)  # a threshold for each category, or none at all
    names: tuple[str, ...] = field(repr=False, eq=False)
    parents: tuple[int, ...] = field(repr=False, eq=False)
    base: Mapping[int, float] = field(repr=False, eq=False)
    kind_bias: Mapping[Kind, float] = field(repr=False, eq=False)
    kinds: int = field(repr=False, eq=False)  # how many kinds rules speak for
    others: float = field(repr=False, eq=False)
    roots: tuple[int, ...] = field(repr=False, eq=False)
    deep: bool = field(init=False, repr=False, eq=False)  # more levels than two
    simple: bool = field(init=False, repr=False, eq=False)  # two levels and no settings: the scorer's short way

    @deep.default
    def _deep(self) -> bool:
        return any(parent >= 0 and self.parents[parent] >= 0 for parent in self.parents)

    @simple.default
    def _simple(self) -> bool:
        return not (self.deep or self.base or self.margin or self.limits)

    @classmethod
    def compile(
        cls,
        rules: Iterable[Rule],
        *,
        bias: Mapping[str, float] | None = None,
        norm: Norm = "sqrt",
        threshold: float = 0.4,
        margin: float = 0.0,
        sharpness: float = 8.0,
        categories: Sequence[Category] = (),
        title: float = 1.0,
        thresholds: Mapping[str, float] | None = None,
        matcher: MatcherFactory | None = None,
    ) -> RuleSet:
        """Compile *rules* (编译规则); the settings are the class's attributes.

        Args:
            rules: in the order that decides ties.
            bias: of topmost categories and kinds' values.
            categories: their topmost level competes even where no word is found.
            matcher: builds a matcher from the keywords; the pure one by default.

        Raises:
            RequestError: ``bad-rule``, where a rule has no word, no id of its own or no sane weight.
        """
        kept, bias, thresholds = tuple(rules), dict(bias or {}), dict(thresholds or {})
        _check(kept, bias, norm, title)
        names, parents = _nodes(kept, bias, categories)
        number = {name: index for index, name in enumerate(names)}
        words = _words(kept)
        return cls(
            rules=kept,
            bias=bias,
            norm=norm,
            threshold=threshold,
            margin=margin,
            sharpness=sharpness,
            categories=tuple(categories),
            title=title,
            thresholds=thresholds,
            words=tuple(words),
            matcher=(matcher or PairMatcher)(words),
            limits=_limits(names, thresholds, threshold),
            names=names,
            parents=parents,
            base={number[path]: value for path, value in bias.items() if value and path in number},
            others=float(parents.count(-1)),
            roots=tuple(number[name.partition("/")[0]] for name in names),
            **_tables(kept, number, words, title) | _kinds(kept, bias),
        )

    def using(self, matcher: MatcherFactory) -> RuleSet:
        """Return the same rules on another *matcher* (换匹配器); its answers are the same."""
        return evolve(self, matcher=matcher(self.words))


def _check(rules: Sequence[Rule], bias: Mapping[str, float], norm: str, title: float) -> None:
    for rule in rules:
        if not rule.id or not is_weight(rule.weight) or not is_phrase(rule.word) or not _is_guarded(rule):
            raise RequestError(
                f"规则「{rule.id}」没有编号、没有关键词、关键词含换行，权重超出 ±{MOST:g}，或附加条件不合格",
                f"rule {rule.id!r} has no id, no word within one line, no weight within ±{MOST:g}, or bad guards",
                code="bad-rule",
                hint=f"每条规则要有编号、一行之内的关键词（短语至多 {MOST_PARTS} 段）和合理的权重；间隔至多 {FARTHEST}",
                hint_en=f"an id, a word within one line (a phrase of at most {MOST_PARTS} parts), a sane weight; "
                f"gap and within from 0 to {FARTHEST}",
            )
    seen: set[str] = set()
    twice = [rule.id for rule in rules if rule.id in seen or seen.add(rule.id)]  # type: ignore[func-returns-value]
    if twice:
        raise RequestError(
            f"规则编号「{twice[0]}」重复",
            f"two rules have the id {twice[0]!r}",
            code="bad-rule",
            hint="每条规则的编号要不同",
            hint_en="give every rule an id of its own",
        )
    sane = all(map(is_weight, (title, *bias.values())))
    if norm not in NORMS or not sane or any("/" in path for path in bias):
        raise RequestError(
            f"norm 只能是 {'、'.join(NORMS)}，bias 只能给一级类目或类型有限的数（现在 norm = {norm!r}）",
            f"norm must be one of {', '.join(NORMS)}, biases sane and of topmost categories or kinds (norm {norm!r})",
            code="bad-rule",
            hint="改正规则文件的 [score] 与 [bias]",
            hint_en="mend [score] and [bias] in the rule file",
        )


def is_weight(value: object) -> bool:
    """Whether *value* can be a weight: a number whose sums stay finite."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -MOST <= value <= MOST


def is_word(word: str) -> bool:
    """Whether *word* can be a keyword: something visible, on one line, no half of a surrogate pair."""
    return bool(word.strip()) and "\n" not in word and not any("\ud800" <= char <= "\udfff" for char in word)


def is_phrase(word: str) -> bool:
    """Whether *word* can be a keyword or a phrase with gaps: every part of it a word."""
    parts = parts_of(word)
    return len(parts) <= MOST_PARTS and all(map(is_word, parts))


def _is_guarded(rule: Rule) -> bool:
    return 0 <= rule.gap <= FARTHEST and 0 <= rule.within <= FARTHEST and all(map(is_word, rule.unless))


def _limits(names: Sequence[str], thresholds: Mapping[str, float], least: float) -> dict[str, float]:
    """Return the threshold of every category: its own, or the nearest above it, or *least*."""
    limits: dict[str, float] = {}
    for name in names if thresholds else ():  # what is above comes first
        limits[name] = thresholds.get(name, limits.get(name.rpartition("/")[0], least))
    return limits


def _kinds(rules: Sequence[Rule], bias: Mapping[str, float]) -> dict[str, Any]:
    biased = {kind: bias[kind.value] for kind in Kind if kind.value in bias}
    return {"kind_bias": biased, "kinds": len({rule.kind for rule in rules if rule.kind} | {*biased})}


def _ancestry(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _nodes(
    rules: Sequence[Rule], bias: Mapping[str, float], categories: Sequence[Category]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Number every category, those of rules first and in the rules' order: the smaller number wins a tie."""
    kinds = {kind.value for kind in Kind}
    paths = [rule.category for rule in rules if rule.category]
    paths += [category.name for category in categories]
    paths += [path for path in bias if path not in kinds]
    names = {step: None for path in dict.fromkeys(paths) for step in _ancestry(path)}
    number = {name: index for index, name in enumerate(names)}
    return tuple(names), tuple(number[name.rpartition("/")[0]] if "/" in name else -1 for name in names)


def _words(rules: Sequence[Rule]) -> list[str]:
    """Return what the matcher looks for: first parts of phrases, and the words that rules must not meet."""
    first = [word for rule in rules for word in variants(parts_of(rule.word)[0])]
    return list(dict.fromkeys([*first, *(word for rule in rules for each in rule.unless for word in variants(each))]))


def _tables(rules: Sequence[Rule], number: Mapping[str, int], words: Sequence[str], title: float) -> dict[str, Any]:
    votes = _votes(rules, number, words, "text", 1.0)
    scoped = title != 1.0 or any(rule.scope != "any" for rule in rules)
    titled = _votes(rules, number, words, "title", title) if scoped else votes
    return {"votes": votes, "titled": titled, "unless": any(rule.unless for rule in rules)}


def _votes(
    rules: Sequence[Rule], number: Mapping[str, int], words: Sequence[str], field: Scope, times: float
) -> tuple[tuple[Vote, ...], ...]:
    """Return the votes of each keyword where it stands in *field*, in the order of the rules."""
    numbers = {word: index for index, word in enumerate(words)}
    spoken: list[list[Vote]] = [[] for _ in words]
    weights: dict[float, float] = {}  # one object for equal weights: what is touched for every hit should be few things
    for order, rule in enumerate(rules):
        if rule.scope not in ("any", field):
            continue
        weight = weights.setdefault(rule.weight * times, rule.weight * times)
        kept = guard(rule.word, rule.gap, rule.unless, rule.within, numbers, variants)
        vote = _vote(order, rule, number, weight, kept)
        for word in variants(parts_of(rule.word)[0]):
            spoken[numbers[word]].append(vote)
    return tuple(map(tuple, spoken))


def _vote(order: int, rule: Rule, number: Mapping[str, int], weight: float, kept: Guard | None) -> Vote:
    more = rule.kind or rule.urgency or rule.risk or rule.refer
    urgency = rule.urgency or (Urgency.EMERGENCY if rule.refer else None)
    return (
        rule.id,
        weight,
        (OTHER if more else TOPIC) if rule.negatable else 0,
        kept,
        number[rule.category] if rule.category else -1,
        (order, rule.kind, urgency, rule.risk, rule.refer) if more else None,
    )


_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def variants(word: str) -> list[str]:
    """Return *word* and its ways of being typed: Latin letters in either case, letters and digits in full width.

    The text is never normalised, so that positions stay those of what the citizen wrote.
    """
    if not any(char.isascii() and char.isalnum() for char in word):
        return [word]
    plain = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return list(dict.fromkeys([*plain, *(each.translate(_WIDE) for each in plain)]))
