"""The server's own count of the ballots is the count that our code makes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shared.domain.ballot import Answers, Ballot, Submission, check, digest
from shared.domain.survey import Channel, Survey
from shared.domain.tally import tally
from shared.store import counting
from shared.store.wire import ballot_document
from tests import plans
from tests.harness import Store, drawn, unique
from tests.plans import criterion, questionnaire, stratum, texts


@pytest.fixture
def survey(store: Store) -> Iterator[Survey]:
    """One of two groups, whose questionnaires ask some of the same."""
    other = {**questionnaire(), "id": "firms", "factors": [{"factor": "F1", "criteria": [criterion("C1"), criterion("C9")]}]}
    firms = {"id": "firms", "title": texts("Doanh nghiệp", "Firms"), "questionnaire": "firms", "strata": [stratum("firm")]}
    plan = plans.small(unique("twice"))
    made = store.opened({**plan, "questionnaires": [*plan["questionnaires"], other], "groups": [*plan["groups"], firms]}).survey
    yield made
    store.db.ballots.delete_many({"survey": made.id})


def put(store: Store, *ballots: Ballot) -> None:
    store.db.ballots.insert_many([ballot_document(each, digest(each), date(2026, 8, 1)) for each in ballots])


def ballot(survey: Survey, stratum: str = "desk", channel: str = "web", **answers: Any) -> Ballot:
    return check(Submission(uuid4(), stratum, Channel(channel), "vi", 1, answers, None), survey)


def altered(before: Ballot, **answers: Any) -> Ballot:
    """The ballot with answers that no collector would have let in."""
    given: Answers = {**before.answers, **answers}
    return replace(before, answers=given)


@pytest.mark.parametrize(("strata", "together"), [(50, 50_000), (1, 50_000), (50, 20)])
def test_the_server_counts_as_we_do(
    store: Store, survey: Survey, monkeypatch: pytest.MonkeyPatch, strata: int, together: int
) -> None:
    monkeypatch.setattr(counting, "STRATA", strata)
    monkeypatch.setattr(counting, "BALLOTS", together)
    chance = random.Random(5)
    ballots = []
    for number in range(60):
        body = drawn(chance)
        kept = {q: a for q, a in body["answers"].items() if chance.random() < 0.7} or {"C1": 3}
        wishes = {"wish": chance.sample(["faster", "kinder", "nearer"], 2)} if number % 3 == 0 else {}
        made = ballot(survey, body["stratum"], chance.choice(["web", "kiosk", "paper"]), asked="yes", **kept, **wishes)
        ballots.append(replace(made, counted=chance.random() < 0.8))
    ballots += [ballot(survey, "firm", C1=level, C9=chance.randint(0, 5), asked="no") for level in range(6)]
    ballots += [ballot(survey, "firm", asked="no")]
    put(store, *ballots)
    assert counting.count(store.db, survey) == tally(ballots, survey)


def test_the_server_counts_answers_that_the_questionnaire_does_not_know(store: Store, survey: Survey) -> None:
    fine = ballot(survey, C1=3, C2=4, C3=5, asked="yes", wish=["faster"])
    strange = [
        altered(fine, C1=9),
        altered(fine, C2="many"),
        altered(fine, asked=["yes", "no"]),
        altered(fine, wish="kinder"),
        altered(fine, wish=["faster", "free of charge"]),
        altered(fine, C7=2),
        altered(fine, C8=["a", "b"]),
    ]
    put(store, fine, *(replace(each, id=uuid4()) for each in strange))
    counted = counting.count(store.db, survey)
    assert counted == tally([fine, *(replace(each, answers=as_stored(each.answers)) for each in strange)], survey)


def as_stored(answers: Answers) -> Answers:
    return {question: tuple(answer) if isinstance(answer, list) else answer for question, answer in answers.items()}


def test_what_is_left_out_is_no_answer_and_what_is_null_is_one(store: Store, survey: Survey) -> None:
    put(store, ballot(survey, C1=3, C2=4, C3=5, asked="yes"), altered(ballot(survey, C1=3, C2=4, C3=5, asked="yes"), Q=None))
    (counted,) = counting.count(store.db, survey).values()
    assert counted.of("Q") == {"None": 1}
    assert counted.of("wish") == {}
