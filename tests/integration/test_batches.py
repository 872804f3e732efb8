"""A batch that cannot be scored, at the command line: listed with its reason, tried again when it is mended, counted once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared import settings
from shared.domain.survey import Survey
from shared.store.audit import Audit
from tests import plans
from tests.harness import Rig, Store, eventually, unique
from tests.integration.store.hands import accept, candidate
from tests.integration.test_command_line import assert_one_sentence, run

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def hailong(system: Rig) -> Run:
    environment = settings.to_environment(system.home.settings())
    return lambda *words: run(*words, **environment)


def stuck(store: Store, survey: Survey) -> tuple[UUID, UUID]:
    """A batch of three ballots that was set aside because of one of them: the batch, and that ballot."""
    sent = [candidate(survey) for _ in range(3)]
    broken = sent[0].ballot.id
    (batch,) = accept(store, sent, datetime.now(UTC) + HOUR).batches  # no sweep looks for it before that
    store.db.ballots.update_one({"_id": broken}, {"$set": {"stratum": "moon"}})
    store.db.batches.update_one({"_id": batch}, {"$set": {"committed_at": datetime.now(UTC) - HOUR}})
    eventually("set aside", lambda: store.tallies.stuck(survey.id), within=60)
    return batch, broken


def test_a_batch_set_aside_is_mended_tried_again_by_a_person_and_counted_once(hailong: Run, store: Store) -> None:
    survey = store.opened(plans.small(unique("stuck"))).survey
    batch, broken = stuck(store, survey)
    listed = hailong("batches", "stuck").stdout
    assert (str(batch) in listed, survey.id in listed, f"cannot be counted by the plan of {survey.id}" in listed) == (True,) * 3
    assert (store.ballots.equation(survey.id).waiting, store.ballots.equation(survey.id).holds) == (3, True)
    store.db.ballots.update_one({"_id": broken}, {"$set": {"stratum": "desk"}})
    done = hailong("batches", "retry", str(batch), "--by", "An")
    assert (done.returncode, done.stdout) == (
        0,
        f"batch {batch} of {survey.id} is tried again; see: hailong status {survey.id}\n",
    )
    equation = store.scored(survey.id)
    assert (equation.counted, equation.stored, equation.holds) == (3, 3, True)
    assert store.recount_differs(survey.id) == []
    assert str(batch) not in hailong("batches", "stuck").stdout
    last = list(Audit(store.db).entries(survey.id))[-1]
    assert (last.act, last.by.split(" (")[0], last.after["ballots"]) == ("retry batch", "An", 3)
    assert_one_sentence(hailong("batches", "retry", str(batch)), f"no batch {batch} is stuck", "hailong batches stuck")


def test_a_batch_that_is_tried_again_unmended_is_set_aside_again(hailong: Run, store: Store) -> None:
    survey = store.opened(plans.small(unique("unmended"))).survey
    batch, _ = stuck(store, survey)
    assert hailong("batches", "retry", str(batch)).returncode == 0
    eventually("set aside again", lambda: batch in store.tallies.stuck(survey.id), within=60)
    assert (store.ballots.equation(survey.id).counted, store.ballots.equation(survey.id).waiting) == (0, 3)


@pytest.mark.parametrize("name", ["no-id", "5b0f1c62-6a3e-4d0e-9b7e-3f1d2c4b5a69"])
def test_a_batch_that_there_is_not_is_one_clear_sentence(hailong: Run, name: str) -> None:
    assert_one_sentence(hailong("batches", "retry", name), name)
