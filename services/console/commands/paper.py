"""`hailong paper`: ballots on paper, printed, entered twice, and handed in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.console.commands.common import Refused, context_of, told, with_home
from services.console.commands.paper_import import NEW_FILE, import_
from services.console.files import must_be_new, write_new
from services.console.paper.ballots import Printing, print_ballots
from services.console.paper.serial import LETTERS, PILE_LENGTH, Serial
from services.console.paper.template import Prefilled, Template, csv_template, xlsx_template
from shared.domain.survey import Group, Questionnaire, State, Stratum, Survey
from shared.store import schema
from shared.store.piles import Pile, PileExists, Piles

SHEETS_AT_ONCE = 500
TOLD_FROM = 50
"""Sheets from which on typesetting takes long enough to say so."""


@click.group()
def paper() -> None:
    """Ballots on paper: print them, make the file to enter them into, and bring in what two clerks entered."""


@paper.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--stratum", help="Print for this stratum alone; otherwise the sheet asks which one it is about.")
@click.option("--count", required=True, type=click.IntRange(1, SHEETS_AT_ONCE), help="Sheets of each questionnaire.")
@click.option("--language", "tag", help="Language of the sheets; the plan's first one where none is given.")
@click.option("--out", required=True, type=NEW_FILE, help="PDF file to make.")
@told
def ballots(home: Path, survey_id: str, stratum: str | None, count: int, tag: str | None, out: Path) -> None:
    """Print ballots: a pile of numbered sheets for each questionnaire. Of a draft, one specimen each is printed.

    Example: hailong paper ballots sct-bentre-2022 --stratum petrol --count 30 --out petrol.pdf
    """
    context = context_of(home)
    record = context.surveys.get(survey_id)
    survey = record.survey
    tag = _language(survey, tag)
    if record.state in (State.SEALED, State.PUBLISHED):
        raise Refused(f"{survey_id} is {record.state.value}: no ballot can come in any more")
    must_be_new(out)
    wanted = _printed(survey, stratum)
    if record.state is State.DRAFT:
        write_new(out, print_ballots(survey, [Printing(q, strata, ()) for q, strata in wanted], tag, datetime.now(UTC)))
        click.echo(f"{survey_id} is a draft and may change: printed a specimen, which cannot be entered: {out}")
        return
    piles = [_pile(survey, q, strata, tag, count) for q, strata in wanted]
    if count * len(piles) >= TOLD_FROM:
        click.echo(f"typesetting {count * len(piles)} sheets; this takes up to a minute for each hundred", err=True)
    printings = [_printing(pile, q, strata) for pile, (q, strata) in zip(piles, wanted, strict=True)]
    content = print_ballots(survey, printings, tag, datetime.now(UTC))
    schema.ensure(context.db)
    try:
        Piles(context.db, context.author()).add(piles)
    except PileExists as error:
        raise Refused(f"the code {error} was drawn before; run the command again") from error
    write_new(out, content)
    for pile in piles:
        click.echo(f"printed pile {pile.code}: {pile.sheets} sheets of {pile.questionnaire} for {', '.join(pile.strata)}")
    click.echo(f"{out}; print it on both sides. The file to enter them into: hailong paper template {survey_id} --pile …")


@paper.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option("--stratum", help="Stratum whose questionnaire is to be entered.")
@click.option("--pile", "codes", multiple=True, help="Prepare a row for each sheet of this pile; may be given more than once.")
@click.option("--language", "tag", help="Language of the template; the plan's first one where none is given.")
@click.option(
    "--delimiter", type=click.Choice([";", ","]), default=";", show_default=True, help="What stands between CSV cells."
)
@click.option("--out", required=True, type=NEW_FILE, help="File to make; its ending, .xlsx or .csv, says which kind.")
@told
def template(home: Path, survey_id: str, stratum: str | None, codes: tuple[str, ...], **given: Any) -> None:
    """Make the file that a clerk enters sheets into, with a column for each question.

    Example: hailong paper template sct-bentre-2022 --pile KQMT --out an.xlsx
    """
    context, out = context_of(home), given["out"]
    survey = context.surveys.get(survey_id).survey
    tag = _language(survey, given["tag"])
    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise Refused(f"{out} must end in .xlsx or .csv")
    must_be_new(out)
    made = _template(survey, stratum, _named_piles(Piles(context.db).of(survey_id), codes, survey_id))
    xlsx = out.suffix.lower() == ".xlsx"
    write_new(out, xlsx_template(made, tag) if xlsx else csv_template(made, tag, given["delimiter"]))
    rows = f", {len(made.rows)} rows prepared" if made.rows else ""
    click.echo(f"made {out} for {made.questionnaire.id}: {len(made.names)} columns{rows}")
    click.echo("give each of two people a copy; neither sees the other's")


paper.add_command(import_)


def _printed(survey: Survey, stratum: str | None) -> list[tuple[Questionnaire, tuple[Stratum, ...]]]:
    """What is printed: the stratum's questionnaire, or each with all strata that have it."""
    if stratum is not None:
        group, one = _stratum(survey, stratum)
        return [(group.questionnaire, (one,))]
    of: dict[str, list[Stratum]] = {id_: [] for id_ in survey.questionnaires}
    for group in survey.groups:
        of[group.questionnaire.id] += group.strata
    return [(survey.questionnaires[id_], tuple(strata)) for id_, strata in of.items()]


