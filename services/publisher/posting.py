"""Posting a message to an address that a receiver gave: only to where its name leads now, and within one deadline."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from shared.domain.announcement import is_public

ANSWER_KEPT = 200
"""Bytes of an answer that are read; no more of it is."""

_STEP = 10.0
"""Seconds that connecting, and each read or write, may take."""


class NotDelivered(Exception):
    """The receiver did not say that it has it. `for_good` where trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted, and where to. `private` says that an address inside a network is allowed."""

    url: str
    content: bytes
    headers: Mapping[str, str]
    private: bool


def post(message: Message, within: float) -> tuple[int, bytes]:
    """The status and the beginning of what was answered. Redirects are not followed.

    However slowly the receiver reads or answers, this returns or raises `within` seconds after the name was resolved. An answer
    whose head was whole by then counts, whatever was missing of the rest. Raises NotDelivered.
    """
    url = urlsplit(message.url)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    address = resolved(host, port, private=message.private)
    try:
        with _ended(within) as watch:
            return _answered(message, url, _connected(url, (str(address), port), watch), watch)
    except (HTTPException, OSError, ValueError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


class _Watch:
    """Ends a connection when its time is over, from another thread: a read that waits comes back then."""

    def __init__(self) -> None:
        self.is_over = False
        self._held: socket.socket | None = None
        self._lock = threading.Lock()

    def hold(self, connection: socket.socket) -> None:
        """Watch `connection`, by a handle of our own: encryption takes the other one away."""
        with self._lock:
            self._held = connection.dup()
        if self.is_over:
            self.end()

    def end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._held is not None:
                _shut(self._held)

    def let_go(self) -> None:
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the receiver was faster


@contextmanager
def _ended(within: float) -> Iterator[_Watch]:
    """A watch that ends what it holds after `within` seconds. What comes of that is told as what it is."""
    watch = _Watch()
    timer = threading.Timer(within, watch.end)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    except (HTTPException, OSError, ValueError) as error:
        if watch.is_over:
            raise NotDelivered(f"no whole answer within {within:g} s") from error
        raise
    finally:
        timer.cancel()
        watch.let_go()


def _connected(url: SplitResult, where: tuple[str, int], watch: _Watch) -> HTTPConnection:
    """A connection to `where` that is encrypted, and whose certificate is checked, where `url` says https."""
    plain = socket.create_connection(where, timeout=_STEP)
    try:
        watch.hold(plain)
        secure = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=url.hostname) if url.scheme == "https" else plain
        )
    except BaseException:
        plain.close()
        raise
    connection = HTTPConnection(*where, timeout=_STEP)
    connection.sock = secure
    return connection


def _encrypted(plain: socket.socket, url: SplitResult) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=url.hostname)


def _answered(message: Message, url: SplitResult, connection: HTTPConnection, watch: _Watch) -> tuple[int, bytes]:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection.request("POST", target, message.content, {**message.headers, "Host": url.netloc, "Connection": "close"})
        with connection.getresponse() as response:
            if watch.is_over:  # the head of the answer ended where the connection did
                raise TimeoutError
            return response.status, _beginning(response)
    finally:
        connection.close()


def _beginning(response: HTTPResponse) -> bytes:
    try:
        return response.read(ANSWER_KEPT)
    except (HTTPException, OSError, ValueError):
        return b""


def resolved(host: str, port: int, *, private: bool) -> IPv4Address | IPv6Address:
    """The address to connect to. Raises NotDelivered where there is none, or one of those it leads to is not public and may
    not be spoken to."""
    try:
        found = [ip_address(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError, ValueError) as error:
        raise NotDelivered(f"{host} is not found: {error}") from error
    inside = [address for address in found if not is_public(address)]
    if inside and not private:
        raise NotDelivered(f"{host} leads to {inside[0]}, an address inside a network; allow it with --private", for_good=True)
    return found[0]
