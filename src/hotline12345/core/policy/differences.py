"""What one edition changes against another (版本差异): in numbers and in articles, rule by rule.

Rules are compared by their own fields, so that a new kind of rule is told without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import attrs
from attrs import frozen

from ..scoring import ScoreRules
from ..sla import TimeLimit
from .edition import Policy
from .rules import LimitRule

TABLES = {
    "limits": "limit",
    "ladder": "rung",
    "lines": "line",
    "channels": "channel",
    "types": "type",
    "satisfied_levels": "satisfaction",
    "scale": "satisfaction",
    "calls": "follow_up",
    "statutes": "statute",
}
"""The fields of a policy whose table in a pack has another name."""
_ASIDE = frozenset(
    {"pack", "place", "edition", "title", "effective", "cases", "parents", "effective_basis", "since", "seen", "digest"}
) | {"calendar", "rules", "routes", "sources"}
_KEYS = ("code", "metric", "id", "trigger")


@frozen(weakref_slot=False)
class Change:
    """One thing that differs (差异).

    Args:
        table: the table of the pack it stands in, such as ``limit`` or ``extension``.
        what: which rule of the table; empty where the table is one rule.
        key: which key of it; empty for a whole rule that was added or removed.
        kind: ``added``, ``removed``, ``changed``, or ``basis`` where the article alone differs.
        old: the old value as a pack writes it; empty where there was none.
        new: the new value.
        old_basis: the article it rested on.
        new_basis: the article it rests on.
    """

    table: str
    what: str
    key: str
    kind: str
    old: str = ""
    new: str = ""
    old_basis: str = ""
    new_basis: str = ""


def differences(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Return what *new* changes against *old* (比较两个版本), in the order of a pack's tables."""
    found: list[Change] = []
    for each in attrs.fields(Policy):
        if each.init and each.name not in _ASIDE:
            one, two = getattr(old, each.name), getattr(new, each.name)
            if each.name == "scoring" and (one is None) is not (two is None):
                one, two = one or ScoreRules(()), two or ScoreRules(())
            found += _compared(TABLES.get(each.name, each.name), one, two)
    found += _classification(old, new)
    found += _network(old, new)
    if old.calendar.digest != new.calendar.digest:
        found.append(Change("calendar", "", "digest", "changed", old.calendar.digest, new.calendar.digest))
    return tuple(found)


def settings(policy: Policy) -> tuple[Change, ...]:
    """Return what an edition says where saying nothing would be something else (各项规定), limits aside.

    What is switched off or left as it would be anyway is not told; a rule whose article alone is on record is.
    """
    unsaid: dict[str, Any] = {}
    for each in attrs.fields(Policy):
        if each.init and each.default is not attrs.NOTHING and each.name not in _ASIDE:
            default = each.default
            unsaid[each.name] = default.factory() if isinstance(default, _FACTORY) else default
    unsaid["scoring"] = ScoreRules(()) if policy.scoring is not None else None
    return differences(attrs.evolve(policy, **unsaid), policy)


_FACTORY: Any = attrs.Factory  # a class, though typed as a function


def _compared(table: str, old: Any, new: Any, what: str = "") -> Iterator[Change]:
    if _rule(old) and type(old) is type(new):
        yield from _fields(table, what, old, new)
    elif _listed(old) or _listed(new):
        yield from _rows(table, _keyed(old or ()), _keyed(new or ()))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            one, two = old.get(key), new.get(key)
            if one != two:
                was, now = (_text(one) if key in old else ""), (_text(two) if key in new else "")
                yield Change(table, "", str(key), _kind(key in old, key in new), was, now)
    elif old != new:
        yield Change(table, what, "", "changed", _text(old), _text(new))


def _fields(table: str, what: str, old: Any, new: Any) -> Iterator[Change]:
    """Compare two rules of one type; where nothing but the article differs, that is what differs."""
    bases = getattr(old, "basis", ""), getattr(new, "basis", "")
    told = False
    for each in attrs.fields(type(old)):
        one, two = getattr(old, each.name), getattr(new, each.name)
        if each.name in ("basis", "line") or not each.eq or one == two:
            continue
        if _rule(one):
            yield from _compared(f"{table}.{each.name}" if what else each.name, one, two)
        elif _listed(one) or _listed(two):
            yield from _rows(f"{table}.{each.name}", _keyed(one), _keyed(two))
        else:
            told = True
            yield Change(table, what, each.name, "changed", _text(one), _text(two), *bases)
    if bases[0] != bases[1] and not told:
        yield Change(table, what, "basis", "basis", "", "", *bases)


def _rows(table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        one, two = old.get(key), new.get(key)
        if one is None or two is None:
            here = one if two is None else two
            text, basis = _gist(here), getattr(here, "basis", "")
            kind = _kind(one is not None, two is not None)
            yield Change(table, key, "", kind, *((text, "", basis) if two is None else ("", text, "", basis)))
        elif one != two:
            yield from _compared(table, one, two, key)


def _classification(old: Policy, new: Policy) -> Iterator[Change]:
    """Compare the catalogue by name; the words are too many to tell one by one, so that they are counted."""
    if old.rules is new.rules or old.rules is None or new.rules is None:
        return
    names = [{category.name for category in one.categories} for one in (old.rules, new.rules)]
    for name in sorted(names[0] ^ names[1]):
        yield Change("rules", name, "category", _kind(name in names[0], name in names[1]))
    if old.rules.rules != new.rules.rules:
        yield Change("rules", "", "rules", "changed", str(len(old.rules.rules)), str(len(new.rules.rules)))


def _network(old: Policy, new: Policy) -> Iterator[Change]:
    if old.routes is new.routes or old.routes is None or new.routes is None:
        return
    units = [{unit.code: unit for unit in one.units} for one in (old.routes, new.routes)]
    yield from _rows("units", *units)
    claims = [
        {f"{c.category or '*'} × {c.area or '*'} → {c.unit}（{c.role}）": c for c in one.claims}
        for one in (old.routes, new.routes)
    ]
    yield from _rows("catalogue", *claims)


def _kind(before: bool, after: bool) -> str:
    return "changed" if before and after else "removed" if before else "added"


def _listed(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and _rule(value[0])


def _rule(value: Any) -> bool:
    return attrs.has(type(value)) and not isinstance(value, TimeLimit)


def _keyed(rules: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, rule in enumerate(rules, 1):
        name = _name(rule) or str(number)
        found[name if name not in found else f"{name} #{number}"] = rule
    return found


def _name(rule: Any) -> str:
    if isinstance(rule, LimitRule):
        kind, urgency = rule.kind.zh if rule.kind else "", rule.urgency.zh if rule.urgency else ""
        named = (rule.stage.zh, kind, rule.category, urgency, rule.channel, rule.level, rule.line)
        return "·".join(part for part in named if part)
    return next((str(getattr(rule, key)) for key in _KEYS if getattr(rule, key, "")), "")


def _gist(rule: Any) -> str:
    """Return what an added or removed rule says, in a word or two."""
    for key in ("limit", "after", "disposition", "points", "name", "role", "zh"):
        value = getattr(rule, key, None)
        if value is not None or (isinstance(rule, LimitRule) and key == "limit"):
            return _text(value)
    return _text(rule)


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return "、".join(f"{key} {_text(one)}" for key, one in value.items())
    if isinstance(value, tuple | frozenset | set):
        return "、".join(_text(one) for one in (value if isinstance(value, tuple) else sorted(value, key=str)))
    return str(value)
