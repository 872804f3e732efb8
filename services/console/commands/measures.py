"""`hailong measure`: what the body does after a survey, who does it, until when, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from services.console.commands.common import Context, Refused, context_of, told, with_home
from services.console.commands.texts import texts_of
from shared.domain.measure import Measure, Progress, UnfitMeasure, Update, is_overdue, updated
from shared.domain.survey import State, Survey
from shared.store.measures import Measures, UnknownMeasure

DAY = click.DateTime(formats=["%Y-%m-%d"])
STATE = click.Choice([progress.value for progress in Progress])


@click.group()
def measure() -> None:
    """Measures (nội dung cải thiện) that follow from a survey: add, update and list them."""


@measure.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--what", required=True, help="What is done, in the plan's first language.")
@click.option("--what-in", multiple=True, metavar="LANG=TEXT", help="The same in another language of the plan.")
@click.option("--who", required=True, help="Which unit does it. Do not name people.")
@click.option("--who-in", multiple=True, metavar="LANG=TEXT", help="The same in another language of the plan.")
@click.option("--until", required=True, type=DAY, help="The day until which it is done, such as 2027-06-30.")
@click.option("--factor", help="Id of the factor that it is to improve.")
@click.option("--by", required=True, help="Name of the person who enters it; it stands in the audit log.")
@told
def add(home: Path, survey_id: str, until: datetime, factor: str | None, by: str, **said: Any) -> None:
    """Add a measure. It stands with the survey's results, and with its state in the report of the survey after it.

    Example: hailong measure add sct-2026 --what "Trả kết quả qua bưu chính" --who "Văn phòng Sở" --until 2027-06-30 --by "Lê C"
    """
    context = context_of(home)
    survey = _survey(context, survey_id)
    factors = [each.id for group in survey.groups for each in group.questionnaire.factors]
    if factor is not None and factor not in factors:
        raise Refused(f"--factor {factor}: {survey_id} has {', '.join(dict.fromkeys(factors))}")
    what, who = _said(survey, said, "what"), _said(survey, said, "who")
    made = Measure("", what, who, until.date(), Progress.PLANNED, _today(survey), factor)
    added = Measures(context.db, context.author(by)).add(survey_id, made)
    click.echo(
        f"measure {added.id} of {survey_id} is added; tell how it goes with: hailong measure update {survey_id} {added.id}"
    )


@measure.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("measure_id", metavar="ID")
@click.option("--state", type=STATE, help="How far it is.")
@click.option("--until", type=DAY, help="Another day; a later one takes a note.")
@click.option("--what", help="What is done, in the plan's first language.")
@click.option("--what-in", multiple=True, metavar="LANG=TEXT", help="The same in another language of the plan.")
@click.option("--who", help="Which unit does it.")
@click.option("--who-in", multiple=True, metavar="LANG=TEXT", help="The same in another language of the plan.")
@click.option("--note", help="What is to be said about it: why it was put off or dropped, how it was done.")
@click.option("--note-in", multiple=True, metavar="LANG=TEXT", help="The same in another language of the plan.")
@click.option("--by", required=True, help="Name of the person who enters it; it stands in the audit log.")
@told
def update(
    home: Path, survey_id: str, measure_id: str, state: str | None, until: datetime | None, by: str, **said: Any
) -> None:
    """Tell how far a measure is, or change it. Everything it was before stands in the audit log."""
    context = context_of(home)
    survey = _survey(context, survey_id)
    given = {name: _said(survey, said, name) for name in ("what", "who", "note") if said[name] is not None}
    change = Update(until=until.date() if until else None, progress=Progress(state) if state else None, **given)
    try:
        after = Measures(context.db, context.author(by)).update(
            survey_id, measure_id, lambda before: updated(before, change, _today(survey))
        )
    except UnknownMeasure as error:
        raise Refused(f"{survey_id} has no measure {measure_id}; see: hailong measure list {survey_id}") from error
    except UnfitMeasure as error:
        raise Refused(f"{error}; --note TEXT says it") from error
    click.echo(f"measure {after.id} of {survey_id} is {after.progress.value}, until {after.until:%Y-%m-%d}")


@measure.command("list")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def list_(home: Path, survey_id: str) -> None:
    """List a survey's measures and, where its plan names a survey before, those of that one."""
    context = context_of(home)
    survey = context.surveys.get(survey_id).survey
    for each, year in ((survey_id, "this survey"), (survey.previous, "the survey before")):
        found = Measures(context.db).of(each) if each is not None else []
        for one in found:
            overdue = "  OVERDUE" if is_overdue(one, _today(survey)) else ""
            texts = f"{one.what[survey.language]} ({one.who[survey.language]})"
            click.echo(f"{each}  {one.id:4} {one.progress.value:9} until {one.until:%Y-%m-%d}{overdue}  {texts}")
        if each is not None and not found:
            click.echo(f"{each}, {year}, has no measures")


def _said(survey: Survey, said: Mapping[str, Any], name: str) -> dict[str, str]:
    return texts_of(survey, f"--{name}", said[name], said[f"{name}_in"])


def _survey(context: Context, survey_id: str) -> Survey:
    record = context.surveys.get(survey_id)
    if record.state is State.DRAFT:
        raise Refused(f"{survey_id} is a draft: nothing follows from it yet")
    return record.survey


def _today(survey: Survey) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(survey.period.timezone)).date()
