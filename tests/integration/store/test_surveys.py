"""Surveys in the store: a state moves once, with its gates, its places and its entry in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.edition import Correction
from shared.domain.survey import State
from shared.store.audit import Audit, Unsigned
from shared.store.connection import StoreConflict
from shared.store.surveys import GATES, Record, SurveyExists, Surveys, UnknownSurvey, as_amended
from tests import plans
from tests.harness import Store, unique

CORRECTION = Correction("c1", {"vi": "Sửa", "en": "Mended"}, "An", fields=[])


@pytest.fixture
def draft(store: Store) -> Record:
    quota = plans.stratum("desk", quota=5, when_full="refuse")
    return store.surveys.load(plans.small(unique("survey"), quota, plans.stratum("online")))


def accepts(store: Store, record: Record) -> list[str]:
    return [gate["accepts"] for gate in store.db.gates.find({"survey": record.survey.id})]


def last_act(store: Store, record: Record) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    entry = list(Audit(store.db).entries(record.survey.id))[-1]
    return entry.act, entry.before, entry.after


def test_a_loaded_survey_is_a_draft_with_shut_gates_and_free_places(store: Store, draft: Record) -> None:
    assert (draft.state, draft.revision, draft.editions, draft.tries) == (State.DRAFT, 1, 0, 0)
    assert (draft.sealing, draft.problem, draft.released_by, draft.correction, draft.due_at) == (None,) * 5
    assert accepts(store, draft) == ["none"] * GATES
    id_ = draft.survey.id
    assert sorted(gate["_id"] for gate in store.db.gates.find({"survey": id_})) == [f"{id_}/{n}" for n in range(8)]
    assert list(store.db.places.find({"survey": id_})) == [
        {"_id": f"{id_}/desk", "survey": id_, "stratum": "desk", "limit": 5, "free": 5, "held": 0}
    ]
    act, before, after = last_act(store, draft)
    assert (act, before, after["state"], after["revision"]) == ("load", {}, "draft", 1)


def test_a_draft_loaded_again_is_replaced_with_its_gates_and_places(store: Store, draft: Record) -> None:
    id_ = draft.survey.id
    first = last_act(store, draft)[2]
    again = store.surveys.load(
        plans.small(id_, plans.stratum("phone", quota=7, when_full="refuse"), title=plans.texts("Khác", "Another"))
    )
    assert (again.revision, again.survey.title["en"]) == (2, "Another")
    assert store.db.gates.count_documents({"survey": id_}) == GATES
    assert [place["_id"] for place in store.db.places.find({"survey": id_})] == [f"{id_}/phone"]
    act, before, after = last_act(store, draft)
    assert (act, before) == ("load", first)
    assert after["plan"] != before["plan"]


def test_a_survey_without_limits_has_no_places(store: Store) -> None:
    record = store.surveys.load(plans.small(unique("free")))
    assert store.db.places.count_documents({"survey": record.survey.id}) == 0


def test_a_survey_that_is_past_its_draft_is_not_loaded_again(store: Store, draft: Record) -> None:
    store.surveys.move(draft, State.OPEN)
    with pytest.raises(SurveyExists, match="is open: a plan can be changed only while it is a draft"):
        store.surveys.load(plans.small(draft.survey.id))
    assert store.surveys.get(draft.survey.id).revision == 2


def test_a_survey_that_is_not_there_is_unknown(store: Store) -> None:
    for look in (store.surveys.get, store.surveys.plan_of):
        with pytest.raises(UnknownSurvey, match="nowhere"):
            look("nowhere")


def test_the_plan_of_a_survey_is_what_was_loaded(store: Store) -> None:
    data = plans.small(unique("plan"))
    store.surveys.load(data)
    assert store.surveys.plan_of(data["survey"]) == data


@pytest.mark.parametrize(
    ("to", "gate", "act"),
    [
        (State.OPEN, "all", "open"),
        (State.CLOSING, "synchronised", "close"),
        (State.SEALED, "none", "seal"),
        (State.PUBLISHED, "none", "publish"),
    ],
)
def test_a_state_moves_with_its_gates_and_its_entry(store: Store, draft: Record, to: State, gate: str, act: str) -> None:
    moved = store.surveys.move(draft, to)
    assert (moved.state, moved.revision) == (to, 2)
    assert accepts(store, draft) == [gate] * GATES
    told = last_act(store, draft)
    assert told == (act, {"state": "draft", "revision": 1}, {"state": to.value, "revision": 2})


def test_of_two_who_move_a_survey_one_is_told(store: Store, draft: Record) -> None:
    store.surveys.move(draft, State.OPEN)
    for to in (State.OPEN, State.CLOSING):
        with pytest.raises(StoreConflict, match=f"{draft.survey.id} was changed by someone else"):
            store.surveys.move(draft, to)
    assert (store.surveys.get(draft.survey.id).state, accepts(store, draft)) == (State.OPEN, ["all"] * GATES)
    assert [entry.act for entry in Audit(store.db).entries(draft.survey.id)] == ["load", "open"]


def test_a_change_by_nobody_is_not_made(store: Store, draft: Record) -> None:
    with pytest.raises(Unsigned):
        Surveys(store.db).move(draft, State.OPEN)
    assert (store.surveys.get(draft.survey.id), accepts(store, draft)) == (draft, ["none"] * GATES)


def test_every_change_of_gates_is_a_write_that_meets_a_commit(store: Store, draft: Record) -> None:
    store.surveys.shut_gates(draft.survey.id)
    store.surveys.shut_gates(draft.survey.id)
    assert [gate["changes"] for gate in store.db.gates.find({"survey": draft.survey.id})] == [2] * GATES
    opened = store.surveys.move(draft, State.OPEN)
    store.surveys.shut_gates(draft.survey.id)
    assert (accepts(store, draft), store.surveys.get(draft.survey.id)) == (["none"] * GATES, opened)


def test_who_closes_early_shortens_the_period_and_keeps_the_grace(store: Store) -> None:
    record = store.opened(plans.small(unique("early"), closes=3_600, grace=60))
    moment = datetime.now(UTC).replace(microsecond=0)
    closed = store.surveys.move(record, State.CLOSING, closed_at=moment)
    assert closed.survey.period.closes_at == moment
    assert closed.survey.period.late_until == moment + timedelta(seconds=60)
    assert closed.due_at == moment + timedelta(seconds=60)
    assert last_act(store, record)[2]["closed_at"] == moment.isoformat()


def test_who_closes_after_the_time_changes_no_period(store: Store) -> None:
    record = store.opened(plans.small(unique("late"), closes=3_600, grace=60))
    closed = store.surveys.move(record, State.CLOSING, closed_at=record.survey.period.closes_at + timedelta(hours=1))
    assert closed.survey.period == record.survey.period


def test_letting_results_out_is_told_as_a_release_with_its_person(store: Store, draft: Record) -> None:
    sealed = store.surveys.move(draft, State.SEALED, sealing={"register": {"root": "00"}, "equation": {}, "more": 1})
    assert last_act(store, draft)[2] == {"state": "sealed", "revision": 2, "register": {"root": "00"}, "equation": {}}
    released = store.surveys.move(sealed, State.SEALED, released_by="An")
    assert (released.state, released.released_by, released.sealing) == (State.SEALED, "An", sealed.sealing)
    act, before, after = last_act(store, draft)
    assert (act, before["released_by"], after["released_by"]) == ("release", None, "An")


def test_a_problem_is_noted_with_its_tries_until_the_survey_moves(store: Store) -> None:
    record = store.opened(plans.small(unique("problem")))
    again = record.survey.period.closes_at.replace(microsecond=0) + timedelta(hours=2)
    store.surveys.note_problem(record, "it does not hold", again)
    noted = store.surveys.get(record.survey.id)
    assert (noted.problem, noted.tries, noted.due_at, noted.revision) == ("it does not hold", 1, again, record.revision)
    store.surveys.note_problem(noted, "still", again)
    assert store.surveys.get(record.survey.id).tries == 2
    tried = store.surveys.try_again(store.surveys.get(record.survey.id))
    assert (tried.problem, tried.tries, tried.state, tried.due_at) == (None, 0, State.OPEN, record.survey.period.closes_at)
    assert last_act(store, record)[0] == "try again"
    store.surveys.note_problem(noted, "too late", again)
    assert store.surveys.get(record.survey.id).problem is None


def test_a_retry_before_the_step_is_due_waits_for_the_step(store: Store) -> None:
    record = store.opened(plans.small(unique("soon")))
    store.surveys.note_problem(record, "no", record.survey.period.closes_at - timedelta(hours=1))
    assert store.surveys.get(record.survey.id).due_at == record.survey.period.closes_at


def test_surveys_are_due_from_the_moment_of_their_next_step(store: Store) -> None:
    record = store.opened(plans.small(unique("due"), closes=3_600))
    closes = record.survey.period.closes_at
    assert record.survey.id in store.surveys.due(closes)
    assert record.survey.id not in store.surveys.due(closes - timedelta(seconds=1))


def test_a_survey_without_its_next_moment_is_given_it(store: Store) -> None:
    record = store.opened(plans.small(unique("undated")))
    store.db.surveys.update_one({"_id": record.survey.id}, {"$unset": {"due_at": ""}})
    store.surveys.schedule()
    stored = store.db.surveys.find_one({"_id": record.survey.id})
    assert stored is not None
    assert timedelta(0) <= record.survey.period.closes_at - stored["due_at"] < timedelta(milliseconds=1)


def test_surveys_are_listed_by_id_and_by_state(store: Store) -> None:
    names = [unique("b"), unique("a")]
    records = [store.surveys.load(plans.small(name)) for name in names]
    store.surveys.move(records[0], State.CLOSING)
    assert [each.survey.id for each in store.surveys.all() if each.survey.id in names] == sorted(names)
    closing = [each.survey.id for each in store.surveys.in_states(State.CLOSING)]
    assert (names[0] in closing, names[1] in closing) == (True, False)
    both = store.surveys.ids_in_states(State.CLOSING, State.DRAFT)
    assert (both == sorted(both), set(names) <= set(both)) == (True, True)
    assert names[1] not in store.surveys.ids_in_states(State.CLOSING)


def test_an_edition_is_published_with_what_is_told_of_it_or_not_at_all(store: Store, draft: Record) -> None:
    record = store.surveys.move(draft, State.SEALED)
    id_ = record.survey.id
    store.db.editions.insert_one({"_id": f"{id_}/1", "survey": id_, "edition": 1, "digest": "abc"})
    told: list[str] = []
    with pytest.raises(StoreConflict, match=r"edition 1 of .* was made anew by someone else"):
        store.surveys.publish(record, 1, "other", lambda _: told.append("no"))
    assert (told, store.surveys.get(id_)) == ([], record)
    published = store.surveys.publish(record, 1, "abc", lambda _: told.append("yes"))
    assert (told, published.state, published.editions) == (["yes"], State.PUBLISHED, 1)
    act, before, after = last_act(store, draft)
    assert (act, before["editions"], after["editions"], after["digest"]) == ("publish", 0, 1, "abc")


def test_a_correction_is_asked_for_taken_back_and_published_with_its_plan(store: Store, draft: Record) -> None:
    record = store.surveys.move(draft, State.PUBLISHED, editions=1)
    asked = store.surveys.correct(record, CORRECTION)
    assert (asked.correction, asked.state, asked.due_at) == (CORRECTION, State.PUBLISHED, record.survey.period.late_until)
    act, before, after = last_act(store, draft)
    wanted = {"correction": "c1", "reason": dict(CORRECTION.reason), "amended": None}
    assert (act, "correction" in before, {name: after[name] for name in wanted}) == ("correct", False, wanted)
    back = store.surveys.withdraw(asked)
    assert (back.correction, back.due_at) == (None, None)
    act, before, after = last_act(store, draft)
    assert (act, before["correction"], "correction" in after) == ("withdraw correction", "c1", False)
    amended = plans.small(draft.survey.id, title=plans.texts("Mới", "New"))
    asked = store.surveys.correct(back, Correction("c2", CORRECTION.reason, "An", amended))
    assert last_act(store, draft)[2]["amended"] is not None
    id_ = draft.survey.id
    store.db.editions.insert_one({"_id": f"{id_}/2", "survey": id_, "edition": 2, "digest": "def"})
    published = store.surveys.publish(asked, 2, "def", lambda _: None)
    assert (published.editions, published.correction, published.survey.title["en"]) == (2, None, "New")
    assert store.surveys.plan_of(id_) == amended
    assert last_act(store, draft)[2]["plan"] is not None


def test_a_late_ballot_is_let_in_through_the_gates_of_a_closing_survey(store: Store, draft: Record) -> None:
    closing = store.surveys.move(draft, State.CLOSING)
    store.surveys.shut_gates(draft.survey.id)
    admitted = store.surveys.admit_late(closing)
    assert (accepts(store, draft), admitted.revision) == (["synchronised"] * GATES, closing.revision + 1)
    assert last_act(store, draft)[0] == "admit late"


def test_an_amended_plan_keeps_the_period_as_it_came_out(store: Store) -> None:
    record = store.opened(plans.small(unique("amended")))
    closed = store.surveys.move(record, State.CLOSING, closed_at=datetime.now(UTC))
    data = plans.small(record.survey.id, title=plans.texts("Mới", "New"))
    changed = as_amended(closed, data)
    assert (changed.title["en"], changed.period) == ("New", closed.survey.period)
    assert as_amended(closed, None) is closed.survey
