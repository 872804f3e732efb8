from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.publisher.rendering.language import language
from services.publisher.rendering.quality import QualityTable, quality_tables
from tests.unit.services.publisher.example import bentre, results_of


def tables(quality: Mapping[str, Any]) -> tuple[QualityTable, ...]:
    group = replace(results_of(bentre()).groups[1], quality=quality)
    return quality_tables(group, language("en"))


def test_a_group_without_quality_figures_has_no_tables() -> None:
    assert tables({}) == ()


def test_figures_by_factor_are_named_by_the_factors_titles() -> None:
    (alpha,) = tables({"alpha": {"F1": 0.8956, "F2": 0.7}})
    assert alpha.rows == (("Access to the service", "0.90"), ("Administrative procedures", "0.70"))


def test_deeper_figures_keep_both_names() -> None:
    (alpha,) = tables({"alpha": {"F1": {"value": 0.8956, "base": 58}}})
    assert alpha.rows == (("Access to the service – Value", "0.90"), ("Access to the service – base", "58"))


def test_every_table_comes_with_its_caution() -> None:
    (straight,) = tables({"straight_lining": 7})
    assert (straight.rows, straight.caution) == ((("", "7"),), "Counted, not removed: often it is an honest answer.")


def test_a_kind_without_words_is_not_shown() -> None:
    assert tables({"secret": 1}) == ()
