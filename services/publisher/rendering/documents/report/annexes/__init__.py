"""The annexes of the report: questionnaire, tables, disclosure items, quality report, certificate."""

from __future__ import annotations

from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.letterhead import annex_with
from services.publisher.rendering.documents.numbering import roman
from services.publisher.rendering.documents.parts import Annex, Section
from services.publisher.rendering.documents.report.annexes import certificate, questionnaire, tables, transparency
from services.publisher.rendering.documents.report.annexes.quality_report import quality_report
from services.publisher.rendering.documents.report.blocks import paragraphs


def annexes(context: Context, given: Given) -> tuple[Annex, ...]:
    word = context.reader.word
    kept: list[tuple[str, str, tuple[Section, ...]]] = [
        ("questionnaire.title", "", questionnaire.sections(context)),
        ("tables.title", "", tables.sections(context)),
        ("aapor.title", word("aapor.lead"), transparency.sections(context, given)),
        ("ess.title", word("ess.lead"), quality_report(context, given)),
    ]
    with_ = annex_with(context.survey.body, "report", context.reader)
    made = [
        Annex(word("form.annex", number=roman(n)), word(title), with_, paragraphs([lead]), sections)
        for n, (title, lead, sections) in enumerate(kept, 1)
    ]
    label = word("form.annex", number=roman(len(made) + 1))
    return (*made, Annex(label, word("certificate.title"), with_, certificate.blocks(context)))
