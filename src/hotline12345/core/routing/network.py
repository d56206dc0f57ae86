"""The tree of units (承办网络): who stands under whom, checked once, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from ..errors import Fault
from .grades import AREA_HINT, GOVERNMENTS, Grade, Unit, area_key


@frozen(weakref_slot=False, eq=False)
class Network:
    """The units of a place as a tree (承办网络); ``chains`` run from the top down to the unit itself."""

    units: Mapping[str, Unit]
    chains: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
    areas: Mapping[str, str]

    def government(self, code: str) -> Unit | None:
        """Return the nearest government on the way up from *code*, itself included."""
        for above in reversed(self.chains[code]):
            if self.units[above].grade in GOVERNMENTS:
                return self.units[above]
        return None


def build(units: Iterable[Unit], centre: str) -> tuple[Network, list[Fault]]:
    """Build the tree of *units* (建承办网络) under the hotline *centre*, with every fault found on the way."""
    faults: list[Fault] = []
    known = _register(units, faults)
    for code, unit in known.items():
        if unit.parent and unit.parent not in known:
            zh, en = f"上级单位「{unit.parent}」不存在", f"the parent {unit.parent!r} does not exist"
            faults.append(_fault("unknown-parent", zh, en, code))
    if centre not in known:
        zh, en = f"热线工作机构「{centre}」不在单位表中", f"the centre {centre!r} is not among the units"
        faults.append(_fault("unknown-centre", zh, en, centre))
    chains = _chains(known)
    lost = [code for code in known if code not in chains]
    if lost:
        faults.extend(_cycles(known, lost))
    below: dict[str, list[str]] = {}
    areas: dict[str, str] = {}
    for code in sorted(chains, key=lambda code: len(chains[code])):
        unit = known[code]
        areas[code] = (area_key(unit.area) or "") if unit.area else areas.get(unit.parent, "")
        if unit.parent in chains:
            below.setdefault(unit.parent, []).append(code)
    faults.extend(_orphans(known, chains, centre))
    faults.extend(_strays(known, areas))
    children = {code: tuple(sorted(codes)) for code, codes in below.items()}
    return Network(known, chains, children, areas), faults


def _fault(code: str, zh: str, en: str, key: str, hint: str = "") -> Fault:
    return Fault(code, zh, en, table="units", key=key, hint=hint)


def _register(units: Iterable[Unit], faults: list[Fault]) -> dict[str, Unit]:
    known: dict[str, Unit] = {}
    for unit in units:
        code = unit.code
        # Actors are written ROLE@UNIT/PERSON, so these two signs cannot stand in a code.
        if not code or "/" in code or "@" in code or code != "".join(code.split()):
            hint = "不含空格、/ 和 @ / no spaces, / or @"
            faults.append(_fault("bad-unit-code", f"单位代码「{code}」有误", f"bad unit code {code!r}", code, hint))
        if area_key(unit.area) is None:
            zh, en = f"区划代码「{unit.area}」有误", f"bad area code {unit.area!r}"
            faults.append(_fault("bad-area", zh, en, code, AREA_HINT))
        if code in known:
            zh = f"单位代码重复：「{known[code].name}」与「{unit.name}」"
            en = f"the code is used twice: {known[code].name} and {unit.name}"
            faults.append(_fault("duplicate-unit", zh, en, code))
        elif code:  # one without a code would stand above every unit without a parent
            known[code] = unit
    return known


def _chains(known: Mapping[str, Unit]) -> dict[str, tuple[str, ...]]:
    """Return the chain of every unit that reaches a top; those caught in a cycle, or under one, are left out."""
    chains: dict[str, tuple[str, ...]] = {}
    for code in known:
        way: list[str] = []
        seen: set[str] = set()
        at = code
        while at in known and at not in chains and at not in seen:
            seen.add(at)
            way.append(at)
            at = known[at].parent
        if at in seen or (at in known and at not in chains):
            continue
        chain = chains.get(at, ())
        for step in reversed(way):
            chain = (*chain, step)
            chains[step] = chain
    return chains


def _cycles(known: Mapping[str, Unit], lost: list[str]) -> list[Fault]:
    # Only a broken tree pays for loading networkx.
    import networkx

    graph = networkx.DiGraph((known[code].parent, code) for code in lost)
    faults = []
    for cycle in networkx.simple_cycles(graph):
        first = cycle.index(min(cycle))
        around = " → ".join([*cycle[first:], *cycle[:first], cycle[first]])
        faults.append(
            _fault("cycle", f"上下级成环：{around}", f"the units go round in a circle: {around}", cycle[first])
        )
    return sorted(faults, key=lambda fault: fault.key)


def _orphans(known: Mapping[str, Unit], chains: Mapping[str, tuple[str, ...]], centre: str) -> list[Fault]:
    top = chains[centre][0] if centre in chains else ""
    faults = []
    for code, unit in known.items():
        # Emergency numbers stand outside the hotline (国办发〔2020〕53号).
        if unit.parent or code == top or unit.grade is Grade.EMERGENCY:
            continue
        if not top and unit.grade in GOVERNMENTS:
            continue
        zh, en = "没有上级单位，且不是热线所在的层级顶端", "it stands under nothing and is not the top above the centre"
        faults.append(_fault("orphan", zh, en, code, "填写 parent / give its parent"))
    return faults


def _strays(known: Mapping[str, Unit], areas: Mapping[str, str]) -> list[Fault]:
    faults = []
    for code, unit in known.items():
        above = known.get(unit.parent)
        if above is None or unit.grade not in GOVERNMENTS or not {code, unit.parent} <= areas.keys():
            continue
        if area_key(unit.area) is not None and not areas[code].startswith(areas[unit.parent]):
            zh = f"区划 {unit.area} 不在上级「{above.name}」的区划 {above.area} 之内"
            en = f"its area {unit.area} does not lie in the area {above.area} of {above.name} above it"
            faults.append(_fault("stray-area", zh, en, code))
    return faults
