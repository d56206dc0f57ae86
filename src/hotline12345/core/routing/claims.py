"""The dispatch catalogue, compiled (派单目录索引): category → area → who leads there, checked once."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from attrs import define, field, frozen

from ..errors import Fault
from .grades import AREA_HINT, ROLES, Claim, Grade, Route, area_key, category_chain
from .network import Network


@define(weakref_slot=False, eq=False)
class Spot:
    """What is claimed at one category × area: by a unit of the place's own level, by a county or town, or both.

    ``table`` holds the same category elsewhere; ``plain`` and ``made`` remember the routes that end here, without
    helpers and with them.
    """

    key: str
    table: Table = field(repr=False)
    high: Claim | None = None
    low: Claim | None = None
    department: bool = False
    plain: Route | None = field(default=None, repr=False)
    made: dict[Any, Route] | None = field(default=None, repr=False)


Table = dict[str, Claim | tuple[Claim, ...] | Spot]
"""The claims of one category by area; they become a spot when somebody first asks."""
Helpers = tuple[tuple[str, str], ...]
_Crowd = dict[tuple[bool, str, str], list[Claim]]


@frozen(weakref_slot=False, eq=False)
class Column:
    """What bears on one category, longest beginning of its path first; ``row`` names the winning spot by area."""

    subs: tuple[Table, ...]
    leads: tuple[Table, ...]
    helps: tuple[dict[str, Helpers], ...]
    row: array[int] | None


_CELLS = 4_000_000
"""How many cells rows may take together (16 MiB); past that, a column is searched instead."""
_COLUMNS = 16_384
"""How many columns are remembered: the largest catalogue read of has 4,177 items, and made-up ones must not add up."""


@frozen(weakref_slot=False, eq=False)
class Catalogue:
    """The claims in force (派单目录): sub-centres, leads and helpers, each by category and then area.

    An area stands for all below it, so with the areas sorted a claim fills one stretch of its category's row, over
    what the shorter category says there.  Rows are made when a category is first asked for.
    """

    subs: dict[str, Table]
    leads: dict[str, Table]
    helps: dict[str, dict[str, Helpers]]
    ranks: Mapping[str, int]
    places: dict[str, int] = field(factory=dict, repr=False)
    spots: list[Spot | tuple[Table, str] | None] = field(factory=lambda: [None], repr=False)
    columns: dict[str, Column] = field(factory=dict, repr=False)
    _depth: list[int] = field(factory=list, repr=False)
    _ends: list[int] = field(factory=list, repr=False)
    _rows: dict[str, array[int]] = field(factory=dict, repr=False)

    def sort(self) -> None:
        """Note how deep categories go, and put the areas in order, each followed by all that lies in it."""
        keys = {key for raws in (self.subs, self.leads) for raw in raws.values() for key in raw}
        order = sorted(keys.union(*self.helps.values()))
        self.places.update((key, place) for place, key in enumerate(order))
        self._depth.append(1 + max((path.count("/") for path in (*self.leads, *self.subs, *self.helps)), default=0))
        self._ends.extend(bisect_left(order, key + ":") if key else len(order) for key in order)

    def column(self, category: str) -> Column:
        """Return what bears on *category*."""
        # Nothing deeper than the catalogue can tell, however long a path somebody sends.
        chain = category_chain("/".join(category.split("/", self._depth[0])[: self._depth[0]]))
        found = Column(
            tuple(self.subs[part] for part in chain if part in self.subs),
            tuple(self.leads[part] for part in chain if part in self.leads),
            tuple(self.helps[part] for part in chain if part in self.helps),
            self._row([part for part in chain if part in self.leads]),
        )
        if len(self.columns) < _COLUMNS:
            self.columns[category] = found
        return found

    def spot(self, table: Table, key: str) -> Spot | None:
        """Return what is claimed in *table* at *key*, if anything."""
        held = table.get(key)
        if held is None or isinstance(held, Spot):
            return held
        spot = table[key] = Spot(key, table)
        for claim in (held,) if isinstance(held, Claim) else held:
            rank = self.ranks[claim.unit]
            if rank == _LOW:
                spot.low = claim
            else:
                spot.high, spot.department = claim, rank == _DEPARTMENT
        return spot

    def winner(self, number: int) -> Spot | None:
        """Return the spot a row means by *number*; 0 means none."""
        named = self.spots[number]
        if isinstance(named, tuple):
            named = self.spots[number] = self.spot(*named)
        return named

    def _row(self, claimed: list[str]) -> array[int] | None:
        """Return the row of the first of *claimed*, laid over those of the shorter ones that follow."""
        row = self._rows.setdefault("/", array("I", bytes(4 * len(self.places))))  # no category: an empty row
        for category in reversed(claimed):
            known = self._rows.get(category)
            if known is None:
                if (len(self._rows) + 1) * len(row) > _CELLS:
                    return None
                known = self._rows[category] = self._lay(array("I", row), self.leads[category])
            row = known
        return row

    def _lay(self, row: array[int], table: Table) -> array[int]:
        places, ends, spots = self.places, self._ends, self.spots
        for key in sorted(table):
            place = places[key]
            stretch = ends[place] - place
            if stretch == 1:
                row[place] = len(spots)
            else:
                row[place : place + stretch] = array("I", (len(spots),)) * stretch
            spots.append((table, key))
        return row

    def named(self) -> set[str]:
        """Return the codes of all units that some claim in force names."""
        units = {unit for table in self.helps.values() for pairs in table.values() for _, unit in pairs}
        for tables in (self.subs, self.leads):
            for claims in tables.values():
                for key in claims:
                    spot = self.spot(claims, key)
                    for claim in (spot and spot.high, spot and spot.low):
                        if claim:
                            units.update((claim.unit, *claim.assist, *claim.copies))
        return units


_LOW, _HIGH, _DEPARTMENT, _SUBCENTRE = range(4)


def compile_claims(
    network: Network, claims: Iterable[Claim], seat: str, on: date | None, faults: list[Fault]
) -> Catalogue:
    """Compile *claims* (编译派单目录) for the hotline that sits at *seat*; what is wrong is added to *faults*."""
    ranks = _ranks(network, seat)
    home = network.areas.get(seat, "")
    catalogue = Catalogue({}, {}, {}, ranks)
    crowd: _Crowd = {}
    keys: dict[str, str | None] = {}
    good: set[str] = set()
    for claim in claims:
        unit, category, area, role = claim.unit, claim.category, claim.area, claim.role
        rank = ranks.get(unit)
        if area:
            key = keys[area] if area in keys else keys.setdefault(area, _key(area, home))
        else:
            key = network.areas.get(unit, "")
        helped = claim.assist or claim.copies
        if rank is None or key is None or category not in good or role not in ROLES or helped:
            wrong = _faults(claim, network, rank, key) + (_helpers(claim, network, ranks) if helped else [])
            faults.extend(wrong)
            if wrong or rank is None or key is None:
                continue
            good.add(category)
        if role != "lead":
            if claim.holds(on):
                helps = catalogue.helps.setdefault(category, {})
                helps[key] = (*helps.get(key, ()), (role, unit))
            continue
        tables = catalogue.subs if rank == _SUBCENTRE else catalogue.leads
        table = tables.get(category)
        if table is None:
            table = tables[category] = {}
        if key in table or not claim.holds(on):
            crowd.setdefault((rank == _SUBCENTRE, category, key), []).append(claim)
        else:
            table[key] = claim
    for (is_sub, category, key), others in crowd.items():
        table = (catalogue.subs if is_sub else catalogue.leads)[category]
        first = table.get(key)
        everyone = [*([first] if isinstance(first, Claim) else []), *others]
        faults.extend(_clashes(category, key, everyone, ranks))
        held = tuple(claim for claim in everyone if claim.holds(on))
        if held:
            table[key] = held
    catalogue.sort()
    return catalogue


def _key(area: str, home: str) -> str | None:
    key = area_key(area)
    if key is None or not (key.startswith(home) or home.startswith(key)):
        return None
    return key


def _ranks(network: Network, seat: str) -> dict[str, int]:
    """Return how each unit below *seat* stands in an overlap; a unit the centre cannot reach has no rank."""
    ranks = {}
    for code, chain in network.chains.items():
        unit = network.units[code]
        # Where the centre itself is at fault, nothing can be said about reach.
        if seat in network.chains and (seat not in chain or code == seat):
            continue
        if unit.grade is Grade.SUBCENTRE:
            ranks[code] = _SUBCENTRE
            continue
        above = network.government(code)
        if above is not None and above.code != seat and above.grade in (Grade.COUNTY, Grade.TOWN):
            ranks[code] = _LOW
        else:
            ranks[code] = _DEPARTMENT if unit.grade is Grade.DEPARTMENT else _HIGH
    return ranks


def _faults(claim: Claim, network: Network, rank: int | None, key: str | None) -> list[Fault]:
    faults: list[Fault] = []
    name = f"{claim.category or '*'} × {claim.area or '*'} → {claim.unit}"

    def add(code: str, zh: str, en: str, hint: str = "") -> None:
        faults.append(Fault(code, zh, en, table="catalogue", key=name, hint=hint))

    if claim.unit not in network.units:
        add("unknown-unit", f"单位「{claim.unit}」不存在", f"there is no unit {claim.unit!r}")
    elif rank is None and claim.unit in network.chains:
        add("out-of-reach", "该单位不在热线工作机构之下，派不到", "the unit does not stand below the centre")
    if claim.area and area_key(claim.area) is None:
        add("bad-area", f"区划代码「{claim.area}」有误", f"bad area code {claim.area!r}", AREA_HINT)
    elif key is None:
        add("area-outside", f"区划 {claim.area} 不在本地辖区", f"the area {claim.area} lies outside the territory")
    if claim.category and any(not part or part != part.strip() for part in claim.category.split("/")):
        add(
            "bad-category",
            f"事项「{claim.category}」有误",
            f"bad category {claim.category!r}",
            "一级/二级/三级 / a/b/c",
        )
    if claim.role not in ROLES:
        add("unknown-role", f"没有角色「{claim.role}」", f"there is no role {claim.role!r}", ", ".join(ROLES))
    return faults


def _helpers(claim: Claim, network: Network, ranks: Mapping[str, int]) -> list[Fault]:
    """Find those of a line's helpers that do not exist, or that the centre does not reach."""
    name = f"{claim.category or '*'} × {claim.area or '*'} → {claim.unit}"
    faults = []
    for code in (*claim.assist, *claim.copies):
        if code not in network.units:
            zh, en = f"单位「{code}」不存在", f"there is no unit {code!r}"
            faults.append(Fault("unknown-unit", zh, en, table="catalogue", key=name))
        elif code not in ranks:
            zh, en = f"「{code}」不在热线工作机构之下，派不到", f"{code!r} does not stand below the centre"
            faults.append(Fault("out-of-reach", zh, en, table="catalogue", key=name))
    return faults


