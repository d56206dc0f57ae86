"""Who has to keep what right, and whether they do (维护责任): error reports, review, expiry, the weekly push.

济南条例第二十八条 makes a base that is not kept up a ground of supervision; 信阳 pushes every Friday.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from ..core.actor import Actor, Role
from ..core.calendar import WorkCalendar
from ..core.errors import CommandError, RequestError
from ..core.scoring import percent
from ..core.sla import TimeLimit, deadline
from .base import KnowledgeBase
from .kept import moment
from .private import redact
from .shelf import Row, marks
from .words import whole

OUTCOMES = ("corrected", "unfounded")
"""What comes of an error report (纠错结果): the article was put right, or was right."""


class ErrorReport(NamedTuple):
    """Somebody found an article wrong (纠错单): the unit that answers for it has until *due*, a day.

    ``closed`` and ``outcome`` are empty while it is open.
    """

    number: int
    id: str
    version: int
    unit: str
    what: str
    by: str
    at: str
    due: str
    closed: str
    outcome: str

    def late(self, on: date) -> bool:
        """Whether it was not answered in time, as of *on*."""
        return (self.closed[:10] or on.isoformat()) > self.due


_COLUMNS = "seq, id, version, unit, what, who, at, due, closed, outcome"


def report(
    base: KnowledgeBase,
    id: str,  # noqa: A002 - the domain's word
    what: str,
    by: Actor,
    at: datetime,
    calendar: WorkCalendar | None = None,
) -> ErrorReport:
    """Report an error in what is shown now (纠错); anybody may.

    Raises:
        CommandError: ``unknown-article``, ``kb-not-possible``.
        RequestError: ``kb-reason-needed``.
    """
    if not what.strip():
        raise RequestError(
            "须写明哪里错了", "say what is wrong", code="kb-reason-needed", hint="写明 --what", hint_en="give --what"
        )
    article = base.published(id) or base.get(id)
    if article.status.value not in ("published", "expired"):
        raise CommandError(
            f"{article.ref} {article.status.zh}，没有对外使用，不必纠错",
            f"{article.ref} is {article.status.value} and not in use",
            code="kb-not-possible",
        )
    limit = TimeLimit.parse(f"{base.rules.answer_days}wd")
    due = deadline(limit, at, calendar or WorkCalendar.china()).due_day
    with base.shelf.writing() as writer:
        seq = int(writer.rows("SELECT coalesce(max(seq), 0) + 1 FROM kb_report")[0][0])
        head = (seq, id, article.version, article.draft.unit, redact(whole(what)), str(by), moment(at))
        row = (*head, due.isoformat() if due is not None else "9999-12-31", "", "")
        writer.rows(f"INSERT INTO kb_report VALUES ({marks(10)})", row)
    return ErrorReport(*row)


def answer_report(base: KnowledgeBase, number: int, outcome: str, by: Actor, at: datetime) -> ErrorReport:
    """Say what came of an error report (回复纠错).

    Raises:
        CommandError: ``unknown-report``, ``kb-not-possible``, ``kb-not-permitted``; ``kb-not-corrected``: the article
            is still the version that was reported.
        RequestError: ``unknown-outcome``.
    """
    if outcome not in OUTCOMES:
        raise RequestError(
            f"没有纠错结果「{outcome}」",
            f"there is no outcome {outcome!r}",
            code="unknown-outcome",
            hint="有：corrected 已更正、unfounded 无误",
            hint_en="corrected or unfounded",
        )
    with base.shelf.writing() as writer:
        rows = writer.rows(f"SELECT {_COLUMNS} FROM kb_report WHERE seq = ?", (number,))
        if not rows or rows[0][8]:
            raise CommandError(
                f"没有待回复的纠错单 {number}",
                f"there is no open error report {number}",
                code="unknown-report" if not rows else "kb-not-possible",
                hint="用 kb reports 查看",
                hint_en="kb reports lists them",
            )
        found = ErrorReport(*rows[0])
        _may_answer(by, found.unit)
        shown = base.published(found.id)
        if outcome == "corrected" and shown is not None and shown.version == found.version:
            raise CommandError(
                f"{shown.ref} 还是被纠错的版本",
                f"{shown.ref} is still the version that was reported",
                code="kb-not-corrected",
                hint="先修订并发布新版，或撤下；原条目无误的写 unfounded",
                hint_en="publish a corrected version or withdraw it first; where it was right, write unfounded",
            )
        closed = moment(at)
        writer.rows("UPDATE kb_report SET closed = ?, outcome = ? WHERE seq = ?", (closed, outcome, number))
    return found._replace(closed=closed, outcome=outcome)


def _may_answer(by: Actor, unit: str) -> None:
    """Refuse who is neither of the unit that answers for the article nor of those who see to the base."""
    if by.roles & {Role.REVIEWER, Role.ADMIN} or (by.roles & {Role.HANDLER, Role.UNIT_HEAD} and by.unit == unit):
        return
    raise CommandError(
        f"回复纠错须由责任单位（{unit}）、审核员或管理员执行",
        f"error reports are answered by the unit ({unit}), a reviewer or an admin",
        code="kb-not-permitted",
        hint=f"写明身份，如 --as handler@{unit}/人员",
        hint_en=f"say who you are, such as --as handler@{unit}/PERSON",
    )


def reports(base: KnowledgeBase, *, unit: str = "", pending: bool = False) -> list[ErrorReport]:
    """Return error reports (纠错单), oldest first."""
    wanted = [("unit = ?", unit)] if unit else []
    where = " AND ".join([text for text, _ in wanted] + (["closed = ''"] if pending else []) + ["seq > 0"])
    query = f"SELECT {_COLUMNS} FROM kb_report WHERE {where} ORDER BY seq"
    return [ErrorReport(*row) for row in base.shelf.rows(query, [value for _, value in wanted])]


class Timeliness(NamedTuple):
    """How one unit keeps its articles (及时率): duties that fell due in a period, and those done in time.

    ``rate`` is blank where nothing fell due.
    """

    unit: str
    due: int
    in_time: int
    rate: Decimal | None
    late: tuple[str, ...]


def timeliness(base: KnowledgeBase, first: date, last: date, on: date) -> list[Timeliness]:
    """Return each unit's timeliness (单位及时率) for what fell due from *first* to *last*, the lowest rate first.

    Three duties count: an error report is answered by its day, an article is reviewed by its day, and one that
    ends has a newer version, or is withdrawn, by the day it ends.  Looking again is a new version.

    Args:
        on: what is open is late once its day is before this one.
    """
    done: dict[str, list[tuple[str, bool]]] = {}

    def count(unit: str, what: str, due: str, finished: str) -> None:
        if first.isoformat() <= due <= last.isoformat() and (finished or due < on.isoformat()):
            done.setdefault(unit, []).append((what, bool(finished) and finished[:10] <= due))

    for one in reports(base):
        count(one.unit, f"纠错{one.number}", one.due, one.closed)
    ended = _ended(base)
    query = "SELECT id, version, unit, last_day, review_by FROM kb_item WHERE status IN "
    query += "('published', 'expired', 'superseded', 'withdrawn') AND (last_day <> '' OR review_by <> '')"
    for id_, version, unit, last_day, review_by in base.shelf.rows(query):
        due = min(day for day in (last_day, review_by) if day)
        count(unit, f"{id_}@{version}", due, ended.get((id_, version), ""))
    found = []
    for unit, all_ in done.items():
        late = tuple(what for what, good in all_ if not good)
        met = len(all_) - len(late)
        found.append(Timeliness(unit, len(all_), met, percent(met, len(all_)), late))
    return sorted(found, key=lambda one: (one.rate if one.rate is not None else Decimal(101), one.unit))


def _ended(base: KnowledgeBase) -> dict[tuple[str, int], str]:
    """Return when each version that was shown made way, other than by running out."""
    query = "SELECT id, version, at FROM kb_step WHERE action IN ('supersede', 'withdraw') ORDER BY seq DESC"
    return {(id_, version): at for id_, version, at in base.shelf.rows(query)}


class Push(NamedTuple):
    """What a unit gets pushed (每周推送): what is new, what ends or is to be reviewed soon, what is reported wrong."""

    unit: str
    published: tuple[str, ...]
    ending: tuple[str, ...]
    review: tuple[str, ...]
    reported: tuple[int, ...]


def push_day(base: KnowledgeBase, on: date) -> date:
    """Return the day of the push that *on* belongs to (推送日): that day or the next such weekday."""
    return on + timedelta((base.rules.push_weekday - on.isoweekday()) % 7)


def push(base: KnowledgeBase, on: date) -> list[Push]:
    """Return the push of the week of *on*, unit by unit (每周推送).

    New is what was published in the seven days up to the push; soon is within four weeks after it (library default).
    """
    day = push_day(base, on)
    begin, soon = (day - timedelta(6)).isoformat(), (day + timedelta(28)).isoformat()
    query = "SELECT id, version, unit, at, last_day, review_by FROM kb_item WHERE status = 'published' ORDER BY id"
    rows = base.shelf.rows(query)
    pending = [one for one in reports(base, pending=True) if one.at[:10] <= day.isoformat()]
    units = sorted({row[2] for row in rows} | {one.unit for one in pending})

    def refs(kept: Iterable[Row]) -> tuple[str, ...]:
        return tuple(f"{row[0]}@{row[1]}" for row in kept)

    found = []
    for unit in units:
        own = [row for row in rows if row[2] == unit]
        new = refs(row for row in own if begin <= row[3][:10] <= day.isoformat())
        ending = refs(row for row in own if row[4] and row[4] <= soon)
        review = refs(row for row in own if row[5] and row[5] <= soon)
        wrong = tuple(one.number for one in pending if one.unit == unit)
        if new or ending or review or wrong:
            found.append(Push(unit, new, ending, review, wrong))
    return found
