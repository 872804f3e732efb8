"""`hailong quarantine`: what waits for a person, and what they decide about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from services.console.commands.common import Context, Refused, context_of, told, with_home
from shared.broker import Emitter, create_celery
from shared.domain.acceptance import Accepted, Candidate, Refusal, SurveyNotOpen
from shared.domain.ballot import digest
from shared.domain.register import NotAReceipt, read_receipt
from shared.domain.survey import State
from shared.events import BadEvent, batches_accepted, read_event
from shared.store.acceptance import Acceptance, Moment
from shared.store.quarantine import Decisions, Late, NotSetAside, SetAside

TRIES = 5
"""Times that a late ballot is tried when sealing comes between."""


@click.group()
def quarantine() -> None:
    """Messages that could not be handled and ballots that came too late: list, retry or discard them."""


@quarantine.command("list")
@with_home
@click.argument("survey_id", metavar="[SURVEY]", required=False)
@told
def list_(home: Path, survey_id: str | None) -> None:
    """List what waits: its name, what it is, its survey, and why it was set aside."""
    waiting = Decisions(context_of(home).db).waiting(survey_id)
    for case in waiting:
        click.echo(f"{case.name:36}  {case.kind:7}  {case.survey or '-'}  {case.reason[:160]}")
    click.echo(f"{len(waiting)} wait for a person" if waiting else "nothing waits")


@quarantine.command()
@with_home
@click.argument("name", metavar="ID")
@click.option("--by", help="Name of the person who decides; the account alone where none is given.")
@told
def retry(home: Path, name: str, by: str | None) -> None:
    """Send a message again, or let a late ballot in while its survey is not sealed. ID is as `list` tells it."""
    context = context_of(home)
    decisions = Decisions(context.db, context.author(by))
    case = _named(decisions, name)
    outcome = _sent_again(context, case) if case.late is None else _let_in(context, case, case.late, by)
    decisions.settle(case, "retry", {"outcome": outcome})
    click.echo(f"{case.kind} {case.name}: {outcome}")


@quarantine.command()
@with_home
@click.argument("name", metavar="ID")
@click.option("--reason", required=True, help="Why it is discarded; it stands in the audit log.")
@click.option("--by", required=True, help="Name of the person who decides.")
@told
def discard(home: Path, name: str, reason: str, by: str) -> None:
    """Discard what waits, for a reason. A ballot that is discarded is gone for good."""
    if not reason.strip() or not by.strip():
        raise Refused("to discard something takes a reason and a person: --reason and --by may not be empty")
    context = context_of(home)
    decisions = Decisions(context.db, context.author(by))
    case = _named(decisions, name)
    decisions.settle(case, "discard", {"name": case.name, "because": reason})
    click.echo(f"{case.kind} {case.name}: discarded")


def _named(decisions: Decisions, name: str) -> SetAside:
    try:
        return decisions.named(_as_listed(name))
    except NotSetAside as error:
        raise Refused(f"nothing in quarantine is called {name}; see: hailong quarantine list") from error


def _as_listed(name: str) -> str:
    """A receipt may be typed as people do."""
    try:
        return read_receipt(name)
    except NotAReceipt:
        return name.strip().lower()


def _sent_again(context: Context, case: SetAside) -> str:
    """Raises Refused where the message is none that could be sent, or the broker is away."""
    if case.event is None:
        raise Refused(f"{case.name} is no message of this system that could be sent again; discard it with a reason")
    try:
        event = read_event(*json.loads(case.event))
    except BadEvent as error:
        raise Refused(f"{case.name} will never fit ({error}); discard it with a reason") from error
    if not Emitter(create_celery(context.settings.redis_url)).emit(event):
        raise Refused("the broker does not take messages at the moment; try again later")
    return "sent again"


def _let_in(context: Context, case: SetAside, late: Late, by: str | None) -> str:
    """Accept a late ballot by the way of every other. Raises Refused where it is not accepted."""
    if digest(late.ballot) != late.digest:
        raise Refused(f"the content of {case.name} is not what came in; discard it with a reason")
    for _ in range(TRIES):
        outcome = _attempt(context, late, by)
        if isinstance(outcome, Accepted):
            return "counted" if outcome.ballot.counted else "kept, over the quota"
        if not isinstance(outcome, SurveyNotOpen):
            raise Refused(f"{case.name} is not accepted: {type(outcome).__doc__}")
    raise Refused(f"{late.ballot.survey} was being sealed each time; try again")


def _attempt(context: Context, late: Late, by: str | None) -> Accepted | Refusal:
    surveys = context.surveys_of(by)
    record = surveys.get(late.ballot.survey)
    if record.state not in (State.OPEN, State.CLOSING):
        raise Refused(f"{record.survey.id} is {record.state.value}: nothing changes any more; the ballot can only be discarded")
    if record.state is State.CLOSING:
        surveys.admit_late(record)
    # Its device was known when it was set aside; the person who decides answers for it now.
    candidate = Candidate(late.ballot, late.digest, record.survey.strata[late.ballot.stratum][1], vouched=True)
    acceptance = Acceptance(context.db, slot=0, deadline=context.settings.store_deadline)
    commit = acceptance.accept([candidate], Moment(datetime.now(UTC), {late.ballot.survey: late.day}))
    emitter = Emitter(create_celery(context.settings.redis_url))
    for event in batches_accepted(commit.batches):
        emitter.emit(event)
    return commit.outcomes[0]
