"""What a person decides about what was set aside: sent again, let in by the normal way, or discarded; each in the audit log."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared import settings
from shared.domain.survey import State
from shared.store.audit import Audit
from shared.store.quarantine import Decisions
from shared.store.watch import Quarantine
from tests import plans
from tests.harness import Client, Rig, Store, ballot, eventually, unique
from tests.integration.test_command_line import run

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def hailong(system: Rig) -> Run:
    environment = settings.to_environment(system.home.settings())
    return lambda *words: run(*words, **environment)


def late(store: Store, api: Client, **changes: Any) -> tuple[str, str]:
    """A survey that cannot be sealed at the moment, and the receipt of a kiosk ballot that came too late for it."""
    survey = store.opened(plans.small(unique("late"), grace=0.2, **changes)).survey.id
    api.put(survey, uuid4(), ballot())
    store.scored(survey)
    altered = store.db.ballots.find_one_and_update({"survey": survey}, {"$set": {"answers.C1": 1}})
    assert altered is not None
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    eventually("sealing stopped", lambda: store.surveys.get(survey).problem)
    eventually("set aside", lambda: api.put(survey, uuid4(), ballot(channel="kiosk")).json.get("quarantined"))
    return survey, name_of(store, survey)


def name_of(store: Store, survey: str) -> str:
    (case,) = [each for each in Decisions(store.db).waiting(survey) if each.survey == survey]
    return case.name


def mend(store: Store, survey: str) -> None:
    """Put back what `late` altered, so that sealing goes on."""
    store.db.ballots.update_many({"survey": survey, "answers.C1": 1}, {"$set": {"answers.C1": 5}})


def test_a_late_ballot_is_let_in_counted_and_published(hailong: Run, api: Client, site: Client, store: Store) -> None:
    survey, name = late(store, api)
    assert f"{name}  " in hailong("quarantine", "list", survey).stdout
    done = hailong("quarantine", "retry", name.lower(), "--by", "An")
    assert (done.returncode, done.stdout) == (0, f"ballot {name}: counted\n")
    mend(store, survey)
    store.reaches(survey, State.PUBLISHED)
    assert site.get(f"/api/v1/surveys/{survey}/register/{name}").json["included"] is True
    assert store.ballots.equation(survey).accepted == 2
    assert not Quarantine(store.db).reasons(survey)["ballot", "synchronised too late"]
    acts = [(entry.act, entry.by.split(" (")[0], dict(entry.after)) for entry in Audit(store.db).entries(survey)]
    assert ("retry", "An", {"outcome": "counted"}) in acts
    assert name not in str(acts)


def test_a_late_ballot_of_a_sealed_survey_can_only_be_discarded(hailong: Run, api: Client, store: Store) -> None:
    survey, name = late(store, api)
    mend(store, survey)
    store.reaches(survey, State.PUBLISHED)
    refused = hailong("quarantine", "retry", name)
    assert (refused.returncode, "nothing changes any more" in refused.stderr) == (1, True)
    assert name_of(store, survey) == name
    done = hailong("quarantine", "discard", name, "--reason", "came after sealing", "--by", "An")
    assert (done.returncode, done.stdout) == (0, f"ballot {name}: discarded\n")
    last = list(Audit(store.db).entries(survey))[-1]
    assert (last.act, dict(last.after)) == ("discard", {"name": name, "because": "came after sealing"})
    assert hailong("quarantine", "retry", name).returncode == 1


@pytest.mark.parametrize("words", [(), ("--reason", "why"), ("--by", "An"), ("--reason", " ", "--by", "An")])
def test_nothing_is_discarded_without_a_reason_and_a_person(hailong: Run, store: Store, words: tuple[str, ...]) -> None:
    Quarantine(store.db).add_message("a test", "content")
    waiting = store.db.quarantine.find_one({"reason": "a test"})
    assert waiting is not None
    assert hailong("quarantine", "discard", str(waiting["_id"]), *words).returncode != 0
    assert store.db.quarantine.find_one({"_id": waiting["_id"]}) is not None


def test_a_message_is_sent_again_and_does_its_work(hailong: Run, store: Store) -> None:
    reason = unique("reason")
    Quarantine(store.db).add_message(reason, "{}", json.dumps(["sweep.due", {}]))
    waiting = store.db.quarantine.find_one({"reason": reason})
    assert waiting is not None
    done = hailong("quarantine", "retry", str(waiting["_id"]))
    assert (done.returncode, done.stdout) == (0, f"message {waiting['_id']}: sent again\n")
    assert store.db.quarantine.find_one({"_id": waiting["_id"]}) is None


@pytest.mark.parametrize("event", [None, json.dumps(["no.event", {}]), json.dumps(["survey.due", {"survey": 7}])])
def test_a_message_that_will_never_fit_stays_until_it_is_discarded(hailong: Run, store: Store, event: str | None) -> None:
    reason = unique("unfit")
    Quarantine(store.db).add_message(reason, "{}", event)
    waiting = store.db.quarantine.find_one({"reason": reason})
    assert waiting is not None
    refused = hailong("quarantine", "retry", str(waiting["_id"]))
    assert (refused.returncode, "discard it with a reason" in refused.stderr) == (1, True)
    assert store.db.quarantine.find_one({"_id": waiting["_id"]}) is not None


def alter_sealed_root(store: Store, survey: str) -> None:
    store.db.surveys.update_one({"_id": survey}, {"$set": {"sealing.register.root": "0" * 64}})


def alter_published_root(store: Store, survey: str) -> None:
    store.db.editions.update_one({"survey": survey}, {"$set": {"results.register.root": "0" * 64}})


def alter_register_file(store: Store, survey: str) -> None:
    edition = store.db.editions.find_one({"survey": survey})
    assert edition is not None
    (file,) = [document["sha256"] for document in edition["documents"] if document["name"] == "register.txt"]
    store.db["files.chunks"].update_one({"files_id": file}, {"$set": {"data": b"0000-0000-0000-0000-0000\n"}})


def remove_ballot(store: Store, survey: str) -> None:
    store.db.ballots.delete_one({"survey": survey})


@pytest.fixture(scope="module")
def published(api: Client, store: Store) -> Callable[[], str]:
    def publish() -> str:
        survey = store.opened(plans.small(unique("recount"), grace=0.2)).survey.id
        for _ in range(12):
            api.put(survey, uuid4(), ballot())
        store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
        store.reaches(survey, State.PUBLISHED)
        return survey

    return publish


@pytest.mark.parametrize("tamper", [alter_sealed_root, alter_published_root, alter_register_file, remove_ballot])
def test_a_recount_finds_a_register_that_is_not_that_of_the_ballots(
    hailong: Run, published: Callable[[], str], store: Store, tamper: Callable[[Store, str], None]
) -> None:
    survey = published()
    assert hailong("recount", survey).returncode == 0
    tamper(store, survey)
    done = hailong("recount", survey)
    assert (done.returncode, "register" in done.stdout) == (1, True)
