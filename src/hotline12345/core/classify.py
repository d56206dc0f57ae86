"""What a request is about (归类): weighted keywords with negation, and why it was said so.

The score of a category is **bias + Σ weight · (1 + log count) / √length**: count is how often the
rule's word stands unnegated, length the characters of title and text together (``norm = "none"``
leaves the root away).  Purely additive weights were measured to fall behind (.84 against .88).
A word that votes for "城乡建设/物业管理" votes for "城乡建设" as well: the topmost level is decided
first, then the best of what lies below it.  Equal scores go to the category whose rule comes first.

``confidence`` is the winner's softmax share, exp(sharpness · score), among all topmost categories:
0..1, one share each where no word was found.  Below ``threshold``, or less than ``margin`` ahead of
the second, ``needs_person`` asks for a person and the category is a suggestion.

Kind is decided by the same formula among kinds.  Urgency is not: a fire at the end of a long letter
is a fire, so the weights of its words add up undivided and 1 is enough.  A word that is asked,
feared or past (是否、如果、防止、去年 …) counts for the category only; where it would have been an
emergency a person is asked.
"""

from __future__ import annotations

from functools import partial
from math import exp, log, sqrt

from attrs import frozen

from .matcher import Found
from .negation import Reading, read
from .request import Kind, Urgency
from .rulefile import read_rules
from .rules import OTHER, Category, Hit, Rule, RuleSet, Vote

__all__ = ["Category", "Classification", "Hit", "Rule", "RuleSet", "classify", "judge", "read_rules"]

_TOP = 3  # how many categories with their scores are told
_EQUAL = 1e-9
_ENOUGH = 1.0
_WIDEST = 500.0  # keeps exp() finite whatever a rule file weighs

_hit = partial(tuple.__new__, Hit)  # what Hit._make does, without its check of a length that is constant here
_NEGATED = Reading.NEGATED
_SUPPOSED = Reading.SUPPOSED


@frozen(weakref_slot=False)
class Classification:
    """What a text is about (归类), how sure that is, and every word that said so.

    Attributes:
        category: the path; empty where nothing speaks for any.
        kind: ``None`` where no word speaks for any.
        urgency: the highest that enough words speak for.
        confidence: 0..1, see the module.
        needs_person: too unsure, or an emergency that is only supposed.
        scores: the first few (category, score), best first.
        hits: every occurrence of every keyword, negated ones too.
        risks: the words of risk found, in the order found.
        refer: the emergency number to hand over to; empty where there is no emergency.
    """

    category: str
    kind: Kind | None
    urgency: Urgency
    confidence: float
    needs_person: bool
    scores: tuple[tuple[str, float], ...] = ()
    hits: tuple[Hit, ...] = ()
    risks: tuple[str, ...] = ()
    refer: str = ""


def classify(rules: RuleSet, title: str, text: str) -> Classification:
    """Say what *title* and *text* are about (归类).

    Args:
        rules: compiled; see :meth:`RuleSet.compile`.
        title: may be empty.
        text: any text of any length.

    Returns:
        The classification; hits carry rule and position and none of the citizen's words.
    """
    body = f"{title}\n{text}" if title else text
    return judge(rules, body, len(body) - len(text), rules.matcher.find(body))


def judge(rules: RuleSet, body: str, edge: int, found: Found) -> Classification:
    """Score what a matcher *found* in *body* (评分); the text begins at *edge*, the title before it."""
    hits: list[Hit] = []
    totals: dict[int, float] = {}
    counts: dict[int, int] = {}
    rest: list[tuple[Vote, bool]] = []
    sizes, votes = rules.sizes, rules.votes
    for start, index in found:
        end = start + sizes[index]
        titled = start < edge
        place, first, last = ("title", start, end) if titled else ("text", start - edge, end - edge)
        for vote in votes[index]:
            order, rule, weight, reads, scope, nodes, more = vote
            if scope and (scope == 1) is not titled:
                continue
            supposed = False
            if reads:
                reading = read(body, start, end, reads == OTHER)
                if reading is _NEGATED:
                    hits.append(_hit((rule, place, first, last, weight, True, False)))
                    continue
                supposed = reading is _SUPPOSED
            hits.append(_hit((rule, place, first, last, weight, False, supposed)))
            if more:
                rest.append((vote, supposed))
            if nodes:
                count = counts[order] = counts.get(order, 0) + 1
                gain = weight if count == 1 else weight * log(count / (count - 1))  # sums to 1 + log(count)
                for node in nodes:
                    totals[node] = totals.get(node, 0.0) + gain
    length = len(body) - (1 if edge else 0)
    scale = 1.0 / sqrt(length) if length and rules.norm == "sqrt" else 1.0
    category, confidence, unsure, scores = _category(rules, totals, scale)
    if not rest and not rules.kind_bias:
        return Classification(category, None, Urgency.NORMAL, confidence, unsure, scores, tuple(hits))
    said = _said(rest)
    urgency, refer, feared = _urgency(said, rest)
    risks = tuple(dict.fromkeys(vote.rest[2] for vote, _ in said if vote.rest and vote.rest[2]))
    kind = _kind(rules, said, scale)
    return Classification(category, kind, urgency, confidence, unsure or feared, scores, tuple(hits), risks, refer)


