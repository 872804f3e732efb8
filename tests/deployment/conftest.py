"""One deployment for the session, where a Docker engine answers. Elsewhere every test says aloud that it did not run.

`--quick` tries only what is marked `quick`, with Docker asking sooner after the containers' health.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment.deployed import NOT_TRIED, Deployment, deployment, engine

OFTEN = {"COMPOSE_FILE": f"docker-compose.yml:{Path(__file__).with_name('often.yml')}"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="try the deployment in short")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quick: belongs to the short trial of a deployment")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("quick"):
        left = [item for item in items if item.get_closest_marker("quick") is None]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)
        NOT_TRIED.append(f"{len(left)} tests of the compose deployment, because the short trial was asked for")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if (missing := engine()) is not None:
        terminalreporter.write_line(f"NOT TRIED: the compose deployment, because {missing} on this machine")
    for each in NOT_TRIED:
        terminalreporter.write_line(f"NOT TRIED: {each}")


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Deployment]:
    """Everything up and healthy. Tests keep apart by the ids of their surveys, and leave everything running."""
    if (missing := engine()) is not None:
        pytest.skip(f"the compose deployment is not tried: {missing}")
    settings = OFTEN if pytestconfig.getoption("quick") else {}
    with deployment(tmp_path_factory.mktemp("deployment"), settings) as made:
        yield made
