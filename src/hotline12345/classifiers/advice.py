"""Asking a classifier (征询归类器): its answer is looked through before a command takes it; nothing it does is fatal.

An answer that cannot be used, and whatever it raises, becomes ``Judged(failed=…)``: the request is received, the record
says so, and a person classifies it where the rules do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from numbers import Real
from typing import Any

from ..core.errors import PluginError, RequestError
from ..core.policy import Policy
from ..core.refs import Judged
from ..core.request import Kind, Urgency
from . import API, Classifier, Question, Verdict, open_classifier

TRUST = ("note", "fill", "lead")
"""How far a classifier is trusted (采信方式): on record only, where the rules do not know, before the rules."""
TOLD = 3
"""How many categories with their scores are recorded."""
MOST = 24
"""How many places of evidence are recorded."""
LONGEST = 100
"""How long a category's path may be where the place has no catalogue."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,47}")
_NUMBERS = re.compile(r"\d{7}")  # a telephone or an identity number is no part of a category


class Advice:
    """A classifier, and how far it is trusted (归类器及采信方式).

    Raises:
        PluginError: ``classifier-broken`` when it does not speak the protocol.
        RequestError: ``unknown-trust``.
    """

    def __init__(self, classifier: Classifier, trust: str = "fill") -> None:
        if trust not in TRUST:
            raise RequestError(
                f"没有采信方式「{trust}」",
                f"there is no trust {trust!r}",
                code="unknown-trust",
                hint="方式有：note 只记录、fill 规则不知道时采用、lead 先于规则采用",
                hint_en="note (on record only), fill (where the rules do not know), lead (before the rules)",
            )
        wrong = _misfit(classifier)
        if wrong:
            raise PluginError(
                f"归类器 {type(classifier).__name__} 不合接口：{wrong[0]}",
                f"the classifier {type(classifier).__name__} does not fit: {wrong[1]}",
                code="classifier-broken",
                hint=f"接口见 hotline12345.classifiers.Classifier（api = {API}）",
                hint_en=f"see hotline12345.classifiers.Classifier (api = {API})",
            )
        self.classifier, self.trust = classifier, trust
        self.name, self.version = classifier.name, classifier.version
        self._known: dict[int, tuple[Policy, frozenset[str]]] = {}

    def judged(self, policy: Policy, question: Question) -> Judged:
        """Return what the classifier says of *question*, as a command takes it; never raises for what it does."""
        try:
            return self.asked(policy, question)
        except PluginError as error:
            return Judged(self.name, self.version, self.trust, failed=str(error.facts["failed"]))

    def asked(self, policy: Policy, question: Question) -> Judged:
        """Return the same, and say it aloud where there is no answer that can be used (征询).

        Raises:
            PluginError: ``classifier-failed``, with the classifier's name, and ``failed`` among the facts.
        """
        found = self._ask(policy, question)
        said = (found.category, found.kind, found.urgency, found.confidence, found.needs_person)
        return Judged(self.name, self.version, self.trust, *said, "", found.scores, found.evidence)

    def _ask(self, policy: Policy, question: Question) -> Verdict:
        try:
            found = self.classifier.classify(question)
        except Exception as cause:
            kind = type(cause).__name__
            raise self._failed(f"raised.{kind}", f"抛出 {kind}", f"it raised {kind}") from cause
        try:
            return checked(found, question, self._names(policy))
        except Unfit as unfit:
            raise self._failed(unfit.code, unfit.zh, unfit.en) from None
        except (TypeError, ValueError, OverflowError) as cause:
            raise self._failed("wrong-type", "回答中的值不是所要的类型", "a value is not of its type") from cause

    def _failed(self, failed: str, zh: str, en: str) -> PluginError:
        hint = "请告诉提供它的人；用 hotline12345.testing.ClassifierContract 可以复现"
        hint_en = "tell whoever provides it; hotline12345.testing.ClassifierContract shows it again"
        if failed == "unknown-category":
            hint = "它的类别须与政策包类目表的路径一字不差（上级也行）：先把规则文件或模型的类别改成本地的名称"
            hint_en = (
                "its categories must be paths of the pack's catalogue, or above: rename those of the file or model"
            )
        return PluginError(
            f"归类器 {self.name} {self.version} 没有可用的回答：{zh}",
            f"the classifier {self.name} {self.version} gave no answer that can be used: {en}",
            code="classifier-failed",
            hint=hint,
            hint_en=hint_en,
            failed=failed,
        )

    def _names(self, policy: Policy) -> frozenset[str]:
        """Return the categories of the place's catalogue and all above them; none where it has no catalogue."""
        known = self._known.get(id(policy))
        if known is None:
            rules = policy.rules
            names = frozenset(rules.names) if rules is not None and rules.categories else frozenset()
            known = self._known[id(policy)] = policy, names
        return known[1]


