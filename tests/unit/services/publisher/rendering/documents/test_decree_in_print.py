"""PDF documents against Decree 30/2020/NĐ-CP, annex I: page, type, components and their order; and the archival format."""

import io
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from pdfplumber.page import Page
from pypdf import PdfReader

from tests.unit.services.publisher.rendering.documents.made import example_notice, made, opened, text, texts

MM = 72 / 25.4
VIETNAMESE = ("notice.pdf", "report.pdf", "plan.pdf")
ALL = (*VIETNAMESE, "notice.en.pdf", "report.en.pdf", "plan.en.pdf")
HEAD = (
    "UBND TỈNH BẾN TRE",
    "SỞ CÔNG THƯƠNG",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số:",
)
COMPONENTS = {
    "notice.pdf": (
        *HEAD, "/TB-SCT", "Bến Tre, ngày", "THÔNG BÁO", "Kết quả khảo sát mức độ hài lòng", "Căn cứ Kế hoạch",
        "thông báo kết quả khảo sát như sau:", "1. Thời gian, đối tượng và cách thực hiện", "2. Kết quả chung",
        "3. Kết quả theo 05 yếu tố", "4. So với lần khảo sát trước", "5. Nội dung được mong đợi cải thiện nhiều nhất",
        "6. Việc Sở Công Thương sẽ làm", "7. Nơi góp ý", "./.", "Nơi nhận:", "- Lưu: VT.",
    ),
    "report.pdf": (
        *HEAD, "/BC-SCT", "Bến Tre, ngày", "BÁO CÁO", "Kết quả khảo sát mức độ hài lòng",
        "Kính gửi: Ủy ban nhân dân tỉnh Bến Tre.", "Căn cứ Kế hoạch", "báo cáo kết quả khảo sát như sau:", "I. KHÁI QUÁT",
        "1. Mục đích và phạm vi", "2. Mẫu và số phiếu thu về", "3. Phiếu hỏi, thang đo và cách tính",
        "4. Bảo mật và quy tắc công bố", "II. KẾT QUẢ", "1. Kết quả chung", "2. Nhóm 1:", "a) Theo yếu tố", "b) Theo tiêu chí",
        "c) Theo lĩnh vực, khối", "d) Nhận định", "đ) Nội dung mong được cải thiện", "III. SO VỚI LẦN KHẢO SÁT TRƯỚC",
        "IV. CHẤT LƯỢNG PHÉP ĐO VÀ THỨ TỰ ƯU TIÊN", "V. HẠN CHẾ VÀ VẤN ĐỀ CÒN ĐỂ NGỎ", "VI. GIẢI PHÁP, KIẾN NGHỊ", "./.",
        "Nơi nhận:", "- Như trên;", "- Lưu: VT.", "Phụ lục I PHIẾU HỎI", "Phụ lục II BẢNG SỐ LIỆU",
        "Phụ lục III CÔNG BỐ MINH BẠCH", "Phụ lục IV BÁO CÁO CHẤT LƯỢNG", "Phụ lục V CHỨNG NHẬN KIỂM ĐẾM PHIẾU",
    ),
    "plan.pdf": (
        *HEAD, "/TB-SCT", "Bến Tre, ngày", "THÔNG BÁO", "Kế hoạch khảo sát mức độ hài lòng", "Căn cứ Kế hoạch", "1. Mục đích",
        "2. Đối tượng", "3. Thời gian", "4. Nội dung hỏi", "5. Cách trả lời", "6. Bảo mật", "7. Công bố kết quả",
        "8. Liên hệ, góp ý", "./.", "Nơi nhận:",
    ),
}  # fmt: skip


def line_of(page: Page, start: str) -> Mapping[str, Any]:
    """The characters that spell `start` on the page: font, size, and where they begin and end."""
    (found, *_) = page.search(re.escape(start))
    return {**found, "font": found["chars"][0]["fontname"].split("+")[-1], "size": round(found["chars"][0]["size"], 1)}


def printed(page: Page) -> list[dict[str, Any]]:
    """The characters that leave ink below the header."""
    return [char for char in page.chars if char["text"].strip() and char["top"] > 19 * MM]


