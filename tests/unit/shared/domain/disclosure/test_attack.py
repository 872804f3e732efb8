"""An adversary's linear programs against releases of random surveys.

`python -m tests.unit.shared.domain.disclosure` does the same with 1,000 surveys.
"""

from dataclasses import replace

import pytest

from shared.domain.disclosure import ledger_of, protect
from shared.domain.disclosure.cells import cells_of, with_cells
from shared.domain.results import Results, Shown, Suppressed
from tests.unit.shared.domain.disclosure.adversary import pinned
from tests.unit.shared.domain.disclosure.surveys import Case, document, granted, outcome, outcome_of_populations, random_case


@pytest.mark.parametrize("seed", range(2_000, 2_020))
def test_two_editions_of_a_random_survey_leave_three_values_of_everything_hidden(seed: int) -> None:
    assert not outcome(seed)


@pytest.mark.parametrize("seed", [4_000, 4_003, 4_031, 4_040])
def test_a_correction_of_populations_leaves_three_values_of_everything_hidden(seed: int) -> None:
    assert not outcome_of_populations(seed)


@pytest.mark.parametrize("seed", [24, *range(3_000, 3_008)])
def test_a_release_made_again_is_the_same_document(seed: int) -> None:
    made = random_case(seed)
    first = document(protect(made.results, made.tallies, made.survey).results)
    again = document(protect(made.results, made.tallies, made.survey, ledger_of(first)).results)
    assert again == first


def only_small_bases_hidden(made: Case) -> Results:
    """Protection switched off but for the minimum base."""
    groups = []
    for group in made.results.groups:
        cells = cells_of(group, made.survey.method.aggregation.value)
        small = {
            place: Suppressed("base") if isinstance(cell, Shown) and cell.base < 10 else cell for place, cell in cells.items()
        }
        groups.append(with_cells(group, small))
    return replace(made.results, groups=tuple(groups))


def test_the_adversary_finds_hidden_cells_where_only_small_bases_are_hidden() -> None:
    found = [pinned([document(only_small_bases_hidden(made))], granted(made)) for made in map(random_case, range(10))]
    assert sum(map(bool, found)) >= 5
