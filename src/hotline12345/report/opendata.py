"""A set of data to publish (公开数据集): how many orders of which sort, and nothing that points at a person.

Orders are counted by month, kind, category and area.  A row of fewer than so many orders would point at somebody: its
orders are counted under the topmost category instead, then for the whole place, then without a category, and where they
are still too few they are only told as so many left out.  Reports (举报) and orders that were asked to be kept in
confidence are no part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..core.calendar import local
from ..core.errors import RequestError
from ..core.order import Order, Status
from ..core.request import Kind
from ..core.scoring.period import Period
from .tables import Column, Table

LEAST = 5
"""How many orders a row has at least (library default)."""

COUNTY = 6
"""How many digits of a division code are told: no town and no community."""


class Row(NamedTuple):
    """So many orders of one sort (一行): received in *month*; "" is all, or not known."""

    month: str
    kind: str
    category: str
    area: str
    orders: int
    open: int
    on_time: int
    late: int


class Dataset(NamedTuple):
    """A set of data to publish (公开数据集), and how many orders are not in it: too few alike, or in confidence."""

    rows: tuple[Row, ...]
    too_few: int
    kept_back: int


_Sort = tuple[str, str, str, str]
# What is told less and less of, until enough are alike.
_COARSER: tuple[Callable[[_Sort], _Sort], ...] = (
    lambda sort: sort,
    lambda sort: (sort[0], sort[1], sort[2].partition("/")[0], sort[3]),
    lambda sort: (sort[0], sort[1], sort[2].partition("/")[0], ""),
    lambda sort: (sort[0], sort[1], "", ""),
)


def dataset(orders: Iterable[Order], period: Period, least: int = LEAST) -> Dataset:
    """Count the orders received in *period* for publication (编制公开数据集).

    Args:
        orders: all there are; what came outside the period is passed over.
        period: see :func:`~hotline12345.report.bulletin.periods`.
        least: how many orders a row has at least.

    Raises:
        RequestError: ``bad-least``: a row of one order points at whoever it is of.
    """
    if least < 2:
        raise RequestError(
            f"每一行至少 {least} 件，等于公开单张工单",
            f"rows of {least} order would publish orders one by one",
            code="bad-least",
            hint="至少写 2",
            hint_en="give 2 at least",
        )
    left: list[tuple[_Sort, Order]] = []
    kept_back = 0
    for order in orders:
        received = order.intake.received
        if received is None or not period.since <= received < period.until or order.status is Status.VOID:
            continue
        if order.intake.confidential or order.kind is Kind.REPORT:
            kept_back += 1
            continue
        kind = order.kind.value if order.kind is not None else ""
        left.append(((f"{local(received):%Y-%m}", kind, order.category, order.area[:COUNTY]), order))
    told: dict[_Sort, list[Order]] = {}
    for coarser in _COARSER:
        left = [(coarser(sort), order) for sort, order in left]
        counts = Counter(sort for sort, _ in left)
        for sort, order in left:
            if counts[sort] >= least:
                told.setdefault(sort, []).append(order)
        left = [(sort, order) for sort, order in left if counts[sort] < least]
    return Dataset(tuple(_row(sort, found) for sort, found in sorted(told.items())), len(left), kept_back)


def _row(sort: _Sort, orders: list[Order]) -> Row:
    on_time = Counter(order.on_time for order in orders)
    return Row(*sort, len(orders), sum(order.is_open for order in orders), on_time[True], on_time[False])


def dataset_table(made: Dataset, lang: str = "zh") -> Table:
    """Return the rows as a table to render, kinds by their names in *lang* (转为表)."""
    heads = ("月份", "类型", "类别", "区划", "件数", "未办结", "按时答复", "逾期答复")
    columns = tuple(Column(key, zh, key) for key, zh in zip(Row._fields, heads, strict=True))
    rows = [row._asdict() for row in made.rows]
    if lang == "zh":
        names = {kind.value: kind.zh for kind in Kind}
        rows = [{**row, "kind": names.get(row["kind"], row["kind"])} for row in rows]
    return Table(columns, rows)
