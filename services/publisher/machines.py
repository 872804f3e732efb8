"""What programs read of the site: the feed of editions, the sitemap, robots.txt, and the catalogue of data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.publisher.data import Imprint
from services.publisher.data.package import dcat_catalogue, dcat_dataset
from services.publisher.published import Published, public_form
from services.publisher.rendering import sentences
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.others import correction
from services.publisher.rendering.templating import environment
from shared.domain.survey import State, Survey
from shared.language import SITE_LANGUAGES, chosen
from shared.store.editions import Edition
from shared.store.surveys import Record

ENTRIES = 50
"""Editions that the feed goes back; RFC 4287 sets no limit, readers do."""

_NEVER = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An edition in the feed, or the notice that a survey is held."""

    address: str
    title: str
    body: str
    updated: str
    summary: str


class Machines:
    """The forms over what is published. `imprint` in the methods has the address that is asked for, where none is set."""

    def __init__(self, published: Published) -> None:
        self._published = published

    def feed(self, asked: str | None, imprint: Imprint) -> str:
        """The editions, and the notices of surveys that are open, as an Atom feed (RFC 4287), the latest first."""
        reader = language(chosen(asked, SITE_LANGUAGES))
        entries = [_entry(edition, imprint, reader) for _, edition in self._editions()]
        entries += [_notice_entry(survey, made_at, imprint, reader) for survey, made_at in self._open()]
        entries = sorted(entries, key=lambda entry: entry.updated, reverse=True)[:ENTRIES]
        updated = entries[0].updated if entries else _NEVER
        template = environment().get_template("feed.xml")
        return template.render(word=reader.word, lang=reader, entries=entries, updated=updated, address=imprint.address)

    def sitemap(self, imprint: Imprint) -> str:
        """The pages of what is published, and of surveys that are open, in each language (sitemaps.org)."""
        pages: list[tuple[str, str, Sequence[str]]] = [("/", "", SITE_LANGUAGES), ("/methodology", "", SITE_LANGUAGES)]
        for record in self._out():
            survey, changed = record.survey, self._published.latest(record.survey.id).published_at
            paths = ("", "/history", "/editions", "/register")
            pages += [(f"/surveys/{survey.id}{path}", _time(changed), survey.languages) for path in paths]
        pages += [(f"/surveys/{survey.id}", _time(made_at), survey.languages) for survey, made_at in self._open()]
        return environment().get_template("sitemap.xml").render(pages=pages, address=imprint.address)

    def catalogue(self, imprint: Imprint) -> bytes:
        """The data of the latest editions as a DCAT catalogue."""
        datasets = []
        for record in self._out():
            edition = self._published.latest(record.survey.id)
            datasets.append(dcat_dataset(public_form(edition), record.survey, edition.documents, imprint))
        titles = {tag: language(tag).word("site.title") for tag in SITE_LANGUAGES}
        return dcat_catalogue(datasets, titles, imprint)

    def _out(self) -> Iterator[Record]:
        yield from (record for record in self._published.surveys() if record.state is State.PUBLISHED)

    def _open(self) -> Iterator[tuple[Survey, datetime]]:
        """The surveys that people can answer, and whose notice is out, with the moment from which both is so."""
        for record in self._published.surveys():
            if record.state is State.OPEN and (out_since := self._published.noticed_at(record.survey.id)) is not None:
                yield record.survey, max(out_since, record.survey.period.opens_at.astimezone(UTC))

    def _editions(self) -> Iterator[tuple[Record, Edition]]:
        for record in self._out():
            for edition in self._published.editions(record.survey.id):
                yield record, edition


def robots(imprint: Imprint) -> str:
    """robots.txt (RFC 9309): all but the answers to single receipts."""
    return f"User-agent: *\nDisallow: /surveys/*/register/\nSitemap: {imprint.address}/sitemap.xml\n"


def _entry(edition: Edition, imprint: Imprint, reader: Language) -> FeedEntry:
    document = public_form(edition)
    results = read_edition(document).results
    corrected = correction(document, reader)
    title = reader.pick(results.title)
    figures = [
        f"{reader.pick(group.title)}: {sentences.figure(group.overall, reader)} ({sentences.limits(group.overall, reader)})"
        for group in results.groups
    ]
    said = [corrected.reason] if corrected else []
    simulated = [reader.word("simulated.title")] if results.simulated else []
    return FeedEntry(
        address=imprint.edition(document),
        title=reader.word("feed.corrected", title=title) if corrected else title,
        body=reader.pick(results.body),
        updated=_time(edition.published_at),
        summary=". ".join(part.rstrip(".") for part in (*simulated, *said, *figures)) + ".",
    )


def _notice_entry(survey: Survey, out_since: datetime, imprint: Imprint, reader: Language) -> FeedEntry:
    period = sentences.period(survey.period.opens_at, survey.period.closes_at, survey, reader)
    simulated = [reader.word("simulated.title")] if survey.simulated else []
    return FeedEntry(
        address=imprint.survey(survey.id),
        title=reader.word("feed.held", title=reader.pick(survey.title)),
        body=reader.pick(survey.body.name),
        updated=_time(out_since),
        summary=". ".join((*simulated, period)) + ".",
    )


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
