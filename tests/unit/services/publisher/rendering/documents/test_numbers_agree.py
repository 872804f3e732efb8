"""Every percentage and difference in every document and language is one of the edition's, rounded as its base allows."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from services.publisher.rendering.comparing import signed
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.parts import Annex, Document, Paragraph, Section, Table
from services.publisher.rendering.documents.report import report
from services.publisher.rendering.documents.words import reader
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.language import Language
from tests.unit.services.publisher.rendering.documents.made import SIMULATED, edition, made, text, words_of

NAMES = ("notice.pdf", "report.pdf", "notice.docx", "report.docx")
SETTINGS = {50, 95, 100, 5, 20}
"""Percentages that are no figures: of the method, of the rules that the documents explain, of a chart's scale."""


def figures(node: Any, words: Language, base: int = 0) -> Iterator[str]:
    """Every percentage of the edition as it may be read: with the decimals of the base that stands nearest above it."""
    if isinstance(node, Mapping):
        own = next(
            (int(node[key]) for key in ("base", "importance_ballots", "ballots") if isinstance(node.get(key), int)), base
        )
        for key, value in node.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield words.percent(value, own)
                yield words.percent(100 * value, own) if key in ("weight",) or abs(value) <= 1 else ""
                yield words.whole_percent(value)
                yield words.whole_percent(round(100 * value)) if key == "r_squared" else ""
            else:
                yield from figures(value, words, own)
    elif isinstance(node, list):
        for each in node:
            yield from figures(each, words, base)


def allowed(words: Language) -> set[str]:
    told = {each for group in edition()["groups"] for each in figures(group, words)}
    for group in edition()["groups"]:
        whole = group["ballots"] - group["incomplete"]
        for criterion in group["criteria"]:
            told |= {words.percent(criterion[key], whole) for key in ("no_opinion", "skipped") if criterion[key] is not None}
        for question in group["questions"]:
            told |= {words.percent(c["share"], question["base"]) for c in question["choices"] if c["share"] is not None}
        for factor, weight in (group["quality"].get("importance") or {}).items():
            assert factor
            told.add(words.percent(100 * weight, group["ballots"]))
    told |= {each for row in edition()["comparison"] for each in figures(row, words)}
    return told | {words.whole_percent(setting) for setting in SETTINGS}


def said(name: str) -> str:
    return text(made()[name]) if name.endswith("pdf") else words_of(name)


@pytest.mark.parametrize("name", [*NAMES, *(name.replace(".", ".en.", 1) for name in NAMES)])
def test_every_percentage_is_one_of_the_editions(name: str) -> None:
    words = reader("en" if ".en." in name else "vi")
    mark = re.escape(words.words["format.decimal"])
    found = set(re.findall(rf"\d+(?:{mark}\d+)?%", said(name)))
    assert len(found) > 10
    assert found <= allowed(words)


@pytest.mark.parametrize("name", [*NAMES, *(name.replace(".", ".en.", 1) for name in NAMES)])
def test_every_difference_is_one_of_the_comparisons(name: str) -> None:
    words = reader("en" if ".en." in name else "vi")
    mark = re.escape(words.words["format.decimal"])
    rows = [row for row in edition()["comparison"] if "difference" in row]
    bases = [min(row["before"]["base"], row["now"]["base"]) for row in rows]
    told = {
        signed(row[key], base, words) for row, base in zip(rows, bases, strict=True) for key in ("difference", "low", "high")
    }
    ticks = {"+15", "−15", "+30", "−30", "+10", "−10", "+5", "−5", "+20", "−20", "+40", "−40"}
    found = set(re.findall(rf"(?<![\w+])[+−]\d+(?:{mark}\d+)?", said(name)))
    assert found
    assert found - ticks <= told


def tables(parts: Document | Section | Annex) -> Iterator[Table]:
    blocks = () if isinstance(parts, Document) else parts.blocks
    yield from (block for block in blocks if isinstance(block, Table))
    for section in (*parts.sections, *(parts.annexes if isinstance(parts, Document) else ())):
        yield from tables(section)


def titled(start: str, tag: str = "vi") -> list[Table]:
    words = report(read_edition(edition()), SIMULATED, tag, Given())
    return [table for table in tables(words) if table.caption.startswith(start)]


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_each_factor_and_criterion_stands_with_its_own_figure(tag: str) -> None:
    words = reader(tag)
    starts = {"vi": ("Chỉ số theo yếu tố", "Chỉ số theo tiêu chí"), "en": ("Index by factor", "Index by criterion")}[tag]
    for start, key, name in zip(starts, ("factors", "criteria"), ("title", "text"), strict=True):
        for group, table in zip(edition()["groups"], titled(start, tag), strict=True):
            rows = {row[0]: row[1] for part in table.parts for row in part.rows}
            shown = {each[name][tag]: words.percent(each["index"], each["base"]) for each in group[key] if "index" in each}
            assert shown
            assert {title: rows[title] for title in shown} == shown


def test_levels_are_the_counts_of_the_edition() -> None:
    (table,) = titled("Số câu trả lời theo từng mức")
    rows = {row[0]: row[1:6] for part in table.parts for row in part.rows}
    for criterion in edition()["groups"][1]["criteria"]:
        levels = criterion.get("levels")
        assert rows[criterion["text"]["vi"]] == tuple(str(levels[str(n)]) if levels else "–" for n in range(1, 6))


def test_the_certificate_holds_the_equation_and_the_root() -> None:
    words = report(read_edition(edition()), SIMULATED, "vi", Given())
    told = " ".join(block.text for block in words.annexes[-1].blocks if isinstance(block, Paragraph))
    assert "86 phiếu đã nhận = 86 đã xử lý + 0 đang chờ." in told
    assert "86 phiếu đã xử lý = 86 được tính + 0 vượt chỉ tiêu." in told
    assert edition()["register"]["root"] in told.replace(" ", "")
