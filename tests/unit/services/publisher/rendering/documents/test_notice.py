"""What the notice says, and that it stays within its two pages."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.notice import Detail, notice
from services.publisher.rendering.documents.parts import Document, Paragraph, Table
from services.publisher.rendering.documents.said import most_wanted
from services.publisher.rendering.edition import read_edition
from shared.domain.results import ChoiceShare
from shared.domain.survey import Survey
from tests.unit.services.publisher.example import bentre, edition_of, wide_survey
from tests.unit.services.publisher.rendering.documents.made import example_notice, made, notice_pdf, notice_words, opened, text

MM = 72 / 25.4


def pages(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)


def said(words: Document) -> str:
    blocks = [block for section in words.sections for block in section.blocks]
    return " ".join([*words.opening, *(block.text for block in blocks if isinstance(block, Paragraph))])


def with_groups(number: int) -> Survey:
    """The example with its second group so many times."""
    first, second = bentre().groups
    more = tuple(
        replace(second, id=f"g{n}", strata=tuple(replace(s, id=f"{s.id}-{n}") for s in second.strata))
        for n in range(number - 1)
    )
    return replace(bentre(), groups=(first, *more))


@pytest.mark.parametrize("name", ["notice.pdf", "notice.en.pdf"])
def test_the_notice_of_a_whole_survey_has_two_pages(name: str) -> None:
    assert pages(made()[name]) == 2


@pytest.mark.parametrize("number", [1, 3, 6])
def test_the_notice_has_two_pages_at_most_however_many_groups_there_are(number: int) -> None:
    assert pages(notice_pdf(with_groups(number))) <= 2


def test_of_one_group_the_factors_stand_in_a_table_with_their_bases() -> None:
    (table,) = (b for s in notice_words(with_groups(1)).sections for b in s.blocks if isinstance(b, Table))
    assert [column.head for column in table.columns] == ["TT", "Yếu tố", "Chỉ số", "Khoảng tin cậy 95%", "Số phiếu"]


def test_of_two_groups_the_factors_stand_side_by_side() -> None:
    (table,) = (b for s in notice_words(bentre()).sections for b in s.blocks if isinstance(b, Table))
    heads = [column.head for column in table.columns]
    assert heads[2:] == ["Nhóm 1: chỉ số", "Nhóm 2: chỉ số (khoảng tin cậy 95%)"]


def test_the_briefest_notice_says_where_the_limits_are() -> None:
    brief = said(notice(read_edition(edition_of(bentre())), bentre(), "vi", Given(), Detail.BRIEF))
    assert "Tiếp cận dịch vụ 91,0%; Thủ tục hành chính 87,6%" in brief
    assert "Khoảng tin cậy của từng yếu tố có trong báo cáo kết quả." in brief


def test_each_group_has_its_figure_with_its_doubt() -> None:
    assert "92% (toàn bộ 26 đối tượng đã trả lời, không có sai số chọn mẫu)" in text(example_notice())
    assert "88,7% (khoảng tin cậy 95%: từ 79,2% đến 94,1%)" in text(example_notice())


def test_ballots_too_incomplete_to_count_are_told() -> None:
    told = said(notice_words(bentre()))
    assert "thu về 60 phiếu trên chỉ tiêu 60 phiếu (đạt 100%), trong đó 58 phiếu trả lời đủ" in told


def test_the_register_is_named_by_its_whole_root() -> None:
    root = edition_of(bentre())["register"]["root"]
    assert root in said(notice_words(bentre())).replace(" ", "")


def test_what_people_want_is_ranked() -> None:
    assert "rút ngắn thời gian (66,7%); bớt giấy tờ (53,3%); công khai thông tin rõ hơn (42,7%)." in said(
        notice_words(bentre())
    )


def test_choices_that_tie_with_the_last_place_are_all_named() -> None:
    choices = [ChoiceShare(name, {}, share) for name, share in [("a", 10.0), ("b", 30.0), ("c", 10.0), ("d", 10.0), ("e", 0.0)]]
    assert [choice.id for choice in most_wanted(choices, 2)] == ["b", "a", "c", "d"]


def test_nothing_is_wanted_where_nobody_picked_anything() -> None:
    assert most_wanted([ChoiceShare("a", {}, None), ChoiceShare("b", {}, 0.0)]) == []


def wanted(shares: dict[str, float | None]) -> str:
    """The notice where people wanted `shares` of choices, in the second group."""
    groups = edition_of(bentre())["groups"]
    (question,) = (each for each in groups[1]["questions"] if each["role"] == "expectation")
    question["choices"] = [{**choice, "share": shares.get(choice["id"], 0.0)} for choice in question["choices"]]
    return said(notice_words(bentre(), groups=groups))


def test_something_else_is_not_a_thing_to_improve() -> None:
    assert "- Nhóm 2: bớt giấy tờ (20,0%)." in wanted({"E10": 90.0, "E2": 20.0})


def test_a_ranking_with_hidden_choices_says_that_it_is_of_those_shown() -> None:
    assert "- Nhóm 2: trong các nội dung công bố được, bớt giấy tờ (20,0%)." in wanted({"E1": None, "E2": 20.0})


def test_a_hidden_overall_index_is_said_to_be_hidden_and_why() -> None:
    groups = edition_of(bentre())["groups"]
    groups[1]["overall"] = {"suppressed": True, "reason": "base"}
    assert "không công bố, vì số phiếu quá ít" in said(notice_words(bentre(), groups=groups))


def test_a_correction_says_what_it_replaces_and_why() -> None:
    correction = {"replaces": 1, "reason": {"vi": "tên một lĩnh vực bị sai"}}
    words = notice(read_edition(edition_of(bentre(), edition=2)), bentre(), "vi", Given(correction=correction))
    assert words.opening[0] == "Đây là lần công bố thứ 2, thay lần công bố thứ 1. Lý do đính chính: tên một lĩnh vực bị sai."


def test_what_looks_like_markup_in_a_plan_is_printed_as_it_stands() -> None:
    title = '#panic("x") *b* $a$ <l> @r \\ //c &amp;'
    assert title.replace("&amp;", "&amp;") in text(notice_pdf(bentre(), title={"vi": title}))


@pytest.mark.parametrize(("factors", "levels", "strata"), [(2, 3, 1), (12, 5, 4)])
def test_any_number_of_factors_is_laid_out_within_the_margins(factors: int, levels: int, strata: int) -> None:
    with opened(notice_pdf(wide_survey(factors, levels, strata))) as found:
        rights = [char["x1"] for page in found for char in page.chars if char["text"].strip()]
    assert max(rights) / MM <= 195.2


def test_a_body_without_a_superior_has_none_on_its_letterhead_or_list() -> None:
    survey = replace(bentre(), body=replace(bentre().body, superior=None), grounds=())
    words = notice_words(survey)
    assert (words.head.superior, words.grounds) == ("", ())
    assert words.recipients[0] == "- Các tổ chức, cá nhân tham gia khảo sát;"
