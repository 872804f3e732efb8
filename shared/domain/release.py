"""What a survey publishes: every figure computed from its ballots, through the disclosure gate, in the API's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.compute import compute
from shared.domain.disclosure import ledger_of, protect
from shared.domain.recount import Recount
from shared.domain.results import to_json
from shared.domain.survey import Survey


def release(
    survey: Survey, counted: Recount, sealing: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The results of `survey` as they may be published, a function of its arguments alone.

    `sealing` holds the `register` and the `equation` that sealing wrote; `earlier` are the results of earlier editions.
    Raises ReleaseRefused.
    """
    results = compute(survey, counted, sealing["register"], sealing["equation"])
    ledger = [published for edition in earlier for published in ledger_of(edition)]
    return to_json(protect(results, counted.strata, survey, ledger).results)
