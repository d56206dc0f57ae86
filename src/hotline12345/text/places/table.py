"""The divisions of the country (行政区划): in use, retired with what became of them, and by what they are called.

Source: ``scripts/make_divisions.py`` says where the table comes from; its first lines say of which day it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple
from zlib import decompress

from hotline12345.core.errors import RequestError

from .names import forms, town_forms, zone_forms

_AT = re.compile(r"(\d{6})(?:\[(\d{4})\])?")
_KEY = (0, 2, 4, 6, 9)
_MOST = 40  # a code that was retired forty times over is an error in the table


class Division(NamedTuple):
    """An administrative division (行政区划).

    Args:
        code: six digits, nine for a town.
        level: 1 province, 2 city, 3 county or zone, 4 town or subdistrict.
        parent: the code of the division above; "" for a province.
        until: the year it was retired or renamed; "" while in use.
        then: what a retired one became; several where it was divided.
    """

    code: str
    name: str
    level: int
    parent: str
    since: str = ""
    until: str = ""
    then: tuple[str, ...] = ()


FULL, SHORT, TOWN = 3.0, 2.0, 1.0
"""What a mention is worth: a name in full, what people say for short, a town or subdistrict for short."""
RETIRED = 0.5
"""What a name that is not in use any more is worth less."""


class Called(NamedTuple):
    """A division as one name calls it (一名所指): ``key`` is its code as far as those below it share it.

    ``now`` is the code of the one division it is today: its own while in use, "" where it was divided or ended.
    """

    key: str
    level: int
    worth: float
    division: Division
    now: str


class Name:
    """A name and whose it is (名称), the highest level first; ``full`` when it is anybody's name in full."""

    __slots__ = ("_within", "form", "full", "keys", "places", "top", "whose")

    def __init__(self, form: str) -> None:
        self.form = form
        self.full = False
        self.whose: list[Called] = []
        self._within: frozenset[str] | None = None

    def settle(self) -> None:
        """Lay out what is asked most: all keys, those of county level and above, and the highest level."""
        self.keys = tuple([called.key for called in self.whose])
        self.places = tuple([called.key for called in self.whose if called.level < 4])
        self.top = self.whose[0].level

    def lies_in(self, places: tuple[str, ...]) -> bool:
        """Whether a division of this name is one of *places*, or lies in one."""
        keys = self.keys
        if len(keys) == 1:
            return keys[0].startswith(places)
        within = self._within
        return not (self._inside() if within is None else within).isdisjoint(places)

    def lies_within(self, place: str) -> bool:
        """The same for one place."""
        keys, within = self.keys, self._within
        if len(keys) == 1:
            return keys[0].startswith(place)
        return place in (self._inside() if within is None else within)

    def _inside(self) -> frozenset[str]:
        """Make when first asked what all keys lie in: most of the towns are never met."""
        within = self._within = frozenset([key[:size] for key in self.keys for size in _KEY[1:]])
        return within


Begin = tuple[Name | None, dict[str, list[tuple[str, Name]]]]
"""What begins with two characters: the name that is no longer, and by the third the others, the longest first."""


def _level(called: Called) -> int:
    return called.level


