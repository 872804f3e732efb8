"""The gate on the survey of the first plan's sizes: 17 and 9 partners, 10, 10, 20 and 20 applicants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from shared.domain.disclosure import Protected, ReleaseRefused, ledger_of, protect
from shared.domain.results import Bounded, GroupResult, Shown, Suppressed
from shared.domain.survey import Aggregation, Choice, Group, Question
from tests.unit.shared.domain.disclosure.adversary import pinned
from tests.unit.shared.domain.disclosure.surveys import (
    Case,
    case,
    document,
    granted,
    questionnaire,
    stratum,
    survey,
    tally_of,
    unprotected,
)

HARASSED = Question("P1", {}, (Choice("no", {}), Choice("yes", {})), sensitive=True)
ASKED = questionnaire((4, 5, 6, 3, 4), (HARASSED,))
CRITERIA = list(ASKED.rated)
PARTNERS = {"departments": 17, "districts": 9}
APPLICANTS = {"competition": 10, "food-safety": 10, "petrol": 20, "trade-promotion": 20}


def seed(
    sizes: Mapping[str, int],
    satisfied: Mapping[str, Sequence[int]] | None = None,
    populations: Mapping[str, int] | None = None,
    aggregation: Aggregation = Aggregation.MEAN_OF_FACTORS,
) -> Case:
    """One group in which everybody answers everything; without `satisfied`, about four in five are."""
    strata = tuple(stratum(id_, n, (populations or {}).get(id_)) for id_, n in sizes.items())
    tallies = {
        id_: tally_of(
            n,
            [(x, n) for x in (satisfied or {}).get(id_, [n * 4 // 5 - i % 3 for i in range(len(CRITERIA))])],
            CRITERIA,
            {"P1": {"no": n - 1, "yes": 1}},
        )
        for id_, n in sizes.items()
    }
    return case(survey([Group("g", {}, ASKED, strata)], aggregation), tallies)


def release(made: Case) -> tuple[Protected, GroupResult]:
    protected = protect(made.results, made.tallies, made.survey)
    return protected, protected.results.groups[0]


def hidden_strata(group: GroupResult) -> list[str]:
    return [s.id for s in group.strata if isinstance(s.overall, Suppressed)]


def test_all_strata_are_shown_when_full() -> None:
    _, group = release(seed(APPLICANTS))
    assert hidden_strata(group) == []


def test_a_group_with_nothing_hidden_is_published_unrounded() -> None:
    made = seed(APPLICANTS)
    _, group = release(made)
    assert (group.overall, group.factors) == (made.results.groups[0].overall, made.results.groups[0].factors)


def test_one_missing_ballot_hides_food_safety_and_competition_with_it() -> None:
    _, group = release(seed({**APPLICANTS, "food-safety": 9}))
    reasons = {s.id: s.overall.reason for s in group.strata if isinstance(s.overall, Suppressed)}
    assert reasons == {"competition": "complement", "food-safety": "base"}
    assert [s.ballots for s in group.strata] == [None, None, 20, 20]


def test_nine_districts_hide_the_departments_and_the_group_is_shown() -> None:
    _, group = release(seed(PARTNERS, populations=PARTNERS))
    assert hidden_strata(group) == ["departments", "districts"]
    assert isinstance(group.overall, Shown)
    assert all(isinstance(factor.cell, Shown) for factor in group.factors)


def test_twenty_four_of_twenty_six_is_at_least_ninety_per_cent() -> None:
    satisfied = {"departments": [16] + [12] * 22, "districts": [8] + [6] * 22}
    _, group = release(seed(PARTNERS, satisfied))
    assert group.criteria[0].cell == Bounded(90.0, None, 26)


def test_no_factor_of_a_hidden_stratum_is_shown() -> None:
    _, group = release(seed(PARTNERS))
    assert all(isinstance(factor.cell, Suppressed) for s in group.strata for factor in s.factors)


def test_counts_are_shown_from_thirty_ballots_on() -> None:
    _, applicants = release(seed(APPLICANTS))
    _, partners = release(seed(PARTNERS))
    assert applicants.criteria[0].levels is not None
    assert (partners.criteria[0].levels, partners.criteria[0].no_opinion) == (None, None)


def test_a_group_below_the_minimum_base_shows_nothing() -> None:
    _, group = release(seed({"a": 5, "b": 4}))
    cells = [group.overall, *group.aggregations.values(), *(c.cell for c in [*group.factors, *group.criteria])]
    assert {type(cell) for cell in cells} == {Suppressed}


def test_a_unanimous_group_is_bounded_and_flagged() -> None:
    protected, group = release(seed(PARTNERS, {"departments": [17] * 23, "districts": [9] * 23}))
    assert group.overall == Bounded(99.0, None, 26)
    assert "g criterion C01: all 26 ballots agree" in protected.warnings


def test_a_sensitive_choice_is_hidden_with_its_complement() -> None:
    _, group = release(seed(APPLICANTS))
    assert (group.questions[0].reason, group.questions[0].base) == ("audit", None)


def test_every_decision_names_its_cell_rule_and_reason() -> None:
    protected, _ = release(seed({**APPLICANTS, "food-safety": 9}))
    told = [(str(d.place), d.rule) for d in protected.decisions]
    assert ("g/food-safety overall", "P1") in told
    assert ("g/competition overall", "P2") in told


def test_an_edition_with_one_ballot_more_is_refused() -> None:
    before, now = seed(APPLICANTS), seed({**APPLICANTS, "petrol": 21})
    ledger = ledger_of(document(protect(before.results, before.tallies, before.survey).results))
    with pytest.raises(ReleaseRefused, match="g/petrol aggregation mean-of-factors: 21 ballots now and 20 in edition 1"):
        protect(now.results, now.tallies, now.survey, ledger)


def test_an_edition_with_exchanged_ballots_is_refused() -> None:
    before = seed(APPLICANTS)
    now = seed(APPLICANTS, {"petrol": [17] + [15] * 22})
    ledger = ledger_of(document(protect(before.results, before.tallies, before.survey).results))
    with pytest.raises(ReleaseRefused, match="exchanged"):
        protect(now.results, now.tallies, now.survey, ledger)


def test_an_edition_with_ten_ballots_more_is_published() -> None:
    before, now = seed(APPLICANTS), seed({**APPLICANTS, "petrol": 30})
    ledger = ledger_of(document(protect(before.results, before.tallies, before.survey).results))
    assert protect(now.results, now.tallies, now.survey, ledger).results.groups[0].ballots == 70


def test_the_same_edition_again_is_the_same_document() -> None:
    made = seed({**APPLICANTS, "food-safety": 9})
    first = protect(made.results, made.tallies, made.survey).results
    again = protect(made.results, made.tallies, made.survey, ledger_of(document(first))).results
    assert document(again) == document(first)


def test_what_a_previous_survey_published_does_not_hold_this_one_back() -> None:
    made = seed(APPLICANTS)
    ledger = ledger_of({**document(protect(made.results, made.tallies, made.survey).results), "survey": "s-2021"})
    now = seed({**APPLICANTS, "petrol": 21})
    assert protect(now.results, now.tallies, now.survey, ledger).results.groups[0].ballots == 61


def test_a_change_against_a_hidden_figure_is_suppressed() -> None:
    made = seed(PARTNERS)
    rows = ({"group": "g", "stratum": "districts", "id": "F1", "now": 80.0, "difference": 2.0},)
    protected = protect(replace(made.results, comparison=rows), made.tallies, made.survey)
    assert protected.results.comparison == (
        {"group": "g", "stratum": "districts", "id": "F1", "suppressed": True, "reason": "base"},
    )


def test_a_change_against_a_bounded_figure_is_suppressed() -> None:
    made = seed(PARTNERS, {"departments": [16] + [12] * 22, "districts": [8] + [6] * 22})
    rows = ({"group": "g", "id": "C01", "now": 92.3, "difference": 2.0},)
    protected = protect(replace(made.results, comparison=rows), made.tallies, made.survey)
    assert protected.results.comparison == ({"group": "g", "id": "C01", "suppressed": True, "reason": "audit"},)


def test_a_change_of_a_shown_figure_stays() -> None:
    made = seed(APPLICANTS)
    rows = ({"group": "g", "id": "F1", "now": 80.0, "difference": 2.0},)
    assert protect(replace(made.results, comparison=rows), made.tallies, made.survey).results.comparison == rows


def test_a_row_that_names_no_figure_is_left_out_and_told() -> None:
    made = seed(APPLICANTS)
    protected = protect(replace(made.results, comparison=({"index": 80.0},)), made.tallies, made.survey)
    assert protected.results.comparison == ()
    assert "left out" in protected.warnings[0]


def test_limits_of_a_stratified_group_do_not_tell_how_hidden_strata_differ() -> None:
    """Six of nine and nine of ten satisfied, or nine of nine and six of ten: the group's totals are the same."""
    sizes = {**APPLICANTS, "food-safety": 9}
    populations = {id_: 5 * n for id_, n in sizes.items()}
    one = {"competition": [9] * 23, "food-safety": [6] * 23}
    other = {"competition": [6] * 23, "food-safety": [9] * 23}
    documents = [document(release(seed(sizes, split, populations))[0].results) for split in (one, other)]
    before = [document(seed(sizes, split, populations).results) for split in (one, other)]
    assert before[0]["groups"][0]["criteria"] != before[1]["groups"][0]["criteria"]
    assert documents[0] == documents[1]


@pytest.mark.parametrize("sizes", [PARTNERS, APPLICANTS, {**APPLICANTS, "food-safety": 9}])
@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_the_adversary_pins_down_nothing_in_the_first_survey(sizes: Mapping[str, int], aggregation: Aggregation) -> None:
    made = seed(sizes, aggregation=aggregation)
    assert pinned([document(release(made)[0].results)], granted(made)) == []


def test_the_builder_shows_every_figure() -> None:
    made = seed(PARTNERS)
    assert isinstance(unprotected(made.survey, made.tallies).groups[0].strata[1].overall, Shown)