def _clashes(category: str, key: str, claims: list[Claim], ranks: Mapping[str, int]) -> list[Fault]:
    """Find leads of one category × area that no rule tells apart, on days when both are in force."""
    # A department over a county or town is told apart (潍坊条例 art. 24); any other two are not.
    high = [claim for claim in claims if ranks[claim.unit] != _LOW]
    rest = [claim for claim in claims if ranks[claim.unit] != _DEPARTMENT]
    pairs: dict[tuple[str, str], None] = {}
    for group in (high, rest):
        group.sort(key=lambda claim: claim.since or date.min)
        last: Claim | None = None
        for claim in group:
            if last is not None and (claim.since or date.min) <= (last.until or date.max):
                pairs[last.unit, claim.unit] = None
            if last is None or (claim.until or date.max) >= (last.until or date.max):
                last = claim
    faults = []
    for one, two in pairs:
        name = f"{category or '*'} × {key.ljust(6, '0') if key else '*'}"
        if one == two:
            code, zh, en = "duplicate-claim", f"「{one}」重复认领", f"{one} claims it twice"
        else:
            code, zh, en = "ambiguous-claim", f"「{one}」与「{two}」都主办", f"both {one} and {two} lead"
        hint = "保留一个主办，另一个改为协办 / keep one lead, make the other assist"
        faults.append(Fault(code, zh, en, table="catalogue", key=name, hint=hint))
    return faults
