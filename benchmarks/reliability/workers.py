"""Workers paused and resumed at random: no tick and no delivery lost or doubled (工作进程停顿).

``hotline12345 worker`` runs twice on one store, with leases of two seconds, delivering to a receiver in this process.
Each worker is stopped (SIGSTOP) at random moments for up to three times its lease, and resumed.  Meanwhile orders are
taken in that are long overdue, and urged, so that there is always something to tick and to send.

Afterwards the workers come to their end undisturbed, and it is counted:

- ticks: each falling overdue stands once in each order's log, and exactly those that one undisturbed tick writes into a
  store in memory that was given the same orders;
- deliveries: each event took effect once, in order per order, for each of the destinations.

Run: ``python benchmarks/reliability/workers.py [--seconds 600] [--workers 2] [--seed 1] [--store URL] [--short]``
``{folder}`` in the store's address stands for a new folder.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

from hotline12345 import Actor, Conflict, Hotline, Request, StoreError
from hotline12345 import commands as c
from hotline12345.core.events import FellOverdue
from hotline12345.core.request import Kind
from hotline12345.delivery import verify
from hotline12345.packs import load_pack
from hotline12345.stores import open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.whole import held

PACK, AGENT, KEY = "shenyang", Actor.parse("agent@210100-12345/li"), "k" * 32
LEASE = 2.0
NAMES = ("province", "city", "archive")
BACKLOG = 500
"""How many records may wait for a delivery before nothing more is taken in."""


class Receivers:
    """The destinations' systems: ids and effects in one transaction each."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.executescript(
            "CREATE TABLE seen (name TEXT, id TEXT, PRIMARY KEY (name, id));"
            "CREATE TABLE effect (n INTEGER PRIMARY KEY, name TEXT, subject TEXT, version INTEGER);"
        )
        self.calls = self.doubles = 0
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receivers.take(self.path.strip("/"), dict(self.headers), body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def take(self, name: str, headers: dict[str, str], body: bytes) -> None:
        message_id = verify(headers, body, [KEY.encode()], now=datetime.now(UTC))
        told = json.loads(body)
        with self.lock, self.db:
            self.calls += 1
            if self.db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (name, message_id)).rowcount:
                row = (name, told["subject"], told["data"]["version"])
                self.db.execute("INSERT INTO effect (name, subject, version) VALUES (?, ?, ?)", row)
            else:
                self.doubles += 1

    def file(self, folder: Path) -> Path:
        path = folder / "deliver.toml"
        port = self.server.server_port
        path.write_text(
            "".join(
                f'[[destination]]\nname = "{name}"\npublisher = "webhook"\nurl = "http://127.0.0.1:{port}/{name}"\n'
                f'secret_env = "KEY"\nas = "supervisor"\n[destination.retry]\nfirst = 0.2\nlongest = 2\n'
                for name in NAMES
            ),
            encoding="utf-8",
        )
        return path


class Pausing:
    """Worker processes, and the hand that stops and resumes them."""

    def __init__(self, count: int, url: str, file: Path, seed: int) -> None:
        self.die = Random(seed)
        options = ["--store", url, "--to", str(file), "--pack", PACK, "--lease", str(LEASE), "--every", "0.1"]
        command = [sys.executable, "-m", "hotline12345", "worker", *options, "--format", "json"]
        environ = {**os.environ, "KEY": KEY}
        self.processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
            for _ in range(count)
        ]
        self.awake_at = [0.0] * count
        self.next_stop = [time.monotonic() + self.die.uniform(1, 4) for _ in range(count)]
        self.pauses = self.long = 0

    def step(self) -> None:
        """Resume whose time has come; stop one that runs, now and then."""
        now = time.monotonic()
        for i, process in enumerate(self.processes):
            if self.awake_at[i] and now >= self.awake_at[i]:
                process.send_signal(signal.SIGCONT)
                self.awake_at[i] = 0.0
                self.next_stop[i] = now + self.die.uniform(0.2, 3)
            elif not self.awake_at[i] and now >= self.next_stop[i]:
                span = self.die.uniform(0.05, 3 * LEASE)
                process.send_signal(signal.SIGSTOP)
                self.awake_at[i] = now + span
                self.pauses += 1
                self.long += span > LEASE

    def resume(self) -> None:
        for i, process in enumerate(self.processes):
            process.send_signal(signal.SIGCONT)
            self.awake_at[i] = 0.0

    def end(self) -> list[dict[str, Any]]:
        """Ask each to stop, and return what it said it did."""
        self.resume()
        told = []
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=120)
            if process.returncode:
                raise SystemExit(f"a worker ended with {process.returncode}: {err}")
            told.append(json.loads(out))
        return told


def received(n: int) -> Request:
    """Return the n-th request, months old."""
    at = datetime.fromisoformat("2026-03-02T10:00:00+08:00") + timedelta(minutes=n)
    return Request(received=at, text="路灯坏了", area="210102", kind=Kind.COMPLAINT, ref=f"R{n}")


def overdue(hotline: Hotline, number: str) -> Counter[tuple[str, str]]:
    """Count each falling overdue of an order, by clock and rung."""
    history = hotline.history(number)
    return Counter((str(event.clock), event.rung) for event in history if isinstance(event, FellOverdue))


