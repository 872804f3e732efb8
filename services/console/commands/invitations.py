"""`hailong invitations`: one-time codes that admit one ballot each, and the slips to hand them out on."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from services.console.commands.common import Context, Refused, context_of, lines, told, with_home
from services.console.files import SECRET, appearing, must_be_new, write_new
from services.console.paper.codes import Code, read_codes
from services.console.paper.reading import Unreadable
from services.console.paper.slips import BadAddress, print_slips, public_address
from shared.domain.survey import Survey
from shared.domain.token import BITS, token, token_digest
from shared.store.connection import StoreUnavailable
from shared.store.invitations import Invitations

SLIPS_LIMIT = 3_000
"""Slips of one file at most: as many pages as a printer takes at once."""

HEAD = ("survey", "stratum", "token")


@click.group()
def invitations() -> None:
    """One-time codes that admit one ballot each."""


@invitations.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("stratum")
@click.argument("count", type=click.IntRange(1, 100_000))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV file to make.")
@told
def issue(home: Path, survey_id: str, stratum: str, count: int, out: Path) -> None:
    """Issue invitations for a stratum as CSV. The codes stand in that file alone: the store keeps their hashes."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    if stratum not in record.survey.strata:
        raise Refused(f"{survey_id} has no stratum {stratum}; it has: {', '.join(record.survey.strata)}")
    tokens = [token(secrets.randbits(BITS)) for _ in range(count)]
    content = _csv([(survey_id, stratum, each) for each in tokens])
    with appearing(out, content, SECRET) as beside:
        try:
            Invitations(context.db, context.author()).issue(survey_id, stratum, tokens)
        except StoreUnavailable as error:
            raise Refused(_unsure(context, tokens, out, beside, error)) from error
    click.echo(f"issued {count} invitations for {stratum} of {survey_id}: {out}")
    click.echo(f"slips to hand out: hailong invitations slips {out} --survey {survey_id} --address https://… --out FILE.pdf")


@invitations.command()
@with_home
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--survey", "survey_id", required=True, metavar="SURVEY", help="Survey that the codes were issued for.")
@click.option(
    "--address", required=True, metavar="URL", help="Where people reach the collector, such as https://khaosat.example.vn."
)
@click.option("--language", "tag", help="Language of the slips; the plan's first one where none is given.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="PDF file to make.")
@told
def slips(home: Path, path: Path, survey_id: str, address: str, tag: str | None, out: Path) -> None:
    """Print the codes of FILE.csv as slips, eight on a page, each with a QR code that opens the form with the code in it.

    Example: hailong invitations slips petrol.csv --survey sct-bentre-2022 --address https://khaosat.example.vn --out petrol.pdf
    """
    context = context_of(home)
    survey = context.surveys.get(survey_id).survey
    tag = tag or survey.language
    if tag not in survey.languages:
        raise Refused(f"{survey_id} has no texts in {tag}; it has: {', '.join(survey.languages)}")
    must_be_new(out)
    try:
        site = public_address(address)
        codes = read_codes(path)
    except (BadAddress, Unreadable) as error:
        raise Refused(str(error) if isinstance(error, BadAddress) else error.faults[0].told(path.name)) from error
    usable = _usable(context, survey, codes, path)
    write_new(out, print_slips(survey, usable, site, tag, datetime.now(UTC)), SECRET)
    click.echo(f"printed {len(codes)} slips: {out}")
    if site.startswith("http://"):
        click.echo("the address is not encrypted (http://): codes and answers can be read on the way", err=True)
    click.echo(f"{out} and {path} hold the codes in readable form; delete both once the slips are handed out")


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([HEAD, *rows])
    return file.getvalue().encode()


def _unsure(context: Context, tokens: Sequence[str], out: Path, beside: Path, error: StoreUnavailable) -> str:
    """What to say when the store went away while it wrote. Codes of which any may be good are kept: they stand nowhere else."""
    try:
        if not Invitations(context.db).find_all([token_digest(each) for each in tokens]):
            return f"the database did not answer in time ({error}); no invitation was issued: run the command again"
    except StoreUnavailable:
        pass
    kept = out.with_name(f"{out.name}.unsure")
    write_new(kept, beside.read_bytes(), SECRET)
    return (
        f"the database went away while it wrote ({error}), so some of these {len(tokens)} codes may be good. They are kept in "
        f"{kept}, and `hailong invitations slips` tells which are; or delete it and issue others: codes nobody has do no harm"
    )


def _usable(context: Context, survey: Survey, codes: Sequence[Code], path: Path) -> list[Code]:
    """The codes with their strata. Raises Refused where one is none that could be used in this survey, with every row."""
    if not codes or len(codes) > SLIPS_LIMIT:
        raise Refused(f"{path} holds {len(codes)} codes; 1 to {SLIPS_LIMIT} are printed at once: divide the file")
    known = Invitations(context.db).find_all([code.digest for code in codes])
    wrong = []
    for code in codes:
        invitation = known.get(code.digest)
        if code.survey not in ("", survey.id) or (invitation is not None and invitation.survey != survey.id):
            wrong.append(f"row {code.row}: the code is of another survey, {code.survey or 'not of this one'}")
        elif invitation is None:
            wrong.append(f"row {code.row}: the code was never issued")
        elif invitation.spent:
            wrong.append(f"row {code.row}: the code is spent")
        elif code.stratum not in ("", invitation.stratum):
            wrong.append(f"row {code.row}: the code is for {invitation.stratum}, not for {code.stratum}")
    if wrong:
        lines(f"{path.name}: {line}" for line in wrong)
        raise Refused(f"{len(wrong)} of {len(codes)} codes cannot be used; nothing was printed")
    return [replace(code, stratum=known[code.digest].stratum) for code in codes]
