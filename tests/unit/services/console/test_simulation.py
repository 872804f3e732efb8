"""Simulated ballots fit their plan, and the same seed gives the same ballots."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from services.console.simulation import simulate
from shared import plan
from shared.domain.ballot import Submission, check
from shared.domain.survey import Channel, Survey
from tests.plans import SURVEYS


@pytest.fixture(params=["sct-bentre-2022.yml", "library-hue-2026.yml"])
def survey(request: pytest.FixtureRequest) -> Survey:
    return plan.load(Path(SURVEYS / request.param))[1]


def test_every_simulated_ballot_fits_its_questionnaire(survey: Survey) -> None:
    ballots = list(simulate(survey, 1))
    checked = [check(Submission(b.id, **{**b.body, "channel": Channel(b.body["channel"])}), survey) for b in ballots]
    assert len({ballot.id for ballot in checked}) == len(ballots)
    assert {ballot.id.version for ballot in checked} == {4}


def test_every_stratum_gets_its_quota_or_what_is_asked_for(survey: Survey) -> None:
    quotas = {id_: stratum.quota or 0 for id_, (_, stratum) in survey.strata.items()}
    asked = dict.fromkeys(list(quotas)[:2], 3)
    assert Counter(b.body["stratum"] for b in simulate(survey, 1)) == Counter(quotas)
    assert Counter(b.body["stratum"] for b in simulate(survey, 1, asked)) == Counter(quotas | asked)


def test_the_same_seed_gives_the_same_ballots(survey: Survey) -> None:
    assert list(simulate(survey, 5)) == list(simulate(survey, 5))
    assert list(simulate(survey, 5)) != list(simulate(survey, 6))
