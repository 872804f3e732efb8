"""Part V of the report: what its figures do not tell, and what is still open. A sentence for each thing that is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.publisher.rendering.comparing import not_compared
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.parts import BLANK, Section
from services.publisher.rendering.documents.report.blocks import paragraphs
from services.publisher.rendering.documents.words import listed
from services.publisher.rendering.sentences import WIDE
from shared.domain.results import Cell, Shown


def sections(context: Context, given: Given) -> tuple[Section, ...]:
    word = context.reader.word
    open_matters = listed(_open(context, given)) or [word("limits.none")]
    causes = word("limits.causes", blank=BLANK)
    return (
        Section(word("limits.limits"), paragraphs(listed(limits(context)))),
        Section(word("limits.open"), paragraphs([*open_matters, causes])),
    )


def limits(context: Context) -> Iterator[str]:
    """What the figures of this survey do not tell."""
    words = context.reader
    overall = [group.overall for group in context.groups]
    kinds = {cell.kind for cell in overall if isinstance(cell, Shown)}
    if context.edition.results.simulated:
        yield words.word("simulated.text")
    if "interval" in kinds:
        yield words.word("limits.sample")
    if "census" in kinds:
        yield words.word("limits.census")
    yield words.word("limits.ceiling")
    if wide := [f"“{name}”" for name, cell in _wide(context) if cell.high - cell.low >= WIDE]:
        yield words.word("limits.wide", names=", ".join(wide))
    cells = [cell for group in context.groups for cell in group.indices()]
    hidden = sum(not isinstance(cell, Shown) for cell in cells)
    if hidden:
        yield words.word("limits.hidden", number=words.number(hidden), all=words.number(len(cells)))
    if any(len(group.channels) > 1 for group in context.groups):
        yield words.word("limits.channels")


def _wide(context: Context) -> Iterator[tuple[str, Shown]]:
    """The overall indices, of groups and of strata, and those of factors that are shown, with their names."""
    words = context.reader
    for group in context.groups:
        named: Iterable[tuple[str, Cell]] = (
            (words.pick(group.title), group.overall),
            *((words.pick(factor.title), factor.cell) for factor in group.factors),
            *((words.pick(stratum.title), stratum.overall) for stratum in group.strata),
        )
        yield from ((name, cell) for name, cell in named if isinstance(cell, Shown) and cell.kind == "interval")


def _open(context: Context, given: Given) -> Iterator[str]:
    words, results = context.reader, context.edition.results
    uncertain = {criterion.wording for group in context.groups for criterion in group.criteria if criterion.uncertain}
    if uncertain:
        yield words.word("limits.uncertain", number=words.number(len(uncertain)))
    for number, group in enumerate(context.groups):
        if group.uncovered:
            strata = {stratum.id: words.pick(stratum.title) for stratum in group.strata}
            named = ", ".join(strata[id_] for id_ in group.uncovered)
            yield words.word("method.uncovered", group=context.label(number), strata=named)
        if not group.weighted and group.population is None:
            yield words.word("limits.weights", group=context.label(number))
    if results.compared_with is None:
        yield not_compared(results, words)
    if not given.handed_out:
        yield words.word("limits.handed_out")
    if not given.measures:
        yield words.word("limits.not_measures")
