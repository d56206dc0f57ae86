"""Where nobody takes it, and who takes nothing (派单网络): every category in every area, every unit, every line."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Fault
from ..policy import Policy
from ..routing import Claim, RoutingGraph
from .base import found

CODES = {
    "unroutable": ("有类别无人承办，只能留在热线工作机构", "nobody takes a category, so that it stays with the centre"),
    "unroutable-bounded": (
        "类别与区划的组合太多，没有逐一核对",
        "there are too many categories and areas to try every pair",
    ),
    "idle-unit": ("单位没有任何派单目录条目", "a unit takes nothing"),
    "lapsed-unit": (
        "单位的派单目录条目都已截止，如已并入他处",
        "all that a unit claims has ended, as when it was merged away",
    ),
    "unlisted-category": (
        "派单目录的类别不在类目表中，不会有这样的工单",
        "a claim to a category that no order can have",
    ),
    "shadowed-claim": ("派单目录的这一行永远轮不到", "a line of the catalogue that never decides anything"),
}
PAIRS = 250_000
"""How many pairs of category and area are tried; a place of 500 categories and 500 areas is tried whole."""


def areas_of(policy: Policy) -> tuple[str, ...]:
    """Return the areas of a place (区划): its own, and those of its units, nearest the top first."""
    if policy.routes is None:
        return (policy.place,)
    routes = policy.routes
    below = [unit for unit in routes.units if unit.area and routes.seat in (unit.code, *routes.ancestors(unit.code))]
    below.sort(key=lambda unit: len(routes.ancestors(unit.code)))
    return tuple(dict.fromkeys((policy.place, *(unit.area for unit in below))))


def unroutable(policy: Policy) -> Iterator[Fault]:
    """Find categories that nobody takes somewhere; what is no order's matter is not asked about."""
    if policy.routes is None or policy.rules is None:
        return
    kept = [rule.categories for rule in policy.scope]
    outside = tuple(f"{category}/" for categories in kept for category in categories)
    names = [one.name for one in policy.rules.categories if not f"{one.name}/".startswith(outside)]
    areas = areas_of(policy)
    most = max(PAIRS // max(len(names), 1), 1)
    if len(areas) > most:
        zh = f"{len(names)} 个类别 × {len(areas)} 个区划，只核对了前 {most} 个区划"
        en = f"{len(names)} categories × {len(areas)} areas: the first {most} areas were tried"
        yield found("unroutable-bounded", zh, en, "catalogue", "", severity="note")
    lost: dict[str, list[str]] = {}
    for category, area in policy.routes.unroutable(names, areas[:most]):
        lost.setdefault(category, []).append(area)
    for category, places in lost.items():
        some = "、".join(places[:3]) + ("…" if len(places) > 3 else "")
        zh, en = f"「{category}」在 {some} 无人承办", f"nobody takes {category!r} in {some}"
        hint = "在 catalogue.csv 中补一行 / add a line to catalogue.csv"
        yield found("unroutable", zh, en, "catalogue", category, hint)


def idle(policy: Policy) -> Iterator[Fault]:
    """Find units that take nothing: never named, or named only in lines that have ended."""
    if policy.routes is None:
        return
    ended = {claim.unit: claim for claim in policy.routes.claims if claim.until is not None}
    for code in policy.routes.idle_units():
        name = policy.routes.unit(code).name
        claim = ended.get(code)
        if claim is None:
            hint = "补派单目录，或删去该单位 / add a claim, or drop the unit"
            yield found(
                "idle-unit", f"「{name}」没有承办任何事项", f"{name} ({code}) takes nothing", "units", code, hint
            )
        else:
            zh, en = (
                f"「{name}」的目录条目已于 {claim.until} 截止",
                f"what {name} ({code}) claims ended on {claim.until}",
            )
            hint = "把事项划给并入的单位，删去该单位 / give its matters to whoever took it over, and drop the unit"
            yield found("lapsed-unit", zh, en, "units", code, hint)


def shadowed(policy: Policy) -> Iterator[Fault]:
    """Find lines of the catalogue whose own category in their own area goes elsewhere, with where it goes."""
    if policy.routes is None:
        return
    for claim in policy.routes.claims:
        if claim.role != "lead" or claim.until is not None:
            continue
        found_at = policy.routes.route(claim.category, _where(policy.routes, claim))
        if claim.unit in (found_at.unit, *found_at.assist):
            continue
        key = f"{claim.category or '*'} × {claim.area or '*'} → {claim.unit}"
        zh = f"{key}：按「{found_at.rule}」派给了 {found_at.unit}"
        en = f"{key}: {found_at.rule} sends it to {found_at.unit}"
        hint = "删去这一行，或改另一行 / drop the line, or change the other"
        yield found("shadowed-claim", zh, en, "catalogue", key, hint)


def _where(routes: RoutingGraph, claim: Claim) -> str:
    """Return the area a claim speaks of: its own, else that of its unit or of the nearest unit above it."""
    if claim.area:
        return claim.area
    return next((area for code in (claim.unit, *routes.ancestors(claim.unit)) if (area := routes.unit(code).area)), "")


def unlisted(policy: Policy) -> Iterator[Fault]:
    """Find lines of the catalogue for categories that the place's list does not have."""
    if policy.routes is None or policy.rules is None:
        return
    names = {one.name for one in policy.rules.categories}
    for claim in policy.routes.claims if names else ():
        if claim.category and claim.category not in names:
            key = f"{claim.category} × {claim.area or '*'} → {claim.unit}"
            zh, en = f"类目表中没有「{claim.category}」", f"there is no category {claim.category!r}"
            hint = "改正，或在 rules.toml 的 [[category]] 中补上 / correct it, or add it to [[category]] in rules.toml"
            yield found("unlisted-category", zh, en, "catalogue", key, hint)


CHECKS = (unroutable, idle, unlisted, shadowed)
