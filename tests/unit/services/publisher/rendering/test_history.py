import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

from services.publisher.rendering.history import Past, past_before, past_of, render_history
from services.publisher.rendering.history_chart import Mark, history_chart
from services.publisher.rendering.language import language
from services.publisher.rendering.page import frame
from shared.domain.results import Shown
from shared.domain.series import previous_of
from shared.domain.survey import Survey
from shared.store.previous import Compared
from tests.unit.services.publisher.example import bentre, edition_of
from tests.unit.services.publisher.rendering.test_comparing import ROWS


def before_of(survey: Survey) -> Callable[[Mapping[str, Any]], Compared]:
    """What a site reads of the survey before `survey`: the example's figures, a year earlier."""
    found = previous_of(edition_of(survey), survey)
    dated = replace(found, survey="earlier", first_day=date(2021, 8, 1), last_day=date(2021, 10, 31), edition=None, digest="d")
    return lambda _: Compared(dated)


def series() -> list[Past]:
    """2021 from elsewhere, 2022 compared with it, 2023 in which the applicants' series breaks."""
    compared = previous_of(edition_of(bentre()), bentre())
    first = replace(past_before(compared), first_day=date(2021, 8, 1), last_day=date(2021, 10, 31), survey="earlier")
    second = past_of(edition_of(bentre(), comparison=ROWS), bentre())
    broken = [{"group": "applicants", "figure": "overall", "id": "overall", "break": ["wording", "mode"]}]
    third = past_of(edition_of(bentre(), comparison=broken), bentre())
    return [first, second, replace(third, survey="later", first_day=date(2023, 8, 1), last_day=date(2023, 10, 31))]


def page(tag: str = "en", past: list[Past] | None = None) -> str:
    reader = language(tag)
    return render_history(series() if past is None else past, bentre(), frame(reader, ("vi", "en")), reader)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_each_survey_is_a_row_the_latest_on_top() -> None:
    text = words(page())
    periods = ["1 August 2023 to 31 October 2023", "1 August 2022 to 29 October 2022", "1 August 2021 to 31 October 2021"]
    places = [text.index(period) for period in periods if period in text]
    assert places == sorted(places)
    assert len(places) >= 2


def test_a_break_is_named_with_its_reasons() -> None:
    assert "break: the question has changed; " in words(page())


def test_a_change_is_said_with_its_verdict_and_size() -> None:
    assert "increase (+8.7 points)" in words(page()) or "increase (+8.7 percentage points)" in words(page())


def test_only_surveys_of_this_site_are_linked() -> None:
    html = page()
    assert '<a href="/surveys/later?lang=en">' in html
    assert "/surveys/earlier" not in html


def test_a_survey_without_one_before_says_so() -> None:
    assert "There is no earlier survey yet" in words(page(past=series()[:1]))


def test_two_surveys_that_may_be_compared_are_joined_and_others_are_not() -> None:
    cell = Shown(80.0, 75.0, 85.0, 60)
    marks = [Mark("2021", cell, "80%", False), Mark("2022", cell, "80%", True), Mark("2023", cell, "80%", False)]
    chart = str(history_chart("c", ("t", "d", "break"), marks))
    assert (chart.count('class="join"'), chart.count('class="gap"')) == (1, 1)


def test_a_figure_that_is_not_told_has_a_place_and_no_dot() -> None:
    marks = [Mark("2021", Shown(80.0, 75.0, 85.0, 60), "80%", False), Mark("2022", None, "not published", True)]
    chart = str(history_chart("c", ("t", "d", "break"), marks))
    assert (chart.count('class="dot"'), chart.count('class="join"')) == (1, 0)
    assert "not published" in chart


def test_the_chart_reads_every_figure_out() -> None:
    description = page().split("<desc")[1].split("</desc>")[0]
    assert all(year in description for year in ("2021", "2022", "2023"))
