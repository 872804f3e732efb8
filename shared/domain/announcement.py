"""Announcements: what is told when an edition is out, to whom, how it is signed, and when it is tried again.

Webhooks follow the Standard Webhooks specification (standardwebhooks.com, version 1): an id that stays the same over all
tries, a time, and an HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import urlsplit

PREFIX = "whsec_"
"""What a signing secret begins with; the rest is base64."""

WAITS = tuple(timedelta(seconds=s) for s in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""How long is waited after each failed try: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; together over three days."""


class Way(StrEnum):
    """How a receiver is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class Standing(StrEnum):
    """How far an announcement to one receiver is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told. `survey` limits it to one survey; `private` says that an address inside a network is allowed."""

    id: str
    way: Way
    address: str
    survey: str | None = None
    private: bool = False


def masked(receiver: Receiver) -> str:
    """Enough of the receiver's address to tell it from others: a mailbox without its name, a webhook without its path, which
    often is a secret."""
    if receiver.way is Way.EMAIL:
        name, _, domain = receiver.address.rpartition("@")
        return f"{name[:1]}…@{domain}"
    parts = urlsplit(receiver.address)
    return f"{parts.scheme}://{parts.netloc}" + ("/…" if parts.path.strip("/") or parts.query else "")


def without_address(text: str, receiver: Receiver) -> str:
    """`text` with the receiver's address masked wherever it stands in it."""
    return text.replace(receiver.address, masked(receiver))


def message(edition: Mapping[str, Any], survey_title: Mapping[str, str], digest: str, site: str) -> dict[str, Any]:
    """What a webhook is told of an edition, given its results. `site` is the public site's address, empty where not known.

    It holds no figure: a receiver that wants them reads them where everybody does.
    """
    path = f"/surveys/{edition['survey']}/editions/{edition['edition']}"
    results = f"/api/v1/surveys/{edition['survey']}/results?edition={edition['edition']}"
    correction = edition.get("correction")
    return {
        "type": "edition.published" if correction is None else "edition.corrected",
        "timestamp": edition["published_at"],
        "data": {
            "survey": edition["survey"],
            "title": dict(survey_title),
            "simulated": edition["simulated"],
            "edition": edition["edition"],
            "replaces": None if correction is None else correction["replaces"],
            "reason": None if correction is None else dict(correction["reason"]),
            "digest": digest,
            "page": site + path,
            "results": site + results,
        },
    }


def body(told: Mapping[str, Any]) -> str:
    """A message as it is sent: the same bytes on every try."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def signed_headers(secret: str, id_: str, at: datetime, content: str) -> dict[str, str]:
    """The three headers of Standard Webhooks for `content` sent at `at`. Raises ValueError for a secret of another form."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a signing secret begins with {PREFIX}")
    moment = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signature = hmac.new(key, f"{id_}.{moment}.{content}".encode(), hashlib.sha256).digest()
    return {"webhook-id": id_, "webhook-timestamp": moment, "webhook-signature": f"v1,{base64.b64encode(signature).decode()}"}


def next_try(tries: int, now: datetime) -> datetime | None:
    """When the next try is due after `tries` failed ones, None when it is given up."""
    return now + WAITS[tries - 1] if tries <= len(WAITS) else None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet: none of this machine's, of a private network, or reserved."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return address.is_global and inner.is_global and not inner.is_multicast
