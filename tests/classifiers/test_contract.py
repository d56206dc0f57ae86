"""Our classifier holds the contract that strangers' are held to; each faulty one is caught (归类器契约)."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from hotline12345.classifiers import Classifier, Question, Verdict, open_classifier
from hotline12345.classifiers.advice import Unfit
from hotline12345.core.errors import PluginError
from hotline12345.packs import load_pack
from hotline12345.testing import ClassifierContract

LEARNT = """
[words."城乡建设"]
2 = "路灯 物业 小区"
[words."环境保护"]
2 = "噪音 扰民"
[kind."投诉"]
1 = "投诉"
"""


class TestRulesOfAPack(ClassifierContract):
    rules = load_pack("cn").newest.rules
    assert rules is not None
    categories = rules.names

    def classifier(self) -> Classifier:
        return open_classifier("rules:cn")


class TestRuleFile(ClassifierContract):
    categories = ("城乡建设", "环境保护")

    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "learnt.toml"
        self.path.write_text(LEARNT, encoding="utf-8")

    def classifier(self) -> Classifier:
        return open_classifier(f"rules:{self.path}")


class Toy:
    """Good in every clause; the faulty ones below are this with one thing wrong."""

    api, name, version = 1, "toy", "1"

    def classify(self, question: Question, /) -> Verdict:
        at = question.text.find("路灯")
        if at < 0:
            return Verdict()
        return Verdict("城乡建设", None, None, 0.9, False, (("城乡建设", 0.9),), (("text", at, at + 2),))


class Old(Toy):
    api = 0


class Nameless(Toy):
    name = "the best model there is"


class Certain(Toy):
    def classify(self, question: Question, /) -> Verdict:
        return super().classify(question)._replace(confidence=90.0)


class Elsewhere(Toy):
    def classify(self, question: Question, /) -> Verdict:
        return Verdict("城管", None, None, 0.9) if "路灯" in question.text else Verdict()


class Beside(Toy):
    def classify(self, question: Question, /) -> Verdict:
        return super().classify(question)._replace(evidence=(("text", 0, 10_000_000),))


class Silent(Toy):
    def classify(self, question: Question, /) -> Verdict:
        return Verdict()


class Moody(Toy):
    asked = 0

    def classify(self, question: Question, /) -> Verdict:
        self.asked += 1
        return super().classify(question)._replace(confidence=1 / self.asked)


class Delicate(Toy):
    def classify(self, question: Question, /) -> Verdict:
        question.text.encode()
        return super().classify(question)


class Guessing(Toy):
    def classify(self, question: Question, /) -> Verdict:
        return Verdict("城乡建设", None, None, 0.9, False)


class Slow(Toy):
    def classify(self, question: Question, /) -> Verdict:
        text = question.text
        for start in range(0, len(text), 50):  # a fiftieth of all pairs is quadratic too
            text.count("没有这样的字", start)
        return super().classify(question)


class Seeding(Toy):
    def classify(self, question: Question, /) -> Verdict:
        random.seed(1)
        return super().classify(question)


class Meddling(Toy):
    def classify(self, question: Question, /) -> Verdict:
        os.environ["TOY_MODEL"] = str(len(question.text))
        return super().classify(question)


class Quoting(Toy):
    def classify(self, question: Question, /) -> Verdict:
        return super().classify(question)._replace(scores=((question.text[:11], 1.0),))


class Sharing(Toy):
    """Keeps what it works on where the next thread finds it."""

    def classify(self, question: Question, /) -> Verdict:
        self.text = question.text
        time.sleep(0.001)
        return super().classify(Question("", self.text))


FAULTY = [
    (Toy, set()),
    (Old, {"CL1"}),
    (Nameless, {"CL1"}),
    (Certain, {"CL2", "CL4", "CL5"}),
    (Elsewhere, {"CL2", "CL4"}),
    (Beside, {"CL2", "CL4", "CL5"}),
    (Silent, {"CL2"}),
    (Moody, {"CL3", "CL9"}),
    (Delicate, {"CL4"}),
    (Guessing, {"CL5"}),
    (Slow, {"CL6"}),
    (Seeding, {"CL7"}),
    (Meddling, {"CL7"}),
    (Quoting, {"CL2", "CL4", "CL5", "CL8"}),
    (Sharing, {"CL9"}),
]


@pytest.mark.parametrize(("faulty", "clauses"), FAULTY, ids=lambda value: getattr(value, "__name__", ""))
def test_a_faulty_classifier_is_caught_by_its_clause(faulty: Any, clauses: set[str]) -> None:
    class Case(ClassifierContract):
        categories = ("城乡建设",)

        def classifier(self) -> Classifier:
            made: Classifier = faulty()
            return made

    caught = set()
    for name in [name for name in dir(Case) if name.startswith("test_CL")]:
        try:
            getattr(Case(), name)()
        except (AssertionError, Unfit, PluginError, UnicodeEncodeError):
            caught.add(name.split("_")[1])
    assert caught == clauses
