"""`hailong announcements`: who is told that an edition is out, what they were told, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit

import click

from services.console.commands.common import Refused, context_of, told, with_home
from shared.domain.announcement import Receiver, Way, masked, without_address
from shared.store import schema
from shared.store.announcements import Announcement, Announcements, UnknownAnnouncement, UnknownReceiver


@click.group()
def announcements() -> None:
    """Receivers of announcements (webhooks, mail), and the log of what was delivered."""


@announcements.command()
@with_home
@click.option("--webhook", "url", help="Address that a signed message is posted to, such as https://portal.example.vn/hook.")
@click.option("--email", help="Address that a mail is sent to.")
@click.option("--survey", "survey_id", metavar="SURVEY", help="Only of this survey; of all where none is named.")
@click.option("--private", is_flag=True, help="Allow a webhook inside your own network, and one without TLS.")
@click.option("--by", required=True, help="Name of the person who adds it; it stands in the audit log.")
@told
def add(home: Path, url: str | None, email: str | None, survey_id: str | None, private: bool, by: str) -> None:
    """Add a receiver. It is told of every edition that comes out from then on.

    The secret that a webhook's messages are signed with is printed once, now, and never again.
    """
    if (url is None) == (email is None):
        raise Refused("name one receiver: --webhook URL or --email ADDRESS")
    address = checked_url(url, private=private) if url is not None else checked_email(str(email))
    context = context_of(home)
    schema.ensure(context.db)
    if survey_id is not None:
        context.surveys.get(survey_id)
    way = Way.WEBHOOK if url is not None else Way.EMAIL
    receiver, secret = Announcements(context.db, context.author(by)).add(way, address, survey_id, private=private)
    click.echo(f"receiver {receiver.id}: {receiver.way.value} {receiver.address}")
    if secret is not None:
        click.echo(f"signing secret, told this once: {secret}")
    elif not context.settings.smtp_url:
        click.echo("no mail server is set yet: HAILONG_SMTP_URL and HAILONG_MAIL_FROM")


def checked_url(url: str, *, private: bool) -> str:
    """`url`, if a message may be posted there. Raises Refused."""
    if any(character.isspace() or not character.isascii() for character in url):
        raise Refused(f"--webhook {url}: write it without blanks, and names with marks in their ASCII form (xn--…)")
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError as error:
        raise Refused(f"--webhook {url}: {error}") from error
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_is_one or parts.fragment:
        raise Refused(f"--webhook {url}: expected an address such as https://portal.example.vn/hook")
    if parts.username or parts.password:
        raise Refused("--webhook: a password does not belong into the address; messages are signed instead")
    if parts.scheme == "http" and not private:
        raise Refused(
            f"--webhook {url}: without TLS anyone on the way could read and change it; use https, or --private inside"
        )
    return url


def checked_email(email: str) -> str:
    """`email`, if it is one address. Raises Refused."""
    try:
        parsed = Address(addr_spec=email)
    except (ValueError, HeaderParseError, IndexError) as error:
        raise Refused(f"--email {email}: expected one address such as bao@example.vn") from error
    if not parsed.domain or not parsed.username:
        raise Refused(f"--email {email}: expected one address such as bao@example.vn")
    return parsed.addr_spec


@announcements.command()
@with_home
@click.argument("receiver_id", metavar="RECEIVER")
@click.option("--by", required=True, help="Name of the person who removes it.")
@told
def remove(home: Path, receiver_id: str, by: str) -> None:
    """Remove a receiver, its address and its secret; what it still waits for is cancelled."""
    context = context_of(home)
    try:
        Announcements(context.db, context.author(by)).remove(receiver_id)
    except UnknownReceiver as error:
        raise Refused(f"there is no receiver {receiver_id}; see: hailong announcements list") from error
    click.echo(f"receiver {receiver_id} is removed")


@announcements.command("list")
@with_home
@click.argument("survey_id", metavar="[SURVEY]", required=False)
@click.option("--log", "with_log", is_flag=True, help="Every try of every delivery.")
@click.option("--addresses", is_flag=True, help="Whole addresses: they are personal data, or hold a secret.")
@told
def list_(home: Path, survey_id: str | None, with_log: bool, addresses: bool) -> None:
    """List the receivers, their addresses masked, and how far each announcement is."""
    store = Announcements(context_of(home).db)
    receivers = [each for each in store.receivers() if survey_id is None or each.survey in (None, survey_id)]
    for receiver in receivers:
        click.echo(receiver_line(receiver, whole=addresses))
    if not receivers:
        click.echo("nobody is told; add a receiver with: hailong announcements add")
    for announcement in store.all(survey_id):
        for line in announcement_lines(announcement, with_log=with_log):
            click.echo(line if addresses else without_address(line, announcement.receiver))


def receiver_line(receiver: Receiver, *, whole: bool = False) -> str:
    """A receiver as an operator reads it, with its `whole` address or a masked one; never its secret."""
    scope, private = receiver.survey or "all surveys", ", private" if receiver.private else ""
    address = receiver.address if whole else masked(receiver)
    return f"receiver {receiver.id}  {receiver.way.value:8} {address}  ({scope}{private})"


def announcement_lines(announcement: Announcement, *, with_log: bool) -> Iterator[str]:
    """One announcement, and with its log each try."""
    tries = f"{len(announcement.tries)} tries" if len(announcement.tries) != 1 else "1 try"
    last = f": {announcement.tries[-1]['answer']}" if announcement.tries else ""
    due = f", next {announcement.due_at:%Y-%m-%d %H:%M:%S} UTC" if announcement.standing.value == "waiting" else ""
    named = f"{announcement.survey} edition {announcement.edition} to {announcement.receiver.id}"
    yield f"{announcement.id}  {named}: {announcement.standing.value}, {tries}{due}{'' if with_log else last}"
    for tried in announcement.tries if with_log else ():
        yield f"    {tried['at']:%Y-%m-%d %H:%M:%S} UTC  {tried['milliseconds']} ms  {tried['answer']}"


@announcements.command()
@with_home
@click.argument("announcement_id", metavar="ANNOUNCEMENT")
@click.option("--by", help="Name of the person who asks; the account alone where none is given.")
@told
def retry(home: Path, announcement_id: str, by: str | None) -> None:
    """Deliver one again that did not arrive, at once; ANNOUNCEMENT is as `list` tells it."""
    context = context_of(home)
    try:
        Announcements(context.db, context.author(by)).retry(announcement_id, datetime.now(UTC))
    except UnknownAnnouncement as error:
        raise Refused(f"no announcement {announcement_id} waits or was given up; see: hailong announcements list") from error
    click.echo(f"{announcement_id} is tried again within seconds")
