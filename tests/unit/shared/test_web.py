from __future__ import annotations

import gevent
from gevent import socket

from shared.web import WaitingRoom


def test_what_the_store_answers_is_not_behind_a_row_of_new_requests() -> None:
    room, done = WaitingRoom(), []
    here, there = socket.socketpair()

    def commit() -> None:
        here.recv(1)
        done.append("commit")

    def request(number: int) -> None:
        room.wait()
        if number == 0:
            there.sendall(b"x")
        done.append(f"request {number}")

    with here, there:
        gevent.joinall([gevent.spawn(commit), *(gevent.spawn(request, number) for number in range(20))], raise_error=True)
    assert done.index("commit") <= 3
    assert [each for each in done if each != "commit"] == [f"request {number}" for number in range(20)]


def test_a_request_that_came_later_is_called_too() -> None:
    room, done = WaitingRoom(), []
    for number in range(3):
        gevent.spawn(lambda number=number: (room.wait(), done.append(number))).join(timeout=5.0)
    assert done == [0, 1, 2]


def test_the_next_is_called_when_one_gave_up_waiting() -> None:
    room, done = WaitingRoom(), []
    greenlets = [gevent.spawn(lambda number=number: (room.wait(), done.append(number))) for number in range(3)]
    gevent.sleep(0)
    greenlets[0].kill()
    gevent.joinall(greenlets, timeout=5.0)
    assert done == [1, 2]
