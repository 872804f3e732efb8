"""The notice that a survey is held: from the plan alone, and nothing that the plan does not say."""

from dataclasses import replace
from datetime import UTC, datetime

from services.publisher.rendering.documents.announcement import announcement
from services.publisher.rendering.documents.parts import Paragraph
from shared.domain.survey import Admission, Survey
from tests.unit.services.publisher.example import bentre


def said(survey: Survey, tag: str = "vi") -> str:
    words = announcement(survey, tag, None)
    return " ".join(block.text for section in words.sections for block in section.blocks if isinstance(block, Paragraph))


def test_it_says_who_is_asked_when_and_how_many() -> None:
    told = said(bentre())
    assert "60 phiếu: Quản lý cạnh tranh (10 phiếu), An toàn thực phẩm (10 phiếu)" in told
    assert "Lấy ý kiến từ ngày 01/8/2022 đến ngày 31/10/2022." in told
    assert "Số liệu có dưới 10 phiếu không được công bố" in told


def test_it_tells_invitations_from_open_answering() -> None:
    first, second = bentre().groups
    strata = tuple(replace(stratum, admission=Admission.INVITED) for stratum in first.strata)
    told = said(replace(bentre(), groups=(replace(first, strata=strata), second)))
    assert "Trả lời bằng mã mời, mỗi mã một phiếu: Sở, ban, ngành tỉnh" in told
    assert "Trả lời không cần mã mời: Quản lý cạnh tranh" in told


def test_a_day_of_release_is_named_only_where_the_plan_names_one() -> None:
    assert "Kết quả được công bố sau khi kết thúc khảo sát" in said(bentre())
    assert "công bố ngày 15/11/2022" in said(replace(bentre(), release_at=datetime(2022, 11, 15, 2, tzinfo=UTC)))
