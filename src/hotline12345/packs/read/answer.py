"""Reading the handling form, the review and ending without a result (读办理表、审核、终止办理)."""

from __future__ import annotations

from typing import Any

from ...core.policy import Requirement
from ...core.policy.answer import FORM
from ..table import Row
from .layer import Layer
from .steps import given_in

FIELDS = {name: name for name in FORM} | {zh: name for name, zh in FORM.items()}


def read_answer(row: Row, layer: Layer) -> None:
    """Read ``[reply_form]``, ``[review]`` and ``[termination]``."""
    form = row.row("reply_form")
    if form is not None:
        given: dict[str, Any] = {
            "required": form.choices("required", FIELDS),
            "when": tuple(_requirement(one) for _, one in form.rows("when")),
            "reasons": names(form, "reasons"),
            "objective": form.texts("objective"),
        }
        unknown = [code for code in given["objective"] if code not in given["reasons"]]
        if unknown:
            zh, en = f"reasons 中没有「{'、'.join(unknown)}」", f"not among `reasons`: {', '.join(unknown)}"
            form.add("unknown-value", zh, en, "objective")
        layer.reply_form = given_in(form, given)
    review = row.row("review")
    if review is not None:
        layer.review = given_in(review, {"reasons": names(review, "reasons")})
    termination = row.row("termination")
    if termination is not None:
        given = {"on_request": termination.flag("on_request"), "reasons": names(termination, "reasons")}
        layer.termination = given_in(termination, given)


def names(row: Row, key: str) -> dict[str, str]:
    """Return a table of codes and their names (代码与名称), {} where there is none."""
    table = row.row(key)
    if table is None:
        return {}
    found = {code: table.text(code) for code in table.table}
    table.done()
    return found


def _requirement(row: Row) -> Requirement:
    field = row.choice("field", FIELDS, required=True) or ""
    values, required = row.texts("is"), row.choices("required", FIELDS)
    for key, there in (("is", values), ("required", required)):
        if not there and key not in row:
            row.add("missing-key", f"缺少「{key}」", f"{key!r} is missing", key)
    basis = row.basis()
    row.done()
    return Requirement(field, values, required, basis)
