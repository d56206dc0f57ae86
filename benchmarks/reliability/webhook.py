"""A receiver that fails half of its calls, in every way: each event once in effect, in order per order (投递不可靠).

Orders live on while they are delivered.  The receiver draws what it does with each call: half of them fail — it closes
the connection at once, resets it before or after doing the work, says nothing until the sender gives up (before or
after doing the work), answers 429, 500, 503 before or after, a redirect, or an answer that is no HTTP.  It keeps ids
in the same transaction as what it does, as a receiver must, and notes the order in which events took effect.

The clock is the script's: what waits a minute waits a minute of it, and no second passes.

Then every inbound message is delivered three times through a channel, as gateways do: one order each.

Run: ``python benchmarks/reliability/webhook.py [--orders 2000] [--messages 2000] [--seed 1] [--short]``
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

from hotline12345 import Actor, Hotline, Request, RequestError
from hotline12345 import commands as c
from hotline12345.channels.plain import PlainChannel
from hotline12345.core.request import Kind
from hotline12345.delivery import Delivered, dead, deliver, read_destinations, verify
from hotline12345.packs import load_pack

START = datetime.fromisoformat("2026-09-18T10:00:00+08:00")
KEY = "k" * 32
AGENT = Actor.parse("agent@210100-12345/li")
TIMEOUT = 0.2
WAYS = (
    *("closed", "reset-before", "reset-after", "silent-before", "silent-after", "429", "500-before", "500-after"),
    *("503", "redirect", "garbage", "garbage-after", "cut-off-after"),
)
AFTER = frozenset({"reset-after", "silent-after", "500-after", "garbage-after", "cut-off-after"})


class Receiver:
    """A department's system: ids and effects in one transaction, and a die for how each call goes."""

    def __init__(self, seed: int) -> None:
        self.die = Random(seed)
        self.ways: Counter[str] = Counter()
        self.clock = START
        self.lock = threading.Lock()
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.executescript(
            "CREATE TABLE seen (id TEXT PRIMARY KEY);"
            "CREATE TABLE effect (n INTEGER PRIMARY KEY, subject TEXT, version INTEGER);"
        )
        self.doubles = self.unsigned = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.call(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def call(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self.lock:
            way = self.die.choice(WAYS) if self.die.random() < 0.5 else "well"
            self.ways[way] += 1
            if way == "well" or way in AFTER:
                self.act(dict(handler.headers), body)
        self.answer(handler, way)

    def act(self, headers: dict[str, str], body: bytes) -> None:
        try:
            message_id = verify(headers, body, [KEY.encode()], now=self.clock)
        except RequestError:
            self.unsigned += 1
            return
        told = json.loads(body)
        with self.db:
            if self.db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (message_id,)).rowcount:
                row = (told["subject"], told["data"]["version"])
                self.db.execute("INSERT INTO effect (subject, version) VALUES (?, ?)", row)
            else:
                self.doubles += 1

    def answer(self, handler: BaseHTTPRequestHandler, way: str) -> None:
        handler.close_connection = True
        if way.startswith("reset"):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
        elif way.startswith("silent"):
            time.sleep(TIMEOUT * 1.5)
        elif way.startswith("garbage"):
            handler.wfile.write(b"<html>busy</html>\r\n\r\n")
        elif way.startswith("cut-off"):
            handler.wfile.write(b"HTTP/1.1 2")
        elif way != "closed":
            handler.send_response({"well": 204, "429": 429, "503": 503, "redirect": 307}.get(way, 500))
            if way == "429":
                handler.send_header("Retry-After", "30")
            elif way == "redirect":
                handler.send_header("Location", "/elsewhere")
            handler.end_headers()


def webhook(orders: int, seed: int, folder: Path) -> dict[str, Any]:
    """Deliver what happens to *orders* orders to a receiver that fails half of its calls."""
    receiver, die = Receiver(seed), Random(seed + 1)

    def clock() -> datetime:
        return receiver.clock

    hotline = Hotline(load_pack("shenyang"), f"sqlite:///{folder / 'orders.db'}?durability=relaxed", clock=clock)
    (folder / "deliver.toml").write_text(
        f"""
[[destination]]
name = "department"
publisher = "webhook"
url = "http://127.0.0.1:{receiver.server.server_port}/"
secret_env = "KEY"
as = "supervisor"
[destination.retry]
first = 5
longest = 60
attempts = 40
[destination.options]
timeout = {TIMEOUT}
""",
        encoding="utf-8",
    )
    (to,) = read_destinations(folder / "deliver.toml", {"KEY": KEY})
    publisher, total, rounds, numbers = to.open(), Delivered(), 0, []
    while True:
        for _ in range(min(20, orders - len(numbers))):
            request = Request(received=clock(), text="路灯坏了", area="210102", kind=Kind.COMPLAINT)
            numbers.append(hotline.receive(request, by=AGENT).number)
        for number in die.sample(numbers, min(10, len(numbers))):
            if rounds < 3 * orders // 20 and hotline.order(number).is_open:
                hotline.handle(number, c.Urge(AGENT))
        told = deliver(hotline.store, to, publisher, clock)
        total = Delivered(*(a + b for a, b in zip(total[:4], told[:4], strict=True)))
        receiver.clock += timedelta(seconds=30)
        rounds += 1
        left = hotline.store.feed(hotline.store.cursor(to.reader), 1)
        if len(numbers) == orders and not left and not told.paused and not _waiting(hotline, to.reader):
            break
        if rounds > 100 * orders + 1000:
            raise SystemExit("it does not come to an end")
    return {"rounds": rounds, "attempts_failed": total.failed, **_judge(hotline, receiver, to.reader)}


def _waiting(hotline: Hotline, reader: str) -> bool:
    return bool(hotline.store.parked(reader, limit=1))  # type: ignore[attr-defined]


def _judge(hotline: Hotline, receiver: Receiver, reader: str) -> dict[str, Any]:
    """Compare what took effect, and in which order, with the log itself."""
    log: dict[str, list[int]] = {}
    after = 0
    while page := hotline.store.feed(after, 1000):
        for fed in page:
            log.setdefault(fed.record.number, []).append(fed.record.version)
        after = page[-1].position
    took: dict[str, list[int]] = {}
    for subject, version in receiver.db.execute("SELECT subject, version FROM effect ORDER BY n"):
        took.setdefault(subject, []).append(version)
    events = sum(map(len, log.values()))
    receiver.server.shutdown()
    receiver.server.server_close()
    return {
        "orders": len(log),
        "events": events,
        "calls": sum(receiver.ways.values()),
        "failed_calls": sum(n for way, n in receiver.ways.items() if way != "well"),
        "ways": dict(sorted(receiver.ways.items())),
        "doubles_dropped": receiver.doubles,
        "unsigned": receiver.unsigned,
        "lost": sum(len(set(versions) - set(took.get(number, ()))) for number, versions in log.items()),
        "doubled": sum(len(versions) - len(set(versions)) for versions in took.values()),
        "orders_out_of_order": sum(versions != sorted(versions) for versions in took.values()),
        "dead_letters": sum(1 for _ in dead(hotline.store, reader)),
    }


def thrice(messages: int, seed: int, folder: Path) -> dict[str, Any]:
    """Hand each inbound message over three times, mixed up and by two threads, through a channel."""
    die = Random(seed)
    hotline = Hotline(load_pack("shenyang"), f"sqlite:///{folder / 'inbound.db'}?durability=relaxed")
    rows = [
        json.dumps({"ref": f"GW-{n}", "time": START.isoformat(), "text": f"路灯坏了，编号{n}", "area": "210102"})
        for n in range(messages)
    ]
    inbound = rows * 3
    die.shuffle(inbound)
    numbers: dict[str, set[str]] = {}
    lock, faults = threading.Lock(), []

    def take(part: list[str]) -> None:
        channel = PlainChannel()
        for row in part:
            for parsed in channel.parse(row.encode(), options={"channel": "gateway"}):
                if parsed.request is None:
                    faults.append(parsed.error)
                    continue
                number = hotline.receive(parsed.request, by=AGENT).number
                with lock:
                    numbers.setdefault(parsed.request.ref, set()).add(number)

    threads = [threading.Thread(target=take, args=(inbound[i::2],)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    orders = hotline.store.count(hotline.place, _everything())[""]
    hotline.store.close()
    return {
        "messages": messages,
        "handed_over": len(inbound),
        "orders": orders,
        "refused": len(faults),
        "messages_with_several_orders": sum(len(found) != 1 for found in numbers.values()),
    }


def _everything() -> Any:
    from hotline12345.stores import Query

    return Query()


def main() -> None:
    """Print the figures as JSON; exit 1 when anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="forty orders and a hundred messages, for CI")
    given = parser.parse_args()
    orders, messages = (40, 100) if given.short else (given.orders, given.messages)
    with tempfile.TemporaryDirectory() as folder:
        out = webhook(orders, given.seed, Path(folder))
        inbound = thrice(messages, given.seed, Path(folder))
    print(
        json.dumps(
            {"question": "a receiver that fails half of its calls", "outbound": out, "inbound": inbound}, indent=1
        )
    )
    wrong = [out[key] for key in ("lost", "doubled", "orders_out_of_order", "dead_letters", "unsigned")]
    same = inbound["orders"] == inbound["messages"] and not inbound["refused"]
    sys.exit(1 if any(wrong) or not same or inbound["messages_with_several_orders"] else 0)


if __name__ == "__main__":
    main()
