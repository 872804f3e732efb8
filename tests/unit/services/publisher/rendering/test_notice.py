"""The notice against Decree 30/2020/NĐ-CP, annex I: its page, its type, its components in order, and what it says."""

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import pdfplumber
import pytest
from pdfplumber.page import Page
from pypdf import PdfReader

from services.publisher.rendering.notice import most_wanted, render_notice
from shared.domain.results import ChoiceShare
from shared.domain.survey import Survey
from tests.unit.services.publisher.example import bentre, edition_of, wide_survey

MM = 72 / 25.4
SIMULATED = replace(bentre(), simulated=True)
ADDRESS = "https://khaosat.example.vn/surveys/sct-bentre-2022"
COMPONENTS = (
    "UBND TỈNH BẾN TRE",
    "SỞ CÔNG THƯƠNG",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số:",
    "Bến Tre, ngày",
    "THÔNG BÁO",
    "Kết quả khảo sát mức độ hài lòng",
    "Căn cứ Kế hoạch",
    "Sở Công Thương thông báo kết quả khảo sát như sau:",
    "1. Thời gian, đối tượng và cách thực hiện",
    "2. Kết quả chung",
    "3. Kết quả theo 05 yếu tố",
    "4. So với lần khảo sát trước",
    "5. Nội dung được mong đợi cải thiện nhiều nhất",
    "6. Việc Sở Công Thương sẽ làm",
    "7. Nơi góp ý",
    "./.",
    "Nơi nhận:",
    "- Lưu: VT.",
)


@cache
def pdf() -> bytes:
    return render_notice(edition_of(bentre()), bentre(), ADDRESS)


@contextmanager
def opened(content: bytes | None = None) -> Iterator[list[Page]]:
    with pdfplumber.open(io.BytesIO(pdf() if content is None else content)) as document:
        yield document.pages


