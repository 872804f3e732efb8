"""What a correction may change of a plan, and that what was asked stays as it was."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from shared.plan.amend import NotAmendable, amendments
from tests import plans

PLAN = plans.small("s-2026", plans.stratum("desk", population=300), plans.stratum("online", population=100))


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    data = deepcopy(PLAN)
    inside: Any = data
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return data


ALLOWED: list[tuple[tuple[str | int, ...], object, str]] = [
    (("title", "vi"), "Khảo sát khác", "title.vi"),
    (("body", "name", "en"), "Another department", "body.name.en"),
    (("grounds",), [{"vi": "Luật", "en": "Law"}], "grounds[]"),
    (("method", "aggregation"), "pooled", "method.aggregation"),
    (("method", "min_base"), 12, "method.min_base"),
    (("previous",), "s-2025", "previous"),
    (("factors", 0, "title", "vi"), "Yếu tố", "factors[F1].title.vi"),
    (("groups", 0, "strata", 0, "population"), 400, "groups[people].strata[desk].population"),
    (("groups", 0, "weight"), 0.5, "groups[people].weight"),
    (
        ("questionnaires", 0, "factors", 0, "criteria", 0, "wording"),
        "w",
        "questionnaires[visit].factors[F1].criteria[C1].wording",
    ),
]
REFUSED: list[tuple[tuple[str | int, ...], object]] = [
    (("survey",), "another"),
    (("notice", "vi"), "Khác"),
    (("period", "closes_at"), "2030-01-01T00:00"),
    (("release",), "person"),
    (("simulated",), True),
    (("method", "min_base"), 5),
    (("method", "min_answered"), 0.2),
    (("scales", 0, "levels", 2, "satisfied"), True),
    (("scales", 0, "levels", 2, "text", "vi"), "Khác"),
    (("questionnaires", 0, "version"), 2),
    (("questionnaires", 0, "stem", "vi"), "Khác"),
    (("questionnaires", 0, "factors", 0, "criteria", 0, "text", "vi"), "Khác"),
    (("questionnaires", 0, "expectation", 0, "choices", 0, "text", "vi"), "Khác"),
    (("groups", 0, "strata", 0, "id"), "other"),
    (("groups", 0, "strata", 0, "quota"), 10),
]


@pytest.mark.parametrize(("path", "value", "field"), ALLOWED)
def test_names_sizes_and_the_method_of_adding_up_may_be_corrected(
    path: tuple[str | int, ...], value: object, field: str
) -> None:
    assert field in [change["field"] for change in amendments(PLAN, changed(path, value))]


@pytest.mark.parametrize(("path", "value"), REFUSED)
def test_what_was_asked_of_whom_and_when_stays(path: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(NotAmendable):
        amendments(PLAN, changed(path, value))


def test_the_order_of_what_was_asked_stays() -> None:
    data = deepcopy(PLAN)
    data["groups"][0]["strata"].reverse()
    with pytest.raises(NotAmendable, match=r"groups\[people\].strata\[\]"):
        amendments(PLAN, data)


def test_the_same_plan_has_no_amendments() -> None:
    assert amendments(PLAN, deepcopy(PLAN)) == []


def test_a_change_is_told_with_what_it_was() -> None:
    found = amendments(PLAN, changed(("groups", 0, "strata", 0, "population"), 400))
    assert found == [{"field": "groups[people].strata[desk].population", "before": 300, "after": 400}]
