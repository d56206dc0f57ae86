"""``list`` (列出工单): by what an order is found, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from .common import (
    Speaking,
    answers,
    choice_of,
    hotline_of,
    instant_of,
    now,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .printing import iso, note, print_csv, say, table, when

if TYPE_CHECKING:
    from datetime import datetime

    from ..core.order import Order
    from ..hotline import Hotline
    from ..stores.port import Head, Query

GROUPS = ("status", "kind", "category", "area", "holder")
COLUMNS = (
    "number",
    "status",
    "kind",
    "category",
    "area",
    "holder",
    "received",
    "due_day",
    "at",
    "provisional",
    "version",
)


@click.command(
    "list",
    cls=Speaking,
    help="列出工单，可按状态、类型、单位、到期等筛选；一页不够时用 --after 续页。\n"
    "--\n"
    "List orders by status, kind, unit, due time and more; --after continues where a page ended.",
)
@click.option("--status", default="", help="状态：dispatched、待签收 … · status")
@click.option("--kind", default="", help="诉求类型 · kind")
@click.option("--category", default="", help="类别（含下级） · category and all below it")
@click.option("--area", default="", help="区划代码前缀 · division code or its beginning")
@click.option("--holder", default="", help="持单单位 · the unit that holds it")
@click.option("--unit", default="", help="有在办任务的单位，含协办 · a unit that works on it, assistants too")
@click.option("--role", default="", help="在办任务的角色：lead、assist、copy · role of an open assignment")
@click.option("--desk-due-before", default="", help="在办任务此刻之前到期 · an open assignment due before this instant")
@click.option("--words", default="", help="标题中的词（至少两个字） · words of the title, two characters at least")
@click.option("--changed-since", default="", help="此刻起有过变动 · changed at this instant or later")
@click.option("--digest", default="", help="期限所依据的日历摘要 · digest of the calendar its deadline was counted by")
@click.option("--requester", default="", help="诉求人的证件号、电话或姓名 · the requester's id, phone or name")
@click.option("--line", default="", help="专线：只列从该专线进线的 · only what came by this line")
@click.option("--open/--ended", "is_open", default=None, help="未终结／已终结 · still open, or ended")
@click.option("--overdue", is_flag=True, help="群众时限已过而未答复 · past the citizen's deadline and not answered")
@click.option("--problem", is_flag=True, help="问题工单 · problem orders")
@click.option("--provisional", is_flag=True, help="到期日暂定 · with a provisional deadline")
@click.option("--due-before", default="", help="此刻之前到期 · due before this instant")
@click.option(
    "--count-by",
    default="",
    type=click.Choice(("", "total", *GROUPS)),
    help="只计数：total 总数，或按状态、类型、类别、区划、持单单位 · count instead of listing",
)
@click.option(
    "--at", "moment", default="", help="以何时为准判断超期，默认此刻 · the present for --overdue, by default now"
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="每页条数 · how many a page")
@click.option("--after", default="", help="续页：上一页给出的 next · the cursor a page ended with")
@store_option
@own_pack_option
@place_option
@answers("table", "json", "csv")
def command(
    form: str, limit: int, after: str, overdue: bool, problem: bool, moment: str, count_by: str, **given: Any
) -> None:
    """List orders."""
    at = instant_of(moment) if moment else now()
    # Neither rules nor routes are needed to read heads, but names of units are for people.
    need = ("routes",) if form == "table" else ()
    searching = bool(given["requester"] or given["words"])
    hotline = hotline_of(
        given["pack_name"], given["store"], given["place"], must_exist=True, reads=not searching, need=need
    )
    query = _query(hotline, given, overdue, at)
    wanted = [_late(at)] * overdue + [_problem] * problem
    if given["line"]:
        wanted.append(_by_line(hotline, given["line"]))
    if count_by:
        _counts(hotline, query, given["words"], "" if count_by == "total" else count_by, wanted, form)
        return
    heads, cursor = _page(hotline, query, given["words"], after, limit, wanted)
    lit = any(policy.lights.on for policy in hotline.pack.editions)
    rows = [row_of(head) | {"light": _light(hotline, head, at) if lit else None} for head in heads]
    if form == "json":
        print_json({"orders": rows, "next": cursor})
    elif form == "csv":
        print_csv(COLUMNS, [[row[key] for key in COLUMNS] for row in rows])
        _more(cursor)
    else:
        _show(hotline, heads)
        _more(cursor)


def _query(hotline: Hotline, given: dict[str, Any], overdue: bool, at: datetime) -> Query:
    from datetime import timedelta

    from ..core.order import Status
    from ..core.request import Kind
    from ..heads import stamp
    from ..stores.port import Query

    limits = [stamp(instant_of(given["due_before"]))] if given["due_before"] else []
    if overdue:
        # What falls due at this very instant is late: a deadline is the first instant that is.
        limits.append(stamp(at + timedelta(microseconds=1)))
    return Query(
        status=choice_of(Status, given["status"], "状态", "unknown-status").value if given["status"] else None,
        open=True if overdue else given["is_open"],
        kind=Kind.parse(given["kind"]).value if given["kind"] else None,
        category=given["category"] or None,
        area=given["area"] or None,
        holder=given["holder"] or None,
        requester=_blind(hotline, given["requester"]),
        unit=given["unit"] or None,
        due_before=min(limits, default=None),
        provisional=True if given["provisional"] else None,
        digest=given["digest"] or None,
        role=given["role"] or None,
        desk_due_before=stamp(instant_of(given["desk_due_before"])) if given["desk_due_before"] else None,
        changed_since=stamp(instant_of(given["changed_since"])) if given["changed_since"] else None,
    )


def _blind(hotline: Hotline, person: str) -> str | None:
    """Return the index under which *person* is found; where there are no orders of theirs, one that finds none."""
    if not person:
        return None
    heads = hotline.by_requester(person).heads
    return heads[0].requester if heads else "-"


def _by_line(hotline: Hotline, named: str) -> Callable[[Order], bool]:
    known = hotline.pack.newest.line(named)
    line = known.code if known is not None else named
    return lambda order: order.intake.line == line


def _page(
    hotline: Hotline, query: Query, words: str, after: str, limit: int, wanted: Sequence[Callable[[Order], bool]]
) -> tuple[list[Head], str]:
    """Return a page; what no index tells is asked of the order itself."""
    if not wanted:
        page = hotline.find(query, words=words, after=after, limit=limit)
        return list(page.heads), page.next
    found: list[Head] = []
    for head in _held(hotline, query, words, after, wanted):
        if len(found) == limit:
            return found, found[-1].number
        found.append(head)
    return found, ""


def _held(
    hotline: Hotline, query: Query, words: str, after: str, wanted: Sequence[Callable[[Order], bool]]
) -> Iterator[Head]:
    for head in _all(hotline, query, words, after):
        order = hotline.order(head.number)
        if all(holds(order) for holds in wanted):
            yield head


def _counts(
    hotline: Hotline, query: Query, words: str, by: str, wanted: Sequence[Callable[[Order], bool]], form: str
) -> None:
    """Print how many orders there are, in all or by a field of the head."""
    if wanted:
        from collections import Counter

        found = Counter(getattr(head, by) if by else "" for head in _held(hotline, query, words, "", wanted))
        counts = dict(sorted(found.items())) if by else {"": found[""]}
    else:
        counts = hotline.count(query, words=words, by=by)
    if form == "json":
        print_json({"by": by or None, "counts": counts, "total": sum(counts.values())})
    elif form == "csv":
        print_csv((by or "total", "count"), list(counts.items()))
    else:
        name = say(*_GROUPS[by])
        rows = [(_named(hotline, by, value), str(count)) for value, count in counts.items()]
        click.echo(table([name, say("工单数", "orders")], rows))


_GROUPS = {
    "": ("", ""),
    "status": ("状态", "status"),
    "kind": ("类型", "kind"),
    "category": ("类别", "category"),
    "area": ("区划", "area"),
    "holder": ("持单单位", "holder"),
}


def _named(hotline: Hotline, by: str, value: str) -> str:
    """Return a value counted by as people call it."""
    if not by:
        return say("合计", "in all")
    if not value:
        return say("（无）", "(none)")
    if by in ("status", "kind"):
        return _called(by, value)
    return say(hotline.pack.newest.unit_name(value), value) if by == "holder" else value


def _called(field: str, value: str) -> str:
    """Return a status or kind as people call it; one this library does not know, a newer one's perhaps, as it is."""
    from ..core.order import Status
    from ..core.request import Kind

    try:
        return say((Status if field == "status" else Kind)(value).zh, value)
    except ValueError:
        return value


