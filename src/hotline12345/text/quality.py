"""Quality control of recorded requests (质检): fixed rules, each finding with a code and its evidence.

``relabelled`` a complaint or report recorded as something milder, ``downgraded`` an urgency below what the words say,
``empty-reply`` no reply or one of stock phrases, ``evasive-reply`` a reply that shares nothing with the question
(答非所问), ``lacks-elements`` a record without what it should say (五要素).  The words are those of the rules given;
a finding asks a person to look and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..core.classify import RuleSet, classify
from ..core.record import lacking
from ..core.request import Kind, Urgency
from .grams import grams

SHORTEST = 10  # characters of a reply without its stock phrases; library default
_GRAVE = (Kind.COMPLAINT, Kind.REPORT)
_STOCK = re.compile(
    "(?:您|你)好|感谢(?:您|你)?的?(?:来信|来电|留言|反映|关注|支持|理解|监督)*|(?:您|你)?反映的?问题|已(?:经)?(?:收悉|收到|知悉|转办|转交|受理)|"
    "相关部门|有关部门|我们将|尽快|及时|认真|处理|核实|办理|答复|回复|网友|市民|[^\u3400-\u9fffA-Za-z]"
)


class Checked(NamedTuple):
    """What is checked (待检记录): the request and reply, and how it was recorded; ``None`` is not recorded."""

    title: str
    text: str
    kind: Kind | None = None
    urgency: Urgency | None = None
    reply: str | None = None


class Fault(NamedTuple):
    """A finding (质检发现): its code, what is wrong in Chinese and English, and the evidence."""

    code: str
    zh: str
    en: str
    evidence: str


def check(rules: RuleSet, row: Checked) -> Iterator[Fault]:
    """Yield what is wrong with one record (质检一条); *rules* say what the words speak for."""
    found = classify(rules, row.title, row.text)
    known = {rule.id: rule for rule in rules.rules}
    spoken = [known[hit.rule] for hit in found.hits if not (hit.negated or hit.supposed)]
    if row.kind and row.kind not in _GRAVE and found.kind in _GRAVE:
        words = _longest(rule.word for rule in spoken if rule.kind is found.kind)
        zh = f"记为{row.kind.zh}，用词是{found.kind.zh}"
        yield Fault("relabelled", zh, f"recorded as {row.kind.value}, worded as {found.kind.value}", words)
    levels = list(Urgency)
    if row.urgency and levels.index(found.urgency) > levels.index(row.urgency):
        words = _longest(rule.word for rule in spoken if rule.urgency or rule.refer)
        zh = f"记为{row.urgency.zh}，用词是{found.urgency.zh}"
        yield Fault("downgraded", zh, f"recorded as {row.urgency.value}, worded as {found.urgency.value}", words)
    if row.reply is not None:
        yield from _reply(row)


def check_elements(
    needs: Sequence[str], words: Mapping[str, Any], area: str = "", anonymous: bool = False
) -> Iterator[Fault]:
    """Yield a finding where a record lacks elements of *needs* (缺五要素); the evidence is their codes.

    The arguments are those of :func:`hotline12345.core.record.lacking`.
    """
    lacks = lacking(needs, words, area, anonymous)
    if lacks:
        yield Fault("lacks-elements", "记录缺要素", "the record lacks elements", "、".join(lacks))


def _longest(words: Iterable[str]) -> str:
    """Join the words that stand within no other: 拖欠农民工 says 欠农民工 as well."""
    known = dict.fromkeys(words)
    return "、".join(word for word in known if not any(word != other and word in other for other in known))


def _reply(row: Checked) -> Iterator[Fault]:
    said = _STOCK.sub("", row.reply or "")
    if len(said) < SHORTEST:
        zh = f"答复除套话外只有 {len(said)} 字，不足 {SHORTEST} 字" if (row.reply or "").strip() else "没有答复"
        en = f"the reply has {len(said)} characters beside stock phrases, fewer than {SHORTEST}"
        yield Fault("empty-reply", zh, en if (row.reply or "").strip() else "no reply", f"{len(said)} < {SHORTEST}")
        return
    asked = {word for word in grams(f"{row.title}\n{row.text}", 2) if len(word) > 1}
    if asked and asked.isdisjoint(grams(_STOCK.sub("，", row.reply or ""), 2)):
        zh = f"答非所问：诉求里的 {len(asked)} 个词，答复里一个也没有"
        en = f"the reply has none of the {len(asked)} words of the question"
        yield Fault("evasive-reply", zh, en, f"0 / {len(asked)}")
