"""A collector that is told to stop answers what it was asked, and waits for nobody who asks nothing."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from uuid import uuid4

from tests import harness, plans
from tests.harness import Answer, Store, ballot, eventually, unique


def test_a_request_that_is_under_way_is_answered_and_an_idle_connection_is_closed(tmp_path: Path) -> None:
    with harness.rig(tmp_path / "home", "collector") as rig, harness.database(rig.home) as db:
        survey = Store(db).opened(plans.small(unique("stop"))).survey.id
        collector, database = rig.processes["collector"], rig.processes["mongodb"]
        with harness.client(rig.url()) as asks, harness.client(rig.url()) as idles:
            assert asks.put(survey, uuid4(), ballot()).status == 201
            assert idles.get("/healthz").status == 200
            answers: list[Answer] = []
            os.killpg(database.popen.pid, signal.SIGSTOP)
            request = threading.Thread(target=lambda: answers.append(asks.put(survey, uuid4(), ballot())))
            request.start()
            eventually(
                "the ballot is being committed", lambda: "hailong_ballots_waiting 1.0" in idles.get("/metrics").content.decode()
            )
            collector.popen.terminate()
            os.killpg(database.popen.pid, signal.SIGCONT)
            request.join()
            collector.popen.wait(60)
        assert [answer.status for answer in answers] == [201]
        assert "graceful timeout" not in collector.logged
