"""Reading what else is said of time (读计时规定): suspensions, deferrals, statutes, the duty to tell, lights."""

from __future__ import annotations

from typing import Any

from ...core.policy import TELLABLE, StatuteRule
from ..table import Row
from .layer import Layer
from .steps import APPROVERS, given_in


def read_timing(row: Row, layer: Layer) -> None:
    stop = row.row("suspension")
    if stop is not None:
        given: dict[str, Any] = {"reasons": stop.texts("reasons"), "most": stop.count("most")}
        given |= {"longest": stop.limit("longest"), "total": stop.limit("total")}
        given["approver"] = stop.choice("approver", APPROVERS)
        if stop.get("longest") == "none":
            zh, en = "中止计时必须有上限", "a suspension must have a bound"
            stop.add("bad-limit", zh, en, "longest", 'longest = "30d"')
        layer.suspension = given_in(stop, given)
    later = row.row("deferral")
    if later is not None:
        given = {"most": later.count("most"), "longest": later.limit("longest")}
        layer.deferral = given_in(later, given | {"before_expiry": later.flag("before_expiry")})
    tell = row.row("tell")
    if tell is not None:
        of = tell.choices("of", dict(zip(TELLABLE, TELLABLE, strict=True)))
        layer.tell = given_in(tell, {"of": of, "within": tell.limit("within")})
    lights = row.row("lights")
    if lights is not None:
        given = {"yellow": lights.limit("yellow"), "red": lights.limit("red")}
        layer.lights = given_in(lights, given | {key: _share(lights, key) for key in ("yellow_share", "red_share")})
    layer.statutes = _statutes(row)


def _share(row: Row, key: str) -> int | None:
    share = row.count(key)
    if share is not None and not 1 <= share <= 100:
        row.add("bad-percent", f"「{key}」应是 1 到 100 的百分数", f"{key!r} must be a percentage from 1 to 100", key)
        return None
    return share


def _statutes(row: Row) -> tuple[StatuteRule, ...]:
    found: dict[str, StatuteRule] = {}
    for number, one in row.rows("statute"):
        code, zh = one.text("code", required=True), one.text("zh", required=True)
        limit, longer = one.limit("limit", required=True), one.limit("extension")
        basis = one.basis()
        one.done()
        if code in found:
            one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
        if limit is not None:
            found.setdefault(code or str(number), StatuteRule(code, zh, limit, basis, longer))
    return tuple(found.values())