def _late(at: datetime) -> Callable[[Order], bool]:
    """Tell whether an order is late at *at*: its clock may have passed, and a reply stops the clock."""

    def late(order: Order) -> bool:
        citizen = order.citizen
        due = citizen.deadline.at if citizen is not None else None
        return due is not None and due <= at and order.outcome.replied is None

    return late


def _light(hotline: Hotline, head: Head, at: datetime) -> str | None:
    """Return the light of an order's citizen's clock; ``None`` where it does not run, or the place has no lights."""
    order = hotline.order(head.number)
    running = next((clock for name, clock, _ in order.running() if name == "citizen"), None)
    return hotline.policy_of(order).light(running.deadline, at) or None if running is not None else None


def _problem(order: Order) -> bool:
    return order.problem is not None


def _all(hotline: Hotline, query: Query, words: str, after: str) -> Iterator[Head]:
    while True:
        page = hotline.find(query, words=words, after=after, limit=1000)
        yield from page.heads
        after = page.next
        if not after:
            return


def row_of(head: Head) -> dict[str, Any]:
    """Return a head as ``--format json`` lists it; nothing of a person is in it."""
    from datetime import datetime, timedelta

    at = datetime.fromisoformat(head.due) if head.due else None
    last = at - timedelta(microseconds=1) if at is not None else None
    return {
        "number": head.number,
        "place": head.place,
        "status": head.status,
        "open": head.open,
        "version": head.version,
        "kind": head.kind or None,
        "category": head.category,
        "area": head.area,
        "holder": head.holder,
        "units": [desk.unit for desk in head.desks],
        "received": iso(datetime.fromisoformat(head.received)) if head.received else None,
        "due_day": str(iso(last))[:10] if last is not None else None,
        "at": iso(at),
        "provisional": head.provisional,
    }


def _more(cursor: str) -> None:
    if cursor:
        note(say(f"还有更多：加 --after {cursor}", f"there are more: add --after {cursor}"))


def _show(hotline: Hotline, heads: list[Head]) -> None:
    from datetime import datetime

    if not heads:
        note(say("没有符合的工单", "no orders match"))
        return
    name = hotline.pack.newest.unit_name
    rows = []
    for head in heads:
        unsure = say("（暂定）", " (provisional)") if head.provisional else ""
        rows.append(
            (
                head.number,
                _called("status", head.status),
                _called("kind", head.kind) if head.kind else "",
                head.category,
                (say(name(head.holder), head.holder) if head.holder else say("中心", "centre")) if head.open else "",
                when(datetime.fromisoformat(head.received)) if head.received else "",
                (when(datetime.fromisoformat(head.due)) + unsure) if head.due else "",
            )
        )
    columns = say(
        "编号,状态,类型,类别,持单单位,收件,到期（不含）", "number,status,kind,category,holder,received,due before"
    )
    click.echo(table(columns.split(","), rows))
