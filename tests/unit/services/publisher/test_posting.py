"""Which addresses are spoken to, and how long a receiver can keep us: real connections to servers of the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

import pytest

from services.publisher.posting import Message, NotDelivered, post, resolved

WITHIN = 0.5
LONG = 60.0
"""Seconds after which a test gives a receiver up that is still at it."""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "::1"])
def test_a_host_inside_a_network_is_refused_for_good(host: str) -> None:
    with pytest.raises(NotDelivered, match="inside a network") as refused:
        resolved(host, 443, private=False)
    assert refused.value.for_good


def test_a_host_inside_a_network_is_found_where_the_operator_allows_it() -> None:
    assert resolved("127.0.0.1", 443, private=True) == ip_address("127.0.0.1")


def test_a_name_that_leads_nowhere_may_lead_somewhere_later() -> None:
    with pytest.raises(NotDelivered, match="is not found") as refused:
        resolved("nowhere.invalid", 443, private=False)
    assert not refused.value.for_good


class Peer:
    """A receiver over one bare connection, which `act` drives until `left` says that we are gone."""

    def __init__(self, act: Callable[[socket.socket, threading.Event], None]) -> None:
        self.left = threading.Event()
        self._act = act
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                self._act(connection, self.left)

    def close(self) -> None:
        self.left.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@contextmanager
def receiver(act: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    peer = Peer(act)
    try:
        yield peer.port
    finally:
        peer.close()


def dripping(text: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Answers with `text`, then one blank at a time, for as long as it is let."""

    def act(connection: socket.socket, left: threading.Event) -> None:
        connection.recv(65_536)
        connection.sendall(text)
        while not left.wait(0.05):
            connection.sendall(b" ")

    return act


def posted(port: int, scheme: str = "http", within: float = WITHIN) -> tuple[int, bytes]:
    return post(Message(f"{scheme}://127.0.0.1:{port}/hook?from=survey", b"{}", {}, private=True), within)


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 2", b"HTTP/1.1 204 No Content\r\n", b"HTTP/1.1 204 No Content\r\nX: "])
def test_a_receiver_that_drips_the_head_of_its_answer_is_left_at_the_deadline(text: bytes) -> None:
    with receiver(dripping(text)) as port, pytest.raises(NotDelivered, match=r"no whole answer within 0\.5 s") as problem:
        posted(port)
    assert not problem.value.for_good


def test_a_receiver_that_drips_its_greeting_of_encryption_is_left_at_the_deadline() -> None:
    with receiver(dripping(b"\x16\x03\x03\x40\x00")) as port, pytest.raises(NotDelivered, match="no whole answer"):
        posted(port, "https")


def test_a_receiver_whose_certificate_is_not_trusted_gets_nothing() -> None:
    with receiver(dripping(b"HTTP/1.1 200 OK\r\n\r\n")) as port, pytest.raises(NotDelivered, match="SSL"):
        posted(port, "https", LONG)


def test_a_receiver_that_said_that_it_has_it_is_believed_whatever_it_drips_then() -> None:
    with receiver(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 150\r\n\r\ntaken")) as port:
        assert posted(port)[0] == 200


def test_the_beginning_of_an_answer_is_kept_and_a_redirect_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n" + b"x" * 1_000
    with receiver(lambda connection, _: (connection.recv(65_536), connection.sendall(answer))[0] and None) as port:
        assert posted(port, within=LONG) == (302, b"x" * 200)


def test_a_receiver_is_asked_by_its_name_and_for_all_of_its_address() -> None:
    asked: list[bytes] = []

    def act(connection: socket.socket, _: threading.Event) -> None:
        asked.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with receiver(act) as port:
        assert posted(port, within=LONG) == (204, b"")
    assert asked[0].startswith(b"POST /hook?from=survey HTTP/1.1\r\n")
    assert asked[0].count(b"Host: ") == 1
    assert f"Host: 127.0.0.1:{port}\r\n".encode() in asked[0]
