from datetime import UTC, datetime

import pytest

from services.publisher.rendering.language import language
from services.publisher.rendering.sentences import doubt, figure, limits, period, reason
from shared.domain.results import Bounded, Cell, Shown, Suppressed
from tests.unit.services.publisher.example import bentre

SAMPLED = Shown(88.66666666666667, 79.22, 94.14, 60)
CENSUS = Shown(92.3, 92.3, 92.3, 26, "census")
PARTLY = Shown(95.65217391304348, 88.46153846153846, 96.15384615384616, 23, "bounds")
VI, EN = language("vi"), language("en")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (SAMPLED, "88,7%"),
        (CENSUS, "92%"),
        (Bounded(90.0, None, 26), "từ 90% trở lên"),
        (Bounded(None, 10.0, 26), "từ 10% trở xuống"),
        (Suppressed("base"), "không công bố"),
    ],
)
def test_a_figure_is_said_as_exactly_as_it_may_be(cell: Cell, read: str) -> None:
    assert figure(cell, VI) == read


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (SAMPLED, "79.2% to 94.1%"),
        (CENSUS, "all answered"),
        (PARTLY, "88% to 96% (not all answered)"),
        (Suppressed("base"), "–"),
    ],
)
def test_what_stands_beside_a_figure_says_what_kind_of_doubt_it_has(cell: Cell, read: str) -> None:
    assert limits(cell, EN) == read


def test_the_doubt_of_a_sample_is_its_interval_in_plain_words() -> None:
    assert "từ 79,2% đến 94,1% (khoảng tin cậy 95%)" in doubt(SAMPLED, VI, 0.95)


def test_a_wide_interval_is_called_wide() -> None:
    narrow, wide = Shown(80.0, 70.5, 90.0, 60), Shown(80.0, 70.0, 90.0, 60)
    assert ("thận trọng" in doubt(narrow, VI, 0.95), "thận trọng" in doubt(wide, VI, 0.95)) == (False, True)


def test_a_census_is_said_to_have_no_sampling_error() -> None:
    assert doubt(CENSUS, VI, 0.95) == ("Toàn bộ 26 đối tượng của nhóm đã trả lời, nên con số này không có sai số chọn mẫu.")


def test_a_partly_returned_census_gives_bounds_and_no_confidence() -> None:
    said = doubt(PARTLY, EN, 0.95)
    assert "between 88% and 96%" in said
    assert "confidence" not in said


def test_a_hidden_figure_says_why() -> None:
    assert "by subtraction" in doubt(Suppressed("complement"), EN, 0.95)


def test_a_reason_that_has_no_words_yet_gets_the_general_ones() -> None:
    assert reason("ledger", VI) == "để bảo vệ người trả lời"


def test_the_period_ends_on_the_day_before_a_closing_at_midnight() -> None:
    opens, closes = datetime(2022, 7, 31, 17, tzinfo=UTC), datetime(2022, 10, 31, 17, tzinfo=UTC)
    assert period(opens, closes, bentre(), VI) == "Lấy ý kiến từ ngày 01/8/2022 đến ngày 31/10/2022"


def test_a_period_within_a_day_names_the_day_once() -> None:
    opens, closes = datetime(2022, 8, 1, 2, tzinfo=UTC), datetime(2022, 8, 1, 3, tzinfo=UTC)
    assert period(opens, closes, bentre(), EN) == "Answers collected on 1 August 2022"
