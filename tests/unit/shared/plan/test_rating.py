"""Rating files: what a pack makes of them, and every way in which they can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.plan import PlanError
from shared.plan.rating import rate, rate_text

EXAMPLES = Path(__file__).parents[4] / "deploy" / "ratings"
CIRCULAR = (EXAMPLES / "tt01-2018-example.yml").read_text("utf-8")
DECISION = (EXAMPLES / "qd766-2022-example.yml").read_text("utf-8")


def test_the_example_of_the_circular_is_good() -> None:
    found = rate(EXAMPLES / "tt01-2018-example.yml")
    assert found["agency"] == {"total": 13.4, "of": 18, "class": "good"}
    assert found["staff"] == {"total": 7.4, "of": 10, "class": "full"}
    assert (found["missing"], found["in_force"], found["pack"]["verified"]) == ([], True, "no")


def test_without_the_facts_of_an_indicator_the_class_is_open() -> None:
    found = rate_text("\n".join(line for line in CIRCULAR.splitlines() if not line.startswith("online")), "r.yml")
    assert (found["missing"], found["agency"]["class"], found["scores"][8]["score"]) == ([9], None, None)


def test_points_may_be_given_in_place_of_facts() -> None:
    text = CIRCULAR.replace("publication: {posted: true, electronic: true, sound: true}", "points: [{indicator: 6, points: 0}]")
    assert rate_text(text, "r.yml")["scores"][5]["score"] == 0


def test_a_period_after_the_pack_is_computed_and_said_to_be_outside() -> None:
    text = CIRCULAR.replace("2022-01-01", "2026-01-01").replace("2022-12-31", "2026-12-31")
    assert rate_text(text, "r.yml")["in_force"] is False


def test_the_decision_gives_two_ratios_and_leaves_out_the_third() -> None:
    found = rate_text(DECISION, "r.yml")
    assert (found["feedback_on_time"], found["feedback_satisfied"], found["procedures_satisfied"]) == (95.0, 94.0, None)
    assert (found["class"], found["class_verified"]) == ("good", "no")


@pytest.mark.parametrize(
    ("text", "old", "new", "field", "message"),
    [
        (
            CIRCULAR,
            "pack: tt01-2018",
            "pack: tt01",
            "pack",
            'expected one of tt01-2018, qd766-2022, got "tt01"; did you mean tt01-2018?',
        ),
        (
            CIRCULAR,
            "last_day: 2022-12-31",
            "last_day: 2021-12-31",
            "last_day",
            "expected a day not before first_day, 2022-01-01",
        ),
        (
            CIRCULAR,
            "indicator: 2",
            "indicator: 5",
            "files[1].indicator",
            "expected one of 1, 2, 3, 4, 6, 7, the indicators that are given to each file",
        ),
        (
            CIRCULAR,
            "indicator: 2",
            "indicator: 1",
            "files[1].indicator",
            "indicator 1 is there already; each must be given once",
        ),
        (
            CIRCULAR,
            "indicator: 2",
            "indicator: 6",
            "files[1].indicator",
            "indicator 6 is there already; each must be given once",
        ),
        (CIRCULAR, "on_time: 3", "on_time: 4", "complaints.on_time", "expected at most 3, the number of received, got 4"),
        (CIRCULAR, "late: 0", "late: -1", "online.late", "expected a whole number of at least 0, got -1"),
        (
            CIRCULAR,
            "level: province",
            "level: nation",
            "one_stop.level",
            'expected one of province, district, commune, got "nation"',
        ),
        (DECISION, "total_points: 83.5", "total_points: 120", "total_points", "expected a number from 0 to 100, got 120"),
        (DECISION, "feedback:", "feedbak:", "feedbak", "no such field here; did you mean feedback?"),
    ],
)
def test_a_mistake_is_told_with_its_field(text: str, old: str, new: str, field: str, message: str) -> None:
    with pytest.raises(PlanError) as refusal:
        rate_text(text.replace(old, new, 1), "r.yml")
    assert (field, message) in [(problem.field, problem.message) for problem in refusal.value.problems]
