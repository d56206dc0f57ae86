"""Publishers against real servers and a server that fails in every way (发布器).

Servers are named by HOTLINE12345_AMQP_URL, HOTLINE12345_NATS_URL and HOTLINE12345_REDIS_URL.  Kafka over the
wire is in ``test_kafka``; here its publisher is held to a producer that behaves as the client's documentation says.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core.errors import PluginError
from hotline12345.delivery import CONTENT_TYPE, DONE, LATER, NEVER, Answer, Message, Publisher, Settings, verify
from hotline12345.plugins import BUILT_IN, plugin

GROUP = "hotline12345.publishers"
KEY = b"k" * 24
LIBRARIES = {"rabbitmq": "pika", "nats": "nats", "redis": "redis", "kafka": "confluent_kafka"}
NOW = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)


def message(version: int = 1, number: str = "N001", place: str = "210100") -> Message:
    body = json.dumps({"n": number, "v": version, "词": "路灯"}, ensure_ascii=False).encode()
    return Message(f"{place}:{number}:{version}", "Received", place, number, version, body, NOW, CONTENT_TYPE)


def made(name: str, url: str, **options: Any) -> Publisher:
    settings = Settings(url, (KEY,), options)
    cls = plugin(GROUP, name)
    assert cls.faults(settings) == []
    publisher: Publisher = cls(settings)
    return publisher


def server(variable: str) -> str:
    url = os.environ.get(variable, "")
    if url:
        return url
    if os.environ.get("CI"):
        pytest.fail(f"CI must have the server: set {variable}")
    pytest.skip(f"set {variable} to run this against a server")


@pytest.mark.parametrize("name", sorted(BUILT_IN[GROUP]))
def test_every_publisher_speaks_the_protocol(name: str) -> None:
    pytest.importorskip(LIBRARIES.get(name, "json"))
    cls = plugin(GROUP, name)
    assert cls.api == 1
    assert cls.faults(Settings("?")), "an address that is none is a fault"
    url = {"file": "file:///srv/x", "kafka": "x:9092"}.get(name, "?")
    assert isinstance(cls(Settings(url, (KEY,), {"topic": "t"})), Publisher), "making one connects to nobody"


def test_brokers_of_kafka_are_hosts_and_no_url() -> None:
    faults = plugin(GROUP, "kafka").faults
    assert faults(Settings("a:9092,b:9092", (), {"topic": "t"})) == []
    assert [wrong.key for wrong in faults(Settings("kafka://a:9092", (), {"topic": "t"}))] == ["url"]


@pytest.mark.parametrize(("name", "library"), sorted(LIBRARIES.items()))
def test_without_its_library_a_publisher_names_the_extra(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(PluginError) as caught:
        plugin(GROUP, name)(Settings("?"))
    assert caught.value.code == "missing-extra"
    assert f"hotline12345[{name}]" in caught.value.hint("en")


# ── webhook ──


class Hook:
    """A server on this machine that does with each request what ``does`` says."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.does: Callable[[BaseHTTPRequestHandler], None] = lambda handler: answer(handler, 204)
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.seen.append((dict(self.headers), body))
                hook.does(self)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?a=1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def answer(handler: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


@pytest.fixture
def hook() -> Iterator[Hook]:
    one = Hook()
    yield one
    one.close()


def test_a_webhook_is_signed_and_whole(hook: Hook) -> None:
    assert made("webhook", hook.url).publish(message()) == Answer(DONE)
    ((headers, body),) = hook.seen
    assert body == message().body
    assert headers["Content-Type"] == CONTENT_TYPE
    assert verify(headers, body, [KEY], now=NOW) == "210100:N001:1"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *((status, DONE) for status in (200, 201, 202, 204)),
        *((status, NEVER) for status in (400, 413, 415, 422)),
        *(
            (status, LATER)
            for status in (301, 302, 307, 308, 401, 403, 404, 408, 409, 410, 425, 429, 500, 502, 503, 504)
        ),
    ],
)
def test_what_an_answer_means(hook: Hook, status: int, verdict: str) -> None:
    hook.does = lambda handler: answer(handler, status, Location=hook.url)
    told = made("webhook", hook.url).publish(message())
    assert told.verdict == verdict
    assert told.error == ("" if verdict == DONE else f"HTTP {status}")
    assert len(hook.seen) == 1, "no redirect is followed"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120.0), ("Fri, 18 Sep 2026 02:01:00 GMT", 60.0), ("Fri, 18 Sep 2026 01:00:00 GMT", 0.0), ("soon", None)],
)
def test_what_a_receiver_asks_to_wait_is_read(hook: Hook, said: str, seconds: float | None) -> None:
    hook.does = lambda handler: answer(handler, 429, Retry_After=said)
    assert made("webhook", hook.url).publish(message()).after == seconds


