"""The full report (báo cáo) of an edition: overview, results, comparison, quality, limits, measures, and annexes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.publisher.rendering.documents import letterhead
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.measure import Measure
from services.publisher.rendering.documents.numbering import Numbering
from services.publisher.rendering.documents.parts import BLANK, Block, Column, Document, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report import comparison, limits, measurement, overview, results
from services.publisher.rendering.documents.report.annexes import annexes
from services.publisher.rendering.documents.words import reader, uncapitalised
from services.publisher.rendering.edition import Edition
from shared.domain.survey import Survey


def report(edition: Edition, survey: Survey, tag: str, given: Given) -> Document:
    """The words of the report in the language `tag`; `given` is what an edition does not hold."""
    words = reader(tag, survey.languages)
    context = Context(edition, survey, words)
    title = words.word("report.summary", title=uncapitalised(words.pick(edition.results.title)))
    superior = survey.body.superior
    return Document(
        language=words.spoken,
        title=f"{words.word('report.title')}. {title}",
        author=words.pick(survey.body.name),
        head=letterhead.letterhead(survey.body, words.word("report.kind"), words),
        name=words.word("report.name"),
        summary=title,
        note=words.word("form.translation"),
        addressee=words.word("form.addressee", superior=words.pick(superior)) if superior else "",
        simulated=letterhead.simulated(words) if edition.results.simulated else None,
        grounds=letterhead.grounds(survey.grounds, words),
        opening=words.word("report.opening", body=words.pick(survey.body.name)),
        sections=tuple(_parts(context, given)),
        end=words.word("report.end", address=given.address or words.word("notice.no_address")),
        recipients_title=words.word("form.recipients"),
        recipients=letterhead.recipients(survey.body, words, addressed=superior is not None),
        numbering=Numbering.PARTS,
        table_label=words.word("form.table"),
        chart_label=words.word("form.chart"),
        annexes=annexes(context, given),
    )


def _parts(context: Context, given: Given) -> Iterator[Section]:
    word = context.reader.word
    yield Section(word("report.part_overview"), (), overview.sections(context, given))
    yield Section(word("report.part_results"), (), results.sections(context))
    yield comparison.part(context)
    yield Section(word("report.part_quality"), (), measurement.sections(context))
    yield Section(word("report.part_limits"), (), limits.sections(context, given))
    yield Section(word("report.part_measures"), _measures(context, given.measures))


def _measures(context: Context, measures: Sequence[Measure]) -> tuple[Block, ...]:
    """What the body will do, in a table; room for it where nothing has been entered."""
    words = context.reader
    heads = (
        Column(words.word("measures.what"), 75, centred=False),
        Column(words.word("measures.who"), 40, centred=False),
        Column(words.word("measures.until"), 25),
        Column(words.word("measures.state"), 25),
    )
    rows = tuple(
        (
            words.pick(each.what),
            words.pick(each.who),
            words.date(each.until),
            words.word("figure.absent") if each.state is None else words.pick(each.state),
        )
        for each in measures
    )
    empty = tuple(BLANK[:length] for length in (25, 13, 7, 7))
    table = Table(words.word("measures.caption"), heads, (Rows(rows or (empty,) * 3),))
    return Paragraph(words.word("measures.lead")), table, Paragraph(words.word("measures.proposals", blank=BLANK))
