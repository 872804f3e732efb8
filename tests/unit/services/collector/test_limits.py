"""How much is taken from one sender, and that nothing in the counter tells who it is."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass, field

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from services.collector.limits import (
    CounterAway,
    Gatekeeper,
    Limiter,
    Limits,
    RedisCounter,
    Sender,
    TooMany,
    forwarded,
    network,
)

START = 1_800_000_000.0 - 1_800_000_000 % 60
ADDRESS = b"\xcb\x00\x71\x07"


@dataclass
class Counted:
    """A counter in memory that may be away."""

    counts: Tally[str] = field(default_factory=Tally)
    asked: int = 0
    away: bool = False

    def add(self, name: str, number: int) -> int:
        self.asked += 1
        if self.away:
            raise CounterAway
        self.counts[name] += number
        return self.counts[name]


def limiter(counter: Counted, address: int = 100, salt: bytes = b"salt", at: float = START) -> Limiter:
    return Limiter(counter, Limits(device=40, invitation=20, address=address), salt, lambda: at)


def taken(made: Limiter, number: int, sender: Sender = Sender.ADDRESS, identity: bytes = ADDRESS) -> int:
    """How many of `number` requests are let through."""
    passed = 0
    for _ in range(number):
        try:
            made.take(sender, identity)
        except TooMany:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize(("sender", "limit"), [(Sender.DEVICE, 40), (Sender.INVITATION, 20), (Sender.ADDRESS, 100)])
def test_as_many_are_let_through_as_the_limit_says(sender: Sender, limit: int) -> None:
    assert taken(limiter(Counted()), 300, sender) == limit


def test_processes_that_share_a_salt_share_a_limit() -> None:
    counter = Counted()
    first, second = limiter(counter), limiter(counter)
    assert taken(first, 70) + taken(second, 70) == 100


def test_one_sender_does_not_use_up_anothers_minute() -> None:
    made = limiter(Counted())
    assert taken(made, 200) == 100
    assert taken(made, 10, identity=b"\xcb\x00\x71\x08") == 10


def test_the_counter_is_asked_once_for_a_block_of_requests_and_no_more_when_the_minute_is_used_up() -> None:
    counter = Counted()
    taken(limiter(counter), 1_000)
    assert counter.asked == 21


def test_many_ballots_in_one_request_count_as_many() -> None:
    made = limiter(Counted())
    made.take(Sender.ADDRESS, ADDRESS, 90)
    with pytest.raises(TooMany):
        made.take(Sender.ADDRESS, ADDRESS, 50)


def test_who_sent_too_much_is_told_when_the_minute_is_over() -> None:
    made = limiter(Counted(), address=1, at=START + 48)
    made.take(Sender.ADDRESS, ADDRESS)
    with pytest.raises(TooMany) as caught:
        made.take(Sender.ADDRESS, ADDRESS)
    assert caught.value.seconds == 12


def test_without_a_limit_nothing_is_counted() -> None:
    counter = Counted()
    assert taken(limiter(counter, address=0), 50) == 50
    assert counter.asked == 0


def test_with_the_counter_away_everybody_is_let_through_and_it_is_left_alone_for_a_while() -> None:
    counter = Counted(away=True)
    assert taken(limiter(counter, address=1), 50) == 50
    assert counter.asked == 1


def test_a_redis_that_is_not_there_keeps_nobody_from_voting() -> None:
    made = Limiter(RedisCounter("redis://127.0.0.1:1/0"), Limits(1, 1, 1), b"salt", lambda: START)
    assert taken(made, 20) == 20


def test_what_is_counted_has_another_name_every_day_and_with_every_salt_and_holds_no_address() -> None:
    counter = Counted()
    for salt, at in ((b"a", START), (b"b", START), (b"a", START + 86_400)):
        taken(limiter(counter, salt=salt, at=at), 1)
    hashes = {name.rsplit("/", 1)[1] for name in counter.counts}
    assert len(hashes) == 3
    assert not [name for name in counter.counts if ADDRESS.hex() in name or "203.0.113.7" in name]


@pytest.mark.parametrize(
    ("proxies", "seen", "address"),
    [
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "spoofed, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1"),
        (1, "", "198.51.100.1"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(proxies: int, seen: str, address: str) -> None:
    builder = EnvironBuilder(headers={"X-Forwarded-For": seen}, environ_base={"REMOTE_ADDR": "198.51.100.1"})
    assert forwarded(Request(builder.get_environ()), proxies) == address  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", ADDRESS),
        ("127.0.0.1", None),
        ("::1", None),
        ("nonsense", None),
        ("", None),
        ("2001:db8:1:2:3:4:5:6", bytes.fromhex("20010db800010002")),
    ],
)
def test_this_machine_has_no_address_to_count_by_and_an_ipv6_network_has_one(address: str, counted: bytes | None) -> None:
    assert network(address) == counted


def test_an_office_with_invitations_is_not_counted_by_its_address() -> None:
    gatekeeper = Gatekeeper(limiter(Counted(), address=1), proxies=0)
    request = Request(EnvironBuilder(environ_base={"REMOTE_ADDR": "198.51.100.1"}).get_environ())
    for number in range(26):
        gatekeeper.admit(request, None, bytes([number]))  # type: ignore[arg-type]
    gatekeeper.admit(request, None, None)  # type: ignore[arg-type]
    with pytest.raises(TooMany):
        gatekeeper.admit(request, None, None)  # type: ignore[arg-type]
