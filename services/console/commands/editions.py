"""`hailong survey correct`, `editions` and `retry`: what was published, correcting it, and trying again what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from services.console.commands.common import Context, Refused, context_of, lines, require, told, with_home
from services.console.commands.texts import texts_of
from shared import plan as plans
from shared.domain import register
from shared.domain.correction import changes
from shared.domain.disclosure import ReleaseRefused
from shared.domain.edition import Correction
from shared.domain.recount import recount
from shared.domain.release import released
from shared.domain.survey import Aggregation, State, Survey
from shared.plan.amend import NotAmendable, amendments
from shared.store.ballots import Ballots
from shared.store.editions import Edition, Editions, Files
from shared.store.previous import Predecessors
from shared.store.surveys import Record, as_amended

SETTINGS = {"aggregation": str, "confidence": float, "min_base": int}
"""Settings of the method that `--method` may change, and how they are read."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How a correction is to be made: by a corrected plan file, by settings of the method, or by the same plan again."""

    path: Path | None
    settings: tuple[str, ...]
    recompute: bool


@click.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--reason", required=True, help="Why, in the plan's first language; it is published with the new edition.")
@click.option("--reason-in", "others", multiple=True, metavar="LANG=TEXT", help="The reason in another language of the plan.")
@click.option("--by", required=True, help="Name of the person who corrects; it stands in the audit log.")
@click.option("--plan", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The corrected plan file.")
@click.option(
    "--method", "settings", multiple=True, metavar="NAME=VALUE", help=f"One of {', '.join(SETTINGS)}; in place of --plan."
)
@click.option(
    "--recompute", is_flag=True, help="Make the results again by the same plan: new comments, measures, survey before."
)
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@told
def correct(home: Path, survey_id: str, reason: str, others: tuple[str, ...], by: str, dry_run: bool, **how: Any) -> None:
    """Publish a corrected edition of the sealed ballots, for a reason. The edition before stays readable, marked as replaced.

    Example: hailong survey correct sct-2026 --plan sct-2026.yml --reason "Sai số dân của lĩnh vực hóa chất" --by "Trần Văn B"
    """
    if not reason.strip() or not by.strip():
        raise Refused("a correction takes a reason and a person: --reason and --by may not be empty")
    context = context_of(home)
    record = context.surveys.get(survey_id)
    require(record, State.PUBLISHED, "corrected")
    if record.correction is not None:
        raise Refused(
            f"a correction of {survey_id} is under way already; take it back with: hailong survey withdraw {survey_id}"
        )
    given = texts_of(record.survey, "--reason", reason, others)
    data = context.surveys.plan_of(survey_id)
    amended, fields = amended_plan(data, Ask(**how))
    found = preview(context, record, as_amended(record, amended))
    lines(change_lines(fields, found))
    if dry_run:
        click.echo("nothing was changed: --dry-run")
        return
    correction = Correction(uuid4().hex, given, by, amended, fields)
    context.surveys_of(by).correct(record, correction)
    click.echo(
        f"edition {record.editions + 1} of {survey_id} is published within seconds; see: hailong survey editions {survey_id}"
    )


def amended_plan(data: Mapping[str, Any], ask: Ask) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The plan by which to make the results again, None for the same, and the fields in which it differs. Raises Refused."""
    if sum((ask.path is not None, bool(ask.settings), ask.recompute)) != 1:
        raise Refused("say how to correct: --plan FILE, --method NAME=VALUE, or --recompute (one of them)")
    if ask.recompute:
        return None, []
    after = plans.load(ask.path)[0] if ask.path is not None else with_settings(data, ask.settings)
    try:
        fields = amendments(data, after)
    except NotAmendable as error:
        raise Refused(f"not a correction: {error}. What was asked, of whom and when stays as it was") from error
    if not fields:
        raise Refused("the plan is the same as before; to make the results again by it, say --recompute")
    return after, fields


def with_settings(data: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """The plan with other settings of the method. Raises Refused, PlanError."""
    method = dict(data["method"])
    for setting in settings:
        name, _, value = setting.partition("=")
        if name not in SETTINGS:
            raise Refused(f"--method {setting}: expected {', '.join(f'{each}=…' for each in SETTINGS)}")
        try:
            method[name] = SETTINGS[name](value)
        except ValueError as error:
            raise Refused(f"--method {setting}: {value!r} is no {SETTINGS[name].__name__}") from error
    if method["aggregation"] not in {rule.value for rule in Aggregation}:
        raise Refused(f"--method: aggregation is one of {', '.join(rule.value for rule in Aggregation)}")
    return plans.complete({**data, "method": method})


def preview(context: Context, record: Record, amended: Survey) -> list[dict[str, Any]]:
    """What figures a correction would change, made as the publisher will make it. Raises Refused where it may not."""
    db = context.db
    earlier = Editions(db, Files(db)).published(record.survey.id, record.editions)
    counted = recount(Ballots(db).chunks(record.survey.id), amended)
    sealing = record.sealing or {}
    if counted.altered or register.root(sorted(counted.receipts)).hex() != sealing["register"]["root"]:
        raise Refused(f"the ballots are not those that were sealed; see: hailong recount {record.survey.id}")
    compared = Predecessors(db).find(amended)
    ledger = [*(edition.results for edition in earlier), *(compared.published if compared is not None else ())]
    try:
        found = released(amended, counted, sealing, ledger, compared.previous if compared is not None else None)
    except ReleaseRefused as error:
        raise Refused(f"the two editions together would give answers away: {error}") from error
    return changes(earlier[-1].results, found.results)


def change_lines(fields: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What a correction changes: fields of the plan, then figures, old → new."""
    for field in fields:
        yield f"  plan    {field['field']}: {field['before']} → {field['after']}"
    rows = list(found)
    for row in rows:
        place = "/".join(str(row[name]) for name in ("group", "stratum", "figure", "id", "choice") if row[name])
        yield f"  figure  {place}: {_cell(row['before'])} → {_cell(row['after'])}"
    yield f"  {len(rows)} figures change" if rows else "  no figure changes"


def _cell(cell: Mapping[str, Any]) -> str:
    told_as = {name: f"{value:.2f}" if isinstance(value, float) else str(value) for name, value in cell.items()}
    if "index" in told_as:
        return f"{told_as['index']} ({told_as['low']} to {told_as['high']}, {told_as['base']} ballots)"
    return ", ".join(f"{name} {value}" for name, value in told_as.items()) or "nothing"


@click.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--by", required=True, help="Name of the person who takes it back.")
@told
def withdraw(home: Path, survey_id: str, by: str) -> None:
    """Take back a correction that was asked for and is not published."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    if record.correction is None:
        raise Refused(f"no correction of {survey_id} is under way")
    context.surveys_of(by).withdraw(record)
    click.echo(f"the correction of {survey_id} is taken back; edition {record.editions} stays the latest")


@click.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--by", help="Name of the person who asks; the account alone where none is given.")
@told
def retry(home: Path, survey_id: str, by: str | None) -> None:
    """Try the step that could not be taken again at once, instead of when its wait is over."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    if record.problem is None:
        raise Refused(f"{survey_id} has no problem that waits for another try")
    context.surveys_of(by).try_again(record)
    click.echo(f"{survey_id} is tried again within seconds; see: hailong status {survey_id}")


@click.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--review", is_flag=True, help="What the disclosure rules hid in each, and why. Not for the public.")
@told
def editions(home: Path, survey_id: str, review: bool) -> None:
    """List what was published: when, its digest, and what it corrected and why."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    published = Editions(context.db, Files(context.db)).published(survey_id, record.editions)
    for edition in published:
        lines(edition_lines(edition, record.editions))
        lines(review_lines(edition) if review else ())
    if not published:
        click.echo(f"nothing of {survey_id} is published yet; it is {record.state.value}")


def edition_lines(edition: Edition, latest: int) -> Iterator[str]:
    """One edition as an operator reads it."""
    replaced = "" if edition.number == latest else f", replaced by {edition.number + 1}"
    yield f"edition {edition.number}  {edition.published_at:%Y-%m-%d %H:%M} UTC{replaced}"
    yield f"  SHA-256  {edition.digest}"
    correction = edition.results.get("correction")
    if correction is not None:
        reason = next(iter(correction["reason"].values()))
        yield f"  corrects edition {correction['replaces']}: {reason} ({len(correction['figures'])} figures changed)"
    for warning in edition.review.get("warnings", []):
        yield f"  LOOK     {warning}"


def review_lines(edition: Edition) -> Iterator[str]:
    """What the disclosure rules decided."""
    for decision in edition.review.get("decisions", []):
        yield f"  {decision['rule']:4}  {decision['place']}: {decision['reason']}"
