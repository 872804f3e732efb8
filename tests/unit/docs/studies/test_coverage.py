"""The coverage study still runs, and still finds what it says."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

STUDY = Path(__file__).parents[4] / "docs" / "studies" / "coverage.py"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    found = importlib.util.spec_from_file_location("coverage_study", STUDY)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["coverage_study"] = module  # dataclasses look their module up
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("finite", [False, True])
def test_intervals_of_a_hundred_ballots_in_three_strata_hold_the_truth_as_often_as_they_say(
    study: ModuleType, finite: bool
) -> None:
    rows = list(study.study(study.Design(100, 0.85, 3, finite), 1000, 7))
    assert [row.figure for row in rows] == ["criterion", "factor", "overall"]
    assert all(0.93 <= row.coverage <= 0.97 for row in rows)


def test_the_published_tables_are_those_of_the_published_numbers(study: ModuleType) -> None:
    assert (STUDY.parent / "coverage-tables.md").read_text() == study.tables(study.read())
