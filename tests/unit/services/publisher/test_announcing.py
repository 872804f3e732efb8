"""What a mail says; the mail itself goes to a real server of the test's own."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.publisher.announcing import Letters
from services.publisher.mailing import letter
from services.publisher.posting import NotDelivered
from shared.domain.announcement import Receiver, Standing, Way, body, message
from shared.mail import Mailer
from shared.store.announcements import Announcement

NOW = datetime(2026, 11, 10, 8, tzinfo=UTC)
EDITION: dict[str, Any] = {"survey": "s-2026", "edition": 1, "published_at": NOW.isoformat(), "simulated": False}
CORRECTED = {**EDITION, "edition": 2, "correction": {"replaces": 1, "reason": {"vi": "Sai số dân"}}}
TITLE = {"vi": "Khảo sát mức độ hài lòng", "en": "Satisfaction survey"}


def told(edition: dict[str, Any]) -> dict[str, Any]:
    return message(edition, TITLE, "ab" * 32, "https://s.example")


def announcement(address: str) -> Announcement:
    receiver = Receiver("r1", Way.EMAIL, address)
    return Announcement("msg_1", "s-2026", 1, receiver, body(told(EDITION)), Standing.WAITING, NOW, ())


def test_a_letter_says_in_both_languages_what_is_out_and_where() -> None:
    subject, text = letter(told(EDITION))
    assert subject == "Đã công bố kết quả: Khảo sát mức độ hài lòng"
    assert "The results of “Satisfaction survey” are published (edition 1)." in text
    assert text.count("https://s.example/surveys/s-2026/editions/1") == 2


def test_a_letter_about_a_correction_says_why_and_one_about_a_rehearsal_that_it_is_one() -> None:
    subject, text = letter(told({**CORRECTED, "simulated": True}))
    assert subject == "[SỐ LIỆU GIẢ LẬP] Đã đính chính kết quả: Khảo sát mức độ hài lòng"
    assert "Lý do: Sai số dân" in text


class Inbox:
    """What a mail server took; it refuses who is unknown."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 -- as the server calls it
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address.startswith("unknown"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 -- as the server calls it
        content = envelope.content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    made = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(made, hostname="127.0.0.1", port=port)
    server.start()
    yield made, port
    server.stop()


def test_a_mail_arrives_with_an_id_that_stays_the_same(inbox: tuple[Inbox, int]) -> None:
    letters = Letters(Mailer(f"smtp://127.0.0.1:{inbox[1]}", "khaosat@so.example"))
    letters(announcement("bao@bao.example"), NOW)
    letters(announcement("bao@bao.example"), NOW)
    first, second = inbox[0].mails
    assert first["Message-ID"] == second["Message-ID"] == "<msg_1@so.example>"
    assert (first["To"], first["From"]) == ("bao@bao.example", "khaosat@so.example")
    assert "Kết quả “Khảo sát mức độ hài lòng” đã được công bố" in first.get_content()
    assert json.dumps(dict(first)).count("bao@bao.example") == 1


def test_a_mailbox_that_there_is_not_is_given_up(inbox: tuple[Inbox, int]) -> None:
    letters = Letters(Mailer(f"smtp://127.0.0.1:{inbox[1]}", "khaosat@so.example"))
    with pytest.raises(NotDelivered, match="550 no such mailbox") as refused:
        letters(announcement("unknown@bao.example"), NOW)
    assert refused.value.for_good


def test_a_password_is_not_sent_without_encryption(inbox: tuple[Inbox, int]) -> None:
    letters = Letters(Mailer(f"smtp://user:secret@127.0.0.1:{inbox[1]}", "khaosat@so.example"))
    with pytest.raises(NotDelivered, match="offers no encryption"):
        letters(announcement("bao@bao.example"), NOW)
    assert inbox[0].mails == []


@pytest.mark.parametrize("mailer", [None, Mailer("smtp://127.0.0.1:9", "khaosat@so.example")])
def test_mail_waits_while_there_is_no_server(mailer: Mailer | None) -> None:
    with pytest.raises(NotDelivered) as refused:
        Letters(mailer)(announcement("bao@bao.example"), NOW)
    assert not refused.value.for_good
