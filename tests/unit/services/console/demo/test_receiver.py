"""The receiver of the demonstration takes what is signed for it, and nothing else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import urllib3

from services.console.demo.receiver import receiving
from shared.domain.announcement import signed_headers

SECRET = "whsec_" + base64.b64encode(bytes(24)).decode()
NOW = datetime(2026, 11, 10, 8, tzinfo=UTC)


def test_what_is_signed_is_kept_and_what_is_altered_or_unsigned_is_refused() -> None:
    headers = dict(signed_headers(SECRET, "msg_1", NOW, '{"edition": 1}'))
    with receiving() as mailbox:
        mailbox.secret = SECRET
        sent = [
            urllib3.request("POST", mailbox.address, body=body, headers=given, retries=False).status
            for body, given in ((b'{"edition": 1}', headers), (b'{"edition": 2}', headers), (b'{"edition": 1}', {}))
        ]
    assert (sent, mailbox.messages, mailbox.refused) == ([204, 401, 401], [{"edition": 1}], 2)


def test_a_receiver_that_has_no_secret_yet_takes_nothing() -> None:
    with receiving() as mailbox:
        given = dict(signed_headers("whsec_", "msg_1", NOW, "{}"))
        assert urllib3.request("POST", mailbox.address, body=b"{}", headers=given, retries=False).status == 401
