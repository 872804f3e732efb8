"""Ends a server that hangs, answering nobody and doing no work, or that is broken and answers only that. Who supervises it
starts another.

A server that is busy for minutes with a large reading answers nobody for a while, too: it uses the processor, and is left
alone for longer. Not for ever, since one that runs in a circle uses it as well.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

HUNG = os.EX_SOFTWARE
"""What a process that hung ends with, as a worker that consumes nothing does."""

IDLE = 0.03
"""The share of its time that a process which hangs may spend working: on connections whose requests then wait."""


class Liveness:
    """Asks a process's own server whether it answers, and ends the process when it hangs or is broken.

    `answers` has to come back by itself after some seconds, and raises what the server says when it is broken. After `silent`
    times in a row without an answer, in which next to nothing was worked, or with such an error at the end of them, or after
    `busy` times whatever was worked, every thread's place in the code is written to the log, and `end` is called.
    """

    def __init__(
        self,
        answers: Callable[[], bool],
        silent: int,
        busy: int,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = time.process_time,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._answers = answers
        self._silent = silent
        self._busy = busy
        self._clock = clock
        self._worked = worked
        self._end = end
        self._answered()

    def watch(self, every: float) -> None:
        """Ask every so many seconds, as long as the process lives."""
        while True:
            time.sleep(every)
            self.ask()

    def ask(self) -> None:
        """Ask once."""
        broken = None
        try:
            if self._answers():
                self._answered()
                return
        except Exception as error:  # noqa: BLE001 - whatever a server says that is broken
            broken = error
        self._unanswered += 1
        if self._unanswered % self._silent:
            return
        if broken is not None or self._is_idle() or self._unanswered >= self._busy:
            how = "hangs" if broken is None else f"is broken ({broken})"
            logger.critical("the server %s and ends, to be started again; its threads were here:", how)
            faulthandler.dump_traceback(sys.stderr, all_threads=True)
            self._end(HUNG)
        self._begin()

    def _is_idle(self) -> bool:
        return self._worked() - self._used < IDLE * (self._clock() - self._since)

    def _answered(self) -> None:
        self._unanswered = 0
        self._begin()

    def _begin(self) -> None:
        """Look from now on at how much is worked."""
        self._since, self._used = self._clock(), self._worked()