@pytest.mark.parametrize("name", ALL)
def test_every_page_is_a4_upright(name: str) -> None:
    boxes = [page.mediabox for page in PdfReader(io.BytesIO(made()[name])).pages]
    assert {(round(float(box.width) / MM), round(float(box.height) / MM)) for box in boxes} == {(210, 297)}


@pytest.mark.parametrize(
    ("name", "pages"), [("notice.pdf", (1, 2)), ("notice.en.pdf", (1, 2)), ("report.pdf", (1, 2, 4, 11, 19))]
)
def test_text_tables_and_charts_keep_the_margins(name: str, pages: tuple[int, ...]) -> None:
    with opened(made()[name], *pages) as found:
        chars = [char for page in found for char in printed(page) if char["bottom"] < 278 * MM]
        lines = [line for page in found for line in page.lines]
    assert min(char["x0"] for char in chars) / MM == pytest.approx(30, abs=0.3)
    assert max(char["x1"] for char in chars) / MM <= 195.2
    assert max(char["bottom"] for char in chars) / MM <= 277.2
    assert all(line["x0"] / MM >= 29.8 and line["x1"] / MM <= 195.2 for line in lines)


@pytest.mark.parametrize("name", VIETNAMESE)
def test_page_numbers_are_centred_in_the_top_margin_from_the_second_page_on(name: str) -> None:
    with opened(made()[name], 1, 2) as pages:
        numbers = [[char for char in page.chars if char["bottom"] < 20 * MM] for page in pages]
    (second,) = numbers[1]
    assert (numbers[0], second["text"], round(second["size"])) == ([], "2", 13)
    assert (second["x0"] + second["x1"]) / 2 / MM == pytest.approx(30 + 165 / 2, abs=0.5)


def test_annexes_number_their_own_pages() -> None:
    starts = [page.split("\n")[0] for page in texts(made()["report.pdf"])]
    first = next(n for n, start in enumerate(starts) if start.startswith("Phụ lục I"))
    assert (starts[first - 1], starts[first + 1]) == (str(first), "2")
    assert sum(start.startswith("Phụ lục") for start in starts) == 5


@pytest.mark.parametrize("name", VIETNAMESE)
def test_all_type_is_black_and_has_the_metrics_of_times_new_roman(name: str) -> None:
    with opened(made()[name], 1, 2) as pages:
        chars = [char for page in pages for char in page.chars]
    assert {char["fontname"].split("+")[-1].split("-")[0] for char in chars} == {"LiberationSerif"}
    assert {tuple(char["non_stroking_color"]) for char in chars} <= {(0,), (0, 0, 0), (0, 0, 0, 1)}


@pytest.mark.parametrize("name", ALL)
def test_every_font_is_embedded(name: str) -> None:
    reader = PdfReader(io.BytesIO(made()[name]))
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
        ("BÁO CÁO", "LiberationSerif-Bold", (13, 14)),
        ("Kết quả khảo sát mức độ", "LiberationSerif-Bold", (13, 14)),
        ("Kính gửi:", "LiberationSerif", (13, 14)),
        ("Căn cứ", "LiberationSerif-Italic", (13, 14)),
        ("I. KHÁI QUÁT", "LiberationSerif-Bold", (13, 14)),
        ("1. Mục đích và phạm vi", "LiberationSerif-Bold", (13, 14)),
        ("Thời gian:", "LiberationSerif", (13, 14)),
    ],
)
def test_each_component_has_its_style_and_size(start: str, font: str, sizes: tuple[int, int]) -> None:
    with opened(made()["report.pdf"], 1) as pages:
        found = line_of(pages[0], start)
    assert found["font"] == font
    assert sizes[0] <= found["size"] <= sizes[1]


def test_recipients_are_set_in_twelve_and_eleven() -> None:
    with opened(made()["notice.pdf"], 2) as pages:
        head, first = line_of(pages[-1], "Nơi nhận:"), line_of(pages[-1], "- Lưu: VT")
    assert (head["font"], head["size"]) == ("LiberationSerif-BoldItalic", 12)
    assert (first["font"], first["size"]) == ("LiberationSerif", 11)


