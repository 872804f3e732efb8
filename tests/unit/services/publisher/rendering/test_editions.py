from dataclasses import replace
from typing import Any

from services.publisher.rendering.editions import render_editions
from services.publisher.rendering.language import language
from services.publisher.rendering.page import frame
from shared.store.editions import Edition
from tests.unit.services.publisher.example import bentre
from tests.unit.services.publisher.memory import OUT, edition
from tests.unit.services.publisher.rendering.test_history import words

CORRECTION = {
    "replaces": 1,
    "digest": "d" * 64,
    "reason": {"vi": "Chỉ tiêu ghi sai", "en": "A wrong quota"},
    "fields": [{"field": "groups[people].strata[desk].population", "before": 100, "after": 120}],
    "figures": [
        {
            "group": "applicants", "stratum": None, "figure": "overall", "id": "", "choice": None,
            "before": {"index": 80.05, "low": 70.0, "high": 90.0, "base": 60}, "after": {"suppressed": True, "reason": "base"},
        },
        {
            "group": "applicants", "stratum": None, "figure": "factor", "id": "F1", "choice": None,
            "before": {"absent": True}, "after": {"at_least": 90.0, "base": 60},
        },
        {
            "group": "applicants", "stratum": None, "figure": "comparison", "id": "F1", "choice": None,
            "before": {"break": ["wording"]}, "after": {"verdict": "increase", "difference": 3.0, "low": 1.0, "high": 5.0},
        },
    ],
}  # fmt: skip


def page(*editions: Edition, tag: str = "en") -> str:
    reader = language(tag)
    shown = {**frame(reader, ("vi", "en")), "address": "https://survey.example/surveys/x"}
    return words(render_editions(editions, bentre(), shown, reader))


def corrected(**changes: Any) -> Edition:
    found = edition(OUT, 2)
    return replace(found, results={**found.results, "correction": {**CORRECTION, **changes}}, digest="e" * 64)


def test_a_correction_says_why_and_what_was_altered_in_the_plan() -> None:
    text = page(corrected(), edition(OUT, 1))
    assert "Correction: A wrong quota. Figures changed: 3." in text
    assert "groups[people].strata[desk].population 100 120" in text


def test_every_figure_that_changed_stands_there_as_it_was_and_as_it_is() -> None:
    text = page(corrected(), edition(OUT, 1))
    assert "80.1% (70.0% to 90.0%) not published" in text
    assert "none 90% or more" in text
    assert "not compared increase" in text


def test_an_edition_that_was_replaced_says_by_which() -> None:
    assert "(replaced by edition 2)" in page(corrected(), edition(OUT, 1))


def test_an_edition_shows_its_digest_and_the_hashes_of_its_files() -> None:
    text = page(corrected(), edition(OUT, 1))
    assert "e" * 64 in text
    assert edition(OUT, 1).documents["notice.pdf"].sha256 in text


def test_the_snippet_for_other_sites_frames_the_widget_with_a_title() -> None:
    assert '<iframe src="https://survey.example/surveys/x/widget?lang=en" title="' in page(edition(OUT, 1))
