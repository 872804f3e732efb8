import gzip
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from services.publisher.data import Imprint
from services.publisher.rendering.language import language
from services.publisher.rendering.live import complete
from services.publisher.rendering.page import SHOWN, is_beside, render_page
from shared.domain.survey import Survey
from tests.unit.services.publisher.example import bentre, edition_of, wide_survey

SIMULATED = replace(bentre(), simulated=True)


class Text(HTMLParser):
    """The words of a page, and its ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.ids.extend(value or "" for name, value in attrs if name == "id")


def read(tag: str = "vi", survey: Survey | None = None, **changes: object) -> str:
    survey = survey or bentre()
    html = render_page(edition_of(survey, **changes), survey, tag)
    return re.sub(r"\s+", " ", " ".join(Text(html).words))


def test_the_main_figures_come_before_everything_else() -> None:
    text = read()
    assert text.index("92%") < text.index("88,7%") < text.index("Theo yếu tố")


def test_the_doubt_stands_beside_the_main_figure_in_words() -> None:
    assert "trong khoảng từ 79,2% đến 94,1% (khoảng tin cậy 95%)" in read()


def test_a_census_is_said_to_be_one() -> None:
    assert "All 26 members of the group answered, so this figure has no sampling error." in read("en")


def test_groups_are_said_to_be_kept_apart() -> None:
    assert "không gộp thành một con số chung" in read()


def test_a_bounded_figure_shows_only_its_side() -> None:
    assert "90% or more" in read("en")


def test_hidden_figures_say_why() -> None:
    text = read("en")
    assert "too few ballots" in text
    assert "by subtraction" in text


def test_small_bases_are_told_as_bands() -> None:
    assert "10–19" in read()


def test_the_rule_is_named_and_the_other_three_are_shown() -> None:
    text = read("en")
    assert "computed by the rule “Mean of factors”" in text
    assert all(name in text for name in ("Mean of criteria", "All answers pooled", "Overall question"))


def test_expectations_are_shown_with_their_shares() -> None:
    assert "Rút ngắn thời gian 66,7%" in read()


def test_a_sensitive_question_that_is_hidden_gives_no_share() -> None:
    assert "Công chức có gây phiền hà cho Ông/Bà không? Con số này không được công bố" in read()


def test_without_an_earlier_survey_nothing_is_concluded() -> None:
    assert "không kết luận tăng hay giảm" in read()


def test_the_register_and_the_equation_are_shown() -> None:
    text = read()
    assert "Phiếu đã nhận 86" in text
    assert str(edition_of(bentre())["register"]["root"]) in text


@pytest.mark.parametrize(("tag", "words"), [("vi", "Số liệu mô phỏng"), ("en", "Simulated data")])
def test_simulated_results_say_so(tag: str, words: str) -> None:
    assert words in read(tag, SIMULATED)


def test_real_results_do_not_speak_of_simulation() -> None:
    assert "mô phỏng" not in read()


def test_an_older_edition_points_to_the_latest() -> None:
    html = complete(render_page(edition_of(bentre()), bentre(), "en"), bentre().id, language("en"), 2, ())
    assert "The latest figures are in edition 2." in html


def test_the_latest_edition_is_not_called_replaced() -> None:
    html = complete(render_page(edition_of(bentre()), bentre(), "en"), bentre().id, language("en"), None, ())
    assert "older edition" not in html


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_a_page_declares_its_language(tag: str) -> None:
    assert f'<html lang="{tag}">' in render_page(edition_of(bentre()), bentre(), tag)


def test_a_page_in_a_language_without_a_catalogue_marks_the_plans_texts() -> None:
    survey = replace(bentre(), languages=("vi", "en", "km"))
    html = render_page(edition_of(survey, title={"vi": "Khảo sát", "km": "ការស្ទង់មតិ"}), survey, "km")
    assert '<html lang="vi">' in html
    assert '<span lang="km">ការស្ទង់មតិ</span>' in html


def test_texts_of_the_plan_are_escaped() -> None:
    html = render_page(edition_of(bentre(), title={"vi": "<script>alert(1)</script>"}), bentre(), "vi")
    assert "<script>" not in html
    assert "</script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_page_needs_no_script_and_no_other_host() -> None:
    html = render_page(edition_of(SIMULATED), SIMULATED, "vi").replace("http://www.w3.org/2000/svg", "")
    html = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", html)
    assert re.findall(r"<script|style=|https?://|\son\w+=", html) == []


def test_ids_are_unique() -> None:
    ids = Text(render_page(edition_of(bentre()), bentre(), "vi")).ids
    assert len(ids) == len(set(ids))


def test_a_page_stays_under_a_hundred_kilobytes_without_its_pictures() -> None:
    html = render_page(edition_of(SIMULATED), SIMULATED, "vi", documents=SHOWN)
    assert len(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).encode()) < 100_000


def test_a_page_travels_in_a_fifth_of_a_hundred_kilobytes() -> None:
    assert len(gzip.compress(render_page(edition_of(SIMULATED), SIMULATED, "vi", documents=SHOWN).encode())) < 20_000


def test_the_main_cards_say_what_people_want_improved() -> None:
    text = read("en")
    assert "What should improve: " in text
    assert text.index("What should improve: ") < text.index("By factor")


def test_without_a_comparison_the_cards_say_that_better_or_worse_is_unknown() -> None:
    assert read("en").count("no grounds to say better or worse") == 2


def test_the_block_of_data_is_a_dataset_with_its_downloads() -> None:
    html = render_page(edition_of(bentre()), bentre(), "en", documents=SHOWN, imprint=Imprint("https://survey.example"))
    (block,) = re.findall(r'<script type="application/ld\+json">([^<]*)</script>', html)
    dataset = json.loads(block)
    assert (dataset["@type"], dataset["license"]) == ("Dataset", "https://creativecommons.org/licenses/by/4.0/")
    assert dataset["distribution"][0]["contentUrl"] == "https://survey.example/surveys/sct-bentre-2022/editions/1/results.csv"


def test_texts_of_the_plan_cannot_end_the_block_of_data() -> None:
    html = render_page(edition_of(bentre(), title={"vi": "</script><b>&amp;"}), bentre(), "vi")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert json.loads(block)["name"] == "</script><b>&amp;"


MEASURE = {
    "id": "M1",
    "what": {"vi": "Thêm ghế chờ", "en": "More seats"},
    "who": {"vi": "Văn phòng Sở", "en": "The office"},
    "until": "2023-06-30",
    "state": "under-way",
    "told_on": "2023-01-15",
    "factor": "F1",
    "note": None,
}


def test_measures_say_what_who_until_when_and_how_far() -> None:
    page = complete(render_page(edition_of(bentre()), bentre(), "vi"), bentre().id, language("vi"), None, [MEASURE])
    text = re.sub(r"\s+", " ", " ".join(Text(page).words))
    assert "Thêm ghế chờ Văn phòng Sở 30/6/2023 đang làm (cập nhật ngày 15/01/2023)" in text
    assert text.index("Thêm ghế chờ") < text.index("Theo yếu tố")


def test_a_page_without_measures_has_no_empty_section() -> None:
    page = complete(render_page(edition_of(bentre()), bentre(), "vi"), bentre().id, language("vi"), None, ())
    assert "Cơ quan sẽ làm gì" not in page
    assert "<!--slot" not in page


def test_what_was_promised_after_the_survey_before_is_shown_with_how_far_it_came() -> None:
    assert "Các việc đã hứa sau lần khảo sát trước" in read("vi", measures_before=[{**MEASURE, "state": "done"}])


COMMENTS = {
    "group": "applicants",
    "coded": 14,
    "themes": [{"theme": {"vi": "Chỗ chờ", "en": "Waiting room"}, "count": 9}],
    "themes_not_told": 2,
    "cleared": ["Ghế chờ <ít> quá"],
}


def test_comments_are_told_as_themes_with_counts_and_only_cleared_texts() -> None:
    text = read("vi", comments=[COMMENTS])
    assert "14 ý kiến" in text
    assert "Chỗ chờ 9" in text
    assert "2 chủ đề ít người nêu" in text
    assert "Ghế chờ <ít> quá" in text


def test_comments_of_few_are_not_told() -> None:
    text = read("vi", comments=[{"group": "applicants", "suppressed": True, "reason": "base"}])
    assert "Các ý kiến viết thêm không được nêu" in text


def test_a_corrected_edition_says_why_before_its_figures() -> None:
    told = {"reason": {"vi": "Nhập nhầm chỉ tiêu", "en": "A wrong quota"}, "figures": [{}, {}]}
    text = read("vi", correction=told)
    assert "Đính chính: Nhập nhầm chỉ tiêu. 2 số liệu thay đổi." in text
    assert text.index("Nhập nhầm chỉ tiêu") < text.index("Kết quả chính")


def test_the_same_edition_gives_the_same_page_to_the_byte() -> None:
    assert render_page(edition_of(bentre()), bentre(), "vi") == render_page(edition_of(bentre()), bentre(), "vi")


@pytest.mark.parametrize(("factors", "levels", "strata"), [(2, 3, 1), (12, 5, 15), (1, 7, 2)])
def test_any_number_of_factors_levels_and_strata_can_be_shown(factors: int, levels: int, strata: int) -> None:
    survey = wide_survey(factors, levels, strata)
    text = read("vi", survey)
    assert f"Yếu tố {factors}" in text
    assert f"Mức {levels}" in text
    assert f"Lĩnh vực {strata}" in text


def test_the_documents_published_with_an_edition_are_linked_under_its_address() -> None:
    html = render_page(edition_of(bentre()), bentre(), "en", documents=("notice.pdf", "results.ods"))
    assert '<a href="/surveys/sct-bentre-2022/editions/1/notice.pdf">Notice of results' in html
    assert '<a href="/surveys/sct-bentre-2022/editions/1/results.ods">results.ods</a>' in html


@pytest.mark.parametrize(
    ("tag", "own"),
    [
        ("vi", ["notice.pdf", "notice.docx", "report.pdf", "report.docx"]),
        ("en", ["notice.en.pdf", "notice.en.docx", "report.en.pdf", "report.en.docx"]),
    ],
)
def test_documents_in_the_readers_language_come_first_and_data_are_for_everyone(tag: str, own: list[str]) -> None:
    shown = [name for name in SHOWN if not is_beside(name, language(tag))]
    assert shown == [*own, *(name for name in SHOWN if name.startswith(("results", "datapackage", "dcat", "register")))]
