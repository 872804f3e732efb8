"""`hailong invitations`: one-time tokens that admit one ballot each."""

from __future__ import annotations

import csv
import secrets
from pathlib import Path

import click

from services.console.commands.common import Refused, context_of, told, with_home
from shared.store.invitations import Invitations


@click.group()
def invitations() -> None:
    """One-time tokens that admit one ballot each."""


@invitations.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("stratum")
@click.argument("count", type=click.IntRange(1, 100_000))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV file to make.")
@told
def issue(home: Path, survey_id: str, stratum: str, count: int, out: Path) -> None:
    """Issue invitations for a stratum as CSV. The tokens stand in that file alone: the store keeps their hashes."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    if stratum not in record.survey.strata:
        raise Refused(f"{survey_id} has no stratum {stratum}; it has: {', '.join(record.survey.strata)}")
    if out.exists():
        raise Refused(f"{out} exists already; name another file")
    tokens = [secrets.token_urlsafe(16) for _ in range(count)]
    with out.open("x", newline="") as file:
        out.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow(["survey", "stratum", "token"])
        writer.writerows([survey_id, stratum, token] for token in tokens)
    Invitations(context.db, context.author()).issue(survey_id, stratum, tokens)
    click.echo(f"issued {count} invitations for {stratum} of {survey_id}: {out}")
