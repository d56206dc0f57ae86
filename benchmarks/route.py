"""How fast a route is found: 3,000 units × 30,000 claims, against networkx climbing and scanning (派单速度).

    python benchmarks/route.py

``compile_ms`` is what loading costs.  ``cold`` asks each category × area once of a graph that has answered nothing, so
it pays for every category's row and every route's wording; ``index`` asks when that is done but remembers no answer;
``warm`` asks again what was asked.  The queries are drawn from 1.6 million pairs, so ``cold`` is the worst case: a
real place has some hundred categories and areas and is warm soon.

The peer climbs the same tree with ``networkx`` and looks on each step for the longest claim that fits, in a
dictionary, which is kinder to it than a scan: the core of the question without department-first, backstops,
sub-centres, reasons or paths.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

import networkx
from _measure import compare, show

from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit

N_CLAIMS = 30_000
QUERIES = 20_000


def place(seed: int = 12345) -> tuple[list[Unit], list[Claim], list[tuple[str, str]]]:
    """Return 3,000 units, 30,000 claims without a clash, and the queries: towns and counties × categories."""
    draw = random.Random(seed)
    units = [Unit("210000", "省", Grade.PROVINCE, "", "210000"), Unit("hotline", "热线", Grade.CENTRE, "210000")]
    for c in range(1, 21):
        city = f"21{c:02d}00"
        units.append(Unit(city, city, Grade.CITY, "210000", city))
        units += [Unit(f"{city}-{d}", f"{city}-{d}", Grade.DEPARTMENT, city, city) for d in range(38)]
        for k in range(1, 11):
            county = f"21{c:02d}{k:02d}"
            units.append(Unit(county, county, Grade.COUNTY, city, county))
            units += [
                Unit(f"{county}{t:03d}", f"{county}{t:03d}", Grade.TOWN, county, f"{county}{t:03d}")
                for t in range(1, 11)
            ]
    units += [Unit(f"s{n}", f"s{n}", Grade.SERVICE, "210100", "210100") for n in range(3_000 - len(units))]
    categories = [f"{a}" for a in range(15)]
    categories += [f"{a}/{b}" for a in range(15) for b in range(8)]
    categories += [f"{a}/{b}/{c}" for a in range(15) for b in range(8) for c in range(4)]
    claims: dict[tuple[str, str], Claim] = {}
    while len(claims) < N_CLAIMS:
        unit, category = draw.choice(units[2:]), draw.choice(categories)
        claims.setdefault((category, unit.area), Claim(unit.code, category, unit.area))
    areas = [unit.area for unit in units if unit.grade in (Grade.COUNTY, Grade.TOWN)]
    return units, list(claims.values()), [(draw.choice(categories), draw.choice(areas)) for _ in range(QUERIES)]


def climb(units: list[Unit], claims: list[Claim]) -> Any:
    """Return the peer: the nearest unit upward that has a claim on the category, by networkx."""
    graph = networkx.DiGraph()
    for unit in units:
        graph.add_node(unit.area or unit.code)
    by_code = {unit.code: unit for unit in units}
    for unit in units:
        if unit.grade in (Grade.COUNTY, Grade.TOWN, Grade.CITY):
            graph.add_edge(unit.area, by_code[unit.parent].area)
    held: dict[str, dict[str, str]] = {}
    for claim in claims:
        held.setdefault(claim.area, {})[claim.category] = claim.unit
    networkx.set_node_attributes(graph, held, "claims")

    def route(category: str, area: str) -> str:
        at = area
        while True:
            claims_here = graph.nodes[at].get("claims", {})
            part = category
            while part:
                if part in claims_here:
                    return str(claims_here[part])
                part = part.rpartition("/")[0]
            above = next(graph.successors(at), None)
            if above is None:
                return "hotline"
            at = above

    return route


def main() -> None:
    """Measure and print."""
    units, claims, queries = place()
    assert (len(units), len(claims)) == (3_000, N_CLAIMS)
    peer = climb(units, claims)

    def compiled() -> RoutingGraph:
        return RoutingGraph.of(units, claims, centre="hotline")

    spent = []
    for _ in range(7):
        begin = time.perf_counter()
        compiled()
        spent.append(time.perf_counter() - begin)

    warm = compiled()
    fresh = [compiled() for _ in range(8)]
    routes = {"graph": compiled()}

    def ask(route: Any) -> None:
        for category, area in queries:
            route(category, area)

    def index() -> None:
        routes["graph"]._asked.clear()
        ask(routes["graph"].route)

    codes = [unit.code for unit in units]
    pairs = [(random.Random(n).choice(codes), random.Random(-n).choice(codes)) for n in range(1, 5_001)]
    tree = warm.digraph().to_undirected()
    found = compare(
        "route: category × area -> unit, 3,000 units × 30,000 claims",
        {
            "warm": lambda: ask(warm.route),
            "index": index,
            "cold": lambda: ask(fresh.pop().route),
            "networkx climb": lambda: ask(peer),
        },
        QUERIES,
        rounds=7,
    )
    found["compile_ms"] = {"median": round(statistics.median(spent) * 1e3, 1), "worst": round(max(spent) * 1e3, 1)}
    found["distinct_queries"] = len(set(queries))
    ways = compare(
        "path between two units",
        {
            "path": lambda: [warm.path(a, b) for a, b in pairs],
            "networkx shortest_path": lambda: [networkx.shortest_path(tree, a, b) for a, b in pairs[:500]],
        },
        {"path": 5_000, "networkx shortest_path": 500},
    )
    show(found, ways)


if __name__ == "__main__":
    main()
