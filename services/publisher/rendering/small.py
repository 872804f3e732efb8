"""The small forms of an edition: the widget that a body's own portal frames, and the picture that a shared link shows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from services.publisher.data.package import Imprint
from services.publisher.rendering import sentences
from services.publisher.rendering.comparing import GroupComparison, compared
from services.publisher.rendering.edition import Json, read_edition
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.templating import environment
from shared.domain.results import GroupResult, Shown, Suppressed
from shared.domain.survey import Survey
from shared.typesetting import picture

PICTURE_GROUPS = 3
"""Groups that the picture has room for; it says that there are more."""


def render_widget(document: Json, survey: Survey, tag: str, imprint: Imprint) -> str:
    """The widget of the edition in `document` as HTML that stands by itself: no script, no style sheet, no font."""
    edition, reader = read_edition(document), language(tag, survey.languages)
    changes = {each.id: each for each in compared(edition.results, reader)}
    return _widget(
        survey,
        reader,
        imprint,
        simulated=edition.results.simulated,
        title=reader.pick(edition.results.title),
        published=reader.word("site.published", date=sentences.day(edition.published_at, survey, reader)),
        groups=[_told(group, edition.results.method, changes.get(group.id), reader) for group in edition.results.groups],
    )


def render_no_widget(survey: Survey, tag: str, imprint: Imprint) -> str:
    """The widget of a survey that has no edition yet."""
    reader = language(tag, survey.languages)
    title, published = reader.pick(survey.title), reader.word("site.unpublished")
    return _widget(survey, reader, imprint, simulated=survey.simulated, title=title, published=published, groups=[])


def _widget(survey: Survey, reader: Language, imprint: Imprint, **told: Any) -> str:
    address, style = imprint.survey(survey.id), widget_style()
    return environment().get_template("widget.html").render(lang=reader, survey=survey, address=address, style=style, **told)


@cache
def widget_style() -> str:
    """The style of the widget. It stands in the page, whose policy allows it by its hash."""
    return (files("services.publisher") / "templates" / "widget.css").read_text("utf-8").strip()


@cache
def widget_style_hash() -> str:
    """What the content security policy calls the style by."""
    return f"'sha256-{b64encode(sha256(widget_style().encode()).digest()).decode()}'"


def _told(
    group: GroupResult, method: Mapping[str, Any], comparison: GroupComparison | None, reader: Language
) -> dict[str, Any]:
    cell = group.overall
    row = comparison.overall if comparison else None
    confidence = reader.whole_percent(100 * float(method.get("confidence", 0.95)))
    return {
        "title": reader.pick(group.title),
        "figure": sentences.figure(cell, reader),
        "satisfied": "" if isinstance(cell, Suppressed) else reader.word("page.satisfied"),
        "limits": "" if not isinstance(cell, Shown) else sentences.limits(cell, reader),
        "confidence": confidence if isinstance(cell, Shown) and cell.kind == "interval" else "",
        "ballots": reader.word("page.ballots", number=reader.number(group.ballots)),
        "change": f"{row.said} ({reader.word('comparison.points', number=row.difference)})" if row else "",
        "verdict": row.verdict if row else "",
    }


def render_preview(document: Json, survey: Survey, tag: str) -> bytes:
    """The picture of the edition in `document`: PNG, 1200 by 630 pixels."""
    edition, reader = read_edition(document), language(tag, survey.languages)
    results = edition.results
    shown = [
        {**_told(group, results.method, None, reader), "chart": _strip(group)} for group in results.groups[:PICTURE_GROUPS]
    ]
    words = {
        "brand": reader.word("site.brand"),
        "body": f"{reader.pick(results.body)}, {reader.pick(survey.body.place)}",
        "title": reader.pick(results.title),
        "groups": shown,
        "more": len(results.groups) > PICTURE_GROUPS,
        "simulated": reader.word("simulated.title") if results.simulated else "",
        "edition": reader.word("page.edition", number=edition.number, date=sentences.day(edition.published_at, survey, reader)),
        "lang": reader.spoken,
    }
    return picture("services.publisher", "preview.typ", words, 72.0)


def _strip(group: GroupResult) -> dict[str, float] | None:
    """Where on a scale from 0 to 100 the figure and its limits are; None where no exact figure is told."""
    cell = group.overall
    return {"low": cell.low, "high": cell.high, "index": cell.index} if isinstance(cell, Shown) else None
