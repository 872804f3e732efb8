"""A summary file of a survey made elsewhere: what it means, and every way in which it can be wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shared.domain.comparison import Unit
from shared.domain.inference import Estimate, Kind
from shared.domain.interval import wilson
from shared.domain.survey import Aggregation, Channel
from shared.plan import PlanError
from shared.plan.summary import load_summary, load_summary_text, previous

TEXT = """\
survey: small-2025
title: {vi: Khảo sát năm 2025, en: Survey of 2025}
first_day: 2025-03-01
last_day: 2025-03-31
aggregation: mean-of-factors
groups:
  - id: people
    scale: five
    channels: [web, paper]
    units:
      - code: north
      - {code: south, valid_to: 2025-06-30}
    overall: {index: 80, low: 70, high: 87, base: 60}
    factors:
      - {id: F1, criteria: [C1, C2], index: 82.5, base: 60}
    criteria:
      - {id: C1, wording: c1-1, index: 85, base: 60}
      - {id: C2, wording: c2-1}
    overall_question: {id: Q, wording: q-1}
"""
SIMULATED = Path(__file__).parents[4] / "deploy" / "surveys" / "sct-bentre-2021-simulated.yml"


def problems(old: str, new: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(PlanError) as refusal:
        load_summary_text(TEXT.replace(old, new, 1), "before.yml")
    return [(problem.line, problem.field, problem.message) for problem in refusal.value.problems]


def test_it_becomes_the_survey_before() -> None:
    found = previous(load_summary_text(TEXT, "before.yml"), "ab")
    group = found.groups["people"]
    assert (found.survey, found.first_day, found.last_day) == ("small-2025", date(2025, 3, 1), date(2025, 3, 31))
    assert (found.digest, found.edition, found.simulated) == ("ab", None, False)
    assert (group.aggregation, group.channels) == (Aggregation.MEAN_OF_FACTORS, {Channel.WEB, Channel.PAPER})
    assert group.units == (Unit("north"), Unit("south", None, date(2025, 6, 30)))
    assert group.wordings == {"C1": "c1-1", "C2": "c2-1", "Q": "q-1"}
    assert group.composition == {"F1": ("C1", "C2")}
    assert group.overall == Estimate(80, 70, 87, 60)


def test_the_group_is_its_own_definition_unless_it_says_another() -> None:
    found = previous(load_summary_text(TEXT, "before.yml"), "ab")
    other = previous(load_summary_text(TEXT.replace("scale: five", "scale: five\n    definition: adults"), "b"), "ab")
    assert (found.groups["people"].definition, other.groups["people"].definition) == ("people", "adults")


def test_a_figure_without_limits_gets_wilsons_from_its_base() -> None:
    low, high = wilson(0.85, 60)
    found = previous(load_summary_text(TEXT, "before.yml"), "ab").groups["people"].criteria["C1"]
    assert found == Estimate(85, 100 * low, 100 * high, 60)


def test_a_census_without_limits_has_its_index_as_limits() -> None:
    text = TEXT.replace("index: 85, base: 60", "index: 85, base: 60, kind: census")
    found = previous(load_summary_text(text, "before.yml"), "ab").groups["people"].criteria["C1"]
    assert found == Estimate(85, 85, 85, 60, Kind.CENSUS)


def test_a_figure_that_was_not_published_is_not_there_but_its_wording_is() -> None:
    group = previous(load_summary_text(TEXT, "before.yml"), "ab").groups["people"]
    assert (group.criteria["C2"], group.wordings["C2"]) == (None, "c2-1")


def test_json_is_read_as_well() -> None:
    text = (
        '{"survey": "s", "title": {"vi": "S"}, "first_day": "2025-01-01", "last_day": "2025-01-02", "aggregation": "pooled", '
        '"groups": [{"id": "g", "scale": "five", "channels": ["web"], "units": [{"code": "u"}], '
        '"criteria": [{"id": "C1", "wording": "w", "index": 50, "base": 10}]}]}'
    )
    assert previous(load_summary_text(text, "b.json"), "ab").groups["g"].criteria["C1"].base == 10  # type: ignore[union-attr]


def test_the_simulated_one_says_that_it_is() -> None:
    found = previous(load_summary(SIMULATED), "ab")
    assert found.simulated
    assert ("mô phỏng" in found.title["vi"], "Simulated" in found.title["en"]) == (True, True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "survey: small-2025\n",
            "",
            (1, "survey", "missing; expected an id (letters a-z, digits, - and _, beginning with a letter or digit)"),
        ),
        ("scale: five", "skale: five", (8, "groups[0].skale", "no such field here; did you mean scale?")),
        ("first_day: 2025-03-01", "first_day: March", (3, "first_day", 'expected a day such as 2026-03-02, got "March"')),
        (
            "first_day: 2025-03-01",
            "first_day: 20250301",
            (3, "first_day", "expected a day such as 2026-03-02, got 20250301; put it in quotes"),
        ),
        ("last_day: 2025-03-31", "last_day: 2025-02-01", (4, "last_day", "expected a day not before first_day, 2025-03-01")),
        ("[web, paper]", "[web, fax]", (9, "groups[0].channels[1]", 'expected one of web, kiosk, paper, phone, got "fax"')),
        (
            "valid_to: 2025-06-30",
            "valid_from: 2025-07-01, valid_to: 2025-06-30",
            (12, "groups[0].units[1].valid_to", "expected a day not before valid_from, 2025-07-01"),
        ),
        ("index: 80, low", "index: 120, low", (13, "groups[0].overall.index", "expected a number from 0 to 100, got 120")),
        ("low: 70", "low: 81", (13, "groups[0].overall", "expected low, index, high in this order, got 81, 80, 87")),
        (", high: 87", "", (13, "groups[0].overall", "expected both low and high, or neither")),
        ("high: 87, base: 60", "high: 87", (13, "groups[0].overall", "expected both index and base, or neither")),
        (
            "high: 87, base: 60",
            "high: 87, base: 60, kind: census",
            (13, "groups[0].overall", "expected low and high equal to the index: a census has no sampling error"),
        ),
        (
            "index: 85, base: 60",
            "index: 85, base: 60, kind: bounds",
            (17, "groups[0].criteria[0]", "expected low and high: bounds cannot be worked out from index and base"),
        ),
        ("[C1, C2]", "[C1, C9]", (15, "groups[0].factors[0].criteria[1]", "C9 is not among the criteria of this group")),
        (
            "wording: c2-1",
            "wording: c1-1",
            (18, "groups[0].criteria[1].wording", "the wording c1-1 is there already; each must be given once"),
        ),
        (
            "id: Q,",
            "id: C1,",
            (19, "groups[0].overall_question.id", "the criterion C1 is there already; each must be given once"),
        ),
    ],
)
def test_a_mistake_is_told_with_line_field_and_what_was_expected(old: str, new: str, told: tuple[int, str, str]) -> None:
    assert told in problems(old, new)


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT.replace("[C1, C2]", "[C1, C9]").replace("scale: five", "skale: five")
    with pytest.raises(PlanError) as refusal:
        load_summary_text(text, "before.yml")
    assert {problem.field for problem in refusal.value.problems} == {
        "groups[0].skale",
        "groups[0].scale",
        "groups[0].factors[0].criteria[1]",
    }
