"""A survey through the edge of a deployment, whatever is killed, stopped or lost on the way."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import plans
from tests.deployment.conducting import Respondents, digests, found_in_register, published, scored
from tests.deployment.deployed import NOT_TRIED, Deployment, clone, docker, free_port, service_of
from tests.deployment.test_exposure import STAYING
from tests.harness import Background, drawn, eventually, unique

BALLOTS = 40
QUICKLY = "collector"
"""The one container that is killed in the short trial: it holds the ballots that nobody has acknowledged yet."""
GONE_TOGETHER = {"mongodb": ("mongodb", "database")}
"""The step that makes the database ready lives in the network of the server's container, and cannot start without that one."""


def conducted(deployed: Deployment, respondents: Respondents) -> None:
    """Let people answer and take the survey to its publication."""
    chance = random.Random(respondents.seed)
    for _ in range(BALLOTS):
        respondents.one(drawn(chance))
    deployed.hailong("survey", "close", respondents.survey)
    published(deployed, respondents.survey)


def opened(deployed: Deployment, name: str) -> str:
    return deployed.load(plans.small(unique(name), grace=0.0))


@pytest.mark.quick
def test_a_survey_runs_from_its_plan_to_its_notice_through_the_edge_over_tls(deployed: Deployment) -> None:
    survey = opened(deployed, "tls")
    with deployed.edge() as edge:
        respondents = Respondents(edge, survey, seed=1)
        assert b"<form" in edge.get(f"/s/{survey}/desk").content
        conducted(deployed, respondents)
        results = edge.get(f"/api/v1/surveys/{survey}/results")
        assert results.headers["Strict-Transport-Security"].startswith("max-age=")
        assert results.json["groups"][0]["ballots"] == BALLOTS
        assert edge.get(f"/surveys/{survey}/notice.pdf").content.startswith(b"%PDF-")
        assert found_in_register(edge, survey, next(iter(respondents.receipts.values())))
    assert f"{survey}: " in deployed.hailong("recount", survey)


def end(container: Mapping[str, Any]) -> None:
    """SIGKILL; a stand-in for MongoDB, which may keep in its memory what a MongoDB has in its journal, is told to stop."""
    official = any(each.startswith("MONGO_VERSION=") for each in container["Config"]["Env"])
    if service_of(container) == "mongodb" and not official:
        NOT_TRIED.append("killing the database, because the image in its place is no MongoDB: it was stopped")
        docker("stop", "--time", "60", container["Id"])
    else:
        docker("kill", "--signal", "KILL", container["Id"])


@pytest.mark.parametrize("service", [pytest.param(each, marks=[pytest.mark.quick] * (each == QUICKLY)) for each in STAYING])
def test_a_container_that_is_killed_and_made_anew_under_load_loses_no_ballot(deployed: Deployment, service: str) -> None:
    survey = opened(deployed, f"kill-{service}")
    with deployed.edge() as edge:
        respondents = Respondents(edge, survey, seed=2)
        with Background(respondents.answer):
            respondents.more(10)
            end(deployed.container(service))
            deployed.compose("rm", "--force", *GONE_TOGETHER.get(service, (service,)))
            deployed.compose("up", "-d", "--no-deps", *GONE_TOGETHER.get(service, (service,)))
            eventually("everything is well", deployed.is_well, within=300, every=1)
            respondents.more(10)
        assert respondents.repeated() == []
    assert scored(deployed, survey) == len(respondents.receipts)
    assert deployed.hailong("recount", survey).startswith(f"{survey}: ")


@pytest.mark.quick
def test_a_deployment_that_was_taken_down_comes_up_with_everything(deployed: Deployment) -> None:
    done, running = opened(deployed, "done"), opened(deployed, "running")
    with deployed.edge() as edge:
        conducted(deployed, Respondents(edge, done, seed=3))
        respondents = Respondents(edge, running, seed=4)
        respondents.one(drawn(random.Random(4)))
        before = digests(edge, done)
    deployed.down()
    assert deployed.containers() == []
    deployed.up()
    with deployed.edge() as edge:
        respondents.edge = edge
        assert digests(edge, done) == before
        assert respondents.repeated() == []
    assert scored(deployed, running) == 1


def test_a_backup_restored_into_a_new_deployment_publishes_the_same_edition(deployed: Deployment, tmp_path: Path) -> None:
    survey, going_on = opened(deployed, "moved"), opened(deployed, "going-on")
    with deployed.edge() as edge:
        respondents = Respondents(edge, going_on, seed=5)
        respondents.one(drawn(random.Random(5)))
        conducted(deployed, Respondents(edge, survey, seed=6))
        before = digests(edge, survey)
    (file,) = re.findall(r"^(/backups/\S+\.tar\.gz): ", deployed.hailong("backup", "--out", "/backups"), re.MULTILINE)
    docker("cp", f"{deployed.container('console')['Id']}:{file}", str(tmp_path / "backup"))
    clone(tmp_path / "other")
    other = Deployment(tmp_path / "other", f"{deployed.name}-other", free_port(), free_port())
    try:
        other.make_secrets()
        other.up()
        other.bring(tmp_path / "backup", "/work/backup")
        assert other.hailong("restore", "/work/backup").endswith("everything agrees\n")
        with other.edge() as edge:
            assert digests(edge, survey) == before
            respondents.edge = edge
            respondents.one(drawn(random.Random(7)))
            assert respondents.repeated() == []
        assert scored(other, going_on) == 2
    finally:
        other.remove()
