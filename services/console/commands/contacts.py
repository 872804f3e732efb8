"""`hailong contacts`: named bodies that are asked, their invitations by letter or slip, and reminders."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from services.console.commands.common import Context, Refused, context_of, lines, told, with_home
from services.console.files import SECRET, appearing
from services.console.letters.letters import Kind
from services.console.letters.lists import read_contacts
from services.console.letters.posting import Post, Posted, PutOff
from services.console.paper.reading import Unreadable
from services.console.paper.slips import BadAddress, public_address
from services.console.tables import table
from shared import mail, settings
from shared.domain.survey import State, Survey
from shared.domain.token import BITS, token
from shared.store import contacts as store
from shared.store import schema
from shared.store.contacts import Contact, Contacts, Reached

HEAD = ("survey", "stratum", "token", "name", "phone")

with_by = click.option("--by", help="Name of the person who does it; the account alone where none is given.")


def with_letter(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of letters."""
    language = click.option("--language", "tag", help="Language of the letters; the plan's first one where none is given.")
    address = click.option(
        "--address", metavar="URL", help="Where people reach the collector, such as https://khaosat.example.vn."
    )
    return language(address(command))


@click.group()
def contacts() -> None:
    """Named bodies that are asked: load them, invite them by e-mail or on slips, remind those who have not answered."""


@contacts.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_by
@told
def load(home: Path, survey_id: str, path: Path, by: str | None) -> None:
    """Load contacts from a CSV or XLSX file with the columns name, email, phone, stratum. A contact that is there (by stratum
    and name) gets the address and number of the file; none is removed."""
    context = context_of(home)
    survey = _running(context, survey_id)
    try:
        found, wrong = read_contacts(path, survey)
    except Unreadable as error:
        wrong = [fault.told(path.name) for fault in error.faults]
    if wrong:
        lines(wrong)
        raise Refused(f"{len(wrong)} mistakes in {path}; nothing was loaded")
    schema.ensure(context.db)
    loaded = Contacts(context.db, context.author(by)).load(survey_id, found)
    click.echo(f"{survey_id}: {loaded.new} contacts are new, {loaded.changed} changed, {loaded.same} were there")


@contacts.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@with_letter
@click.option(
    "--slips", type=click.Path(dir_okay=False, path_type=Path), help="CSV file to make with codes for those without e-mail."
)
@click.option(
    "--only", multiple=True, metavar="NAME", help="Invite this contact alone, again if need be; may be given more than once."
)
@with_by
@told
def invite(home: Path, survey_id: str, **given: Any) -> None:
    """Invite every contact that has not been: by e-mail, each with a code of its own; or, with --slips, those without an e-mail
    address in a file for `hailong invitations slips`.

    Example: hailong contacts invite sct-bentre-2022 --address https://khaosat.example.vn --by "Trần Thị An"
    """
    context = context_of(home)
    survey = _running(context, survey_id)
    everyone = Contacts(context.db).of(survey_id)
    chosen = _chosen(everyone, given["only"])
    if given["slips"] is not None:
        _hand_out(context, survey, [c for c in chosen if c.named.email is None or given["only"]], given["slips"], given["by"])
        return
    _write(context, survey, Kind.INVITATION, [c for c in chosen if c.named.email is not None], given)
    without = [c for c in chosen if c.named.email is None]
    if without:
        click.echo(f"{len(without)} contacts have no e-mail address: hailong contacts invite {survey_id} --slips FILE.csv")


@contacts.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@with_letter
@with_by
@told
def remind(home: Path, survey_id: str, **given: Any) -> None:
    """Write again to those who were invited by e-mail and have not answered; to nobody twice on a day.

    Codes are not kept, so a reminder brings a new one, and the one before cannot be used any more. The letter says so.
    """
    context = context_of(home)
    survey = _running(context, survey_id)
    today = _today(survey)
    everyone = Contacts(context.db).of(survey_id)
    wanted = [
        c for c in everyone
        if c.reached in (Reached.WRITTEN, Reached.WRITING) and not c.answered and c.written_on != today and c.named.email
    ]  # fmt: skip
    _write(context, survey, Kind.REMINDER, wanted, given)
    calls = [c for c in everyone if c.named.phone and not c.named.email and c.answered is False]
    if calls:
        click.echo(f"{len(calls)} are to be called: hailong contacts list {survey_id} --phone")


@contacts.command("list")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--phone", is_flag=True, help="Only those to call: with a telephone number, invited, and without an answer.")
@told
def list_(home: Path, survey_id: str, *, phone: bool) -> None:
    """List contacts, how they were invited, and who has answered. What was answered nobody can tell."""
    context = context_of(home)
    context.surveys.get(survey_id)
    found = Contacts(context.db).of(survey_id)
    if phone:
        found = [c for c in found if c.named.phone and c.answered is False]
    if not found:
        click.echo("nobody is to be called" if phone else f"{survey_id} has no contacts; see: hailong contacts load --help")
        return
    lines(_phone_lines(found) if phone else _list_lines(found))


