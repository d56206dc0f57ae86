"""A process that writes to a store while the contract looks on (契约工作进程)."""

from __future__ import annotations

import sys
from collections.abc import Callable

from hotline12345.core.errors import Conflict
from hotline12345.stores import Append, Head, Private, Record, Store, open_store

PLACE = "210100"


def _write(number: str, expected: int, private: tuple[Private, ...] = ()) -> Append:
    row = Record(PLACE, number, expected + 1, "Dispatched", {"step": expected + 1})
    head = Head(PLACE, number, expected + 1, "dispatched", True, holder="worker")
    return Append(PLACE, number, expected, (row,), head, private, f"{number}-{expected}", "same")


def steps(store: Store, prefix: str, orders: str, versions: str) -> None:
    """Write so many orders of so many versions, one commit each; print how many commits."""
    done = 0
    for order in range(int(orders)):
        for version in range(int(versions)):
            store.append((_write(f"{prefix}{order:06d}", version),))
            done += 1
    print(done, flush=True)


def race(store: Store, number: str, name: str, versions: str) -> None:
    """Try to be the one that writes each version of one order; print the versions won."""
    for version in range(int(versions)):
        append = _write(number, version)
        try:
            store.append((Append(append.place, number, version, append.records, append.head, (), f"{name}-{version}"),))
        except Conflict:
            continue
        print(version + 1, flush=True)


def ack(store: Store, prefix: str) -> None:
    """Write pairs of orders for ever, each with a private record; print "NUMBER VERSION" after each commit."""
    for order in range(1_000_000):
        pair = (f"{prefix}{order:06d}a", f"{prefix}{order:06d}b")
        for version in range(3):
            private = (Private(f"p{version}", "someone", {"text": "路灯不亮" * 50}),)
            store.append([_write(number, version, private) for number in pair])
            print(pair[0], version + 1, flush=True)


MODES: dict[str, Callable[..., None]] = {"steps": steps, "race": race, "ack": ack}

if __name__ == "__main__":
    opened = open_store(sys.argv[1])
    MODES[sys.argv[2]](opened, *sys.argv[3:])
    opened.close()
