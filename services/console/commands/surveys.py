"""`hailong survey`: load, open, close, release and show surveys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from services.console import report
from services.console.commands import editions, notices
from services.console.commands.common import context_of, lines, require, told, with_home
from shared import plan
from shared.domain.survey import State
from shared.plan.summary import load_summary
from shared.store import schema
from shared.store.editions import Editions, Files
from shared.store.previous import Predecessors
from shared.store.summaries import Summaries


@click.group()
def survey() -> None:
    """Load, open, close, release and show surveys."""


for command in (editions.correct, editions.withdraw, editions.retry, editions.editions, notices.notice):
    survey.add_command(command)


@survey.command()
@with_home
@click.argument("path", metavar="PLAN.yml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@told
def load(home: Path, path: Path) -> None:
    """Load a plan as a draft. A plan with a mistake is refused, and nothing is loaded."""
    context = context_of(home)
    data, _ = plan.load(path)
    schema.ensure(context.db)
    record = context.surveys.load(data)
    click.echo(f"loaded {record.survey.id} as a draft; open it with: hailong survey open {record.survey.id}")
    if record.survey.previous is not None and Predecessors(context.db).find(record.survey) is None:
        click.echo(
            f"it is to be compared with {record.survey.previous}, which is not here yet: publish that survey, or bring in its "
            "figures with: hailong survey previous FILE"
        )


@survey.command()
@with_home
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@told
def previous(home: Path, path: Path) -> None:
    """Bring in the published figures of a survey made elsewhere, for surveys whose plans name it as `previous`.

    FILE is YAML or JSON as docs/summary.md describes it. A file with a mistake is refused, and nothing is brought in.

    Example: hailong survey previous sct-bentre-2021.yml
    """
    data = load_summary(path)
    context = context_of(home)
    schema.ensure(context.db)
    digest = Summaries(context.db, context.author()).bring_in(data)
    groups = len(data["groups"])
    criteria = sum(len(group["criteria"]) for group in data["groups"])
    click.echo(f"brought in {data['survey']}: {groups} groups, {criteria} criteria (SHA-256 {digest[:16]}…)")


@survey.command("open")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def open_(home: Path, survey_id: str) -> None:
    """Let ballots in during the plan's period."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    require(record, State.DRAFT, "opened")
    record = context.surveys.move(record, State.OPEN)
    period = record.survey.period
    opens, closes = report.local(period.opens_at, period), report.local(period.closes_at, period)
    click.echo(f"{survey_id} is open: ballots are taken from {opens} to {closes}")


@survey.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def close(home: Path, survey_id: str) -> None:
    """Close a survey before its plan does. What a kiosk or a clerk took may still come in for the plan's time of grace."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    require(record, State.OPEN, "closed")
    record = context.surveys.move(record, State.CLOSING, closed_at=datetime.now(UTC))
    period = record.survey.period
    until = f"{report.local(period.late_until, period)} {period.timezone}"
    click.echo(f"{survey_id} is closing: late ballots until {until}, then it is sealed")


@survey.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--by", required=True, help="Name of the person who lets the results out.")
@told
def release(home: Path, survey_id: str, by: str) -> None:
    """Let the sealed results out, where the plan says that a person does."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    require(record, State.SEALED, "released")
    context.surveys_of(by).move(record, State.SEALED, released_by=by)
    click.echo(f"{survey_id} is released by {by}; it is published within seconds")


@survey.command()
@with_home
@click.argument("survey_id", metavar="[SURVEY]", required=False)
@told
def show(home: Path, survey_id: str | None) -> None:
    """Show a survey as it was loaded; without a name, all surveys."""
    surveys = context_of(home).surveys
    if survey_id is None:
        records = surveys.all()
        for record in records:
            click.echo(f"{record.survey.id:32} {record.state.value:10} {record.survey.title[record.survey.language]}")
        if not records:
            click.echo("no surveys; load one with: hailong survey load PLAN.yml")
        return
    record = surveys.get(survey_id)
    lines(report.header(record))
    lines(report.plan_lines(record.survey))
    db = context_of(home).db
    for edition in Editions(db, Files(db)).published(survey_id, record.editions)[-1:]:
        lines(report.review_lines(edition.number, edition.review))
