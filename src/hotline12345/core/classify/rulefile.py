"""Rule files (规则文件): a parsed TOML table becomes a RuleSet, and all its faults are told at once.

::

    [score]                      # all optional
    norm = "sqrt"                # or "none"
    threshold = 0.4              # confidence below which a person is asked
    margin = 0.0                 # lead over the second below which a person is asked
    sharpness = 8.0              # scores times this go into the softmax
    title = 1.0                  # an occurrence in the title counts weight times this

    [thresholds]                 # another threshold for a category and what lies below it, or for a kind
    "城乡建设" = 0.5
    "举报" = 0.6

    [bias]                       # what a topmost category or a kind scores before any word is found
    "城乡建设" = 0.1

    [[category]]                 # the catalogue; rules for other categories are then faults
    code = "0101"
    name = "城乡建设/物业管理"

    [words."城乡建设/物业管理"]     # words that vote for a category ...
    3 = "物业费 业委会"            # ... weight = words, parted by spaces (or a list of strings)
    "物业" = 2                    # ... or word = weight
    "公共收益" = { weight = 2, scope = "title", id = "public-income" }
    "绿地" = false                # takes back the parent's rule
    "破坏…绿化带" = { weight = 2, gap = 4 }            # a phrase: at most so many characters between its parts
    "苹果" = { weight = 2, unless = "手机 电脑", within = 10 }   # no vote where one of these stands so near

    [kind."投诉"]                 # the same for a kind (Chinese or English name),
    [urgency.urgent]             # an urgency (normal, urgent, emergency; 1 is enough),
    [refer.119]                  # an emergency number, which makes the request an emergency,
    [risk."欠薪"]                 # a word of risk for supervisors

A word may stand in several tables and then speaks for each.  In a table of its own it takes weight,
scope (any, title, text), negatable, gap, unless, within, id, and further targets: kind, urgency, refer,
risk.  The options among these, set beside the words, hold for the whole table; ``within = 0`` is anywhere.
Words for categories are topics, and 没有路灯 is about street lamps: they are not negatable unless the file
says so; all other words are.

The order of the file decides ties: words, kind, urgency, refer, risk, each from top to bottom.  A file
that extends another replaces what has the same id ("table:word" unless given) in its place and adds the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from ..errors import Fault, RequestError
from ..request import KIND_ZH, Kind, Urgency
from .guards import FARTHEST
from .matcher import MatcherFactory
from .rules import EMERGENCY_NUMBERS, NORMS, SCOPES, Category, Rule, RuleSet, is_phrase, is_weight, is_word

_SECTIONS = ("words", "kind", "urgency", "refer", "risk")
_KNOWN = {*_SECTIONS, "score", "bias", "thresholds", "category", "extends", "basis", "source"}
_OPTIONS = ("negatable", "scope", "gap", "unless", "within")
_WORD_KEYS = {*_OPTIONS, "weight", "id", "kind", "urgency", "refer", "risk"}
_SCORE_KEYS = ("norm", "threshold", "margin", "sharpness", "title")


@define
class _Reader:
    file: str
    catalogue: set[str] = field(factory=set)
    faults: list[Fault] = field(factory=list)
    rules: dict[str, Rule | None] = field(factory=dict)

    def fault(self, code: str, zh: str, en: str, table: str, key: str = "", hint: str = "") -> None:
        self.faults.append(Fault(code, zh, en, file=self.file, table=table, key=key, hint=hint))

    def unknown_key(self, table: str, key: str, known: Any) -> None:
        names = "、".join(sorted(known))
        hint = f"可用的键：{names} / possible keys: {names}"
        self.fault("unknown-key", f"不认识的键「{key}」", f"unknown key {key!r}", table, key, hint)


def read_rules(
    table: Mapping[str, Any], file: str = "", *, base: RuleSet | None = None, matcher: MatcherFactory | None = None
) -> tuple[RuleSet | None, tuple[Fault, ...]]:
    """Read a rule file (读规则文件).

    Args:
        table: the parsed TOML.
        file: its name, for the faults.
        base: the rules of the file this one extends.
        matcher: see :meth:`RuleSet.compile`.

    Returns:
        The compiled rules and no faults, or ``None`` and every fault there is.
    """
    reader = _Reader(file)
    for key in table:
        if key not in _KNOWN:
            reader.unknown_key("", key, _KNOWN)
    categories = _categories(reader, table, base)
    reader.catalogue = {category.name for category in categories}
    score = _score(reader, table, base)
    bias = _bias(reader, table, base)
    thresholds = _thresholds(reader, table, base)
    for section in _SECTIONS:
        _section(reader, section, table.get(section, {}))
    if reader.faults:
        return None, tuple(reader.faults)
    merged: dict[str, Rule | None] = {rule.id: rule for rule in base.rules} if base else {}
    merged.update(reader.rules)
    rules = [rule for rule in merged.values() if rule]
    settings: dict[str, Any] = {"bias": bias, "thresholds": thresholds, "categories": categories, "matcher": matcher}
    return RuleSet.compile(rules, **settings, **score), ()


def _tables(reader: _Reader, section: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(value, Mapping):
        reader.fault("not-a-table", f"[{section}] 应是表", f"[{section}] must be a table", section)
        return
    for name, words in value.items():
        if isinstance(words, Mapping):
            yield name, words
        else:
            reader.fault("not-a-table", f"「{name}」应是关键词表", f"{name!r} must be a table of words", section, name)


def _section(reader: _Reader, section: str, value: Any) -> None:
    for name, words in _tables(reader, section, value):
        table = f"{section}.{name}"
        target = _target(reader, section, name, table)
        options = {"negatable": section != "words", "scope": "any"}
        options |= {key: words[key] for key in _OPTIONS if key in words and _is_option(key, words[key])}
        _options(reader, options, table)
        for word, spec in _expand(reader, table, words):
            _word(reader, table, word, spec, {**target, **options})


def _is_option(key: str, value: Any) -> bool:
    """Whether *key* beside the words is an option and not a word with its weight."""
    return key in _OPTIONS and (isinstance(value, (bool, str, list)) or key in ("gap", "within"))


def _target(reader: _Reader, section: str, name: str, table: str) -> dict[str, Any]:
    if section == "words":
        if reader.catalogue and name not in reader.catalogue:
            reader.fault(
                "unknown-category",
                f"类目表中没有「{name}」",
                f"no category {name!r}",
                table,
                hint="在 [[category]] 中补上，或改正路径 / add it as a [[category]], or mend the path",
            )
        return {"category": name}
    if section == "risk":
        return {"risk": name}
    return _parsed(reader, {section: name}, table, name)


def _parsed(reader: _Reader, spec: Mapping[str, Any], table: str, key: str) -> dict[str, Any]:
    """Turn the names of kinds, urgencies, numbers and risks into what a Rule takes."""
    parsed: dict[str, Any] = {}
    if "kind" in spec:
        try:
            parsed["kind"] = Kind.parse(str(spec["kind"]))
        except RequestError:
            kinds = "、".join(KIND_ZH.values())
            reader.fault("unknown-kind", f"没有类型「{spec['kind']}」", f"no kind {spec['kind']!r}", table, key, kinds)
    if "urgency" in spec:
        found = [level for level in Urgency if spec["urgency"] in (level.value, level.zh)]
        parsed["urgency"] = found[0] if found else None
        if not found:
            levels = "、".join(f"{level.value} {level.zh}" for level in Urgency)
            reader.fault(
                "unknown-urgency",
                f"没有紧急程度「{spec['urgency']}」",
                f"no urgency {spec['urgency']!r}",
                table,
                key,
                levels,
            )
    if "refer" in spec:
        parsed |= {"refer": str(spec["refer"]), "urgency": Urgency.EMERGENCY}
        if str(spec["refer"]) not in EMERGENCY_NUMBERS:
            numbers = "、".join(EMERGENCY_NUMBERS)
            reader.fault(
                "unknown-number",
                f"没有紧急号码「{spec['refer']}」",
                f"no emergency number {str(spec['refer'])!r}",
                table,
                key,
                numbers,
            )
    if "risk" in spec:
        parsed["risk"] = str(spec["risk"])
    return parsed


def _options(reader: _Reader, options: dict[str, Any], table: str, key: str = "") -> None:
    """Tell what is wrong with *options*, and make words of those that are words."""
    if options.get("scope", "any") not in SCOPES:
        zh, en = f"scope 不能是 {options['scope']!r}", f"scope cannot be {options['scope']!r}"
        reader.fault("bad-scope", zh, en, table, key, "、".join(SCOPES))
    if not isinstance(options.get("negatable", True), bool):
        reader.fault("bad-value", "negatable 应是 true 或 false", "negatable must be true or false", table, key)
    for name in ("gap", "within"):
        value = options.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= FARTHEST:
            zh, en = (
                f"{name} 应是 0 至 {FARTHEST} 的整数（字数）",
                f"{name} must be a whole number of 0 to {FARTHEST} characters",
            )
            reader.fault("bad-value", zh, en, table, key)
    if "unless" in options:
        given = options["unless"]
        words = given.split() if isinstance(given, str) else given if isinstance(given, list) else []
        if not words or not all(isinstance(word, str) and is_word(word) for word in words):
            reader.fault(
                "bad-value", "unless 应是关键词，以空格隔开", "unless must be words parted by spaces", table, key
            )
        options["unless"] = tuple(words)


def _expand(reader: _Reader, table: str, words: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (word, number, table or False) from every way of writing a word table."""
    for key, value in words.items():
        if _is_option(key, value):
            continue
        if isinstance(value, (str, list)):
            weight = _number(key)
            if weight is None:
                hint = '权重 = "词 词"，或 词 = 权重 / weight = "word word", or word = weight'
                reader.fault("bad-weight", f"「{key}」不是权重", f"{key!r} is not a weight", table, key, hint)
                continue
            listed = value.split() if isinstance(value, str) else value
            if not listed:
                reader.fault("empty-word", "没有关键词", "no words", table, key)
            for word in listed:
                yield word if isinstance(word, str) else "", weight
        else:
            yield key, value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if is_weight(value) else None


