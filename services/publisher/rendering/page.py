"""The results page of an edition: what it says is worked out here, how it looks stands in `templates/results.html`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from services.publisher.data.package import Imprint, schema_org
from services.publisher.rendering import charts, sentences
from services.publisher.rendering.comparing import GroupComparison, compared, compared_with, not_compared
from services.publisher.rendering.composite import composite
from services.publisher.rendering.edition import Json, read_edition
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.live import MEASURES, REPLACED, measure_rows
from services.publisher.rendering.method import notes, rule, satisfied_levels
from services.publisher.rendering.numbers import EXACT_FROM
from services.publisher.rendering.others import Themes, correction, themes
from services.publisher.rendering.quality import Priorities, QualityTable, priorities, quality_missing, quality_tables
from services.publisher.rendering.templating import environment
from shared.domain.results import Cell, CriterionResult, GroupResult, QuestionResult, Suppressed
from shared.domain.survey import Group, Survey

QUESTION_ROLES = ("expectation", "perception", "about")
"""The questions outside the indices, in the order in which readers want them."""


PLAN_SHOWN = ("plan.pdf", "plan.docx", "plan.en.pdf", "plan.en.docx")
"""The documents of the notice that a survey is held, in the order in which pages offer them."""

SHOWN = (
    *("notice.pdf", "notice.docx", "report.pdf", "report.docx"),
    *("notice.en.pdf", "notice.en.docx", "report.en.pdf", "report.en.docx"),
    *PLAN_SHOWN,
    *("results.xlsx", "results.csv", "results.json", "datapackage.json", "dcat.jsonld", "register.txt"),
)
"""The documents that the page offers, in this order."""

WISHES = 3


@dataclass(frozen=True, slots=True)
class LevelRow:
    """The answers to one criterion: counts as read, lowest level first, and the bar of the same numbers."""

    criterion: CriterionResult
    counts: tuple[str, ...]
    bar: Markup


@dataclass(frozen=True, slots=True)
class Wish:
    """What respondents would like to see improved: the choice, and its share as read."""

    text: str
    share: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group as the page shows it: its result and all that is said and drawn about it."""

    result: GroupResult
    figure: str
    doubt: str
    satisfied: str
    strip: Markup
    chart: Markup
    levels: tuple[tuple[str, str], ...]
    level_rows: tuple[LevelRow, ...]
    factors: tuple[tuple[str, tuple[CriterionResult, ...]], ...]
    questions: tuple[tuple[str, tuple[QuestionResult, ...]], ...]
    quality: tuple[QualityTable, ...]
    quality_missing: str
    priorities: Priorities | None
    comparison: GroupComparison | None
    reasons: Mapping[str, str]
    wishes: tuple[Wish, ...]
    themes: Themes | None

    @property
    def banded(self) -> bool:
        """Whether some figure stands on a base that is told as a band."""
        return any(not isinstance(cell, Suppressed) and cell.base < EXACT_FROM for cell in self.result.indices())

    @property
    def all_uncertain(self) -> bool:
        """Whether no criterion has been checked against its source."""
        return all(criterion.uncertain for criterion in self.result.criteria)

    @property
    def some_uncertain(self) -> bool:
        """Whether the uncertain criteria are to be told from the others."""
        return not self.all_uncertain and any(criterion.uncertain for criterion in self.result.criteria)

    @property
    def strata_shown(self) -> bool:
        """Whether any stratum has a figure."""
        return any(not isinstance(stratum.overall, Suppressed) for stratum in self.result.strata)


