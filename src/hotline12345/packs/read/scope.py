"""Reading what is not handled as an order (读受理范围)."""

from __future__ import annotations

from ...core.policy import DISPOSITIONS, ScopeRule
from ..table import Row
from .acceptance import elements
from .layer import Layer


def read_scope(row: Row, layer: Layer) -> tuple[ScopeRule, ...]:
    found: dict[str, ScopeRule] = {}
    for number, one in row.rows("scope"):
        code = one.text("code", required=True)
        disposition = one.choice("disposition", {name: name for name in DISPOSITIONS}, required=True)
        told = one.text("told", required=True)
        categories, words, to = one.texts("categories"), one.texts("words"), one.text("to")
        lacking = elements(one, "lacking")
        basis = one.basis()
        one.done()
        layer.named += [(one.name, "categories", category) for category in categories]
        if not categories and not words and not lacking:
            zh, en = (
                "没有 categories、words 或 lacking，永远不会适用",
                "no categories, words or lacking: it can never hold",
            )
            one.add("empty-scope", zh, en, "code")
        if code in found:
            one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
        found.setdefault(
            code or str(number), ScopeRule(code, disposition or "", told, basis, categories, words, to, lacking)
        )
    return tuple(found.values())
