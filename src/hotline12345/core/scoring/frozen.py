"""Freezing a period and restating it (冻结与重述): a scorecard that was published stays what it was.

A frozen scorecard carries a digest of everything in it.  Whoever finds that it was wrong does not change it but
restates the period: with a reason, the digest of what is restated, and every difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from json import dumps
from typing import Any

from ..errors import RequestError

SCHEMA = 1


def digest_of(body: Mapping[str, Any]) -> str:
    """Return the digest of a scorecard (摘要): SHA-256 over its JSON with sorted keys, itself left out."""
    plain = {key: value for key, value in body.items() if key != "digest"}
    return sha256(dumps(plain, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def freeze(scorecard: Mapping[str, Any], period: str) -> dict[str, Any]:
    """Return *scorecard* frozen (冻结) for *period*; plain JSON, to be kept and published."""
    body: dict[str, Any] = {"schema": SCHEMA, "period": period, "scorecard": dict(scorecard)}
    return body | {"digest": digest_of(body)}


def check_frozen(frozen: Any) -> Mapping[str, Any]:
    """Return a frozen scorecard that is whole (核对冻结成绩单).

    Raises:
        RequestError: ``not-frozen`` for anything else, ``frozen-altered`` when it is not what was frozen.
    """
    keys = {"schema", "period", "scorecard", "digest"}
    if not isinstance(frozen, Mapping) or not keys <= set(frozen) or frozen["schema"] != SCHEMA:
        raise RequestError(
            "不是冻结的成绩单",
            "this is no frozen scorecard",
            code="not-frozen",
            hint="用 score --freeze 写出的文件",
            hint_en="a file that score --freeze has written",
        )
    if digest_of(frozen) != frozen["digest"]:
        raise RequestError(
            "成绩单在冻结之后被改过：摘要不符",
            "the scorecard was changed after it was frozen: its digest does not fit",
            code="frozen-altered",
            hint="找回原件；要更正请用重述",
            hint_en="find the original; to put something right, restate the period",
        )
    return frozen


def restate(frozen: Any, scorecard: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the period's scorecard anew (重述): what it replaces, why, and every difference.

    Raises:
        RequestError: ``no-reason``; ``not-frozen`` or ``frozen-altered`` as :func:`check_frozen` says.
    """
    before = check_frozen(frozen)
    if not reason.strip():
        raise RequestError(
            "重述要写原因",
            "a restatement needs its reason",
            code="no-reason",
            hint="说明更正了什么、依据什么",
            hint_en="say what was put right, and on what ground",
        )
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "period": before["period"],
        "scorecard": dict(scorecard),
        "restates": before["digest"],
        "reason": reason.strip(),
        "differences": [
            {"where": where, "was": was, "is": now} for where, was, now in differences(before["scorecard"], scorecard)
        ],
    }
    return body | {"digest": digest_of(body)}


def differences(was: Any, now: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (where, was, is) of each value that differs (差异): ``groups.210100-a.score.total``."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*was, *now]):
            yield from differences(was.get(key), now.get(key), f"{where}.{key}" if where else str(key))
    elif _named(was) and _named(now):
        yield from differences(_by_name(was), _by_name(now), where)
    elif was != now:
        yield where, was, now


def _named(value: Any) -> bool:
    """Tell whether this is a list of components, told apart by their metrics and not by their places."""
    return isinstance(value, list) and all(isinstance(one, Mapping) and "metric" in one for one in value)


def _by_name(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(row["metric"]): row for row in rows}
