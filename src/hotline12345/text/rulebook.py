"""Rule files as people keep them (规则文件): written so that they can be read, compared, and explained on a text."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from math import log, sqrt
from typing import Any, NamedTuple

from attrs import evolve

from ..core.classify import Classification, Rule, RuleSet, classify, read_rules
from ..core.errors import Fault, PolicyError
from ..core.request import Kind
from ..fast.match import best_matcher
from ..packs.lines import Lines, syntax_line

_LINE = 100  # characters of words a line, about


def load(data: bytes, file: str) -> RuleSet:
    """Read a rule file (读规则文件), on the native matcher where it is installed.

    Raises:
        PolicyError: ``bad-rules``, with every fault there is.
    """
    text = ""
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "在编辑器里另存为 UTF-8 / save it as UTF-8 in your editor"
        fault = Fault("not-utf8", "从这一行起不是 UTF-8", "not UTF-8 from this line on", file, line=line, hint=hint)
        raise _bad(file, [fault]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        hint = "规则文件的写法见 docs/reference/tables.md / docs/reference/tables.md says how a rule file is written"
        zh, en = f"TOML 语法错误：{error}", f"broken TOML: {error}"
        raise _bad(file, [Fault("toml-syntax", zh, en, file, line=syntax_line(error, text), hint=hint)]) from error
    rules, faults = read_rules(table, file, matcher=best_matcher())
    if rules is None:
        lines = Lines(text)
        placed = (evolve(fault, line=lines.find(fault.table, fault.key)) for fault in faults)
        raise _bad(file, sorted(placed, key=lambda fault: fault.line))
    return rules


def _bad(file: str, faults: Sequence[Fault]) -> PolicyError:
    return PolicyError(
        f"{file} 有 {len(faults)} 处错误", f"{file} has {len(faults)} fault(s)", code="bad-rules", faults=tuple(faults)
    )


def written(rules: RuleSet, notes: Sequence[str] = ()) -> str:
    """Return *rules* as a rule file (写规则文件): the strongest words of each table first, *notes* as comments on top.

    Takes rules of one target each without guards, no word twice for one target but once with an id of its own, such as
    ``text.learn`` and ``text.taxonomy`` make them.
    """
    lines = [f"# {note}" for note in notes]
    lines += ["", "[score]", f"sharpness = {rules.sharpness:g}", f"threshold = {rules.threshold:g}"]
    if rules.bias:
        kinds = {kind.value: kind.zh for kind in Kind}
        lines += [
            "",
            "[bias]",
            *(f"{_quoted(kinds.get(name, name))} = {value!r}" for name, value in rules.bias.items()),
        ]
    for category in rules.categories:
        lines += ["", "[[category]]", *([f"code = {_quoted(category.code)}"] if category.code else [])]
        lines.append(f"name = {_quoted(category.name)}")
    tables: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules.rules:
        tables.setdefault(("kind", rule.kind.zh) if rule.kind else ("words", rule.category), []).append(rule)
    for (section, name), mine in tables.items():
        lines += ["", f"[{section}.{_quoted(name)}]"]
        negatable = all(rule.negatable for rule in mine)
        if negatable is not (section == "kind"):
            lines.append(f"negatable = {str(negatable).lower()}")
        prefix = name if section == "words" else f"{section}.{name}"
        plain: dict[float, list[str]] = {}
        for rule in mine:
            if rule.negatable is negatable and rule.id == f"{prefix}:{rule.word}":
                plain.setdefault(rule.weight, []).append(rule.word)
        for weight in sorted(plain, reverse=True):
            lines += _words(weight, plain[weight])
        for rule in mine:
            if rule.negatable is not negatable or rule.id != f"{prefix}:{rule.word}":
                more = f"negatable = {str(rule.negatable).lower()}, id = {_quoted(rule.id)}"
                lines.append(f"{_quoted(rule.word)} = {{ weight = {rule.weight!r}, {more} }}")
    return "\n".join(lines).lstrip("\n") + "\n"


def _words(weight: float, words: Sequence[str]) -> list[str]:
    key = f"{weight:g}" if weight == int(weight) and weight >= 0 else f'"{weight!r}"'
    listed = any(" " in word for word in words)
    if listed:
        return [f"{key} = [{', '.join(map(_quoted, words))}]"]
    text = " ".join(words)
    if len(text) <= _LINE:
        return [f"{key} = {_quoted(text)}"]
    rows: list[str] = []
    for word in words:
        if not rows or len(rows[-1]) > _LINE:
            rows.append(word)
        else:
            rows[-1] += f" {word}"
    return [f'{key} = """', *(row.replace("\\", "\\\\").replace('"', '\\"') for row in rows), '"""']


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Share(NamedTuple):
    """What one rule gave to one category or kind (规则的贡献)."""

    target: str
    rule: str
    word: str
    weight: float
    times: int  # occurrences that were scored
    gives: float  # of the score


class Explained(NamedTuple):
    """A classification, and each score taken apart (归类说明): bias plus the shares is the score."""

    answer: Classification
    scores: dict[str, float]
    bias: dict[str, float]
    shares: tuple[Share, ...]


def explain(rules: RuleSet, title: str, text: str) -> Explained:
    """Take the scores of topmost categories and of kinds apart, rule by rule (说明归类)."""
    answer = classify(rules, title, text)
    length = len(title) + len(text)
    scale = 1.0 / sqrt(length) if length and rules.norm == "sqrt" else 1.0
    known = {rule.id: rule for rule in rules.rules}
    gains: dict[tuple[str, str], float] = {}
    counts: dict[str, int] = {}
    for hit in answer.hits:
        if hit.negated:
            continue
        rule = known[hit.rule]
        if rule.kind and hit.supposed:
            continue
        counts[hit.rule] = count = counts.get(hit.rule, 0) + 1
        step = hit.weight if count == 1 else hit.weight * log(count / (count - 1))
        for target in _targets(rule):
            gains[target, hit.rule] = gains.get((target, hit.rule), 0.0) + step * scale
    shares = [
        Share(target, rule, known[rule].word, known[rule].weight, counts[rule], gain)
        for (target, rule), gain in gains.items()
    ]
    shares.sort(key=lambda share: (share.target, -abs(share.gives), share.rule))
    bias = {name: value for name, value in rules.bias.items() if value}
    scores = dict(bias)
    for share in shares:
        scores[share.target] = scores.get(share.target, 0.0) + share.gives
    ranked = dict(sorted(scores.items(), key=lambda pair: -pair[1]))
    return Explained(answer, ranked, bias, tuple(shares))


def _targets(rule: Rule) -> list[str]:
    top = rule.category.partition("/")[0]
    return [each for each in (top, rule.kind.value if rule.kind else "") if each]


class Difference(NamedTuple):
    """How two rule files differ (规则差异): ids with their weights, and settings with both values."""

    added: dict[str, float]
    removed: dict[str, float]
    changed: dict[str, tuple[float, float]]
    altered: tuple[str, ...]  # the same weight, something else
    settings: dict[str, tuple[Any, Any]]

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not any(self)


def diff(old: RuleSet, new: RuleSet) -> Difference:
    """Compare two rule sets (比较规则)."""
    before, after = ({rule.id: rule for rule in rules.rules} for rules in (old, new))
    both = [name for name in before if name in after]
    settings: dict[str, tuple[Any, Any]] = {}
    for name in ("norm", "threshold", "margin", "sharpness", "title"):
        _changed(settings, name, getattr(old, name), getattr(new, name))
    for section in ("bias", "thresholds"):
        one, other = getattr(old, section), getattr(new, section)
        for name in dict.fromkeys([*one, *other]):
            _changed(settings, f"{section}.{name}", one.get(name), other.get(name))
    names = [{category.name: category.code for category in rules.categories} for rules in (old, new)]
    for name in dict.fromkeys([*names[0], *names[1]]):
        _changed(settings, f"category.{name}", names[0].get(name), names[1].get(name))
    return Difference(
        {name: rule.weight for name, rule in after.items() if name not in before},
        {name: rule.weight for name, rule in before.items() if name not in after},
        {name: (before[name].weight, after[name].weight) for name in both if before[name].weight != after[name].weight},
        tuple(name for name in both if before[name].weight == after[name].weight and before[name] != after[name]),
        settings,
    )


def _changed(settings: dict[str, tuple[Any, Any]], name: str, one: Any, other: Any) -> None:
    if one != other:
        settings[name] = one, other
