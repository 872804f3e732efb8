"""The command line as an operator uses it, against the running system."""

from __future__ import annotations

import csv
import os
import random
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from shared import settings
from shared.domain.survey import State
from tests import plans
from tests.harness import Client, Rig, Store, ballot, drawn, unique

HAILONG = str(Path(sys.executable).parent / "hailong")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run(*words: str, home: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    named = {k: v for k, v in os.environ.items() if not k.startswith("HAILONG_")} | environment
    command = [HAILONG, *words] + ([] if home is None else ["--home", str(home)])
    return subprocess.run(command, env=named, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="session")
def hailong(system: Rig) -> Run:
    """A command against the system that is running."""
    environment = settings.to_environment(system.home.settings())
    return lambda *words: run(*words, **environment)


def written(data: dict[str, Any], folder: Path) -> str:
    path = folder / "plan.yml"
    YAML(typ="safe").dump(data, path)
    return str(path)


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(("Error: ", "Usage: "))
    assert [word for word in words if word not in done.stderr] == []


def test_a_survey_goes_from_plan_to_publication_by_commands(hailong: Run, api: Client, store: Store, tmp_path: Path) -> None:
    survey = unique("cli")
    loaded = hailong("survey", "load", written(plans.small(survey, grace=0.2, release="person"), tmp_path))
    assert (loaded.returncode, loaded.stdout.split(";")[0]) == (0, f"loaded {survey} as a draft")
    assert hailong("survey", "open", survey).returncode == 0
    answers = [api.put(survey, uuid4(), ballot()) for _ in range(12)]
    assert {answer.status for answer in answers} == {201}
    assert "is closing" in hailong("survey", "close", survey).stdout
    store.reaches(survey, State.SEALED)
    assert "sealed" in hailong("survey", "show", survey).stdout
    assert "is released by An" in hailong("survey", "release", survey, "--by", "An").stdout
    store.reaches(survey, State.PUBLISHED)
    assert survey in hailong("survey", "show").stdout
    recounted = hailong("recount", survey)
    assert (recounted.returncode, recounted.stdout) == (0, f"{survey}: 12 ballots recounted; tallies and 1 editions agree\n")
    acts = [entry["act"] for entry in store.db.audit.find({"survey": survey}).sort("_id")]
    assert acts == ["load", "open", "close", "seal", "release", "publish"]


def test_status_tells_places_channels_and_the_equation(hailong: Run, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("status"), plans.stratum("desk", quota=3, when_full="keep"))).survey.id
    for channel in ("web", "web", "kiosk", "web"):
        api.put(survey, uuid4(), ballot(channel=channel))
    store.scored(survey)
    told = hailong("status", survey)
    assert told.returncode == 0
    assert re.search(r"desk +3 +1 +0 +0 of 3", told.stdout)
    assert "kiosk 1, web 3" in told.stdout
    assert "accepted 4 = scored 4 + waiting 0; scored = counted 3 + surplus 1: holds" in told.stdout
    assert re.search(r"worker +scoring: consumed \d+ s ago", told.stdout)


def test_status_tells_places_that_are_reserved_apart_from_those_left(hailong: Run, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("reserved"), plans.stratum("desk", quota=5, when_full="refuse"))).survey.id
    assert api.put(survey, uuid4(), ballot()).status == 201
    assert [api.reserve(survey, "desk").status for _ in range(3)] == [201, 201, 201]
    store.scored(survey)
    assert re.search(r"desk +1 +0 +3 +1 of 5", hailong("status", survey).stdout)


def test_a_survey_that_cannot_be_sealed_says_so_in_its_status(hailong: Run, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("stopped"), grace=0.2)).survey.id
    api.put(survey, uuid4(), ballot())
    store.scored(survey)
    store.db.ballots.update_one({"survey": survey}, {"$set": {"answers.C1": 1}})
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    told = hailong_until(hailong, survey, "PROBLEM")
    assert "the figures do not agree" in told
    assert "was altered" in told


def hailong_until(hailong: Run, survey: str, word: str) -> str:
    for _ in range(20):
        told = hailong("status", survey).stdout
        if word in told:
            return told
    raise AssertionError(f"{word} was never told")


@pytest.fixture(scope="module")
def published(api: Client, store: Store) -> str:
    survey = store.opened(plans.small(unique("recount"), grace=0.2)).survey.id
    for number in range(30):
        assert api.put(survey, uuid4(), drawn(random.Random(number))).status == 201
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.PUBLISHED)
    return survey


