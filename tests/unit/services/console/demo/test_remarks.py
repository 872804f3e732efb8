"""Simulated comments: repeatable, only where they are asked for, and all of them coded, with no personal data left."""

from __future__ import annotations

from pathlib import Path

from services.console.demo.remarks import REMARKS, coded, with_remarks
from services.console.simulation import simulate
from shared import plan
from shared.domain.comments import Comment, themes, unfit
from shared.domain.redaction import redact

SURVEY = plan.load(Path(__file__).parents[5] / "deploy" / "surveys" / "sct-bentre-2022.yml")[1]


def test_the_same_seed_writes_the_same_remarks() -> None:
    once, again = (list(with_remarks(simulate(SURVEY, 7), SURVEY, 7)) for _ in range(2))
    assert once == again
    assert 30 < sum("comment" in ballot.body for ballot in once) < 70


def test_every_remark_is_coded_in_the_plans_languages_and_one_a_group_is_cleared() -> None:
    held = [Comment(group.id, redact(text).text) for group in SURVEY.groups for text, _, _ in REMARKS for _ in range(5)]
    rows = coded(held, SURVEY.languages)
    assert (len(rows), unfit(rows, held)) == (len(held), [])
    found = themes(rows, SURVEY)
    assert [(len(group["themes"]), len(group["cleared"])) for group in found] == [(4, 1)] * len(SURVEY.groups)
    assert found[0]["themes"][0]["theme"]["en"] != found[0]["themes"][0]["theme"]["vi"]


def test_a_comment_that_nobody_simulated_is_left_to_a_person() -> None:
    assert coded([Comment("applicants", "Một ý kiến khác")], ["vi"]) == []
