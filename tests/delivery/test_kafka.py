"""Kafka over the wire (消息日志): a cluster of three brokers that librdkafka plays itself, on real TCP ports.

The mock cluster of ``test.mock.num.brokers`` speaks Kafka's protocol and keeps what it takes in memory.  It cannot be
told from Python to refuse one request, so what fails here is what a wire does: nobody there, or answers too slow.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hotline12345 import Hotline
from hotline12345.delivery import DONE, LATER, Settings, deliver
from hotline12345.delivery.publishers.kafka import KafkaPublisher
from hotline12345.testing import PublisherContract

from .conftest import Clock, destination, take_in, withdraw

kafka = pytest.importorskip("confluent_kafka")

QUIET = {"log_level": 0}


class Cluster:
    """Three brokers, as long as it is open; ``slow`` lets every answer take so many milliseconds."""

    def __init__(self, slow: int = 0) -> None:
        more = {"test.mock.broker.rtt": slow} if slow else {}
        self._held = kafka.Producer({"bootstrap.servers": "mock:1", "test.mock.num.brokers": 3, **QUIET, **more})
        brokers = self._held.list_topics(timeout=10).brokers.values()
        self.url = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    def read(self, topic: str) -> list[Any]:
        """Return every message of *topic*, each partition in its order."""
        client = kafka.Consumer({"bootstrap.servers": self.url, "group.id": secrets.token_hex(4), **QUIET})
        try:
            partitions = client.list_topics(topic, timeout=10).topics[topic].partitions
            found: list[Any] = []
            for number in partitions:
                at = kafka.TopicPartition(topic, number, 0)
                _, end = client.get_watermark_offsets(at, timeout=10)
                client.assign([at])
                found += client.consume(end, timeout=20) if end else []
            assert not any(message.error() for message in found)
            return found
        finally:
            client.close()

    def close(self) -> None:
        """End the brokers: their ports are closed."""
        self._held = None


@pytest.fixture
def cluster() -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def start(**how: Any) -> Cluster:
        made.append(Cluster(**how))
        return made[-1]

    yield start
    for each in made:
        each.close()


def settings(url: str, timeout: float = 10) -> Settings:
    return Settings(url, (), {"topic": "orders", "timeout": timeout, "config": QUIET})


def told(message: Any) -> tuple[str, str, bytes]:
    headers = dict(message.headers())
    return headers["id"].decode(), headers["content-type"].decode(), message.value()


class TestKafka(PublisherContract):
    publisher = KafkaPublisher

    @pytest.fixture(autouse=True)
    def _cluster(self, cluster: Callable[..., Cluster]) -> None:
        self.at, self.start = cluster(), cluster

    def settings(self) -> Settings:
        return settings(self.at.url)

    def away(self) -> Settings:
        gone = self.start()
        gone.close()
        return settings(gone.url, 1)

    def received(self) -> list[tuple[str, bytes]]:
        return [(name, body) for name, _, body in map(told, self.at.read("orders"))]


def test_what_happens_to_many_orders_is_read_in_order_for_each(
    hotline: Hotline, clock: Clock, cluster: Callable[..., Cluster]
) -> None:
    at = cluster()
    publisher = KafkaPublisher(settings(at.url))
    numbers = [take_in(hotline) for _ in range(12)]
    for number in numbers[::2]:
        withdraw(hotline, number)
    there = [(fed.record.number, fed.record.version) for fed in hotline.store.feed()]
    assert deliver(hotline.store, destination(), publisher, clock).sent == len(there) == 42
    publisher.close()
    messages = at.read("orders")
    where, course = defaultdict(set), defaultdict(list)
    for message in messages:
        name, kind, body = told(message)
        place, number, version = name.split(":")
        assert (message.key().decode(), json.loads(body)["id"]) == (f"{place}/{number}", name)
        assert kind.startswith("application/cloudevents+json")
        where[number].add(message.partition())
        course[number].append(int(version))
    assert sorted((number, version) for number, seen in course.items() for version in seen) == sorted(there)
    assert all(seen == sorted(seen) for seen in course.values())
    assert {len(partitions) for partitions in where.values()} == {1}
    assert len(set.union(*where.values())) > 1  # and not all orders in the same


def test_while_no_broker_is_there_everything_waits_and_nothing_is_lost(
    hotline: Hotline, clock: Clock, cluster: Callable[..., Cluster]
) -> None:
    at = cluster()
    take_in(hotline)
    publisher = KafkaPublisher(settings(at.url))
    sent = deliver(hotline.store, destination(), publisher, clock).sent
    at.close()  # under a client that is connected
    publisher._timeout = 1
    take_in(hotline)
    down = deliver(hotline.store, destination(), publisher, clock)
    assert (down.sent, down.failed, down.dead) == (0, 1, 0)
    publisher.close()
    clock.pass_(3600)
    back = cluster()
    publisher = KafkaPublisher(settings(back.url))
    assert deliver(hotline.store, destination(), publisher, clock).sent == 3
    publisher.close()
    ids = [told(message)[0] for message in back.read("orders")]
    assert sent == 3
    assert ids == [f"210100:N002:{version}" for version in (1, 2, 3)]


def test_an_answer_that_comes_too_late_is_no_success_and_the_next_try_has_the_same_id(
    cluster: Callable[..., Cluster],
) -> None:
    from .test_publishers import message

    at = cluster(slow=300)  # to read what arrived takes some twenty such answers
    hasty, patient = (KafkaPublisher(settings(at.url, timeout)) for timeout in (0.2, 30))
    assert hasty.publish(message()).verdict == LATER  # it did not wait for an answer that comes
    assert patient.publish(message()).verdict == DONE
    patient.close()
    ids = [told(each)[0] for each in at.read("orders")]
    assert ids
    assert set(ids) == {message().id}