def _stratum(survey: Survey, stratum: str) -> tuple[Group, Stratum]:
    if stratum not in survey.strata:
        raise Refused(f"{survey.id} has no stratum {stratum}; it has: {', '.join(survey.strata)}")
    return survey.strata[stratum]


def _language(survey: Survey, tag: str | None) -> str:
    if tag is not None and tag not in survey.languages:
        raise Refused(f"{survey.id} has no texts in {tag}; it has: {', '.join(survey.languages)}")
    return tag or survey.language


def _pile(survey: Survey, questionnaire: Questionnaire, strata: Sequence[Stratum], tag: str, count: int) -> Pile:
    code = "".join(secrets.choice(LETTERS) for _ in range(PILE_LENGTH))
    ids = tuple(stratum.id for stratum in strata)
    return Pile(code, survey.id, questionnaire.id, questionnaire.version, ids, tag, count, secrets.token_bytes(32))


def _printing(pile: Pile, questionnaire: Questionnaire, strata: tuple[Stratum, ...]) -> Printing:
    return Printing(questionnaire, strata, tuple(str(Serial(pile.code, n)) for n in range(1, pile.sheets + 1)))


def _named_piles(piles: Mapping[str, Pile], codes: Sequence[str], survey_id: str) -> list[Pile]:
    unknown = [code for code in codes if code.upper() not in piles]
    if unknown:
        listed = ", ".join(piles) or "none was printed"
        raise Refused(f"{survey_id} has no pile {unknown[0]}; it has: {listed}")
    return [piles[code.upper()] for code in dict.fromkeys(codes)]


def _template(survey: Survey, stratum: str | None, piles: list[Pile]) -> Template:
    wanted = _printed(survey, stratum)
    if piles:
        wanted = [(q, strata) for q, strata in wanted if q.id in {pile.questionnaire for pile in piles}]
        foreign = [pile.code for pile in piles if stratum is not None and stratum not in pile.strata]
        if foreign or len({pile.questionnaire for pile in piles}) > 1:
            raise Refused("a template is for one questionnaire; name piles and a stratum that belong together")
    if len(wanted) != 1:
        raise Refused(
            f"{survey.id} has {len(wanted)} questionnaires, and a template is for one: name a --pile, or one of the "
            f"strata {', '.join(survey.strata)} by --stratum"
        )
    questionnaire, strata = wanted[0]
    return Template(survey, questionnaire, strata, tuple(row for pile in piles for row in _prepared(pile)))


def _prepared(pile: Pile) -> list[Prefilled]:
    stratum = pile.strata[0] if len(pile.strata) == 1 else ""
    return [Prefilled(str(Serial(pile.code, n)), stratum, pile.language) for n in range(1, pile.sheets + 1)]
