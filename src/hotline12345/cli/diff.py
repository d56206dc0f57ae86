"""``pack diff`` (比较版本): what an edition changes, in articles and in numbers, and which orders it would move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .adopting import shift_json
from .common import Speaking, answers, hotline_of, own_pack_option, pack_of, place_option, print_json
from .printing import clock_name, half, iso, note, print_csv, say, table, when

if TYPE_CHECKING:
    from ..core.policy import Policy
    from ..core.policy.differences import Change
    from ..transition import Shift

COLUMNS = ("table", "what", "key", "kind", "old", "new", "old_basis", "new_basis")
WIDEST = 48
KINDS = {
    "added": ("新增", "added"),
    "removed": ("删去", "removed"),
    "changed": ("变更", "changed"),
    "basis": ("改依据", "basis"),
}


@click.command(
    "diff",
    cls=Speaking,
    short_help="比较两个政策包或两个版本 · what an edition changes",
    help="比较两个政策包或两个版本：逐条列出数字与依据的变化。写 名称 或 名称@版本。"
    "--store 再试算：若在办工单改依后者，哪些期限会变；什么也不记。\n"
    "--\n"
    "Compare two packs or editions, written NAME or NAME@EDITION: what changes, in numbers and in articles.  With "
    "--store, which deadlines of open orders would move were they to go over to the second; nothing is recorded.",
)
@click.argument("old")
@click.argument("new")
@click.option("--store", default="", help="再试算此存储的在办工单 · and what it would do to this store's open orders")
@click.option("--most", default=20, show_default=True, help="至多列出几处期限 · list at most so many deadlines")
@own_pack_option
@place_option
@answers("table", "json", "csv")
def diff(old: str, new: str, store: str, most: int, pack_name: str, place: str, form: str) -> None:
    """Compare two editions."""
    from ..core.policy.differences import differences

    one, two = named(old), named(new)
    changes = differences(one, two)
    moved = _moved(two, pack_name, store, place) if store else None
    if form == "json":
        print_json(_json(one, two, changes, moved, most))
    elif form == "csv":
        print_csv(COLUMNS, [[getattr(change, key) for key in COLUMNS] for change in changes])
    else:
        _print(one, two, changes)
        if moved is not None:
            _print_moved(*moved, most)


def named(text: str) -> Policy:
    """Return the edition that *text* names: ``cn``, ``cn@2021-01-06``, or a path with or without ``@``."""
    name, _, edition = text.rpartition("@") if "@" in text else (text, "", "")
    pack = pack_of(name)
    return pack.edition(edition) if edition else pack.newest


def _moved(new: Policy, pack_name: str, store: str, place: str) -> tuple[int, tuple[Shift, ...]]:
    from ..transition import would_move

    hotline = hotline_of(pack_name, store, place, must_exist=True, reads=True, need=("routes",))
    return would_move(hotline, new)


def _json(
    old: Policy, new: Policy, changes: tuple[Change, ...], moved: tuple[int, tuple[Shift, ...]] | None, most: int
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "old": _edition(old),
        "new": _edition(new),
        "sources": {
            "added": [source for source in new.sources if source not in old.sources],
            "removed": [source for source in old.sources if source not in new.sources],
        },
        "changes": [{key: getattr(change, key) for key in COLUMNS} for change in changes],
    }
    if moved is not None:
        count, shifts = moved
        told["orders"] = {
            "open": count,
            "moved": len({shift.number for shift in shifts}),
            "deadlines": len(shifts),
            "examples": [shift_json(shift) for shift in shifts[:most]],
        }
    return told


def _edition(policy: Policy) -> dict[str, Any]:
    return {
        "pack": policy.pack,
        "edition": policy.edition,
        "effective": iso(policy.effective),
        "parents": list(policy.parents),
        "open_orders": policy.transition.open_orders,
        "digest": policy.digest,
    }


def _print(old: Policy, new: Policy, changes: tuple[Change, ...]) -> None:
    if changes:
        zh, en = "表,对象,键,变化,旧,新,旧依据,新依据", "table,what,key,change,old,new,old basis,new basis"
        rows = [
            (c.table, c.what, c.key, say(*KINDS[c.kind]), *map(_clip, (c.old, c.new, c.old_basis, c.new_basis)))
            for c in changes
        ]
        click.echo(table(say(zh, en).split(","), rows))
    for sign, mine, other in (("-", old, new), ("+", new, old)):
        for source in mine.sources:
            if source not in other.sources:
                click.echo(f"{sign} {half(source)}")
    between = f"{old.pack}@{old.edition} → {new.pack}@{new.edition}"
    numbers = sum(change.kind != "basis" for change in changes)
    note(
        say(
            f"{between}：规定变化 {numbers} 处，只改依据 {len(changes) - numbers} 处",
            f"{between}: {numbers} rules differ, {len(changes) - numbers} in their basis alone",
        )
    )


def _clip(text: str) -> str:
    said = half(text)
    return said if len(said) <= WIDEST else said[: WIDEST - 1] + "…"


def _print_moved(count: int, shifts: tuple[Shift, ...], most: int) -> None:
    if shifts:
        heads = say("工单,时限,单位,原期限,新期限", "order,clock,unit,was,is").split(",")
        rows = [(s.number, clock_name(s.clock), s.unit, when(s.old.at), when(s.new.at)) for s in shifts[:most]]
        click.echo("\n" + table(heads, rows))
    orders = len({shift.number for shift in shifts})
    note(
        say(
            f"在办工单 {count} 张，改依后 {orders} 张的 {len(shifts)} 处期限会变",
            f"{count} open orders: {len(shifts)} deadlines of {orders} would move",
        )
    )
