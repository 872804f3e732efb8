"""The site's pages: those stored with an edition, completed by what changed since, and those that belong to no edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.publisher.answers import Body, body
from services.publisher.bundle import page_name, widget_name
from services.publisher.data import Imprint
from services.publisher.lookup import Found, Lookup, Sealed
from services.publisher.published import NotPublished, Published, latest_number, public_form
from services.publisher.rendering import sentences
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.editions import render_editions
from services.publisher.rendering.history import Past, past_before, past_of, render_history
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.live import complete
from services.publisher.rendering.page import PLAN_SHOWN, frame, render_page
from services.publisher.rendering.small import render_no_widget, render_widget
from services.publisher.rendering.templating import environment
from shared.domain.survey import Admission, State, Survey
from shared.language import SITE_LANGUAGES, chosen
from shared.store.editions import UnknownEdition
from shared.store.surveys import Record, UnknownSurvey

HTML = "text/html"

_KEPT = 128
_LONGEST_SERIES = 30

Measures = Callable[[str], Sequence[Mapping[str, Any]]]
"""The measures of a survey as they stand, in their public form."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A survey in the list. `figures` are (group, overall index, its limits), empty before publication; `plan` are the
    documents of the notice that it is held, empty afterwards, and `form` is where it can be answered, empty where it cannot."""

    survey: Survey
    period: str
    status: str
    figures: tuple[tuple[str, str, str], ...]
    plan: tuple[str, ...] = ()
    form: str = ""


class Pages:
    """The pages over what is published. What was rendered at publication is read; what is not stored is rendered, and kept.

    `measures` gives the measures as they stand now; without it pages show those that their edition was published with. `form`
    is where people answer; surveys that are open are shown without a way there where it is not known.
    """

    def __init__(
        self,
        published: Published,
        lookup: Lookup,
        measures: Measures | None = None,
        imprint: Imprint | None = None,
        form: str = "",
    ) -> None:
        self._published = published
        self._lookup = lookup
        self._measures = measures
        self._imprint = imprint or Imprint()
        self._form = form
        self._stored = lru_cache(_KEPT)(self._rendered)
        self._completed = lru_cache(_KEPT)(self._complete)

    def home(self, asked: str | None) -> str:
        """The list of surveys."""
        reader = language(chosen(asked, SITE_LANGUAGES))
        entries = [self._entry(record, reader) for record in self._published.surveys()]
        return environment().get_template("surveys.html").render(**frame(reader, SITE_LANGUAGES), entries=entries)

    def survey(self, survey_id: str, asked: str | None) -> Body:
        """The latest edition, or that there is none yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        if record.state is not State.PUBLISHED:
            return body(self._unpublished(record, asked), HTML)
        return self._page(record, latest_number(record), asked)

    def edition(self, survey_id: str, number: int, asked: str | None) -> Body:
        """One edition. Raises UnknownSurvey, NotPublished, UnknownEdition."""
        record = self._published.survey(survey_id)
        if not 1 <= number <= latest_number(record):
            raise UnknownEdition(f"{survey_id}/{number}")
        return self._page(record, number, asked)

    def widget(self, survey_id: str, asked: str | None) -> str:
        """The latest edition for a frame, or that there is none yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        tag = chosen(asked, record.survey.languages)
        if record.state is not State.PUBLISHED:
            return render_no_widget(record.survey, tag, self._imprint)
        edition = self._published.latest(survey_id)
        if (name := widget_name(tag)) in edition.documents:
            return self._published.document(edition, name).decode()
        return render_widget(public_form(edition), record.survey, tag, self._imprint)

    def history(self, survey_id: str, asked: str | None) -> str:
        """The survey among those before it, or that nothing is published yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        if record.state is not State.PUBLISHED:
            return self._unpublished(record, asked)
        survey = record.survey
        reader = language(chosen(asked, survey.languages), survey.languages)
        series = list(self._series(survey_id))[:_LONGEST_SERIES]
        return render_history(series[::-1], survey, frame(reader, survey.languages), reader)

    def editions(self, survey_id: str, asked: str | None) -> str:
        """The survey's editions with what each corrected, or that nothing is published yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        if record.state is not State.PUBLISHED:
            return self._unpublished(record, asked)
        survey = record.survey
        reader = language(chosen(asked, survey.languages), survey.languages)
        page = {**frame(reader, survey.languages), "address": self._imprint.survey(survey.id)}
        return render_editions(tuple(self._published.editions(survey_id)), survey, page, reader)

    def methodology(self, asked: str | None) -> str:
        """How figures are made, in short."""
        reader = language(chosen(asked, SITE_LANGUAGES))
        return environment().get_template("methodology.html").render(**frame(reader, SITE_LANGUAGES))

    def register(self, survey_id: str, asked: str | None) -> str:
        """The register, or that nothing is published yet. Raises UnknownSurvey."""
        record = self._published.survey(survey_id)
        if record.state is not State.PUBLISHED:
            return self._unpublished(record, asked)
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

    def _page(self, record: Record, number: int, asked: str | None) -> Body:
        latest, survey_id = latest_number(record), record.survey.id
        measures = tuple(map(_frozen, self._measures(survey_id))) if self._measures and number == latest else None
        return self._completed(survey_id, number, latest, chosen(asked, record.survey.languages), measures)

    def _complete(self, survey_id: str, number: int, latest: int, tag: str, measures: tuple[Any, ...] | None) -> Body:
        """The stored page with its slots filled. Kept by all that it depends on."""
        edition = self._published.edition(survey_id, number)
        survey = self._published.survey(survey_id).survey
        told = edition.results.get("measures", ()) if measures is None else [each.content for each in measures]
        reader = language(tag, survey.languages)
        page = self._stored(survey_id, number, tag)
        return body(complete(page, survey_id, reader, latest if latest > number else None, told), HTML)

    def _rendered(self, survey_id: str, number: int, tag: str) -> str:
        edition = self._published.edition(survey_id, number)
        if (name := page_name(tag)) in edition.documents:
            return self._published.document(edition, name).decode()
        survey = self._published.survey(survey_id).survey
        return render_page(public_form(edition), survey, tag, documents=tuple(edition.documents), imprint=self._imprint)

    def _series(self, survey_id: str) -> Iterator[Past]:
        """The survey and those before it, the latest first, as far back as they are known."""
        seen: set[str] = set()
        name: str | None = survey_id
        while name is not None and name not in seen:
            seen.add(name)
            try:
                edition, record = self._published.latest(name), self._published.survey(name)
            except (UnknownSurvey, NotPublished, UnknownEdition):
                return
            yield past_of(public_form(edition), record.survey)
            compared = edition.results.get("compared_with")
            name = compared["survey"] if compared and "edition" in compared else None
            if compared and name is None and (before := self._published.before(edition)) is not None:
                yield past_before(before.previous)

    def _unpublished(self, record: Record, asked: str | None) -> str:
        """That nothing is published yet, with the notice that the survey is held."""
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
                survey_id=survey.id,
                plan=self._plan(survey.id, reader),
                form=self._form_of(record, reader),
            )
        )

    def _form_of(self, record: Record, reader: Language) -> str:
        """Where the survey can be answered, in the reader's language; empty where only devices can answer, or nobody can."""
        taken = any(stratum.admission is not Admission.DEVICE for _, stratum in record.survey.strata.values())
        if not (self._form and taken and record.state is State.OPEN):
            return ""
        return f"{self._form}/s/{record.survey.id}?lang={reader.tag}"

    def _plan(self, survey_id: str, reader: Language) -> tuple[str, ...]:
        """The documents of the notice that the survey is held: those in the reader's language, else in Vietnamese."""
        names = [name for name in PLAN_SHOWN if name in self._published.plan_notice(survey_id)]
        own = [name for name in names if f".{reader.spoken}." in name]
        return tuple(own or [name for name in names if name.count(".") == 1])

    def _entry(self, record: Record, reader: Language) -> Entry:
        survey = record.survey
        period = sentences.period(survey.period.opens_at, survey.period.closes_at, survey, reader)
        if record.state is not State.PUBLISHED:
            status = reader.word("site.open" if record.state is State.OPEN else "site.working")
            return Entry(survey, period, status, (), self._plan(survey.id, reader), self._form_of(record, reader))
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


@dataclass(frozen=True, slots=True)
class _Frozen:
    """A measure that pages are kept by: the same where it reads the same."""

    text: str
    content: Mapping[str, Any]

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and other.text == self.text


def _frozen(measure: Mapping[str, Any]) -> _Frozen:
    return _Frozen(repr(sorted(measure.items())), measure)


def message(title: str, text: str, asked: str | None) -> str:
    """A page that says one thing. `title` and `text` are keys of the catalogue."""
    reader = language(chosen(asked, SITE_LANGUAGES))
    said = {"title": reader.word(title), "lead": "", "lines": [reader.word(text)], "simulated": False, "plan": (), "form": ""}
    return environment().get_template("message.html").render(**frame(reader, SITE_LANGUAGES), **said)
