from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.publisher.rendering.language import language
from services.publisher.rendering.quality import QualityTable, quality_tables
from shared.domain.quality import assess, sums_of_levels, to_json
from shared.domain.tally import Tally
from tests.unit.services.publisher.example import bentre, results_of


def tables(quality: Mapping[str, Any]) -> tuple[QualityTable, ...]:
    group = replace(results_of(bentre()).groups[1], quality=quality)
    return quality_tables(group, language("en"))


def test_a_group_without_quality_figures_has_no_tables() -> None:
    assert tables({}) == ()


def test_figures_by_factor_are_named_by_the_factors_titles() -> None:
    (alpha,) = tables({"alpha": {"F1": 0.8956, "F2": 0.7}})
    assert alpha.rows == (("Access to the service", "0.90"), ("Administrative procedures", "0.70"))


def test_what_cannot_be_said_is_a_dash() -> None:
    (alpha,) = tables({"alpha": {"F1": None}})
    assert alpha.rows == (("Access to the service", "–"),)


def test_a_single_figure_stands_under_its_own_name_with_its_caution() -> None:
    (straight,) = tables({"straight_lines": 7})
    assert straight.rows == (("Ballots with the same answer to every criterion", "7"),)
    assert straight.caution == "Counted, not removed: often it is an honest answer."


def test_verdicts_are_said_in_words() -> None:
    (quadrants,) = tables({"quadrants": {"F2": "concentrate-here"}})
    assert quadrants.rows == (("Administrative procedures", "Concentrate here"),)


def test_listed_criteria_are_named_by_their_texts() -> None:
    (many,) = tables({"many_without_opinion": ["C01"]})
    assert many.rows == (("The seats while waiting", "yes"),)


@pytest.mark.parametrize("empty", [None, {}, []])
def test_an_empty_figure_has_no_table(empty: object) -> None:
    assert tables({"importance": empty}) == ()


def test_a_kind_without_words_is_not_shown() -> None:
    assert tables({"r_squared": 0.41}) == ()


def test_what_the_domain_says_of_quality_is_shown() -> None:
    questionnaire = bentre().groups[1].questionnaire
    sums = sums_of_levels(np.full((40, 23), 4) + np.eye(40, 23, dtype=int), questionnaire, 0.5)
    found = to_json(assess(questionnaire, sums, Tally(), {}))
    assert [table.title for table in tables(found)] == [
        "Ballots with the same answer to every criterion",
        "Internal consistency (Cronbach's alpha)",
    ]
