"""A server that hangs is ended, and one that only works for long is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat

from services.console.liveness import HUNG, Liveness

SILENT, BUSY = 6, 60


@dataclass
class Server:
    """A server that gives `answers`, one every five seconds, and works `share` of the time."""

    answers: Iterator[bool | Exception]
    share: float
    now: float = 0.0
    ended: list[int] = field(default_factory=list)

    def answer(self) -> bool:
        self.now += 5.0
        given = next(self.answers)
        if isinstance(given, Exception):
            raise given
        return given

    def asked(self, times: int) -> list[int]:
        """What it was ended with after so many questions."""
        clock: Callable[[], float] = lambda: self.now  # noqa: E731
        alive = Liveness(self.answer, SILENT, BUSY, clock, lambda: self.now * self.share, self.ended.append)
        for _ in range(times):
            alive.ask()
        return self.ended


def test_who_answers_is_left_alone() -> None:
    assert Server(repeat(True), share=0.0).asked(50) == []


def test_who_answers_nobody_and_does_nothing_is_ended_after_the_last_of_the_questions() -> None:
    assert Server(repeat(False), share=0.001).asked(SILENT - 1) == []
    assert Server(repeat(False), share=0.001).asked(SILENT) == [HUNG]


def test_who_answers_nobody_because_it_works_is_left_alone() -> None:
    assert Server(repeat(False), share=0.9).asked(BUSY - 1) == []


def test_who_works_and_still_answers_nobody_runs_in_a_circle_and_is_ended() -> None:
    assert Server(repeat(False), share=0.9).asked(BUSY) == [HUNG]


def test_who_works_for_long_again_and_again_and_answers_between_is_left_alone() -> None:
    answers = ([False] * (BUSY - 1) + [True]) * 3
    assert Server(iter(answers), share=0.9).asked(len(answers)) == []


def test_who_hangs_after_long_work_is_ended() -> None:
    server = Server(repeat(False), share=0.9)
    worked = chain([0.0], repeat(30.0))
    alive = Liveness(server.answer, SILENT, BUSY, lambda: server.now, lambda: next(worked), server.ended.append)
    for _ in range(2 * SILENT):
        alive.ask()
    assert server.ended == [HUNG]


def test_one_answer_between_is_enough() -> None:
    answers = ([False] * (SILENT - 1) + [True]) * 5
    assert Server(iter(answers), share=0.0).asked(len(answers)) == []


def test_who_only_answers_that_it_is_broken_is_ended_however_much_it_works() -> None:
    assert Server(repeat(RuntimeError("library panic")), share=0.9).asked(SILENT) == [HUNG]


def test_an_error_that_passes_ends_nobody() -> None:
    answers: list[bool | Exception] = [RuntimeError("full"), True, RuntimeError("full"), True] * SILENT
    assert Server(iter(answers), share=0.0).asked(len(answers)) == []
