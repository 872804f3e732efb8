"""A ballot on its way: what the form carries from page to page in the person's own browser. The server keeps none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict

from services.collector.reception import Arrival
from services.collector.web.steps import Item, Kind, Step, applies
from shared.domain.ballot import COMMENT_LIMIT, Answer, Submission
from shared.domain.survey import Channel, Questionnaire
from shared.domain.token import token_digest

TOKEN_LIMIT = 200
TRAP = "website"
"""The field that no person sees. What fills it in is a program, or a browser that fills in too much."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was answered so far. `reviewed` once the summary was seen; `trapped` where the field nobody sees was filled in.

    `place` is the token of the place that is reserved for the ballot, if one is.
    """

    id: UUID
    answers: Mapping[str, Answer] = field(default_factory=dict)
    comment: str = ""
    invitation: str = ""
    place: str = ""
    reviewed: bool = False
    trapped: bool = False


def read(form: MultiDict[str, str], steps: Sequence[Step]) -> Draft:
    """The draft that a posted form carries. What no page of this form could have sent is left out."""
    items = {item.id: item for step in steps for item in step.items}
    given = {item.id: answer for item in items.values() if (answer := _answer(item, form)) is not None}
    return Draft(
        id=_id(form.get("id", "")),
        answers={key: answer for key, answer in given.items() if applies(items[key], given)},
        comment=_written(form.get("comment", "")),
        invitation="".join(form.get("invitation", "").split()),
        place=form.get("place", "")[:TOKEN_LIMIT],
        reviewed=form.get("reviewed") == "yes",
        trapped=bool(form.get(TRAP)),
    )


def mistakes(draft: Draft, items: Sequence[Item]) -> dict[str, str]:
    """What a person has to mend: an item's id -> the key of the words that say it."""
    found = {}
    for item in items:
        answer = draft.answers.get(item.id)
        if isinstance(answer, tuple) and len(answer) > item.at_most:
            found[item.id] = "error.too_many"
        if item.kind is Kind.COMMENT and len(draft.comment) > COMMENT_LIMIT:
            found[item.id] = "error.too_long"
    return found


def arrival(draft: Draft, stratum: str, language: str, questionnaire: Questionnaire) -> Arrival:
    """The draft as the ballot that it becomes."""
    answers = {key: list(value) if isinstance(value, tuple) else value for key, value in draft.answers.items()}
    submission = Submission(
        draft.id, stratum, Channel.WEB, language, questionnaire.version, answers, draft.comment.strip() or None
    )
    invitation = token_digest(draft.invitation) if draft.invitation else None
    return Arrival(submission, invitation, token_digest(draft.place) if draft.place else None)


def _answer(item: Item, form: MultiDict[str, str]) -> Answer | None:
    given = set(form.getlist(f"a.{item.id}"))
    picked = tuple(option.value for option in item.options if option.value in given)
    if not picked or item.kind is Kind.COMMENT:
        return None
    if item.kind is Kind.RATING:
        return int(picked[0])
    return picked if item.kind is Kind.SEVERAL else picked[0]


def _id(text: str) -> UUID:
    try:
        given = UUID(text)
    except ValueError:
        return uuid4()
    return given if given.version == 4 else uuid4()


def _written(text: str) -> str:
    """Text as people write it: lines end in a newline, and there are no control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127))
