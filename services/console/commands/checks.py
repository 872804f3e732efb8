"""`hailong status` and `hailong recount`: is all well, and do the figures agree?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from services.console import checking, report
from services.console.commands.common import Context, Refused, context_of, lines, told, with_home
from shared.store import migrations, schema
from shared.store.ballots import Ballots
from shared.store.indices import Indices
from shared.store.places import Places, Turns
from shared.store.retention import Retention
from shared.store.tallies import Tallies
from shared.store.watch import Heartbeats, Quarantine

_DEADLINE = 10.0


@click.command()
@with_home
@click.argument("survey_id", metavar="[SURVEY]", required=False)
@told
def status(home: Path, survey_id: str | None) -> None:
    """Places, channels, the equation, and what is stuck; without a name, of the whole system. Exit 1 when it does not hold."""
    context = context_of(home)
    held = _of_survey(context, survey_id) if survey_id is not None else _of_system(context)
    if not held:
        sys.exit(1)


def _of_system(context: Context) -> bool:
    """The release, the data's revision, every survey in a line, and what waits for a person. Whether all equations hold."""
    db, now = context.db, datetime.now(UTC)
    lines(_release_lines(context))
    lines(report.worker_lines(Heartbeats(db).ages(now), context.settings.heartbeat_stale))
    surveys = [(record, Ballots(db).equation(record.survey.id)) for record in context.surveys.all()]
    lines(report.survey_line(record, equation) for record, equation in surveys)
    lines(report.stuck_lines(Tallies(db).all_stuck()))
    lines(report.trouble_lines(Quarantine(db).reasons()))
    return all(equation.holds for _, equation in surveys)


def _release_lines(context: Context) -> list[str]:
    pending = migrations.pending(context.db)
    found = schema.revision(context.db)
    revision = "no data yet" if found is None else f"schema revision {found}"
    todo = f"{len(pending)} MIGRATIONS PENDING: hailong migrate" if pending else "no migrations pending"
    return [f"  system    hailong {version('hailong')}, {revision}, {todo}"]


def _of_survey(context: Context, survey_id: str) -> bool:
    db, now = context.db, datetime.now(UTC)
    record = context.surveys.get(survey_id)
    tallies, waiting = Tallies(db).read(survey_id), Tallies(db).waiting(survey_id)
    equation = Ballots(db).equation(survey_id)
    lines(report.header(record))
    lines(_release_lines(context))
    lines(report.strata_lines(record.survey, tallies, Places(db, _DEADLINE, Turns()).all(survey_id, now)))
    lines(report.channel_lines(tallies))
    lines(report.equation_lines(equation))
    lines([report.waiting_line(waiting.batches, waiting.oldest, now)])
    lines(report.running_lines(Indices(db).shown(survey_id)))
    lines(report.retention_lines(record.survey, Retention(db).certificate(survey_id)))
    lines(report.worker_lines(Heartbeats(db).ages(now), context.settings.heartbeat_stale))
    lines(report.stuck_lines([each for each in Tallies(db).all_stuck() if each.survey == survey_id]))
    lines(report.trouble_lines(Quarantine(db).reasons(survey_id)))
    return equation.holds


@click.command("recount")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def recount_(home: Path, survey_id: str) -> None:
    """Recount from the ballots and compare with the tallies, the register and every edition. Exit 1 when they differ."""
    context = context_of(home)
    found = checking.examine(context.db, context.surveys.get(survey_id))
    for line in found.differences:
        click.echo(f"DIFFERS  {line}")
    if found.differences:
        raise Refused(f"{survey_id}: {len(found.differences)} differences")
    click.echo(f"{survey_id}: {found.said}")
