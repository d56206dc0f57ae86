"""The hotline (热线): the one place where rules, store and clock meet.

A command goes: load the order (from a cache that the store's version check keeps honest), gather the
facts ``decide`` needs, decide, fold, and append everything in one write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve as change

from .adopting import read_document, taken_over
from .book import Beside, Book, moved_on, no_number
from .classifiers import Classifier
from .classifiers.advice import advice_of
from .clockwork import Ticked, tick
from .core import commands as c
from .core.actor import SYSTEM, Actor, Role
from .core.calendar import local
from .core.decide import decide, permits
from .core.errors import CommandError, Conflict
from .core.events import Accepted, Event
from .core.evolve import fold
from .core.order import Order, Status
from .core.policy import Pack, Policy
from .core.refs import Origin, Ref
from .core.request import Request
from .entry import Entry, acting, admit, naive_time, wrong_type
from .finding import by_words, put_away
from .neighbours import Neighbours
from .numbers import number_by_time
from .parting import by_rule, part_of
from .privacy import Secrets, asked, key_of, of_order, seal, wanted
from .stores.port import Page, Private, Query, Store
from .transition import Adopted, adopt_edition

TRIES = 8


class Hotline:
    """One place's hotline (热线).

    Args:
        pack: a loaded :class:`Pack`, or the name or path of one.
        store: a :class:`Store`, or the URL of one.
        place: the key of everything this hotline owns; the pack's place by default.
        clock: returns the present instant, aware.
        number: makes an order number from an instant and the number of tries so far.
        secrets: the master key (≥ 16 bytes); by default a key file beside the store; see ``privacy.key_of``.
        edition: keep new orders under this edition; by default the one in force when received.
        classifier, trust: a model (or its ``NAME:ARGUMENT``), asked at each Accept; ``note``, ``fill`` or ``lead``.
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
        classifier: Classifier | str | None = None,
        trust: str = "fill",
    ) -> None:
        advice = advice_of(classifier, trust)  # what cannot be asked is said before a store is made
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
            secrets = key_of(store)
        self._secrets = Secrets(secrets, self.place)
        self._edition = pack.edition(edition).edition if edition else ""
        self._editions: dict[str, Policy] = {policy.digest: policy for policy in pack.every if policy.digest}
        self._book = Book(store, self.place)
        self._near = Neighbours(self._book, advice)

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
            Conflict: ``key-reused`` when the key came back with other content, ``no-number``.
            RequestError: ``unknown-step``, ``naive-time``.
            CommandError, CalendarError, StoreError: nothing was written.
        """
        admit(request, by, through)
        now = self._now(at)
        key = key or (f"request:{request.channel}:{request.ref}" if request.ref else "")
        print_ = self._secrets.fingerprint(asked(request)) if key else ""
        known = self._book.repeated(key, print_)
        if known is not None:
            return known
        entry = Entry(request, self._masked(by), now, through, disposition, key, print_, origin)
        policy = self.policy_for(request.received)
        for attempt in range(TRIES):
            try:
                return self._enter(policy, entry, self._number(now, attempt))
            except Conflict as conflict:
                if conflict.code != "stale":
                    raise
        raise no_number(TRIES)

    def _enter(self, policy: Policy, entry: Entry, number: str) -> Order:
        order, _, events, private, found_by = self._opened(policy, entry, number)
        return self._book.append(order, 0, events, private, entry.key, entry.print_, found_by)

    def _opened(self, policy: Policy, entry: Entry, number: str) -> Beside:
        """Return the order that *entry* opens, as far as the rules take it without a person; nothing is written."""
        request, at = entry.request, entry.at
        kept = put_away(self._secrets, request, number)
        source = clock = None
        if entry.origin is not None:
            source = Origin(entry.origin.place, entry.origin.number)
            clock = entry.origin.citizen.deadline if entry.origin.citizen is not None else None
        opening = c.Receive(entry.by, request, self.place, number, source, clock)
        events = list(decide(policy, None, opening, at, kept.ref))
        order = fold(events)
        if entry.through != "receive":
            accept = c.Accept(SYSTEM, disposition=entry.disposition, title=request.title, text=request.text)
            more = self._near.accept(policy, order, accept, at, kept.requester, kept.words)
            order = fold(more, order)
            events += more
            if entry.through == "dispatch" and self._clear(policy, order, more):
                more = by_rule(policy, order, at)
                order = fold(more, order)
                events += more
        return Beside(order, 0, events, kept.private, kept.requester)

    def adopt(self, document: Mapping[str, Any], *, by: Actor, at: datetime | None = None) -> Order:
        """Adopt (接收在办工单) a running order of another system; the same (system, number) twice gives the same order.

        Raises:
            RequestError: ``bad-adoption``, with every fault at once.
            CommandError: ``not-permitted``; nothing was written.
            Conflict: ``key-reused`` when the number came back with other content.
        """
        now = self._now(at)
        policy = self.policy_for(now)
        found = read_document(document, policy, now)
        key, print_ = f"adopt:{found.system}:{found.number}", self._secrets.fingerprint(document)
        known = self._book.repeated(key, print_)
        if known is not None:
            return known
        number = self._free_number(now)
        kept = put_away(self._secrets, found.request, number)
        events = taken_over(policy, found, self.place, number, self._masked(by), now, kept.ref)
        return self._book.append(fold(events), 0, events, kept.private, key, print_, kept.requester)

    def _clear(self, policy: Policy, order: Order, events: tuple[Event, ...]) -> bool:
        """Whether the rules may dispatch by themselves: the topic is clear and nobody must look first."""
        if order.status is not Status.ACCEPTED or policy.routes is None or not policy.flow.accept_to_dispatch:
            return False
        accepted = events[0]
        return isinstance(accepted, Accepted) and not accepted.needs_person

    # ── what happens next ──

    def handle(
        self, number: str, command: c.Command, *, at: datetime | None = None, key: str = "", expected: int | None = None
    ) -> Order:
        """Carry out *command* on the order *number* (执行命令) and return it as it is afterwards.

        Raises:
            UnknownOrder, CommandError, RequestError, CalendarError, StoreError: nothing was written.
            Conflict: the order is not at *expected*, or others were faster eight times in a row.
        """
        if not isinstance(command, c.Command):
            raise wrong_type("command", command, c.Command)
        print_ = self._secrets.fingerprint([number, wanted(command)]) if key else ""
        known = self._book.repeated(key, print_)
        if known is not None:
            return known
        command = acting(command, self._masked(command.by))
        for _ in range(TRIES):
            order, fresh = self._book.load(number)
            if expected is not None and order.version != expected:
                order, fresh = self._book.load(number, anew=True)
                if order.version != expected:
                    raise moved_on(order, expected)
            try:
                after = self._step(order, command, at, key, print_)
                if fresh or after is not order:
                    return after
            except CommandError:
                if fresh:
                    raise
            except Conflict as conflict:
                if conflict.code != "stale":
                    raise
            self._book.drop(number)  # refused, or nothing to do, on what may be old news: look again
        raise moved_on(self.order(number), expected)

    def _now(self, at: datetime | None) -> datetime:
        now = at or self._clock()
        if now.tzinfo is None:
            raise naive_time(now)
        return now

    def _masked(self, by: Actor) -> Actor:
        """Return *by* as events may name them: staff by their id, a requester by nothing but the role."""
        return change(by, person="") if Role.REQUESTER in by.roles and by.person else by

    def _person(self, number: str) -> str:
        """Return whom the order's private words belong to, as the request's own record says, while it is there."""
        first = self.store.private(self.place, number, ("1",)).get("1")
        return (first.get("person") if first is not None else "") or of_order(number)

    def _step(self, order: Order, command: c.Command, at: datetime | None, key: str, print_: str) -> Order:
        now = self._now(at)
        if at is None and now < order.at:
            now = order.at  # two machines' clocks differ by a little; history does not run backward
        policy = self.policy_of(order)
        if type(command) is c.Divide:
            command = change(command, into=self._free_number(now))
        words = {name: value for name in c.PRIVATE_FIELDS.get(type(command), ()) if (value := getattr(command, name))}
        ref: Ref | None = None
        private: tuple[Private, ...] = ()
        if words:
            ref, sealed = seal(str(order.version + 1), words)
            private = (Private(ref.id, self._person(order.number), sealed),)
        events = self._decided(policy, order, command, now, ref)
        if not events:
            return order
        beside: Beside | None = None
        if type(command) is c.Divide:
            part = part_of(order, self.words(order.number), command)
            entry = Entry(part, SYSTEM, now, "dispatch", "handle", "", "", order)
            beside = self._opened(policy, entry, command.into)
        elif type(command) is c.Merge:
            beside = self._near.join(order, command.into, now, self.policy_of)
        after = fold(events, order)
        return self._book.append(after, order.version, events, private, key, print_, beside=beside)

    def _free_number(self, now: datetime) -> str:
        for attempt in range(TRIES):
            number = self._number(now, attempt)
            if self.store.head(self.place, number) is None:
                return number
        raise no_number(TRIES)

    def _decided(
        self, policy: Policy, order: Order, command: c.Command, at: datetime, ref: Ref | None
    ) -> tuple[Event, ...]:
        """Decide with what must be known of other orders, gathered here."""
        if type(command) is c.AdoptEdition and permits(order, command):
            policy = self.pack.edition(command.edition, local(at).date())
        elif type(command) is c.Accept:
            head = self.store.head(self.place, order.number)
            words = self.words(order.number)
            if not (command.title or command.text):
                command = change(command, title=words.get("title", ""), text=words.get("text", ""))
            return self._near.accept(policy, order, command, at, head.requester if head is not None else "", words)
        elif type(command) is c.Curb:
            command = self._near.curb(order, command)
        elif type(command) is c.Cease:
            command = self._near.cease(policy, order, command)
        return decide(policy, order, command, at, ref)

    def tick(self, at: datetime | None = None) -> Ticked:
        """Let time pass (时钟): every order that time alone changes is looked at once; nobody scans the rest."""
        return tick(self, self._now(at))

    def adopt_edition(self, edition: str = "", *, at: datetime | None = None, preview: bool = False) -> Adopted:
        """Let running orders go on under *edition* (改依新版本), by default the one in force; see `[transition]`."""
        return adopt_edition(self, edition, self._now(at), preview=preview)

    # ── reading ──

    def order(self, number: str, *, known: bool = False) -> Order:
        """Return the order *number* as it stands now (查工单); with *known* as this hotline last saw it, if it has.

        Raises:
            UnknownOrder: there is none in this place.
        """
        return self._book.load(number, anew=not known)[0]

    def history(self, number: str, after: int = 0) -> list[Event]:
        """Return what happened to the order *number* (查历史), oldest first."""
        return self._book.history(number, after)

    def words(self, number: str) -> dict[str, Any]:
        """Return the private part of the request (隐私部分): requester, title, text …; {} once forgotten."""
        record = self.store.private(self.place, number, ("1",)).get("1")
        return dict(record["words"]) if record is not None else {}

    def find(self, query: Query | None = None, *, words: str = "", after: str = "", limit: int = 100) -> Page:
        """Return heads of this place's orders (查找) that match *query*, a page at a time.

        *words* must stand in the title (where there is none, at the beginning of the text).

        Raises:
            RequestError: ``bad-words`` for a single character, ``bad-limit``.
        """
        return self.store.find(self.place, by_words(query, words, self._secrets), after, limit)

    def count(self, query: Query | None = None, *, words: str = "", by: str = "") -> dict[str, int]:
        """Count them (计数), by status, kind, category, area or holder, or ``{"": n}``."""
        return self.store.count(self.place, by_words(query, words, self._secrets), by)

    def by_requester(self, person: str) -> Page:
        """Return the orders of whoever *person* (id, phone or name) names, through the blind index."""
        return self.store.find(self.place, Query(requester=self._secrets.blind(person)), "", 1000)

    def orders(self, query: Query | None = None) -> Iterator[Order]:
        """Yield every order of this place that matches *query*, by number."""
        cursor = ""
        while True:
            page = self.find(query, after=cursor, limit=1000)
            yield from self._book.every(page.heads)
            cursor = page.next
            if not cursor:
                return

    def callers(self, number: str) -> tuple[tuple[Order, bool], ...]:
        """Return the orders merged into *number* (并单回访名单), each with whether its requester has been called back.

        Who they are stays in the private records of these orders; look with :func:`hotline12345.view.view`.
        """
        marks = self.order(number).intake.marks
        return tuple((self.order(other), other in marks.called) for other in marks.joined)

    def queue(self, line: str) -> Iterator[Order]:
        """Return the orders of the special line *line* that wait at the centre (专线待办)."""
        waiting = (self.orders(Query(status=status.value)) for status in (Status.RECEIVED, Status.ACCEPTED))
        return (order for orders in waiting for order in orders if order.intake.line == line)

    def query_code(self, number: str) -> str:
        """Return the code (查询码) by which whoever was told it asks how *number* stands; see :mod:`.inquiry`."""
        return self._secrets.code(number)

    def forget(self, person: str) -> int:
        """Delete everything private of whoever *person* names (遗忘); histories and scores stay valid.

        Returns:
            How many private records went.
        """
        return self._forget(self._secrets.blind(person))

    def forget_order(self, number: str) -> int:
        """Delete the private words of the order *number* that belong to nobody known (遗忘无名工单).

        Those are the words of a requester who gave no id, phone or name, and what was written down after
        the requester had been forgotten.

        Returns:
            How many private records went.
        """
        return self._forget(of_order(number))

    def _forget(self, person: str) -> int:
        gone = self.store.forget(self.place, person)
        self._book.clear()
        return gone

    def policy_for(self, received: datetime) -> Policy:
        """Return the edition under which a request received then is kept."""
        day = local(received).date()
        return self.pack.edition(self._edition, day) if self._edition else self.pack.on(day)

    def policy_of(self, order: Order) -> Policy:
        """Return the edition *order* is kept under; it was written into its first event."""
        return self._editions.get(order.intake.digest) or self.pack.kept(order.intake.edition, order.intake.parents)
