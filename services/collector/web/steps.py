"""A questionnaire as the steps of a form: what is asked on which page, and what earlier answers rule out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.collector.web.faces import moods
from shared.domain.ballot import Answer
from shared.domain.survey import NO_OPINION, Condition, Criterion, Question, Questionnaire, Texts


class Kind(StrEnum):
    """How an item is answered."""

    RATING = "rating"
    ONE = "one"
    SEVERAL = "several"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be picked. `mood` is that of a level's face; `apart` is "no opinion"; `fixed` is never shuffled."""

    value: str
    text: Texts
    mood: float | None = None
    apart: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the form, of whatever kind."""

    id: str
    text: Texts
    kind: Kind
    options: tuple[Option, ...] = ()
    at_most: int = 1
    shuffle: bool = False
    applies_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form. `title` is the plan's, `word` the key of a heading of ours; `stem` opens each of its items."""

    items: tuple[Item, ...] = ()
    title: Texts | None = None
    word: str = ""
    stem: Texts | None = None


def steps_of(questionnaire: Questionnaire) -> tuple[Step, ...]:
    """The pages between the notice and the summary, in the order of the paper.

    No page holds a question together with another that depends on it, so that what was ruled out is known when a page is made.
    """
    return tuple(_steps(questionnaire))


def _steps(q: Questionnaire) -> Iterator[Step]:
    yield from _chosen(q.filters, "step.filters")
    levels = _levels(q)
    for factor in q.factors:
        yield Step(tuple(_rated(c, levels) for c in factor.criteria), factor.title, "step.factor", q.stem)
    if q.overall is not None:
        yield Step((_rated(q.overall, levels),), word="step.overall")
    yield from _chosen(q.perception, "step.perception")
    yield from _chosen(q.expectation, "step.expectation")
    yield from _chosen(q.about, "step.about")
    if q.comment is not None:
        yield Step((Item("comment", q.comment, Kind.COMMENT),), word="step.comment")


def _chosen(questions: Iterable[Question], word: str) -> Iterator[Step]:
    page: list[Item] = []
    for question in questions:
        if question.applies_if is not None and question.applies_if.question in {item.id for item in page}:
            yield Step(tuple(page), word=word)
            page = []
        page.append(_choice(question))
    if page:
        yield Step(tuple(page), word=word)


def _choice(question: Question) -> Item:
    return Item(
        question.id,
        question.text,
        Kind.ONE if question.at_most == 1 else Kind.SEVERAL,
        tuple(Option(c.id, c.text, fixed=c.id in question.fixed) for c in question.choices),
        question.at_most,
        question.shuffle,
        question.applies_if,
    )


def _levels(questionnaire: Questionnaire) -> tuple[Option, ...]:
    scale = questionnaire.scale
    mood = moods(scale)
    levels = tuple(Option(str(level.value), level.text, mood[level.value]) for level in scale.levels)
    if scale.no_opinion is None:
        return levels
    return (*levels, Option(str(NO_OPINION), scale.no_opinion, apart=True))


def _rated(criterion: Criterion, levels: tuple[Option, ...]) -> Item:
    return Item(criterion.id, criterion.text, Kind.RATING, levels, applies_if=criterion.applies_if)


def applies(item: Item, answers: Mapping[str, Answer]) -> bool:
    """Whether the item is asked: it is unless the question that it depends on was answered otherwise."""
    condition = item.applies_if
    if condition is None or condition.question not in answers:
        return True
    answer = answers[condition.question]
    picked = set(answer) if isinstance(answer, tuple) else {answer}
    return bool(picked & condition.choices)
