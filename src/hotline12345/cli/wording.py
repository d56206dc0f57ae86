"""Codes in words (代码的说法): reasons, bases, findings and the handling form, as the story of an order tells them."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.policy.answer import CLAIMS, FOUND, RESULTS
from ..core.refs import Form
from .printing import half, say, when
from .taken_in import noticed

Two = tuple[str, str]
APART = "\n"  # between the statements of an event; no field of an event can hold one


def because(reason: str, table: Mapping[str, Two] | None = None) -> str:
    if not reason:
        return ""
    zh, en = (table or {}).get(reason, (reason, reason))
    return say(f"，理由：{zh}", f", reason: {en}")


def basis_of(basis: str) -> str:
    return say(f"（依据：{half(basis)}）", f" (basis: {half(basis)})") if basis else ""


def joined(*parts: str) -> str:
    return APART.join(part for part in parts if part)


def finding(code: str, target: str, basis: str) -> str:
    zh, en = noticed(code)
    return say(zh, en) + (f" {target}" if target else "") + ("" if basis == "library default" else basis_of(basis))


def form_told(form: Form | None) -> list[str]:
    """Return the codes of the handling form in words."""
    if form is None:
        return []
    when_ = f" {when(form.contacted_at)}" if form.contacted_at is not None else ""
    parts = {
        True: say("已联系诉求人", "the requester was reached") + when_,
        False: say("未联系诉求人", "the requester was not reached") + because(form.not_contacted),
    }
    told = [parts[form.contacted]] if form.contacted is not None else []
    for table, code in ((FOUND, form.fact), (CLAIMS, form.claim), (RESULTS, form.result)):
        told += [say(table.get(code, code), code)] if code else []
    return told + ([basis_of(form.basis).strip()] if form.basis else [])