def raw(what: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(what)
        handler.close_connection = True

    return send


@pytest.mark.parametrize(
    "what", [b"", b"hello\r\n\r\n", b"HTTP/1.1 2", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 100 \r\n\r\n"]
)
def test_an_answer_that_is_none_is_no_yes(hook: Hook, what: bytes) -> None:
    hook.does = raw(what)
    told = made("webhook", hook.url, timeout=2).publish(message())
    assert told.verdict == LATER


def test_a_receiver_that_is_not_there_is_tried_later() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = made("webhook", f"http://127.0.0.1:{port}/").publish(message())
    assert told.verdict == LATER
    assert "Refused" in told.error
    assert made("webhook", f"https://127.0.0.1:{port}/").publish(message()).verdict == LATER


@pytest.mark.parametrize("dribble", [False, True])
def test_a_receiver_that_does_not_come_to_an_end_is_left(hook: Hook, dribble: bool) -> None:
    over = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(60):
            if over.wait(0.1):
                return
            if dribble:
                try:
                    handler.wfile.write(b"X-Wait: 1\r\n")
                except OSError:
                    return

    hook.does = slow
    try:
        begun = time.monotonic()
        told = made("webhook", hook.url, timeout=0.5).publish(message())
        assert told.verdict == LATER
        assert "0.5" in told.error
        assert time.monotonic() - begun < 5, "bounded, whatever the machine does"
    finally:
        over.set()


def test_a_webhook_over_tls_trusts_only_whom_the_system_or_the_file_trusts(hook: Hook) -> None:
    told = made("webhook", hook.url.replace("http:", "https:"), timeout=2).publish(message())
    assert told.verdict == LATER
    assert hook.seen == []


# ── brokers ──


def test_rabbitmq_keeps_what_it_confirmed_and_says_when_no_queue_takes_it() -> None:
    url = server("HOTLINE12345_AMQP_URL")
    pika = pytest.importorskip("pika")
    queue = f"hotline12345-test-{secrets.token_hex(6)}"
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    publisher = made("rabbitmq", url, routing_key=queue)
    try:
        unroutable = publisher.publish(message())
        assert (unroutable.verdict, "unroutable" in unroutable.error) == (LATER, True)
        channel.queue_declare(queue, durable=True)
        assert [publisher.publish(message(v)).verdict for v in (1, 2)] == [DONE, DONE]
        first = channel.basic_get(queue, auto_ack=True)
        second = channel.basic_get(queue, auto_ack=True)
        assert first[2] == message(1).body
        assert (first[1].message_id, first[1].content_type, first[1].delivery_mode) == (
            "210100:N001:1",
            CONTENT_TYPE,
            2,
        )
        assert second[1].message_id == "210100:N001:2"
        wrong = made("rabbitmq", url, routing_key=queue, exchange="there-is-none")
        assert wrong.publish(message()).verdict == LATER
        wrong.close()
        assert publisher.publish(message(3)).verdict == DONE
        publisher.close()
        assert publisher.publish(message(4)).verdict == DONE, "it connects again"
    finally:
        publisher.close()
        publisher.close()
        channel.queue_delete(queue)
        connection.close()


def test_nats_keeps_what_it_acknowledged_and_drops_an_id_it_has_seen() -> None:
    url = server("HOTLINE12345_NATS_URL")
    nats = pytest.importorskip("nats")
    subject = f"hotline12345.test.{secrets.token_hex(6)}"
    stream = subject.replace(".", "_")
    publisher = made("nats", url, subject=subject)

    async def manage(what: Callable[[Any], Any]) -> Any:
        client = await nats.connect(url)
        try:
            return await what(client.jetstream())
        finally:
            await client.close()

    def run(what: Callable[[Any], Any]) -> Any:
        return asyncio.run(manage(what))

    try:
        assert publisher.publish(message()).verdict == LATER, "no stream covers the subject"
        run(lambda js: js.add_stream(name=stream, subjects=[subject]))
        for version in (1, 1, 2):
            assert publisher.publish(message(version)).verdict == DONE
        info = run(lambda js: js.stream_info(stream))
        assert info.state.messages == 2
        kept = run(lambda js: js.get_msg(stream, 1))
        assert kept.data == message(1).body
        assert kept.headers["Nats-Msg-Id"] == "210100:N001:1"
        publisher.close()
        assert publisher.publish(message(3)).verdict == DONE, "it connects again"
    finally:
        publisher.close()
        publisher.close()
        run(lambda js: js.delete_stream(stream))


def test_redis_has_each_message_with_its_id() -> None:
    url = server("HOTLINE12345_REDIS_URL")
    redis = pytest.importorskip("redis")
    stream = f"hotline12345:test:{secrets.token_hex(6)}"
    client = redis.Redis.from_url(url)
    publisher = made("redis", url, stream=stream)
    try:
        assert [publisher.publish(message(version)).verdict for version in (1, 2)] == [DONE, DONE]
        entries = [fields for _, fields in client.xrange(stream)]
        assert [entry[b"id"] for entry in entries] == [b"210100:N001:1", b"210100:N001:2"]
        assert entries[0][b"body"] == message(1).body
        client.delete(stream)
        client.set(stream, "no stream")
        assert publisher.publish(message()).verdict == LATER
    finally:
        publisher.close()
        publisher.close()
        client.delete(stream)
        client.close()


@pytest.mark.parametrize(
    ("name", "url", "options"),
    [
        ("rabbitmq", "amqp://127.0.0.1:{port}/", {"routing_key": "q"}),
        ("nats", "nats://127.0.0.1:{port}", {"subject": "s"}),
        ("redis", "redis://127.0.0.1:{port}/0", {"stream": "s"}),
    ],
)
def test_a_broker_that_is_not_there_is_tried_later(name: str, url: str, options: dict[str, str]) -> None:
    pytest.importorskip(LIBRARIES[name])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    publisher = made(name, url.format(port=port), timeout=2, **options)
    assert publisher.publish(message()).verdict == LATER
    publisher.close()


# ── Kafka, against a producer as its documentation describes it ──


class Producer:
    """What ``confluent_kafka.Producer`` promises: produce queues, flush calls back."""

    error: Any = None
    silent = False

    def __init__(self, config: dict[str, Any]) -> None:
        self.config, self.queued, self.purged = config, [], False
        Producer.last = self  # type: ignore[attr-defined]

    def produce(self, topic: str, value: bytes, key: bytes, headers: dict[str, str], on_delivery: Any) -> None:
        self.queued.append((topic, value, key, headers, on_delivery))

    def flush(self, timeout: float) -> int:
        if not self.silent:
            for *_, on_delivery in self.queued:
                on_delivery(self.error, None)
            self.queued.clear()
        return len(self.queued)

    def purge(self) -> None:
        self.purged = True

    def __len__(self) -> int:
        return len(self.queued)


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Publisher:
    client = pytest.importorskip("confluent_kafka")
    monkeypatch.setattr(client, "Producer", Producer)
    return made("kafka", "a:9092,b:9092", topic="orders", config={"linger.ms": 0})


def test_kafka_is_done_when_all_replicas_have_it(kafka: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(Producer, "produce", lambda self, *a, **k: (sent.append((a, k)), k["on_delivery"](None, None)))
    assert kafka.publish(message()) == Answer(DONE)
    config = Producer.last.config  # type: ignore[attr-defined]
    assert (config["acks"], config["enable.idempotence"], config["bootstrap.servers"]) == ("all", True, "a:9092,b:9092")
    assert (config["linger.ms"], config["sasl.password"]) == (0, KEY.decode())
    ((args, given),) = sent
    assert args == ("orders",)
    assert (given["key"], given["value"]) == (b"210100/N001", message().body)
    assert given["headers"] == {"content-type": CONTENT_TYPE, "id": "210100:N001:1"}


def test_kafka_drops_what_was_not_confirmed_with_its_producer(
    kafka: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusal:
        def name(self) -> str:
            return "_MSG_TIMED_OUT"

    monkeypatch.setattr(Producer, "error", Refusal())
    assert kafka.publish(message()) == Answer(LATER, "Kafka: _MSG_TIMED_OUT")
    monkeypatch.setattr(Producer, "silent", True)
    assert kafka.publish(message()).verdict == LATER
    assert Producer.last.purged  # type: ignore[attr-defined]


def test_the_real_kafka_client_takes_our_settings_and_is_bounded_without_a_server() -> None:
    pytest.importorskip("confluent_kafka")
    publisher = made("kafka", "127.0.0.1:1", topic="orders", timeout=1, config={"log_level": 0})
    assert publisher.publish(message()).verdict == LATER
    publisher.close()


# ── files ──


def test_a_file_is_there_whole_or_not_at_all_and_a_double_is_the_same_file(tmp_path: Path) -> None:
    publisher = made("file", tmp_path.as_uri())
    for version in (1, 2, 2, 10):
        assert publisher.publish(message(version, "沈/1")) == Answer(DONE)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"210100-%E6%B2%88%2F1-{version:010d}.json" for version in (1, 2, 10)]
    assert (tmp_path / names[0]).read_bytes() == message(1, "沈/1").body


def test_a_folder_that_is_not_there_is_tried_later_and_leaves_nothing(tmp_path: Path) -> None:
    told = made("file", (tmp_path / "none").as_uri()).publish(message())
    assert told.verdict == LATER
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_fails_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    told = made("file", tmp_path.as_uri()).publish(message())
    assert (told.verdict, "space" in told.error) == (LATER, True)
    assert list(tmp_path.iterdir()) == []
