"""What a running figure may be made of."""

from __future__ import annotations

from services.scoring.running import snapshot
from shared import plan
from shared.domain.tally import Tally
from tests import plans


def test_a_factor_that_one_ballot_rated_has_no_running_figure_and_moves_no_other() -> None:
    survey = plan.parse(plans.small("running"))
    group = survey.groups[0]
    first, last = group.questionnaire.factors[0], group.questionnaire.factors[-1]
    counts = {c.id: {"4": 9, "2": 3} for c in first.criteria} | {c.id: {"5": 1} for c in last.criteria}
    taken = snapshot(group, {group.strata[0].id: Tally(counted=12, counts=counts)}, survey.method, {group.strata[0].id: 12})
    assert taken.factors == {first.id: 75.0, last.id: None}
    assert taken.overall is None


def test_a_small_group_that_agrees_altogether_has_no_running_figure() -> None:
    survey = plan.parse(plans.small("running"))
    group = survey.groups[0]
    counts = {c.id: {"5": 12} for c in group.questionnaire.criteria}
    taken = snapshot(group, {group.strata[0].id: Tally(counted=12, counts=counts)}, survey.method, {group.strata[0].id: 12})
    assert taken.overall is None
    assert set(taken.factors.values()) == {None}
