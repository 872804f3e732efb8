"""The bench of the method measures what it says: its fast tally is the real one, and its indices are those of counting."""

from __future__ import annotations

from shared.domain.tally import by_stratum, merge_cells, tally
from tests.bench import method


def test_the_tally_of_levels_is_that_of_the_same_ballots() -> None:
    survey, group = method._survey()
    ((stratum, levels),) = method.drawn(group, 500)
    stored = method._ballots(survey, group, stratum, levels, 0)
    counted = by_stratum(merge_cells([tally([s.ballot for s in stored], survey)]))
    assert method.tally_of_levels(levels, group, survey.method.min_answered) == counted[stratum]


def test_both_ways_agree_with_counting() -> None:
    assert method.by_levels(60_000)["agrees_with_direct"]
    assert method.by_ballots(800)["agrees_with_direct"]
