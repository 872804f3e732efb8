"""`hailong survey notice`: the notice that a survey is held, for an office to number, date and sign."""

from __future__ import annotations

import time
from pathlib import Path

import click

from services.console.commands.common import Refused, context_of, told, with_home
from services.console.files import must_be_new, write_new
from shared.store.editions import Files
from shared.store.plan_notices import PlanNotice, PlanNotices

FOLDER = click.Path(file_okay=False, path_type=Path)
WAIT = 60.0
"""Seconds that the publisher has to make a notice."""


@click.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--out", "folder", metavar="DIR", required=True, type=FOLDER, help="Where it is written.")
@told
def notice(home: Path, survey_id: str, folder: Path) -> None:
    """Write the notice that the survey is held, as PDF and as DOCX, in each language of the plan.

    The publisher makes it within seconds after the plan was loaded; the public finds it when the survey is open.
    """
    context = context_of(home)
    context.surveys.get(survey_id)
    notices = PlanNotices(context.db, Files(context.db))
    made = _awaited(notices, survey_id, WAIT)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / f"{survey_id}-{name}": file for name, file in made.documents.items()}
    for path in paths:
        must_be_new(path)
    for path, file in paths.items():
        write_new(path, notices.content(file))
        click.echo(f"wrote {path}")


def _awaited(notices: PlanNotices, survey_id: str, within: float) -> PlanNotice:
    """The survey's notice, once it is of the plan as it is now. Raises Refused where there is none within so many seconds."""
    deadline = time.monotonic() + within
    while survey_id in {lacking for lacking, _ in notices.lacking()} and time.monotonic() < deadline:
        time.sleep(0.5)
    made = notices.get(survey_id)
    if made is None or survey_id in {lacking for lacking, _ in notices.lacking()}:
        raise Refused(f"{survey_id} has no notice of its plan; the publisher makes it while it runs, see its log")
    return made
