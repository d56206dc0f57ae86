"""A scripted flow through a whole hotline (脚本流程): the same steps every time, each one write to the store.

``python -m hotline12345.testing.power.flow URL [--rounds N] [--heard FILE] [--lot N]`` runs it and appends a line
to FILE after each step that returned: what a power cut must not unsay.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any

from hotline12345.core import commands as c
from hotline12345.core.actor import Actor
from hotline12345.core.request import Request, Requester
from hotline12345.hotline import Hotline
from hotline12345.stores import Query, Store, _sqlite_late, open_store

from ..clock import FakeClock

BEGIN = datetime.fromisoformat("2026-03-02T09:00+08:00")
PLACE = "210100"
_TEXTS = ("楼下工厂夜里噪音扰民，睡不着", "小区门口路灯不亮", "想问医保怎么报销", "暖气不热，室温只有十五度")


def steps(store: Store, rounds: int = 1) -> Iterator[Callable[[], Any]]:
    """Yield the steps in order; each must be called before the next is asked for."""
    clock = FakeClock(BEGIN)
    tally = count(1)
    hotline = Hotline(
        "shenyang", store, clock=clock, secrets=b"no secret: a flow that everybody knows",
        number=lambda at, tries: f"{next(tally):06d}",
    )  # fmt: skip
    for turn in range(rounds):
        yield from _round(hotline, clock, turn)


def _round(hotline: Hotline, clock: FakeClock, turn: int) -> Iterator[Callable[[], Any]]:
    agent, reviewer = Actor.parse("agent@210100-12345/li"), Actor.parse("reviewer@210100-12345/qian")
    caller = Actor.parse("caller@210100-12345/sun")
    phone = f"1380000{turn % 9000 + 1000}"
    who = Requester(name="王某某", phone=phone)

    def receive(text: str, ref: str) -> Callable[[], Any]:
        request = Request(received=clock(), text=text, title=text[:6], area="210102", requester=who, ref=ref)
        return lambda: hotline.receive(request, by=agent, disposition="handle")

    first = hotline.store.head  # the numbers are known: two orders a round
    noise, other = f"{2 * turn + 1:06d}", f"{2 * turn + 2:06d}"
    yield receive(_TEXTS[0], f"{turn}-a")
    yield receive(_TEXTS[1 + turn % 3] * (1 + turn % 5 * 40), f"{turn}-b")
    head = first(PLACE, noise)
    unit = Actor.parse(f"handler@{head.holder if head is not None else ''}/zhao")
    clock.forward(hours=2)
    yield lambda: hotline.handle(noise, c.Sign(unit), key=f"{noise}-sign")
    yield lambda: hotline.handle(noise, c.Urge(agent))
    clock.forward(days=1)
    yield lambda: hotline.handle(noise, c.Reply(unit, public="工厂已停止夜间生产", solved=True))
    yield lambda: hotline.handle(noise, c.Review(reviewer))
    yield lambda: hotline.handle(noise, c.FollowUp(caller, solved=True, satisfied="satisfied"))
    yield lambda: hotline.handle(other, c.Supplement(agent, text="补充：昨晚又发生了一次"))
    yield lambda: hotline.store.advance("reports", 5 * (turn + 1))
    if turn % 2:
        yield lambda: hotline.forget(phone)


def summary(store: Store) -> str:
    """Return a digest of everything the store holds, but for the salts that are drawn anew each time (内容摘要)."""
    told = sha256()

    def tell(*what: object) -> None:
        told.update(repr(what).encode("utf-8", "surrogatepass") + b"\n")

    after = 0
    while page := store.feed(after, 500):
        after = page[-1].position
        for fed in page:
            tell(fed.record.place, fed.record.number, fed.record.version, fed.record.kind)
    for place in store.places():
        cursor = ""
        while True:
            heads = store.find(place, Query(), cursor, 200)
            for head in heads.heads:
                tell(*head)
                tell(store.receipts(place, head.number))
                for name, record in sorted(store.private(place, head.number).items()):
                    tell(name, record.get("words"), record.get("person"))
            cursor = heads.next
            if not cursor:
                break
    tell(store.cursor("reports"))
    return told.hexdigest()


def expected(rounds: int) -> list[str]:
    """Return the summary before the first step and after each, from a run in memory."""
    store = open_store("memory:")
    found = [summary(store)]
    for step in steps(store, rounds):
        step()
        found.append(summary(store))
    return found


def settle_in(lot: int) -> None:
    """Have the embedded store settle whenever *lot* orders are late (0 = as it does), so that a short flow meets it."""
    if lot:
        _sqlite_late.LATE, _sqlite_late.WORDS_LATE, _sqlite_late.AT_ONCE = lot, 2 * lot, lot


def main() -> None:
    """Run the flow."""
    parser = argparse.ArgumentParser(description="A scripted flow through a whole hotline (脚本流程)")
    parser.add_argument("url")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--heard", default="")
    parser.add_argument("--lot", type=int, default=0)
    given = parser.parse_args()
    settle_in(given.lot)
    store = open_store(given.url)
    with open(given.heard, "ab", buffering=0) if given.heard else nullcontext() as heard:
        for number, step in enumerate(steps(store, given.rounds), 1):
            step()
            if heard is not None:
                heard.write(f"{number}\n".encode())
    store.close()


if __name__ == "__main__":
    main()
