"""What the report says: what the office entered, what is left blank, and the lists that others ask for."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from services.publisher.rendering.documents import documents
from services.publisher.rendering.documents.given import Given, given_by
from services.publisher.rendering.documents.parts import Annex, Document, Paragraph, Section, Table
from services.publisher.rendering.documents.report import report
from services.publisher.rendering.edition import read_edition
from shared.domain.measure import Measure, Progress
from tests.unit.services.publisher.example import bentre, edition_of
from tests.unit.services.publisher.rendering.documents.made import ADDRESS, SIMULATED, edition, made

MEASURE = Measure(
    id="M1",
    what={"vi": "Rút ngắn thời gian cấp giấy chứng nhận"},
    who={"vi": "Phòng Quản lý thương mại"},
    until=date(2023, 6, 30),
    progress=Progress.UNDER_WAY,
    told_on=date(2023, 1, 2),
)
COMMENTS = {
    "group": "applicants",
    "coded": 21,
    "themes": [{"theme": {"vi": "Thời gian trả kết quả"}, "count": 14}],
    "themes_not_told": 2,
    "cleared": ["Nên trả kết quả qua bưu điện"],
}


@cache
def words(tag: str = "vi") -> Document:
    return report(read_edition(edition()), SIMULATED, tag, Given(ADDRESS))


def with_given(given: Given) -> Document:
    return report(read_edition(edition()), SIMULATED, "vi", given)


def said(part: Document | Section | Annex) -> str:
    """All that a part says, tables and captions too."""
    found: list[str] = []
    for block in () if isinstance(part, Document) else part.blocks:
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Table):
            found += [block.caption, *(cell for each in block.parts for row in each.rows for cell in row)]
    below: list[Any] = [*part.sections, *(part.annexes if isinstance(part, Document) else ())]
    return " ".join([*found, *(f"{each.title} {said(each)}" for each in below)])


def test_there_are_as_many_documents_as_languages_and_forms() -> None:
    names = {f"{kind}{tag}.{form}" for kind in ("notice", "report", "plan") for tag in ("", ".en") for form in ("pdf", "docx")}
    assert set(made()) == names


def test_the_same_edition_gives_the_same_documents_to_the_byte() -> None:
    again = documents(edition(), SIMULATED, ADDRESS)
    assert all(made()[name] == content for name, content in again.items())


def test_the_eleven_items_of_aapor_are_all_there_and_in_order() -> None:
    assert [section.title for section in words("en").annexes[2].sections] == [
        "Data collection strategy",
        "Who sponsored the research and who conducted it",
        "Measurement tools",
        "Population under study",
        "Method used to generate and recruit the sample",
        "Method and mode of data collection",
        "Dates of data collection",
        "Sample sizes and precision",
        "How the data were weighted",
        "How the data were processed, and quality assurance",
        "Limitations of the design and the data collection",
    ]
    assert all(section.blocks for section in words("en").annexes[2].sections)


def test_the_quality_report_follows_the_order_of_the_european_statistical_system() -> None:
    assert [section.title for section in words("en").annexes[3].sections] == [
        "Contact",
        "Statistical presentation",
        "Statistical processing",
        "Quality management",
        "Relevance",
        "Accuracy and reliability",
        "Timeliness and punctuality",
        "Coherence and comparability",
        "Accessibility and clarity",
        "Cost and burden",
        "Confidentiality",
        "Comment",
    ]


def test_the_questionnaire_is_there_word_for_word() -> None:
    told = said(words().annexes[0])
    for group in SIMULATED.groups:
        texts = [criterion.text["vi"] for criterion in group.questionnaire.rated.values()]
        texts += [question.text["vi"] for question in group.questionnaire.questions.values()]
        texts += [choice.text["vi"] for question in group.questionnaire.questions.values() for choice in question.choices]
        assert [text for text in texts if text not in told] == []


def test_no_change_is_claimed_of_figures_that_were_not_compared() -> None:
    told = said(words().sections[2])
    assert "Chuỗi số liệu bị gián đoạn, nên không kết luận tăng hay giảm." in told
    assert told.count("chưa đủ căn cứ kết luận có thay đổi") == 2


def test_ballots_handed_out_are_told_where_the_office_entered_them_and_left_blank_where_not() -> None:
    strata = ("competition", "food-safety", "petrol", "trade-promotion")
    table = said(with_given(Given(handed_out=dict.fromkeys(strata, 25))).sections[0])
    assert "Cộng chưa rõ 60 100 60 100%" in table
    assert "Cộng 26 26 ……… 26 100%" in table
    assert "Số phiếu phát ra chưa được ghi" in said(words().sections[4])


def test_a_response_rate_is_told_of_groups_whose_invitations_are_all_known_and_of_others_that_it_is_not() -> None:
    strata = ("competition", "food-safety", "petrol", "trade-promotion")
    told = said(with_given(Given(handed_out=dict.fromkeys(strata, 25))).annexes[2])
    assert "100 mã mời đã phát, tỷ lệ trả lời 60%" in told
    assert "không biết số phiếu, mã mời đã phát ở Sở, ban, ngành tỉnh" in told
    assert "tỷ lệ trả lời 60%" not in said(words().annexes[2])


def test_what_the_office_will_do_stands_in_the_report_with_its_date_and_state() -> None:
    told = said(with_given(Given(measures=(MEASURE,), measures_before=(MEASURE,))).sections[5])
    assert told.count("Rút ngắn thời gian cấp giấy chứng nhận Phòng Quản lý thương mại 30/6/2023 đang thực hiện") == 2


def test_without_measures_there_is_room_to_write_them() -> None:
    assert "………" in said(words().sections[5]).replace("\u200b", "")


def test_comments_are_told_as_themes_with_counts() -> None:
    told = said(with_given(Given(comments=(COMMENTS,))).sections[1])
    assert "Thời gian trả kết quả 14" in told
    assert "“Nên trả kết quả qua bưu điện”." in told


def test_what_an_edition_holds_beside_its_figures_is_read_from_it() -> None:
    given = given_by({"measures": [MEASURE.to_json()], "comments": [COMMENTS], "handed_out": {"petrol": 25}}, ADDRESS)
    assert (given.measures, given.comments, given.handed_out) == ((MEASURE,), (COMMENTS,), {"petrol": 25})


def test_of_figures_all_hidden_the_report_says_so_and_draws_what_is_left() -> None:
    groups = edition_of(bentre())["groups"]
    groups[1]["overall"] = {"suppressed": True, "reason": "base"}
    told = said(report(read_edition(edition_of(bentre(), groups=groups)), bentre(), "vi", Given()).sections[1])
    assert "không công bố, vì số phiếu quá ít" in told


def test_a_report_to_nobody_above_has_no_address_line() -> None:
    survey = replace(bentre(), body=replace(bentre().body, superior=None))
    made_words = report(read_edition(edition_of(survey)), survey, "vi", Given())
    assert (made_words.addressee, made_words.recipients[0]) == ("", "- Các tổ chức, cá nhân tham gia khảo sát;")
