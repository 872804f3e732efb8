from dataclasses import replace
from typing import Any

import pytest

from services.publisher.rendering import render_page
from services.publisher.rendering.comparing import compared, compared_with, not_compared, signed
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.notice import notice
from services.publisher.rendering.documents.parts import Paragraph
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.language import language
from shared.domain.results import Results
from tests.unit.services.publisher.example import bentre, edition_of

BEFORE = {
    "survey": "sct-bentre-2021",
    "title": {"vi": "Khảo sát năm 2021", "en": "Survey of 2021"},
    "simulated": False,
    "first_day": "2021-08-01",
    "last_day": "2021-10-31",
    "edition": 1,
}


def cell(index: float) -> dict[str, Any]:
    return {"index": index, "low": index - 8, "high": index + 6, "base": 60}


def change(figure: str, id_: str, difference: float, verdict: str) -> dict[str, Any]:
    return {
        "group": "applicants",
        "figure": figure,
        "id": id_,
        "before": cell(80.0),
        "now": cell(80.0 + difference),
        "difference": difference,
        "low": difference - 5.25,
        "high": difference + 5.25,
        "p": 0.01,
        "p_adjusted": 0.02,
        "verdict": verdict,
    }


ROWS = [
    *({"group": "partners", "figure": "factor", "id": f"F{n}", "break": ["units", "mode"]} for n in range(1, 6)),
    change("overall", "overall", 8.65, "increase"),
    change("factor", "F1", -9.35, "decrease"),
    change("factor", "F2", 0.01, "not-enough"),
    {"group": "applicants", "figure": "factor", "id": "F3", "break": ["wording"]},
    change("criterion", "C01", 1.25, "not-enough"),
    {"group": "applicants", "figure": "criterion", "id": "C02", "break": ["not-measured"]},
]


def results(**changes: Any) -> Results:
    found = read_edition(edition_of(bentre(), comparison=ROWS, compared_with=BEFORE, warnings=[])).results
    return replace(found, **changes)


def test_a_change_is_read_with_sign_limits_and_verdict() -> None:
    row = compared(results(), language("vi"))[1].main.changes[0]
    assert (row.name, row.before, row.now) == ("Chỉ số chung", "80,0%", "88,7%")
    assert (row.difference, row.limits, row.said) == ("+8,7", "+3,4 đến +13,9", "tăng")


def test_a_difference_that_rounds_to_zero_has_no_sign() -> None:
    assert compared(results(), language("en"))[1].main.changes[2].difference == "0.0"


@pytest.mark.parametrize(
    ("value", "base", "read"), [(-3.25, 60, "−3,3"), (3.5, 20, "+4"), (-0.4, 20, "0"), (12.0, 60, "+12,0")]
)
def test_a_difference_has_the_decimals_that_its_base_allows(value: float, base: int, read: str) -> None:
    assert signed(value, base, language("vi")) == read


def test_a_break_is_named_with_its_reasons() -> None:
    found = compared(results(), language("en"))[1]
    assert [(row.name, row.reasons) for row in found.main.breaks] == [
        ("Officials who handle the matter directly", "the question has changed")
    ]
    assert found.criteria.breaks[0].reasons == "no figure was published in one of the two"


def test_a_group_whose_figures_all_break_alike_says_so_once() -> None:
    found = compared(results(), language("en"))[0]
    assert found.broken.startswith(
        "Cannot be compared: the fields or administrative units have changed; the ways of answering have changed."
    )
    assert found.chart == ""


def test_the_chart_says_in_words_what_it_draws() -> None:
    chart = compared(results(), language("en"))[1].chart
    assert "Access to the service −9.4." in chart
    assert chart.count("<circle") == 3


def test_the_page_names_what_it_compares_with() -> None:
    told = "Compared with Survey of 2021 (answers collected from 1 August 2021 to 31 October 2021)."
    assert compared_with(results(), language("en")) == told
    made_up = results(compared_with={**BEFORE, "simulated": True})
    assert compared_with(made_up, language("en")) == f"{told} The figures of last time are simulated too."


def test_a_survey_before_that_was_not_found_is_named() -> None:
    warning = {"code": "previous-not-found", "survey": "sct-bentre-2021"}
    found = results(comparison=(), compared_with=None, warnings=(warning,))
    assert compared(found, language("vi")) == ()
    assert "“sct-bentre-2021”" in not_compared(found, language("vi"))


def test_the_page_says_the_verdict_at_the_top_and_in_the_table() -> None:
    page = render_page(edition_of(bentre(), comparison=ROWS, compared_with=BEFORE, warnings=[]), bentre(), "vi")
    assert page.count('<span class="verdict increase">tăng</span>') == 2
    assert "chưa đủ căn cứ kết luận có thay đổi" in page
    assert "Chuỗi số liệu bị gián đoạn" in page


def since(**changes: Any) -> list[str]:
    """What the notice says about the survey before."""
    edition = read_edition(edition_of(bentre(), **changes))
    section = next(
        each for each in notice(edition, bentre(), "vi", Given()).sections if each.title == "So với lần khảo sát trước"
    )
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def test_the_notice_says_what_changed_and_what_is_not_compared() -> None:
    said = since(comparison=ROWS, compared_with=BEFORE, warnings=[])
    assert said[0].startswith("So với Khảo sát năm 2021 (lấy ý kiến từ ngày 01/8/2021 đến ngày 31/10/2021).")
    assert "“chỉ số chung” tăng (+8,7 điểm %; khoảng tin cậy từ +3,4 đến +13,9)" in said[2]
    assert "không so sánh “công chức trực tiếp giải quyết công việc”, vì câu hỏi đã đổi" in said[2]


def test_the_notice_says_that_nothing_could_be_compared() -> None:
    assert since() == ["Chưa có số liệu của lần trước đủ điều kiện so sánh, nên không kết luận tăng hay giảm."]
