"""What is released after the gate is a function of what the gate let through, and is the same in any division of ballots."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from shared.domain.ballot import Ballot, digest
from shared.domain.comparison import Unit
from shared.domain.inference import Estimate
from shared.domain.recount import Recount, StoredBallot, recount
from shared.domain.release import release
from shared.domain.series import Previous, previous_of
from shared.domain.survey import Survey
from tests.unit.shared.domain import groups

SEALING: dict[str, Any] = {"register": {}, "equation": {}}
ASKED = groups.questionnaire({"F1": ["a", "b", "c"], "F2": ["d", "e"]}, overall="q")
SURVEY = groups.survey(groups.group(ASKED, {"north": None, "south": None}))


def ballots(number: int = 60, satisfied: float = 0.7, seed: int = 3) -> list[Ballot]:
    rng = np.random.default_rng(seed)
    rows = np.where(rng.random((number, 6)) < satisfied, 4, 2) + rng.integers(0, 2, (number, 6))
    items = [*"abcdeq"]
    return [
        groups.ballot(n, "north" if n % 2 else "south", dict(zip(items, map(int, row), strict=True)))
        for n, row in enumerate(rows)
    ]


def counted(of: list[Ballot], chunk: int = 1_000, survey: Survey = SURVEY) -> Recount:
    stored = [StoredBallot(ballot, digest(ballot)) for ballot in of]
    return recount([stored[start : start + chunk] for start in range(0, len(stored), chunk)], survey)


def before(**changes: Any) -> Previous:
    document = {**release(SURVEY, counted(ballots(satisfied=0.4, seed=5)), SEALING), "edition": 2}
    return replace(previous_of(document, replace(SURVEY, id="s-before")), **changes)


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in found["comparison"]}


def test_any_division_into_chunks_releases_the_same() -> None:
    whole = release(SURVEY, counted(ballots()), SEALING)
    assert release(SURVEY, counted(ballots(), chunk=7), SEALING) == whole
    assert whole["groups"][0]["quality"]["ballots"] == 60


def test_channels_of_at_least_one_ballot_in_twenty_are_those_of_the_group() -> None:
    some = ballots()
    rare = [replace(ballot, channel=type(ballot.channel)("phone")) for ballot in some[:2]]
    common = [replace(ballot, channel=type(ballot.channel)("paper")) for ballot in some[2:5]]
    found = release(SURVEY, counted(rare + common + some[5:]), SEALING)
    assert found["groups"][0]["channels"] == ["paper", "web"]


def test_without_a_survey_before_there_is_no_comparison_and_no_warning() -> None:
    found = release(SURVEY, counted(ballots()), SEALING)
    assert (found["comparison"], found["warnings"], "compared_with" in found) == ([], [], False)


def test_a_survey_before_that_is_not_there_is_warned_of() -> None:
    found = release(replace(SURVEY, previous="s-before"), counted(ballots()), SEALING)
    assert found["warnings"] == [{"code": "previous-not-found", "survey": "s-before"}]
    assert found["comparison"] == []


def test_every_figure_has_a_row_against_the_survey_before() -> None:
    found = release(SURVEY, counted(ballots()), SEALING, (), before())
    assert [(row["figure"], row["id"]) for row in found["comparison"]] == [
        ("overall", "overall"),
        ("factor", "F1"),
        ("factor", "F2"),
        *(("criterion", id_) for id_ in "abcde"),
    ]
    assert found["compared_with"]["survey"] == "s-before"
    assert found["compared_with"]["edition"] == 2


def test_a_row_is_computed_from_the_published_figures_of_both() -> None:
    found = release(SURVEY, counted(ballots()), SEALING, (), before())
    row, now = rows(found)["overall"], found["groups"][0]["overall"]
    assert row["now"] == now
    assert row["difference"] == pytest.approx(now["index"] - row["before"]["index"])
    assert row["verdict"] == "increase"
    assert row["low"] > 0


def test_a_figure_that_is_not_published_is_not_compared() -> None:
    previous = before()
    group = previous.groups["g"]
    hidden = replace(previous, groups={"g": replace(group, factors={**group.factors, "F1": None})})
    found = rows(release(SURVEY, counted(ballots()), SEALING, (), hidden))
    assert found["F1"] == {"group": "g", "figure": "factor", "id": "F1", "break": ["not-measured"]}
    assert "verdict" in found["F2"]


def test_a_unit_that_ended_between_the_two_breaks_the_series() -> None:
    previous = before()
    ended = tuple(replace(unit, valid_to=date(2022, 9, 1)) for unit in previous.groups["g"].units)
    found = release(
        SURVEY, counted(ballots()), SEALING, (), replace(previous, groups={"g": replace(previous.groups["g"], units=ended)})
    )
    assert {tuple(row["break"]) for row in found["comparison"]} == {("units",)}


def test_a_stratum_of_the_plan_that_has_not_begun_in_the_survey_before_breaks_the_series() -> None:
    group = SURVEY.groups[0]
    strata = tuple(replace(stratum, valid_from=date(2022, 8, 1)) for stratum in group.strata)
    young = replace(SURVEY, groups=(replace(group, strata=strata),))
    old = before()
    earlier = replace(old, groups={"g": replace(old.groups["g"], first_day=date(2021, 8, 1))})
    found = release(young, counted(ballots(), survey=young), SEALING, (), earlier)
    assert rows(found)["overall"]["break"] == ["units"]


def test_a_group_that_was_not_there_before_is_a_break_in_all_its_figures() -> None:
    found = release(SURVEY, counted(ballots()), SEALING, (), before(groups={}))
    assert {tuple(row["break"]) for row in found["comparison"]} == {("group",)}
    assert len(found["comparison"]) == 8


def test_a_census_keeps_its_kind_in_the_row() -> None:
    previous = before()
    whole = Estimate(50.0, 50.0, 50.0, 60, type(previous.groups["g"].overall.kind)("census"))  # type: ignore[union-attr]
    exact = replace(previous, groups={"g": replace(previous.groups["g"], overall=whole)})
    found = release(SURVEY, counted(ballots()), SEALING, (), exact)
    assert rows(found)["overall"]["before"]["census"] is True


def test_the_last_day_is_the_one_before_closing_at_midnight() -> None:
    assert (before().first_day, before().last_day) == (date(2022, 8, 1), date(2022, 10, 29))
    assert Unit("north") in before().groups["g"].units


def test_declared_weights_with_a_hidden_part_are_warned_of() -> None:
    two = groups.survey(
        *(replace(SURVEY.groups[0], id=id_, weight=1.0, strata=(replace(SURVEY.groups[0].strata[0], id=id_),)) for id_ in "gh")
    )
    one = [replace(ballot, stratum="g") for ballot in ballots()]
    found = release(two, counted(one, survey=two), SEALING)
    assert found["warnings"] == [{"code": "composite-part-hidden"}]
    assert "pooled" not in found


def test_a_stratum_without_a_ballot_is_named_as_not_covered() -> None:
    north = [replace(ballot, stratum="north") for ballot in ballots()]
    (group,) = release(SURVEY, counted(north), SEALING)["groups"]
    assert group["uncovered"] == ["south"]
