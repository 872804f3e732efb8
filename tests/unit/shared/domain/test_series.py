"""What a published cell says when a later survey reads it again."""

from __future__ import annotations

import pytest

from shared.domain.inference import Estimate, Kind
from shared.domain.series import estimate_of

CELL = {"index": 88.5, "low": 80.1, "high": 93.6, "base": 60}


def test_a_figure_of_a_sample_is_read_with_its_interval() -> None:
    assert estimate_of(CELL, 1.0) == Estimate(88.5, 80.1, 93.6, 60, Kind.INTERVAL)
    assert estimate_of({**CELL, "bounds": True}) == Estimate(88.5, 80.1, 93.6, 60, Kind.BOUNDS)


@pytest.mark.parametrize(("index", "low", "high"), [(50.0, 49.5, 50.5), (99.8, 99.3, 100.0), (0.2, 0.0, 0.7)])
def test_a_rounded_figure_of_a_census_is_known_within_half_a_step_and_within_a_hundred(
    index: float, low: float, high: float
) -> None:
    found = estimate_of({**CELL, "index": index, "census": True}, 1.0)
    assert found is not None
    assert found.kind is Kind.BOUNDS
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("cell", [{"suppressed": "small-base"}, {**CELL, "suppressed": "complement"}, {"base": 60}])
def test_what_is_not_shown_is_not_read(cell: dict[str, object]) -> None:
    assert estimate_of(cell) is None
