"""The classifier ``rules`` (规则归类器): a rule file such as ``rules learn`` writes, or the rules of a pack."""

from __future__ import annotations

from errno import ENOENT
from hashlib import sha256
from typing import TYPE_CHECKING

from ..core.classify import classify
from . import API, Question, Verdict

if TYPE_CHECKING:
    from ..core.classify import RuleSet


class RulesClassifier:
    """Keyword rules as a classifier (规则归类器).

    Args:
        rules: compiled rules.
        version: the first figures of a digest, so that other rules are another version.
    """

    api = API
    name = "rules"

    def __init__(self, rules: RuleSet, version: str) -> None:
        self._rules = rules
        self.version = version

    def classify(self, question: Question, /) -> Verdict:
        """Answer as the rules say; what they negate is no evidence."""
        found = classify(self._rules, question.title, question.text)
        return Verdict(
            found.category,
            found.kind,
            found.urgency,
            found.confidence,
            found.needs_person,
            found.scores,
            tuple((hit.field, hit.start, hit.end) for hit in found.hits if not hit.negated),
        )


def open_rules(argument: str) -> RulesClassifier:
    """Open ``rules:FILE.toml``, a rule file, or ``rules:PACK``, the newest edition of a pack (打开规则归类器).

    Raises:
        PolicyError: ``bad-rules``, and what loading a pack says.
        RequestError: ``no-such-file``, ``no-rules``.
    """
    from ..core.errors import RequestError

    if argument.endswith(".toml"):
        from ..text.rulebook import load

        try:
            with open(argument, "rb") as file:
                data = file.read()
        except OSError as error:
            why = "没有这个文件" if error.errno == ENOENT else error.strerror
            raise RequestError(
                f"打不开规则文件 {argument}：{why}",
                f"cannot open the rule file {argument}: {error.strerror}",
                code="no-such-file",
                hint="请核对路径与权限",
                hint_en="check the path and your permissions",
            ) from error
        return RulesClassifier(load(data, argument), sha256(data).hexdigest()[:12])
    from ..packs import load_pack

    policy = load_pack(argument or "cn", need=("rules",)).newest
    if policy.rules is None:
        raise RequestError(
            f"政策包 {policy.pack} 没有归类规则",
            f"pack {policy.pack} has no rules to classify with",
            code="no-rules",
            hint="换一个有规则的包，或写规则文件的路径",
            hint_en="name a pack that has some, or the path of a rule file",
        )
    return RulesClassifier(policy.rules, f"{policy.pack}-{policy.digest[:12]}")
