"""The hotline (热线): the one place where rules, store and clock meet.

A command goes: load the order (from a cache that the store's version check keeps honest), gather the
facts ``decide`` needs, decide, fold, and append everything in one write.
"""

from __future__ import annotations

import os
import secrets as random_source
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve as change

from .clockwork import Ticked, tick
from .core import commands as c
from .core.actor import SYSTEM, Actor
from .core.calendar import local
from .core.codec import SCHEMA, decode, encode
from .core.decide import decide
from .core.errors import CommandError, Conflict, UnknownOrder
from .core.events import Accepted, Event
from .core.evolve import fold
from .core.order import Order, Status
from .core.policy import Pack, Policy
from .core.refs import Origin, Ref
from .core.request import Kind, Request
from .heads import head_of, stamp
from .privacy import Secrets, key_beside, seal
from .stores.port import Append, Page, Private, Query, Record, Store

TRIES = 8
CACHED = 20_000
STEPS = ("receive", "accept", "dispatch")


def number_by_time(at: datetime, attempt: int) -> str:
    """Make an order number (工单编号): ``YYMMDDhhmmss`` and six digits, as real platforms do."""
    t = local(at)
    when = f"{t.year % 100:02d}{t.month:02d}{t.day:02d}{t.hour:02d}{t.minute:02d}{t.second:02d}"
    return f"{when}{random_source.randbelow(1_000_000):06d}"


