"""Drive the hotline through recorded time (按时重放): receipts, signatures, replies and ticks, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from attrs import evolve as change

from ..channels import Parsed
from ..classifiers import Classifier
from ..clockwork import tick
from ..core import commands as c
from ..core.actor import Actor, Role
from ..core.calendar import local
from ..core.errors import Fault, HotlineError, RequestError
from ..core.events import Accepted
from ..core.order import Order, Status
from ..core.request import Kind, Request
from ..hotline import Hotline
from .areas import AreaMap, area_map_of
from .result import Refused, ReplayResult
from .tally import tally

if TYPE_CHECKING:
    from ..core.policy import Pack
    from ..stores.port import Store

AGENT = Actor("replay", "", frozenset({Role.AGENT}))
DISPATCHER = Actor("replay", "", frozenset({Role.DISPATCHER}))
HANDLER = frozenset({Role.HANDLER})
TICK, RECEIPT, SIGN, REPLY = range(4)
"""At the same instant the clock strikes first: who replies at the deadline is late."""
_SOLVED = {"是": True, "已解决": True, "解决": True, "yes": True, "true": True, "1": True}
_UNSOLVED = {"否": False, "未解决": False, "no": False, "false": False, "0": False}


def replay(
    reading: Iterable[Parsed],
    pack: Pack | str,
    store: Store | str = "memory:",
    *,
    kind: Kind | None = None,
    disposition: bool = False,
    area_map: AreaMap | Mapping[str, str] | None = None,
    locate: bool = False,
    on: date | None = None,
    place: str = "",
    classifier: Classifier | str | None = None,
    trust: str = "fill",
    detail: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ReplayResult:
    """Take recorded requests through the whole flow at their own times (重放历史诉求).

    Args:
        reading: rows with their facts, as a channel reads them.
        pack: a loaded pack, or the name or path of one.
        store: a store, or the URL of one; rows it already holds are refused as ``already-there``.
        kind: fixes the kind of every row.
        disposition: let the rules refer, decline, answer and merge; otherwise every row is accepted and
            dispatched, and these are only noted as suggestions.
        area_map: names in texts → division codes; they win over the pack's own cities and counties.
        locate: read an area that is still missing from the address and the text, where it is certain.
        on: the day whose edition holds for every row; by default the newest.
        place: the hotline that receives; the pack's place by default.
        classifier, trust: somebody's model and how far its answer goes, as a :class:`Hotline` takes them.
        detail: also return one line an order, with what it was taken for and by which words.
        progress: called with (rows done, rows) now and then.

    Raises:
        RequestError, PolicyError, StoreError: nothing can be replayed at all.
    """
    if isinstance(pack, str):
        from ..packs import load_pack

        pack = load_pack(pack)
    policy = pack.newest if on is None else pack.on(on)
    run = Replay(pack, policy.edition, store, place, disposition, classifier=classifier, trust=trust)
    run.read(reading, kind, area_map_of(policy, area_map), locate)
    run.play(progress)
    return tally(run, kind, detail)


class Replay:
    """A replay under way (重放过程): a heap of what comes next and the hotline it happens to."""

    def __init__(
        self, pack: Pack, edition: str, store: Store | str, place: str, disposition: bool, **more: Any
    ) -> None:
        self.made = ""
        self._made = 0
        self.hotline = Hotline(pack, store, place=place, number=self._number, edition=edition, **more)
        self.policy = pack.edition(edition)
        self.disposition = disposition
        self.rows = 0
        self.refused: list[Refused] = []
        self.parsed: dict[str, Parsed] = {}  # by order number
        self.notes: list[Fault] = []
        self.unheard: list[int] = []  # lines whose reply nobody could give: no unit had the order
        self.early: list[int] = []  # lines whose reply is dated before the request
        self._heap: list[tuple[datetime, int, int, Any]] = []
        self._strikes: set[datetime] = set()
        self._last: datetime | None = None
        self._settled = (
            False  # calendars do not learn while a replay runs: one look for provisional deadlines is enough
        )

    def _number(self, at: datetime, attempt: int) -> str:
        # Counted and not drawn, so that two replays of a file are the same to the byte.
        self._made += 1
        self.made = local(at).strftime("%y%m%d%H%M%S") + f"{self._made:06d}"
        return self.made

    def read(self, reading: Iterable[Parsed], kind: Kind | None, areas: AreaMap, locate: bool = False) -> None:
        """Read every row; the good ones go onto the heap at their time of receipt."""
        if locate:
            from ..text.places import located
        for parsed in reading:
            self.rows += 1
            request = parsed.request
            if request is None:
                error = parsed.error or RequestError("该行没有诉求", "the row holds no request", code="empty-row")
                self.refused.append(Refused(parsed.line, "", error))
                continue
            if kind is not None and request.kind is not kind:
                request = change(request, kind=kind)
            if not request.area and (area := areas.find(request.title, request.text)):
                request = change(request, area=area)
            elif locate:
                request = located(request, self.hotline.place)
            if request is not parsed.request:
                parsed = change(parsed, request=request)
            self._heap.append((request.received, RECEIPT, self.rows, parsed))
            self._saw(request.received)
            replied = parsed.facts.get("replied")
            if replied is not None:
                self._saw(replied)
        self.notes += getattr(reading, "notes", ())
        heapify(self._heap)

    def _saw(self, instant: datetime) -> None:
        if self._last is None or instant > self._last:
            self._last = instant

    def play(self, progress: Callable[[int, int], None] | None) -> None:
        """Let everything happen in its order, up to the last instant of the record."""
        heap, done = self._heap, 0
        while heap:
            at, what, _, subject = heappop(heap)
            if self._last is None or at > self._last:
                break  # beyond the record nothing is known
            if what == RECEIPT:
                self._receive(at, subject)
                done += 1
                if progress is not None and done % 200 == 0:
                    progress(done, self.rows)
            elif what == TICK:
                self._tick(at)
            elif what == SIGN:
                self._sign(at, subject)
            else:
                self._reply(at, subject)
        if progress is not None:
            progress(self.rows, self.rows)

    # ── what happens ──

    def _receive(self, at: datetime, parsed: Parsed) -> None:
        request = parsed.request
        assert request is not None
        try:
            order = self._take(request, at)
        except HotlineError as error:
            self.refused.append(Refused(parsed.line, request.ref, error))
            return
        if order.number != self.made:
            self.refused.append(Refused(parsed.line, request.ref, _already(order)))
            return
        self.parsed[order.number] = parsed
        self._wake(order)
        replied, signed = parsed.facts.get("replied"), parsed.facts.get("signed")
        if signed is not None and (replied is None or signed < replied):
            heappush(self._heap, (max(signed, at), SIGN, parsed.line, order.number))
        if replied is not None:
            if replied < at:
                self.early.append(parsed.line)
            heappush(self._heap, (max(replied, at), REPLY, parsed.line, order.number))

    def _take(self, request: Request, at: datetime) -> Order:
        hotline = self.hotline
        if not self.disposition:
            order = hotline.receive(request, by=AGENT, at=at, disposition="handle")
        else:
            order = hotline.receive(request, by=AGENT, at=at, through="accept")
            if order.number == self.made and order.status is Status.ACCEPTED:
                order = self._dispose(order, at)
        if order.number == self.made and order.status is Status.ACCEPTED:
            # The rules would not decide alone: the replay is the dispatcher and does what they suggest.
            order = hotline.handle(order.number, c.Dispatch(DISPATCHER), at=at)
        return order

    def _dispose(self, order: Order, at: datetime) -> Order:
        """Do what the rules suggest instead of dispatching: answer at once, or merge into the open order."""
        hotline = self.hotline
        accepted = hotline.history(order.number, 1)[0]
        for finding in accepted.findings if isinstance(accepted, Accepted) else ():
            if finding.code == "direct-answer":
                return hotline.handle(order.number, c.Answer(AGENT), at=at)
            if finding.code == "repeat" and order.category:
                other = hotline.order(finding.target)
                if other.is_open and other.category == order.category:
                    return hotline.handle(order.number, c.Merge(AGENT, into=other.number), at=at)
        return order

    def _sign(self, at: datetime, number: str) -> None:
        lead = self.hotline.order(number, known=True).lead
        if lead is not None and lead.signed is None:
            self._wake(self.hotline.handle(number, c.Sign(Actor("", lead.unit, HANDLER)), at=at))

    def _reply(self, at: datetime, number: str) -> None:
        parsed = self.parsed[number]
        lead = self.hotline.order(number, known=True).lead
        if lead is None:
            self.unheard.append(parsed.line)
            return
        facts = parsed.facts
        told = str(facts.get("solved") or "").strip().lower()
        replied = facts["replied"]
        order = self.hotline.handle(
            number,
            c.Reply(
                Actor("", lead.unit, HANDLER),
                public=facts.get("reply") or "",
                solved=_SOLVED.get(told, _UNSOLVED.get(told)),
                occurred=replied if replied < at else None,
            ),
            at=at,
        )
        self._wake(order)

    # ── the clock ──

    def _wake(self, order: Order) -> None:
        wake = order.wake
        if wake is not None and wake not in self._strikes:
            self._strikes.add(wake)
            heappush(self._heap, (wake, TICK, 0, None))

    def _tick(self, at: datetime) -> None:
        awake: list[str] = []

        def ours(number: str) -> bool:
            awake.append(number)
            return True

        tick(self.hotline, at, ours, settle=not self._settled, known=True)
        self._settled = True
        for number in awake:
            self._wake(self.hotline.order(number, known=True))


def _already(order: Order) -> RequestError:
    return RequestError(
        f"存储中已有同一诉求（工单 {order.number}），没有重复收件",
        f"the store already holds this request as {order.number}; it was not received twice",
        code="already-there",
        hint="换一个空的存储，或去掉重复的行",
        hint_en="use an empty store, or drop the row",
    )
