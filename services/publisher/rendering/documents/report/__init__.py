"""The full report (báo cáo) of an edition: overview, results, comparison, quality, limits, measures, and annexes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.publisher.rendering.documents import letterhead, said
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.numbering import Numbering
from services.publisher.rendering.documents.parts import BLANK, Block, Column, Document, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report import comparison, limits, measurement, overview, results
from services.publisher.rendering.documents.report.annexes import annexes
from services.publisher.rendering.documents.words import reader, uncapitalised
from services.publisher.rendering.edition import Edition
from shared.domain.measure import Measure
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
        opening=(
            *said.corrected(given.correction, edition, words),
            words.word("report.opening", body=words.pick(survey.body.name)),
        ),
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
    yield Section(word("report.part_results"), (), results.sections(context, given))
    yield comparison.part(context)
    yield Section(word("report.part_quality"), (), measurement.sections(context))
    yield Section(word("report.part_limits"), (), limits.sections(context, given))
    yield Section(word("report.part_measures"), _measures(context, given))


def _measures(context: Context, given: Given) -> tuple[Block, ...]:
    """What the body will do, in a table with room where nothing has been entered; and what became of what it did before."""
    words = context.reader
    lead, proposals = Paragraph(words.word("measures.lead")), Paragraph(words.word("measures.proposals", blank=BLANK))
    table = _measure_table(words.word("measures.caption"), given.measures, context)
    if not given.measures_before:
        return lead, table, proposals
    before = _measure_table(words.word("measures.before_caption"), given.measures_before, context)
    return lead, table, Paragraph(words.word("measures.before")), before, proposals


def _measure_table(caption: str, measures: Sequence[Measure], context: Context) -> Table:
    words = context.reader
    heads = (
        Column(words.word("measures.what"), 75, centred=False),
        Column(words.word("measures.who"), 40, centred=False),
        Column(words.word("measures.until"), 25),
        Column(words.word("measures.state"), 25),
    )
    rows = tuple((words.pick(m.what), words.pick(m.who), words.date(m.until), _state(m, context)) for m in measures)
    empty = tuple(BLANK[:length] for length in (25, 13, 7, 7))
    return Table(caption, heads, (Rows(rows or (empty,) * 3),))


def _state(measure: Measure, context: Context) -> str:
    words = context.reader
    state = words.word(f"measures.{measure.progress.value}")
    return state if measure.note is None else f"{state} ({words.pick(measure.note)})"
