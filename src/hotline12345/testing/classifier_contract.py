"""What every classifier must hold (归类器契约): numbered clauses, one test each.

Subclass it in your own tests, say how it is made and which categories the place has, and run pytest::

    class TestMyModel(ClassifierContract):
        categories = ("城乡建设", "环境保护")
        def classifier(self): return MyModel("model.bin")
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from time import process_time

from hotline12345.classifiers import API, Classifier, Question, Verdict
from hotline12345.classifiers.advice import Advice, checked

SAMPLES = (
    Question("路灯不亮", "小区门口的路灯坏了三天，晚上看不见路", "210102", "phone"),
    Question("", "楼下工厂夜里噪音扰民，睡不着"),
    Question("咨询", "请问医保怎么报销"),
    Question("工资", "工地拖欠工资三个月，一直没有人管"),
    Question("", "物业乱收费，我要投诉"),
)
"""Invented texts (样例), for whoever has none of their own."""
STRANGE = (
    *("\ud800", "路\udfff灯", "\x00", "\r\n\x1b[0m", "\U0010ffff"),
    *("\u202e路灯\u202c", "👨\u200d👩\u200d👧", "路\u0301灯"),
)
"""Texts that telephones and damaged files do send (怪字)."""
SHORTEST, LONGEST = 1_000, 256_000
TIMES = 10
"""What four times the text may cost at most: a linear model takes four times as long, a quadratic one sixteen."""
TOO_SHORT = 0.05
"""Seconds of CPU below which a measurement says nothing."""


class ClassifierContract:
    """The contract of a classifier (归类器契约), clauses CL1 to CL9."""

    categories: Sequence[str] = ()
    """The place's categories and all above them; any path of a sane shape where there are none."""

    def classifier(self) -> Classifier:
        """Return the classifier under test, made anew."""
        raise NotImplementedError

    def questions(self) -> Sequence[Question]:
        """Return questions of which at least one is answered with a category."""
        return SAMPLES

    def _ask(self, classifier: Classifier, question: Question) -> Verdict:
        return checked(classifier.classify(question), question, self.categories)

    def test_CL1_it_speaks_this_version_of_the_protocol(self) -> None:
        """CL1: ``api`` is the version this library speaks, and name and version are short and fit for the record."""
        made = self.classifier()
        assert made.api == API
        assert isinstance(made, Classifier)
        Advice(made)

    def test_CL2_its_answers_are_in_range(self) -> None:
        """CL2: categories there are, confidence within 0 and 1, evidence within the text; one category at least."""
        made = self.classifier()
        answers = [self._ask(made, question) for question in self.questions()]
        assert any(answer.category for answer in answers), "the samples must get a category at least once"

    def test_CL3_the_same_question_gets_the_same_answer(self) -> None:
        """CL3: asked again, in another order, or of one made anew; nothing of one question shows in the next."""
        made, questions = self.classifier(), list(self.questions())
        first = [made.classify(question) for question in questions]
        assert [made.classify(question) for question in reversed(questions)] == first[::-1]
        anew = self.classifier()
        assert [anew.classify(question) for question in questions] == first
        assert (anew.name, anew.version) == (made.name, made.version)

    def test_CL4_no_text_makes_it_fail(self) -> None:
        """CL4: any Unicode, control characters and halves of surrogate pairs too, in title and text."""
        from hypothesis import given, settings
        from hypothesis import strategies as st

        made = self.classifier()
        anything = st.text(st.characters(codec=None, categories=None), max_size=200)

        @settings(max_examples=150, deadline=None, database=None, derandomize=True)
        @given(anything, anything)
        def ask(title: str, text: str) -> None:
            self._ask(made, Question(title, text))

        ask()
        for strange in STRANGE:
            for question in (Question("", strange), Question(strange, ""), Question(strange, strange * 50)):
                self._ask(made, question)

    def test_CL5_of_nothing_it_is_not_sure(self) -> None:
        """CL5: without a word it names no category, or asks for a person."""
        made = self.classifier()
        for question in (Question("", ""), Question(" ", "\n\t"), Question("", "。。。")):
            answer = self._ask(made, question)
            assert answer.needs_person or not answer.category

    def test_CL6_long_texts_take_no_longer_than_they_should(self) -> None:
        """CL6: four times the text takes less than ten times the CPU, up to a quarter of a million characters."""
        made, body = self.classifier(), "".join(f"{q.title}，{q.text}。" for q in self.questions())
        made.classify(Question("", body))  # what is loaded at the first question is not counted
        before, size = 0.0, SHORTEST
        while size <= LONGEST:
            question = Question("", (body * (size // len(body) + 1))[:size])
            bound = max(TOO_SHORT, TIMES * before)
            spent = min(_seconds(made, question) for _ in range(2))
            if spent >= bound:  # once more, should the machine have been busy
                spent = min(spent, *(_seconds(made, question) for _ in range(3)))
            assert spent < bound, f"{size} characters"
            before, size = spent, size * 4

    def test_CL7_it_leaves_the_process_as_it_was(self) -> None:
        """CL7: no seed set, no environment changed, no folder entered: the host's own are as they were."""
        made = self.classifier()
        made.classify(self.questions()[0])
        random.seed(20250626)
        before = random.getstate(), dict(os.environ), os.getcwd()
        for question in self.questions():
            made.classify(question)
        assert (random.getstate(), dict(os.environ), os.getcwd()) == before

    def test_CL8_nothing_the_citizen_said_is_in_the_answer(self) -> None:
        """CL8: a number in the text is in no category and no score: what is answered goes on record."""
        made, said = self.classifier(), "13800000000"
        for question in self.questions():
            asked = question._replace(title=f"{question.title}{said}", text=f"{said} {question.text}")
            assert said not in repr(made.classify(asked))

    def test_CL9_two_may_ask_at_once(self) -> None:
        """CL9: asked from several threads, it answers as it does one by one."""
        from concurrent.futures import ThreadPoolExecutor

        made, questions = self.classifier(), [*self.questions()] * 20
        alone = [made.classify(question) for question in questions]
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(made.classify, questions)) == alone


def _seconds(made: Classifier, question: Question) -> float:
    begun = process_time()
    made.classify(question)
    return process_time() - begun