class Divisions:
    """The table, by code and by what people say (区划表)."""

    def __init__(self, text: str) -> None:
        self.about = tuple(line[2:] for line in text.split("\n") if line.startswith("#"))
        self.used: dict[str, Division] = {}
        self.retired: dict[str, list[Division]] = {}
        self.names: dict[str, Name] = {}
        gone: list[list[str]] = []
        towns: list[tuple[str, list[str]]] = []
        for line in text.split("\n"):
            mark, _, rest = line.partition(" ")
            if mark == "D":
                self._use(*rest.split(" "))
            elif mark == "Z":
                self._zone(*rest.split(" "))
            elif mark == "R":
                gone.append(rest.split(" "))
            elif mark == "T":
                code, *names = rest.split(" ")
                towns.append((code, names))
        for division in [self._retire(*row) for row in gone]:
            self._recall(division)
        # Last, so that of a name's divisions the higher come first.
        for code, names in towns:
            for town in names:
                division = self.used[code + town[:3]] = Division(code + town[:3], town[3:], 4, code)
                for form, full in town_forms(town[3:]):
                    self._call(form, full, division)
        self.doubtful = frozenset(self._doubtful())
        """Zones in whose city a town is called by a part of their name: whoever says the one may mean the other."""
        for name in self.names.values():
            if len(name.whose) > 1:
                name.whose.sort(key=_level)
            name.settle()
        self.begins = _begins(self.names)

    def _doubtful(self) -> Iterator[str]:
        zones: dict[str, list[Division]] = {}
        for division in self.used.values():
            if division.level > 2 and len(division.name) > 4 and division.name.endswith("区"):
                zones.setdefault(division.code[:4], []).append(division)
        for there in zones.values():
            for zone in there:
                if any(zone.name.endswith(other.name) and zone.name != other.name for other in there):
                    yield zone.code

    def _above(self, code: str) -> str:
        if code.endswith("0000"):
            return ""
        city = code[:4] + "00"
        return city if city != code and city in self.used else code[:2] + "0000"

    def _add(self, division: Division) -> None:
        self.used[division.code] = division
        for form, full in forms(division.name, division.level):
            self._call(form, full, division)

    def _call(self, form: str, full: bool, division: Division) -> None:
        code, level = division.code, division.level
        worth = FULL if full else TOWN if level == 4 else SHORT
        now = code
        if division.until:
            worth -= RETIRED
            heirs = self.current(code)
            now = heirs[0].code if len(heirs) == 1 else ""
        called = Called(code[: _KEY[level]], level, worth, division, now)
        name = self.names.get(form)
        if name is None:
            name = self.names[form] = Name(form)
        if not (name.whose and name.whose[-1].key == called.key and not division.until):
            name.whose.append(called)
        name.full = name.full or full

    def _use(self, code: str, name: str) -> None:
        level = 1 if code.endswith("0000") else 2 if code.endswith("00") else 3
        self._add(Division(code, name, level, self._above(code)))

    def _zone(self, code: str, name: str) -> None:
        division = self.used[code] = Division(code, name, 3, self._above(code))
        city = self.used.get(division.parent)
        for form, full in zone_forms(name, city.name if city is not None else ""):
            self._call(form, full, division)

    def _retire(self, code: str, name: str, since: str, until: str, then: str) -> Division:
        whole = tuple(found for found, year in _AT.findall(then) if not year)
        parts = tuple(found for found, _ in _AT.findall(then))
        level = 1 if code.endswith("0000") else 2 if code.endswith("00") else 3
        division = Division(code, name, level, self._above(code), since, until, whole or parts)
        self.retired.setdefault(code, []).append(division)
        return division

    def _recall(self, division: Division) -> None:
        code = division.code
        for form, full in forms(division.name, division.level):
            known = self.names.get(form)
            # What is called so today, in the same place, is meant today.
            if full and not (known and any(not c.division.until and c.key[:4] == code[:4] for c in known.whose)):
                self._call(form, full, division)

    def path(self, code: str) -> tuple[Division, ...]:
        """Return the division with all above it, the province first; () for a code that is not in use."""
        found: list[Division] = []
        while code and code in self.used and len(found) < 5:
            found.append(self.used[code])
            code = self.used[code].parent
        return tuple(reversed(found))

    def current(self, code: str, year: int | None = None) -> tuple[Division, ...]:
        """Return what *code* stands for today, or stood for in *year* (沿革): itself, or what it became.

        Args:
            code: a code that is in use or was at some time since 1981.
            year: follow the successors as far as this year only.

        Raises:
            RequestError: ``unknown-division``.
        """
        if code not in self.used and code not in self.retired:
            raise RequestError(
                f"没有区划代码 {code}",
                f"there is no division {code}",
                code="unknown-division",
                hint="代码为六位，乡镇街道为九位；表中有 1981 年以来县级以上的代码",
                hint_en="six digits, nine for a town; the table has county level and above since 1981",
            )
        found: dict[str, Division] = {}
        ahead = [code]
        seen: set[str] = set()
        while ahead and len(seen) < _MOST:
            one = ahead.pop(0)
            if one in seen:
                continue
            seen.add(one)
            old = [d for d in self.retired.get(one, ()) if d.then != (one,)]
            if year is not None:
                lived = [d for d in old if int(d.since or 0) <= year < int(d.until or 9999)]
                if lived:
                    found[one] = lived[-1]
                    continue
            if one in self.used:
                found[one] = self.used[one]
            else:
                ahead += max(old, key=lambda d: d.until).then if old else ()  # a code may have been given out twice
        return tuple(found.values())


def _begins(names: dict[str, Name]) -> dict[str, Begin]:
    longer: dict[str, dict[str, list[tuple[str, Name]]]] = {}
    for form in sorted(names, key=len, reverse=True):
        thirds = longer.setdefault(form[:2], {})
        if len(form) > 2:
            thirds.setdefault(form[2], []).append((form[3:], names[form]))
    return {pair: (names.get(pair), thirds) for pair, thirds in longer.items()}


@cache
def divisions() -> Divisions:
    """Return the table that comes with the library, read once (内置区划表)."""
    packed = resources.files(__package__).joinpath("divisions.txt.gz").read_bytes()
    return Divisions(decompress(packed, 31).decode())