class Hotline:
    """One place's hotline (热线).

    Args:
        pack: a loaded :class:`Pack`, or the name or path of one.
        store: a :class:`Store`, or the URL of one.
        place: the key of everything this hotline owns; the pack's place by default.
        clock: returns the present instant, aware.
        number: makes an order number from an instant and the number of tries so far.
        secrets: the master key (≥ 16 bytes); by default a key file beside the store.
        edition: keep new orders under this edition; by default the one in force when received.
    """

    def __init__(
        self,
        pack: Pack | str,
        store: Store | str = "memory:",
        *,
        place: str = "",
        clock: Callable[[], datetime] | None = None,
        number: Callable[[datetime, int], str] = number_by_time,
        secrets: bytes | None = None,
        edition: str = "",
    ) -> None:
        if isinstance(pack, str):
            from .packs import load_pack

            pack = load_pack(pack)
        if isinstance(store, str):
            from .stores import open_store

            store = open_store(store)
        self.pack = pack
        self.store = store
        self.place = place or pack.place
        self._clock = clock or (lambda: datetime.now(UTC))
        self._number = number
        if secrets is None:
            path = getattr(store, "path", None)
            secrets = key_beside(str(path)) if path else os.urandom(32)
        self._secrets = Secrets(secrets, self.place)
        self._edition = pack.edition(edition) if edition else None
        self._editions: dict[str, Policy] = {policy.edition: policy for policy in pack.editions}
        self._cache: OrderedDict[str, Order] = OrderedDict()

    # ── the way in ──

    def receive(
        self,
        request: Request,
        *,
        by: Actor,
        at: datetime | None = None,
        through: str = "dispatch",
        disposition: str = "auto",
        key: str = "",
        origin: Order | None = None,
    ) -> Order:
        """Receive (收件), accept and dispatch *request* as far as the rules can without a person.

        The same (channel, ref) — or the same *key* — twice gives the same order.

        Args:
            request: what was asked.
            by: who took it down.
            at: when it is recorded; now by default.
            through: how far to go: ``receive``, ``accept`` or ``dispatch``.
            disposition: ``auto``, or ``handle`` to only note a referral or refusal as a suggestion.
            key: an idempotency key; by default made of channel and ref.
            origin: the order of another hotline that this one continues; its citizen's clock is inherited.

        Raises:
            Conflict: ``key-reused`` when the key came back with other content.
            CommandError, CalendarError, StoreError: nothing was written.
        """
        now = at or self._clock()
        key = key or (f"request:{request.channel}:{request.ref}" if request.ref else "")
        print_ = ""
        if key:
            # Without the time of receipt: a form sent again is read by a server whose clock has moved on.
            print_ = self._secrets.fingerprint([request.private(), request.channel])
            known = self._known(key, print_)
            if known is not None:
                return known
        policy = self.policy_for(request.received)
        for attempt in range(TRIES):
            number = self._number(now, attempt)
            try:
                return self._receive(policy, request, number, by, now, through, disposition, key, print_, origin)
            except Conflict as conflict:
                if conflict.code != "stale":
                    raise
                known = self._known(key, print_) if key else None
                if known is not None:
                    return known
        raise Conflict(
            f"连续 {TRIES} 个工单编号都已被占用",
            f"{TRIES} order numbers in a row were taken",
            code="no-number",
            hint="检查编号生成器",
            hint_en="check the number generator",
        )

    def _known(self, key: str, print_: str) -> Order | None:
        found = self.store.lookup(self.place, key)
        if found is None:
            return None
        number, _, before = found
        if before != print_:
            raise Conflict(
                "同一幂等键带来了不同内容",
                "the same idempotency key came with other content",
                code="key-reused",
                hint=f"原工单 {number}；补充内容请用 supplement",
                hint_en=f"the first order is {number}; add facts with supplement",
            )
        return self.order(number)

    def _receive(
        self,
        policy: Policy,
        request: Request,
        number: str,
        by: Actor,
        at: datetime,
        through: str,
        disposition: str,
        key: str,
        print_: str,
        origin: Order | None,
    ) -> Order:
        ref, words = seal("1", request.private())
        person = "" if request.anonymous else self._secrets.blind(request.requester.key)
        source = clock = None
        if origin is not None:
            source = Origin(origin.place, origin.number)
            clock = origin.clocks.citizen.deadline if origin.clocks.citizen is not None else None
        events = list(decide(policy, None, c.Receive(by, request, self.place, number, person, source, clock), at, ref))
        order = fold(events)
        if through != "receive":
            similar = self._similar(person, request.category)
            accept = c.Accept(SYSTEM, disposition=disposition, title=request.title, text=request.text, similar=similar)
            more = decide(policy, order, accept, at)
            order = fold(more, order)
            events += more
            if through == "dispatch" and self._clear(policy, order, more):
                more = decide(policy, order, c.Dispatch(SYSTEM), at)
                order = fold(more, order)
                events += more
        self._append(order, 0, events, (Private("1", person, words),), key, print_)
        return order

    def _clear(self, policy: Policy, order: Order, events: tuple[Event, ...]) -> bool:
        """Whether the rules may dispatch by themselves: the topic is clear and nobody must look first."""
        if order.status is not Status.ACCEPTED or policy.routes is None or not policy.flow.accept_to_dispatch:
            return False
        accepted = events[0]
        return isinstance(accepted, Accepted) and not accepted.needs_person

    def _similar(self, person: str, category: str) -> tuple[c.Similar, ...]:
        if not person:
            return ()
        page = self.store.find(self.place, Query(requester=person), limit=5)
        return tuple(
            c.Similar(head.number, True, head.open) for head in page.heads if not category or head.category == category
        )

    # ── what happens next ──

    def handle(
        self, number: str, command: c.Command, *, at: datetime | None = None, key: str = "", expected: int | None = None
    ) -> Order:
        """Carry out *command* on the order *number* (执行命令) and return it as it is afterwards.

        Raises:
            UnknownOrder, CommandError, RequestError, CalendarError, StoreError: nothing was written.
            Conflict: the order is not at *expected*, or others were faster eight times in a row.
        """
        print_ = ""
        if key:
            print_ = self._secrets.fingerprint([number, _plain(command)])
            known = self._known(key, print_)
            if known is not None:
                return known
        for _ in range(TRIES):
            order, fresh = self._load(number)
            if expected is not None and order.version != expected:
                order, fresh = self._load(number, anew=True)
                if order.version != expected:
                    raise _moved_on(order, expected)
            try:
                return self._step(order, command, at, key, print_)
            except CommandError:
                if fresh:
                    raise
                self._cache.pop(number, None)  # refused on what may be old news: look again
            except Conflict as conflict:
                if conflict.code != "stale" or expected is not None:
                    raise
                self._cache.pop(number, None)
        raise _moved_on(self.order(number), expected or 0)

    def _step(self, order: Order, command: c.Command, at: datetime | None, key: str, print_: str) -> Order:
        now = at or self._clock()
        if at is None and now < order.at:
            now = order.at  # two machines' clocks differ by a little; history does not run backward
        policy = self.policy_of(order)
        if type(command) is c.Accept:
            command = self._with_words(order, command)
        elif type(command) is c.Merge and command.into and self.store.head(self.place, command.into) is None:
            raise UnknownOrder(
                f"并入的工单 {command.into} 不存在",
                f"there is no order {command.into} to merge into",
                hint="核对编号",
                hint_en="check the number",
            )
        words = {name: value for name in c.PRIVATE_FIELDS[type(command)] if (value := getattr(command, name))}
        ref: Ref | None = None
        private: tuple[Private, ...] = ()
        if words:
            ref, sealed = seal(str(order.version + 1), words)
            private = (Private(ref.id, order.intake.requester, sealed),)
        events = decide(policy, order, command, now, ref)
        if not events:
            return order
        after = fold(events, order)
        self._append(after, order.version, events, private, key, print_)
        return after

    def _with_words(self, order: Order, command: c.Accept) -> c.Accept:
        """Give Accept the title and text from the private record, where it does not bring them."""
        similar = command.similar or tuple(
            other for other in self._similar(order.intake.requester, "") if other.number != order.number
        )
        if command.title or command.text:
            return change(command, similar=similar)
        words = self.words(order.number)
        return change(command, title=words.get("title", ""), text=words.get("text", ""), similar=similar)

    def tick(self, at: datetime | None = None) -> Ticked:
        """Let time pass (时钟): every order that time alone changes is looked at once; nobody scans the rest."""
        return tick(self, at or self._clock())

    # ── reading ──

    def order(self, number: str) -> Order:
        """Return the order *number* as it stands now (查工单).

        Raises:
            UnknownOrder: there is none in this place.
        """
        return self._load(number, anew=True)[0]

    def history(self, number: str, after: int = 0) -> list[Event]:
        """Return what happened to the order *number* (查历史), oldest first."""
        records = self.store.stream(self.place, number, after)
        return [decode(record.kind, record.data, record.schema) for record in records]

    def words(self, number: str) -> dict[str, Any]:
        """Return the private part of the request (隐私部分): requester, title, text …; {} once forgotten."""
        record = self.store.private(self.place, number, ("1",)).get("1")
        return dict(record["words"]) if record is not None else {}

    def find(self, query: Query | None = None, *, after: str = "", limit: int = 100) -> Page:
        """Return heads of this place's orders (查找) that match *query*, a page at a time."""
        return self.store.find(self.place, query or Query(), after, limit)

    def by_requester(self, person: str) -> Page:
        """Return the orders of whoever *person* (id, phone or name) names, through the blind index."""
        return self.store.find(self.place, Query(requester=self._secrets.blind(person)), "", 1000)

    def orders(self, query: Query | None = None) -> Iterator[Order]:
        """Yield every order of this place that matches *query*, by number."""
        cursor = ""
        while True:
            page = self.find(query, after=cursor, limit=1000)
            for head in page.heads:
                yield self._load(head.number)[0]
            cursor = page.next
            if not cursor:
                return

    def forget(self, person: str) -> int:
        """Delete everything private of whoever *person* names (遗忘); histories and scores stay valid.

        Returns:
            How many private records went.
        """
        gone = self.store.forget(self.place, self._secrets.blind(person))
        self._cache.clear()
        return gone

    def policy_for(self, received: datetime) -> Policy:
        """Return the edition under which a request received then is kept."""
        return self._edition or self.pack.on(local(received).date())

    def policy_of(self, order: Order) -> Policy:
        """Return the edition *order* is kept under; it was written into its first event."""
        return self._editions.get(order.intake.edition) or self.pack.edition(order.intake.edition)

    # ── the store ──

    def _load(self, number: str, anew: bool = False) -> tuple[Order, bool]:
        """Return (order, whether it was read from the store just now)."""
        cached = self._cache.get(number)
        if cached is not None and not anew:
            return cached, False
        after = cached.version if cached is not None else 0
        events = self.history(number, after)
        if cached is None and not events:
            raise UnknownOrder(
                f"没有工单 {number}",
                f"there is no order {number}",
                hint=f"核对编号；本热线是 {self.place}",
                hint_en=f"check the number; this hotline is {self.place}",
            )
        order = fold(events, cached) if events or cached is None else cached
        self._keep(order)
        return order, True

    def _keep(self, order: Order) -> None:
        cache = self._cache
        cache[order.number] = order
        if len(cache) > CACHED:
            cache.popitem(last=False)

    def _append(
        self,
        order: Order,
        expected: int,
        events: tuple[Event, ...] | list[Event],
        private: tuple[Private, ...],
        key: str,
        print_: str,
    ) -> None:
        place, number = order.place, order.number
        records = tuple(
            Record(place, number, version, type(event).__name__, encode(event), SCHEMA)
            for version, event in enumerate(events, start=expected + 1)
        )
        self.store.append((Append(place, number, expected, records, head_of(order), private, key, print_),))
        self._keep(order)


def _moved_on(order: Order, expected: int) -> Conflict:
    return Conflict(
        f"工单 {order.number} 已到第 {order.version} 版，不是 {expected}",
        f"order {order.number} is at version {order.version}, not {expected}",
        code="stale",
        hint="重新读取后再决定",
        hint_en="load it again and decide anew",
        version=order.version,
    )


def _plain(command: c.Command) -> list[Any]:
    """Return the content of a command for its fingerprint: every field by name, as text where it is not JSON."""
    names = [name for name in command.__slots__ if not name.startswith("_")]  # type: ignore[attr-defined]
    values: Mapping[str, Any] = {name: getattr(command, name) for name in (*names, "by", "occurred", "ext")}
    return [type(command).__name__, {name: repr(value) for name, value in values.items()}]


__all__ = ["Hotline", "Kind", "Ticked", "head_of", "number_by_time", "stamp"]
