"""Checking ballots, their canonical form, digest, and receipt."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ballot import (
    Ballot,
    InvalidBallot,
    Submission,
    UnknownStratum,
    canonical,
    check,
    digest,
    is_complete,
    receipt,
)
from shared.domain.survey import NO_OPINION, Channel
from tests.unit.shared.domain.surveys import SURVEY, submissions

ID = UUID("0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f")
GROUP = SURVEY.groups[0]


def submission(**changes: Any) -> Submission:
    sound = Submission(ID, "desk", Channel.WEB, "vi", 1, {"C1": 5, "C2": 4, "C3": 3, "Q": 4})
    return replace(sound, **changes)


def sent_again(ballot: Ballot) -> Submission:
    """A ballot as a client would send it."""
    given = {q: list(a) if isinstance(a, tuple) else a for q, a in ballot.answers.items()}
    return Submission(ballot.id, ballot.stratum, ballot.channel, ballot.language, ballot.questionnaire, given, ballot.comment)


@given(submissions)
def test_a_checked_ballot_checked_again_is_the_same(sent: Submission) -> None:
    ballot = check(sent, SURVEY)
    assert check(sent_again(ballot), SURVEY) == ballot


@given(submissions, st.randoms())
def test_the_digest_does_not_depend_on_the_order_of_answers(sent: Submission, chance: Any) -> None:
    shuffled = dict(chance.sample(sorted(sent.answers.items()), len(sent.answers)))
    if isinstance(shuffled.get("wish"), list):
        shuffled["wish"] = list(reversed(shuffled["wish"]))  # type: ignore[call-overload]
    assert digest(check(replace(sent, answers=shuffled), SURVEY)) == digest(check(sent, SURVEY))


@given(submissions)
def test_the_digest_does_not_depend_on_how_letters_are_composed(sent: Submission) -> None:
    decomposed = unicodedata.normalize("NFD", sent.comment) if sent.comment else sent.comment
    assert digest(check(replace(sent, comment=decomposed), SURVEY)) == digest(check(sent, SURVEY))


@given(submissions, submissions)
def test_other_content_has_another_digest(one: Submission, other: Submission) -> None:
    left, right = check(one, SURVEY), check(other, SURVEY)
    assert (digest(left) == digest(right)) == (left == right)


@given(submissions)
def test_the_canonical_form_is_sorted_utf8_json_without_spaces(sent: Submission) -> None:
    content = canonical(check(sent, SURVEY))
    assert json.dumps(json.loads(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == content


def test_answers_stand_in_the_canonical_form_by_their_ids() -> None:
    ballot = replace(check(submission(), SURVEY), answers={"Q": 4, "C2": 4, "C10": 1})
    assert canonical(ballot).startswith(b'{"answers":{"C10":1,"C2":4,"Q":4},"channel":"web",')


@given(submissions)
def test_whether_a_ballot_was_counted_is_no_part_of_its_content(sent: Submission) -> None:
    ballot = check(sent, SURVEY)
    assert digest(replace(ballot, counted=False)) == digest(ballot)


def test_the_comment_stands_in_the_digest_salted_by_the_id() -> None:
    content = canonical(check(submission(comment=" Tốt "), SURVEY))
    assert json.loads(content)["comment"] == hashlib.sha256(ID.bytes + "Tốt".encode()).hexdigest()
    assert "Tốt".encode() not in content


@given(st.binary(min_size=32, max_size=32))
def test_a_receipt_is_a_hundred_bits_in_letters_that_cannot_be_misread(content: bytes) -> None:
    code = receipt(content)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}", code)
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for character in code.replace("-", ""):
        number = number * 32 + digits.index(character)
    assert number == int.from_bytes(content) >> (256 - 100)


def test_the_receipt_of_a_known_ballot_never_changes() -> None:
    content = canonical(check(submission(), SURVEY))
    assert content.decode() == (
        '{"answers":{"C1":5,"C2":4,"C3":3,"Q":4},"channel":"web","comment":null,"group":"people",'
        '"id":"0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f","language":"vi","questionnaire":1,"stratum":"desk","survey":"trial"}'
    )
    assert receipt(hashlib.sha256(content).digest()) == "86SR-626G-XTKR-Q052-DTE1"


def test_what_a_filter_rules_out_becomes_no_opinion() -> None:
    ballot = check(submission(answers={"C1": 5, "asked": "no"}), SURVEY)
    assert ballot.answers == {"C1": 5, "asked": "no", "C3": NO_OPINION}


def test_no_opinion_given_to_what_is_ruled_out_is_the_same_as_leaving_it_out() -> None:
    left_out = check(submission(answers={"C1": 5, "asked": "no"}), SURVEY)
    assert check(submission(answers={"C1": 5, "asked": "no", "C3": 0}), SURVEY) == left_out


def test_a_filter_that_was_not_answered_rules_nothing_out() -> None:
    assert check(submission(answers={"C1": 5, "C3": 2}), SURVEY).answers == {"C1": 5, "C3": 2}


def test_a_rating_of_what_was_ruled_out_is_refused() -> None:
    with pytest.raises(InvalidBallot) as refused:
        check(submission(answers={"C1": 5, "asked": "no", "C3": 2}), SURVEY)
    assert refused.value.errors == {"answers.C3": ["does not apply after the answer given to asked"]}


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("asked", "perhaps", "must be one of: yes, no"),
        ("wish", [], "must be a list of 1 to 2 different items of: faster, kinder, nearer, other"),
        ("C1", 9, "must be one of: 0, 1, 2, 3, 4, 5"),
    ],
)
def test_a_refused_answer_is_told_what_would_be_one(question: str, answer: object, expected: str) -> None:
    with pytest.raises(InvalidBallot) as refused:
        check(submission(answers={question: answer}), SURVEY)
    assert refused.value.errors == {f"answers.{question}": [expected]}


@pytest.mark.parametrize("answer", [True, False, 5.0, "5", None, [5], 6, -1, 10**400])
def test_only_a_level_of_the_scale_is_a_rating(answer: object) -> None:
    with pytest.raises(InvalidBallot) as refused:
        check(submission(answers={"C1": answer}), SURVEY)
    assert list(refused.value.errors) == ["answers.C1"]


def test_a_stratum_that_the_survey_does_not_have_is_unknown() -> None:
    with pytest.raises(UnknownStratum):
        check(submission(stratum="moon"), SURVEY)


@pytest.mark.parametrize("blank", ["", "  ", "\n\t", None])
def test_a_blank_comment_is_no_comment(blank: str | None) -> None:
    assert check(submission(comment=blank), SURVEY).comment is None


@pytest.mark.parametrize(
    ("answers", "complete"),
    [
        ({"C1": 5, "C2": 4, "C3": 3}, True),
        ({"C1": 5, "C2": 4}, True),
        ({"C1": 5}, False),
        ({"C1": 5, "C3": 0}, True),
        ({"C1": 0, "C2": 0, "C3": 0}, False),
        ({"Q": 5}, False),
        ({}, False),
    ],
)
def test_a_ballot_is_complete_when_half_of_what_applies_was_rated(answers: dict[str, int], complete: bool) -> None:
    assert is_complete(answers, GROUP, 0.5) is complete
