"""Reading who is called back, the levels of satisfaction, and ratings (读回访、满意度、好差评)."""

from __future__ import annotations

from typing import Any

from ...core.policy import CallPlan
from ...core.policy.calling import WHO
from ..table import KINDS, Row
from .answer import names
from .layer import Layer
from .steps import given_in

_WHO = {code: code for code in WHO} | {zh: code for code, zh in WHO.items()}


def read_calling(row: Row, layer: Layer) -> None:
    """Read ``[follow_up]`` with its plans, ``[satisfaction]`` and ``[rating]``."""
    calls = row.row("follow_up")
    if calls is not None:
        plans = tuple(plan for _, one in calls.rows("plan") for plan in _plans(one, layer))
        given: dict[str, Any] = {
            "plans": plans,
            "most": calls.count("most"),
            "gap": calls.limit("gap"),
            "exhausted": calls.choice("exhausted", {"wait": "wait", "close": "close"}),
            "unreasonable": names(calls, "unreasonable"),
            "excused": calls.flag("excused"),
        }
        layer.calls = given_in(calls, given) | ({"plans": plans} if plans else {})
    _satisfaction(row, layer)
    rating = row.row("rating")
    if rating is not None:
        given = {
            "negative": rating.texts("negative"),
            "contact": rating.limit("contact"),
            "named": rating.flag("named"),
        }
        layer.rating = given_in(rating, given)


def _plans(row: Row, layer: Layer) -> list[CallPlan]:
    who = row.choice("who", _WHO, required=True) or "all"
    share = row.count("share")
    kinds = row.choices("kind", KINDS, "unknown-kind") or (None,)
    category, channel = row.text("category"), row.text("channel")
    basis = row.basis()
    row.done()
    layer.named += [(row.name, "category", category)] if category else []
    if (who == "sample") != ("share" in row) or (share is not None and not 1 <= share <= 100):
        zh, en = (
            "抽样要写 share，1 到 100（百分比），其他不写",
            "a sample needs a `share` of 1 to 100 per cent, others none",
        )
        row.add("bad-share", zh, en, "share", "share = 30")
    return [CallPlan(who, basis, 100 if share is None else share, kind, category, channel) for kind in kinds]


def _satisfaction(row: Row, layer: Layer) -> None:
    said = row.row("satisfaction")
    if said is None:
        return
    said.basis()
    levels: dict[str, bool] = {}
    neutral = said.texts("neutral")
    for key, listed, content in (
        ("satisfied", said.texts("satisfied"), True),
        ("neutral", neutral, False),
        ("dissatisfied", said.texts("dissatisfied"), False),
    ):
        for level in listed:
            if level in levels:
                said.add("duplicate-level", f"档次「{level}」写了两次", f"the level {level!r} appears twice", key)
            levels[level] = content
        if key not in said and key != "neutral":
            said.add("missing-key", f"缺少「{key}」", f"{key!r} is missing", key)
    called = names(said, "names")
    for code in called:
        if code not in levels:
            said.add("unknown-value", f"没有档次「{code}」", f"there is no level {code!r}", "names")
    apart = said.flag("apart") or False
    said.done()
    layer.levels = levels
    layer.scale = {"neutral": neutral, "apart": apart, "names": called}
