"""From layers to a policy (编成办法): a child's edition laid over its parents', part by part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..core.calendar import DEFAULT_WINDOWS, WorkCalendar
from ..core.calendar.overlay import Overlay
from ..core.errors import Fault, PolicyError
from ..core.policy import (
    AssistRule,
    ClearanceRule,
    DeferralRule,
    Dispatching,
    ExtensionRule,
    Flow,
    FollowerRule,
    GrassrootsRule,
    Hops,
    LimitRule,
    LinkageRule,
    Policy,
    ProblemRule,
    RecordRule,
    ReopenRule,
    RepeatRule,
    ScopeRule,
    SendBackRule,
    StatuteRule,
    SuspensionRule,
    TellRule,
    TransitionRule,
)
from ..core.policy.answer import ReplyForm, ReviewRule, TerminationRule
from ..core.policy.calling import CallRule, RatingRule, Scale
from ..core.policy.ladder import PARTIES
from ..core.sla import ClockRules
from ..core.sla.lights import LightRule
from .load import Folder
from .read import Layer
from .shelf import Chain, Shelf
from .table import Notes, nearest

if TYPE_CHECKING:
    from ..core.classify import RuleSet
    from ..core.routing import RoutingGraph
    from ..core.routing.grades import Unit
    from ..core.scoring import ScoreRules

File = tuple[Folder, str]
PART_OF = {"parties": "ladder", "calls": "follow_up"}


def compile_edition(
    shelf: Shelf, folder: Folder, layer: Layer, need: frozenset[str], more: tuple[Overlay, ...]
) -> list[Policy]:
    """Compile one edition (编成一个版本) over its parents as they were on the days it covers, oldest first.

    *need* names the parts to compile besides limits, *more* further overlays.
    """
    made = [_compile(shelf, chain, need, more, since) for since, chain in shelf.chains(folder, layer)]
    _check_names(shelf, layer, made[-1])
    return made


def _compile(shelf: Shelf, chain: Chain, need: frozenset[str], more: tuple[Overlay, ...], since: date | None) -> Policy:
    folder, layer = chain[0]
    rules = _rules(chain) if "rules" in need else None
    routes = _routes(shelf, chain) if "routes" in need else None
    return Policy(
        pack=folder.name,
        place=layer.place,
        edition=layer.edition,
        title=layer.title,
        effective=layer.effective,
        seen=layer.seen,
        calendar=_calendar(chain, more),
        limits=_limits(chain),
        clock=evolve(ClockRules(), **_settings(chain, "clock")),
        rules=rules,
        routes=routes,
        scope=_scope(chain),
        flow=evolve(Flow(), **_settings(chain, "flow")),
        send_back=evolve(SendBackRule(), **_settings(chain, "send_back")),
        extension=evolve(ExtensionRule(), **_settings(chain, "extension")),
        reopen=evolve(ReopenRule(), **_settings(chain, "reopen")),
        transition=TransitionRule(**layer.transition),  # each edition speaks for itself
        dispatching=_dispatching(chain),
        calls=evolve(CallRule(), **_settings(chain, "calls")),
        rating=evolve(RatingRule(), **_settings(chain, "rating")),
        reply_form=evolve(ReplyForm(), **_settings(chain, "reply_form")),
        review=evolve(ReviewRule(), **_settings(chain, "review")),
        termination=evolve(TerminationRule(), **_settings(chain, "termination")),
        **_acceptance(chain),
        suspension=evolve(SuspensionRule(), **_settings(chain, "suspension")),
        deferral=evolve(DeferralRule(), **_settings(chain, "deferral")),
        tell=evolve(TellRule(), **_settings(chain, "tell")),
        lights=evolve(LightRule(), **_settings(chain, "lights")),
        statutes=_statutes(chain),
        ladder=next((one.ladder for _, one in _upto(chain, "ladder") if one.ladder), ()),
        parties=PARTIES | _settings(chain, "parties"),
        statuses=_settings(chain, "statuses"),
        sources=tuple(dict.fromkeys(source for _, one in chain for source in one.sources)),
        cases=layer.cases,
        provides=layer.provides,
        parents=tuple(f"{where.name}@{one.edition}" for where, one in chain[1:]),
        effective_basis=layer.effective_basis,
        digest=sha256("".join(where.seal(one) for where, one in chain).encode()).hexdigest()[:16],
        scoring=_scoring(shelf, chain) if "scoring" in need else None,
        since=since,
        **_levels(chain),
    )


def _acceptance(chain: Chain) -> dict[str, Any]:
    """Return how requests are taken in: rules key by key, lists as the nearest edition that has any gives them."""
    rules: dict[str, Any] = {
        "record": RecordRule(),
        "repeat": RepeatRule(),
        "follower": FollowerRule(),
        "clearance": ClearanceRule(),
        "linkage": LinkageRule(),
    }
    laid = {part: evolve(rule, **_settings(chain, part)) for part, rule in rules.items()}
    lists = {
        part: next((found for _, one in _upto(chain, part) if (found := getattr(one, part))), ())
        for part in ("channels", "lines", "types", "conduct")
    }
    return laid | lists


def _upto(chain: Chain, part: str) -> Iterator[tuple[Folder, Layer]]:
    """Yield the layers that have a say in *part*, nearest first: up to the one that refuses to inherit it."""
    for folder, layer in chain:
        yield folder, layer
        if part in layer.refused:
            return


def _settings(chain: Chain, part: str) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for _, layer in reversed(list(_upto(chain, PART_OF.get(part, part)))):
        settings |= getattr(layer, part)
    return settings


def _dispatching(chain: Chain) -> Dispatching:
    return Dispatching(
        Hops(**_settings(chain, "hops")),
        AssistRule(**_settings(chain, "assist")),
        ProblemRule(**_settings(chain, "problem")),
        GrassrootsRule(**_settings(chain, "grassroots")),
    )


def _levels(chain: Chain) -> dict[str, Any]:
    one = next((one for _, one in _upto(chain, "satisfaction") if one.levels), None)
    return {"satisfied_levels": one.levels, "scale": Scale(**one.scale)} if one is not None else {}


def _scoring(shelf: Shelf, chain: Chain) -> ScoreRules:
    from ..core.scoring import ScoreRules, read_score_rules

    for _, layer in _upto(chain, "scoring"):
        if layer.scoring is not None:
            rules, faults = read_score_rules(layer.scoring, layer.file)
            _note(shelf, layer, faults)
            return rules or ScoreRules()
    return ScoreRules()


def _note(shelf: Shelf, layer: Layer, faults: tuple[Fault, ...] | list[Fault]) -> None:
    notes = Notes(layer.notes.file, layer.notes.text)
    notes.take(faults)
    shelf.faults.extend(notes.placed())


def _limits(chain: Chain) -> tuple[LimitRule, ...]:
    found: dict[tuple[Any, ...], LimitRule] = {}
    for _, layer in _upto(chain, "limits"):
        for rule in layer.limits:
            found.setdefault(rule.selectors, rule)
    return tuple(found.values())


def _statutes(chain: Chain) -> tuple[StatuteRule, ...]:
    found: dict[str, StatuteRule] = {}
    for _, layer in _upto(chain, "statutes"):
        for rule in layer.statutes:
            found.setdefault(rule.code, rule)
    return tuple(found.values())


def _scope(chain: Chain) -> tuple[ScopeRule, ...]:
    found: dict[str, ScopeRule] = {}
    for _, layer in _upto(chain, "scope"):
        for rule in layer.scope:
            found.setdefault(rule.code, rule)
    return tuple(found.values())


def _calendar(chain: Chain, more: tuple[Overlay, ...]) -> WorkCalendar:
    overlays: list[Overlay] = []
    for folder, layer in reversed(list(_upto(chain, "overlays"))):
        overlays += [*folder.overlays(), *layer.overlays]
    windows = next((layer.windows for _, layer in _upto(chain, "clock") if layer.windows), None)
    # Two editions of one folder share its files; what is nearer counts, so the last mention stays.
    once = tuple(reversed(dict.fromkeys(reversed([*overlays, *more]))))
    return WorkCalendar.china(overlays=once, windows=windows or DEFAULT_WINDOWS)


def _rules(chain: Chain) -> RuleSet | None:
    rules: RuleSet | None = None
    last: tuple[Folder, str] | None = None
    for folder, layer in reversed(list(_upto(chain, "rules"))):
        here = folder, layer.file_of("rules")
        if here != last:
            rules = folder.rules(rules, here[1])
        last = here
    return rules


def _routes(shelf: Shelf, chain: Chain) -> RoutingGraph | None:
    centre = next((one.centre for _, one in _upto(chain, "units") if one.centre), "")
    lists, catalogue = _unit_lists(chain), _catalogue(chain)
    # The same files make the same graph, whichever editions of the parents they came with.
    flags = (one.copies_districts for _, one in _upto(chain, "units"))
    copies = next((flag for flag in flags if flag is not None), True)
    key = centre, copies, tuple((id(folder), name) for folder, name in (*lists, catalogue))
    if key not in shelf.graphs:
        shelf.graphs[key] = _graph(shelf, chain, centre, copies, lists, catalogue)
    return shelf.graphs[key]


def _graph(
    shelf: Shelf, chain: Chain, centre: str, copies: bool, lists: list[File], catalogue: File
) -> RoutingGraph | None:
    layer = chain[0][1]
    units = _units(lists, centre)
    if not centre:
        if any(unit.parent for unit in units):
            zh, en = "有单位表却没有 [routing] centre", "there are units but no [routing] centre"
            hint = '[routing]\ncentre = "210100-12345"'
            _note(shelf, layer, [Fault("no-centre", zh, en, table="routing", key="centre", hint=hint)])
        return None
    if not any(unit.parent for unit in units):
        zh, en = "写了 [routing]，但没有 units.csv", "there is a [routing] but no units.csv"
        _note(shelf, layer, [Fault("missing-file", zh, en, table="routing", key="centre")])
        return None
    from ..core.routing import RoutingGraph

    try:
        return RoutingGraph.of(units, catalogue[0].claims(catalogue[1]) or (), centre=centre, copies_districts=copies)
    except PolicyError as error:
        for fault in error.faults:
            if fault.code == "unknown-centre":  # said in the edition, not among the units
                said = next(one for _, one in _upto(chain, "units") if one.centre)
                hint = nearest(centre, sorted(unit.code for unit in units))
                _note(shelf, said, [evolve(fault, table="routing", key="centre", hint=hint)])
            else:
                shelf.faults.append(in_csv(fault, lists[0], catalogue))
        return None


def _unit_lists(chain: Chain) -> list[File]:
    """Return the files the units stand in, nearest first: of each folder the nearest edition's alone."""
    found: dict[int, File] = {}
    for folder, layer in _upto(chain, "units"):
        found.setdefault(id(folder), (folder, layer.file_of("units")))
    return list(found.values())


