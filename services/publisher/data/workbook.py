"""The observations of an edition as a workbook for people (XLSX): notes, figures, answers, changes, and all of it as one list.

Headings and words stand in every language of the survey that has a catalogue. Numbers are stored as they are and formatted with
the decimals that their base allows. Every text is stored as text: nothing in a plan can become a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.publisher.data.observations import Json, Observation
from services.publisher.data.table import columns
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.numbers import decimals
from shared.domain.survey import Survey

Value = str | float | None

_PLAIN = Font(name="Calibri", size=11)
_BOLD = Font(name="Calibri", size=11, bold=True)
_HEAD = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor="0B5563")
_WARN_FILL = PatternFill("solid", fgColor="FFF2D6")
_TOP = Alignment(vertical="top", wrap_text=True)
_COUNT = "#,##0"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a sheet: its heading, its width in characters, what a row has in it, and whether that counts ballots."""

    title: str
    width: int
    value: Callable[[Observation], Value]
    counts: bool = False


class Words:
    """The words of a workbook: in each of the survey's languages that has a catalogue, side by side."""

    def __init__(self, tags: Sequence[str]) -> None:
        readers = [language(tag, tags) for tag in tags]
        self.readers: tuple[Language, ...] = tuple(r for r in readers if r.spoken == r.tag) or (readers[0],)

    def both(self, key: str, **values: object) -> str:
        return " / ".join(dict.fromkeys(reader.word(key, **values) for reader in self.readers))

    def known(self, key: str, otherwise: str) -> str:
        return " / ".join(dict.fromkeys(reader.word_or(key, otherwise) for reader in self.readers))


def workbook(document: Json, survey: Survey, rows: Sequence[Observation], notes: Iterable[tuple[str, str]]) -> bytes:
    """The workbook. `notes` are (what, text) for its first sheet. The same input gives the same bytes."""
    words = Words(survey.languages)
    book = Workbook()
    first: Any = book.active
    _notes(first, document, words, notes)
    for key, chosen, heads in _sheets(document, survey, words):
        found = [row for row in rows if chosen(row)]
        if found:
            _table(book.create_sheet(words.both(f"sheet.{key}").replace("/", "·")), heads, found)
    _list(book.create_sheet(words.both("sheet.data").replace("/", "·")), document, survey.languages, rows)
    book.properties.title = survey.title[survey.language]
    book.properties.creator = survey.body.name[survey.language]
    return _packed(book, datetime.fromisoformat(document["published_at"]))


def _notes(sheet: Worksheet, document: Json, words: Words, notes: Iterable[tuple[str, str]]) -> None:
    sheet.title = words.both("sheet.notes").replace("/", "·")
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 100
    if document["simulated"]:
        notes = ((words.both("simulated.title"), words.both("simulated.text")), *notes)
    for line, (what, text) in enumerate(notes, 1):
        _write(sheet, line, (what, text))
        sheet.row_dimensions[line].height = _height((what, text), (34, 100))
    for row in sheet.iter_rows():
        row[0].font = _BOLD
        for cell in row:
            cell.alignment = _TOP
    _one_page_wide(sheet, "portrait")
    if document["simulated"]:
        for cell in sheet[1]:
            cell.fill = _WARN_FILL


def _sheets(
    document: Json, survey: Survey, words: Words
) -> Iterable[tuple[str, Callable[[Observation], bool], Sequence[Head]]]:
    titles = {group["id"]: group["title"] for group in document["groups"]}
    strata = {stratum.id: stratum.title for _, stratum in survey.strata.values()}

    def text(named: Any) -> str:
        picked = [reader.pick(named) for reader in words.readers] if named else []
        return " / ".join(dict.fromkeys(picked))

    def head(key: str, width: int, value: Callable[[Observation], Value]) -> Head:
        return Head(words.both(f"sheet.{key}"), width, value)

    first = words.readers[0]
    group = head("group", 60, lambda row: first.pick(titles[row.group]) if row.group else None)
    stratum = head("stratum", 36, lambda row: first.pick(strata[row.stratum]) if row.stratum in strata else row.stratum)
    figure = head("figure", 24, lambda row: words.known(f"figures.{row.figure}", row.figure))
    name = head("name", 70, lambda row: words.both("comparison.overall") if row.figure == "overall" else text(row.name))
    rule = replace(name, value=lambda row: words.known(f"rules.{row.id}", "") or name.value(row))
    limits = (head("low", 12, lambda row: row.low), head("high", 12, lambda row: row.high))
    base = replace(head("base", 12, lambda row: row.base), counts=True)
    status = head("status", 34, lambda row: words.known(f"statuses.{row.status}", row.status))
    reason = head("reason", 50, lambda row: "; ".join(words.known(f"reason.{code}", code) for code in row.reason.split()))
    broken = head("reason", 50, lambda row: "; ".join(words.known(f"break.{code}", code) for code in row.reason.split()))
    value = head("value", 14, lambda row: _told(row, words))
    measure = head("measure", 26, lambda row: words.known(f"measures.{row.measure}", row.measure))
    item = head("item", 44, lambda row: text(row.item_name) or row.item)
    verdict = head("verdict", 34, lambda row: words.known(f"verdict.{row.verdict}", "") if row.verdict else None)
    compared = ("index_before", "index_now", "difference", "p", "p_adjusted")
    yield (
        "indices",
        lambda row: row.measure == "index",
        (group, stratum, figure, rule, head("index", 14, value.value), *limits, base, status, reason),
    )
    yield "answers", lambda row: row.measure in ("answers", "no_opinion", "skipped"), (group, name, measure, item, value)
    yield "questions", lambda row: row.measure == "share", (group, figure, name, item, value, base, reason)
    yield "changes", lambda row: row.measure in compared, (group, figure, name, measure, value, *limits, verdict, broken)
    others = ("index", "answers", "no_opinion", "skipped", "share", *compared)
    counted = head("figure", 44, lambda row: words.known(f"equation.{row.id}", "") or figure.value(row))
    yield "counts", lambda row: row.measure not in others, (group, stratum, counted, name, measure, value, *limits)


