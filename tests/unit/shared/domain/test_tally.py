"""Tallies add up: in any order, in any parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ballot import Ballot, Submission, check
from shared.domain.survey import Channel
from shared.domain.tally import ANSWERED, Cell, Tally, by_stratum, merge, merge_cells, tally
from tests.unit.shared.domain.surveys import SURVEY, submissions

ballots = st.lists(
    st.builds(lambda sent, counted: replace(check(sent, SURVEY), counted=counted), submissions, st.booleans()), max_size=8
)


@given(ballots, st.integers(0, 8))
def test_the_tallies_of_two_parts_merge_into_that_of_the_whole(all_: list[Ballot], cut: int) -> None:
    parts = [tally(all_[:cut], SURVEY), tally(all_[cut:], SURVEY)]
    assert merge_cells(parts) == tally(all_, SURVEY)


@given(ballots, ballots, ballots)
def test_merging_knows_no_order_and_no_grouping(a: list[Ballot], b: list[Ballot], c: list[Ballot]) -> None:
    x, y, z = (merge(tally(part, SURVEY).values()) for part in (a, b, c))
    assert x + y == y + x
    assert (x + y) + z == x + (y + z)
    assert x + Tally() == x


@given(ballots, st.randoms())
def test_the_order_of_ballots_does_not_matter(all_: list[Ballot], chance: Random) -> None:
    assert tally(chance.sample(all_, len(all_)), SURVEY) == tally(all_, SURVEY)


@given(ballots)
def test_every_ballot_is_counted_or_surplus_in_its_cell(all_: list[Ballot]) -> None:
    cells = tally(all_, SURVEY)
    expected = Counter(Cell(b.stratum, b.channel) for b in all_)
    assert {cell: t.scored for cell, t in cells.items()} == dict(expected)
    assert sum(t.surplus for t in cells.values()) == sum(not b.counted for b in all_)


@given(ballots)
def test_merging_channels_loses_nothing(all_: list[Ballot]) -> None:
    cells = tally(all_, SURVEY)
    assert merge(by_stratum(cells).values()) == merge(cells.values())


def a_ballot(answers: dict[str, object], *, counted: bool = True) -> Ballot:
    id_ = "0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f"
    sent = Submission(UUID(id_), "desk", Channel.WEB, "vi", 1, answers)
    return replace(check(sent, SURVEY), counted=counted)


def test_answers_are_counted_as_they_were_given() -> None:
    cells = tally([a_ballot({"C1": 5, "C2": 0, "C3": 4, "asked": "yes", "wish": ["other", "faster"]})], SURVEY)
    expected = {
        "C1": {"5": 1},
        "C2": {"0": 1},
        "C3": {"4": 1},
        "asked": {"yes": 1},
        "wish": {"faster": 1, "other": 1, ANSWERED: 1},
    }
    assert cells == {Cell("desk", Channel.WEB): Tally(counted=1, counts=expected)}


def test_the_answers_of_an_incomplete_ballot_are_in_no_count() -> None:
    (counted,) = tally([a_ballot({"C1": 5})], SURVEY).values()
    assert (counted.counted, counted.incomplete, counted.complete, counted.counts) == (1, 1, 0, {})


def test_a_surplus_ballot_is_in_no_count() -> None:
    (counted,) = tally([a_ballot({"C1": 5, "C2": 5}, counted=False)], SURVEY).values()
    assert (counted.counted, counted.surplus, counted.counts) == (0, 1, {})
