"""Tallies: a batch that was scored is gone, and one that cannot be scored changes nothing and waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.domain.survey import Survey
from shared.domain.tally import merge, tally
from shared.store.audit import Audit, Unsigned
from shared.store.tallies import BatchBroken, Stuck, Tallies, UnknownBatch, Waiting
from tests import plans
from tests.harness import AUTHOR, Store, unique
from tests.integration.store.hands import NOW, accept, candidate

MINUTE = timedelta(minutes=1)


@pytest.fixture
def survey(store: Store) -> Survey:
    return store.opened(plans.small(unique("tallied"))).survey


def batches(store: Store, survey: Survey, sizes: Sequence[int]) -> list[UUID]:
    """A batch of each size, a minute apart."""
    return [
        accept(store, [candidate(survey) for _ in range(size)], NOW + number * MINUTE).batches[0]
        for number, size in enumerate(sizes)
    ]


def counted(store: Store, survey: Survey) -> int:
    return merge(store.tallies.read(survey.id).values()).counted


def documents(store: Store, survey: Survey) -> int:
    return store.db.tallies.count_documents({"survey": survey.id})


def break_one(store: Store, batch: UUID) -> UUID:
    """Take the stratum of a ballot of `batch` for one that the plan does not know; the ballot."""
    found = store.db.batches.find_one({"_id": batch})
    assert found is not None
    store.db.ballots.update_one({"_id": found["ballots"][0]}, {"$set": {"stratum": "moon"}})
    return UUID(str(found["ballots"][0]))


def test_scored_batches_are_gone_and_their_ballots_are_in_the_tallies(store: Store, survey: Survey) -> None:
    made = batches(store, survey, [1, 2, 3])
    assert store.tallies.score(made[1:], survey) == 5
    named = [each.ballot for each in store.ballots.named(store.ids(survey.id) - store.tallies.waiting_ballots(survey.id))]
    assert store.tallies.read(survey.id) == tally(named, survey)
    assert store.tallies.waiting_ids(survey.id) == made[:1]


def test_a_batch_that_was_scored_is_not_scored_again(store: Store, survey: Survey) -> None:
    made = batches(store, survey, [2, 1])
    assert [store.tallies.score(ids, survey) for ids in (made[:1], made, made, [uuid4()])] == [2, 1, 0, 0]
    assert (counted(store, survey), documents(store, survey)) == (3, 2)


def test_a_batch_of_another_survey_is_left_alone(store: Store, survey: Survey) -> None:
    other = store.opened(plans.small(unique("other"))).survey
    (its,) = batches(store, other, [1])
    assert store.tallies.score([its], survey) == 0
    assert store.tallies.waiting_ids(other.id) == [its]


def test_a_batch_that_names_a_ballot_that_is_not_there_is_told_and_nothing_is_done(store: Store, survey: Survey) -> None:
    made = batches(store, survey, [2, 1])
    store.db.ballots.delete_one({"_id": store.db.batches.find_one({"_id": made[0]})["ballots"][0]})  # type: ignore[index]
    with pytest.raises(BatchBroken, match=r"^3 ballots are named, 2 are stored$"):
        store.tallies.score(made, survey)
    assert (counted(store, survey), sorted(store.tallies.waiting_ids(survey.id))) == (0, sorted(made))


def test_a_batch_with_a_ballot_that_the_plan_cannot_count_is_told_and_nothing_is_done(store: Store, survey: Survey) -> None:
    made = batches(store, survey, [2])
    break_one(store, made[0])
    with pytest.raises(BatchBroken, match=f"cannot be counted by the plan of {survey.id}"):
        store.tallies.score(made, survey)
    assert (counted(store, survey), store.tallies.waiting_ids(survey.id)) == (0, made)


def test_a_broken_batch_that_was_mended_is_retried_by_a_person_and_counted_once(store: Store, survey: Survey) -> None:
    made = batches(store, survey, [2])
    ballot = break_one(store, made[0])
    store.tallies.set_aside(made[0], "broken")
    assert store.tallies.surveys_of(made) == {}
    store.db.ballots.update_one({"_id": ballot}, {"$set": {"stratum": "desk"}})
    assert store.tallies.try_again(made[0], AUTHOR) == survey.id
    for _ in range(2):
        for name, ids in store.tallies.surveys_of(made).items():
            assert (name, store.tallies.score(ids, survey)) == (survey.id, 2)
    equation = store.ballots.equation(survey.id)
    assert (equation.counted, equation.waiting, equation.holds) == (2, 0, True)


def test_many_tallies_are_replaced_by_one_that_says_the_same(store: Store, survey: Survey) -> None:
    for batch in batches(store, survey, [1, 2, 1]):
        store.tallies.score([batch], survey)
    before = store.tallies.read(survey.id)
    assert (store.tallies.gather(survey.id, 4), documents(store, survey)) == (before, 3)
    assert (store.tallies.gather(survey.id, 3), documents(store, survey)) == (before, 1)
    assert (store.tallies.gather(survey.id, 1), documents(store, survey)) == (before, 1)
    assert store.tallies.read(survey.id) == before


def test_sixteen_tallies_are_many(store: Store, survey: Survey) -> None:
    found = store.db.tallies
    for batch in batches(store, survey, [1]):
        store.tallies.score([batch], survey)
    document = found.find_one({"survey": survey.id})
    assert document is not None
    found.insert_many([{**document, "_id": uuid4()} for _ in range(14)])
    store.tallies.gather(survey.id)
    assert documents(store, survey) == 15
    found.insert_one({**document, "_id": uuid4()})
    store.tallies.gather(survey.id)
    assert (documents(store, survey), counted(store, survey)) == (1, 16)


def test_tallies_of_other_surveys_are_not_gathered(store: Store, survey: Survey) -> None:
    other = store.opened(plans.small(unique("other"))).survey
    for each in (survey, survey, other):
        store.tallies.score(batches(store, each, [1]), each)
    store.tallies.gather(survey.id, 2)
    assert (counted(store, survey), counted(store, other)) == (2, 1)
    assert (documents(store, survey), documents(store, other)) == (1, 1)


def test_what_waits_is_told_with_the_oldest(store: Store, survey: Survey) -> None:
    assert store.tallies.waiting(survey.id) == Waiting(0, 0, None)
    made = batches(store, survey, [2, 1])
    assert store.tallies.waiting(survey.id) == Waiting(2, 3, NOW)
    store.tallies.set_aside(made[0], "broken")
    assert store.tallies.waiting(survey.id) == Waiting(2, 3, NOW)
    assert len(store.tallies.waiting_ballots(survey.id)) == 3
    store.tallies.score(made[:1], survey)
    assert store.tallies.waiting(survey.id) == Waiting(1, 1, NOW + MINUTE)


def test_a_batch_set_aside_is_in_no_list_of_work(store: Store, survey: Survey) -> None:
    one, two, three, four = batches(store, survey, [1, 1, 1, 1])
    store.tallies.set_aside(two, "broken")
    asked = store.tallies.surveys_of([one, two, three])
    assert {name: set(ids) for name, ids in asked.items()} == {survey.id: {one, three}}
    assert sorted(store.tallies.waiting_ids(survey.id)) == sorted([one, three, four])
    ours = [batch for batch in store.tallies.stale(NOW + 3 * MINUTE) if batch in (one, two, three, four)]
    assert ours == [one, three]
    assert store.tallies.stuck(survey.id) == {two: "broken"}
    assert [each for each in store.tallies.all_stuck() if each.survey == survey.id] == [Stuck(two, survey.id, 1, "broken")]


def test_the_sweep_is_given_the_oldest_first_and_no_more_than_it_asks_for(store: Store, survey: Survey) -> None:
    store.db.batches.delete_many({})
    made = batches(store, survey, [1, 1, 1])
    assert store.tallies.stale(NOW + 5 * MINUTE, limit=2) == made[:2]
    assert store.tallies.stale(NOW) == []


def test_batches_that_are_stuck_are_listed_by_survey(store: Store) -> None:
    store.db.batches.delete_many({})
    surveys = [store.opened(plans.small(name)).survey for name in (unique("b"), unique("a"))]
    for each in surveys:
        for batch in batches(store, each, [1, 2]):
            store.tallies.set_aside(batch, "broken")
    found = store.tallies.all_stuck()
    assert [each.survey for each in found] == [surveys[1].id] * 2 + [surveys[0].id] * 2
    assert found == sorted(found, key=lambda each: (each.survey, str(each.batch)))
    assert sorted(each.ballots for each in found) == [1, 1, 2, 2]


def test_letting_a_batch_be_tried_again_is_an_act_of_a_person(store: Store, survey: Survey) -> None:
    one, two = batches(store, survey, [2, 1])
    store.tallies.set_aside(one, "broken")
    with pytest.raises(Unsigned):
        store.tallies.try_again(one, None)
    assert store.tallies.stuck(survey.id) == {one: "broken"}
    assert store.tallies.try_again(one, AUTHOR) == survey.id
    assert store.tallies.stuck(survey.id) == {}
    last = list(Audit(store.db).entries(survey.id))[-1]
    assert (last.act, last.by, last.before, last.after) == (
        "retry batch",
        "test",
        {"stuck": "broken"},
        {"batch": str(one), "ballots": 2},
    )
    for other in (one, two, uuid4()):
        with pytest.raises(UnknownBatch, match=str(other)):
            Tallies(store.db).try_again(other, AUTHOR)
