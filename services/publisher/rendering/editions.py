"""The list of a survey's editions: when each came out, what it corrected, and the files with their hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.publisher.rendering import sentences
from services.publisher.rendering.edition import cell_of
from services.publisher.rendering.language import Language
from services.publisher.rendering.others import Correction, correction
from services.publisher.rendering.page import offered
from services.publisher.rendering.templating import environment
from shared.domain.survey import Survey
from shared.store.editions import Edition

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A figure that a correction changed, as read."""

    where: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition as read. `files` are (name, SHA-256), `pages` (name, language) of the pages as published."""

    number: int
    published: str
    replaced_by: int | None
    correction: Correction | None
    changes: tuple[ChangeRow, ...]
    fields: tuple[ChangeRow, ...]
    digest: str
    files: tuple[tuple[str, str], ...]
    pages: tuple[tuple[str, str], ...]


def render_editions(editions: Sequence[Edition], survey: Survey, page: Mapping[str, Any], reader: Language) -> str:
    """The page of `editions`, the latest first; `page` is the frame, with the survey's `address`."""
    rows = [_row(edition, editions[0].number, survey, reader) for edition in editions]
    return environment().get_template("editions.html").render(**page, survey=survey, editions=rows)


def _row(edition: Edition, latest: int, survey: Survey, reader: Language) -> EditionRow:
    names = offered(tuple(edition.documents))
    told = edition.results.get("correction") or {}
    return EditionRow(
        number=edition.number,
        published=sentences.day(edition.published_at, survey, reader),
        replaced_by=edition.number + 1 if edition.number < latest else None,
        correction=correction(edition.results, reader),
        changes=tuple(_change(row, survey, reader) for row in told.get("figures", ())),
        fields=tuple(ChangeRow(row["field"], _value(row["before"]), _value(row["after"])) for row in told.get("fields", ())),
        digest=edition.digest,
        files=tuple((name, edition.documents[name].sha256) for name in names),
        pages=tuple((name, tag) for tag in survey.languages if (name := f"page-{tag}.html") in edition.documents),
    )


def _change(row: Json, survey: Survey, reader: Language) -> ChangeRow:
    return ChangeRow(_where(row, survey, reader), _said(row["before"], reader), _said(row["after"], reader))


def _value(value: Any) -> str:
    """A value of a plan as it would be written there."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _where(row: Json, survey: Survey, reader: Language) -> str:
    """What a changed figure is called: group, stratum, kind, name."""
    group = next((each for each in survey.groups if each.id == row.get("group")), None)
    parts = [reader.pick(group.title)] if group else []
    if row.get("stratum") in survey.strata:
        parts.append(reader.pick(survey.strata[row["stratum"]][1].title))
    parts.append(reader.word_or(f"figures.{row['figure']}", row["figure"]))
    if group is not None and row.get("id"):
        asked = group.questionnaire
        names = {f.id: f.title for f in asked.factors} | {c.id: c.text for c in asked.rated.values()}
        questions = {q.id: q for q in asked.questions.values()}
        names |= {id_: question.text for id_, question in questions.items()}
        parts.append(reader.pick(names[row["id"]]) if row["id"] in names else reader.word_or(f"rules.{row['id']}", ""))
        if row.get("choice") and row["id"] in questions:
            parts += [reader.pick(c.text) for c in questions[row["id"]].choices if c.id == row["choice"]]
    return ", ".join(part for part in parts if part)


def _said(cell: Json, reader: Language) -> str:
    """A figure as it was published: an index with its limits, a share, or a verdict."""
    if cell.get("absent") or not cell:
        return reader.word("editions.absent")
    if "share" not in cell and cell.get("suppressed"):
        return reader.word("figure.suppressed")
    if "share" in cell:
        share = cell["share"]
        return reader.word("figure.suppressed") if share is None else reader.whole_percent(round(share, 1))
    if "verdict" in cell:
        return reader.word(f"verdict.{cell['verdict']}")
    if "break" in cell:
        return reader.word("sheet.not_compared")
    found = cell_of(cell)
    limits = sentences.limits(found, reader)
    told = sentences.figure(found, reader)
    return told if limits == reader.word("figure.absent") else f"{told} ({limits})"
