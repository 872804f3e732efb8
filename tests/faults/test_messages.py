"""Messages that cannot be handled are set aside for a person, and the worker goes on."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery

from shared.broker import create_celery
from shared.events import BatchesAccepted
from shared.store.watch import Quarantine
from tests import plans
from tests.harness import JSON, Client, Rig, Store, ballot, eventually, unique


@pytest.fixture(scope="module")
def broker(system: Rig) -> Iterator[Celery]:
    app = create_celery(system.home.settings().redis_url)
    yield app
    app.pool.force_close_all()
    app.close()


def reasons(store: Store) -> dict[str, int]:
    return {reason: number for (kind, reason), number in Quarantine(store.db).reasons().items() if kind == "message"}


def raw(body: bytes, content_type: str = "application/json", **headers: object) -> str:
    """A message as kombu puts it on a Redis list."""
    delivery = {"exchange": "", "routing_key": "scoring"}
    properties = {
        "delivery_mode": 2,
        "delivery_tag": str(uuid4()),
        "body_encoding": "base64",
        "delivery_info": delivery,
        "priority": 0,
    }
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": content_type,
        "headers": headers,
        "properties": properties,
    }
    return json.dumps(message)


def assert_scoring_goes_on(system: Rig, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("goes-on"))).survey.id
    api.put(survey, uuid4(), ballot())
    assert store.scored(survey).counted == 1
    assert system.processes["scoring"].is_running


def push(system: Rig, message: str | bytes) -> None:
    with system.redis() as client:
        client.lpush("scoring", message)


def set_aside(store: Store, words: str, before: dict[str, int]) -> int:
    """How many more messages were set aside for a reason that begins with `words`."""
    return sum(number - before.get(reason, 0) for reason, number in reasons(store).items() if words in reason)


def test_a_message_for_an_unknown_task_is_set_aside(system: Rig, api: Client, store: Store, broker: Celery) -> None:
    before = reasons(store)
    broker.send_task("no.such.task", args=[{}], queue="scoring")
    eventually("set aside", lambda: set_aside(store, "unknown task", before) == 1)
    assert_scoring_goes_on(system, api, store)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"batch_ids": []},
        {"batch_ids": ["x"]},
        {"batch_ids": [str(uuid4())] * 21},
        {"batch_ids": [str(uuid4())], "more": 1},
        [],
        None,
        7,
    ],
)
def test_an_event_that_does_not_fit_its_schema_is_set_aside(
    system: Rig, api: Client, store: Store, broker: Celery, payload: Any
) -> None:
    before = reasons(store)
    broker.send_task(BatchesAccepted.name, args=[payload], queue="scoring")
    eventually("set aside", lambda: set_aside(store, "batches.accepted", before) == 1)
    assert_scoring_goes_on(system, api, store)


@pytest.mark.parametrize("args", [[], [{}, {}]])
def test_an_event_with_other_arguments_does_not_stop_the_worker(
    system: Rig, api: Client, store: Store, broker: Celery, args: list[Any]
) -> None:
    broker.send_task(BatchesAccepted.name, args=args, queue="scoring")
    assert_scoring_goes_on(system, api, store)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (raw(b"\x80\x04K\x01.", "application/x-python-serialize"), "cannot be decoded"),
        (raw(b"{", task="batches.accepted", id="1"), "cannot be decoded"),
        (raw(b"[[], {}, {}]"), "no task message"),
        (raw(b'"text"', task="batches.accepted", id="1"), "no task message"),
        (raw(b"[[], {}]", task="batches.accepted", id="1"), "no task message"),
        (raw(b"null", task="batches.accepted", id="1"), "no task message"),
        (raw(b"[[{}], {}, {}]", task=7, id=[]), "message"),
        (raw(b"[[{}], {}, {}]", task=[], id=[]), "message"),
    ],
)
def test_a_message_that_cannot_be_read_is_set_aside(system: Rig, api: Client, store: Store, message: str, words: str) -> None:
    before = reasons(store)
    push(system, message)
    eventually("set aside", lambda: set_aside(store, words, before) == 1)
    assert_scoring_goes_on(system, api, store)


def test_rubbish_in_the_queue_ends_the_worker_and_not_the_one_that_is_started_in_its_place(
    system: Rig, api: Client, store: Store
) -> None:
    push(system, b"rubbish")
    eventually("ended", lambda: not system.processes["scoring"].is_running)
    system.ensure_running()
    assert_scoring_goes_on(system, api, store)


def test_a_batch_of_a_ballot_that_is_gone_is_stuck_and_others_go_on(system: Rig, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("gone"))).survey.id
    batch = uuid4()
    store.db.batches.insert_one(
        {"_id": batch, "survey": survey, "ballots": [uuid4()], "committed_at": store.surveys.get(survey).survey.period.opens_at}
    )
    eventually("stuck", lambda: store.tallies.stuck(survey))
    assert list(store.tallies.stuck(survey)) == [batch]
    eventually("in quarantine", lambda: set_aside(store, str(batch), {}) == 1)  # which comes after
    assert_scoring_goes_on(system, api, store)


def test_a_broken_batch_keeps_those_announced_with_it_from_nothing(store: Store, broker: Celery) -> None:
    survey = store.opened(plans.small(unique("beside"))).survey.id
    broken, sound = uuid4(), uuid4()
    for batch, ballots in ((broken, [uuid4()]), (sound, [])):
        store.db.batches.insert_one({"_id": batch, "survey": survey, "ballots": ballots, "committed_at": None})
    broker.send_task(BatchesAccepted.name, args=[{"batch_ids": [str(broken), str(sound)]}], queue="scoring")
    eventually("the sound one is gone", lambda: store.db.batches.find_one({"_id": sound}) is None)
    eventually("the broken one is stuck", lambda: list(store.tallies.stuck(survey)) == [broken])


def test_a_batch_announced_again_and_again_is_counted_once(api: Client, store: Store, broker: Celery) -> None:
    survey = store.opened(plans.small(unique("again"))).survey.id
    api.put(survey, uuid4(), ballot())
    batches = [str(batch["_id"]) for batch in store.db.batches.find({"survey": survey})]
    for _ in range(5):
        broker.send_task(BatchesAccepted.name, args=[{"batch_ids": [*batches, str(uuid4())]}], queue="scoring")
    equation = store.scored(survey)
    assert (equation.counted, equation.holds) == (1, True)
    assert store.recount_differs(survey) == []


def test_a_request_can_be_followed_into_the_log_of_the_worker(system: Rig, api: Client, store: Store) -> None:
    survey, request = store.opened(plans.small(unique("followed"))).survey.id, unique("request")
    path = f"/api/v1/surveys/{survey}/ballots/{uuid4()}"
    assert api.request("PUT", path, json.dumps(ballot()).encode(), JSON | {"X-Request-Id": request}).status == 201
    eventually("logged", lambda: request in system.log("scoring").read_text())