def text(content: bytes | None = None) -> str:
    pages = PdfReader(io.BytesIO(pdf() if content is None else content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def line_of(page: Page, start: str) -> Mapping[str, Any]:
    """The characters that spell `start` on the page: font, size, and where they begin and end."""
    (found, *_) = page.search(re.escape(start))
    return {**found, "font": found["chars"][0]["fontname"].split("+")[-1], "size": round(found["chars"][0]["size"], 1)}


def printed(page: Page) -> list[dict[str, Any]]:
    """The characters that leave ink."""
    return [char for char in page.chars if char["text"].strip()]


def changed(**changes: Any) -> str:
    return text(render_notice(edition_of(bentre(), **changes), bentre()))


def test_the_page_is_a4_upright() -> None:
    with opened() as pages:
        assert {(round(page.width / MM), round(page.height / MM)) for page in pages} == {(210, 297)}


def test_the_text_keeps_the_margins() -> None:
    with opened() as pages:
        chars = [char for page in pages for char in printed(page) if char["top"] > 19 * MM]
    assert min(char["x0"] for char in chars) / MM == pytest.approx(30, abs=0.2)
    assert max(char["x1"] for char in chars) / MM <= 195.2
    assert max(char["bottom"] for char in chars) / MM <= 277.2


def test_page_numbers_are_centred_in_the_top_margin_from_the_second_page_on() -> None:
    with opened() as pages:
        numbers = [[char for char in page.chars if char["bottom"] < 20 * MM] for page in pages]
        (second,) = numbers[1]
    assert (numbers[0], second["text"], round(second["size"])) == ([], "2", 13)
    assert (second["x0"] + second["x1"]) / 2 / MM == pytest.approx(30 + 165 / 2, abs=0.5)


def test_all_type_is_black_and_has_the_metrics_of_times_new_roman() -> None:
    with opened() as pages:
        chars = [char for page in pages for char in page.chars]
    assert {char["fontname"].split("+")[-1].split("-")[0] for char in chars} == {"LiberationSerif"}
    assert {tuple(char["non_stroking_color"]) for char in chars} <= {(0,), (0, 0, 0), (0, 0, 0, 1)}


def test_every_font_is_embedded() -> None:
    reader = PdfReader(io.BytesIO(pdf()))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in descriptors)


@pytest.mark.parametrize(
    ("start", "font", "sizes"),
    [
        ("CỘNG HÒA", "LiberationSerif-Bold", (12, 13)),
        ("Độc lập", "LiberationSerif-Bold", (13, 14)),
        ("UBND TỈNH", "LiberationSerif", (12, 13)),
        ("SỞ CÔNG THƯƠNG", "LiberationSerif-Bold", (12, 13)),
        ("Số:", "LiberationSerif", (13, 13)),
        ("Bến Tre, ngày", "LiberationSerif-Italic", (13, 14)),
        ("THÔNG BÁO", "LiberationSerif-Bold", (13, 14)),
        ("Kết quả khảo sát mức độ", "LiberationSerif-Bold", (13, 14)),
        ("Căn cứ", "LiberationSerif-Italic", (13, 14)),
        ("1. Thời gian, đối tượng", "LiberationSerif-Bold", (13, 14)),
        ("a) Thời gian", "LiberationSerif", (13, 14)),
    ],
)
def test_each_component_has_its_style_and_size(start: str, font: str, sizes: tuple[int, int]) -> None:
    with opened() as pages:
        found = line_of(pages[0], start)
    assert found["font"] == font
    assert sizes[0] <= found["size"] <= sizes[1]


def test_recipients_are_set_in_twelve_and_eleven() -> None:
    with opened() as pages:
        head, first = line_of(pages[-1], "Nơi nhận:"), line_of(pages[-1], "- Lưu: VT")
    assert (head["font"], head["size"]) == ("LiberationSerif-BoldItalic", 12)
    assert (first["font"], first["size"]) == ("LiberationSerif", 11)


def test_the_rule_under_the_motto_is_as_long_as_the_motto() -> None:
    with opened() as pages:
        motto = line_of(pages[0], "Độc lập - Tự do - Hạnh phúc")
        rule = next(line for line in pages[0].lines if line["x0"] > 105 * MM and line["top"] < 40 * MM)
    assert rule["x1"] - rule["x0"] == pytest.approx(motto["x1"] - motto["x0"], abs=1)
    assert (rule["x0"] + rule["x1"]) / 2 == pytest.approx((motto["x0"] + motto["x1"]) / 2, abs=1)


@pytest.mark.parametrize(("start", "nth"), [("SỞ CÔNG THƯƠNG", 0), ("Sở Công Thương Bến Tre năm 2022", -1)])
def test_the_rules_under_issuer_and_summary_are_a_third_to_half_of_the_text(start: str, nth: int) -> None:
    with opened() as pages:
        own = line_of(pages[0], start)
        summary = line_of(pages[0], "Kết quả khảo sát mức độ hài lòng của tổ chức, cá nhân đối với sự phục vụ của")
        rules = [line for line in pages[0].lines if line["top"] == line["bottom"] and line["top"] > own["bottom"]]
    rule = min(rules, key=lambda line: (line["top"] - own["bottom"], line["x0"]))
    above = {0: own, -1: summary}[nth]
    assert 1 / 3 <= (rule["x1"] - rule["x0"]) / (above["x1"] - above["x0"]) <= 1 / 2
    assert (rule["x0"] + rule["x1"]) / 2 == pytest.approx((own["x0"] + own["x1"]) / 2, abs=1)


def test_number_and_date_stand_on_one_line_and_are_left_blank() -> None:
    with opened() as pages:
        number, date = line_of(pages[0], "Số:"), line_of(pages[0], "Bến Tre, ngày")
    assert number["chars"][0]["bottom"] == pytest.approx(date["chars"][0]["bottom"], abs=0.5)
    assert re.search(r"Số: */TB-SCT +Bến Tre, ngày +tháng +năm +THÔNG BÁO", text())


def test_the_components_stand_in_the_order_of_the_decree() -> None:
    said = text()
    places = [said.find(component) for component in COMPONENTS]
    assert -1 not in places
    assert places == sorted(places)


def test_the_text_extracts_as_composed_vietnamese() -> None:
    assert unicodedata.is_normalized("NFC", text())


def test_the_file_is_tagged_vietnamese_pdf_a() -> None:
    root = PdfReader(io.BytesIO(pdf())).trailer["/Root"]  # type: ignore[index]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == ("vi", True, True)
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata


def test_the_notice_of_two_groups_fits_two_pages() -> None:
    with opened() as pages:
        assert len(pages) == 2


def test_the_same_edition_gives_the_same_notice_to_the_byte() -> None:
    assert render_notice(edition_of(bentre()), bentre(), ADDRESS) == pdf()


def test_each_group_has_its_figure_with_its_doubt() -> None:
    assert "92% (toàn bộ 26 đối tượng đã trả lời, không có sai số chọn mẫu)" in text()
    assert "88,7% (khoảng tin cậy 95%: từ 79,2% đến 94,1%)" in text()


def test_ballots_too_incomplete_to_count_are_told() -> None:
    assert "thu về 60 phiếu trên chỉ tiêu 60 phiếu (đạt 100%), trong đó 58 phiếu trả lời đủ" in text()


def test_without_an_earlier_survey_no_change_is_claimed() -> None:
    assert "không kết luận tăng hay giảm" in text()


def test_what_people_want_is_ranked() -> None:
    assert "rút ngắn thời gian (66,7%); bớt giấy tờ (53,3%); công khai thông tin rõ hơn (42,7%)." in text()


def test_choices_that_tie_with_the_last_place_are_all_named() -> None:
    choices = [ChoiceShare(name, {}, share) for name, share in [("a", 10.0), ("b", 30.0), ("c", 10.0), ("d", 10.0), ("e", 0.0)]]
    assert [choice.id for choice in most_wanted(choices, 2)] == ["b", "a", "c", "d"]


def expectation(shares: dict[str, float | None]) -> str:
    """The notice where people wanted `shares` of choices, in the second group."""
    groups = edition_of(bentre())["groups"]
    (question,) = (each for each in groups[1]["questions"] if each["role"] == "expectation")
    question["choices"] = [{**choice, "share": shares.get(choice["id"], 0.0)} for choice in question["choices"]]
    return changed(groups=groups)


def test_something_else_is_not_a_thing_to_improve() -> None:
    assert "trong năm 2022: bớt giấy tờ (20,0%)." in expectation({"E10": 90.0, "E2": 20.0})


def test_a_ranking_with_hidden_choices_says_that_it_is_of_those_shown() -> None:
    assert "trong năm 2022: trong các nội dung công bố được, bớt giấy tờ (20,0%)." in expectation({"E1": None, "E2": 20.0})


def test_nothing_is_wanted_where_nobody_picked_anything() -> None:
    assert most_wanted([ChoiceShare("a", {}, None), ChoiceShare("b", {}, 0.0)]) == []


def test_a_hidden_overall_index_is_said_to_be_hidden_and_why() -> None:
    groups = edition_of(bentre())["groups"]
    groups[1]["overall"] = {"suppressed": True, "reason": "base"}
    assert "không công bố, vì số phiếu quá ít" in changed(groups=groups)


@pytest.mark.parametrize(("survey", "said"), [(SIMULATED, 3), (bentre(), 0)])
def test_simulated_results_say_so_on_every_page_and_real_ones_do_not(survey: Survey, said: int) -> None:
    assert text(render_notice(edition_of(survey), survey)).count("SỐ LIỆU MÔ PHỎNG") == said


def test_what_looks_like_markup_in_a_plan_is_printed_as_it_stands() -> None:
    title = '#panic("x") *b* $a$ <l> @r \\ //c'
    assert f"Kết quả {title}" in changed(title={"vi": title})


@pytest.mark.parametrize(("factors", "levels", "strata"), [(2, 3, 1), (12, 5, 4)])
def test_any_number_of_factors_is_laid_out_within_the_margins(factors: int, levels: int, strata: int) -> None:
    survey = wide_survey(factors, levels, strata)
    with opened(render_notice(edition_of(survey), survey)) as pages:
        rights = [char["x1"] for page in pages for char in printed(page)]
    assert max(rights) / MM <= 195.2


def test_a_body_without_a_superior_has_none_on_its_letterhead_or_list() -> None:
    survey = replace(bentre(), body=replace(bentre().body, superior=None), grounds=())
    said = text(render_notice(edition_of(survey), survey))
    assert "UBND" not in said
    assert "để báo cáo" not in said
    assert "Căn cứ" not in said
