"""Letters go out one by one; whatever the server says to one of them, nobody is lost and nobody is written to twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.console.letters.letters import Kind, letter
from services.console.letters.posting import PART, Post, Posted, PutOff
from shared.domain.token import token
from shared.mail import Mail, MailRefused
from shared.store.contacts import Contact, Named, Reached
from tests.unit.services.console.paper.made import survey

TOKEN = token(2**90)


@dataclass
class Book:
    """Contacts in memory: what was issued and settled, in order. Those in `answered` get no new invitation."""

    answered: frozenset[UUID] = frozenset()
    issued: list[tuple[str, int]] = field(default_factory=list)
    settled: dict[UUID, Reached] = field(default_factory=dict)

    def issue(self, survey_id: str, wanted: Mapping[UUID, str], reached: Reached, act: str) -> set[UUID]:
        assert (survey_id, reached) == ("paper", Reached.WRITING)
        self.issued.append((act, len(wanted)))
        return set(wanted) - self.answered

    def settle(self, contact: UUID, reached: Reached, day: date) -> None:
        assert day == date(2026, 3, 1)
        self.settled[contact] = reached


@dataclass
class Server:
    """A mail server that refuses some addresses, for good or for now."""

    mails: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail, at: datetime) -> None:
        assert at.tzinfo is not None
        if mail.to.startswith("bad"):
            raise MailRefused("550 no such mailbox", for_good=True)
        if mail.to.startswith("later"):
            raise MailRefused("451 busy", for_good=False)
        self.mails.append(mail)


def contact(address: str) -> Contact:
    return Contact(uuid4(), "paper", Named(f"Sở {address}", "desk", f"{address}@hue.gov.vn"), Reached.NEW, None, None)


def post(book: Book, server: Server) -> Post:
    return Post(
        book, server, survey(), "https://khaosat.example.vn", "vi", lambda: TOKEN, lambda: datetime(2026, 3, 1, tzinfo=UTC)
    )


def test_each_contact_gets_a_letter_of_its_own_and_what_became_of_it_is_told() -> None:
    wanted = [contact(name) for name in ("a", "bad", "later", "b", "c")]
    book, server, posted = Book(frozenset({wanted[4].id})), Server(), Posted()
    assert len(list(post(book, server).write(Kind.INVITATION, wanted, posted))) == 4
    assert [mail.to for mail in server.mails] == ["a@hue.gov.vn", "b@hue.gov.vn"]
    assert (posted.written, posted.answered, list(posted.refused), list(posted.put_off)) == (2, 1, ["Sở bad"], ["Sở later"])
    assert [book.settled.get(c.id) for c in wanted] == [Reached.WRITTEN, Reached.FAILED, None, Reached.WRITTEN, None]
    assert book.issued == [("invite contacts", 5)]


def test_a_server_that_takes_nothing_is_left_alone_and_later_contacts_keep_what_they_had() -> None:
    wanted = [contact(f"later{n}") for n in range(PART + 5)]
    book, posted = Book(), Posted()
    with pytest.raises(PutOff, match="run the same command again"):
        list(post(book, Server()).write(Kind.REMINDER, wanted, posted))
    assert (len(posted.put_off), book.issued, book.settled) == (3, [("remind contacts", PART)], {})


@pytest.mark.parametrize("tag", ["vi", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_brings_the_code_the_address_and_what_is_kept(kind: Kind, tag: str) -> None:
    made = letter(kind, survey(), Named("Sở Y tế", "desk", "y@hue.gov.vn"), TOKEN, "https://khaosat.example.vn", tag)
    assert f"https://khaosat.example.vn/s/paper/desk#{TOKEN}\n" in made.text
    assert "Sở Y tế" in made.text
    assert {"vi": "không biết nơi nào đã trả lời gì", "en": "do not know who answered what"}[tag] in made.text
    assert "\n" not in made.subject
    assert TOKEN not in made.subject
