"""Nothing that lasts ties a ballot to a person, a device or a moment: not in the database, not in the logs."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest

from shared.store.invitations import Invitations
from tests import plans
from tests.harness import AUTHOR, JSON, Client, Rig, Store, ballot, in_threads, unique

SECRETS = {
    "comment": "Chim hoàng yến 7391 hót",
    "token": "canary-token-7391-aaaabbbbcccc",
    "agent": "Canary-Agent-7391",
    "forwarded": "203.0.113.73",
    "answer": "canary-answer-7391",
    "surplus field": "canary-field-7391",
}


def test_ballots_and_invitations_are_kept_by_their_ids(store: Store) -> None:
    # MongoDB keeps a clustered collection in the order of its ids. The embedded server notes the order of arrival beside it.
    options = {c["name"]: c.get("options", {}) for c in store.db.list_collections()}
    assert {name for name, o in options.items() if o.get("clusteredIndex")} >= {"ballots", "invitations"}


def test_once_scored_no_batch_and_no_tally_tells_when_a_ballot_came(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("moment"))).survey.id
    api.put(survey, uuid4(), ballot())
    store.scored(survey)
    assert store.db.batches.count_documents({"survey": survey}) == 0
    (tally,) = store.db.tallies.find({"survey": survey})
    # A UUIDv4, not an ObjectId that begins with the time.
    assert isinstance(tally["_id"], UUID)
    assert not {"at", "date", "time", "committed_at"} & set(tally)


def test_a_spent_invitation_carries_no_time_and_no_ballot(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("spent"), plans.stratum("desk", admission="invited"))).survey.id
    Invitations(store.db, AUTHOR).issue(survey, "desk", [f"{survey}-a", f"{survey}-b"])
    api.put(survey, uuid4(), ballot(invitation=f"{survey}-a"))
    documents = list(store.db.invitations.find({"survey": survey}))
    assert [set(d) for d in documents] == [{"_id", "survey", "stratum", "spent"}] * 2
    assert sorted(d["spent"] for d in documents) == [False, True]
    assert {len(d["_id"]) for d in documents} == {32}


@pytest.fixture(scope="module")
def watched(system: Rig, api: Client, store: Store) -> Rig:
    """Ballots of every outcome were sent, each full of canaries."""
    survey = store.opened(plans.small(unique("canary"), plans.stratum("desk", admission="invited"))).survey.id
    Invitations(store.db, AUTHOR).issue(survey, "desk", [SECRETS["token"]])
    headers = {**JSON, "User-Agent": SECRETS["agent"], "X-Forwarded-For": SECRETS["forwarded"], "Referer": SECRETS["agent"]}
    sound = ballot(comment=SECRETS["comment"], invitation=SECRETS["token"])
    bodies = [
        sound,
        sound,
        {**sound, "answers": {"C1": SECRETS["answer"]}},
        {**sound, SECRETS["surplus field"]: 1},
        {**sound, "stratum": SECRETS["answer"]},
        {**sound, "invitation": SECRETS["token"] + "x"},
        {**sound, "channel": SECRETS["answer"]},
        [SECRETS["answer"]],
    ]
    contents = [json.dumps(body).encode() for body in bodies] + [b'{"' + SECRETS["answer"].encode()]
    paths = [f"/api/v1/surveys/{survey}/ballots/{uuid4()}" for _ in contents]
    in_threads(4, lambda n: api.request("PUT", paths[n], contents[n], headers), range(len(contents)))
    api.post(survey, {"ballots": [{"id": SECRETS["answer"], **body} for body in bodies if isinstance(body, dict)]})
    store.scored(survey)
    return system


@pytest.mark.parametrize("secret", SECRETS)
def test_no_log_of_any_process_holds_what_respondents_sent(watched: Rig, secret: str) -> None:
    escaped = json.dumps(SECRETS[secret])[1:-1]
    logs = {path.name: path.read_text(errors="replace") for path in watched.home.logs.iterdir()}
    assert "batches scored" in logs["scoring.log"]
    assert [name for name, text in logs.items() if SECRETS[secret] in text or escaped in text] == []


@pytest.mark.parametrize("secret", ["token", "agent", "forwarded"])
def test_no_collection_holds_what_leads_to_a_person(watched: Rig, store: Store, secret: str) -> None:
    assert watched
    names = [name for name in store.db.list_collection_names() if not name.startswith("system.")]
    assert "ballots" in names
    assert [n for n in names if any(SECRETS[secret] in repr(d) for d in store.db[n].find())] == []
