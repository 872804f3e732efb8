"""`hailong retention`: what leads to people is destroyed when its time is over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from services.console.commands.common import Refused, context_of, told, with_home
from shared.domain.retention import may_be_destroyed
from shared.store.retention import Held, Retention


@click.group()
def retention() -> None:
    """Free text, invitations and contacts: how long they are kept, and destroying them. Figures and register stay."""


@retention.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def show(home: Path, survey_id: str) -> None:
    """Show what there is, until when, or when it was destroyed."""
    context = context_of(home)
    survey = context.surveys.get(survey_id).survey
    certificate = Retention(context.db).certificate(survey_id)
    if certificate is None:
        until = "the plan sets no date" if survey.retain_until is None else f"kept until {survey.retain_until:%Y-%m-%d %H:%M}"
        click.echo(f"{survey_id}: {_counts(Retention(context.db).held(survey_id))}; {until}")
    elif certificate.ended_at is None:
        begun = f"begun on {certificate.begun_at:%Y-%m-%d} and NOT ENDED"
        click.echo(f"{survey_id}: destroying was {begun}; resume it with: hailong retention run {survey_id}")
    else:
        click.echo(f"{survey_id}: {_counts(certificate.destroyed)} destroyed on {certificate.ended_at:%Y-%m-%d %H:%M} UTC")


@retention.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--by", help="Name of the person who decides; the account alone where none is given.")
@click.option("--now", "early", is_flag=True, help="Before the plan's date, or where it sets none.")
@told
def run(home: Path, survey_id: str, by: str | None, *, early: bool) -> None:
    """Destroy a published survey's free text, invitations and contacts. This cannot be undone; backups keep what they hold."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    hindrance = may_be_destroyed(record.survey, record.state, datetime.now(UTC), early=early)
    if hindrance is not None:
        raise Refused(f"{survey_id}: {hindrance}")
    done = Retention(context.db, context.author(by)).destroy(survey_id, lambda n: click.echo(f"  {n:,} comments", err=True))
    click.echo(f"{survey_id}: {_counts(done.destroyed)} destroyed; the audit log has the certificate. Backups still hold them.")


def _counts(held: Held) -> str:
    return f"{held.comments:,} comments, {held.invitations:,} invitations, {held.contacts:,} contacts"
