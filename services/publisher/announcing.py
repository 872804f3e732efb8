"""Telling receivers that an edition is out: signed webhooks and mail, again and again until they have it or it is given up.

At least once, with an id that stays the same; a receiver that said that it has it (2xx) is not told again.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3

from services.publisher.mailing import letter
from shared import mail
from shared.domain.announcement import Way, is_public, signed_headers
from shared.events import AnnouncementsDue
from shared.mail import Mail, Mailer, MailRefused
from shared.settings import Settings
from shared.store.announcements import Announcement, Announcements, UnknownReceiver

logger = logging.getLogger(__name__)

TIMEOUT = urllib3.Timeout(connect=5.0, read=10.0)
AT_ONCE = 20
"""Deliveries that one look tries; the rest is for the next."""

_GONE = 410
_KEPT = 200
"""Characters of an answer that the log keeps."""


class NotDelivered(Exception):
    """The receiver did not say that it has it. `for_good` where trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


Clock = Callable[[], datetime]

Tell = Callable[[Announcement, datetime], str]
"""Tells a receiver, and gives what it answered. Raises NotDelivered."""


class Announcing:
    """Delivers what is due, one receiver after the other."""

    def __init__(self, announcements: Announcements, ways: Mapping[Way, Callable[[Announcements], Tell]], clock: Clock) -> None:
        self._announcements = announcements
        self._ways = {way: made(announcements) for way, made in ways.items()}
        self._clock = clock
        self._at_work = threading.Lock()

    def deliver(self, _: AnnouncementsDue) -> None:
        """Try what is due, unless this process is at it already. Raises StoreUnavailable."""
        if not self._at_work.acquire(blocking=False):
            return
        try:
            for _attempt in range(AT_ONCE):
                due = self._announcements.take(self._clock())
                if due is None:
                    return
                self._try(due)
        finally:
            self._at_work.release()

    def _try(self, due: Announcement) -> None:
        at, started = self._clock(), time.monotonic()
        named = {"announcement": due.id, "survey": due.survey, "edition": due.edition, "receiver": due.receiver.id}
        try:
            answer = self._ways[due.receiver.way](due, at)
        except NotDelivered as problem:
            tried = _tried(at, started, str(problem))
            standing = self._announcements.failed(due, tried, self._clock(), for_good=problem.for_good)
            logger.warning("announcement not delivered", extra={**named, "reason": str(problem), "standing": standing.value})
        else:
            self._announcements.delivered(due, _tried(at, started, answer))
            logger.info("announcement delivered", extra=named)


def _tried(at: datetime, started: float, answer: str) -> dict[str, Any]:
    return {"at": at, "answer": answer[:_KEPT], "milliseconds": round(1_000 * (time.monotonic() - started))}


class Webhooks:
    """Posts signed messages. An address inside the network is only spoken to where the operator allowed it for the receiver.

    The name is resolved once and the connection made to what was checked, so that it cannot lead elsewhere a moment later.
    Redirects are not followed.
    """

    def __init__(self, announcements: Announcements) -> None:
        self._announcements = announcements

    def __call__(self, due: Announcement, at: datetime) -> str:
        try:
            secret = self._announcements.secret(due.receiver.id)
        except UnknownReceiver as error:
            raise NotDelivered("the receiver was removed", for_good=True) from error
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "hailong",
            **signed_headers(secret, due.id, at, due.content),
        }
        status, content = self._post(due, headers)
        answer = f"{status} {content.decode(errors='replace')}".strip()
        if not 200 <= status < 300:
            raise NotDelivered(answer, for_good=status == _GONE)
        return answer

    def _post(self, due: Announcement, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The status and the beginning of what was answered; no more of it is read."""
        url = urlsplit(due.receiver.address)
        named = {**headers, "Host": url.netloc}
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            with _pool(url, private=due.receiver.private) as pool:
                sent = due.content.encode()
                response = pool.urlopen("POST", target, sent, named, redirect=False, preload_content=False)
                try:
                    return response.status, response.read(_KEPT)
                finally:
                    response.close()
        except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}") from error


def _pool(url: SplitResult, *, private: bool) -> urllib3.HTTPConnectionPool:
    """Connections to the address that the name of `url` leads to now, and to no other. Raises NotDelivered."""
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    address = str(resolved(host, port, private=private))
    if url.scheme == "https":
        return urllib3.HTTPSConnectionPool(
            address, port, timeout=TIMEOUT, retries=False, server_hostname=host, assert_hostname=host
        )
    return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT, retries=False)


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


@dataclass(frozen=True, slots=True)
class Letters:
    """Sends mail by the server of the settings; keeps it waiting while there is none."""

    mailer: Mailer | None

    def __call__(self, due: Announcement, at: datetime) -> str:
        if self.mailer is None:
            raise NotDelivered("no mail server is set; see HAILONG_SMTP_URL")
        subject, text = letter(json.loads(due.content))
        try:
            self.mailer.send(Mail(due.receiver.address, subject, text, due.id), at)
        except MailRefused as error:
            raise NotDelivered(str(error), for_good=error.for_good) from error
        return "taken by the mail server"


def ways(config: Settings) -> Mapping[Way, Callable[[Announcements], Tell]]:
    """How receivers are told, by the settings."""
    letters = Letters(mail.mailer(config))
    return {Way.WEBHOOK: Webhooks, Way.EMAIL: lambda _: letters}
