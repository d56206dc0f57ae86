"""Reading what is not handled as an order (读受理范围)."""

from __future__ import annotations

from ...core.policy import DISPOSITIONS, ScopeRule
from ..table import Row
from .layer import Layer


def read_scope(row: Row, layer: Layer) -> tuple[ScopeRule, ...]:
    found: dict[str, ScopeRule] = {}
    for number, one in row.rows("scope"):
        code = one.text("code", required=True)
        disposition = one.choice("disposition", {name: name for name in DISPOSITIONS}, required=True)
        told = one.text("told", required=True)
        categories, words, to = one.texts("categories"), one.texts("words"), one.text("to")
        basis = one.basis()
        one.done()
        layer.named += [(one.name, "categories", category) for category in categories]
        if not categories and not words:
            zh, en = "既没有 categories 也没有 words，永远不会适用", "neither categories nor words: it can never hold"
            one.add("empty-scope", zh, en, "code")
        if code in found:
            one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
        found.setdefault(code or str(number), ScopeRule(code, disposition or "", told, basis, categories, words, to))
    return tuple(found.values())
