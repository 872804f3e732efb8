"""A survey's results beside those of the survey before: from its edition, from a file, or not there."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.console.checking import edition_differences
from shared.domain.recount import recount
from shared.domain.survey import State
from shared.plan.summary import load_summary_text
from shared.store.audit import Author
from shared.store.editions import Editions, Files
from shared.store.previous import Predecessors
from shared.store.summaries import Summaries
from tests import plans
from tests.harness import AUTHOR, Client, Rig, Store, drawn, unique

SUMMARY = """\
survey: {id}
title: {{vi: Khảo sát trước, en: Survey before}}
simulated: {simulated}
first_day: 2025-01-01
last_day: 2025-02-01
aggregation: mean-of-factors
groups:
  - id: people
    scale: five
    channels: [web]
    units: [{{code: desk}}, {{code: online}}]
    criteria:
      - {{id: C1, wording: c1-visit-1, index: 99, base: 200}}
      - {{id: C2, wording: another, index: 99, base: 200}}
"""


@pytest.fixture(scope="module")
def played(system: Rig, store: Store, api: Client) -> tuple[str, str]:
    """The ids of two published surveys, the second compared with the first."""
    assert system
    first, second = unique("year-1"), unique("year-2")
    play(store, api, first)
    play(store, api, second, previous=first)
    return first, second


def play(store: Store, api: Client, survey_id: str, **changes: object) -> None:
    strata = (plans.stratum("desk"), plans.stratum("online"))
    store.opened(plans.small(survey_id, *strata, grace=0.5, **changes))
    chance = random.Random(survey_id[:6])
    for _ in range(60):
        assert api.put(survey_id, uuid4(), drawn(chance)).status == 201
    store.surveys.move(store.surveys.get(survey_id), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey_id, State.PUBLISHED)


def results(store: Store, survey_id: str) -> dict[str, Any]:
    return dict(Editions(store.db, Files(store.db)).get(survey_id, 1).results)


def test_the_survey_before_is_compared_with_by_its_edition(played: tuple[str, str], store: Store) -> None:
    found = results(store, played[1])
    assert (found["compared_with"]["survey"], found["compared_with"]["edition"]) == (played[0], 1)
    assert {row["id"] for row in found["comparison"] if "verdict" in row} >= {"overall", "F1", "F2"}
    assert found["warnings"] == []


def test_a_recount_computes_the_same_comparison(played: tuple[str, str], store: Store) -> None:
    record = store.surveys.get(played[1])
    counted = recount(store.ballots.chunks(played[1]), record.survey)
    editions = Editions(store.db, Files(store.db)).all(played[1])
    assert edition_differences(record, counted, editions, Predecessors(store.db)) == []


def test_a_summary_that_was_brought_in_is_compared_with_by_its_digest(system: Rig, store: Store, api: Client) -> None:
    assert system
    before, now = unique("elsewhere"), unique("here")
    digest = Summaries(store.db, AUTHOR).bring_in(summary(before))
    play(store, api, now, previous=before)
    found = results(store, now)
    rows = {row["id"]: row for row in found["comparison"]}
    assert found["compared_with"]["digest"] == digest
    assert rows["C1"]["verdict"] == "decrease"
    assert rows["C2"]["break"] == ["wording"]
    assert rows["F1"]["break"] == ["wording"]


def test_a_survey_before_that_is_nowhere_is_a_warning_and_not_an_obstacle(system: Rig, store: Store, api: Client) -> None:
    assert system
    survey = unique("alone")
    play(store, api, survey, previous="nowhere-2025")
    found = results(store, survey)
    assert found["warnings"] == [{"code": "previous-not-found", "survey": "nowhere-2025"}]
    assert found["comparison"] == []


def test_a_simulated_summary_is_not_there_for_a_real_survey(system: Rig, store: Store) -> None:
    assert system
    before = unique("made-up")
    Summaries(store.db, AUTHOR).bring_in(summary(before, simulated="true"))
    real = store.surveys.load(plans.small(unique("real"), previous=before)).survey
    rehearsal = store.surveys.load(plans.small(unique("rehearsal"), previous=before, simulated=True)).survey
    assert Predecessors(store.db).find(real) is None
    assert Predecessors(store.db).find(rehearsal) is not None


def test_the_summary_brought_in_last_is_the_one_that_counts(system: Rig, store: Store) -> None:
    assert system
    before = unique("corrected")
    wrong, right = summary(before), summary(before, first_day="2025-01-02")
    first = Summaries(store.db, Author("test", lambda: datetime(2026, 1, 1, tzinfo=UTC))).bring_in(wrong)
    second = Summaries(store.db, Author("test", lambda: datetime(2026, 1, 2, tzinfo=UTC))).bring_in(right)
    assert Summaries(store.db).latest(before).digest == second
    assert Summaries(store.db).get(first).digest == first


def summary(survey_id: str, simulated: str = "false", first_day: str = "2025-01-01") -> dict[str, Any]:
    text = SUMMARY.format(id=survey_id, simulated=simulated).replace("2025-01-01", first_day)
    return load_summary_text(text, "before.yml")
