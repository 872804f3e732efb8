"""What is wrong with a plan, and where: the problems that the reader, the schema and the rules find."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""The way to a value in the plan: names in mappings, positions (from 0) in lists."""

Finding = tuple[Place, str]
"""A place and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` counts from 1, None where the plan did not come from a file; `field` is "" for the whole."""

    line: int | None
    field: str
    message: str


class PlanError(ValueError):
    """A plan that cannot be used. `problems` holds all that was found, in the file's order; str() has a line each."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = sorted(set(problems), key=lambda p: (p.line or 0, p.field, p.message))
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        for problem in self.problems:
            where = self.name if problem.line is None else f"{self.name}:{problem.line}"
            yield f"{where}: {problem.field}: {problem.message}" if problem.field else f"{where}: {problem.message}"


def located(findings: Iterable[Finding], lines: Mapping[Place, int]) -> list[Problem]:
    """The findings with their lines; what is not in the file (a missing field) has the line of what should hold it."""
    return [Problem(_line(place, lines), written(place), message) for place, message in findings]


def _line(place: Place, lines: Mapping[Place, int]) -> int | None:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def written(place: Place) -> str:
    """A place as people read it: `groups[1].strata[0].quota`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return _printable(text.removeprefix("."))


def shown(value: object) -> str:
    """A value as a message quotes it: short, and as it would be written in the plan."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 100:
        return "an enormous number"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _printable(text if len(text) <= 60 else f"{text[:57]}…")


def _printable(text: str) -> str:
    """`text` with what cannot be printed escaped, so that a message can be shown anywhere."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def suggestion(word: str, known: Iterable[str]) -> str:
    """What may have been meant by `word`, as the end of a message; "" if nothing comes near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {_printable(near[0])}?" if near else ""
