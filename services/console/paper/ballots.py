"""Ballots for print: every sheet of a pile carries the same questions and a number of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.console.paper.language import Language, language
from services.console.paper.sheet import Item, Jump, Kind, Part, Sheet, jumps, sheet_of, stratum_codes
from shared.domain.survey import Questionnaire, Stratum, Survey
from shared.typesetting import typeset

BESIDE = {4: 14, 3: 19, 2: 42}
"""Choices that stand beside one another -> the characters that the longest of their texts may have."""


@dataclass(frozen=True, slots=True)
class Printing:
    """A questionnaire to print, about one of `strata`, on sheets with `serials`. Without serials it is a specimen."""

    questionnaire: Questionnaire
    strata: tuple[Stratum, ...]
    serials: tuple[str, ...]


def print_ballots(survey: Survey, printings: Sequence[Printing], tag: str, made_at: datetime) -> bytes:
    """The ballots as PDF in the language `tag`; every sheet begins on a page with an odd number, for printing on both sides."""
    reader = language(tag, survey.languages)
    words = {
        "language": reader.tag,
        "title": reader.pick(survey.title),
        "body": reader.pick(survey.body.name),
        "page": reader.words["ballot.page"],
        "specimen": reader.word("ballot.specimen"),
        "serial": reader.word("ballot.serial"),
        "piles": [_pile(survey, printing, reader) for printing in printings],
    }
    return typeset("services.console", "ballot.typ", words, made_at)


def _pile(survey: Survey, printing: Printing, reader: Language) -> dict[str, Any]:
    sheet = sheet_of(printing.questionnaire)
    period = survey.period
    superior = survey.body.superior
    return {
        "serials": list(printing.serials),
        "superior": "" if superior is None else reader.pick(superior),
        "heading": reader.pick(printing.questionnaire.title),
        "simulated": reader.word("ballot.simulated") if survey.simulated else "",
        "purpose": reader.pick(survey.purpose),
        "notice": {
            "title": reader.word("ballot.notice"),
            "paragraphs": [reader.pick(survey.notice), reader.word("ballot.anonymous")],
        },
        "how": {
            "title": reader.word("ballot.how"),
            "paragraphs": [
                f"{reader.word('ballot.how_cross')} {reader.word('ballot.how_mend')}",
                reader.word("ballot.how_return", moment=reader.moment(period.closes_at, period.timezone)),
            ],
        },
        "stratum": _strata(printing.strata, reader),
        "parts": [_part(part, sheet, reader) for part in sheet.parts],
        "thanks": reader.word("ballot.thanks"),
    }


def _strata(strata: Sequence[Stratum], reader: Language) -> dict[str, Any]:
    """What the sheet is about: said where there is one stratum, asked where there are several."""
    if len(strata) == 1:
        return {"said": f"{reader.word('ballot.stratum')}: {reader.pick(strata[0].title)}", "options": []}
    codes = stratum_codes(strata)
    options = [{"code": codes[stratum.id], "text": reader.pick(stratum.title)} for stratum in strata]
    return {"said": reader.word("ballot.stratum_question"), "options": options, "columns": 1}


def _part(part: Part, sheet: Sheet, reader: Language) -> dict[str, Any]:
    return {
        "heading": reader.pick(part.title) if part.title is not None else reader.word(f"ballot.{part.word}"),
        "stem": "" if part.stem is None else reader.pick(part.stem),
        "items": [_item(item, sheet, reader) for item in part.items],
    }


def _item(item: Item, sheet: Sheet, reader: Language) -> dict[str, Any]:
    texts = [reader.pick(option.text) for option in item.options]
    return {
        "number": item.number,
        "kind": item.kind.value,
        "text": reader.pick(item.text),
        "before": "\n".join(_before(item, sheet, reader)),
        "after": "\n".join(_instruction(jump, reader) for jump in jumps(item, sheet)),
        "columns": columns(texts),
        "options": [
            {"code": option.code, "text": text, "apart": option.apart} for option, text in zip(item.options, texts, strict=True)
        ],
    }


def columns(texts: Sequence[str]) -> int:
    """How many choices stand beside one another."""
    longest = max(map(len, texts), default=0)
    fitting = next((number for number, characters in BESIDE.items() if longest <= characters), 1)
    return max(1, min(len(texts), fitting))


def _before(item: Item, sheet: Sheet, reader: Language) -> Iterator[str]:
    """What has to be known before answering."""
    condition = item.applies_if
    if condition is not None:
        asked = sheet.columns[condition.question]
        chosen = [_quoted(reader.pick(o.text), reader) for o in asked.options if o.value in condition.choices]
        yield reader.word("ballot.only_if", question=asked.number, choices=reader.either(chosen))
    if item.kind is Kind.SEVERAL:
        yield reader.word("ballot.at_most", number=item.at_most)
    if item.kind is Kind.COMMENT:
        yield reader.word("ballot.comment_hint")


def _instruction(jump: Jump, reader: Language) -> str:
    choices = reader.either(_quoted(reader.pick(option.text), reader) for option in jump.choices)
    if jump.to is not None:
        return reader.word("ballot.goto", choices=choices, question=jump.to)
    return reader.word("ballot.skip", choices=choices, questions=reader.listed(map(str, jump.skipped)))


def _quoted(text: str, reader: Language) -> str:
    return reader.word("format.quoted", text=text)
