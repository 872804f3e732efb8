"""The rows of a clerk's file as ballots: every sheet number, code and rule of the plan is checked; mistakes have a place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.console.paper.reading import Fault, Row, Table
from services.console.paper.serial import NotASerial, Serial, ballot_id, read_serial
from services.console.paper.sheet import COMMENT, Item, Kind, Sheet, sheet_of, stratum_codes
from services.console.paper.template import LANGUAGE, SERIAL, STRATUM
from shared.domain.ballot import Ballot, InvalidBallot, Submission, check
from shared.domain.survey import Channel, Survey
from shared.store.piles import Pile

_WHOLE = re.compile(r"(\d+)(?:[.,]0+)?")
_BETWEEN = re.compile(r"[\s,;+/]+")


class _NoAnswer(ValueError):
    """What stands in a cell is no code of its question; the message says so."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A sheet as it was entered: the ballot that it makes, and its texts by column for comparing. `row` is the file's."""

    serial: Serial
    row: int
    ballot: Ballot
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """What a file holds: sheets that make ballots, what is wrong, and how many prepared rows were not filled in."""

    entered: Mapping[Serial, Entered]
    faults: tuple[Fault, ...]
    unused: int


@dataclass(frozen=True)
class _Asked:
    """What the rows are held against."""

    table: Table
    survey: Survey
    piles: Mapping[str, Pile]
    questionnaire: str
    sheet: Sheet

    def at(self, row: Row, name: str, message: str) -> Fault:
        return Fault(row.number, self.table.place(name), message)


def read_entries(table: Table, survey: Survey, piles: Mapping[str, Pile]) -> File:
    """The ballots in a table, which are of one questionnaire: the one of the first sheet that is ours.

    A file with faults gives no ballot to be used.
    """
    faults = list(table.faults)
    if SERIAL not in table.names:
        return File({}, (Fault(1, None, f"there is no column {SERIAL}; use the template"), *faults), 0)
    used = [row for row in table.rows if _is_used(row)]
    questionnaire = _questionnaire(used, piles)
    if questionnaire is None:
        if not used and not faults:
            faults.append(Fault(None, None, "no sheet is filled in"))
        found = [each for row in used for each in _serial(row, table, piles) if isinstance(each, Fault)]
        return File({}, (*faults, *found), len(table.rows) - len(used))
    sheet = sheet_of(survey.questionnaires[questionnaire])
    asked = _Asked(table, survey, piles, questionnaire, sheet)
    faults += _wrong_columns(asked)
    entered: dict[Serial, Entered] = {}
    for row in used:
        made = _entered(row, asked)
        if isinstance(made, list):
            faults += made
        elif made.serial in entered:
            faults.append(asked.at(row, SERIAL, f"{made.serial} stands in row {entered[made.serial].row} already"))
        else:
            entered[made.serial] = made
    return File(entered, tuple(sorted(faults, key=lambda fault: fault.row or 0)), len(table.rows) - len(used))


def _is_used(row: Row) -> bool:
    """Whether a row holds more than what the template prepared."""
    return bool(set(row.cells) - {SERIAL, STRATUM, LANGUAGE})


def _questionnaire(rows: Sequence[Row], piles: Mapping[str, Pile]) -> str | None:
    for row in rows:
        try:
            return piles[read_serial(row.cells.get(SERIAL, "")).pile].questionnaire
        except (NotASerial, KeyError):
            continue
    return None


def _wrong_columns(asked: _Asked) -> Iterator[Fault]:
    known = [SERIAL, STRATUM, LANGUAGE, *asked.sheet.columns]
    for name in asked.table.names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Fault(1, asked.table.place(name), f"{asked.questionnaire} has no such question{hint}")
    missing = [name for name in asked.sheet.columns if name not in asked.table.names]
    if missing:
        yield Fault(1, None, f"columns are missing: {', '.join(missing)}; use the template as it is")


def _serial(row: Row, table: Table, piles: Mapping[str, Pile]) -> Iterator[Serial | Fault]:
    """The row's sheet number, or why it is none."""
    place = table.place(SERIAL)
    if SERIAL not in row.cells:
        yield Fault(row.number, place, "the sheet number is missing")
        return
    try:
        serial = read_serial(row.cells[SERIAL])
    except NotASerial as error:
        yield Fault(row.number, place, str(error))
        return
    pile = piles.get(serial.pile)
    if pile is None:
        yield Fault(row.number, place, f"{serial} is of no pile that was printed for this survey")
    elif not 1 <= serial.number <= pile.sheets:
        yield Fault(row.number, place, f"pile {pile.code} has sheets 1 to {pile.sheets}, not {serial.number}")
    else:
        yield serial


