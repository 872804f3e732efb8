"""What Prometheus is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.publisher.metrics import Exposition, Picture, Standing, families
from shared.domain.equation import Equation
from shared.domain.survey import State
from shared.store.places import Held
from shared.store.surveys import Record
from shared.store.tallies import Waiting
from tests.unit.shared.domain.surveys import SURVEY

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
SOUND = Equation(accepted=10, stored=10, waiting=3, scored=7, counted=5, surplus=2)
RECORD = Record(SURVEY, State.OPEN, 2, None, None, None, 0)


def picture(equation: Equation = SOUND, record: Record = RECORD) -> Picture:
    standing = Standing(record, equation, Waiting(1, 3, NOW - timedelta(seconds=4)), {"desk": Held(20, free=9, reserved=2)})
    return Picture((standing,), Counter({SURVEY.id: 2}), Counter(ballot=1), {"scoring": timedelta(seconds=3)}, 1, 0)


def told(shown: Picture) -> list[str]:
    return Exposition(lambda: families(shown, NOW)).text().decode().splitlines()


@pytest.mark.parametrize(
    "line",
    [
        f'hailong_survey_ballots{{survey="{SURVEY.id}",term="accepted"}} 10.0',
        f'hailong_survey_ballots{{survey="{SURVEY.id}",term="surplus"}} 2.0',
        f'hailong_survey_equation_holds{{survey="{SURVEY.id}"}} 1.0',
        f'hailong_survey_state{{state="open",survey="{SURVEY.id}"}} 1.0',
        f'hailong_survey_state{{state="sealed",survey="{SURVEY.id}"}} 0.0',
        f'hailong_survey_oldest_waiting_seconds{{survey="{SURVEY.id}"}} 4.0',
        f'hailong_places_left{{survey="{SURVEY.id}",stratum="desk"}} 7.0',
        f'hailong_batches_stuck{{survey="{SURVEY.id}"}} 2.0',
        'hailong_quarantine{kind="ballot"} 1.0',
        'hailong_quarantine{kind="message"} 0.0',
        'hailong_heartbeat_age_seconds{service="scoring"} 3.0',
        "hailong_schema_revision 1.0",
    ],
)
def test_the_equation_and_what_waits_are_told(line: str) -> None:
    by_label = {frozenset(each.replace("{", ",").replace("}", ",").split(",")) for each in told(picture())}
    assert frozenset(line.replace("{", ",").replace("}", ",").split(",")) in by_label


def test_an_equation_that_does_not_hold_shows() -> None:
    lines = told(picture(replace(SOUND, stored=9)))
    assert f'hailong_survey_equation_holds{{survey="{SURVEY.id}"}} 0.0' in lines


def test_a_survey_that_cannot_move_on_shows() -> None:
    lines = told(picture(record=replace(RECORD, problem="the figures do not agree")))
    assert f'hailong_survey_problem{{survey="{SURVEY.id}"}} 1.0' in lines


def test_figures_are_read_once_for_all_who_ask_at_the_same_time() -> None:
    reads: list[int] = []

    def read() -> list[object]:
        reads.append(1)
        return []

    exposition = Exposition(read)  # type: ignore[arg-type]
    exposition.text()
    exposition.text()
    assert len(reads) == 1


def test_when_the_store_is_away_nothing_old_is_told() -> None:
    def read() -> list[object]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Exposition(read).text()  # type: ignore[arg-type]
