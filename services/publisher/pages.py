"""The site's pages as HTML: the list of surveys, results, and what there is to say when there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.publisher.lookup import Found, Lookup, Sealed
from services.publisher.published import Published, latest_number, public_form
from services.publisher.rendering import sentences
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.page import frame, render_page
from services.publisher.rendering.templating import environment
from shared.domain.survey import State, Survey
from shared.store.surveys import Record

SITE_LANGUAGES = ("vi", "en")
"""The languages of pages that belong to no survey, the first where none is asked for."""

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A survey in the list. `figures` are (group, overall index, its limits), empty before publication."""

    survey: Survey
    period: str
    status: str
    figures: tuple[tuple[str, str, str], ...]


class Pages:
    """The pages over what is published. Rendered results are kept: an edition never changes."""

    def __init__(self, published: Published, lookup: Lookup) -> None:
        self._published = published
        self._lookup = lookup
        self._results = lru_cache(_KEPT)(self._rendered)

    def home(self, asked: str | None) -> str:
        """The list of surveys."""
        reader = language(chosen(asked, SITE_LANGUAGES))
        entries = [self._entry(record, reader) for record in self._published.surveys()]
        return environment().get_template("surveys.html").render(**frame(reader, SITE_LANGUAGES), entries=entries)

    def survey(self, survey_id: str, asked: str | None) -> str:
        """The latest edition, or that there is none yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        if record.state is not State.PUBLISHED:
            return _unpublished(record, asked)
        latest = latest_number(record)
        return self._results(survey_id, latest, latest, chosen(asked, record.survey.languages))

    def edition(self, survey_id: str, number: int, asked: str | None) -> str:
        """One edition. Raises UnknownSurvey, NotPublished, UnknownEdition."""
        record = self._published.survey(survey_id)
        return self._results(survey_id, number, latest_number(record), chosen(asked, record.survey.languages))

    def register(self, survey_id: str, asked: str | None) -> str:
        """The register, or that nothing is published yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        if record.state is not State.PUBLISHED:
            return _unpublished(record, asked)
        return self._register_page(survey_id, asked, self._lookup.register(survey_id))

    def receipt(self, found: Found, asked: str | None) -> str:
        """What the register says to one receipt."""
        return self._register_page(found.register.survey, asked, found.register, found=found, typed=found.receipt)

    def not_a_receipt(self, survey_id: str, typed: str, asked: str | None) -> str:
        """That what was typed is no receipt, and the form again. Raises UnknownSurvey, NotPublished."""
        return self._register_page(survey_id, asked, self._lookup.register(survey_id), typed=typed[:100], malformed=True)

    def _register_page(
        self,
        survey_id: str,
        asked: str | None,
        sealed: Sealed,
        *,
        found: Found | None = None,
        typed: str = "",
        malformed: bool = False,
    ) -> str:
        survey = self._published.survey(survey_id).survey
        reader = language(chosen(asked, survey.languages), survey.languages)
        template = environment().get_template("register.html")
        shown = {"survey": survey, "sealed": sealed, "found": found, "asked": typed, "malformed": malformed}
        return template.render(**frame(reader, survey.languages), **shown)

    def _rendered(self, survey_id: str, number: int, latest: int, tag: str) -> str:
        survey = self._published.survey(survey_id).survey
        edition = self._published.edition(survey_id, number)
        return render_page(public_form(edition), survey, tag, latest=latest, documents=tuple(edition.documents))

    def _entry(self, record: Record, reader: Language) -> Entry:
        survey = record.survey
        period = sentences.period(survey.period.opens_at, survey.period.closes_at, survey, reader)
        if record.state is not State.PUBLISHED:
            status = reader.word("site.open" if record.state is State.OPEN else "site.working")
            return Entry(survey, period, status, ())
        edition = read_edition(public_form(self._published.latest(survey.id)))
        return Entry(
            survey,
            period,
            reader.word("site.published", date=sentences.day(edition.published_at, survey, reader)),
            tuple(
                (reader.pick(g.title), sentences.figure(g.overall, reader), sentences.limits(g.overall, reader))
                for g in edition.results.groups
            ),
        )


def chosen(asked: str | None, tags: Sequence[str]) -> str:
    """The language asked for, or the first where it is none of `tags`."""
    return asked if asked is not None and asked in tags else tags[0]


def message(title: str, text: str, asked: str | None) -> str:
    """A page that says one thing. `title` and `text` are keys of the catalogue."""
    reader = language(chosen(asked, SITE_LANGUAGES))
    return (
        environment()
        .get_template("message.html")
        .render(**frame(reader, SITE_LANGUAGES), title=reader.word(title), lead="", lines=[reader.word(text)], simulated=False)
    )


def _unpublished(record: Record, asked: str | None) -> str:
    survey = record.survey
    reader = language(chosen(asked, survey.languages), survey.languages)
    still_open = record.state is State.OPEN
    lines = [
        reader.word("site.unpublished"),
        reader.word("site.unpublished_open" if still_open else "site.unpublished_working"),
        sentences.period(survey.period.opens_at, survey.period.closes_at, survey, reader) + ".",
    ]
    if survey.release_at is not None:
        at = survey.release_at.astimezone(ZoneInfo(survey.period.timezone))
        lines.append(reader.word("site.unpublished_release", time=reader.time(at), date=reader.date(at)))
    return (
        environment()
        .get_template("message.html")
        .render(
            **frame(reader, survey.languages),
            title=reader.pick(survey.title),
            lead=f"{reader.pick(survey.body.name)}, {reader.pick(survey.body.place)}",
            lines=lines,
            simulated=survey.simulated,
        )
    )