def _units(lists: list[File], centre: str) -> list[Unit]:
    """Return the place's units and, of its parents', those of the same tree and the emergency numbers."""
    own = list(lists[0][0].units(lists[0][1]))
    known = {unit.code: unit for unit in own}
    more: list[Unit] = []
    for folder, name in lists[1:]:
        # A parent's unit is replaced by the child's; a code given twice in one file is a fault the network tells.
        fresh = [unit for unit in folder.units(name) if unit.code not in known]
        known |= {unit.code: unit for unit in fresh}
        more += fresh
    top = _top(known, centre)
    return own + [unit for unit in more if unit.grade.value == "emergency" or _top(known, unit.code) == top]


def _top(known: dict[str, Unit], code: str) -> str:
    for _ in known:  # no way up is longer than there are units, even in a circle
        unit = known.get(code)
        if unit is None or not unit.parent:
            break
        code = unit.parent
    return code


def _catalogue(chain: Chain) -> File:
    """Return the file the dispatch catalogue stands in: the nearest there is."""
    files = [(folder, layer.file_of("catalogue")) for folder, layer in _upto(chain, "catalogue")]
    return next((file for file in files if file[0].claims(file[1]) is not None), files[0])


def in_csv(fault: Fault, units: File, catalogue: File) -> Fault:
    """Put a fault of the network to its file and line."""
    folder, name = units if fault.table == "units" else catalogue
    if fault.table == "units":
        numbers = (n for n, unit in enumerate(folder.units(name), 2) if unit.code == fault.key)
        return evolve(fault, file=folder.label(folder.path / name), line=next(numbers, 0), table="")
    claims = folder.claims(name) or ()
    names = ((one.line, f"{one.category or '*'} × {one.area or '*'}", f" → {one.unit}") for one in claims)
    line = next((n for n, what, who in names if fault.key in (what, what + who)), 0)
    return evolve(fault, file=folder.label(folder.path / name), line=line, table="")


