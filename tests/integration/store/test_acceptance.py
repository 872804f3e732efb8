"""Accepting: a ballot, its invitation, its place and its batch are there together, or none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.domain.acceptance import (
    Accepted,
    BallotConflict,
    Candidate,
    Device,
    DeviceUnknown,
    InvitationSpent,
    InvitationUnknown,
    Outcome,
    Seen,
    StratumFull,
    SurveyNotOpen,
)
from shared.domain.survey import Channel, State, Survey
from shared.domain.token import token_digest
from shared.store.acceptance import Acceptance, Moment
from shared.store.devices import Devices, Enrolled
from shared.store.invitations import Invitations
from shared.store.places import Places, Turns, Wish
from shared.store.wire import ballot_from
from tests import plans
from tests.harness import AUTHOR, Store, unique
from tests.integration.store.hands import DAY, NOW, SLOT, accept, candidate, gates, place

HOUR = timedelta(hours=1)


@pytest.fixture
def survey(store: Store) -> Survey:
    return store.opened(plans.small(unique("accept"))).survey


def limited(store: Store, quota: int, when_full: str = "refuse") -> Survey:
    few = plans.stratum("desk", quota=quota, when_full=when_full)
    return store.opened(plans.small(unique("limited"), few, plans.stratum("online"))).survey


def reserve(store: Store, survey: Survey, count: int = 1, term: timedelta = HOUR) -> bytes:
    lease = uuid4().bytes
    Places(store.db, 10, Turns()).reserve(lease, Wish(survey.id, "desk", count, term), NOW)
    return lease


def invitations(store: Store, survey: Survey) -> tuple[bytes, bytes]:
    """Two that were issued for the desk."""
    tokens = [unique("one"), unique("two")]
    Invitations(store.db, AUTHOR).issue(survey.id, "desk", tokens)
    return token_digest(tokens[0]), token_digest(tokens[1])


def kinds(outcomes: list[Outcome]) -> list[Any]:
    """ "new", "again", "surplus", or the class of the refusal."""
    words = []
    for outcome in outcomes:
        if isinstance(outcome, Accepted):
            words.append(("new" if outcome.new else "again") if outcome.ballot.counted else "surplus")
        else:
            words.append(type(outcome))
    return words


def test_an_accepted_ballot_is_stored_with_its_day_counted_at_one_gate_and_named_by_one_batch(
    store: Store, survey: Survey
) -> None:
    sent = candidate(survey, comment="Cảm ơn")
    done = accept(store, [sent])
    assert done.outcomes == [Accepted(sent.ballot, sent.digest, new=True)]
    stored = store.db.ballots.find_one({"_id": sent.ballot.id})
    assert stored is not None
    assert (ballot_from(stored), bytes(stored["digest"]), stored["date"]) == (sent.ballot, sent.digest, "2026-03-02")
    assert gates(store, survey) == {SLOT: 1}
    (batch,) = store.db.batches.find({"survey": survey.id})
    assert batch == {"_id": done.batches[0], "survey": survey.id, "ballots": [sent.ballot.id], "committed_at": NOW}


def test_a_slot_beyond_the_last_gate_is_one_of_the_gates(store: Store, survey: Survey) -> None:
    accept(store, [candidate(survey)], slot=8 + 5)
    assert gates(store, survey) == {5: 1}


def test_a_ballot_that_comes_again_changes_nothing(store: Store, survey: Survey) -> None:
    sent = candidate(survey)
    accept(store, [sent])
    again = accept(store, [sent])
    assert (again.outcomes, again.batches) == ([Accepted(sent.ballot, sent.digest, new=False)], [])
    assert gates(store, survey) == {SLOT: 1}
    assert store.db.batches.count_documents({"survey": survey.id}) == 1


def test_a_ballot_that_comes_again_with_new_ones_is_told_and_they_are_stored(store: Store, survey: Survey) -> None:
    old, new = candidate(survey), candidate(survey)
    accept(store, [old])
    done = accept(store, [old, new])
    assert kinds(done.outcomes) == ["again", "new"]
    assert gates(store, survey) == {SLOT: 2}
    assert [batch["ballots"] for batch in store.db.batches.find({"_id": {"$in": done.batches}})] == [[new.ballot.id]]


def test_other_content_under_a_known_id_is_refused_and_not_counted(store: Store, survey: Survey) -> None:
    sent = candidate(survey)
    accept(store, [sent])
    done = accept(store, [candidate(survey, id_=sent.ballot.id, answers={"C1": 1})])
    assert (kinds(done.outcomes), done.batches) == ([BallotConflict], [])
    assert [each.ballot for each in store.ballots.named([sent.ballot.id])] == [sent.ballot]
    assert gates(store, survey) == {SLOT: 1}


@pytest.mark.parametrize(
    ("state", "channel", "word"),
    [
        (State.DRAFT, Channel.WEB, SurveyNotOpen),
        (State.DRAFT, Channel.KIOSK, SurveyNotOpen),
        (State.CLOSING, Channel.WEB, SurveyNotOpen),
        (State.CLOSING, Channel.KIOSK, "new"),
        (State.SEALED, Channel.KIOSK, SurveyNotOpen),
    ],
)
def test_what_a_survey_takes_is_said_by_its_gates(store: Store, state: State, channel: Channel, word: object) -> None:
    record = store.surveys.load(plans.small(unique("gates")))
    if state is not State.DRAFT:
        record = store.surveys.move(record, state)
    done = accept(store, [candidate(record.survey, channel=channel)])
    assert kinds(done.outcomes) == [word]
    assert sum(gates(store, record.survey).values()) == store.ballots.equation(record.survey.id).stored == (word == "new")


def test_a_survey_that_nobody_loaded_takes_nothing(store: Store, survey: Survey) -> None:
    unknown = replace(survey, id="nowhere")
    assert kinds(accept(store, [candidate(unknown)]).outcomes) == [SurveyNotOpen]
    assert store.db.gates.count_documents({"_id": {"$regex": "^nowhere"}}) == 0


def test_a_ballot_accepted_while_the_survey_was_open_gets_its_receipt_again_when_it_is_sealed(
    store: Store, survey: Survey
) -> None:
    sent = candidate(survey)
    accept(store, [sent])
    store.surveys.move(store.surveys.get(survey.id), State.SEALED)
    assert kinds(accept(store, [sent]).outcomes) == ["again"]


def test_ballots_of_two_surveys_are_committed_together_each_with_a_batch_a_gate_and_a_day_of_its_own(
    store: Store, survey: Survey
) -> None:
    other = store.opened(plans.small(unique("other"))).survey
    shut = store.surveys.load(plans.small(unique("shut"))).survey
    sent = [candidate(survey), candidate(other), candidate(survey), candidate(shut)]
    days = {survey.id: date(2026, 3, 2), other.id: date(2026, 3, 3), shut.id: DAY}
    done = Acceptance(store.db, SLOT, 10).accept(sent, Moment(NOW, days))
    assert kinds(done.outcomes) == ["new", "new", "new", SurveyNotOpen]
    assert [gates(store, each) for each in (survey, other, shut)] == [{SLOT: 2}, {SLOT: 1}, {}]
    batches = {each["survey"]: set(each["ballots"]) for each in store.db.batches.find({"_id": {"$in": done.batches}})}
    assert batches == {survey.id: {sent[0].ballot.id, sent[2].ballot.id}, other.id: {sent[1].ballot.id}}
    dates = {each["survey"]: each["date"] for each in store.db.ballots.find({"survey": {"$in": [survey.id, other.id]}})}
    assert dates == {survey.id: "2026-03-02", other.id: "2026-03-03"}


def test_an_invitation_admits_one_ballot_and_no_other_is_spent(store: Store) -> None:
    invited = plans.stratum("desk", admission="invited")
    survey = store.opened(plans.small(unique("invited"), invited, plans.stratum("online"))).survey
    one, two = invitations(store, survey)
    done = accept(store, [candidate(survey, invitation=one), candidate(survey, invitation=one)])
    assert kinds(done.outcomes) == ["new", InvitationSpent]
    found = Invitations(store.db).find_all([one, two])
    assert {digest: each.spent for digest, each in found.items()} == {one: True, two: False}
    refused = accept(store, [candidate(survey, invitation=one), candidate(survey, invitation=token_digest("three"))])
    assert kinds(refused.outcomes) == [InvitationSpent, InvitationUnknown]
    assert gates(store, survey) == {SLOT: 1}


def test_an_invitation_of_a_ballot_that_was_refused_is_not_spent(store: Store) -> None:
    few = plans.stratum("desk", admission="invited", quota=1, when_full="refuse")
    survey = store.opened(plans.small(unique("invited"), few)).survey
    one, two = invitations(store, survey)
    done = accept(store, [candidate(survey, invitation=one), candidate(survey, invitation=two)])
    assert kinds(done.outcomes) == ["new", StratumFull]
    assert [Invitations(store.db).find(each).spent for each in (one, two)] == [True, False]  # type: ignore[union-attr]


def test_a_stratum_takes_as_many_as_it_has_places_for(store: Store) -> None:
    survey = limited(store, 3)
    first = accept(store, [candidate(survey), candidate(survey, "online"), candidate(survey)])
    assert (kinds(first.outcomes), place(store, survey)) == (["new", "new", "new"], (1, 0))
    second = accept(store, [candidate(survey), candidate(survey)])
    assert (kinds(second.outcomes), place(store, survey)) == (["new", StratumFull], (0, 0))
    assert gates(store, survey) == {SLOT: 4}


def test_a_ballot_over_the_quota_that_is_kept_is_stored_as_surplus_and_takes_no_place(store: Store) -> None:
    survey = limited(store, 1, "keep")
    sent = [candidate(survey), candidate(survey)]
    assert kinds(accept(store, sent).outcomes) == ["new", "surplus"]
    assert place(store, survey) == (0, 0)
    surplus = {each["_id"]: each["surplus"] for each in store.db.ballots.find({"survey": survey.id})}
    assert surplus == {sent[0].ballot.id: False, sent[1].ballot.id: True}
    again = accept(store, sent)
    assert kinds(again.outcomes) == ["again", "surplus"]
    assert Acceptance(store.db, 0, 10).seen([sent[1].ballot.id]) == {sent[1].ballot.id: Seen(sent[1].digest, counted=False)}


def test_a_reserved_place_is_for_the_ballot_that_brings_its_lease(store: Store) -> None:
    survey = limited(store, 1)
    lease = reserve(store, survey)
    assert place(store, survey) == (1, 1)
    assert kinds(accept(store, [candidate(survey)]).outcomes) == [StratumFull]
    assert place(store, survey) == (1, 1)
    assert kinds(accept(store, [candidate(survey, lease=lease)]).outcomes) == ["new"]
    assert place(store, survey) == (0, 0)
    assert store.db.leases.find_one({"_id": lease}) is None


def test_a_lease_of_several_places_is_used_up_one_by_one_and_free_places_are_left_alone(store: Store) -> None:
    survey = limited(store, 5)
    lease = reserve(store, survey, 2)
    first = accept(store, [candidate(survey, lease=lease)])
    assert (kinds(first.outcomes), place(store, survey)) == (["new"], (4, 1))
    assert store.db.leases.find_one({"_id": lease})["count"] == 1  # type: ignore[index]
    second = accept(store, [candidate(survey, lease=lease), candidate(survey, lease=lease), candidate(survey)])
    assert (kinds(second.outcomes), place(store, survey)) == (["new"] * 3, (1, 0))
    assert store.db.leases.find_one({"_id": lease}) is None


def test_a_place_whose_lease_ran_out_is_taken_when_it_is_needed(store: Store) -> None:
    survey = limited(store, 2)
    over, alive = reserve(store, survey), reserve(store, survey, term=3 * HOUR)
    later = NOW + 2 * HOUR
    assert kinds(accept(store, [candidate(survey), candidate(survey)], later).outcomes) == ["new", StratumFull]
    assert place(store, survey) == (1, 1)
    assert [store.db.leases.count_documents({"_id": each}) for each in (over, alive)] == [0, 1]


def test_a_lease_that_ran_out_holds_on_while_other_places_are_free(store: Store) -> None:
    survey = limited(store, 2)
    lease = reserve(store, survey)
    assert kinds(accept(store, [candidate(survey)], NOW + 2 * HOUR).outcomes) == ["new"]
    assert place(store, survey) == (1, 1)
    assert store.db.leases.count_documents({"_id": lease}) == 1


def test_a_ballot_with_a_lease_that_ran_out_needs_a_free_place(store: Store) -> None:
    survey = limited(store, 2)
    lease = reserve(store, survey, 2)
    late = accept(store, [candidate(survey, lease=lease), candidate(survey), candidate(survey)], NOW + 2 * HOUR)
    assert kinds(late.outcomes) == ["new", "new", StratumFull]
    assert place(store, survey) == (0, 0)


def test_a_lease_means_nothing_in_a_stratum_without_a_limit(store: Store) -> None:
    survey = limited(store, 1)
    lease = reserve(store, survey)
    assert kinds(accept(store, [candidate(survey, "online", lease=lease)]).outcomes) == ["new"]
    assert place(store, survey) == (1, 1)
    assert store.db.leases.count_documents({"_id": lease}) == 1


def test_a_device_hands_in_for_its_strata_until_it_is_revoked(store: Store, survey: Survey) -> None:
    key = uuid4().bytes
    devices = Devices(store.db, AUTHOR)
    devices.enrol(Enrolled(key, "tablet", survey.id, ("desk",), Channel.KIOSK))
    assert Acceptance(store.db, 0, 10).devices([key, b"other"]) == {key: Device(survey.id, frozenset({"desk"}))}
    sent: list[Candidate] = [candidate(survey, channel=Channel.KIOSK, device=key) for _ in range(2)]
    assert kinds(accept(store, sent[:1]).outcomes) == ["new"]
    devices.revoke(survey.id, "tablet", "lost")
    assert kinds(accept(store, sent).outcomes) == ["again", DeviceUnknown]


def test_ids_that_were_never_accepted_are_not_seen(store: Store, survey: Survey) -> None:
    sent = candidate(survey)
    accept(store, [sent])
    seen = Acceptance(store.db, 0, 10).seen([sent.ballot.id, uuid4()])
    assert seen == {sent.ballot.id: Seen(sent.digest, counted=True)}
