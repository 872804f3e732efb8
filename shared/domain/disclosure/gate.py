"""The gate that everything passes before it leaves the system: `protect` makes results safe to publish, or refuses.

The rules are P1 minimum base, P2 complements, P3 no counts on small bases, P4 unanimity, P5 the ledger against
differencing and P6 the audit; P7, no table of criteria by strata, is kept by the form of the results. Figures are only
hidden, bounded or rounded, never changed. `docs/disclosure.md` explains each rule and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.disclosure.cells import Decision, cells_of
from shared.domain.disclosure.ledger import Published, isolating
from shared.domain.disclosure.model import model
from shared.domain.disclosure.outside import protect_comparison, protect_questions
from shared.domain.disclosure.secondary import audit, before, hide_again
from shared.domain.disclosure.sheet import Sheet, bound_unanimity, hide_complements, hide_small_bases
from shared.domain.results import GroupResult, Results, Shown, Suppressed
from shared.domain.survey import Survey
from shared.domain.tally import Tally, merge


class ReleaseRefused(Exception):
    """No safe release can be made; a person must decide. `reasons` says why, one sentence each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Protected:
    """Results that may be published, what was decided on which cell, and what a person should look at."""

    results: Results
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]


def protect(results: Results, tallies: Mapping[str, Tally], survey: Survey, ledger: Sequence[Published] = ()) -> Protected:
    """`results`, which holds every figure unprotected, as it may be published.

    `tallies` are the merged tallies by stratum id behind the results; `ledger` is what earlier editions of this survey
    and the survey compared with have published. The same arguments give the same answer. Raises ReleaseRefused.
    """
    sheets = [protect_group(group, tallies, survey, ledger) for group in results.groups]
    refusals = [reason for sheet in sheets for reason in sheet.refusals]
    if refusals:
        raise ReleaseRefused(refusals)
    groups = tuple(_group(sheet, tallies, survey) for sheet in sheets)
    cells = {place: cell for sheet in sheets for place, cell in sheet.cells.items()}
    blurred = {sheet.result.id for sheet in sheets if sheet.whole_limits}
    comparison, warnings = protect_comparison(results.comparison, cells, blurred, survey.id, ledger)
    told = {
        "min_base": survey.method.min_base,
        "rounded": [entry for sheet in sheets for entry in _rounded(sheet)],
        "limits_without_strata": sorted(blurred),
    }
    return Protected(
        results=replace(results, groups=groups, comparison=comparison, method={**results.method, "disclosure": told}),
        decisions=tuple(decision for sheet in sheets for decision in sheet.decisions),
        warnings=tuple(warning for sheet in sheets for warning in sheet.warnings) + warnings,
    )


def protect_group(result: GroupResult, tallies: Mapping[str, Tally], survey: Survey, ledger: Sequence[Published]) -> Sheet:
    """One group's sheet after all rules. Its `refusals` are not empty where no safe release was found."""
    raw = cells_of(result, survey.method.aggregation.value)
    made = model(survey.group(result.id), survey.method.aggregation, tallies)
    told = before(made, [entry for entry in ledger if entry.survey == survey.id])
    sheet = Sheet(result, made, survey.method, raw, dict(raw), told.facts, told.shown)
    hide_small_bases(sheet)
    hide_complements(sheet)
    bound_unanimity(sheet)
    hide_again(sheet, told.hidden)
    shown = {place: raw[place] for place, cell in sheet.cells.items() if not isinstance(cell, Suppressed)}
    sheet.refusals += [*isolating(shown, ledger, survey), *told.exchanged]
    if not sheet.refusals:
        audit(sheet)
    return sheet


def _rounded(sheet: Sheet) -> Iterator[dict[str, object]]:
    for place, cell in sheet.cells.items():
        step = sheet.step(place) if isinstance(cell, Shown) else 0.0
        if step:
            yield {**place._asdict(), "figure": place.figure.value, "to": step}


def _group(sheet: Sheet, tallies: Mapping[str, Tally], survey: Survey) -> GroupResult:
    group = survey.group(sheet.result.id)
    held = merge(tallies.get(stratum.id, Tally()) for stratum in group.strata)
    published = sheet.published()
    return replace(published, questions=protect_questions(published.questions, held, group, survey.method.min_base))
