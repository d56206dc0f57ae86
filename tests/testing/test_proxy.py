"""The wire is cut where it was said (断线代理)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest

from hotline12345.testing import FaultProxy

_STARTUP = struct.pack(">II", 8, 196608)
_READY = b"Z\x00\x00\x00\x05I"


def _query(text: bytes) -> bytes:
    return b"Q" + struct.pack(">I", len(text) + 5) + text + b"\x00"


def _message(wire: socket.socket) -> bytes:
    head = wire.recv(5, socket.MSG_WAITALL)
    return head + wire.recv(struct.unpack(">I", head[1:])[0] - 4, socket.MSG_WAITALL) if len(head) == 5 else b""


@pytest.fixture
def seen() -> Iterator[tuple[int, list[bytes]]]:
    """A server that says ready to whatever it is asked, its port and what it was asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            with wire, suppress(OSError):
                wire.recv(8, socket.MSG_WAITALL)
                wire.sendall(_READY)
                while message := _message(wire):
                    asked.append(message[5:-1])
                    wire.sendall(b"C\x00\x00\x00\x07OK\x00" + _READY)

    Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], asked
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _ask(port: int, texts: list[bytes]) -> int:
    """Return how many of the questions were answered."""
    answered = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(_STARTUP)
        assert wire.recv(6, socket.MSG_WAITALL) == _READY
        for text in texts:
            try:
                wire.sendall(_query(text))
                if len(wire.recv(14, socket.MSG_WAITALL)) < 14:
                    return answered
            except OSError:
                return answered
            answered += 1
    return answered


@pytest.mark.parametrize("at", [1, 2, 3])
def test_before_means_that_the_server_never_saw_it(seen: tuple[int, list[bytes]], at: int) -> None:
    port, asked = seen
    with FaultProxy("127.0.0.1", port) as proxy:
        proxy.cut(at, "before")
        assert _ask(proxy.port, [b"BEGIN", b"INSERT", b"COMMIT"]) == at - 1
        assert (asked, proxy.cuts) == ([b"BEGIN", b"INSERT", b"COMMIT"][: at - 1], 1)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_after_means_that_the_server_did_it_and_nobody_was_told(seen: tuple[int, list[bytes]], at: int) -> None:
    port, asked = seen
    with FaultProxy("127.0.0.1", port) as proxy:
        proxy.cut(at, "after")
        assert _ask(proxy.port, [b"BEGIN", b"INSERT", b"COMMIT"]) == at - 1
        assert (asked, proxy.cuts) == ([b"BEGIN", b"INSERT", b"COMMIT"][:at], 1)


def test_after_a_cut_the_wire_holds(seen: tuple[int, list[bytes]]) -> None:
    port, _ = seen
    with FaultProxy("127.0.0.1", port) as proxy:
        proxy.cut(1, "before")
        assert _ask(proxy.port, [b"a"]) == 0
        assert _ask(proxy.port, [b"a", b"b"]) == 2
        proxy.cut(2, "after")
        proxy.mend()
        assert _ask(proxy.port, [b"a", b"b"]) == 2
