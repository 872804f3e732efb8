"""Writing to contacts one by one, so that it can be interrupted anywhere and taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID, uuid4

from services.console.letters.letters import Kind, letter
from shared.domain.survey import Survey
from shared.mail import Mail, MailRefused
from shared.store.contacts import Contact, Reached

PART = 20
"""Contacts whose new invitations are issued together: as many letters are in doubt when the process is killed."""

REFUSED_IN_A_ROW = 3
"""Letters that the server puts off one after the other before it is left alone."""


class PutOff(RuntimeError):
    """The mail server takes no letters at the moment; the message says what to do."""


class Sends(Protocol):
    """What sends mail."""

    def send(self, mail: Mail, at: datetime) -> None: ...


class Issues(Protocol):
    """Where contacts and their invitations stand."""

    def issue(self, survey_id: str, wanted: Mapping[UUID, str], reached: Reached, act: str) -> set[UUID]: ...

    def settle(self, contact: UUID, reached: Reached, day: date) -> None: ...


@dataclass(slots=True)
class Posted:
    """What became of the letters. `refused` maps a name to why the server will never take its letter; `put_off` likewise for
    now."""

    written: int = 0
    answered: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    put_off: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.written + self.answered + len(self.refused) + len(self.put_off)


@dataclass(frozen=True)
class Post:
    """How letters go out: `address` is where people reach the collector, `tokens` makes a new code, `clock` says when it is."""

    contacts: Issues
    mailer: Sends
    survey: Survey
    address: str
    tag: str
    tokens: Callable[[], str]
    clock: Callable[[], datetime]

    def write(self, kind: Kind, wanted: Sequence[Contact], posted: Posted) -> Iterator[Posted]:
        """Write to each of `wanted` (they have e-mail addresses), and tell after each in `posted` what became of it.

        Each gets a new invitation in place of an earlier one that is not spent: codes are not kept, so that an old one cannot
        be told again. Raises PutOff, StoreUnavailable; whoever was not written to is still to be written to then.
        """
        act = "invite contacts" if kind is Kind.INVITATION else "remind contacts"
        in_a_row = 0
        for start in range(0, len(wanted), PART):
            part = {contact.id: contact for contact in wanted[start : start + PART]}
            tokens = {id_: self.tokens() for id_ in part}
            issued = self.contacts.issue(self.survey.id, tokens, Reached.WRITING, act)
            posted.answered += len(part) - len(issued)
            for id_ in (id_ for id_ in part if id_ in issued):
                in_a_row = 0 if self._one(kind, part[id_], tokens[id_], posted) else in_a_row + 1
                yield posted
                if in_a_row >= REFUSED_IN_A_ROW:
                    reason = next(reversed(posted.put_off.values()))
                    raise PutOff(f"the mail server takes no letters at the moment ({reason}); run the same command again later")

    def _one(self, kind: Kind, contact: Contact, token: str, posted: Posted) -> bool:
        """Write to one. False where the server put it off: it is to be tried again."""
        named, now = contact.named, self.clock()
        made = letter(kind, self.survey, named, token, self.address, self.tag)
        try:
            self.mailer.send(Mail(named.email or "", made.subject, made.text, uuid4().hex), now)
        except MailRefused as refused:
            if not refused.for_good:
                posted.put_off[named.name] = str(refused)
                return False
            self.contacts.settle(contact.id, Reached.FAILED, now.date())
            posted.refused[named.name] = str(refused)
            return True
        self.contacts.settle(contact.id, Reached.WRITTEN, now.date())
        posted.written += 1
        return True
