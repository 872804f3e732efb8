"""YAML text -> plain data and the line of everything in it.

Only what JSON has is read: mappings with text keys, lists, texts, numbers, true, false, null. Scalars are resolved as
in YAML 1.2 (`no` and `2022-08-01` stay text). Tags, anchors, aliases and duplicate keys are refused.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from shared.plan.problems import Place, PlanError, Problem, written

MOST_CHARACTERS = 1_000_000
MOST_LEVELS = 30

_WORDS: Mapping[str, object] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class PlanData:
    """A plan as it stands in a file: `data` is what JSON can hold, `lines` the line (from 1) of each field and item."""

    name: str
    data: dict[str, Any]
    lines: Mapping[Place, int]


def read(path: Path) -> PlanData:
    """The plan file's data, texts in NFC. Raises PlanError if the file cannot be read or is not such YAML."""
    return read_text(decoded(path), path.name)


def read_text(text: str, name: str) -> PlanData:
    """As `read`, from text; `name` stands for the file in messages."""
    plan, problems = read_leniently(text, name)
    if problems:
        raise PlanError(name, problems)
    return plan


def decoded(path: Path) -> str:
    """The text of a plan file. Raises PlanError if there is none or it is not UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(path.name, [Problem(None, "", f"cannot be read: {error.strerror}")]) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8"
        raise PlanError(path.name, [Problem(line, "", message)]) from error


def read_leniently(text: str, name: str) -> tuple[PlanData, list[Problem]]:
    """The data and the mistakes past which reading could go on, such as a duplicate key (the first one stays).

    Raises PlanError where it could not.
    """
    if len(text) > MOST_CHARACTERS:
        raise PlanError(name, [Problem(None, "", f"longer than {MOST_CHARACTERS:,} characters")])
    builder = _Builder(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except YAMLError as error:
        raise PlanError(name, [_syntax_problem(error, text)]) from error
    data = builder.root
    if not isinstance(data, dict):
        raise PlanError(name, [Problem(1, "", "expected the fields of a plan, such as `survey: my-survey-2026`")])
    return PlanData(name, data, builder.lines), builder.problems


def _syntax_problem(error: YAMLError, text: str) -> Problem:
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Problem(line, "", f"the character U+{error.character:04X} cannot stand in a plan")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(None, "", f"not YAML: {error}")
    mark = error.problem_mark
    lines = text.split("\n")
    if "\t" in _indentation(lines[mark.line] if mark.line < len(lines) else ""):
        return Problem(mark.line + 1, "", "a tab in the indentation; indent with spaces")
    context = f" ({error.context} that began on line {error.context_mark.line + 1})" if error.context_mark else ""
    return Problem(mark.line + 1, "", f"not YAML: {error.problem}{context}")


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; `key`, on `line`, is the mapping's key that waits for its value.

    `keeps` is False where values are read only to get past them.
    """

    value: dict[str, Any] | list[Any]
    place: Place
    keeps: bool
    key: str | None = None
    line: int = 0


@dataclass(slots=True)
class _Builder:
    """Puts the data together from the events of the YAML parser, without recursion."""

    name: str
    root: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0

    def take(self, event: object) -> None:
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.stopped(event.start_mark.line + 1, "a second document begins; a file holds one plan")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, NodeEvent):
            self.node(event, event.start_mark.line + 1)

    def node(self, event: NodeEvent, line: int) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self.key(event, top, line)
            return
        place, keeps = self.next_place(top, line)
        self.check_plain(event, place, line)
        value = self.opened(event)
        if keeps:
            self.put(top, value)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self.stack) >= MOST_LEVELS:
                raise self.stopped(line, f"nested deeper than {MOST_LEVELS} levels")
            self.stack.append(_Open(value, place, keeps))
        if top is not None:
            top.key = None

    def key(self, event: NodeEvent, top: _Open, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise self.stopped(line, "expected the name of a field")
        self.check_plain(event, top.place, line)
        top.key, top.line = unicodedata.normalize("NFC", str(event.value)), line

    def next_place(self, top: _Open | None, line: int) -> tuple[Place, bool]:
        """Where the next value belongs, and whether it is kept."""
        if top is None:
            self.lines[()] = line
            return (), True
        if isinstance(top.value, list):
            place = (*top.place, len(top.value))
            if top.keeps:
                self.lines[place] = line
            return place, top.keeps
        place = (*top.place, top.key or "")
        if top.key in top.value:
            first = self.lines[place]
            self.problems.append(Problem(top.line, written(place), f"given twice; it stands already on line {first}"))
            return place, False
        if top.keeps:
            self.lines[place] = top.line
        return place, top.keeps

    def put(self, top: _Open | None, value: Any) -> None:
        if top is None:
            self.root = value
        elif isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[top.key or ""] = value

    def check_plain(self, event: NodeEvent, place: Place, line: int) -> None:
        tag = getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            message = f"the alias *{event.anchor}; write the value out, or define it once and refer to its id"
        elif tag is not None:
            message = f"the tag {tag}; a plan has none"
        elif event.anchor is not None:
            message = f"the anchor &{event.anchor}; a plan has none"
        else:
            return
        self.problems.append(Problem(line, written(place), message))

    def opened(self, event: NodeEvent) -> Any:
        if isinstance(event, MappingStartEvent):
            return {}
        if isinstance(event, SequenceStartEvent):
            return []
        if isinstance(event, ScalarEvent):
            return _plain(event.value) if event.implicit[0] else unicodedata.normalize("NFC", event.value)
        return None

    def stopped(self, line: int, message: str) -> PlanError:
        return PlanError(self.name, [*self.problems, Problem(line, "", message)])


def _plain(text: str) -> object:
    """What an unquoted scalar means in YAML 1.2's core schema, as far as JSON can say it; otherwise text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return unicodedata.normalize("NFC", text)
