"""The digest of an edition, the days until it came out, and the list of what a correction changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.correction import ABSENT, changes
from shared.domain.edition import Beside, Issue, edition_digest, promptness, results_of
from shared.plan import parse
from tests import plans
from tests.unit.services.publisher.example import bentre, edition_of

SURVEY = parse(plans.small("s-2026"))


def test_a_digest_fixes_results_and_documents_whatever_the_order_of_keys() -> None:
    digest = edition_digest({"a": 1, "b": [2.5, None]}, {"x.pdf": "00", "y.csv": "11"})
    assert edition_digest({"b": [2.5, None], "a": 1}, {"y.csv": "11", "x.pdf": "00"}) == digest
    assert edition_digest({"a": 1, "b": [2.6, None]}, {"x.pdf": "00", "y.csv": "11"}) != digest
    assert edition_digest({"a": 1, "b": [2.5, None]}, {"x.pdf": "01", "y.csv": "11"}) != digest


def test_what_is_no_number_has_no_digest() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        edition_digest({"a": float("nan")}, {})


def test_what_stands_beside_the_figures_is_published_with_them() -> None:
    measures, themes, why = [{"id": "m1"}], [{"group": "partners"}], {"replaces": 1}
    beside = Beside(measures=measures, measures_before=[{"id": "m0"}], comments=themes, correction=why)
    found = results_of({"survey": "s-2026"}, SURVEY, Issue(2, SURVEY.period.closes_at, SURVEY.period.closes_at), beside)
    assert found["survey"] == "s-2026"
    assert (found["edition"], found["measures"], found["comments"]) == (2, measures, themes)
    assert (found["measures_before"], found["correction"]) == ([{"id": "m0"}], why)


def test_days_are_counted_on_the_plans_clocks_from_the_last_day_of_answering() -> None:
    closes = datetime(2026, 3, 31, 17, tzinfo=UTC) - timedelta(hours=7)
    survey = replace(SURVEY, period=replace(SURVEY.period, closes_at=closes))
    late_in_the_evening = datetime(2026, 4, 9, 16, 59, tzinfo=UTC)
    assert promptness(survey, late_in_the_evening) == {"last_day": "2026-03-31", "first_released": "2026-04-09", "days": 9}
    assert promptness(survey, late_in_the_evening + timedelta(minutes=1))["days"] == 10


def test_days_are_those_of_the_first_edition() -> None:
    first, second = SURVEY.period.closes_at + timedelta(days=3), SURVEY.period.closes_at + timedelta(days=90)
    assert results_of({}, SURVEY, Issue(2, second, first), Beside())["release"]["days"] == 3


def test_the_same_results_have_no_changes() -> None:
    assert changes(edition_of(bentre()), edition_of(bentre())) == []


def test_a_figure_that_changed_is_told_with_what_it_was() -> None:
    before, after = edition_of(bentre()), edition_of(bentre())
    group = after["groups"][1]
    was = dict(group["overall"])
    group["overall"] = {**was, "index": 70.5}
    (row,) = changes(before, after)
    assert (row["group"], row["stratum"], row["figure"]) == (group["id"], None, "overall")
    assert (row["before"]["index"], row["after"]["index"]) == (was["index"], 70.5)


def test_a_share_and_a_figure_that_was_not_there_are_told() -> None:
    before, after = edition_of(bentre()), edition_of(bentre())
    question = after["groups"][1]["questions"][0]
    question["choices"][0]["share"] = 1.25
    after["pooled"] = {"index": 90.0, "low": 89.0, "high": 91.0, "base": 86, "label": {"vi": "x"}, "parts": []}
    rows = {row["figure"]: row for row in changes(before, after)}
    assert rows["choice"]["after"] == {"share": 1.25}
    assert rows["choice"]["choice"] == question["choices"][0]["id"]
    assert rows["composite"]["before"] == ABSENT
