"""Reading a holiday notice (读放假通知): the State Council's sentences become an overlay, or it is said which do not.

Nothing is guessed and nothing is half read: a sentence that is not understood is a fault that quotes it, and with one
fault there is no overlay.  What a notice says twice is used to check it: weekdays against dates, ``共7天`` against the
span, make-up days against weekends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from attrs import field, frozen, mutable

from ..errors import Fault, PolicyError
from .noticedates import FEAST, FEASTS, BadDay, Named, find_dates, settle, span
from .noticetext import Frame, Passage, frame, item_of, number_of
from .overlay import Overlay, OverlayDay
from .workcalendar import WorkCalendar

ALL_FEASTS = frozenset(("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"))


@frozen(weakref_slot=False)
class Notice:
    """A holiday notice as read (放假通知).

    Args:
        overlay: the days it settles, each with the notice as its source.
        title: as written; "" where the text has none.
        number: the document number (文号).
        issued: the day it was signed.
        year: the year it is about.
        passed: sentences that settle no day, as written: encouragements, duty rosters.
    """

    overlay: Overlay
    title: str
    number: str
    issued: date | None
    year: int
    passed: tuple[str, ...] = ()


_DAYS = "@(?:[-至到]+@)?(?:[、和及与,]+@(?:[-至到]+@)?)*"
_COUNT = r"(?:,|共|共计|合计|总共)*([0-9一二三四五六七八九十两]{1,3})天"
_LEAD = r"(?:其中|另外|另|即|,)*(?:将|在)?"
_OFF = re.compile(
    rf"{_LEAD}({_DAYS})(?:全国|全体公民|均|为)*"
    rf"(?:放假调休|调休放假|放假公休|公休放假|放假休息|放假|调休|补休|补假|休息)(?:{_COUNT})?"
)
_REST = re.compile(
    rf"{_LEAD}({_DAYS})(?:均|仍|为|是|照常|正常)*(?:(?:{FEAST})?法定节?假日|法定休假日|公休日?|周末|休息日?)"
)
_WORK = re.compile(rf"{_LEAD}({_DAYS})(起)?(?:均|全国)*(照常|正常|恢复|恢复正常)?(?:上班|工作)")
_MOVE = re.compile(
    # 2009: "10月3日公休日及中秋节分别调至10月5日、6日" — a feast on a rest day is made good like the rest day itself.
    rf"{_LEAD}({_DAYS})(?:的)?(?:[两一二三四五\d]个)?公休日?(?P<feast>及{FEAST})?(?:分别|依次)?(?:调整?[至到为]|移至|调休至)(?P<to>{_DAYS})"
)
_LONGER = re.compile(rf"{_LEAD}(?:延长(?:\d{{4}}年)?({FEAST})假期|(?:\d{{4}}年)?({FEAST})假期延长)[至到]@")
_TOTAL = re.compile(rf"(?:共|共计|合计|总共)?{_COUNT}")
_WITH_WEEKEND = re.compile(r"与(?:周末|双休日)(?:两天)?连休")
_SAYS_NOTHING = re.compile(r"(?:其中|不调休|无需调休|不作调休|连休|)")
_HEAD = re.compile(rf"((?:{FEAST}[、和及与]?)+)(?:放假)?(?:安排)?(?:[:。]|(?=[@(]))")
_OTHER_HEAD = re.compile(r"([^@:,。]{2,40}(?:纪念日|节日?))(?:放假|安排)*:")  # 2015: 抗战胜利70周年纪念日
# Sentences of notices that settle no day: what they ask of offices, schools and employers.
_PASSED = re.compile(
    r"(?:(?:节假日|节日|假日|假期|放假|春节)期间,各.*"
    r"|请各.*|请.*(?:执行|落实)|特此通知"
    r"|鼓励.*"  # 2024: 安排职工在除夕休息 — asked of employers, not settled
    r"|各地大专院校.*推迟开学.*|因.*不能休假的职工.*"  # 国办发明电〔2020〕1号
    r"|为(?:方便|便于)[^@]*)"
)


def read_notice(
    text: str,
    *,
    year: int | None = None,
    number: str = "",
    issued: date | None = None,
    url: str = "",
    known: WorkCalendar | None = None,
    file: str = "通知",
) -> Notice:
    """Read a holiday notice (读放假通知), whole or in part.

    Args:
        text: the notice, as published.
        year: the year it is about, where neither its title nor its preamble says so.
        number: its document number, where the text leaves it out.
        issued: the day it was signed, likewise.
        url: where it is published.
        known: the days known so far; needed where a notice extends a holiday without saying from when.
        file: what faults call the file.

    Raises:
        PolicyError: ``bad-notice`` with every fault at once: what is not understood is quoted, with its line.
    """
    found = frame(text)
    faults: list[Fault] = []
    about = _year(found, year, faults, file)
    number, issued = number or found.number, issued or found.issued
    source = " ".join(part for part in (_named(number or found.title, issued), url) if part)
    if not (number or found.title or url):
        zh, en = "没有出处：通知里没有标题和文号", "has no source: neither a title nor a number is in the text"
        hint = "用 --number 写明文号，或 --url 写明网址 / give --number or --url"
        faults.append(Fault("no-source", zh, en, file, hint=hint))
    reader = _Reader(about, known, file, faults)
    for item in found.items:
        reader.item(item)
    days = reader.days(source)
    if not days and not faults:
        zh, en = "没有一句说到哪天放假或上班", "no sentence says which day rests or works"
        faults.append(Fault("no-days", zh, en, file))
    if faults:
        raise _bad(faults)
    complete = (about,) if reader.feasts >= ALL_FEASTS else ()
    name = f"{about}年节假日安排" if complete else found.title or f"{about}年节假日安排（部分）"
    overlay = Overlay(days, source, name, complete)
    return Notice(overlay, found.title, number, issued, about, tuple(reader.passed))


def _bad(faults: Sequence[Fault]) -> PolicyError:
    return PolicyError(
        f"通知有 {len(faults)} 处读不懂或自相矛盾，没有生成任何增补",
        f"{len(faults)} places of the notice cannot be read or contradict each other; nothing was made of it",
        faults=tuple(faults),
        code="bad-notice",
        hint="；".join(fault.text("zh") for fault in faults),
        hint_en="; ".join(fault.text("en") for fault in faults),
    )


def _named(name: str, issued: date | None) -> str:
    return f"{name}（{issued}）" if name and issued else name


def _year(found: Frame, given: int | None, faults: list[Fault], file: str) -> int:
    said = found.years
    if given is not None and said and given not in said:
        zh, en = f"通知说的是 {said[0]} 年，不是 {given} 年", f"the notice is about {said[0]}, not {given}"
        faults.append(Fault("wrong-year", zh, en, file, hint="去掉 --year 或改正 / leave --year out or mend it"))
    about = given or (said[0] if said else None)
    if about is None:  # a sentence alone may still name its year
        for item in found.items:
            for named in find_dates(item)[1]:
                about = about or named.year
    if about is None:
        zh, en = "没有写明是哪一年的安排", "does not say which year it is about"
        faults.append(Fault("no-year", zh, en, file, hint="用 --year 写明年份 / give --year"))
    return about or 2000


@mutable
class _Item:
    """What one item of a notice (一条) has settled so far."""

    name: str
    off: set[date] = field(factory=set)
    work: set[date] = field(factory=set)
    moved: set[date] = field(factory=set)  # rest days moved elsewhere: they work unless the item has them off
    last: list[date] = field(factory=list)  # the days the last clause named, for the count that may follow


@frozen(weakref_slot=False)
class _Clause:
    """One clause (分句), its dates settled: ``@`` stands for each in ``form``."""

    form: str
    dates: tuple[date, ...]
    named: tuple[Named, ...]


class _Reader:
    """Reads item by item and keeps what each settles; notes what is wrong and goes on."""

    def __init__(self, year: int, known: WorkCalendar | None, file: str, faults: list[Fault]) -> None:
        self.feasts: set[str] = set()
        self.passed: list[str] = []
        self._year, self._known, self._file, self._faults = year, known, file, faults
        self._works: dict[date, tuple[bool, str]] = {}

    def days(self, source: str) -> tuple[OverlayDay, ...]:
        """Return what was settled, day by day."""
        return tuple(OverlayDay(day, works, name, source) for day, (works, name) in sorted(self._works.items()))

    def item(self, passage: Passage) -> None:
        """Read one item: a paragraph, with or without the name of a feast before it."""
        body = item_of(passage)
        name = ""
        form, _ = find_dates(body)
        head = _HEAD.match(form) or _OTHER_HEAD.match(form)
        if head is not None:
            called = [FEASTS[one] for one in re.findall(FEAST, head[1])] if head.re is _HEAD else [head[1]]
            self.feasts |= set(called)
            name = "、".join(called)
            body = body.part(head.end(), len(body.text))
        sentences = [(sentence, *find_dates(sentence)) for sentence in body.split("。;!")]
        kept = []
        for sentence, form, named in sentences:
            if _PASSED.fullmatch(form):
                self.passed.append(sentence.written)
            else:
                kept.append((sentence, form, named))
        try:
            dates = settle([one for _, _, named in kept for one in named], self._year)
        except BadDay as bad:
            self._bad_day(bad, next(s for s, _, named in kept if bad.named in named))
            return
        item, at = _Item(name), 0
        for sentence, form, named in kept:
            mine, at = dates[at : at + len(named)], at + len(named)
            self._sentence(item, sentence, form, mine, named)
        self._keep(item, body)

    def _sentence(
        self, item: _Item, sentence: Passage, form: str, dates: tuple[date, ...], named: tuple[Named, ...]
    ) -> None:
        at = 0
        for part in _clauses(form):
            n = part.count("@")
            clause = _Clause(part, dates[at : at + n], named[at : at + n])
            at += n
            try:
                understood = any(read(self, item, clause) for read in _READERS)
            except BadDay as bad:
                self._bad_day(bad, sentence)
                return
            except _Untrue as untrue:
                self._fault(untrue.code, sentence, untrue.zh, untrue.en)
                return
            if not understood:
                self._fault("not-understood", sentence, "看不懂", "is not understood")
                return

    def _keep(self, item: _Item, body: Passage) -> None:
        for day in sorted(item.off & item.work):
            zh, en = f"{day} 既放假又上班", f"{day} is both off and worked"
            self._fault("contradiction", body, zh, en)
        for works, days in ((False, item.off), (True, item.work | (item.moved - item.off))):
            for day in sorted(days):
                said = self._works.setdefault(day, (works, item.name))
                if said[0] != works and not (day in item.off and day in item.work):
                    zh, en = f"{day} 在另一条里说法相反", f"{day} is said otherwise in another item"
                    self._fault("contradiction", body, zh, en)

    def _bad_day(self, bad: BadDay, sentence: Passage) -> None:
        self._fault(bad.code, sentence, f"「{bad.named.said.written}」{bad.zh}", f"{bad.named.said.written}: {bad.en}")

    def _fault(self, code: str, sentence: Passage, zh: str, en: str) -> None:
        said, hint = sentence.written, ""
        if code == "not-understood":
            hint = "对照原文核对；与放假无关的句子可从文件里删去 / check it against the notice; leave out of the file "
            hint += "what has nothing to do with days off"
        zh, en = f"「{said}」{zh}", f"“{said}” {en}"
        self._faults.append(Fault(code, zh, en, self._file, line=sentence.line, hint=hint))

    # ── what a clause can say ──

    def _off(self, item: _Item, clause: _Clause) -> bool:
        shape = _OFF.fullmatch(clause.form) or _REST.fullmatch(clause.form)
        if shape is None:
            return False
        item.last = _expand(shape[1], clause)
        item.off |= set(item.last)
        if shape.re is _OFF and shape[2]:
            _check_count(item.last, shape[2])
        return True

    def _work(self, item: _Item, clause: _Clause) -> bool:
        shape = _WORK.fullmatch(clause.form)
        if shape is None:
            return False
        days = _expand(shape[1], clause)
        for day in days:
            if day.weekday() < 5 and not (shape[2] or shape[3]):
                zh = f"{day} 是周一至周五，本来就上班：年份或日期有误"
                raise _Untrue("no-make-up-day", zh, f"{day} is a weekday and works anyway: wrong year or day")
        item.last = []
        item.work |= set(days)
        return True

    def _moved(self, item: _Item, clause: _Clause) -> bool:
        shape = _MOVE.fullmatch(clause.form)
        if shape is None:
            return False
        n = shape[1].count("@")
        sources = _expand(shape[1], _Clause(shape[1], clause.dates[:n], clause.named[:n]))
        targets = _expand(shape["to"], _Clause(shape["to"], clause.dates[n:], clause.named[n:]))
        given = len(sources) + bool(shape["feast"])
        if given != len(targets):
            zh = f"{given} 个公休日调成了 {len(targets)} 天"
            raise _Untrue("uneven-move", zh, f"{given} rest days became {len(targets)}")
        item.moved |= set(sources)
        item.off |= set(targets)
        item.last = []
        return True

    def _longer(self, item: _Item, clause: _Clause) -> bool:
        shape = _LONGER.fullmatch(clause.form)
        if shape is None:
            return False
        feast = FEASTS[shape[1] or shape[2]]
        last = clause.dates[0]
        first = _day_after(feast, last, self._known)
        if first is None:
            zh = f"不知道{feast}假期原来放到哪一天，无从延长"
            raise _Untrue("nothing-to-extend", zh, f"where the holiday {feast} ended so far is not known")
        item.name = item.name or feast
        item.off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
        return True

    def _rest(self, item: _Item, clause: _Clause) -> bool:
        total = _TOTAL.fullmatch(clause.form)
        if total is not None and item.last:
            _check_count(item.last, total[1])
            return True
        if _WITH_WEEKEND.fullmatch(clause.form):
            if item.last and not any(day.weekday() in (0, 4, 5, 6) for day in item.last):
                zh = f"{item.last[0]} 不挨着周末：年份或日期有误"
                raise _Untrue("no-weekend", zh, f"{item.last[0]} is not beside a weekend: wrong year or day")
            return True
        return _SAYS_NOTHING.fullmatch(clause.form) is not None


_Read = Callable[[_Reader, _Item, _Clause], bool]
_READERS: tuple[_Read, ...] = (_Reader._off, _Reader._work, _Reader._moved, _Reader._longer, _Reader._rest)


class _Untrue(Exception):
    """What a notice says of its own days is not so (自相矛盾)."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def _clauses(form: str) -> Iterator[str]:
    """Yield the clauses of a sentence; dates that stand alone belong to what follows them."""
    held = ""
    for part in form.split(","):
        held = f"{held},{part}" if held else part
        if not re.fullmatch(_DAYS, held):
            yield held
            held = ""
    if held:
        yield held


def _expand(form: str, clause: _Clause) -> list[date]:
    """Return every day that the dates in *form* name, spans filled in."""
    days: list[date] = []
    marks = [re.search(r"[-至到]", between) is not None for between in form.split("@")[1:-1]]
    for i, (day, named) in enumerate(zip(clause.dates, clause.named, strict=True)):
        if i and marks[i - 1]:
            days += span(days[-1], day, named)[1:]
        else:
            days.append(day)
    return days


def _check_count(days: list[date], said: str) -> None:
    wanted, there = number_of(said), len(set(days))
    if there != wanted:
        zh = f"写着 {wanted} 天，起止之间是 {there} 天"
        raise _Untrue("wrong-count", zh, f"says {wanted} days, but there are {there}")


def _day_after(feast: str, last: date, known: WorkCalendar | None) -> date | None:
    """Return the first day after the holiday *feast* as known so far, looking back from *last* half a month at most."""
    if known is None:
        return None
    for back in range(1, 16):
        fact = known.describe(last - timedelta(days=back))
        if fact.certain and not fact.works and feast[:2] in fact.why_zh:
            return fact.day + timedelta(days=1)
    return None