def _word(reader: _Reader, table: str, word: str, spec: Any, targets: dict[str, Any]) -> None:
    more: dict[str, Any] = {}
    if isinstance(spec, Mapping):
        for key in spec:
            if key not in _WORD_KEYS:
                reader.unknown_key(table, f"{word}.{key}", _WORD_KEYS)
        more = _parsed(reader, spec, table, word)
        more |= {key: spec[key] for key in _OPTIONS if key in spec}
        _options(reader, more, table, word)
        spec, name = spec.get("weight"), str(spec.get("id", ""))
    else:
        name = ""
    if not is_phrase(word):
        zh, en = (
            "关键词为空、含换行，或短语某段为空、段数过多",
            "a word is empty or holds a line break, or a phrase has an empty part or too many parts",
        )
        reader.fault("empty-word", zh, en, table, word)
        return
    name = name or f"{table.partition('.')[2] if table.startswith('words.') else table}:{word}"
    if name in reader.rules:
        reader.fault(
            "duplicate-rule", f"规则「{name}」重复", f"rule {name!r} appears twice", table, word, "删去其一 / drop one"
        )
        return
    if spec is False:
        reader.rules[name] = None
        return
    if not is_weight(spec):
        reader.fault(
            "bad-weight", f"「{word}」的权重不是有限数", f"the weight of {word!r} is no finite number", table, word
        )
        return
    if not reader.faults:
        reader.rules[name] = Rule(id=name, word=word, weight=float(spec), **{**targets, **more})
    else:
        reader.rules[name] = None


