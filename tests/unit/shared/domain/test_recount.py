"""A recount from the ballots, and what it says about tallies and ballots that were altered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ballot import Submission, check, digest, receipt
from shared.domain.recount import StoredBallot, differences, recount
from shared.domain.survey import Channel
from shared.domain.tally import Cell, Tally, tally
from tests.unit.shared.domain.surveys import SURVEY, submissions

stored = st.lists(submissions, max_size=8, unique_by=lambda sent: sent.id).map(
    lambda all_: [StoredBallot(ballot, digest(ballot)) for ballot in (check(sent, SURVEY) for sent in all_)]
)


@given(stored, st.integers(1, 4))
def test_a_recount_in_any_chunks_is_the_tally(all_: list[StoredBallot], size: int) -> None:
    chunks = [all_[i : i + size] for i in range(0, len(all_), size)]
    counted = recount(chunks, SURVEY)
    assert counted.cells == tally([s.ballot for s in all_], SURVEY)
    assert differences(counted.cells, tally([s.ballot for s in all_], SURVEY)) == []
    assert sorted(counted.receipts) == sorted(receipt(s.digest) for s in all_)
    assert counted.altered == []


@given(stored.filter(bool), st.sampled_from(["answers", "stratum", "channel", "language", "comment"]))
def test_an_altered_ballot_is_told_and_not_counted(all_: list[StoredBallot], field: str) -> None:
    first, *others = all_
    changes = {
        "answers": {**first.ballot.answers, "C1": 6},
        "stratum": "moon",
        "channel": next(c for c in Channel if c is not first.ballot.channel),
        "language": "xx",
        "comment": "another",
    }
    altered = StoredBallot(replace(first.ballot, **{field: changes[field]}), first.digest)
    counted = recount([[altered, *others]], SURVEY)
    assert counted.altered == [receipt(first.digest)]
    assert counted.cells == tally([s.ballot for s in others], SURVEY)


@given(submissions)
def test_a_surplus_ballot_is_in_no_register(sent: Submission) -> None:
    ballot = replace(check(sent, SURVEY), counted=False)
    counted = recount([[StoredBallot(ballot, digest(ballot))]], SURVEY)
    assert counted.receipts == []
    assert [t.surplus for t in counted.cells.values()] == [1]


DESK = Cell("desk", Channel.WEB)


@pytest.mark.parametrize(
    ("tallied", "counted", "told"),
    [
        ({DESK: Tally(counted=2)}, {DESK: Tally(counted=1)}, ["desk, web: counted: tallied 2, recounted 1"]),
        ({DESK: Tally(surplus=1)}, {}, ["desk, web: surplus: tallied 1, recounted 0"]),
        ({}, {DESK: Tally(counts={"C1": {"5": 1}})}, ["desk, web: C1 = 5: tallied 0, recounted 1"]),
        ({DESK: Tally(counts={"C1": {"5": 1}})}, {DESK: Tally(counts={"C1": {"5": 1}})}, []),
        (
            {DESK: Tally(counted=2, counts={"C1": {"5": 1}})},
            {DESK: Tally(counted=1, counts={"C1": {"4": 1}})},
            [
                "desk, web: counted: tallied 2, recounted 1",
                "desk, web: C1 = 4: tallied 0, recounted 1",
                "desk, web: C1 = 5: tallied 1, recounted 0",
            ],
        ),
    ],
)
def test_differences_are_told_in_words(tallied: dict[Cell, Tally], counted: dict[Cell, Tally], told: list[str]) -> None:
    assert differences(tallied, counted) == told