def render_page(
    document: Json,
    survey: Survey,
    tag: str,
    *,
    documents: Sequence[str] = ("notice.pdf",),
    imprint: Imprint | None = None,
) -> str:
    """The results page of the edition in `document` as HTML, in the language `tag` of the survey, its slots (`live`) empty.

    `documents` are the names of those published with it. The same input gives the same page, to the byte.
    """
    edition, imprint = read_edition(document), imprint or Imprint()
    results, reader = edition.results, language(tag, survey.languages)
    confidence = float(results.method.get("confidence", survey.method.confidence))
    changes = {each.id: each for each in compared(results, reader)}
    said = themes(document.get("comments", ()), reader)
    groups = [
        _view(group, survey.group(group.id), reader, confidence, (changes.get(group.id), said.get(group.id)))
        for group in results.groups
    ]
    return (
        environment()
        .get_template("results.html")
        .render(
            **frame(reader, survey.languages),
            edition=edition,
            results=results,
            survey=survey,
            documents=[name for name in offered(documents) if not is_beside(name, reader)],
            beside=[name for name in offered(documents) if is_beside(name, reader)],
            groups=groups,
            composite=composite(results, reader),
            compared_with=compared_with(results, reader),
            not_compared=not_compared(results, reader),
            confidence=reader.whole_percent(100 * confidence),
            period=sentences.period(results.opens_at, results.closes_at, survey, reader),
            published=sentences.day(edition.published_at, survey, reader),
            notes=notes(results, survey, reader),
            aggregation=str(results.method.get("aggregation", survey.method.aggregation.value)),
            counts=tuple(_counts({**results.equation, **_register_counts(results.register)}, reader)),
            promptness=_promptness(document, reader),
            correction=correction(document, reader),
            before=measure_rows(document.get("measures_before", ()), reader),
            slots={"replaced": REPLACED, "measures": MEASURES},
            imprint=imprint,
            dataset=json_in_html(schema_org(document, survey, documents, imprint, tag)),
            description=". ".join(f"{reader.pick(group.result.title)}: {group.figure}" for group in groups) + ".",
            figure=lambda cell: sentences.figure(cell, reader),
            limits=lambda cell: sentences.limits(cell, reader),
            rule=lambda name: rule(name, reader),
            share_bar=charts.share_bar,
            is_suppressed=lambda cell: isinstance(cell, Suppressed),
        )
    )


def offered(documents: Sequence[str]) -> list[str]:
    """The documents that readers are offered, in the order of `SHOWN`; pages and pictures are not among them."""
    known = [name for name in SHOWN if name in documents]
    return known + [name for name in documents if name not in SHOWN and not name.endswith((".html", ".png"))]


def is_beside(name: str, reader: Language) -> bool:
    """Whether a document is not for those who read results in the reader's language: in another one, or of the plan."""
    english = ".en." in name
    return name in PLAN_SHOWN or ((english or name.endswith((".pdf", ".docx"))) and english is not (reader.spoken == "en"))


def json_in_html(document: Json) -> Markup:
    """`document` for a block of data in a page: nothing in it can end the block."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 -- nothing is left that HTML reads


def _promptness(document: Json, reader: Language) -> str:
    """How many days passed from the end of answering to the first edition; empty for editions that do not say it."""
    release = document.get("release")
    return reader.word("page.promptness", days=reader.number(release["days"])) if release else ""


def frame(reader: Language, tags: Sequence[str]) -> dict[str, Any]:
    """What every page's template needs: the language, its words, and the languages that can be switched to."""
    return {
        "lang": reader,
        "word": reader.word,
        "say": reader.say,
        "languages": [(tag, language(tag).words["language.name"] if language(tag).spoken == tag else tag) for tag in tags],
    }


