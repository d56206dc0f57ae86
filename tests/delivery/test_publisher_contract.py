"""Our publishers hold the contract that strangers' are held to; a faulty one does not (发布器契约)."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from hotline12345.delivery import DONE, Answer, Message, Settings
from hotline12345.delivery.publishers.files import FilePublisher
from hotline12345.delivery.publishers.redis import RedisPublisher
from hotline12345.delivery.publishers.webhook import WebhookPublisher
from hotline12345.testing import PublisherContract

from .test_publishers import KEY, Hook, server


def nobody() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


class TestFiles(PublisherContract):
    publisher = FilePublisher

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.path = tmp_path

    def settings(self) -> Settings:
        return Settings(self.path.as_uri())

    def away(self) -> Settings:
        return Settings((self.path / "none").as_uri())

    def received(self) -> list[tuple[str, bytes]]:
        found = []
        for path in sorted(self.path.glob("*.json")):
            place, _, rest = path.stem.partition("-")
            number = unquote(rest[:-11])
            found.append((f"{place}:contract-{number.encode().hex()}:{int(rest[-10:])}", path.read_bytes()))
        return found


class TestWebhook(PublisherContract):
    publisher = WebhookPublisher

    @pytest.fixture(autouse=True)
    def hook(self) -> Iterator[None]:
        self.at = Hook()
        yield
        self.at.close()

    def settings(self) -> Settings:
        return Settings(self.at.url, (KEY,))

    def away(self) -> Settings:
        return Settings(f"http://127.0.0.1:{nobody()}/", (KEY,))

    def received(self) -> list[tuple[str, bytes]]:
        return [(headers["webhook-id"], body) for headers, body in self.at.seen]


class TestRedis(PublisherContract):
    publisher = RedisPublisher

    @pytest.fixture(autouse=True)
    def stream(self) -> Iterator[None]:
        self.url = server("HOTLINE12345_REDIS_URL")
        redis = pytest.importorskip("redis")
        self.name, self.client = f"hotline12345:contract:{secrets.token_hex(6)}", redis.Redis.from_url(self.url)
        yield
        self.client.delete(self.name)
        self.client.close()

    def settings(self) -> Settings:
        return Settings(self.url, (), {"stream": self.name})

    def away(self) -> Settings:
        return Settings(f"redis://127.0.0.1:{nobody()}/0", (), {"stream": self.name})

    def received(self) -> list[tuple[str, bytes]]:
        return [(fields[b"id"].decode(), fields[b"body"]) for _, fields in self.client.xrange(self.name)]


class Boasting(FilePublisher):
    """Says done and does nothing."""

    def publish(self, message: Message) -> Answer:
        return Answer(DONE)


class Halving(FilePublisher):
    """Writes half of what is long."""

    def publish(self, message: Message) -> Answer:
        return super().publish(message._replace(body=message.body[:50_000]))


class Careless(FilePublisher):
    """Finds no fault with anything."""

    @staticmethod
    def faults(settings: Settings) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("faulty", "clauses"),
    [(Boasting, {"PB4", "PB5", "PB6", "PB8"}), (Halving, {"PB4"}), (Careless, {"PB2", "PB3"}), (FilePublisher, set())],
)
def test_the_contract_catches_a_faulty_publisher(faulty: type, clauses: set[str], tmp_path: Path) -> None:
    caught = set()
    for name in [name for name in dir(TestFiles) if name.startswith("test_PB")]:
        held = TestFiles()
        held.publisher = faulty  # type: ignore[misc, assignment]
        held.path = tmp_path / name
        os.mkdir(held.path)
        try:
            getattr(held, name)()
        except AssertionError:
            caught.add(name.split("_")[1])
    assert caught == clauses
