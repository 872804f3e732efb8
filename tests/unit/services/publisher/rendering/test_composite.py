from dataclasses import replace

from services.publisher.rendering import render_page
from services.publisher.rendering.composite import composite
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.notice import notice
from services.publisher.rendering.documents.parts import Paragraph
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.language import language
from shared.domain.results import Suppressed
from tests.unit.services.publisher.example import bentre, edition_of, results_of

POOLED = {
    "label": {"vi": "chỉ số tổng hợp theo trọng số quy định", "en": "composite index by the declared weights"},
    "index": 89.78,
    "low": 83.13,
    "high": 93.56,
    "base": 86,
    "parts": [
        {"group": "partners", "weight": 0.3, "index": 92.3, "low": 92.3, "high": 92.3, "base": 26, "census": True},
        {"group": "applicants", "weight": 0.7, "index": 88.7, "low": 79.2, "high": 94.1, "base": 60},
    ],
}


def test_the_composite_stands_with_its_parts_and_weights() -> None:
    found = composite(replace(results_of(bentre()), pooled=POOLED), language("vi"))
    assert found is not None
    assert (found.figure, found.limits) == ("89,8%", "83,1% đến 93,6%")
    assert "92%, trọng số 0,30" in found.how
    assert "88,7%, trọng số 0,70" in found.how


def test_without_declared_weights_there_is_none() -> None:
    assert composite(results_of(bentre()), language("vi")) is None


def test_a_declared_composite_that_cannot_be_given_is_said_with_the_group() -> None:
    whole = results_of(bentre())
    groups = (replace(whole.groups[0], overall=Suppressed("audit")), *whole.groups[1:])
    found = composite(replace(whole, groups=groups, warnings=({"code": "composite-part-hidden"},)), language("en"))
    assert found is not None
    assert found.figure == ""
    assert "Provincial departments and agencies" in found.how


def test_the_page_shows_it_in_place_of_saying_that_groups_stay_apart() -> None:
    page = render_page(edition_of(bentre(), pooled=POOLED), bentre(), "vi")
    assert "Chỉ số tổng hợp theo trọng số quy định" in page
    assert "không gộp thành một con số chung" not in page


def test_the_notice_gives_it_with_its_parts() -> None:
    sections = notice(read_edition(edition_of(bentre(), pooled=POOLED)), bentre(), "vi", Given()).sections
    whole = next(section for section in sections if section.title == "Kết quả chung")
    texts = [block.text for block in whole.blocks if isinstance(block, Paragraph)]
    assert "- Chỉ số tổng hợp theo trọng số quy định: 89,8% (khoảng tin cậy: 83,1% đến 93,6%)." in texts
    assert "trọng số 0,70" in texts[3]
