"""What a request is about (归类): weighted keywords with negation, and why it was said so.

The score of a category is **bias + Σ weight · (1 + log count) / √length**: count is how often the
rule's word stands unnegated, length the characters of title and text together (``norm = "none"``
leaves the root away).  Purely additive weights were measured to fall behind (.84 against .88).
An occurrence in the title counts with weight · ``title`` (``[score]``).
A word that votes for "城乡建设/物业管理" votes for "城乡建设" as well: the topmost level is decided
first, then the best of what lies below it.  Equal scores go to the category whose rule comes first.

``confidence`` is the winner's softmax share, exp(sharpness · score), among all topmost categories: 0..1.
Below ``threshold``, or less than ``margin`` ahead of the second, or where no word was found but a bias names
a category, ``needs_person`` asks for a person and the category is a suggestion.  ``thresholds`` may set
another threshold for a category, and one for a kind: its share among the kinds that rules speak for.

Kind is decided by the same formula among kinds.  Urgency is not: a fire at the end of a long letter
is a fire, so the weights of its words add up undivided and 1 is enough.  A word that is asked,
feared or past (是否、如果、防止、去年 …) counts for the category only; where it would have been an
emergency a person is asked.
"""

from __future__ import annotations

from functools import partial
from math import exp, inf, log, sqrt
from typing import Any, NamedTuple

from ..request import Kind, Urgency
from .guards import Guard
from .matcher import Found
from .negation import ASSERTED, BEFORE, NEGATED, TELLING, Reading, read
from .rulefile import read_rules
from .rules import OTHER, Category, Hit, Rule, RuleSet, Said

__all__ = ["Category", "Classification", "Hit", "Rule", "RuleSet", "classify", "judge", "read_rules"]

TOP = 3  # how many categories with their scores are told
EQUAL = 1e-9
_ENOUGH = 1.0 - EQUAL
WIDEST = 500.0  # keeps exp() finite whatever a rule file weighs

_hit = partial(tuple.__new__, Hit)  # what Hit._make does, without its check of a length that is constant here
_STEPS = (0.0, 1.0, *(log(count / (count - 1)) for count in range(2, 64)))
"""What the next occurrence of a word adds, by how many there are: the steps sum to 1 + log(count)."""
_NORMAL = Urgency.NORMAL
_NOTHING: set[int] = set()


Plain = list[tuple[Any, ...]]
"""Hits as plain tuples of a :class:`Hit`'s parts."""


