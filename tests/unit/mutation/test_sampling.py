"""Which mutants are drawn, and what is said of them."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import sampled, told

FOUND = {
    "domain.tally": {f"shared.domain.tally.x_merge__mutmut_{n}": "killed" for n in range(40)},
    "store.places": {f"shared.store.places.x_use__mutmut_{n}": "open" for n in range(3)},
}


def test_the_same_seed_draws_the_same_mutants_and_another_draws_others() -> None:
    drawn = sampled(FOUND, (), 10, 1)
    assert drawn == sampled(FOUND, (), 10, 1) != sampled(FOUND, (), 10, 2)
    assert {module: len(names) for module, names in drawn.items()} == {"domain.tally": 10, "store.places": 3}


def test_who_asks_for_more_gets_those_drawn_before_and_more() -> None:
    few, many = sampled(FOUND, ["domain.tally"], 10, 1), sampled(FOUND, ["domain.tally"], 20, 1)
    assert few["domain.tally"] == many["domain.tally"][:10]


def test_one_that_was_not_killed_is_named_and_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    name = "shared.domain.tally.x_merge__mutmut_7"
    survived = {**FOUND, "domain.tally": {**FOUND["domain.tally"], name: "survived"}}
    assert told(survived, ["domain.tally"], 40, 1)
    out = capsys.readouterr().out
    assert "domain.tally: 40 of 40, 39 killed, 1 survived" in out
    assert f"survived:\n  {name}\n" in out
    assert not told(FOUND, ["domain.tally"], 40, 1)
