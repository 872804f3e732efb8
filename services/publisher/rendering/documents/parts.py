"""What a document is made of: its words in order, whatever they look like. Print and word processor lay out the same parts.

Blanks are left for the office that issues the document: number, date, signature, and what only a person can decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.publisher.rendering.documents.numbering import Numbering

BLANK = "\u200b".join("…" * 18)
"""A line of dots to write on; it may break anywhere."""


SHORT = 7
"""A table of this many rows or fewer stays in one piece."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: how wide it is against the others, and whether its cells are centred."""

    head: str
    width: float
    centred: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table that belong together, under a title of their own where it has one."""

    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; each row is as long as `columns`. `caption` is empty where the text above says what it is.

    `short` says that it is not to be parted by the end of a page.
    """

    caption: str
    columns: tuple[Column, ...]
    parts: tuple[Rows, ...]
    short: bool = field(default=False, init=False)
    kind: str = field(default="table", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "short", sum(len(part.rows) for part in self.parts) <= SHORT)


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture (SVG, painted) with its caption and what it shows in words. `width` is in millimetres."""

    caption: str
    svg: str
    alt: str
    width: float
    kind: str = field(default="chart", init=False)


Block = Paragraph | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part: blocks, then sections below it."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Boxes 1 to 4 of the decree: nation and motto, issuing body, number, place and date."""

    nation: str
    motto: str
    superior: str
    body: str
    number: str
    date: str


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a document on made-up figures says: a mark on every page, and a box on the first."""

    mark: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex (phụ lục): `label` is its number, `with_` the document that it goes with."""

    label: str
    title: str
    with_: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """All the words of a document, in the order of the components of Decree 30/2020/NĐ-CP, article 8.

    `language` is the tag of the words. `author`, `title` and `subject` are for the file's properties. `note` stands under the
    title: that a translation is one. `tables` is the size of type in tables, in points.
    """

    language: str
    title: str
    author: str
    head: Letterhead
    name: str
    summary: str
    note: str
    addressee: str
    simulated: Simulated | None
    grounds: tuple[str, ...]
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    end: str
    recipients_title: str
    recipients: tuple[str, ...]
    numbering: Numbering
    table_label: str
    chart_label: str
    tables: float = 12
    annexes: tuple[Annex, ...] = ()
