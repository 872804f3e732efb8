"""A receiver of webhooks of our own, so that a demonstration shows announcements without leaving the machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

LONGEST = 100_000
"""Bytes of a message that are read."""


@dataclass
class Mailbox:
    """What came in: messages whose signature holds by `secret`, and how many others there were."""

    address: str
    secret: str = ""
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    refused: int = 0

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a message; the HTTP status to answer with."""
        if not is_signed(self.secret, headers, body):
            self.refused += 1
            return 401
        self.messages.append(json.loads(body))
        return 204


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the signature is that of Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id, time and body."""
    try:
        key = base64.b64decode(secret.partition("_")[2])
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        given = headers["webhook-signature"].partition(",")[2]
    except (KeyError, ValueError):
        return False
    return bool(key) and hmac.compare_digest(base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode(), given)


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """A receiver that listens on this machine alone, at a port that is free."""
    mailbox = Mailbox("")

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length", 0)), LONGEST)
            self.send_response(mailbox.take(dict(self.headers), self.rfile.read(length)))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """What came in is told by whoever asks the mailbox."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        mailbox.address = f"http://127.0.0.1:{server.server_port}/announcements"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            thread.join()
