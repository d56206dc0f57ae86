"""Classifiers (归类器): anybody's model says what a text is about, and its answer is recorded with who gave it.

A classifier is asked before the order is decided on, as every fact from outside is gathered; how far its answer goes is
said by *trust* (``note``, ``fill``, ``lead``), see :mod:`hotline12345.core.decide.judging` and docs/classifiers.md.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

from ..core.errors import PluginError
from ..core.request import Kind, Urgency

API = 1
"""The version of the classifier protocol (接口版本) this library speaks."""

GROUP = "hotline12345.classifiers"


class Question(NamedTuple):
    """What a classifier is asked (提问): the words, and what tells nobody's name; what a person gave is not told.

    Args:
        title: may be empty.
        text: any text of any length; the citizen's own words, names and telephone numbers in them included.
        area: an administrative division code; empty where unknown.
        channel: how it came in.
    """

    title: str
    text: str
    area: str = ""
    channel: str = ""


class Verdict(NamedTuple):
    """What a classifier answers (回答); ``Verdict()`` says that it does not know.

    Args:
        category: a path of the place's catalogue ("城乡建设" or "城乡建设/物业管理"); empty where it does not know.
        kind: ``None`` where it does not know.
        urgency: ``None`` where it does not know; it may raise an urgency, and never lowers one.
        confidence: of the category, 0..1.
        needs_person: it would not be relied on; an answer is a suggestion unless it says otherwise.
        scores: (category, score), the best first; the first few are recorded.
        evidence: (``title`` or ``text``, start, end) in characters, the weightiest first; places and no words, so
            that no word of the citizen's is recorded.
    """

    category: str = ""
    kind: Kind | None = None
    urgency: Urgency | None = None
    confidence: float = 0.0
    needs_person: bool = True
    scores: tuple[tuple[str, float], ...] = ()
    evidence: tuple[tuple[str, int, int], ...] = ()


@runtime_checkable
class Classifier(Protocol):
    """The classifier plug-in (归类器插件), ``api = 1``; :mod:`hotline12345.testing` holds its contract.

    The entry point in the group ``hotline12345.classifiers`` names a class or function that is called with one text,
    whatever stands behind the colon of ``NAME:ARGUMENT`` (a file, say; empty where there is none), and returns a
    classifier.

    Attributes:
        name: who it is, for the record: letters, digits, ``.``, ``_``, ``-``, at most 48.
        version: which one; another model or other settings are another version.
    """

    api: int
    name: str
    version: str

    def classify(self, question: Question, /) -> Verdict:
        """Say what *question* is about: the same for the same question, whoever asks and when, in bounded time.

        What it raises is recorded as its failure; the request is received all the same.
        """
        ...


def open_classifier(address: str) -> Classifier:
    """Open a classifier by ``NAME`` or ``NAME:ARGUMENT`` (按名称打开归类器), such as ``rules:learnt.toml``.

    Raises:
        PluginError: ``unknown-plugin``, ``plugin-broken``; ``classifier-broken`` when it cannot be made.
        HotlineError: what it says of its argument.
    """
    from ..core.errors import HotlineError
    from ..plugins import plugin

    name, _, argument = address.partition(":")
    make: Any = plugin(GROUP, name.strip())
    try:
        made: Classifier = make(argument)
    except HotlineError:
        raise
    except Exception as cause:
        raise PluginError(
            f"归类器「{name}」打不开：{type(cause).__name__}: {cause}",
            f"the classifier {name!r} cannot be made: {type(cause).__name__}: {cause}",
            code="classifier-broken",
            hint="核对冒号后面的参数和它需要的文件",
            hint_en="check what stands behind the colon, and the files it needs",
        ) from cause
    return made


def __getattr__(name: str) -> Any:
    if name in ("Advice", "advice_of", "checked"):
        from . import advice

        return getattr(advice, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
