"""Messages that come twice, a worker that comes back, commits that are large: every ballot counts once."""

from __future__ import annotations

import json
import os
import signal
import sys
from uuid import uuid4

from tests import plans
from tests.harness import Client, Rig, Store, ballot, eventually, in_threads, unique

LONG = "ạ" * 1_990


def test_a_message_redelivered_to_another_worker_while_the_first_is_frozen_counts_once(
    system: Rig, api: Client, store: Store
) -> None:
    survey = store.opened(plans.small(unique("redelivered"))).survey.id
    frozen = system.processes["scoring"].popen.pid
    os.killpg(frozen, signal.SIGSTOP)
    try:
        for _ in range(30):
            assert api.put(survey, uuid4(), ballot()).status == 201
        second = system.spawn("scoring-2", (sys.executable, "-P", "-m", "services.scoring"))
        with system.redis() as broker:
            # What was handed to the first worker counts as lost, as it does when the visibility time-out is over.
            for tag in broker.zrange("unacked_index", 0, -1):
                broker.zadd("unacked_index", {tag: 0})
        store.scored(survey)
    finally:
        os.killpg(frozen, signal.SIGCONT)
    equation = store.scored(survey)
    assert (equation.counted, equation.holds) == (30, True)
    second.stop()
    assert store.recount_differs(survey) == []


def test_as_many_ballots_as_requests_may_hold_with_the_longest_comments_are_committed_together(
    api: Client, store: Store
) -> None:
    survey = store.opened(plans.small(unique("large"))).survey.id

    def synchronise(_: int) -> None:
        ballots = [{"id": str(uuid4()), **ballot(channel="kiosk", comment=LONG)} for _ in range(500)]
        content = json.dumps({"ballots": ballots}, ensure_ascii=False).encode()

        def taken() -> bool:
            answer = api.post(survey, content)
            assert answer.status in (200, 503)
            return answer.status == 200 and {o["status"] for o in answer.json["outcomes"]} <= {200, 201}

        eventually("500 ballots are taken", taken, within=120)

    in_threads(2, synchronise, range(2))
    equation = store.scored(survey)
    assert (equation.counted, equation.holds) == (1_000, True)
    assert store.recount_differs(survey) == []
