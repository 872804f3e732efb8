"""What a plan will be able to say, before anybody has answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.forecast import Assumptions, forecast
from tests.unit.shared.domain import groups

ASKED = groups.questionnaire({"F": ["a"]})


def outlooks(populations: dict[str, int | None], quotas: dict[str, int], **assumed: float) -> dict[str, object]:
    (found,) = forecast(groups.survey(asked := groups.group(ASKED, populations, quotas)), Assumptions(**assumed))
    assert found.id == asked.id
    return {"group": found.outlook, **{stratum.id: stratum for stratum in found.strata}}


def test_sixty_ballots_see_a_change_of_eighteen_points() -> None:
    found = outlooks({"a": None, "b": None}, {"a": 20, "b": 40})["group"]
    assert found.change == pytest.approx(0.183, abs=0.0005)  # type: ignore[attr-defined]
    assert found.worst == pytest.approx(0.1265, abs=0.0001)  # type: ignore[attr-defined]


def test_a_population_makes_the_error_smaller() -> None:
    found = outlooks({"a": 300}, {"a": 60})["group"]
    assert found.worst == pytest.approx(0.1133, abs=0.0001)  # type: ignore[attr-defined]


def test_a_quota_of_ten_is_at_risk_and_needs_sixteen_at_four_of_five() -> None:
    found = outlooks({"a": None}, {"a": 10})["a"]
    assert (found.at_risk, found.hand_out) == (True, 16)  # type: ignore[attr-defined]
    assert found.shown == pytest.approx(0.8**10)  # type: ignore[attr-defined]


def test_a_quota_below_the_minimum_base_is_never_shown() -> None:
    found = outlooks({"a": 9}, {"a": 9})["a"]
    assert (found.shown, found.hand_out) == (0, None)  # type: ignore[attr-defined]


def test_twenty_ballots_are_not_at_risk() -> None:
    assert not outlooks({"a": None}, {"a": 20})["a"].at_risk  # type: ignore[attr-defined]


def test_a_quota_equal_to_the_population_is_a_census() -> None:
    assert outlooks({"a": 17, "b": 9}, {"a": 17, "b": 9})["group"].census  # type: ignore[attr-defined]


def test_without_a_quota_nothing_can_be_foretold() -> None:
    found = outlooks({"a": None, "b": None}, {"a": 20})
    assert found["group"].error is None  # type: ignore[attr-defined]
    assert (found["b"].shown, found["b"].at_risk) == (None, False)  # type: ignore[attr-defined]


def test_the_confidence_of_the_plan_is_that_of_the_error() -> None:
    survey = groups.survey(groups.group(ASKED, {"a": None}, {"a": 60}))
    surer = replace(survey, method=replace(survey.method, confidence=0.99))
    (usual,), (wide,) = forecast(survey, Assumptions()), forecast(surer, Assumptions())
    assert (wide.outlook.error or 0) > (usual.outlook.error or 0)
