"""Whether the clock and the survey's state admit a ballot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import plan
from shared.domain.survey import SYNCHRONISED, Admitted, Channel, Period, State, WhenFull, admits
from tests import plans
from tests.unit.shared.domain.surveys import SURVEY

START = datetime(2026, 3, 2, tzinfo=UTC)
PERIOD = Period("UTC", START, START + timedelta(hours=10), START + timedelta(hours=12))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hour", "state", "web", "kiosk"),
    [
        (-0.01, State.OPEN, Admitted.NOT_YET, Admitted.NOT_YET),
        (0, State.OPEN, Admitted.YES, Admitted.YES),
        (9.99, State.OPEN, Admitted.YES, Admitted.YES),
        (10, State.OPEN, Admitted.CLOSED, Admitted.YES),
        (11.99, State.CLOSING, Admitted.CLOSED, Admitted.YES),
        (12, State.CLOSING, Admitted.CLOSED, Admitted.LATE),
        (5, State.CLOSING, Admitted.CLOSED, Admitted.YES),
        (5, State.DRAFT, Admitted.NOT_YET, Admitted.NOT_YET),
        (5, State.SEALED, Admitted.CLOSED, Admitted.LATE),
        (20, State.PUBLISHED, Admitted.CLOSED, Admitted.LATE),
    ],
)
def test_the_clock_and_the_state_decide_together(hour: float, state: State, web: Admitted, kiosk: Admitted) -> None:
    now = START + hour * HOUR
    assert (admits(PERIOD, state, Channel.WEB, now), admits(PERIOD, state, Channel.KIOSK, now)) == (web, kiosk)


@given(st.sampled_from(State), st.sampled_from(Channel), st.floats(-5, 20), st.floats(0, 5))
def test_what_is_closed_never_opens_again(state: State, channel: Channel, hour: float, later: float) -> None:
    before = admits(PERIOD, state, channel, START + hour * HOUR)
    after = admits(PERIOD, state, channel, START + (hour + later) * HOUR)
    assert not (before in (Admitted.CLOSED, Admitted.LATE) and after in (Admitted.YES, Admitted.NOT_YET))


@given(st.sampled_from(State), st.sampled_from(Channel), st.floats(-5, 20))
def test_only_synchronised_ballots_are_ever_late(state: State, channel: Channel, hour: float) -> None:
    late = admits(PERIOD, state, channel, START + hour * HOUR) is Admitted.LATE
    assert not late or channel in SYNCHRONISED


@pytest.mark.parametrize(("when_full", "limit"), [("refuse", 3), ("keep", 3), ("count", None)])
def test_a_quota_limits_unless_all_ballots_count(when_full: str, limit: int | None) -> None:
    survey = plan.parse(plans.small("limits", plans.stratum("desk", quota=3, when_full=when_full)))
    _, stratum = survey.strata["desk"]
    assert (stratum.when_full, stratum.limit) == (WhenFull(when_full), limit)


def test_a_survey_knows_its_strata_and_questions_by_id() -> None:
    assert [(group.id, stratum.id) for group, stratum in SURVEY.strata.values()] == [("people", "desk"), ("people", "online")]
    questionnaire = SURVEY.questionnaires["visit"]
    assert list(questionnaire.rated) == ["C1", "C2", "C3", "Q"]
    assert list(questionnaire.questions) == ["asked", "wish"]
    assert questionnaire.scale.values == {0, 1, 2, 3, 4, 5}
    assert questionnaire.scale.satisfied == {4, 5}
