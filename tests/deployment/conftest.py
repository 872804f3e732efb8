"""One deployment for the session, where a Docker engine answers. Elsewhere every test says aloud that it did not run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment.deployed import NOT_TRIED, Deployment, deployment, engine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if (missing := engine()) is not None:
        terminalreporter.write_line(f"NOT TRIED: the compose deployment, because {missing} on this machine")
    for each in NOT_TRIED:
        terminalreporter.write_line(f"NOT TRIED: {each}")


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Everything up and healthy. Tests keep apart by the ids of their surveys, and leave everything running."""
    if (missing := engine()) is not None:
        pytest.skip(f"the compose deployment is not tried: {missing}")
    with deployment(tmp_path_factory.mktemp("deployment")) as made:
        yield made