def _categories(reader: _Reader, table: Mapping[str, Any], base: RuleSet | None) -> tuple[Category, ...]:
    merged = {category.name: category for category in base.categories} if base else {}
    codes: dict[str, str] = {}
    listed = table.get("category", [])
    for number, entry in enumerate(listed if isinstance(listed, list) else [listed], 1):
        where = f"category {number}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str) or not entry["name"].strip("/ "):
            reader.fault("bad-category", "类目没有名称", "a category has no name", where, "name")
            continue
        for key in entry:
            if key not in ("code", "name"):
                reader.unknown_key(where, key, ("code", "name"))
        name, code = entry["name"], str(entry.get("code", ""))
        if code and codes.setdefault(code, name) != name:
            reader.fault("duplicate-code", f"代码「{code}」重复", f"code {code!r} appears twice", where, "code")
        merged[name] = Category(name, code)
    return tuple(merged.values())


def _score(reader: _Reader, table: Mapping[str, Any], base: RuleSet | None) -> dict[str, Any]:
    kept: dict[str, Any] = {key: getattr(base, key) for key in _SCORE_KEYS} if base else {}
    given = table.get("score", {})
    for key, value in given.items() if isinstance(given, Mapping) else [("score", given)]:
        if key not in _SCORE_KEYS:
            reader.unknown_key("score", key, _SCORE_KEYS)
        elif key == "norm":
            if value not in NORMS:
                reader.fault(
                    "bad-value", f"norm 不能是 {value!r}", f"norm cannot be {value!r}", "score", key, "、".join(NORMS)
                )
        elif not is_weight(value) or value < 0:
            reader.fault(
                "bad-value", f"{key} 应是不小于 0 的有限数", f"{key} must be a finite number ≥ 0", "score", key
            )
        kept[key] = value
    return kept