def _view(
    group: GroupResult,
    plan: Group,
    reader: Language,
    confidence: float,
    beside: tuple[GroupComparison | None, Themes | None],
) -> GroupView:
    scale = plan.questionnaire.scale
    paints = charts.level_paints([level.satisfied for level in scale.levels])
    values = [str(level.value) for level in scale.levels]
    bars = (paints, [level.satisfied for level in scale.levels])
    return GroupView(
        result=group,
        figure=sentences.figure(group.overall, reader),
        doubt=sentences.doubt(group.overall, reader, confidence),
        satisfied=satisfied_levels(scale, reader),
        strip=_strip(group, reader),
        chart=_factor_chart(group, reader),
        levels=tuple((reader.pick(level.text), paint) for level, paint in zip(scale.levels, paints, strict=True)),
        level_rows=tuple(_level_row(criterion, values, bars, reader) for criterion in group.criteria),
        factors=tuple(_by_factor(group, reader)),
        questions=tuple(_by_role(group)),
        quality=quality_tables(group, reader),
        quality_missing=quality_missing(group, reader),
        priorities=priorities(group, reader),
        comparison=beside[0],
        reasons={
            cell.reason: sentences.reason(cell.reason, reader) for cell in group.indices() if isinstance(cell, Suppressed)
        },
        wishes=tuple(_wishes(group, plan, reader)),
        themes=beside[1],
    )


def _strip(group: GroupResult, reader: Language) -> Markup:
    row = charts.Row("", group.overall, "")
    title = reader.word("page.chart_overall", group=reader.pick(group.title))
    return charts.interval_chart(f"strip-{group.id}", title, _how([group.overall], reader), [row])


def _factor_chart(group: GroupResult, reader: Language) -> Markup:
    rows = [
        charts.Row(reader.pick(factor.title), factor.cell, sentences.figure(factor.cell, reader)) for factor in group.factors
    ]
    title = reader.word("page.chart_factors", group=reader.pick(group.title))
    how = _how([factor.cell for factor in group.factors], reader)
    return charts.interval_chart(f"factors-{group.id}", title, how, rows)


def _how(cells: Sequence[Cell], reader: Language) -> str:
    census = any(getattr(cell, "kind", "") == "census" for cell in cells)
    return reader.word("page.chart_all" if census else "page.chart_how")


def _wishes(group: GroupResult, plan: Group, reader: Language) -> Iterator[Wish]:
    """What most would like to see improved, without "something else" and the like."""
    asked = {question.id: question for question in plan.questionnaire.expectation}
    for question in group.questions:
        if question.id in asked:
            named = [c for c in question.choices if c.share and c.id not in asked[question.id].fixed]
            for choice in named[:WISHES]:
                yield Wish(reader.pick(choice.text), reader.percent(choice.share or 0.0, question.base or 0))
            return


def _level_row(
    criterion: CriterionResult, values: Sequence[str], bars: tuple[Sequence[str], Sequence[bool]], reader: Language
) -> LevelRow:
    if criterion.levels is None:
        return LevelRow(criterion, (), Markup())
    counts = [criterion.levels.get(value, 0) for value in values]
    segments = charts.diverging_segments(counts, *bars)
    return LevelRow(criterion, tuple(reader.number(count) for count in counts), charts.bar(segments, 50.0))


def _by_factor(group: GroupResult, reader: Language) -> Iterator[tuple[str, tuple[CriterionResult, ...]]]:
    """The criteria under the titles of their factors, in order; those of no factor (the overall question) last."""
    known = {factor.id for factor in group.factors}
    for factor in group.factors:
        yield reader.pick(factor.title), tuple(c for c in group.criteria if c.factor == factor.id)
    if rest := tuple(c for c in group.criteria if c.factor not in known):
        yield reader.word("rules.overall-question"), rest


def _by_role(group: GroupResult) -> Iterator[tuple[str, tuple[QuestionResult, ...]]]:
    for role in QUESTION_ROLES:
        if questions := tuple(question for question in group.questions if question.role == role):
            yield role, questions


def _register_counts(register: Mapping[str, Any]) -> dict[str, Any]:
    return {"ballots": register["ballots"]} if "ballots" in register else {}


def _counts(equation: Mapping[str, Any], reader: Language) -> Iterator[tuple[str, str]]:
    """The counts of the equation as read; parts by reason are summed."""
    for name, value in equation.items():
        number = sum(value.values()) if isinstance(value, Mapping) else value
        if isinstance(number, int) and not isinstance(number, bool) and f"equation.{name}" in reader.words:
            yield reader.word(f"equation.{name}"), reader.number(number)
