"""A hotline with orders, a receiver that fails as it is told, a clock that moves when it is told (投递测试公用)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from hotline12345 import Actor, Hotline, Request, Requester, Role
from hotline12345 import commands as c
from hotline12345.core.request import Kind
from hotline12345.delivery import DONE, Answer, Destination, Message, Retry, Settings

AGENT = Actor("li", "210100-12345", frozenset({Role.AGENT}))
START = datetime.fromisoformat("2026-09-18T10:00:00+08:00")


class Clock:
    """Time as the tests have it."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Receiver:
    """A publisher that keeps what it takes, and answers as *says* decides."""

    api = 1

    def __init__(self) -> None:
        self.says: Callable[[Message], Answer] = lambda message: Answer(DONE)
        self.tried: list[tuple[str, int]] = []
        self.taken: list[Message] = []

    def publish(self, message: Message) -> Answer:
        self.tried.append((message.number, message.version))
        answer = self.says(message)
        if answer.verdict == DONE:
            self.taken.append(message)
        return answer

    def close(self) -> None:
        pass

    @property
    def seen(self) -> list[tuple[str, int]]:
        return [(message.number, message.version) for message in self.taken]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hotline(clock: Clock) -> Iterator[Hotline]:
    """Shenyang's hotline in memory, whose numbers are 1, 2, 3 …"""
    count = iter(range(1, 1000))
    made = Hotline("shenyang", "memory:", clock=clock, number=lambda at, tries: f"N{next(count):03d}")
    yield made
    made.store.close()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def take_in(hotline: Hotline, text: str = "小区门口路灯坏了三天", **more: object) -> str:
    """Receive a request of an invented person and dispatch it; return the order's number."""
    given: dict[str, object] = {
        "received": hotline._clock(),
        "text": text,
        "area": "210102",
        "requester": Requester("王某某", "13800000000"),
        "kind": Kind.COMPLAINT,
        **more,
    }
    return hotline.receive(Request(**given), by=AGENT).number  # type: ignore[arg-type]


def withdraw(hotline: Hotline, number: str) -> None:
    hotline.handle(number, c.Withdraw(AGENT, reason="solved-itself"))


def destination(name: str = "province", actor: str = "supervisor@210000-12345", **more: object) -> Destination:
    """A destination that sees everything's course, and tries three times."""
    given: dict[str, object] = {"retry": Retry(first=10, longest=60, attempts=3, pause_after=5), **more}
    return Destination(name, "test", Settings("test:"), Actor.parse(actor), **given)  # type: ignore[arg-type]
