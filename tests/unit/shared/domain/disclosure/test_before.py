"""What earlier editions tell of a group's ballots, and the model that says it under their rule and their populations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.disclosure.cells import Figure, Place
from shared.domain.disclosure.ledger import Published, comparable, ledger_of
from shared.domain.disclosure.model import Model, model
from shared.domain.disclosure.secondary import before
from shared.domain.survey import Aggregation, Group
from tests.unit.shared.domain.disclosure.surveys import case, document, questionnaire, stratum, survey, tally_of

ASKED = questionnaire((2, 1))
OVERALL = Place("g", None, Figure.OVERALL)
FACTOR = Place("g", None, Figure.FACTOR, "F1")
CRITERION = Place("g", None, Figure.CRITERION, "C01")
MEAN, POOLED = Aggregation.MEAN_OF_FACTORS, Aggregation.POOLED
TALLIES = {
    "a": tally_of(20, [(15, 20), (10, 20), (12, 20), (14, 20)], list(ASKED.rated)),
    "b": tally_of(10, [(4, 10), (6, 10), (5, 10), (8, 10)], list(ASKED.rated)),
}


def made(a: int | None = None, b: int | None = None) -> Model:
    return model(Group("g", {}, ASKED, (stratum("a", 20, a), stratum("b", 10, b))), MEAN, TALLIES)


def index(of: Model, place: Place) -> float:
    form = of.form(place)
    assert form is not None
    return float(form @ of.answers)


def published(place: Place, rule: Aggregation = MEAN, edition: int = 1, **said: object) -> Published:
    named = place._replace(figure=Figure.AGGREGATION, id=rule.value) if place == OVERALL else place
    return replace(Published("s", edition, rule.value, named, 30), **said)  # type: ignore[arg-type]


def test_other_populations_weigh_the_same_answers_otherwise() -> None:
    known = made(100, 300)
    assert index(made(), CRITERION) == pytest.approx(100 * 19 / 30)
    assert index(known, CRITERION) == pytest.approx((100 * 75 + 300 * 40) / 400)
    again = known.weighed_by((("a", 300), ("b", 100)))
    assert index(again, CRITERION) == pytest.approx((300 * 75 + 100 * 40) / 400)
    assert index(again, OVERALL) != pytest.approx(index(known, OVERALL))


def test_populations_as_they_are_and_none_at_all_change_nothing() -> None:
    known = made(100, 300)
    assert known.weighed_by(None) is known
    assert known.weighed_by((("a", 100), ("b", 300))) is known


def test_a_figure_that_nobody_answered_has_no_answers_behind_it() -> None:
    nobody = tally_of(20, [(0, 0), (10, 20), (12, 20), (14, 20)], list(ASKED.rated))
    of = model(Group("g", {}, ASKED, (stratum("a", 20),)), MEAN, {"a": nobody})
    assert (of.size(CRITERION), of.form(CRITERION), of.uneven(CRITERION)) == (0, None, False)
    assert of.size(FACTOR) == 20


def test_what_an_edition_showed_of_the_same_ballots_was_shown_before() -> None:
    ledger = [published(place, index=index(made(), place)) for place in (OVERALL, FACTOR)]
    told = before(made(), ledger)
    assert told.shown == {OVERALL, FACTOR}
    assert not told.hidden
    assert not told.exchanged
    assert [(fact.low, fact.high) for fact in told.facts] == [(entry.index, entry.index) for entry in ledger]


def test_a_bound_of_an_edition_is_a_fact_about_its_figure() -> None:
    (fact,) = before(made(), [published(FACTOR, at_least=50.0)]).facts
    assert (fact.low, fact.high) == (50.0, np.inf)
    assert float(fact.form @ made().answers) == pytest.approx(index(made(), FACTOR))


def test_what_an_edition_hid_of_the_same_ballots_was_hidden_before() -> None:
    shown = published(FACTOR, index=index(made(), FACTOR))
    told = before(made(), [shown, published(CRITERION, hidden="base"), published(OVERALL, hidden="audit")])
    assert told.hidden == {CRITERION: "base", OVERALL: "audit"}


def test_what_an_edition_hid_of_other_ballots_was_not_hidden_before() -> None:
    other = published(FACTOR, index=index(made(), FACTOR) + 3)
    assert before(made(), [other, published(CRITERION, hidden="base")]).hidden == {}


def test_a_factor_hidden_under_another_kind_of_rule_is_another_figure() -> None:
    assert before(made(), [published(FACTOR, POOLED, hidden="base")]).hidden == {}


def test_what_one_edition_showed_another_cannot_have_hidden() -> None:
    hid, showed = published(FACTOR, hidden="base"), published(FACTOR, edition=2, index=index(made(), FACTOR))
    assert before(made(), [hid, showed]).hidden == {}


def test_an_index_by_other_populations_that_does_not_fit_tells_that_ballots_were_exchanged() -> None:
    weighed = (("a", 100), ("b", 300))
    fits = published(CRITERION, index=index(made(100, 300), CRITERION), populations=weighed)
    assert before(made(), [fits]).exchanged == ()
    (said,) = before(made(), [replace(fits, index=99.0)]).exchanged
    assert said.startswith("g criterion C01: what edition 1 said by other populations")


@pytest.mark.parametrize(
    ("place", "earlier", "now", "same"),
    [
        (FACTOR, MEAN, Aggregation.MEAN_OF_CRITERIA, True),
        (FACTOR, POOLED, POOLED, True),
        (FACTOR, POOLED, MEAN, False),
        (FACTOR, MEAN, POOLED, False),
        (CRITERION, POOLED, MEAN, True),
    ],
)
def test_pooling_makes_another_figure_of_a_factor_and_of_nothing_else(
    place: Place, earlier: Aggregation, now: Aggregation, same: bool
) -> None:
    assert comparable(published(place, earlier), now.value) is same


def test_the_ledger_says_what_each_figure_was_rounded_to() -> None:
    of = survey([Group("g", {}, ASKED, (stratum("a", 20), stratum("b", 10)))])
    said = document(case(of, TALLIES).results)
    assert {entry.step for entry in ledger_of(said)} == {0.0}
    said["method"]["disclosure"] = {"rounded": [{"group": "g", "stratum": None, "figure": "factor", "id": "F1", "to": 0.1}]}
    assert {str(entry.place): entry.step for entry in ledger_of(said) if entry.step} == {str(FACTOR): 0.1}