@pytest.mark.parametrize("collection", ["ballots", "tallies", "editions"])
def test_a_recount_finds_what_was_altered(hailong: Run, store: Store, published: str, collection: str) -> None:
    document = store.db[collection].find_one({"survey": published})
    assert document is not None
    changes = {
        "ballots": {"answers.Q": (document.get("answers", {}).get("Q", 0) + 1) % 6},
        "tallies": {"cells.0.counted": 99},
        "editions": {"results.groups.0.ballots": 31},
    }
    store.db[collection].update_one({"_id": document["_id"]}, {"$set": changes[collection]})
    try:
        found = hailong("recount", published)
    finally:
        store.db[collection].replace_one({"_id": document["_id"]}, document)
    assert found.returncode == 1
    assert "DIFFERS" in found.stdout
    assert_one_sentence(found, published, "differences")
    assert hailong("recount", published).returncode == 0


def test_a_recount_of_a_ballot_that_cannot_be_read_says_so(hailong: Run, store: Store, published: str) -> None:
    document = store.db.ballots.find_one({"survey": published})
    assert document is not None
    store.db.ballots.update_one({"_id": document["_id"]}, {"$set": {"stratum": "moon"}})
    try:
        assert_one_sentence(hailong("recount", published))
    finally:
        store.db.ballots.replace_one({"_id": document["_id"]}, document)


def test_invitations_are_issued_into_a_file_for_its_owner_alone(
    hailong: Run, api: Client, store: Store, tmp_path: Path
) -> None:
    survey = store.opened(plans.small(unique("invite"), plans.stratum("desk", admission="invited"))).survey.id
    path = tmp_path / "invitations.csv"
    issued = hailong("invitations", "issue", survey, "desk", "5", "--out", str(path))
    assert (issued.returncode, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len({row["token"] for row in rows}) == 5
    assert not any(row["token"] in issued.stdout for row in rows)
    statuses = [api.put(survey, uuid4(), ballot(invitation=row["token"])).status for row in rows]
    assert statuses == [201] * 5
    again = hailong("invitations", "issue", survey, "desk", "5", "--out", str(path))
    assert_one_sentence(again, "exists already")
    assert_one_sentence(
        hailong("invitations", "issue", survey, "moon", "5", "--out", str(tmp_path / "x")), "no stratum moon", "desk"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("recount",),
        ("survey", "open"),
        ("survey", "close"),
        ("survey", "show"),
        ("survey", "release", "--by", "x"),
    ],
)
def test_an_unknown_survey_is_one_clear_sentence(hailong: Run, words: list[str]) -> None:
    done = hailong(*words, "no-such-survey")
    assert (done.returncode, done.stderr) == (1, "Error: there is no survey no-such-survey\n")


def test_steps_out_of_their_order_are_refused(hailong: Run, store: Store, tmp_path: Path) -> None:
    data = plans.small(unique("steps"))
    survey = store.surveys.load(data).survey.id
    assert_one_sentence(hailong("survey", "close", survey), "is draft", "only a survey that is open")
    assert_one_sentence(hailong("survey", "release", survey, "--by", "An"), "only a survey that is sealed")
    store.surveys.move(store.surveys.get(survey), State.OPEN)
    assert_one_sentence(hailong("survey", "open", survey), "only a survey that is draft")
    assert_one_sentence(hailong("survey", "load", written(data, tmp_path)), survey, "only while it is a draft")


def test_a_plan_with_a_mistake_is_refused_with_its_line_and_nothing_is_loaded(
    hailong: Run, store: Store, tmp_path: Path
) -> None:
    survey = unique("mistake")
    path = Path(written(plans.small(survey), tmp_path))
    path.write_text(path.read_text().replace("timezone: Asia/Ho_Chi_Minh", "timezone: Asia/Atlantis"))
    assert_one_sentence(hailong("survey", "load", str(path)), "plan.yml", "timezone", "Atlantis")
    assert survey not in {record.survey.id for record in store.surveys.all()}


def test_a_file_that_is_not_there_is_named(hailong: Run) -> None:
    assert_one_sentence(hailong("survey", "load", "/nothing/here.yml"), "/nothing/here.yml")


def test_a_home_in_which_nothing_was_started_says_what_to_do(tmp_path: Path) -> None:
    assert_one_sentence(run("status", "x", home=tmp_path), "nothing was started", "hailong up")


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    away = {
        "HAILONG_MONGODB_URL": "mongodb://127.0.0.1:9/x?directConnection=true",
        "HAILONG_REDIS_URL": "redis://127.0.0.1:9/0",
    }
    assert_one_sentence(run("status", "x", **away), "the database does not answer")


def test_settings_that_are_missing_are_named() -> None:
    assert_one_sentence(run("status", "x", HAILONG_REDIS_URL="redis://127.0.0.1:9/0"), "HAILONG_MONGODB_URL is not set")