def test_the_rule_under_the_motto_is_as_long_as_the_motto() -> None:
    with opened(example_notice(), 1) as pages:
        motto = line_of(pages[0], "Độc lập - Tự do - Hạnh phúc")
        rule = next(line for line in pages[0].lines if line["x0"] > 105 * MM and line["top"] < 40 * MM)
    assert rule["x1"] - rule["x0"] == pytest.approx(motto["x1"] - motto["x0"], abs=1)
    assert (rule["x0"] + rule["x1"]) / 2 == pytest.approx((motto["x0"] + motto["x1"]) / 2, abs=1)


@pytest.mark.parametrize(("start", "nth"), [("SỞ CÔNG THƯƠNG", 0), ("Sở Công Thương Bến Tre năm 2022", -1)])
def test_the_rules_under_issuer_and_summary_are_a_third_to_half_of_the_text(start: str, nth: int) -> None:
    with opened(example_notice(), 1) as pages:
        own = line_of(pages[0], start)
        summary = line_of(pages[0], "Kết quả khảo sát mức độ hài lòng của tổ chức, cá nhân đối với sự phục vụ của")
        rules = [line for line in pages[0].lines if line["top"] == line["bottom"] and line["top"] > own["bottom"]]
    rule = min(rules, key=lambda line: (line["top"] - own["bottom"], line["x0"]))
    above = {0: own, -1: summary}[nth]
    assert 1 / 3 <= (rule["x1"] - rule["x0"]) / (above["x1"] - above["x0"]) <= 1 / 2
    assert (rule["x0"] + rule["x1"]) / 2 == pytest.approx((own["x0"] + own["x1"]) / 2, abs=1)


def test_number_and_date_stand_on_one_line_and_are_left_blank() -> None:
    with opened(example_notice(), 1) as pages:
        number, date = line_of(pages[0], "Số:"), line_of(pages[0], "Bến Tre, ngày")
    assert number["chars"][0]["bottom"] == pytest.approx(date["chars"][0]["bottom"], abs=0.5)
    assert re.search(r"Số: */TB-SCT +Bến Tre, ngày +tháng +năm +THÔNG BÁO", text(example_notice()))


@pytest.mark.parametrize("name", VIETNAMESE)
def test_the_components_stand_in_the_order_of_the_decree(name: str) -> None:
    said, at = text(made()[name]), 0
    for component in COMPONENTS[name]:
        found = said.find(component, at)
        assert found >= 0, component
        at = found


@pytest.mark.parametrize("name", ALL)
def test_the_text_extracts_as_composed_letters(name: str) -> None:
    said = text(made()[name])
    assert unicodedata.is_normalized("NFC", said)
    assert "\ufffd" not in said


@pytest.mark.parametrize(("name", "language"), [(name, "en" if ".en." in name else "vi") for name in ALL])
def test_the_file_is_tagged_pdf_a_in_its_language(name: str, language: str) -> None:
    reader = PdfReader(io.BytesIO(made()[name]))
    root = reader.trailer["/Root"]  # type: ignore[index]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == (language, True, True)
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.metadata.author


def test_every_chart_has_words_that_say_what_it_shows() -> None:
    reader = PdfReader(io.BytesIO(made()["report.pdf"]))
    kept = [entry for number in range(1, reader.trailer["/Size"]) if isinstance(entry := reader.get_object(number), dict)]  # type: ignore[arg-type]
    told = " ".join(str(entry["/Alt"]) for entry in kept if entry.get("/S") == "/Figure")
    for said in (
        "93%",
        "không công bố",
        "94,3%",
        "+12,8",
        "5. Tiếp nhận, xử lý",
        "Chỗ ngồi trong lúc chờ: 0 – 0 – 3 – 26 – 28",
    ):
        assert said in told


def test_simulated_results_say_so_on_every_page_and_real_ones_do_not() -> None:
    assert all("SỐ LIỆU MÔ PHỎNG – KHÔNG PHẢI KẾT QUẢ THẬT" in page for page in texts(made()["report.pdf"]))
    assert "MÔ PHỎNG" not in text(example_notice())
