"""The file that a clerk enters ballots into, made from the plan: a row for each sheet, a column for each question."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from services.console.paper.cells import harmless
from services.console.paper.language import Language, language
from services.console.paper.sheet import COMMENT, Item, Kind, Sheet, sheet_of, stratum_codes
from shared.domain.ballot import COMMENT_LIMIT
from shared.domain.survey import Questionnaire, Stratum, Survey

SERIAL, STRATUM, LANGUAGE = "_serial", "_stratum", "_language"
"""Columns beside those of the questions, whose names begin with a letter or digit."""

ROWS = 2_000
"""Rows that are prepared for entry."""

_LONGEST_LIST = 250
"""Characters of a list of codes that a spreadsheet takes in a rule for a cell."""

_RULES = 8
_LINE = Side("thin", "000000")

TEXT = "@"
"""The number format of text: a spreadsheet makes no dates, numbers or formulas of what is typed."""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A sheet whose row stands in the template already. `stratum` is empty where the respondent marks it."""

    serial: str
    stratum: str
    language: str


@dataclass(frozen=True)
class Template:
    """What a template is made of."""

    survey: Survey
    questionnaire: Questionnaire
    strata: tuple[Stratum, ...]
    rows: tuple[Prefilled, ...] = ()

    @property
    def sheet(self) -> Sheet:
        return sheet_of(self.questionnaire)

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order: the first row."""
        return [SERIAL, STRATUM, LANGUAGE, *self.sheet.columns]

    def texts(self, reader: Language) -> list[str]:
        """What the columns are, in words: the second row, which begins with # so that it is not taken for a ballot."""
        own = ["# " + reader.word("entry.serial"), reader.word("entry.stratum"), reader.word("entry.language")]
        return own + [f"{item.number}. {reader.pick(item.text)}" for item in self.sheet.items]


def csv_template(template: Template, tag: str, delimiter: str) -> bytes:
    """The template as CSV in UTF-8 with a mark at its start by which spreadsheets know the encoding."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(template.names)
    writer.writerow([harmless(text) for text in template.texts(language(tag, template.survey.languages))])
    blank = [""] * len(template.sheet.items)
    writer.writerows([row.serial, row.stratum, row.language, *blank] for row in template.rows)
    return file.getvalue().encode("utf-8-sig")


def xlsx_template(template: Template, tag: str) -> bytes:
    """The template as XLSX: fixed header, a list of codes for each column, and a page of instructions."""
    reader = language(tag, template.survey.languages)
    book = Workbook()
    entry = book.active
    assert isinstance(entry, Worksheet)  # noqa: S101 - a new workbook has one sheet
    entry.title = reader.word("entry.sheet")
    _head(entry, template, reader)
    for number, row in enumerate(template.rows, start=3):
        for column, text in enumerate((row.serial, row.stratum, row.language), start=1):
            _write(entry, number, column, text)
    _limit(entry, template, reader)
    _explain(book.create_sheet(reader.word("entry.help")), template, reader)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head(entry: Worksheet, template: Template, reader: Language) -> None:
    texts = template.texts(reader)
    for column, (name, text) in enumerate(zip(template.names, texts, strict=True), start=1):
        _write(entry, 1, column, name, bold=True)
        _write(entry, 2, column, text, wrap=True)
        comment = name == COMMENT
        entry.column_dimensions[get_column_letter(column)].width = 16 if column == 1 else 60 if comment else 13
        if column == 1 or comment:
            entry.column_dimensions[get_column_letter(column)].number_format = TEXT
    entry.row_dimensions[2].height = 110
    entry.freeze_panes = "B3"
    entry.page_setup.orientation = "landscape"
    entry.print_title_rows = "1:2"


def _write(page: Worksheet, row: int, column: int, text: str, *, bold: bool = False, wrap: bool = False) -> None:
    cell = page.cell(row, column)
    cell.value = text
    cell.data_type = "s"  # a text that begins with = is a text
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    cell.number_format = TEXT
    if row <= 2:
        cell.fill = PatternFill("solid", fgColor="E8E8E8")
        cell.border = Border(bottom=_LINE)


def _limit(entry: Worksheet, template: Template, reader: Language) -> None:
    """Let each column take only its codes, and say what they mean where they are entered."""
    several = len(template.strata) > 1
    strata = list(stratum_codes(template.strata).values()) if several else [template.strata[0].id]
    lists = {STRATUM: (strata, ""), LANGUAGE: (list(template.survey.languages), "")}
    for item in template.sheet.items:
        if item.kind in (Kind.RATING, Kind.ONE):
            lists[item.id] = ([option.code for option in item.options], "\n".join(_meanings(item, reader)))
    for column, name in enumerate(template.names, start=1):
        codes, meanings = lists.get(name, ([], ""))
        joined = ",".join(codes)
        if not codes or len(joined) > _LONGEST_LIST:
            continue
        rule = DataValidation(type="list", formula1=f'"{joined}"', allow_blank=True, showErrorMessage=True)
        rule.errorTitle = reader.word("entry.wrong_title")[:31]
        rule.error = reader.word("entry.one_of", codes=", ".join(codes))[:250]
        if meanings:
            rule.showInputMessage = True
            rule.prompt = meanings[:250]
        letter = get_column_letter(column)
        rule.add(f"{letter}3:{letter}{ROWS + 2}")
        entry.add_data_validation(rule)


def _explain(page: Worksheet, template: Template, reader: Language) -> None:
    """The instructions: the rules of entry, then the codes of every question."""
    _write(page, 1, 1, reader.word("entry.title", survey=reader.pick(template.survey.title)), bold=True)
    for n in range(1, _RULES + 1):
        _write(page, n + 1, 1, f"{n}. {reader.word(f'entry.rule_{n}')}")
    start = _RULES + 4
    _write(page, start - 1, 1, reader.word("entry.codes"), bold=True)
    for column, key in enumerate(("column", "question", "code", "meaning"), start=1):
        _write(page, start, column, reader.word(f"entry.{key}"), bold=True)
    for row, texts in enumerate(_codebook(template, reader), start=start + 1):
        for column, text in enumerate(texts, start=1):
            _write(page, row, column, text)
    for letter, width in zip("ABCD", (18, 70, 12, 60), strict=True):
        page.column_dimensions[letter].width = width


def _codebook(template: Template, reader: Language) -> Iterator[tuple[str, str, str, str]]:
    if len(template.strata) > 1:
        codes = stratum_codes(template.strata)
        for stratum in template.strata:
            yield STRATUM, reader.word("entry.stratum"), codes[stratum.id], reader.pick(stratum.title)
    for item in template.sheet.items:
        asked = f"{item.number}. {reader.pick(item.text)}"
        if item.kind is Kind.COMMENT:
            yield item.id, asked, "", reader.word("entry.text", number=COMMENT_LIMIT)
        if item.kind is Kind.SEVERAL:
            codes_of = " ".join(option.code for option in item.options)
            yield item.id, asked, "", reader.word("entry.some_of", number=item.at_most, codes=codes_of)
        for option in item.options:
            yield item.id, asked, option.code, reader.pick(option.text)


def _meanings(item: Item, reader: Language) -> Sequence[str]:
    return [f"{option.code} = {reader.pick(option.text)}" for option in item.options]
