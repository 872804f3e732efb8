"""A load generator: one thread drives many HTTP/1.1 connections, each with one request under way at a time."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A request, ready to be sent, with a name that its answer is told by."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, and seconds from sending to the whole answer."""

    name: str
    status: int
    seconds: float


@dataclass(slots=True)
class _Connection:
    address: tuple[str, int]
    socket: socket.socket | None = None
    request: Request | None = None
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Run:
    """The answers of a run, and the time it took in seconds."""

    answers: list[Answer]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    def percentile(self, share: float) -> float:
        """The time within which `share` of the answers came, in milliseconds."""
        ordered = sorted(answer.seconds for answer in self.answers)
        return 1_000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def request(name: str, method: str, path: str, body: bytes) -> Request:
    """A JSON request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Request(name, head.encode() + body)


def drive(port: int, requests: Sequence[Request], connections: int) -> Run:
    """Send every request over `connections` connections; a connection that the server closes is opened again."""
    todo = iter(requests)
    answers: list[Answer] = []
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        active = 0
        for _ in range(connections):
            active += _next(_Connection(("127.0.0.1", port)), todo, selector)
        while active:
            for key, _ in selector.select(timeout=30.0):
                connection: _Connection = key.data
                answer = _receive(connection, selector)
                if answer is not None:
                    answers.append(answer)
                    active -= 1
                    active += _next(connection, todo, selector)
        return Run(answers, time.perf_counter() - started)


def _next(connection: _Connection, todo: Iterator[Request], selector: selectors.BaseSelector) -> int:
    """Send the next request; 0 when there is none left."""
    connection.request = next(todo, None)
    if connection.request is None:
        _close(connection, selector)
        return 0
    if connection.socket is None:
        connection.socket = socket.create_connection(connection.address, timeout=30.0)
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    connection.received.clear()
    connection.sent_at = time.perf_counter()
    connection.socket.sendall(connection.request.data)
    return 1


def _receive(connection: _Connection, selector: selectors.BaseSelector) -> Answer | None:
    """The answer when it is complete. Raises RuntimeError when the server hangs up before."""
    assert connection.socket is not None
    assert connection.request is not None
    data = connection.socket.recv(65_536)
    connection.received += data
    head, found, body = connection.received.partition(b"\r\n\r\n")
    if not data and not found:
        raise RuntimeError("the server hung up without an answer")
    fields = head.lower()
    length = _length(fields)
    if not found or len(body) < length:
        return None
    answer = Answer(connection.request.name, int(head[9:12]), time.perf_counter() - connection.sent_at)
    if b"connection: close" in fields:
        _close(connection, selector)
    return answer


def _length(fields: bytes | bytearray) -> int:
    start = fields.find(b"content-length:")
    return (
        int(fields[start + 15 : fields.find(b"\r", start) if fields.find(b"\r", start) > 0 else len(fields)])
        if start >= 0
        else 0
    )


def _close(connection: _Connection, selector: selectors.BaseSelector) -> None:
    if connection.socket is not None:
        selector.unregister(connection.socket)
        connection.socket.close()
        connection.socket = None
