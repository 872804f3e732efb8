"""What a survey publishes: every figure computed from its ballots, through the disclosure gate, in the API's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.assessment import quality_told
from shared.domain.compute import compute
from shared.domain.disclosure import Decision, ledger_of, protect
from shared.domain.pooling import declared, pooled
from shared.domain.recount import Recount
from shared.domain.results import Results, to_json
from shared.domain.series import Previous, comparison_rows
from shared.domain.survey import Survey


@dataclass(frozen=True, slots=True)
class Released:
    """Results as they may be published, and what only those who run the survey may see: what was hidden and why (cell, rule,
    reason) and what a person should look at."""

    results: dict[str, Any]
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]


def release(
    survey: Survey,
    counted: Recount,
    sealing: Mapping[str, Any],
    earlier: Sequence[Mapping[str, Any]] = (),
    previous: Previous | None = None,
) -> dict[str, Any]:
    """The results of `survey` as they may be published, a function of its arguments alone.

    `sealing` holds the `register` and the `equation` that sealing wrote; `earlier` are the results of all that was published
    before about the same people: earlier editions, and the edition compared with. `previous` is the survey before, None
    where the plan names none or there is none to be found. Raises ReleaseRefused.

    What is computed after the gate (quality, composite, comparison) is computed from what the gate let through.
    """
    return released(survey, counted, sealing, earlier, previous).results


def released(
    survey: Survey,
    counted: Recount,
    sealing: Mapping[str, Any],
    earlier: Sequence[Mapping[str, Any]] = (),
    previous: Previous | None = None,
) -> Released:
    """As `release`, with what the gate decided."""
    results = compute(survey, counted, sealing["register"], sealing["equation"])
    ledger = [published for edition in earlier for published in ledger_of(edition)]
    protected = protect(results, counted.strata, survey, ledger)
    shown = protected.results
    groups = tuple(
        replace(group, quality=quality_told(group, counted.quality[group.id], survey.group(group.id).questionnaire))
        for group in shown.groups
    )
    composite = pooled(groups, survey)
    shown = replace(shown, groups=groups, pooled=composite)
    if previous is not None:
        rows = comparison_rows(to_json(shown), survey, previous)
        shown = replace(shown, comparison=tuple(rows), compared_with=previous.to_json())
    whole = to_json(replace(shown, warnings=tuple(_warnings(shown, survey, previous))))
    return Released(whole, protected.decisions, protected.warnings)


def _warnings(shown: Results, survey: Survey, previous: Previous | None) -> list[dict[str, str]]:
    """What the plan asked for that the results do not have."""
    found = []
    if survey.previous is not None and previous is None:
        found.append({"code": "previous-not-found", "survey": survey.previous})
    if declared(survey) and shown.pooled is None:
        found.append({"code": "composite-part-hidden"})
    return found
