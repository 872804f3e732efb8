"""DOCX documents against Decree 30/2020/NĐ-CP, annex I, and what a clerk needs to finish them in a word processor."""

import re
import unicodedata
from collections.abc import Iterator

import pytest
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.styles.style import ParagraphStyle

from tests.unit.services.publisher.rendering.documents.made import edition, made, opened, package, words_of
from tests.unit.services.publisher.rendering.documents.test_decree_in_print import COMPONENTS, MM, line_of

VIETNAMESE = ("notice.docx", "report.docx", "plan.docx")
ALL = (*VIETNAMESE, "notice.en.docx", "report.en.docx", "plan.en.docx")


def style(name: str, called: str) -> ParagraphStyle:
    found = package(name).styles[called]
    assert isinstance(found, ParagraphStyle)
    return found


def values(name: str, tag: str, attribute: str) -> Iterator[str]:
    """The values of an attribute of all elements of a kind in the document."""
    for element in package(name).element.body.iter(qn(tag)):
        yield element.get(qn(attribute))


def paragraph_that_says(name: str, start: str):  # type: ignore[no-untyped-def]
    for each in package(name).element.body.iter(qn("w:p")):
        if "".join(run.text or "" for run in each.iter(qn("w:t"))).startswith(start):
            return each
    raise AssertionError(start)


def size_of(name: str, start: str) -> float:
    """The size of the type of the paragraph that starts so, in points."""
    paragraph = paragraph_that_says(name, start)
    own = [each.get(qn("w:val")) for each in paragraph.iter(qn("w:sz"))]
    if own:
        return int(own[0]) / 2
    named = next((each.get(qn("w:val")) for each in paragraph.iter(qn("w:pStyle"))), "Normal")
    sizes = [s.font.size for s in package(name).styles if s.style_id == named and isinstance(s, ParagraphStyle)]
    return sizes[0].pt if sizes and sizes[0] is not None else 13.0


@pytest.mark.parametrize("name", ALL)
def test_every_section_is_a4_with_the_decrees_margins(name: str) -> None:
    for section in package(name).sections:
        assert [round(length.mm) for length in (section.page_width, section.page_height) if length is not None] == [210, 297]
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(margin.mm) for margin in margins if margin is not None] == [20, 20, 30, 15]


@pytest.mark.parametrize("name", ALL)
def test_page_numbers_are_centred_in_the_header_from_the_second_page_on(name: str) -> None:
    first = package(name).sections[0]
    assert first.different_first_page_header_footer
    assert "".join(paragraph.text for paragraph in first.first_page_header.paragraphs) == ""
    fields = [field.get(qn("w:instr")) for field in first.header._element.iter(qn("w:fldSimple"))]
    assert [field.strip() for field in fields] == ["PAGE"]
    assert (style(name, "Header").font.size, style(name, "Header").paragraph_format.alignment) == (Pt(13), 1)


def test_each_annex_is_a_section_that_counts_its_own_pages() -> None:
    starts = [section._sectPr.find(qn("w:pgNumType")) for section in package("report.docx").sections]
    assert starts[0] is None
    assert [start.get(qn("w:start")) for start in starts[1:]] == ["1"] * 5


@pytest.mark.parametrize("name", ALL)
def test_the_font_is_times_new_roman_everywhere(name: str) -> None:
    defaults = package(name).styles.element.find(qn("w:docDefaults"))
    fonts = next(defaults.iter(qn("w:rFonts")))
    assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    assert not list(values(name, "w:rFonts", "w:ascii"))


@pytest.mark.parametrize(
    ("start", "least", "most"),
    [
        ("CỘNG HÒA", 12, 13), ("Độc lập", 13, 14), ("UBND TỈNH", 12, 13), ("SỞ CÔNG THƯƠNG", 12, 13), ("Số:", 13, 13),
        ("Bến Tre, ngày", 13, 14), ("BÁO CÁO", 13, 14), ("Kết quả khảo sát", 13, 14), ("Kính gửi", 13, 14),
        ("Căn cứ", 13, 14), ("Khái quát", 13, 14), ("Mục đích và phạm vi", 13, 14), ("Thời gian:", 13, 14),
        ("Nơi nhận:", 12, 12), ("- Như trên", 11, 11), ("Phụ lục I", 14, 14), ("(Kèm theo", 13, 14),
    ],
)  # fmt: skip
def test_each_component_has_its_size(start: str, least: float, most: float) -> None:
    assert least <= size_of("report.docx", start) <= most


