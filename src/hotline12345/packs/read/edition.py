"""Reading one edition (读版本): a parsed TOML table becomes a layer, before anything is inherited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ...core.policy import PARTS
from ..cases import read_case
from ..table import Notes, Row, as_day
from .acceptance import read_acceptance
from .answer import read_answer
from .calling import read_calling
from .clock import read_clock, read_overlays
from .dispatching import read_dispatching
from .ladder import read_ladder
from .layer import INHERITED, SHARED, UNKNOWN, Layer
from .limits import read_limits
from .scope import read_scope
from .scoring import read_scoring
from .statuses import read_statuses
from .steps import read_steps
from .timing import read_timing

_CODE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")


def read_edition(table: Mapping[str, Any], edition: str, notes: Notes) -> Layer:
    """Read an edition (读版本); what is wrong with it goes to *notes*.

    Args:
        table: the parsed TOML.
        edition: what the file's name says: a day, ``unknown``, or "" where the name says nothing.
        notes: the file it came from.
    """
    row = Row(table, "", notes)
    layer = Layer(edition, notes)
    layer.title = row.text("title", required=True)
    layer.place = row.text("place", required=True)
    if layer.place and not _CODE.fullmatch(layer.place):
        hint = "2, 4, 6, 9 or 12 digits: 210000, 210100, 210102"
        row.add("bad-place", f"区划代码「{layer.place}」有误", f"bad division code {layer.place!r}", "place", hint)
    _effective(row, layer)
    layer.effective_basis = row.text("effective_basis")
    layer.extends = row.text("extends")
    layer.sources = row.texts("sources")
    layer.provides = row.choices("provides", dict(zip(PARTS, PARTS, strict=True)))
    _inherit(row, layer)
    _files(row, layer)
    read_clock(row, layer)
    layer.limits = read_limits(row, layer)
    read_steps(row, layer)
    read_dispatching(row, layer)
    read_answer(row, layer)
    read_timing(row, layer)
    layer.scope = read_scope(row, layer)
    read_acceptance(row, layer)
    layer.ladder = read_ladder(row, layer)
    layer.statuses = read_statuses(row)
    read_calling(row, layer)
    routing = row.row("routing")
    if routing is not None:
        layer.centre = routing.text("centre", required=True)
        layer.copies_districts = routing.flag("copy_district")
        routing.text("basis")
        routing.done()
    layer.scoring = read_scoring(row, layer)
    layer.overlays = read_overlays(row)
    layer.cases = tuple(case for _, one in row.rows("case") if (case := read_case(one)) is not None)
    for case in layer.cases:
        named = case.category or str(case.expected.get("category", ""))
        layer.named += [(case.table, "category", named)] if named else []
    row.done()
    return layer


def _effective(row: Row, layer: Layer) -> None:
    value = row.need("effective")
    layer.seen = _seen(row)
    if value == UNKNOWN:
        # Of a day that is not known the month or the year may be: 2025-12.toml, 2019.toml.
        said = layer.edition if len(layer.edition) in (4, 7) and layer.edition != UNKNOWN else UNKNOWN
    else:
        layer.effective = row.day("effective")
        if layer.effective is None:
            return
        said = layer.effective.isoformat()
    if layer.edition and layer.edition != said:
        row.add(
            "name-mismatch",
            f"文件名是 {layer.edition}.toml，生效日却是 {said}",
            f"the file is {layer.edition}.toml, but it takes force on {said}",
            "effective",
            f"改名为 {said}.toml 或改正 effective / rename it to {said}.toml, or mend effective",
        )
    layer.edition = said


def _seen(row: Row) -> tuple[date, date] | None:
    """Return the first and the last day on which the edition was seen in force."""
    listed = row.get("seen_in_force")
    if listed is None:
        return None
    days = [day for one in (listed if isinstance(listed, list) else []) if (day := as_day(one)) is not None]
    if len(days) != 2 or days[0] > days[1] or len(listed) != 2:
        hint = "seen_in_force = [2021-07-01, 2022-02-28]"
        zh, en = "「seen_in_force」应是先后两个日期", "'seen_in_force' must be two days, the earlier first"
        row.add("bad-date", zh, en, "seen_in_force", hint)
        return None
    if row.table.get("effective") != UNKNOWN:
        zh, en = "生效日已知，不必写 seen_in_force", "the day of force is known: leave seen_in_force out"
        row.add("bad-date", zh, en, "seen_in_force", 'effective = "unknown"')
    return days[0], days[1]


def _files(row: Row, layer: Layer) -> None:
    said = row.row("files")
    if said is None:
        return
    named = {part: said.text(part) for part in SHARED}
    said.done()
    for part, name in named.items():
        start, end = SHARED[part].split(".")
        if name and not (re.fullmatch(rf"{start}[-\w.]*\.{end}", name)):
            hint = f'{part} = "{start}-{layer.edition or "2025-06-01"}.{end}"'
            said.add("unknown-value", f"「{name}」不是这里的文件名", f"{name!r} is no name for it", part, hint)
            named[part] = ""
    layer.files = {part: name for part, name in named.items() if name}


def _inherit(row: Row, layer: Layer) -> None:
    said = row.row("inherit")
    if said is not None:
        layer.refused = frozenset(part for part in INHERITED if said.flag(part) is False)
        said.done()
