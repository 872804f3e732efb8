"""The rules for what stands beside the indices: questions with choices, and the comparison with another survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from shared.domain.disclosure.cells import Cells, Figure, Place
from shared.domain.disclosure.ledger import Published
from shared.domain.disclosure.rules import hidden_choices
from shared.domain.results import ChoiceShare, QuestionResult, Shown
from shared.domain.survey import Group, Question
from shared.domain.tally import ANSWERED, Tally

NAMES = ("group", "stratum", "figure", "id", "factor", "title", "text", "wording")
"""The keys of a comparison row that name its figure; they stay when the row is suppressed."""


def protect_questions(
    questions: Sequence[QuestionResult], held: Tally, group: Group, min_base: int
) -> tuple[QuestionResult, ...]:
    """A group's questions as they may be published; `held` is the merged tally of the group."""
    return tuple(_question(question, held, group, min_base) for question in questions)


def _question(result: QuestionResult, held: Tally, group: Group, min_base: int) -> QuestionResult:
    question = group.questionnaire.questions[result.id]
    given = held.of(question.id)
    several = question.at_most > 1
    counts = {choice.id: given.get(choice.id, 0) for choice in question.choices}
    base = given.get(ANSWERED, 0) if several else sum(counts.values())
    if base < min_base:
        return _suppressed(result, question, "base" if base else "no-answers")
    hidden = hidden_choices(counts, base, several=several, sensitive=question.sensitive)
    if hidden == set(counts):
        return _suppressed(result, question, "audit")
    # A rank tells as much as a share: what is hidden stands last, in the plan's order.
    shown = tuple(choice for choice in result.choices if choice.id not in hidden)
    return replace(result, choices=shown + _without_shares(result, question, hidden))


def _suppressed(result: QuestionResult, question: Question, reason: str) -> QuestionResult:
    return replace(result, base=None, choices=_without_shares(result, question, question.choice_ids), reason=reason)


def _without_shares(result: QuestionResult, question: Question, hidden: Set[str]) -> tuple[ChoiceShare, ...]:
    """The hidden choices of a question, without their shares, in the plan's order."""
    found = {choice.id: choice for choice in result.choices}
    return tuple(replace(found[choice.id], share=None) for choice in question.choices if choice.id in hidden)


def protect_comparison(
    rows: Sequence[Mapping[str, Any]], cells: Cells, blurred: Set[str], survey: str, ledger: Sequence[Published]
) -> tuple[tuple[Mapping[str, Any], ...], tuple[str, ...]]:
    """The comparison rows that may be published, and warnings about those left out.

    A row names its figure by `group`, `id` (a factor, a criterion, or `overall`) and, for one of a stratum, `stratum`.
    It is suppressed where the figure is not shown now, or was not before, since the difference would give it back.
    A group of `blurred` shows limits that were not made from its strata; rows made from its true limits would undo it.
    """
    before = {entry.place for entry in ledger if entry.survey != survey and entry.index is not None}
    kept: list[Mapping[str, Any]] = []
    warnings = []
    for row in rows:
        place = _place(row, cells)
        if place is None:
            warnings.append(f"a comparison row was left out, since it names no figure of the survey: {dict(row)!r}")
        elif isinstance(cells[place], Shown) and place.group not in blurred and (not before or place in before):
            kept.append(row)
        else:
            named = {key: row[key] for key in NAMES if key in row}
            kept.append({**named, "suppressed": True, "reason": getattr(cells[place], "reason", "audit")})
    return tuple(kept), tuple(warnings)


def _place(row: Mapping[str, Any], cells: Cells) -> Place | None:
    group, stratum, id_ = str(row.get("group")), row.get("stratum"), str(row.get("id"))
    named = [Place(group, stratum, Figure.OVERALL)] if id_ == "overall" else []
    named += [Place(group, stratum, Figure.FACTOR, id_), Place(group, stratum, Figure.CRITERION, id_)]
    return next((place for place in named if place in cells), None)