def _told(row: Observation, words: Words) -> Value:
    """The value, or in words what is told in its place."""
    if row.value is not None:
        return row.value
    if row.status in ("suppressed", "break"):
        return words.both("figure.suppressed" if row.status == "suppressed" else "sheet.not_compared")
    number, key = (row.low, "figure.at_least") if row.status == "at-least" else (row.high, "figure.at_most")
    said = [
        reader.word(key, number=reader.whole_percent(number or 0) if row.unit == "percent" else reader.number(number or 0))
        for reader in words.readers
    ]
    return " / ".join(dict.fromkeys(said))


def _table(sheet: Worksheet, heads: Sequence[Head], rows: Sequence[Observation]) -> None:
    used = [head for head in heads if any(head.value(row) not in (None, "") for row in rows)]
    _write(sheet, 1, [head.title for head in used])
    for line, row in enumerate(rows, 2):
        values = [head.value(row) for head in used]
        _write(sheet, line, values, number_format(row))
        sheet.row_dimensions[line].height = _height(values, [head.width for head in used])
        for number, head in enumerate(used, 1):
            cell = sheet.cell(line, number)
            cell.alignment = _TOP
            if head.counts:
                cell.number_format = _COUNT
    _finish(sheet, [head.width for head in used])


def _list(sheet: Worksheet, document: Json, languages: Sequence[str], rows: Sequence[Observation]) -> None:
    """The same rows and columns as in the CSV."""
    heads = columns(languages)
    _write(sheet, 1, [column.name for column in heads])
    for line, row in enumerate(rows, 2):
        names = [named.get(tag) for named in (row.name, row.item_name) for tag in languages]
        about = (document["survey"], document["edition"], row.group, row.stratum, row.figure, row.id, row.item)
        told = (row.measure, row.unit, row.value, row.low, row.high, row.base, row.status, row.reason, row.verdict)
        _write(sheet, line, [*about, *told, *names])
    _finish(sheet, [18 if column.type == "string" else 10 for column in heads])


def number_format(row: Observation) -> str:
    """How a spreadsheet shows the numbers of a row: with the decimals that the base allows."""
    if row.unit == "ratio":
        return "0.000" if row.measure in ("p", "p_adjusted") else "0.00"
    if row.unit in ("percent", "points"):
        places = 1 if row.base is None else decimals(row.base)
        sign = "+0{0};\u22120{0};0{0}" if row.unit == "points" else "0{0}"
        return sign.format("." + "0" * places if places else "")
    return _COUNT


def _write(sheet: Worksheet, line: int, values: Sequence[Value], shown: str = "General") -> None:
    for number, value in enumerate(values, 1):
        if value in (None, ""):
            continue
        cell: Any = sheet.cell(line, number)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
            cell.quotePrefix = value[:1] in "=+-@"
        else:
            cell.value = value
            cell.number_format = shown
        cell.font = _PLAIN


def _finish(sheet: Worksheet, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for cell in sheet[1]:
        cell.font, cell.fill, cell.alignment = _HEAD, _HEAD_FILL, Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.row_dimensions[1].height = 32
    _one_page_wide(sheet, "landscape")


def _height(values: Sequence[Value], widths: Sequence[int]) -> float:
    """The height of a row whose texts are broken into lines, in points: programs that do not measure it themselves need one."""
    lines = [
        sum(ceil(max(len(part), 1) * 1.1 / width) for part in value.split("\n"))
        for value, width in zip(values, widths, strict=True)
        if isinstance(value, str)
    ]
    return 15.0 * max(lines, default=1)


def _one_page_wide(sheet: Worksheet, orientation: Literal["landscape", "portrait"]) -> None:
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _packed(book: Workbook, made_at: datetime) -> bytes:
    """The workbook's bytes, without the moment of packing in them: that of publication stands there instead."""
    packed = io.BytesIO()
    book.save(packed)
    stamp = made_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    result = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return result.getvalue()
