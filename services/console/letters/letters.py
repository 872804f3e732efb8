"""What a letter says: an invitation, or a reminder with an invitation that takes the place of the earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.console.paper.language import Language
from services.console.paper.slips import invitation_link, printed
from shared import language as shared_language
from shared.domain.survey import Survey
from shared.store.contacts import Named

PACKAGE = "services.console.letters"


class Kind(StrEnum):
    """Which letter it is."""

    INVITATION = "invitation"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text of one message."""

    subject: str
    text: str


def letter(kind: Kind, survey: Survey, named: Named, token: str, address: str, tag: str) -> Letter:
    """The letter to `named` in the language `tag`, with its code and the address (of the collector) that it opens."""
    reader = shared_language.reading(Language, shared_language.catalogues(PACKAGE), tag, survey.languages)
    title = " ".join(reader.pick(survey.title).split())
    subject = reader.word(f"letter.{kind.value}_subject", survey=title)
    return Letter(subject, "\n\n".join(_paragraphs(kind, survey, named, token, address, reader)) + "\n")


def _paragraphs(kind: Kind, survey: Survey, named: Named, token: str, address: str, reader: Language) -> Iterator[str]:
    period, body = survey.period, reader.pick(survey.body.name)
    if survey.simulated:
        yield reader.word("letter.simulated")
    yield reader.word("letter.dear", name=named.name)
    stratum = reader.pick(survey.strata[named.stratum][1].title)
    yield reader.word(f"letter.{kind.value}", body=body, survey=reader.pick(survey.title), stratum=stratum)
    yield reader.word("letter.purpose", purpose=reader.pick(survey.purpose))
    yield f"{reader.word('letter.open')}\n{invitation_link(address, survey.id, named.stratum, token)}"
    yield reader.word("letter.or_code", address=f"{address}/s/{survey.id}/{named.stratum}", code=printed(token))
    yield reader.word("letter.replaces")
    yield f"{reader.word('letter.until', moment=reader.moment(period.closes_at, period.timezone))} {reader.word('letter.once')}"
    yield reader.pick(survey.notice)
    yield reader.word("letter.privacy")
    if survey.body.contact:
        yield reader.word("letter.questions", contact="; ".join([body, *survey.body.contact.values()]))
