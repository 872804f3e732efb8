from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.publisher.rendering.language import language
from services.publisher.rendering.quality import Priorities, QualityTable, priorities, quality_missing, quality_tables
from shared.domain.results import GroupResult
from tests.unit.services.publisher.example import bentre, results_of

QUADRANTS = {
    "importance": {"F1": 0.128, "F2": 0.246, "F3": 0.154, "F4": 0.16, "F5": 0.312},
    "r_squared": 0.6,
    "importance_ballots": 56,
    "quadrants": {
        "F1": "possible-overkill",
        "F2": "concentrate-here",
        "F3": "low-priority",
        "F4": "low-priority",
        "F5": "concentrate-here",
    },
}


def group(quality: Mapping[str, Any]) -> GroupResult:
    return replace(results_of(bentre()).groups[1], quality=quality)


def tables(quality: Mapping[str, Any]) -> tuple[QualityTable, ...]:
    return quality_tables(group(quality), language("en"))


def drawn(quality: Mapping[str, Any], tag: str = "en") -> Priorities:
    found = priorities(group(quality), language(tag))
    assert found is not None
    return found


def test_a_group_without_quality_figures_has_no_tables_and_no_map() -> None:
    assert tables({}) == ()
    assert priorities(group({}), language("en")) is None


def test_figures_by_factor_are_named_by_the_factors_titles() -> None:
    (alpha,) = tables({"alpha": {"F1": 0.8956, "F2": 0.7}})
    assert alpha.rows == (("Access to the service", "0.90"), ("Administrative procedures", "0.70"))


def test_what_cannot_be_said_is_a_dash_and_has_its_reason() -> None:
    (alpha,) = tables({"alpha": {"F1": None}, "missing": {"alpha": {"F1": "few-ballots"}}})
    assert alpha.rows == (("Access to the service", "–"),)
    assert alpha.missing == "Access to the service: too few ballots"


@pytest.mark.parametrize(
    ("told", "read"), [({"count": 7}, "7"), ({"at_most": 4}, "at most 4"), ({"at_least": 56}, "at least 56")]
)
def test_a_count_is_told_as_far_as_it_is_known(told: dict[str, int], read: str) -> None:
    (straight,) = tables({"straight_lines": told})
    assert straight.rows == (("Ballots with the same answer to every criterion", read),)
    assert straight.caution == "Counted, not removed: often it is an honest answer."


def test_listed_criteria_are_named_by_their_texts_with_their_rates() -> None:
    (many,) = tables({"many_without_opinion": ["C01"]})
    assert many.rows == (("The seats while waiting", "6.7%"),)


def test_importance_is_told_in_percent_with_what_it_explains() -> None:
    (importance,) = tables(QUADRANTS)
    assert importance.rows[0] == ("Access to the service", "12.8%")
    assert importance.rows[-1] == ("Part of the variation of the overall answer that goes with the factors (R²)", "60%")


@pytest.mark.parametrize("empty", [None, {}])
def test_an_empty_figure_has_no_table(empty: object) -> None:
    assert tables({"importance": empty, "alpha": {}, "straight_lines": {}, "many_without_opinion": []}) == ()


def test_a_small_group_says_that_its_ballots_are_too_few() -> None:
    quality = {"least_ballots": 30, "missing": {"all": "few-ballots"}}
    assert quality_missing(group(quality), language("en")).startswith("This group has fewer than 30 ballots")
    assert (tables(quality), priorities(group(quality), language("en"))) == ((), None)


def test_what_to_improve_first_stands_first() -> None:
    rows = drawn(QUADRANTS).rows
    assert [(row.number, row.first) for row in rows] == [(2, True), (5, True), (3, False), (4, False), (1, False)]
    assert (rows[0].name, rows[0].quadrant, rows[0].importance) == ("Administrative procedures", "Concentrate here", "24.6%")


def test_the_map_says_in_words_what_it_draws() -> None:
    chart = drawn(QUADRANTS, "vi").chart
    assert "2. Thủ tục hành chính: Cải thiện trước." in chart
    assert chart.count("<circle") == 5


def test_without_importance_the_map_says_why_it_is_not_there() -> None:
    found = drawn({"importance": None, "quadrants": {}, "missing": {"importance": "hidden"}})
    assert found.rows == ()
    assert found.missing == "This picture cannot be drawn: the exact figure of a factor is not published."
