"""A model of one's own beside the rules (自己的模型): held to the contract, adopted, and recorded with its name.

    python examples/09_own_classifier.py

The model is a toy of twenty lines, naive Bayes over pairs of characters, trained on six invented sentences.  Any other
fits in its place: what counts is the shape of the answer.  Needs ``pip install "hotline12345[testing]"``.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from math import exp, log

from hotline12345 import Actor, Hotline, Request
from hotline12345.classifiers import Question, Verdict
from hotline12345.core.events import Accepted
from hotline12345.testing import ClassifierContract

TAUGHT = [
    ("河里的水发黑发臭，死了好多鱼", "环境保护"),
    ("养殖场的臭味飘到村里，熏得开不了窗", "环境保护"),
    ("垃圾焚烧冒黑烟，空气刺鼻", "环境保护"),
    ("人行道塌了一块，盲道也断了", "城乡建设"),
    ("井盖丢了，晚上差点摔进去", "城乡建设"),
    ("电梯三天两头困人，维保不到位", "城乡建设"),
]


def pairs(text: str) -> list[str]:
    """Return the pairs of characters in *text*."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


class Bayes:
    """Twenty lines of naive Bayes; another training is another version."""

    api, name, version = 1, "toy-bayes", "2026.11"

    def __init__(self, argument: str = "") -> None:
        self.words: dict[str, Counter[str]] = {}
        for text, label in TAUGHT:
            self.words.setdefault(label, Counter()).update(pairs(text))

    def classify(self, question: Question, /) -> Verdict:
        """Answer with a category, or say that it does not know."""
        body = f"{question.title}\n{question.text}"
        known = {pair for words in self.words.values() for pair in words}
        seen = [pair for pair in pairs(body) if pair in known]
        if not seen:
            return Verdict()
        weigh = {
            label: sum(log((words[pair] + 1) / (words.total() + len(known))) for pair in seen)
            for label, words in self.words.items()
        }
        best = max(weigh, key=lambda label: weigh[label])
        sure = 1 / sum(exp(max(score - weigh[best], -700)) for score in weigh.values())
        return Verdict(best, confidence=sure, needs_person=sure < 0.9)


# ── the contract: in your own tests this class is all there is to write ──


class TestBayes(ClassifierContract):
    """Nine clauses."""

    categories = ("环境保护", "城乡建设")

    def classifier(self) -> Bayes:
        """Return it anew."""
        return Bayes()

    def questions(self) -> list[Question]:
        """Return what it was not taught."""
        return [Question("", "河水又黑又臭"), Question("", "井盖又丢了"), Question("你好", "谢谢")]


for clause in [name for name in dir(TestBayes) if name.startswith("test_CL")]:
    getattr(TestBayes(), clause)()
    print("通过", clause.removeprefix("test_").replace("_", " "))

# ── adopted: the rules first, the model where they do not know; each word is recorded as whose it was ──

hotline = Hotline("cn", "memory:", place="990100", secrets=b"an example, no secret", classifier=Bayes(), trust="fill")
agent = Actor.parse("agent@990100-12345/li")
for text in ("楼下工厂夜里噪音扰民", "鱼死了好多", "三天两头困人", "楼道里着火了", "你好"):
    order = hotline.receive(Request(received=datetime.now(UTC), text=text), by=agent)
    event = hotline.history(order.number)[1]
    if isinstance(event, Accepted) and event.judged is not None:
        said = f"{event.judged.by} {event.judged.version}：{event.judged.category or '不知道'}"
        person = "，需人工确认" if event.needs_person else ""
        print(f"{text} → {event.category or '未归类'}（{event.category_from}{person}）；{said}")
    else:  # the words of the pack see a fire; no model hides it
        print(f"{text} → {order.status.zh} {order.outcome.to}")
