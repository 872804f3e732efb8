"""What every document begins and ends with: letterhead, grounds, recipients, and the mark of simulated figures."""

from __future__ import annotations

from collections.abc import Iterable

from services.publisher.rendering.documents.parts import Letterhead, Simulated
from services.publisher.rendering.documents.words import listed
from services.publisher.rendering.language import Language
from shared.domain.survey import Body, Texts


def letterhead(body: Body, kind: str, reader: Language) -> Letterhead:
    """The letterhead; `kind` is the abbreviation of the kind of document, as TB. Number and date are blank."""
    return Letterhead(
        nation=reader.word("form.nation"),
        motto=reader.word("form.motto"),
        superior=_abbreviated(body.superior, reader) if body.superior else "",
        body=reader.pick(body.name).upper(),
        number=_blank(reader.word("form.number", kind=kind, sign=body.sign)),
        date=_blank(reader.word("form.date", place=reader.pick(body.place))),
    )


def _abbreviated(texts: Texts, reader: Language) -> str:
    """The superior body as it stands on a letterhead: capitals, the common phrase abbreviated."""
    name = reader.pick(texts).upper()
    return name.replace(reader.word("form.people_committee"), reader.word("form.people_committee_short"))


def _blank(text: str) -> str:
    """`text` with its runs of spaces kept, as room to write in."""
    return text.replace("  ", "\u00a0\u00a0")


def simulated(reader: Language) -> Simulated:
    """What a document on simulated figures says of them."""
    return Simulated(reader.word("form.simulated_mark"), reader.word("simulated.title"), reader.word("simulated.text"))


def grounds(texts: Iterable[Texts], reader: Language) -> tuple[str, ...]:
    """The legal grounds: each ends with a semicolon, the last with a full stop."""
    said = [reader.pick(text).rstrip(" .;") for text in texts]
    return tuple(f"{text}{'.' if n == len(said) else ';'}" for n, text in enumerate(said, 1))


def recipients(body: Body, reader: Language, *, addressed: bool) -> tuple[str, ...]:
    """The list of recipients; `addressed` says that the document is to the superior body, which then is "as above"."""
    first = []
    if addressed:
        first.append(reader.word("form.as_above"))
    elif body.superior:
        first.append(reader.word("form.to_report", superior=reader.pick(body.superior)))
    return tuple(listed([*first, *(reader.word(f"form.{each}") for each in ("respondents", "portal", "kept"))]))


def contacts(body: Body, reader: Language) -> str:
    """How to reach the body, in one line; its name where nothing else is known."""
    reached = [reader.word_or(f"contact.{kind}", "{value}").format(value=value) for kind, value in body.contact.items()]
    return "; ".join(reached) or reader.pick(body.name)


def annex_with(body: Body, kind: str, reader: Language) -> str:
    """The line under an annex's title that says which document it belongs to; `kind` as in `letterhead`."""
    name = reader.word(f"{kind}.title").lower() if reader.spoken != "vi" else reader.word(f"{kind}.title")
    said = reader.word(
        "form.annex_with", kind=name, sign=f"{reader.word(f'{kind}.kind')}-{body.sign}", body=reader.pick(body.name)
    )
    return _blank(said)
