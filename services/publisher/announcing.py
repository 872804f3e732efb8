"""Telling receivers that an edition is out: signed webhooks and mail, again and again until they have it or it is given up.

At least once, with an id that stays the same; a receiver that said that it has it (2xx) is not told again.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.publisher.mailing import letter
from services.publisher.posting import Message, NotDelivered, post
from shared import mail
from shared.domain.announcement import Way, signed_headers, without_address
from shared.events import AnnouncementsDue
from shared.mail import Mail, Mailer, MailRefused
from shared.settings import Settings
from shared.store.announcements import Announcement, Announcements, UnknownReceiver

logger = logging.getLogger(__name__)

DELIVERED_WITHIN = 30.0
"""Seconds that a receiver of a webhook has, from connecting to the head of its answer."""

AT_ONCE = 20
"""Deliveries that one look tries; the rest is for the next."""

_GONE = 410
_KEPT = 200
"""Characters of an answer that the log keeps."""


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
            reason = without_address(str(problem), due.receiver)
            logger.warning("announcement not delivered", extra={**named, "reason": reason, "standing": standing.value})
        else:
            self._announcements.delivered(due, _tried(at, started, answer))
            logger.info("announcement delivered", extra=named)


def _tried(at: datetime, started: float, answer: str) -> dict[str, Any]:
    return {"at": at, "answer": answer[:_KEPT], "milliseconds": round(1_000 * (time.monotonic() - started))}


class Webhooks:
    """Posts signed messages. An address inside the network is only spoken to where the operator allowed it for the receiver.

    The name is resolved once and the connection made to what was checked, so that it cannot lead elsewhere a moment later.
    Redirects are not followed. A receiver has `within` seconds for all of it, so that none keeps the others waiting.
    """

    def __init__(self, announcements: Announcements, within: float = DELIVERED_WITHIN) -> None:
        self._announcements = announcements
        self._within = within

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
        receiver = due.receiver
        message = Message(receiver.address, due.content.encode(), headers, receiver.private)
        status, content = post(message, self._within)
        answer = f"{status} {content.decode(errors='replace')}".strip()
        if not 200 <= status < 300:
            raise NotDelivered(answer, for_good=status == _GONE)
        return answer


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
