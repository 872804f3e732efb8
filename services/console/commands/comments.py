"""`hailong comments`: the answers to the open question, for a person to read, code by themes and clear."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from services.console.commands.common import Context, Refused, context_of, told, with_home
from shared.domain.comments import Coded, Comment, themes, unfit
from shared.domain.redaction import proper_names
from shared.domain.survey import State, Survey
from shared.store.comments import Comments

HEAD = ("group", "comment", "themes", "publish")
"""The columns of the file. `themes` are separated by `;`, the names of one theme in the plan's languages by `|`."""

LOOK_FOR = """Look for what rules do not find, before you write anything into `publish`:
  given names alone (Lan, anh Ba Tèo), and who somebody is (the headmaster, the woman at counter 3)
  communes, wards, hamlets, and firms: in a small place they say who wrote
  a case that only one person can have had (a day, a plot of land, a family, an illness)"""
"""What the person who clears comments is told. The rules leave names of communes, by which most comments name an office."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST = 20_000_000
"""Bytes of a file that is read."""


@click.group()
def comments() -> None:
    """Comments of a survey: export them redacted, import the themes that a person found in them."""


@comments.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.option(
    "--out", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file; only you can read it."
)
@told
def export(home: Path, survey_id: str, path: Path) -> None:
    """Write the redacted comments to a CSV file, in random order and with nothing of their ballots but the group.

    Read each one: what a rule does not find, you do. Write themes into `themes` (a; b), and into `publish` the text of a
    comment that may be published word by word, if any. Then import the file.
    """
    context = context_of(home)
    _sealed(context, survey_id)
    found = Comments(context.db).redacted(survey_id)
    random.SystemRandom().shuffle(found)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows([comment.group, _harmless(comment.text), "", ""] for comment in found)
    click.echo(f"{len(found)} comments of {survey_id} are in {path}; they may still name people: keep the file to yourself")
    click.echo(LOOK_FOR)


@comments.command("import")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="Name of the person who read and cleared them; it stands in the audit log.")
@told
def import_(home: Path, survey_id: str, path: Path, by: str) -> None:
    """Take in the themes and cleared comments of a coded file. A file with a mistake is refused, and nothing is taken in.

    They are published with the next edition: the first one, or a correction (`hailong survey correct SURVEY --recompute`).
    """
    context = context_of(home)
    survey = _sealed(context, survey_id)
    content = path.read_bytes()
    if len(content) > _MOST:
        raise Refused(f"{path.name} is larger than {_MOST:,} bytes: it is not a file of comments")
    rows = list(coded(content, path.name, survey))
    problems = unfit(rows, Comments(context.db).redacted(survey_id))
    if problems:
        raise Refused(f"{path.name}: " + f"\n{path.name}: ".join(problems[:20]))
    groups = themes(rows, survey)
    if not groups:
        raise Refused(f"{path.name}: no comment has a theme; write themes into the column `themes`")
    Comments(context.db, context.author(by)).clear(survey_id, groups, hashlib.sha256(content).hexdigest())
    for row in rows:
        if row.publish is not None and (named := proper_names(row.publish)):
            click.echo(f"  LOOK  line {row.line} is published with {', '.join(named)}: sure that nobody is known by it?")
    for group in groups:
        click.echo(_told(group))
    click.echo(f"cleared by {by}; published with the next edition of {survey_id}")


def coded(content: bytes, name: str, survey: Survey) -> Iterator[Coded]:
    """The rows of a coded file that a person coded or cleared. Raises Refused where the file is none, or names no group."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{name} is not UTF-8; save it as CSV UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    groups = {group.id for group in survey.groups}
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        if tuple(head) != HEAD:
            raise Refused(f"{name}: the first line must be {','.join(HEAD)}")
        for row in reader:
            cells = [*row, *[""] * (len(HEAD) - len(row))]
            if len(cells) > len(HEAD) or (any(cells) and cells[0].strip() not in groups):
                raise Refused(
                    f"{name}: line {reader.line_num}: expected a group ({', '.join(sorted(groups))}) and three more cells"
                )
            if cells[2].strip() or cells[3].strip():
                yield _coded(reader.line_num, cells)
    except csv.Error as error:
        raise Refused(f"{name}: line {reader.line_num}: {error}") from error


def _coded(line: int, cells: list[str]) -> Coded:
    named = [tuple(part.strip() for part in theme.split("|") if part.strip()) for theme in cells[2].split(";")]
    comment = Comment(cells[0].strip(), _as_written(cells[1]))
    return Coded(line, comment, tuple(theme for theme in named if theme), _as_written(cells[3]).strip() or None)


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _told(group: Mapping[str, Any]) -> str:
    if group.get("suppressed"):
        return f"  {group['group']}: too few coded comments; nothing of them is published"
    found, cleared = group["themes"], group["cleared"]
    not_told = f", {group['themes_not_told']} themes named by too few" if group["themes_not_told"] else ""
    return f"  {group['group']}: {group['coded']} coded, {len(found)} themes{not_told}, {len(cleared)} comments cleared"


def _sealed(context: Context, survey_id: str) -> Survey:
    record = context.surveys.get(survey_id)
    if record.state not in (State.SEALED, State.PUBLISHED):
        raise Refused(f"{survey_id} is {record.state.value}: comments are read when it is sealed, not while they still come in")
    return record.survey