@contacts.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@with_by
@told
def close(home: Path, survey_id: str, by: str | None) -> None:
    """Destroy what leads from contacts to their invitations, before sealing does. Nobody can be reminded after that."""
    context = context_of(home)
    context.surveys.get(survey_id)
    linked = Contacts(context.db, context.author(by)).close(survey_id)
    click.echo(f"{survey_id}: nothing leads from contacts to invitations any more ({linked} did)")


def _running(context: Context, survey_id: str) -> Survey:
    record = context.surveys.get(survey_id)
    if record.state in (State.CLOSING, State.SEALED, State.PUBLISHED):
        raise Refused(f"{survey_id} is {record.state.value}: nobody can answer it any more")
    return record.survey


def _today(survey: Survey) -> date:
    return datetime.now(ZoneInfo(survey.period.timezone)).date()


def _chosen(everyone: Sequence[Contact], only: Sequence[str]) -> list[Contact]:
    """Those to invite: named ones that have not answered, or all that no invitation reached."""
    if not only:
        return [c for c in everyone if c.reached in (Reached.NEW, Reached.WRITING, Reached.FAILED)]
    unknown = [name for name in only if name not in {c.named.name for c in everyone}]
    if unknown:
        raise Refused(f"no contact is called {unknown[0]}; see: hailong contacts list")
    return [c for c in everyone if c.named.name in only]


def _write(context: Context, survey: Survey, kind: Kind, wanted: Sequence[Contact], given: dict[str, Any]) -> None:
    """Write to each, and tell how far it is and what became of it."""
    if not wanted:
        click.echo("nobody is to be written to")
        return
    posted = Posted()
    post = _post(context, survey, given)
    try:
        for progress in post.write(kind, wanted, posted):
            click.echo(f"  {progress.done} of {len(wanted)}", err=True)
    except PutOff as error:
        raise Refused(f"{posted.written} letters were written. {error}") from error
    click.echo(f"{posted.written} letters were written; {posted.answered} answered meanwhile")
    lines(f"  {name}: no letter can be delivered ({reason})" for name, reason in posted.refused.items())
    lines(f"  {name}: put off ({reason})" for name, reason in posted.put_off.items())
    if posted.refused or posted.put_off:
        raise Refused(
            f"not written to: {len(posted.refused) + len(posted.put_off)}. Mend their addresses (contacts load) or hand them "
            "slips (contacts invite --slips --only NAME); run the same command again for those that were put off"
        )


def _post(context: Context, survey: Survey, given: dict[str, Any]) -> Post:
    """Raises Refused where no mail server, or no address, is named."""
    mailer = mail.mailer(settings.from_environment(settings.process_environment() | settings.to_environment(context.settings)))
    if mailer is None:
        raise Refused(
            "no mail server is named: set HAILONG_SMTP_URL (smtps://user:password@host) and HAILONG_MAIL_FROM, or hand out "
            "slips (hailong contacts invite --slips FILE.csv)"
        )
    if given["address"] is None:
        raise Refused("name where people reach the collector: --address https://…")
    tag = given["tag"] or survey.language
    if tag not in survey.languages:
        raise Refused(f"{survey.id} has no texts in {tag}; it has: {', '.join(survey.languages)}")
    try:
        address = public_address(given["address"])
    except BadAddress as error:
        raise Refused(str(error)) from error
    zone = ZoneInfo(survey.period.timezone)
    return Post(
        Contacts(context.db, context.author(given["by"])), mailer, survey, address, tag, _new_token, lambda: datetime.now(zone)
    )


def _hand_out(context: Context, survey: Survey, wanted: Sequence[Contact], out: Path, by: str | None) -> None:
    """Codes for slips, in parts as many as a transaction holds; the file appears once all are issued."""
    wanted = [c for c in wanted if not c.answered]
    if not wanted:
        raise Refused("every contact without an e-mail address has its invitation; name one by --only to issue another")
    if len(wanted) > store.PART:
        click.echo(
            f"{len(wanted)} have no e-mail address; the first {store.PART} are done, run the command again for more", err=True
        )
        wanted = wanted[: store.PART]
    tokens = {c.id: _new_token() for c in wanted}
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEAD)
    writer.writerows([survey.id, c.named.stratum, tokens[c.id], c.named.name, c.named.phone or ""] for c in wanted)
    with appearing(out, file.getvalue().encode("utf-8-sig"), SECRET):
        issued = Contacts(context.db, context.author(by)).issue(survey.id, tokens, Reached.HANDED, "invite contacts")
    click.echo(f"issued {len(issued)} invitations: {out}")
    click.echo(f"slips to hand out: hailong invitations slips {out} --survey {survey.id} --address https://… --out FILE.pdf")


def _new_token() -> str:
    return token(secrets.randbits(BITS))


def _list_lines(found: Sequence[Contact]) -> Iterator[str]:
    said = {True: "yes", False: "no", None: "-"}
    rows = [
        (c.named.name, c.named.stratum, c.named.email or "-", c.named.phone or "-", c.reached.value, said[c.answered])
        for c in found
    ]
    yield from table(("name", "stratum", "e-mail", "telephone", "invitation", "answered"), rows)


def _phone_lines(found: Sequence[Contact]) -> Iterator[str]:
    yield from table(("name", "telephone", "stratum"), [(c.named.name, c.named.phone or "", c.named.stratum) for c in found])
