"""Sending mail by SMTP: one message to one person, in plain text."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from shared.settings import Settings

TIMEOUT = 20.0
"""Seconds that the server has for each answer."""

_PERMANENT = 500


class MailRefused(RuntimeError):
    """The server did not take a mail. `for_good` where trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `id` is the same where the same is sent again, so that a mail program shows it once."""

    to: str
    subject: str
    text: str
    id: str


class Mailer:
    """Sends by the server in `url`: `smtps://user:password@host`, or `smtp://…`, where STARTTLS is used if the server has it.

    A password is never sent in the clear.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    def send(self, mail: Mail, at: datetime) -> None:
        """Hand `mail` over. Raises MailRefused."""
        # Not an EmailMessage: where that folds a long subject that is not ASCII, it loses blanks (cpython issue 92081).
        message = MIMEText(mail.text, "plain", "utf-8")
        message["From"], message["To"] = self._sender, mail.to
        message["Subject"] = Header(mail.subject, "utf-8", header_name="Subject").encode()
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{mail.id}@{self._sender.rpartition('@')[2].strip('> ')}>"
        message["Auto-Submitted"] = "auto-generated"
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise MailRefused(f"{code} {_text(reason)}", for_good=code >= _PERMANENT) from error
        except smtplib.SMTPResponseException as error:
            raise MailRefused(f"{error.smtp_code} {_text(error.smtp_error)}", for_good=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailRefused(f"{type(error).__name__}: {error}", for_good=False) from error

    def _connected(self) -> smtplib.SMTP:
        host, port, secure = self._url.hostname or "", self._url.port, ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=secure)
        else:
            server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT)
        try:
            self._greet(server, secure)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, secure: ssl.SSLContext) -> None:
        """Encrypt what is not encrypted yet, if the server can, and log in."""
        server.ehlo()
        if self._url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=secure)
        elif self._url.scheme == "smtp" and self._url.username:
            raise MailRefused("the server offers no encryption, and the password is not sent without it", for_good=False)
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))


def mailer(settings: Settings) -> Mailer | None:
    """What sends mail by the settings; None where they name no server."""
    return Mailer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None


def _text(reason: bytes | str) -> str:
    return reason.decode(errors="replace") if isinstance(reason, bytes) else reason