def run(seconds: float, count: int, seed: int, url: str, folder: Path) -> dict[str, Any]:
    """Let workers work for *seconds* while they are paused and resumed, and judge what came of it."""
    pack, die, receivers = load_pack(PACK), Random(seed), Receivers()
    # Whom a stopped worker keeps from writing must come back soon, to resume it: it would stop nobody else meanwhile.
    store = open_store(url + ("&" if "?" in url else "?") + "timeout=0.5")
    numbers = iter(range(1, 10**9))
    hotline = Hotline(pack, store, number=lambda at, tries: f"W{next(numbers):07d}", secrets=bytes(32))
    taken = [hotline.receive(received(0), by=AGENT, at=received(0).received).number]
    pausing = Pausing(count, url, receivers.file(folder), seed + 1)
    refused = 0
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pausing.step()
            with suppress(StoreError):
                if _behind(hotline) > BACKLOG:  # what comes in faster than it goes out would be sent until tomorrow
                    time.sleep(0.1)
                    continue
            with suppress(StoreError):  # a worker may have been stopped while it held the file
                request = received(len(taken))
                taken.append(hotline.receive(request, by=AGENT, at=request.received).number)
            try:
                hotline.handle(die.choice(taken), c.Urge(AGENT))
            except (StoreError, Conflict):
                refused += 1
            time.sleep(0.02)
        pausing.resume()
        settled = _settle(hotline, receivers)
    finally:
        told = pausing.end()
    out = _judge(hotline, receivers, taken)
    store.close()
    receivers.server.shutdown()
    receivers.server.server_close()
    lost = sum(each["lost"] for each in told)
    pauses = {"pauses": pausing.pauses, "past_the_lease": pausing.long, "leases_lost": lost, "settled": settled}
    return {"seconds": seconds, "workers": count, **pauses, "commands_refused": refused, **out}


def _behind(hotline: Hotline) -> int:
    """Return how many records the slowest delivery has yet to read, as far as it matters."""
    return len(hotline.store.feed(min(hotline.store.cursor(f"deliver:{name}") for name in NAMES), BACKLOG + 1))


def _settle(hotline: Hotline, receivers: Receivers) -> bool:
    """Wait until the workers have nothing left to do, for at most five minutes."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        time.sleep(1)
        with suppress(StoreError):
            waiting = held(hotline.store)  # asked before: what is let go later is found then, or asked for again
            done = [hotline.store.feed(hotline.store.cursor(f"deliver:{name}"), 1) for name in NAMES]
            if not waiting and not any(done) and not any(hotline.store.parked(f"deliver:{n}", limit=1) for n in NAMES):  # type: ignore[attr-defined]
                time.sleep(3 * LEASE)
                return True
    return False


def _judge(hotline: Hotline, receivers: Receivers, taken: list[str]) -> dict[str, Any]:
    """Compare with one undisturbed tick in memory, and with the log itself."""
    twins = iter(taken)
    twin = Hotline(hotline.pack, MemoryStore(), number=lambda at, tries: next(twins), secrets=bytes(32))
    for n in range(len(taken)):
        twin.receive(received(n), by=AGENT, at=received(n).received)
    twin.tick(datetime.now(UTC))
    missing = doubled = ticks = 0
    log: dict[str, list[int]] = {}
    for number in taken:
        seen, expected = overdue(hotline, number), overdue(twin, number)
        ticks += sum(seen.values())
        missing += sum((expected - seen).values())
        doubled += sum((seen - expected).values())
        log[number] = [record.version for record in hotline.store.stream(hotline.place, number)]
    events = sum(map(len, log.values()))
    took: dict[tuple[str, str], list[int]] = {}
    for name, subject, version in receivers.db.execute("SELECT name, subject, version FROM effect ORDER BY n"):
        took.setdefault((name, subject), []).append(version)
    pairs = [(took.get((name, number), []), log[number]) for name in NAMES for number in taken]
    return {
        "orders": len(taken),
        "events": events,
        "overdue_recorded": ticks,
        "ticks_lost": missing,
        "ticks_doubled": doubled,
        "deliveries": sum(len(versions) for versions, _ in pairs),
        "deliveries_lost": sum(len(set(there) - set(versions)) for versions, there in pairs),
        "deliveries_doubled": sum(len(versions) - len(set(versions)) for versions, _ in pairs),
        "out_of_order": sum(versions != sorted(versions) for versions, _ in pairs),
        "sent_again_and_dropped": receivers.doubles,
    }


def main() -> None:
    """Print the figures as JSON; exit 1 when anything was lost, doubled or out of order, or nobody stalled long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", default="sqlite:///{folder}/orders.db")
    parser.add_argument("--short", action="store_true", help="twenty seconds, for CI")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.store.replace("{folder}", folder)
        out = run(20 if given.short else given.seconds, given.workers, given.seed, url, Path(folder))
    print(json.dumps({"question": "workers paused and resumed at random", **out}, indent=1))
    keys = ("ticks_lost", "ticks_doubled", "deliveries_lost", "deliveries_doubled", "out_of_order")
    tried = out["past_the_lease"] > 0  # else nothing was, and all is well for want of trouble
    sys.exit(1 if any(out[key] for key in keys) or not out["settled"] or not tried else 0)


if __name__ == "__main__":
    main()