@pytest.mark.parametrize("name", VIETNAMESE)
def test_the_body_is_justified_with_indented_first_lines_and_six_points_between(name: str) -> None:
    normal = style(name, "Normal").paragraph_format
    assert (normal.alignment, normal.space_after) == (3, Pt(6))
    assert normal.first_line_indent is not None
    assert 10 <= round(normal.first_line_indent.mm, 1) <= 12.7
    assert style(name, "Normal").element.find(qn("w:pPr")).find(qn("w:spacing")).get(qn("w:line")) == "240"


@pytest.mark.parametrize("name", VIETNAMESE)
def test_the_components_stand_in_the_order_of_the_decree(name: str) -> None:
    said, at = words_of(name).upper(), 0
    for component in COMPONENTS[name.replace("docx", "pdf")]:
        found = said.find(re.sub(r"^([IVX]+|\d)\. ", "", component).upper(), at)
        assert found >= 0, component
        at = found


def test_the_rules_are_as_long_as_the_decree_says() -> None:
    table = package("notice.docx").tables[0]
    rules = [cell._element.findall(qn("w:p"))[-1].find(qn("w:pPr")) for cell in table.rows[0].cells]
    assert all(rule.find(qn("w:pBdr")) is not None for rule in rules)
    sides = [2 * int(rule.find(qn("w:ind")).get(qn("w:left"))) / 1440 * 25.4 for rule in rules]
    with opened(made()["notice.pdf"], 1) as (page,):
        lines = [line_of(page, start) for start in ("SỞ CÔNG THƯƠNG", "Độc lập - Tự do - Hạnh phúc")]
    issuer, motto = ((line["x1"] - line["x0"]) / MM for line in lines)
    assert 1 / 3 <= (67 - sides[0]) / issuer <= 1 / 2
    assert 98 - sides[1] == pytest.approx(motto, abs=0.5)


@pytest.mark.parametrize("name", ["report.docx", "report.en.docx"])
def test_headings_have_levels_and_number_themselves(name: str) -> None:
    for called, level in (("Heading 1", "0"), ("Heading 2", "1")):
        properties = style(name, called).element.find(qn("w:pPr"))
        assert properties.find(qn("w:outlineLvl")).get(qn("w:val")) == level
        assert properties.find(qn("w:numPr")).find(qn("w:ilvl")).get(qn("w:val")) == level
    formats = [each.get(qn("w:val")) for each in package(name).part.numbering_part.element.iter(qn("w:numFmt"))]
    assert formats == ["upperRoman", "decimal"]
    assert list(values(name, "w:pStyle", "w:val")).count("Heading1") == 6


@pytest.mark.parametrize("name", ["notice.docx", "report.docx"])
def test_tables_repeat_their_heads_and_break_no_row(name: str) -> None:
    tables = [style.getparent().getparent() for style in package(name).element.body.iter(qn("w:tblStyle"))]
    assert tables
    for table in tables:
        rows = table.findall(qn("w:tr"))
        assert rows[0].find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in rows)


def test_every_chart_is_a_picture_with_words_that_say_what_it_shows() -> None:
    pictures = list(package("report.docx").element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 6
    assert all(picture.get("descr") and picture.get("title") for picture in pictures)
    assert "94,3%" in " ".join(picture.get("descr") for picture in pictures)


@pytest.mark.parametrize(("name", "language"), [(name, "en-GB" if ".en." in name else "vi-VN") for name in ALL])
def test_the_language_of_proofing_and_of_the_file_are_those_of_the_words(name: str, language: str) -> None:
    found = package(name)
    assert next(found.styles.element.iter(qn("w:lang"))).get(qn("w:val")) == language
    assert found.core_properties.language == language
    assert found.core_properties.title
    assert found.core_properties.author


def test_number_date_and_signer_are_blank() -> None:
    said = words_of("notice.docx").replace("\u00a0", " ")
    assert "Số: /TB-SCT" in said
    assert "Bến Tre, ngày tháng năm" in said
    assert said.rstrip().endswith("……………………………")


@pytest.mark.parametrize("name", ALL)
def test_the_text_is_composed_letters(name: str) -> None:
    assert unicodedata.is_normalized("NFC", words_of(name))


def test_simulated_figures_are_marked_in_every_footer() -> None:
    section = package("report.docx").sections[0]
    marks = [footer.paragraphs[0].text for footer in (section.footer, section.first_page_footer)]
    assert marks == ["SỐ LIỆU MÔ PHỎNG – KHÔNG PHẢI KẾT QUẢ THẬT"] * 2


def test_the_file_names_no_time_of_its_making() -> None:
    assert str(package("notice.docx").core_properties.created)[:19] == str(edition()["published_at"])[:19].replace("T", " ")
    assert b"2013" not in made()["notice.docx"][:200]
