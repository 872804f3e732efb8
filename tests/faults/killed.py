"""Publishers that the system kills (SIGKILL) when they are about to send their nth command that changes the store.

`python -m tests.faults.killed URL SURVEY:N…` lets a process of its own publish each survey, and prints for each the signal that
ended it, 0 where it came to its end. The listener that kills stands here alone: the program itself knows nothing of it.
"""

from __future__ import annotations

import os
import signal
import sys

from pymongo import monitoring

from shared.events import SurveyDue
from shared.store.connection import connect
from tests.faults.test_publisher import closing
from tests.harness import Store

CHANGES = ("insert", "update", "delete", "findAndModify", "commitTransaction")


class Deadly(monitoring.CommandListener):
    """Ends this process before the nth command that changes something is sent."""

    def __init__(self, at: int) -> None:
        self._left = at

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self._left -= event.command_name in CHANGES
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing ends here: what was answered is followed by the next command."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """As `succeeded`."""


def published(url: str, survey: str, at: int) -> int:
    """The signal that ended a process which published the survey up to its nth change; 0 where it went on to the end."""
    child = os.fork()
    if child == 0:
        monitoring.register(Deadly(at))
        closing(Store(connect(url, "test"))).advance(SurveyDue(survey))
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for word in sys.argv[2:]:
        survey_id, step = word.rsplit(":", 1)
        print(survey_id, published(sys.argv[1], survey_id, int(step)), flush=True)  # noqa: T201
