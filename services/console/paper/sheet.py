"""A questionnaire as a sheet of paper: its questions numbered through, each box with the code that a clerk enters for it.

The printed ballot, the entry template and the reading of entries all go by this, so that a code means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from string import ascii_lowercase

from shared.domain.survey import NO_OPINION, Condition, Criterion, Question, Questionnaire, Stratum, Texts

COMMENT = "_comment"
"""The column of the comment. Ids of questions begin with a letter or digit, so that none is called the same."""


class Kind(StrEnum):
    """How an item is answered."""

    RATING = "rating"
    ONE = "one"
    SEVERAL = "several"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Option:
    """One box. `code` is printed beside it, `value` is the answer that it stands for; `apart` marks "no opinion"."""

    code: str
    value: int | str
    text: Texts
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `number` is the one printed; `id` is the plan's, and the name of the column."""

    number: int
    id: str
    text: Texts
    kind: Kind
    options: tuple[Option, ...] = ()
    at_most: int = 1
    applies_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Questions under one heading: the plan's `title`, or `word`, the key of one of ours. `stem` opens each of them."""

    items: tuple[Item, ...]
    word: str = ""
    title: Texts | None = None
    stem: Texts | None = None


@dataclass(frozen=True)
class Sheet:
    """A questionnaire on paper."""

    questionnaire: Questionnaire
    parts: tuple[Part, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for part in self.parts for item in part.items)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The printed number of each question, by id."""
        return {item.id: item.number for item in self.items}

    @cached_property
    def columns(self) -> Mapping[str, Item]:
        """The items by the names of their columns, in order."""
        return {item.id: item for item in self.items}


@dataclass(frozen=True, slots=True)
class Jump:
    """Who chose one of `choices` in a question leaves out `skipped`, which end before `to` where they follow at once."""

    choices: tuple[Option, ...]
    skipped: tuple[int, ...]
    to: int | None


def sheet_of(questionnaire: Questionnaire) -> Sheet:
    """The sheet of a questionnaire."""
    return Sheet(questionnaire, tuple(_numbered(_parts(questionnaire))))


def stratum_codes(strata: Sequence[Stratum]) -> dict[str, str]:
    """Stratum id -> the code printed beside its box: a letter, or the id where an id could be taken for a letter."""
    codes = dict(zip((stratum.id for stratum in strata), letters(len(strata)), strict=True))
    return {id_: id_ for id_ in codes} if set(codes) & set(codes.values()) else codes


def letters(number: int) -> list[str]:
    """The first `number` of a, b, … z, aa, ab, …"""
    double = [first + second for first in ascii_lowercase for second in ascii_lowercase]
    triple = [first + second for first in ascii_lowercase for second in double]
    return [*ascii_lowercase, *double, *triple][:number]


def jumps(item: Item, sheet: Sheet) -> Iterator[Jump]:
    """What the answers to a question rule out, for the instruction beside it."""
    dependent: dict[frozenset[str], list[int]] = {}
    for other in sheet.items:
        if other.applies_if is not None and other.applies_if.question == item.id:
            dependent.setdefault(other.applies_if.choices, []).append(other.number)
    for choices, skipped in dependent.items():
        others = tuple(option for option in item.options if option.value not in choices)
        at_once = skipped == list(range(item.number + 1, item.number + 1 + len(skipped)))
        to = skipped[-1] + 1 if at_once and skipped[-1] < len(sheet.items) else None
        if others:
            yield Jump(others, tuple(skipped), to)


def _parts(q: Questionnaire) -> Iterator[Part]:
    levels = _levels(q)
    yield Part(tuple(map(_choice, q.filters)), "filters")
    for factor in q.factors:
        yield Part(tuple(_rated(c, levels) for c in factor.criteria), title=factor.title, stem=q.stem)
    if q.overall is not None:
        yield Part((_rated(q.overall, levels),), "overall")
    yield Part(tuple(map(_choice, q.perception)), "perception")
    yield Part(tuple(map(_choice, q.expectation)), "expectation")
    yield Part(tuple(map(_choice, q.about)), "about")
    if q.comment is not None:
        yield Part((Item(0, COMMENT, q.comment, Kind.COMMENT),), "comment")


def _numbered(parts: Iterable[Part]) -> Iterator[Part]:
    number = 0
    for part in parts:
        items = []
        for item in part.items:
            number += 1
            items.append(Item(number, item.id, item.text, item.kind, item.options, item.at_most, item.applies_if))
        if items:
            yield Part(tuple(items), part.word, part.title, part.stem)


def _levels(q: Questionnaire) -> tuple[Option, ...]:
    levels = tuple(Option(str(level.value), level.value, level.text) for level in q.scale.levels)
    if q.scale.no_opinion is None:
        return levels
    return (*levels, Option(str(NO_OPINION), NO_OPINION, q.scale.no_opinion, apart=True))


def _rated(criterion: Criterion, levels: tuple[Option, ...]) -> Item:
    return Item(0, criterion.id, criterion.text, Kind.RATING, levels, applies_if=criterion.applies_if)


def _choice(question: Question) -> Item:
    codes = letters(len(question.choices))
    options = tuple(Option(code, choice.id, choice.text) for code, choice in zip(codes, question.choices, strict=True))
    kind = Kind.ONE if question.at_most == 1 else Kind.SEVERAL
    return Item(0, question.id, question.text, kind, options, question.at_most, question.applies_if)
