"""The wire to the server is cut before or after every statement: exactly one effect for each key (断线).

An order is written under a key while the connection is cut at a random statement, ``COMMIT`` among them, before the
server sees it or after it has done it.  Whoever gets an error writes the same again, as a host would, until it is
written.  In the end each key must have had exactly one effect, and each order must be whole.

Run: ``python benchmarks/reliability/wires.py --store postgresql://postgres@127.0.0.1:5432/test [--cuts 2000]``
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from hotline12345.core.errors import StoreError
from hotline12345.stores import Append, Desk, Head, Private, Record, Store, open_store
from hotline12345.testing import FaultProxy

PLACE = "210100"
TRIES = 20


def _append(number: str, key: str) -> Append:
    records = tuple(Record(PLACE, number, version, "Noted", {"key": key, "text": "路灯"}) for version in (1, 2))
    head = Head(PLACE, number, 2, "received", True, requester="x", desks=(Desk("1", "u", "lead", ""),))
    return Append(PLACE, number, 0, records, head, (Private("1", "x", {"t": "隐私"}),), key, "same")


def _write(store: Store, append: Append, tally: Counter[str]) -> None:
    """Write until it is said to be written, as somebody does who got no answer."""
    for _ in range(TRIES):
        try:
            tally["repeated"] += store.append([append])[0].repeated
            return
        except StoreError as error:
            tally[f"told {error.code}"] += 1
    raise AssertionError(f"{append.number} was not written in {TRIES} tries")


def _statements(store: Store, proxy: FaultProxy) -> int:
    """Return how many statements one append takes."""
    proxy.mend()
    store.append([_append("warm", "warm")])
    proxy.mend()
    store.append([_append("count", "count")])
    return proxy.statements


def cut(url: str, cuts: int, seed: int) -> dict[str, Any]:
    """Cut the wire so many times and count the effects."""
    parts, random = urlsplit(url), Random(seed)
    protocol: Any = "postgresql" if parts.scheme.startswith("postgresql") else "mysql"
    host, port = parts.hostname or "127.0.0.1", parts.port or (5432 if protocol == "postgresql" else 3306)
    tally: Counter[str] = Counter()
    with FaultProxy(host, port, protocol) as proxy:
        user = (parts.username or "") + (f":{parts.password}" if parts.password else "")
        through = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{proxy.port}"))
        store = open_store(through)
        most = _statements(store, proxy)
        for i in range(cuts):
            proxy.cut(random.randrange(1, most + 1), random.choice(("before", "after")))
            _write(store, _append(f"n{i:06d}", f"k{i:06d}"), tally)
        proxy.mend()
        done = proxy.cuts
        store.close()
    return {"cuts": done, "statements_of_an_append": most, **_effects(url, cuts), "tally": dict(tally)}


def _effects(url: str, cuts: int) -> dict[str, int]:
    """Look without the proxy: how often each key had an effect, and which order is not whole."""
    # Somebody else's transaction on the same server may hold the feed back: it is waited for.
    store = open_store(f"{url}{'&' if '?' in url else '?'}patience=60")
    effects: Counter[str] = Counter()
    after = 0
    while page := store.feed(after, 1000, PLACE):
        after = page[-1].position
        effects.update(fed.record.data["key"] for fed in page if fed.record.version == 1)
    torn = 0
    for i in range(cuts):
        number = f"n{i:06d}"
        whole = [r.version for r in store.stream(PLACE, number)] == [1, 2]
        torn += not (whole and len(store.private(PLACE, number)) == 1 and store.head(PLACE, number) is not None)
    store.close()
    wanted = [f"k{i:06d}" for i in range(cuts)]
    return {
        "keys": cuts,
        "without_effect": sum(effects[key] == 0 for key in wanted),
        "with_more_than_one": sum(effects[key] > 1 for key in wanted),
        "torn": torn,
    }


def main() -> None:
    """Print the figures as JSON; exit 1 unless each key had exactly one effect."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True, help="the address of an empty store on a server of this machine")
    parser.add_argument("--cuts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = {"question": "effects of a key when the wire is cut", **cut(given.store, given.cuts, given.seed)}
    print(json.dumps(found, indent=1))
    sys.exit(any(found[name] for name in ("without_effect", "with_more_than_one", "torn")))


if __name__ == "__main__":
    main()
