import json
from typing import Any

import pytest

from services.collector.kiosk.content import content
from services.collector.kiosk.shell import kiosk_page, manifest, opening_page
from services.collector.web.steps import steps_of
from shared import plan
from shared.domain.survey import Survey
from tests import plans


def survey(*strata: dict[str, Any], **changes: Any) -> Survey:
    return plan.parse(plans.small("kiosk-test", *strata, **changes))


def test_a_device_asks_the_steps_of_the_form_in_their_order() -> None:
    asked = survey()
    told = content(asked)["questionnaires"]["visit"]["steps"]
    (questionnaire,) = asked.questionnaires.values()
    assert [[item["id"] for item in step["items"]] for step in told] == [
        [item.id for item in step.items] for step in steps_of(questionnaire)
    ]


def test_levels_have_faces_and_no_opinion_has_none() -> None:
    (item, *_) = content(survey())["questionnaires"]["visit"]["steps"][1]["items"]
    assert [option["mouth"] is not None for option in item["options"]] == [True] * 5 + [False]
    assert [option["apart"] for option in item["options"]] == [False] * 5 + [True]


def test_a_stratum_says_whether_it_refuses_and_whether_it_asks_for_an_invitation() -> None:
    told = content(
        survey(
            plans.stratum("few", quota=2, when_full="refuse"),
            plans.stratum("kept", quota=2, when_full="keep"),
            plans.stratum("asked", admission="invited"),
        )
    )
    facts = {s["id"]: (s["refuses"], s["invited"]) for s in told["strata"]}
    assert facts == {"few": (True, False), "kept": (False, False), "asked": (False, True)}


def test_the_version_changes_with_the_content_and_only_with_it() -> None:
    # The period must not come from the clock twice.
    one = plans.small("kiosk-test")
    versions = [content(plan.parse(data))["version"] for data in (one, one, {**one, "title": plans.texts("Khác", "Other")})]
    assert versions[0] == versions[1] != versions[2]


def test_the_page_names_its_survey_and_shows_nothing_of_the_plan_as_markup() -> None:
    page = kiosk_page(survey(title=plans.texts("<b>Đậm</b>", "<b>Bold</b>")))
    assert 'data-survey="kiosk-test"' in page
    assert "<b>" not in page


def test_a_survey_in_a_language_without_catalogue_borrows_words() -> None:
    told = content(plan.parse(plans.real("library-hue-2026.yml", "library", closes=60)))
    french = next(language for language in told["languages"] if language["tag"] == "fr")
    assert (french["spoken"], french["words"]["aloud.read"]) == ("vi", "Đọc to")


def test_the_manifest_stays_within_the_workers_scope() -> None:
    told = manifest(survey())
    assert (told["start_url"], told["scope"], told["lang"]) == ("/kiosk/kiosk-test", "/kiosk/", "vi")


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_the_opening_page_speaks_both_languages(tag: str) -> None:
    title = json.dumps({"vi": "Mở tệp đã xuất", "en": "Open an exported file"}[tag], ensure_ascii=False).strip('"')
    assert title in opening_page()
