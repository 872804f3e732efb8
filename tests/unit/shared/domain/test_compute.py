"""From ballots to the figures of their survey, before anything of it is protected."""

from __future__ import annotations

from uuid import UUID

from shared.domain.ballot import Submission, check, digest
from shared.domain.compute import compute
from shared.domain.recount import StoredBallot, recount
from shared.domain.results import CriterionResult
from shared.domain.survey import Channel
from tests.unit.shared.domain.surveys import SURVEY


def criteria_of(*first: int | None) -> dict[str, CriterionResult]:
    """The criteria's figures where each ballot answers the first with one of these, the others with 4."""
    stored = []
    for number, rating in enumerate(first):
        rest = {"C2": 4, "asked": "yes", "C3": 4, "Q": 4}
        answers = rest if rating is None else {"C1": rating, **rest}
        ballot = check(Submission(UUID(int=number, version=4), "desk", Channel.WEB, "vi", 1, answers, None), SURVEY)
        stored.append(StoredBallot(ballot, digest(ballot)))
    (group,) = compute(SURVEY, recount([stored], SURVEY), {}, {}).groups
    return {criterion.id: criterion for criterion in group.criteria}


def test_no_opinion_and_skipped_are_shares_of_all_complete_ballots() -> None:
    found = criteria_of(0, 0, 0, None, 5, 5, 4, 4, 2, 1)
    assert (found["C1"].no_opinion, found["C1"].skipped) == (30.0, 10.0)
    assert found["C1"].levels == {"1": 1, "2": 1, "3": 0, "4": 2, "5": 2}
    assert (found["C2"].no_opinion, found["C2"].skipped) == (0.0, 0.0)


def test_where_there_are_no_ballots_there_is_no_share() -> None:
    assert (criteria_of()["C1"].no_opinion, criteria_of()["C1"].skipped) == (None, None)
