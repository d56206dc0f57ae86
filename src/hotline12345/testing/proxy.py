"""A wire that is cut (断线代理): a TCP proxy that closes a connection before or after the n-th statement.

It understands as much of the PostgreSQL and MySQL protocols as tells where a statement begins and when its answer
has come, ``COMMIT`` included.  Local servers without TLS, as in a test.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Literal

When = Literal["before", "after"]
Protocol = Literal["postgresql", "mysql"]

_TIMEOUT = 30.0
_SPECIAL = (80877103, 80877104)  # PostgreSQL asks for TLS or GSS before the real beginning


class FaultProxy:
    """Stands between a store and its server, and cuts the wire when told (断线代理).

    ::

        with FaultProxy("127.0.0.1", 5432) as proxy:
            proxy.cut(3, "after")       # the third statement reaches the server, its answer never comes back
            store = open_store(f"postgresql://postgres@127.0.0.1:{proxy.port}/test")

    Args:
        host: the server's address; on this machine.
        port: the server's port.
        protocol: what is spoken: ``postgresql`` or ``mysql``.
    """

    def __init__(self, host: str, port: int, protocol: Protocol = "postgresql") -> None:
        self._server = (host, port)
        self._protocol = protocol
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._guard = Lock()
        self._at, self._when = 0, "before"
        self._wires: list[socket.socket] = []
        self.statements = 0
        self.cuts = 0
        Thread(target=self._accept, daemon=True).start()

    def cut(self, at: int, when: When) -> None:
        """Cut the connection that carries the *at*-th statement from now: ``before`` the server sees it, or ``after``.

        Counting is over all connections; after a cut nothing more is cut until this is called again.
        """
        with self._guard:
            self.statements, self._at, self._when = 0, at, when

    def mend(self) -> None:
        """Cut nothing more."""
        self.cut(0, "before")

    def close(self) -> None:
        """Close every connection and listen no more."""
        _close(self._listener)
        with self._guard:
            wires, self._wires = self._wires, []
        for wire in wires:
            _close(wire)

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server, timeout=_TIMEOUT)
            except OSError:
                _close(client)
                continue
            for wire in (client, server):
                wire.settimeout(None)
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._wires += [client, server]
            Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _due(self) -> str:
        """Count a statement, and return how the wire is to be cut at it; "" = not."""
        with self._guard:
            self.statements += 1
            if self.statements != self._at:
                return ""
            self._at = 0
            self.cuts += 1
            return self._when

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        """Carry what the client says, message by message; what the server says is carried beside."""
        wire = _Wire(client, server)
        speaks, heard = (_postgres, _postgres_ready) if self._protocol == "postgresql" else (_mysql, _mysql_ready)
        back = Thread(target=wire.back, args=(heard(),), daemon=True)
        back.start()
        with suppress(OSError, EOFError):
            for message, statement in speaks(wire):
                how = self._due() if statement else ""
                if how == "before":
                    break
                if how == "after":
                    wire.swallow()
                    server.sendall(message)
                    wire.answered(_TIMEOUT)
                    break
                server.sendall(message)
        _close(client)
        _close(server)


class _Wire:
    """The two ends of one connection."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self._swallows = False
        self._ready = Lock()
        self._ready.acquire()

    def read(self, size: int) -> bytes:
        """Read exactly so many bytes from the client."""
        found = b""
        while len(found) < size:
            part = self.client.recv(size - len(found))
            if not part:
                raise EOFError
            found += part
        return found

    def swallow(self) -> None:
        """From now on nothing the server says reaches the client."""
        self._swallows = True

    def answered(self, timeout: float) -> None:
        """Wait until the server has answered in full what it was asked last."""
        self._ready.acquire(timeout=timeout)

    def back(self, ready: Callable[[bytes], bool]) -> None:
        """Carry what the server says, and notice when it has answered."""
        with suppress(OSError):
            while part := self.server.recv(65536):
                done = ready(part)
                if self._swallows:
                    if done:
                        break
                else:
                    self.client.sendall(part)
        if self._swallows:
            self._ready.release()
        else:
            _close(self.client)


def _postgres(wire: _Wire) -> Iterator[tuple[bytes, bool]]:
    """Yield each message and whether it asks the server to do something: a query, or the end of an extended one."""
    while True:
        size = wire.read(4)
        body = wire.read(struct.unpack(">I", size)[0] - 4)
        yield size + body, False
        if struct.unpack(">I", body[:4])[0] not in _SPECIAL:
            break
    while True:
        head = wire.read(5)
        body = wire.read(struct.unpack(">I", head[1:])[0] - 4)
        yield head + body, head[:1] in (b"Q", b"S")


def _postgres_ready() -> Callable[[bytes], bool]:
    """Return what tells whether a part of the answer ends with ReadyForQuery."""
    last = bytearray()

    def ready(part: bytes) -> bool:
        last.extend(part)
        del last[:-6]
        return last[:5] == b"Z\x00\x00\x00\x05"

    return ready


def _mysql(wire: _Wire) -> Iterator[tuple[bytes, bool]]:
    """Yield each packet and whether it is a query or the execution of a prepared one."""
    while True:
        head = wire.read(4)
        body = wire.read(int.from_bytes(head[:3], "little"))
        yield head + body, head[3] == 0 and body[:1] in (b"\x03", b"\x17")


def _mysql_ready() -> Callable[[bytes], bool]:
    """Return what tells that the server has begun to answer: it does when the statement is done."""
    return lambda part: bool(part)


def _close(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        wire.close()
