"""What changes on a page after it was rendered: that it was replaced, and how far the measures are.

A page is rendered once, when its edition is published, and kept. It has slots, and only what is put into them is made when the
page is asked for. A slot is a comment of HTML; no text of a plan can be one, as texts are escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from services.publisher.rendering.language import Language
from services.publisher.rendering.templating import environment

REPLACED, MEASURES = Markup("<!--slot:replaced-->"), Markup("<!--slot:measures-->")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure as read: what, by whom, until when, how far it is as on which day, and whether it is late."""

    what: str
    who: str
    until: str
    progress: str
    state: str
    told_on: str
    note: str


def complete(page: str, survey_id: str, language: Language, latest: int | None, measures: Sequence[Json]) -> str:
    """`page` with its slots filled. `latest` is the number of the edition that replaced it, None where it is the latest."""
    template = environment().get_template("live.html").module
    banner = template.replaced(language, survey_id, latest) if latest else ""  # type: ignore[attr-defined]
    told = template.measures(language, measure_rows(measures, language)) if measures else ""  # type: ignore[attr-defined]
    return page.replace(REPLACED, str(banner), 1).replace(MEASURES, str(told), 1)


def measure_rows(measures: Sequence[Json], language: Language) -> tuple[MeasureRow, ...]:
    """The measures as read, in their order. Nothing is said of lateness: the day by which it is to be done stands there."""
    return tuple(
        MeasureRow(
            what=language.pick(measure["what"]),
            who=language.pick(measure["who"]),
            until=language.date(date.fromisoformat(measure["until"])),
            progress=language.word(f"progress.{measure['state']}"),
            state=measure["state"],
            told_on=language.date(date.fromisoformat(measure["told_on"])),
            note=language.pick(measure["note"]) if measure["note"] else "",
        )
        for measure in measures
    )