class Classification(NamedTuple):
    """What a text is about (归类), how sure that is, and every word that said so.

    A named tuple for the reason :class:`Hit` is one.

    Attributes:
        category: the path; empty where nothing speaks for any.
        kind: ``None`` where no word speaks for any.
        urgency: the highest that enough words speak for.
        confidence: 0..1, see the module.
        needs_person: too unsure, or an emergency that is only supposed.
        scores: the first few (category, score), best first.
        hits: every occurrence of every keyword, negated ones too.
        risks: the words of risk found, in the order of their rules.
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


_classification = partial(tuple.__new__, Classification)


def classify(rules: RuleSet, title: str, text: str, plain: Plain | None = None) -> Classification:
    """Say what *title* and *text* are about (归类).

    Args:
        rules: compiled; see :meth:`RuleSet.compile`.
        title: may be empty.
        text: any text of any length.
        plain: a list that takes the hits instead of the answer; see :func:`judge`.

    Returns:
        The classification; hits carry rule and position and none of the citizen's words.
    """
    if not title:
        return judge(rules, text, 0, rules.matcher.find(text), plain)
    body = f"{title}\n{text}"
    return judge(rules, body, len(title) + 1, rules.matcher.find(body), plain)


def judge(rules: RuleSet, body: str, edge: int, found: Found, plain: Plain | None = None) -> Classification:
    """Score what a matcher *found* in *body* (评分); the text begins at *edge*, the title before it.

    A list *plain* gets the hits instead of the answer: what is kept otherwise need not be made twice."""
    hits: Plain = [] if plain is None else plain
    near = [-1, -1, -1]  # by how a rule reads: the first telling character from where one was last looked for
    totals: dict[int, float] = {}
    counts: dict[str, int] = {}
    rest: list[tuple[float, Said, bool]] = []
    texts, titles, telling, steps = rules.votes, rules.titled, TELLING, _STEPS
    present = {index for index, _, _ in found} if rules.unless else _NOTHING
    for index, start, end in found:
        if start < edge:
            place, first, last, votes = "title", start, end, titles[index]
        else:
            place, first, last, votes = "text", start - edge, end - edge, texts[index]
        low = start - BEFORE if start > BEFORE else 0
        for rule, weight, reads, guard, node, more in votes:
            supposed, stop = False, last
            if guard:
                ending, reading = _guarded(guard, body, start, end, reads, present)
                if ending < 0:
                    continue
                stop += ending - end
            else:
                reading = ASSERTED
                if reads:
                    cue = near[reads]
                    if cue < low:  # what is found comes in the order of its start
                        cues = telling[reads](body, low)
                        cue = near[reads] = cues.start() if cues else len(body) + 1
                    if cue <= end:
                        reading = read(body, start, end, reads == OTHER)
            if reading:
                if reading is NEGATED:
                    hits.append((rule, place, first, stop, weight, True, False))
                    continue
                supposed = True
            hits.append((rule, place, first, stop, weight, False, supposed))
            if more:
                rest.append((weight, more, supposed))
            if node >= 0:
                if rule in counts:
                    count = counts[rule] = counts[rule] + 1
                    weight *= steps[count] if count < 64 else log(count / (count - 1))
                else:
                    counts[rule] = 1
                totals[node] = totals[node] + weight if node in totals else weight
    told = tuple(map(_hit, hits)) if plain is None else ()
    return _answer(rules, len(body) - 1 if edge else len(body), totals, rest, told)


def _answer(
    rules: RuleSet, length: int, totals: dict[int, float], rest: list[tuple[float, Said, bool]], told: tuple[Hit, ...]
) -> Classification:
    """Weigh what was counted in a text of *length* characters, and say what comes of it."""
    scale = 1.0 / sqrt(length) if length and rules.norm == "sqrt" else 1.0
    category, confidence, unsure, scores = _category(rules, totals, scale)
    if not rest and not rules.kind_bias:
        return _classification((category, None, _NORMAL, confidence, unsure, scores, told, (), ""))
    said = _said(rest)
    urgency, refer, feared = _urgency(said, rest)
    risks = tuple(dict.fromkeys([more[3] for more, _ in said if more[3]]))
    kind, doubtful = _kind(rules, said, scale)
    person = unsure or feared or doubtful
    return _classification((category, kind, urgency, confidence, person, scores, told, risks, refer))


def _guarded(guard: Guard, body: str, start: int, end: int, reads: int, present: set[int]) -> tuple[int, Reading]:
    """Return where a phrase ends (-1: it is not there) and how it is meant, its last part by itself too."""
    tail, ending = guard.follow(body, start, end)
    if ending < 0:
        return ending, ASSERTED
    if guard.unless and guard.excluded(body, start, ending, present):
        return ending, NEGATED
    if not reads:
        return ending, ASSERTED
    reading = read(body, start, ending, reads == OTHER)
    if reading is ASSERTED and tail > start and read(body, tail, ending, False) is NEGATED:
        return ending, NEGATED  # 拖欠的不是工资
    return ending, reading


def _category(
    rules: RuleSet, totals: dict[int, float], scale: float
) -> tuple[str, float, bool, tuple[tuple[str, float], ...]]:
    """Return path, confidence, whether to ask a person, and the first few scores."""
    if rules.simple and len(totals) == 2:
        (one, first), (two, second) = totals.items()
        if rules.roots[one] != rules.roots[two]:
            return _two(rules, one, first, two, second, scale)
    tops, best = _climb_far(rules.parents, totals) if rules.deep else _climb(rules.roots, totals)
    if rules.base:
        for node, bias in rules.base.items():
            tops[node] = tops.get(node, 0.0) + bias / scale
    ranked = list(tops.items())
    if len(ranked) > 1:
        _rank(ranked)
    if not ranked or (ranked[0][1] <= 0.0 and not rules.base):
        return "", 0.0, True, ()
    names, sharp = rules.names, rules.sharpness * scale
    lift = -sharp * ranked[0][1] if ranked[0][1] < 0.0 else 0.0  # where all lie far below 0, their shares would vanish
    above = 0.0
    shares: list[float] = []
    scores: list[tuple[str, float]] = []
    for node, total in ranked:
        power = sharp * total + lift
        share = exp(power if power < WIDEST else WIDEST)
        above += share - 1.0
        shares.append(share)
        while node in best:
            node = best[node]
        scores.append((names[node], total * scale))
    whole = rules.others + above
    if lift:
        whole = (rules.others - len(ranked)) * exp(lift if lift < WIDEST else WIDEST) + sum(shares)
    confidence = shares[0] / whole
    unsure = not totals or confidence < (rules.limits[scores[0][0]] if rules.limits else rules.threshold)
    if rules.margin and not unsure:
        unsure = confidence - (shares[1] if len(shares) > 1 else 1.0) / whole < rules.margin
    return scores[0][0], confidence, unsure, tuple(scores if len(scores) <= TOP else scores[:TOP])


def _two(
    rules: RuleSet, one: int, first: float, two: int, second: float, scale: float
) -> tuple[str, float, bool, tuple[tuple[str, float], ...]]:
    """The same where two categories below different topmost ones were found, as in most texts: a third of the time."""
    roots, names = rules.roots, rules.names
    if second > first + EQUAL or (second > first - EQUAL and roots[two] < roots[one]):
        one, first, two, second = two, second, one, first
    if first <= 0.0:
        return "", 0.0, True, ()
    sharp = rules.sharpness * scale
    power, less = sharp * first, sharp * second
    share = exp(power if power < WIDEST else WIDEST)
    confidence = share / (rules.others + (share - 1.0 + (exp(less if less < WIDEST else WIDEST) - 1.0)))
    name, other = names[one], names[two if second > 0.0 else roots[two]]
    return name, confidence, confidence < rules.threshold, ((name, first * scale), (other, second * scale))


def _climb(roots: tuple[int, ...], totals: dict[int, float]) -> tuple[dict[int, float], dict[int, int]]:
    """Return the totals of the topmost categories, and of each the best right below it, where there are two levels."""
    tops: dict[int, float] = {}
    best: dict[int, int] = {}
    for node, total in totals.items():
        top = roots[node]
        if top not in tops:
            tops[top] = total
            if total > 0.0 and node != top:
                best[top] = node
            continue
        tops[top] += total
        if node != top and total > 0.0:
            rival = best.setdefault(top, node)
            gap = total - totals[rival]
            if gap > EQUAL or (gap > -EQUAL and node < rival):
                best[top] = node
    return tops, best


def _climb_far(parents: tuple[int, ...], totals: dict[int, float]) -> tuple[dict[int, float], dict[int, int]]:
    """The same for any number of levels: each passes what it has, and the best below it, one level up."""
    depth = {-1: 0}
    for node, parent in enumerate(parents):  # a parent is numbered before its children
        depth[node] = depth[parent] + 1
    whole = dict(totals)
    best: dict[int, int] = {}
    for level in range(max(depth.values()), 1, -1):
        here = {node: total for node, total in whole.items() if depth[node] == level}
        for node, total in here.items():
            whole[parents[node]] = whole.get(parents[node], 0.0) + total
        best |= _climb(parents, here)[1]  # nothing in it is topmost: its parent is what it climbs to
    return {node: total for node, total in whole.items() if parents[node] < 0}, best


def _rank(ranked: list[tuple[int, float]]) -> None:
    """Put the best (category, total) first; totals equal but for rounding by the order of their rules."""
    if len(ranked) == 2:
        (one, first), (two, second) = ranked
        if second > first + EQUAL or (second > first - EQUAL and two < one):
            ranked.reverse()
    else:
        ranked.sort(key=lambda top: (-top[1], top[0]))
        least = ranked[0][1] - EQUAL
        best = min((top for top in ranked if top[1] >= least), key=lambda top: top[0])
        ranked.remove(best)
        ranked.insert(0, best)


def _said(rest: list[tuple[float, Said, bool]]) -> list[tuple[Said, float]]:
    """Return what is asserted, each rule once with weight · (1 + log count), in the order of the rules."""
    counts: dict[int, tuple[int, float, Said]] = {}
    for weight, more, supposed in rest:
        if not supposed:
            counts[more[0]] = (counts[more[0]][0] + 1 if more[0] in counts else 1, weight, more)
    return [(more, weight * (1.0 + log(count))) for _, (count, weight, more) in sorted(counts.items())]


def _kind(rules: RuleSet, said: list[tuple[Said, float]], scale: float) -> tuple[Kind | None, bool]:
    """Return the kind, and whether its share among the kinds is below a threshold of its own."""
    totals: dict[Kind, float] = {}
    for (_, kind, _, _, _), value in said:
        if kind:
            totals[kind] = totals.get(kind, 0.0) + value * scale
    for kind, bias in rules.kind_bias.items():
        totals[kind] = totals.get(kind, 0.0) + bias
    best: Kind | None = None
    least = -inf if rules.kind_bias else 0.0
    for kind, score in totals.items():
        if score > least:
            best, least = kind, score + EQUAL
    limit = rules.thresholds.get(best.value, 0.0) if best and rules.thresholds else 0.0
    if not best or not limit:
        return best, False
    top = totals[best]
    absent = rules.kinds - len(totals)  # those without a word have a score of 0
    whole = sum(exp(rules.sharpness * (score - top)) for score in totals.values())
    whole += absent * exp(min(-rules.sharpness * top, WIDEST)) if absent else 0.0
    return best, 1.0 / whole < limit


def _urgency(said: list[tuple[Said, float]], rest: list[tuple[float, Said, bool]]) -> tuple[Urgency, str, bool]:
    """Return the urgency, the emergency number, and whether an emergency is only supposed."""
    urgent = emergency = 0.0
    numbers: dict[str, float] = {}
    for (_, _, urgency, _, number), value in said:
        if urgency is Urgency.EMERGENCY:
            emergency += value
            if number:
                numbers[number] = numbers.get(number, 0.0) + value
        elif urgency is Urgency.URGENT:
            urgent += value
    if emergency >= _ENOUGH:
        return Urgency.EMERGENCY, max(numbers, key=lambda number: numbers[number]) if numbers else "", False
    feared = False
    for _, more, supposed in rest:
        if supposed and more[2] is Urgency.EMERGENCY:
            feared = True
    return (Urgency.URGENT if urgent + emergency >= _ENOUGH else Urgency.NORMAL), "", feared