def _bias(reader: _Reader, table: Mapping[str, Any], base: RuleSet | None) -> dict[str, float]:
    merged = dict(base.bias) if base else {}
    given = table.get("bias", {})
    for name, value in given.items() if isinstance(given, Mapping) else [("bias", given)]:
        kind = next((kind.value for kind in Kind if name in (kind.value, kind.zh)), "")
        if not is_weight(value):
            reader.fault(
                "bad-value", f"「{name}」的 bias 不是有限数", f"the bias of {name!r} is no finite number", "bias", name
            )
        elif "/" in name:
            reader.fault(
                "bad-value",
                f"bias 只给一级类目：「{name}」",
                f"a bias is for a topmost category: {name!r}",
                "bias",
                name,
            )
        elif not kind and reader.catalogue and name not in reader.catalogue:
            reader.fault("unknown-category", f"类目表中没有「{name}」", f"no category {name!r}", "bias", name)
        else:
            merged[kind or name] = float(value)
    return merged


def _thresholds(reader: _Reader, table: Mapping[str, Any], base: RuleSet | None) -> dict[str, float]:
    merged = dict(base.thresholds) if base else {}
    given = table.get("thresholds", {})
    for name, value in given.items() if isinstance(given, Mapping) else [("thresholds", given)]:
        kind = next((kind.value for kind in Kind if name in (kind.value, kind.zh)), "")
        if not is_weight(value) or not 0 <= value <= 1:
            zh, en = f"「{name}」的阈值应在 0 与 1 之间", f"the threshold of {name!r} must be from 0 to 1"
            reader.fault("bad-value", zh, en, "thresholds", name)
        elif not kind and reader.catalogue and name not in reader.catalogue:
            reader.fault("unknown-category", f"类目表中没有「{name}」", f"no category {name!r}", "thresholds", name)
        else:
            merged[kind or name] = float(value)
    return merged