def _entered(row: Row, asked: _Asked) -> Entered | list[Fault]:
    serial = next(_serial(row, asked.table, asked.piles))
    if isinstance(serial, Fault):
        return [serial]
    pile = asked.piles[serial.pile]
    if pile.questionnaire != asked.questionnaire:
        return [asked.at(row, SERIAL, f"{serial} is a sheet of {pile.questionnaire}, the others are of {asked.questionnaire}")]
    faults: list[Fault] = []
    stratum = _stratum(row, pile, asked, faults)
    language = row.cells.get(LANGUAGE, pile.language)
    answers: dict[str, object] = {}
    for item in asked.sheet.items:
        if item.kind is not Kind.COMMENT and item.id in row.cells:
            try:
                answers[item.id] = _answer(item, row.cells[item.id])
            except _NoAnswer as error:
                faults.append(asked.at(row, item.id, str(error)))
    if faults:
        return faults
    submission = Submission(
        ballot_id(pile.key or b"", asked.survey.id, serial), stratum, Channel.PAPER, language, pile.version, answers,
        row.cells.get(COMMENT),
    )  # fmt: skip
    return _checked(submission, row, serial, asked)


def _checked(submission: Submission, row: Row, serial: Serial, asked: _Asked) -> Entered | list[Fault]:
    try:
        ballot = check(submission, asked.survey)
    except InvalidBallot as error:
        return [_misfit(row, asked, field, message) for field, messages in error.errors.items() for message in messages]
    cells = {name: text for name, text in row.cells.items() if name != SERIAL}
    return Entered(serial, row.number, ballot, {**cells, STRATUM: ballot.stratum, LANGUAGE: ballot.language})


def _misfit(row: Row, asked: _Asked, field: str, message: str) -> Fault:
    """What the plan's rules say to a field of the ballot, at its column."""
    if field.startswith("answers."):
        hint = "; leave it empty" if message.startswith("does not apply") else ""
        return asked.at(row, field.removeprefix("answers."), message + hint)
    columns = {"comment": COMMENT, "language": LANGUAGE}
    if field in columns:
        return asked.at(row, columns[field], message)
    if field == "answers":
        return Fault(row.number, None, "no question is answered; leave the whole row empty, or enter what was answered")
    return Fault(row.number, None, f"{field} {message}")


def _stratum(row: Row, pile: Pile, asked: _Asked, faults: list[Fault]) -> str:
    given = row.cells.get(STRATUM)
    if len(pile.strata) == 1:
        only = pile.strata[0]
        if given not in (None, only):
            faults.append(asked.at(row, STRATUM, f"this sheet was printed for {only}, not for {given!r}"))
        return only
    codes = stratum_codes([asked.survey.strata[id_][1] for id_ in pile.strata])
    by_code = {code: id_ for id_, code in codes.items()} | {id_: id_ for id_ in codes}
    found = by_code.get(given or "", by_code.get((given or "").lower()))
    if found is None:
        listed = ", ".join(f"{code} ({id_})" if code != id_ else id_ for id_, code in codes.items())
        said = "is missing" if given is None else f"{given[:40]!r} is none"
        faults.append(asked.at(row, STRATUM, f"the stratum {said}; expected one of {listed}"))
        return ""
    return found


def _answer(item: Item, text: str) -> object:
    """The answer that the codes in a cell stand for. Raises _NoAnswer."""
    values = {option.code: option.value for option in item.options}
    if item.kind is Kind.SEVERAL:
        return _several(item, text, values)
    code = text.lower()
    whole = _WHOLE.fullmatch(code)
    if whole is not None and item.kind is Kind.RATING:
        code = str(int(whole[1]))
    if code not in values:
        raise _NoAnswer(f"{text[:40]!r} is no code of this question; expected one of {', '.join(values)}, or nothing")
    return values[code]


def _several(item: Item, text: str, values: Mapping[str, int | str]) -> object:
    codes = [code for code in _BETWEEN.split(text.lower()) if code]
    if len(codes) == 1 and codes[0] not in values and set(codes[0]) <= set(values):
        codes = list(codes[0])
    wrong = [code for code in codes if code not in values]
    if wrong:
        raise _NoAnswer(f"{wrong[0][:40]!r} is no code of this question; expected some of {' '.join(values)}")
    if len(set(codes)) < len(codes):
        raise _NoAnswer("the same code stands there twice")
    if len(codes) > item.at_most:
        raise _NoAnswer(f"has {len(codes)} codes; at most {item.at_most} may be chosen: leave it empty")
    return [values[code] for code in codes]
