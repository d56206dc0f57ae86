"""Routing (派单路径): which unit takes a category in an area, by which rule, along which way down.

The rules, in the order they are tried, are :data:`RULES`; the order follows the sources named there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ..errors import PolicyError, RequestError
from .claims import Catalogue, Helpers, Spot, Table, compile_claims
from .grades import (
    AREA_HINT,
    GOVERNMENTS,
    RULES,
    Claim,
    Grade,
    Route,
    Rule,
    Unit,
    area_chain,
    area_key,
    read_claims,
    read_units,
)
from .network import build
from .tree import Tree

if TYPE_CHECKING:
    from ..request import Kind

__all__ = ["RULES", "Claim", "Grade", "Route", "RoutingGraph", "Rule", "Unit", "read_claims", "read_units"]


_REMEMBERED = 65_536
"""How many areas and answers are remembered: China has some 44,000 codes, and made-up ones must not add up."""
_PERIODS = 16
"""How many periods of a dated catalogue are remembered; orders are dispatched today, and cases ask for some days."""
_Place = tuple[tuple[str, ...], int]
_Note = Callable[[str, bool, str, str], None]
_Helps = tuple[dict[str, Helpers], ...]


@frozen(weakref_slot=False, eq=False)
class RoutingGraph(Tree):
    """The units and the dispatch catalogue of a place (派单网络), compiled to answer.

    Make one with :meth:`of`; it never changes afterwards.
    """

    _catalogue: Catalogue = field(repr=False)
    _backstops: Mapping[str, Route] = field(repr=False)
    _kept: Mapping[str, Route] = field(repr=False)
    claims: tuple[Claim, ...] = field(default=(), repr=False)  # the lines as they were given, ended ones too
    _places: dict[str, _Place] = field(factory=dict, repr=False)
    _asked: dict[tuple[str, str], Route] = field(factory=dict, repr=False)
    _ways: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(factory=dict, repr=False)
    copies_districts: bool = True
    _turns: tuple[date, ...] = field(default=(), repr=False)  # the days on which another catalogue takes force
    _compile: Callable[[date], RoutingGraph] | None = field(default=None, repr=False)
    _dated: dict[int, RoutingGraph] = field(factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        units: Iterable[Unit],
        claims: Iterable[Claim],
        *,
        centre: str,
        on: date | None = None,
        copies_districts: bool = True,
    ) -> RoutingGraph:
        """Check and compile *units* and *claims* (编译派单网络) for the hotline *centre*.

        Args:
            centre: the code of the hotline; it dispatches for its parent, to whatever stands below that.
            on: the day whose catalogue is asked for; ``None`` takes the claims without an end.
            copies_districts: what goes straight to a town is copied to its county or district (北京条例 art. 12).

        Raises:
            PolicyError: ``bad-routing``, with every fault of the units and the claims at once.
        """
        units, claims = tuple(units), tuple(claims)
        network, faults = build(units, centre)
        known = network.units
        above = known[centre].parent if centre in known else ""
        seat = above if above in known else centre
        catalogue = compile_claims(network, claims, seat, on, faults)
        if faults:
            raise PolicyError(
                f"派单网络有 {len(faults)} 处错误",
                f"the routing network has {len(faults)} fault(s)",
                faults=tuple(faults),
                code="bad-routing",
                hint="逐项改正单位表和派单目录",
                hint_en="mend the units and the catalogue, fault by fault",
            )
        kept = {rule: Route(centre, (centre,), rule, RULES[rule].basis) for rule in ("outside", "centre")}
        # 北京条例 art. 12: the backstop is the government next below the centre's own.
        rule = "district-backstop"
        backstops = {
            network.areas[code]: Route(code, (centre, code), rule, RULES[rule].basis)
            for code in (*network.children.get(seat, ()), *network.children.get(centre, ()))
            if known[code].grade in (Grade.CITY, Grade.COUNTY)
        }
        graph = cls(centre, seat, network, catalogue, backstops, kept, claims, copies_districts=copies_districts)
        if on is not None:
            return graph
        given = partial(cls.of, units, claims, centre=centre, copies_districts=copies_districts)
        return evolve(graph, turns=_turns(claims), compile=lambda day: given(on=day))

    def on(self, day: date) -> RoutingGraph:
        """Return the network with the catalogue in force on *day* (当日派单目录); where no line is dated, this one."""
        if not self._turns or self._compile is None:
            return self
        period = bisect_right(self._turns, day)
        found = self._dated.get(period)
        if found is None:
            if len(self._dated) >= _PERIODS:
                self._dated.pop(next(iter(self._dated)))
            found = self._dated[period] = self._compile(day)
        return found

    # ── the answer ──

    def route(self, category: str, area: str = "", kind: Kind | None = None) -> Route:
        """Return where *category* in *area* goes (派单): one unit, always, and the rule that says so.

        Args:
            category: a category path ("城乡建设/供水"); a path nobody knows is taken by its beginning.
            area: a division code; one nobody knows is taken by the area it lies in; empty is the whole place.
            kind: accepted so that callers need not change; no source read so far routes by kind.

        Raises:
            RequestError: ``bad-area`` when *area* is not a division code.
        """
        asked = (category, area)
        found = self._asked.get(asked)
        if found is None:
            place = self._places.get(area)
            found = self._decide(category, self._locate(area) if place is None else place, None)
            if len(self._asked) < _REMEMBERED:
                self._asked[asked] = found
        return found

    def explain(self, category: str, area: str = "", lang: str = "zh") -> tuple[str, ...]:
        """Return which rule was tried and why it held or not (派单说明), line by line, from the code that routes."""
        lines: list[str] = []

        def note(rule: str, held: bool, zh: str, en: str) -> None:
            lines.append(f"{'√' if held else '·'} {rule}: {zh if lang == 'zh' else en}")

        found = self._decide(category, self._locate(area), note)
        way = " → ".join(self._network.units[code].name for code in found.path)
        lines.append(f"派单路径：{way}" if lang == "zh" else f"path: {way}")
        lines.append(f"依据：{found.basis}" if lang == "zh" else f"basis: {found.basis}")
        return tuple(lines)

    def _locate(self, area: str) -> _Place:
        """Return the keys of *area* and of what it lies in, nearest first, and its place in a row.

        Outside the territory there are no keys; where nothing is claimed there is no place (-1).
        """
        key = area_key(area)
        if key is None:
            hint, _, hint_en = AREA_HINT.partition(" / ")
            zh, en = f"区划代码「{area}」有误", f"bad area code {area!r}"
            raise RequestError(zh, en, code="bad-area", hint=hint, hint_en=hint_en)
        home = self._network.areas[self.seat]
        if home.startswith(key):
            key = home  # Nothing nearer than the place itself is known.
        keys = area_chain(key) if key.startswith(home) else ()
        places = self._catalogue.places
        place = keys, next((places[near] for near in keys if near in places), -1)
        if len(self._places) < _REMEMBERED:
            self._places[area] = place
        return place

    def _decide(self, category: str, place: _Place, note: _Note | None) -> Route:
        keys, at = place
        if not keys:
            if note:
                note("outside", True, RULES["outside"].zh, RULES["outside"].en)
            return self._kept["outside"]
        catalogue = self._catalogue
        column = catalogue.columns.get(category)
        if column is None:
            column = catalogue.column(category)
        if column.subs:
            sub = self._first(column.subs, keys)
            if sub is not None:
                return self._award("sub-centre", sub, (), column.helps, keys, note)
        if note:
            note("sub-centre", False, "没有分中心认领", "no sub-centre claims it")
        if column.row is None:
            spot = self._first(column.leads, keys)
        else:
            spot = catalogue.winner(column.row[at]) if at >= 0 else None
        if spot is None:
            if note:
                note("longest-claim", False, "派单目录中没有单位认领", "no unit of the catalogue claims it")
            return self._fall_back(keys, note)
        # What wins at a spot hangs on the wider areas only, so without helpers it is settled once.
        if note is None and spot.plain is not None and not column.helps:
            return spot.plain
        return self._weigh(spot, column.helps, keys, note)

    def _first(self, tables: tuple[Table, ...], keys: tuple[str, ...]) -> Spot | None:
        for table in tables:
            for key in keys:
                spot = self._catalogue.spot(table, key)
                if spot is not None:
                    return spot
        return None

    def _weigh(self, spot: Spot, helps: _Helps, keys: tuple[str, ...], note: _Note | None) -> Route:
        """Let a department with the same category lead over the county or town that claims it at *spot*."""
        if spot.low is None:
            return self._award("longest-claim", spot, (), helps, keys, note)
        overlapped: tuple[str, ...] = ()
        for key in keys[keys.index(spot.key) :]:
            other = self._catalogue.spot(spot.table, key)
            if other is None:
                continue
            if other.low is not None:
                overlapped = (*overlapped, other.low.unit)
            if other.department:
                found = self._award("department-first", other, overlapped, helps, keys, note)
                break
        else:
            if note:
                note("department-first", False, "没有部门认领同一事项", "no department claims the same")
            found = self._award("longest-claim", spot, (), helps, keys, note)
        if not helps:
            spot.plain = found
        return found

    def _award(
        self,
        rule: str,
        spot: Spot,
        overlapped: tuple[str, ...],
        helps: _Helps,
        keys: tuple[str, ...],
        note: _Note | None,
    ) -> Route:
        named = _named(helps, keys) if helps else ()
        found: Route | None
        if not named and not overlapped:
            found = spot.plain if spot.low is None else None
            if found is None:
                found = self._write(rule, spot, (), ())
                if spot.low is None:
                    spot.plain = found
        else:
            made = spot.made
            if made is None:
                made = spot.made = {}
            asked = (rule, overlapped, named)
            found = made.get(asked)
            if found is None:
                found = made[asked] = self._write(rule, spot, overlapped, named)
        if note:
            name, what = self._network.units[found.unit].name, found.claim_category or "*"
            where = found.claim_area or "*"
            note(rule, True, f"「{name}」认领 {what} × {where}", f"{name} claims {what} × {where}")
            if self._way(found.unit)[1]:
                note("town-copy", True, RULES["town-copy"].zh, RULES["town-copy"].en)
        return found

    def _write(self, rule: str, spot: Spot, overlapped: tuple[str, ...], named: tuple[tuple[str, str], ...]) -> Route:
        claim = spot.high if spot.low is None or rule == "department-first" else spot.low
        assert claim is not None  # a spot is made by a claim
        lead, key = claim.unit, spot.key
        area = key if len(key) >= 6 or not key else key.ljust(6, "0")
        way, districts = self._way(lead)
        basis = claim.basis if rule == "longest-claim" and claim.basis else _both(RULES[rule].basis, claim.basis)
        if not (overlapped or named or districts or claim.assist or claim.copies):
            return Route(lead, way, rule, basis, claim.category, area)
        assist = [*overlapped, *claim.assist, *(unit for role, unit in named if role == "assist")]
        helping = tuple(dict.fromkeys(unit for unit in assist if unit != lead))
        copies = [*districts, *claim.copies, *(unit for role, unit in named if role == "copy")]
        copied = tuple(dict.fromkeys(unit for unit in copies if unit != lead and unit not in helping))
        basis = _both(basis, RULES["town-copy"].basis) if districts else basis
        return Route(lead, way, rule, basis, claim.category, area, helping, copied)

    def _way(self, code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the way down to a unit, and the county or district that gets a copy where the unit is a town."""
        found = self._ways.get(code)
        if found is None:
            # The centre acts for the government it stands at, so the way down starts there in its name.
            chain, units = self._network.chains[code], self._network.units
            if self.centre in chain:
                way = chain[chain.index(self.centre) :]
            elif self.seat in chain:
                way = (self.centre, *chain[chain.index(self.seat) + 1 :])
            else:  # above the place, or beside it: a person may still name it
                way = (self.centre, code)
            town = units[code].grade is Grade.TOWN and self.copies_districts
            found = way, (*(above for above in way[:-1] if town and units[above].grade is Grade.COUNTY),)
            self._ways[code] = found
        return found

    def _fall_back(self, keys: tuple[str, ...], note: _Note | None) -> Route:
        for key in keys:
            found = self._backstops.get(key)
            if found is not None:
                if note:
                    note(found.rule, True, RULES[found.rule].zh, RULES[found.rule].en)
                return found
        if note:
            note("district-backstop", False, "属地不明", "the district is not known")
            note("centre", True, RULES["centre"].zh, RULES["centre"].en)
        return self._kept["centre"]

    # ── what hangs on an area ──

    def districts(self, code: str) -> tuple[str, ...]:
        """Return who gets a copy of what goes straight to *code* (抄送属地): a town's county or district."""
        return self._way(self.unit(code).code)[1]

    def territory(self, area: str) -> str:
        """Return the government of *area* next below the hotline's own (属地政府); "" where the area does not tell."""
        try:
            keys, _ = self._locate(area)
        except RequestError:
            return ""
        found = next((self._backstops[key].unit for key in keys if key in self._backstops), "")
        return found or (self.seat if self._network.units[self.seat].grade is Grade.COUNTY else "")

    # ── checks ──

    def unroutable(self, categories: Iterable[str], areas: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return the pairs of *categories* × *areas* that nobody takes (无人认领), so that the centre keeps them."""
        places = tuple(areas)
        return tuple((c, a) for c in categories for a in places if self.route(c, a).rule == "centre")

    def idle_units(self) -> tuple[str, ...]:
        """Return the units below the centre, governments apart, that no claim in force names (闲置单位)."""
        named, units = self._catalogue.named(), self._network.units
        return tuple(
            code
            for code, chain in self._network.chains.items()
            if self.seat in chain[:-1]
            and code != self.centre
            and code not in named
            and units[code].grade not in GOVERNMENTS
        )

    def digraph(self) -> Any:
        """Return the tree as a ``networkx.DiGraph`` (网络图), from parent to child, with each unit as ``unit``."""
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from((code, {"unit": unit}) for code, unit in self._network.units.items())
        graph.add_edges_from((unit.parent, code) for code, unit in self._network.units.items() if unit.parent)
        return graph


def _named(helps: _Helps, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for table in helps for key in keys for pair in table.get(key, ()))


def _both(one: str, two: str) -> str:
    return f"{one}；{two}" if one and two and one != two else one or two


def _turns(claims: Iterable[Claim]) -> tuple[date, ...]:
    """Return the days on which what is in force changes: the first of each line, and the one after its last."""
    days = {claim.since for claim in claims if claim.since is not None}
    days |= {claim.until + timedelta(days=1) for claim in claims if claim.until is not None}
    return tuple(sorted(days))
