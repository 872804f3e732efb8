"""What comes out of the printer: every question, level and instruction of the plan, and codes that a telephone reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp

from services.console.paper.ballots import Printing, print_ballots
from services.console.paper.codes import Code
from services.console.paper.slips import BadAddress, print_slips, public_address
from shared import plan
from shared.domain.survey import Survey
from shared.domain.token import grouped, token
from tests.plans import SURVEYS
from tests.unit.services.console.paper import made

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def real() -> Survey:
    _, survey = plan.load(SURVEYS / "sct-bentre-2022.yml")
    return survey


def pages(pdf: bytes) -> list[str]:
    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return [" ".join(text.replace("\ufffe", "-").split()) for text in texts]


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_a_ballot_says_all_that_the_plan_asks(real: Survey, tag: str) -> None:
    questionnaire = real.questionnaires["procedures"]
    petrol = real.strata["petrol"][1]
    found = pages(print_ballots(real, [Printing(questionnaire, (petrol,), (made.serial(1),))], tag, NOW))
    text = " ".join(found)
    said = [questionnaire.title, real.notice, questionnaire.scale.no_opinion or {}, questionnaire.comment or {}]
    said += [criterion.text for criterion in questionnaire.rated.values()]
    said += [question.text for question in questionnaire.questions.values()]
    missing = [texts[tag] for texts in said if texts[tag].replace("  ", " ")[:40] not in text]
    assert [words for words in missing if words != (questionnaire.scale.no_opinion or {})[tag]] == []
    level = questionnaire.scale.levels[3].text[tag]
    assert text.count(level) >= len(questionnaire.rated)


def test_every_page_bears_the_number_of_its_sheet_and_its_own(real: Survey) -> None:
    petrol = real.strata["petrol"][1]
    serials = (made.serial(1), made.serial(2))
    found = pages(print_ballots(real, [Printing(real.questionnaires["procedures"], (petrol,), serials)], "vi", NOW))
    assert [(text.count(serials[n // 4]) > 0, text.endswith(f"trang {n % 4 + 1}/4")) for n, text in enumerate(found)] == [
        (True, True)
    ] * 8
    assert "Nó không cho biết ai đã trả lời" in found[0]
    assert "Nếu chọn “Không”, bỏ qua câu 22 và 23." in found[0]
    assert "Nếu chọn “Sớm hẹn” hoặc “Đúng hẹn”, chuyển sang câu 29." in " ".join(found[:4])


def test_sheets_begin_on_odd_pages_and_piles_follow_one_another() -> None:
    survey = made.survey()
    questionnaire, strata = survey.questionnaires["visit"], survey.groups[0].strata
    printings = [Printing(questionnaire, strata, (made.serial(n), made.serial(n + 1))) for n in (1, 3)]
    found = pages(print_ballots(survey, printings, "vi", NOW))
    assert [n for n, text in enumerate(found) if "Trước khi trả lời" in text] == [0, 2, 4, 6]
    assert [made.serial(n // 2 + 1) in text for n, text in enumerate(found)] == [True] * len(found)
    assert "Ông/Bà trả lời về lĩnh vực nào?" in found[0]


def test_a_specimen_cannot_be_taken_for_a_ballot() -> None:
    survey = made.survey()
    found = pages(print_ballots(survey, [Printing(survey.questionnaires["visit"], survey.groups[0].strata, ())], "vi", NOW))
    assert all("KHÔNG DÙNG ĐỂ LẤY Ý KIẾN" in text for text in found)


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_the_qr_code_of_a_slip_opens_the_form_with_its_code_in_the_fragment(real: Survey, tag: str) -> None:
    codes = [Code(n, token(2**127 + n), stratum="petrol", name="Công ty Xăng dầu" if n else "") for n in range(9)]
    pdf = print_slips(real, codes, "https://khaosat.example.vn", tag, NOW)
    found = pages(pdf)
    closed = [text.replace(" ", "") for text in found]
    assert [text.count("khaosat.example.vn/s/sct-bentre-2022/petrol") for text in closed] == [8, 1]
    assert all(grouped(code.token) in " ".join(found) for code in codes)
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=3, grayscale=True).to_numpy().squeeze()
    read = {barcode.text for barcode in zxingcpp.read_barcodes(image)}
    assert read == {f"https://khaosat.example.vn/s/sct-bentre-2022/petrol#{code.token}" for code in codes[:8]}


@pytest.mark.parametrize(
    "address", ["khaosat.example.vn", "ftp://x.vn", "https://x.vn/?a=1", "https://x.vn/#a", "https://u:p@x.vn"]
)
def test_what_is_no_address_of_a_site_is_refused(address: str) -> None:
    with pytest.raises(BadAddress, match="must look like https"):
        public_address(address)
