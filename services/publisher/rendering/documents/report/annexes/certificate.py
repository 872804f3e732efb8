"""Annex V: the certificate of the count -- the equation that gates publication, and the register's root."""

from __future__ import annotations

from collections.abc import Iterator

from services.publisher.rendering.documents import said
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.parts import Block, Column, Paragraph, Rows, Table

_COUNTS = ("accepted", "scored", "waiting", "counted", "surplus")


def blocks(context: Context) -> tuple[Block, ...]:
    return tuple(_blocks(context))


def _blocks(context: Context) -> Iterator[Block]:
    words, equation, register = context.reader, context.edition.results.equation, context.edition.results.register
    numbers = {name: words.number(equation.get(name, 0)) for name in _COUNTS}
    yield Paragraph(words.word("certificate.lead"))
    heads = (Column(words.word("certificate.item"), 125, centred=False), Column(words.word("certificate.number"), 40))
    rows = tuple((words.word(f"equation.{name}"), numbers[name]) for name in _COUNTS)
    yield Table(words.word("certificate.caption"), heads, (Rows(rows),))
    yield Paragraph(words.word("certificate.accepted", **numbers))
    yield Paragraph(words.word("certificate.scored", **numbers))
    yield Paragraph(words.word("certificate.holds" if equation.get("holds") else "certificate.broken"))
    if "root" in register:
        yield Paragraph(words.word("certificate.register", number=words.number(register["ballots"])))
        yield Paragraph(said.root(context.edition))
        yield Paragraph(words.word("certificate.check"))
