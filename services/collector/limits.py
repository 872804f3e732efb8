"""How many requests a minute are taken from one sender, counted in Redis. With Redis away, everybody is let through.

A sender is a device or an invitation where there is one, and an address only for those who come without. No address and no key
is written anywhere: what is counted has as its name a hash with a salt that changes every day, and is gone after two minutes.
A process takes its share of a sender's minute in blocks, so that Redis is asked once for many requests.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import redis
from flask import Request

from services.collector.metrics import LIMITED
from shared import redis_url

logger = logging.getLogger(__name__)

WINDOW = 60
"""Seconds in which requests are counted together."""

BLOCKS = 20
"""Parts of a sender's minute: what a process takes at once."""

QUIET = 5.0
"""Seconds for which Redis is left alone after it did not answer."""

_PATIENCE = 0.25


class TooMany(Exception):
    """The sender has used up its minute. `seconds` are left of it."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class CounterAway(RuntimeError):
    """The counter did not answer."""


class Sender(StrEnum):
    """By what a request is counted."""

    DEVICE = "device"
    INVITATION = "invitation"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a minute of one sender; 0 where there is no limit."""

    device: int
    invitation: int
    address: int

    def of(self, sender: Sender) -> int:
        return {Sender.DEVICE: self.device, Sender.INVITATION: self.invitation, Sender.ADDRESS: self.address}[sender]


class Counter(Protocol):
    """Where all processes count together."""

    def add(self, name: str, number: int) -> int:
        """Count `number` more under `name`, for two windows at most; how many there are now. Raises CounterAway."""
        ...


class RedisCounter:
    """Counts in Redis, by one command's way there and back."""

    def __init__(self, url: str) -> None:
        self._redis = redis_url.client(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)

    def add(self, name: str, number: int) -> int:
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.incrby(name, number)
                pipeline.expire(name, 2 * WINDOW)
                return int(pipeline.execute()[0])
        except redis.RedisError as error:
            raise CounterAway(str(error)) from error


@dataclass(slots=True)
class _Share:
    """What a process took of a sender's minute, and used."""

    granted: int = 0
    used: int = 0
    empty: bool = False


class Limiter:
    """Counts the requests of senders by `limits`. `salt` is a secret that is nowhere beside the counts."""

    def __init__(self, counter: Counter, limits: Limits, salt: bytes, clock: Callable[[], float] = time.time) -> None:
        self._counter = counter
        self._limits = limits
        self._salt = salt[:64]
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._shares: dict[bytes, _Share] = {}
        self._away_until = 0.0

    def take(self, sender: Sender, identity: bytes, number: int = 1) -> None:
        """Count `number` requests of the sender. Raises TooMany where that is more than its limit."""
        limit = self._limits.of(sender)
        if limit == 0:
            return
        now = self._clock()
        minute = int(now) // WINDOW
        name = self._name(sender, identity, now)
        if self._of_share(name, minute, number) or self._more(name, minute, limit, number):
            return
        LIMITED.labels(sender.value).inc()
        raise TooMany(WINDOW - int(now) % WINDOW)

    def _of_share(self, name: bytes, minute: int, number: int) -> bool:
        """Whether what this process took before is enough."""
        with self._lock:
            if minute != self._minute:
                self._minute, self._shares = minute, {}
            share = self._shares.setdefault(name, _Share())
            if share.used + number > share.granted:
                return False
            share.used += number
            return True

    def _more(self, name: bytes, minute: int, limit: int, number: int) -> bool:
        """Take another part of the minute. True where there is one, and where nobody can be asked."""
        with self._lock:
            share = self._shares.get(name, _Share())
            if share.empty:
                return False
        now = self._clock()
        if now < self._away_until:
            return True
        wanted = max(number, limit // BLOCKS, 1)
        try:
            total = self._counter.add(f"hailong/limit/{minute}/{name.hex()}", wanted)
        except CounterAway:
            logger.warning("limits are not counted: the counter is away")
            self._away_until = now + QUIET
            return True
        granted = min(wanted, limit - (total - wanted))
        with self._lock:
            share.granted += max(granted, 0)
            share.empty = granted <= 0
            if share.used + number > share.granted:
                return False
            share.used += number
            return True

    def _name(self, sender: Sender, identity: bytes, now: float) -> bytes:
        day = str(int(now) // 86_400)
        said = b"\0".join((day.encode(), sender.value.encode(), identity))
        return hashlib.blake2b(said, key=self._salt, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """Counts requests by who sends them. `proxies` is how many servers of our own pass a request on before it gets here."""

    limiter: Limiter
    proxies: int

    def admit(self, request: Request, device: bytes | None, invitation: bytes | None, number: int = 1) -> None:
        """Count a request by its device, its invitation, or else its address. Raises TooMany.

        This machine itself has no address to count by: what comes from it was passed on, or belongs to us.
        """
        if device is not None:
            self.limiter.take(Sender.DEVICE, device)
        elif invitation is not None:
            self.limiter.take(Sender.INVITATION, invitation, number)
        else:
            origin = network(forwarded(request, self.proxies))
            if origin is not None:
                self.limiter.take(Sender.ADDRESS, origin, number)


def forwarded(request: Request, proxies: int) -> str:
    """The address that a request comes from, as the last of our own `proxies` saw it."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return seen[-proxies] if 0 < proxies <= len(seen) else request.remote_addr or ""


def network(address: str) -> bytes | None:
    """What is counted of an address: all of an IPv4 one, 64 bits of an IPv6 one; None for this machine, and for nonsense."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if found.is_loopback:
        return None
    return found.packed if found.version == 4 else found.packed[:8]