def _check_names(shelf: Shelf, layer: Layer, policy: Policy) -> None:
    """Hold the names in this edition to what rules and routes know, where these were compiled."""
    faults: list[Fault] = []
    known = {category.name for category in policy.rules.categories} if policy.rules is not None else set()
    for table, key, category in layer.named if known else ():
        if category not in known:
            zh, en = f"类目表中没有「{category}」", f"there is no category {category!r}"
            faults.append(Fault("unknown-category", zh, en, table=table, key=key, hint=nearest(category, known)))
    if policy.routes is not None:
        codes = {unit.code for unit in policy.routes.units}
        for table, key, unit in _units_named(layer, policy):
            if unit not in codes:
                zh, en = f"没有单位「{unit}」", f"there is no unit {unit!r}"
                faults.append(Fault("unknown-unit", zh, en, table=table, key=key, hint=nearest(unit, codes)))
    _note(shelf, layer, faults)


def _units_named(layer: Layer, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield every unit that this edition's tables name, with table and key."""
    for number, line in enumerate(layer.lines, 1):
        yield from ((f"line[{number}]", key, getattr(line, key)) for key in ("takes", "unit") if getattr(line, key))
    above = layer.problem.get("to", "territory")
    if above != "territory":
        yield "problem", "to", above
    for case in policy.cases:
        if "unit" in case.expected:
            yield case.table, "unit", case.expected["unit"]
        yield from ((case.table, key, unit) for key in ("assist", "copy") for unit in case.expected.get(key, ()))
