"""The adapter that the page shows fits a scikit-learn pipeline, and holds the contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hotline12345.classifiers import Classifier, Question, Verdict
from hotline12345.testing import ClassifierContract

TAUGHT = {
    "环境保护": ("河水发黑发臭", "夜里噪音扰民", "冒黑烟空气刺鼻", "臭味熏得开不了窗"),
    "城乡建设": ("路灯不亮", "井盖丢了", "人行道塌了", "电梯困人"),
}


@pytest.fixture(scope="module")
def model() -> Any:
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts = [(text, label) for label, said in TAUGHT.items() for text in said]
    pipeline = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 2)), LogisticRegression(C=100))
    return pipeline.fit([text for text, _ in texts], [label for _, label in texts])


@pytest.fixture(scope="module")
def adapter(repo_root: Path) -> Any:
    page = (repo_root / "docs" / "classifiers.md").read_text("utf-8")
    block = page[page.index("test_scikit.py runs this very block") :].split("```")[1].removeprefix("python\n")
    names: dict[str, Any] = {}
    exec(block, names)
    return names["Pipeline"]


class TestPipeline(ClassifierContract):
    categories = tuple(TAUGHT)

    @pytest.fixture(autouse=True)
    def made(self, model: Any, adapter: Any) -> None:
        self.make = lambda: adapter(model, "2026.11")

    def classifier(self) -> Classifier:
        made: Classifier = self.make()
        return made


def test_it_answers_and_is_unsure_where_it_should_be(model: Any, adapter: Any) -> None:
    made = adapter(model, "2026.11")
    sure: Verdict = made.classify(Question("", "小区路灯不亮"))
    assert (sure.category, sure.needs_person) == ("城乡建设", False)
    assert sure.scores[0] == (sure.category, sure.confidence)
    assert made.classify(Question("", "医保怎么报销")).needs_person