def _category(
    rules: RuleSet, totals: dict[int, float], scale: float
) -> tuple[str, float, bool, tuple[tuple[str, float], ...]]:
    """Return path, confidence, whether to ask a person, and the first few scores."""
    base, parents = rules.base, rules.parents
    tops: list[tuple[float, int]] = []
    below: dict[int, tuple[float, int]] = {}
    for node in sorted(totals):
        score = totals[node] * scale
        if base:
            score += base.get(node, 0.0)
        parent = parents[node]
        if parent < 0:
            tops.append((score, node))
        elif score > 0.0 and (parent not in below or score > below[parent][0] + _EQUAL):
            below[parent] = (score, node)
    if base:
        tops += [(score, node) for node, score in base.items() if node not in totals and parents[node] < 0]
    if not tops:
        return "", 0.0, True, ()
    if len(tops) > 1:
        _rank(tops)
    if tops[0][0] <= 0.0 and not base:
        return "", 0.0, True, ()
    shares = [exp(min(rules.sharpness * score, _WIDEST)) for score, _ in tops]
    known = sum([exp(min(rules.sharpness * base.get(node, 0.0), _WIDEST)) for _, node in tops]) if base else len(tops)
    whole = max(rules.others - known, 0.0) + sum(shares)
    confidence = shares[0] / whole
    unsure = confidence < rules.threshold
    if rules.margin and not unsure:
        unsure = confidence - (shares[1] if len(shares) > 1 else 1.0) / whole < rules.margin
    scores = tuple([(_deepest(rules, below, node), score) for score, node in tops[:_TOP]])
    return scores[0][0], confidence, unsure, scores


def _rank(tops: list[tuple[float, int]]) -> None:
    """Sort by score; equals, rounding aside, by the order of their rules."""
    tops.sort(key=lambda top: (-top[0], top[1]))
    best = min((top for top in tops if top[0] > tops[0][0] - _EQUAL), key=lambda top: top[1])
    if best is not tops[0]:
        tops.remove(best)
        tops.insert(0, best)


def _deepest(rules: RuleSet, below: dict[int, tuple[float, int]], node: int) -> str:
    while node in below:
        node = below[node][1]
    return rules.names[node]


def _said(rest: list[tuple[Vote, bool]]) -> list[tuple[Vote, float]]:
    """Return the votes that assert something, each once with weight · (1 + log count), in the order of the rules."""
    counts: dict[int, int] = {}
    votes: dict[int, Vote] = {}
    for vote, supposed in rest:
        if not supposed:
            counts[vote.order] = counts.get(vote.order, 0) + 1
            votes[vote.order] = vote
    return [(votes[order], votes[order].weight * (1.0 + log(counts[order]))) for order in sorted(votes)]


def _kind(rules: RuleSet, said: list[tuple[Vote, float]], scale: float) -> Kind | None:
    totals: dict[Kind, float] = {}
    for vote, value in said:
        if vote.rest and vote.rest[0]:
            totals[vote.rest[0]] = totals.get(vote.rest[0], 0.0) + value * scale
    for kind, bias in rules.kind_bias.items():
        totals[kind] = totals.get(kind, 0.0) + bias
    best: Kind | None = None
    for kind, score in totals.items():
        if score > (totals[best] + _EQUAL if best else (-_WIDEST if rules.kind_bias else 0.0)):
            best = kind
    return best


def _urgency(said: list[tuple[Vote, float]], rest: list[tuple[Vote, bool]]) -> tuple[Urgency, str, bool]:
    """Return the urgency, the emergency number, and whether an emergency is only supposed."""
    urgent = emergency = 0.0
    numbers: dict[str, float] = {}
    for vote, value in said:
        if vote.rest is None or vote.rest[1] is None:
            continue
        if vote.rest[1] is not Urgency.NORMAL:
            urgent += value
        if vote.rest[1] is Urgency.EMERGENCY:
            emergency += value
            if vote.rest[3]:
                numbers[vote.rest[3]] = numbers.get(vote.rest[3], 0.0) + value
    if emergency >= _ENOUGH - _EQUAL:
        return Urgency.EMERGENCY, max(numbers, key=lambda number: numbers[number]) if numbers else "", False
    feared = any(supposed and vote.rest and vote.rest[1] is Urgency.EMERGENCY for vote, supposed in rest)
    return (Urgency.URGENT if urgent >= _ENOUGH - _EQUAL else Urgency.NORMAL), "", feared
