"""Announcements: how they are signed, when they are tried again, and which addresses are inside a network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from shared.domain.announcement import (
    WAITS,
    Receiver,
    Way,
    is_public,
    masked,
    message,
    next_try,
    signed_headers,
    without_address,
)

NOW = datetime(2026, 11, 10, 8, tzinfo=UTC)
EDITION = {"survey": "s-2026", "edition": 2, "published_at": "2026-11-10T08:00:00+00:00", "simulated": False}


def test_the_signature_is_that_of_the_standards_example() -> None:
    """The example of the Standard Webhooks reference libraries: secret, id, time, payload and signature."""
    secret, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    headers = signed_headers(secret, id_, at, '{"test": 2432232314}')
    assert headers == {
        "webhook-id": id_,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_of_another_form_signs_nothing() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        signed_headers("secret", "msg_1", NOW, "{}")


def test_tries_grow_apart_over_days_and_end() -> None:
    waits = [next_try(tries, NOW) for tries in range(1, len(WAITS) + 2)]
    assert waits[0] == NOW + timedelta(seconds=5)
    assert list(WAITS) == sorted(WAITS)
    assert sum(WAITS, timedelta()) > timedelta(days=3)
    assert waits[-1] is None


@pytest.mark.parametrize(
    ("way", "address", "shown"),
    [
        (Way.EMAIL, "lan.nguyen@bao.example", "l…@bao.example"),
        (Way.WEBHOOK, "https://hooks.example/services/T00/secret?token=1", "https://hooks.example/…"),
        (Way.WEBHOOK, "https://hooks.example:8443/", "https://hooks.example:8443"),
        (Way.WEBHOOK, "https://hooks.example?token=1", "https://hooks.example/…"),
    ],
)
def test_an_address_is_masked_to_what_tells_it_from_others(way: Way, address: str, shown: str) -> None:
    receiver = Receiver("r1", way, address)
    assert masked(receiver) == shown
    assert without_address(f"550 <{address}> is unknown", receiver) == f"550 <{shown}> is unknown"


def test_a_message_names_the_edition_and_holds_no_figure() -> None:
    told = message({**EDITION, "groups": [{"overall": {"index": 88.7}}]}, {"vi": "Khảo sát"}, "ab" * 32, "https://s.example")
    assert told["type"] == "edition.published"
    assert told["timestamp"] == EDITION["published_at"]
    assert told["data"]["results"] == "https://s.example/api/v1/surveys/s-2026/results?edition=2"
    assert "88.7" not in str(told)


def test_a_message_of_a_correction_says_what_it_replaces_and_why() -> None:
    corrected = {**EDITION, "correction": {"replaces": 1, "reason": {"vi": "Sai số dân"}}}
    told = message(corrected, {"vi": "Khảo sát"}, "ab" * 32, "")
    assert (told["type"], told["data"]["replaces"], told["data"]["reason"]["vi"]) == ("edition.corrected", 1, "Sai số dân")


@pytest.mark.parametrize("address", ["203.162.4.190", "2001:df0:2e6::1", "8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",  # noqa: S104
     "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "::"],
)  # fmt: skip
def test_addresses_inside_a_network_are_not(address: str) -> None:
    assert not is_public(ip_address(address))