def advice_of(classifier: Classifier | str | None, trust: str) -> Advice | None:
    """Return the advice of a classifier, or of the one at an address; none without one."""
    if classifier is None or classifier == "":
        return None
    return Advice(open_classifier(classifier) if isinstance(classifier, str) else classifier, trust)


class Unfit(Exception):
    """Why an answer cannot be used."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.zh, self.en = code, zh, en


def checked(found: Any, question: Question, known: Iterable[str] = ()) -> Verdict:
    """Return an answer in plain values (核对回答): numbers of whatever library become ours.

    Args:
        known: the categories there are; any path of a sane shape where there is no catalogue.
    """
    if not isinstance(found, Verdict):
        raise Unfit("wrong-type", f"应为 Verdict，收到 {type(found).__name__}", f"no Verdict: {type(found).__name__}")
    names = frozenset(known)
    kind, urgency, person = found.kind, found.urgency, found.needs_person
    if not (kind is None or isinstance(kind, Kind)) or not (urgency is None or isinstance(urgency, Urgency)):
        raise Unfit("wrong-type", "kind、urgency 应为 Kind、Urgency 或 None", "kind or urgency is of another type")
    if not _is_number(found.confidence) or not 0.0 <= float(found.confidence) <= 1.0:
        raise Unfit("bad-confidence", "confidence 不在 0 至 1 之间", "confidence is not within 0 and 1")
    return Verdict(
        _path(found.category, names) if found.category else "",
        kind,
        urgency,
        round(float(found.confidence), 6),
        bool(person),
        tuple(_score(pair, names) for pair in _listed(found.scores)[:TOLD]),
        tuple(_span(span, question) for span in _listed(found.evidence)[:MOST]),
    )


def _path(category: Any, names: frozenset[str]) -> str:
    if not isinstance(category, str):
        raise Unfit("wrong-type", "category 应为文字", "category must be a text")
    sane = len(category) <= LONGEST and category.isprintable() and not _NUMBERS.search(category)
    if category not in names if names else not sane:
        # The category itself is not told: a model may have put the citizen's words there.
        raise Unfit("unknown-category", "类别不在本地类目表", "its category is not in the place's catalogue")
    return str(category)


def _score(pair: Any, names: frozenset[str]) -> tuple[str, float]:
    if len(row := _listed(pair)) != 2 or not _is_number(row[1]):
        raise Unfit("bad-scores", "scores 应为（类别，得分）", "scores must be pairs of a category and a number")
    return _path(row[0], names), round(float(row[1]), 6)


def _span(span: Any, question: Question) -> tuple[str, int, int]:
    row = _listed(span)
    inside = {"title": len(question.title), "text": len(question.text)}
    if len(row) != 3 or row[0] not in inside or not 0 <= int(row[1]) < int(row[2]) <= inside[row[0]]:
        raise Unfit("bad-evidence", "evidence 应为原文中的位置", "evidence must be places within the text")
    return str(row[0]), int(row[1]), int(row[2])


def _listed(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, tuple | list):
        raise Unfit("wrong-type", "scores、evidence 应为元组", "scores and evidence must be tuples")
    return tuple(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _misfit(classifier: Any) -> tuple[str, str] | None:
    if getattr(classifier, "api", None) != API:
        return f"api 应为 {API}", f"api must be {API}"
    for part in ("name", "version"):
        said = getattr(classifier, part, None)
        if not isinstance(said, str) or not _NAME.fullmatch(said):
            return f"{part} 应为短的字母数字", f"{part} must be short: letters, digits, . _ + -"
    return None if callable(getattr(classifier, "classify", None)) else ("没有 classify", "it has no classify")
