"""`hailong plan` and `hailong rating`: what they say, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.console.cli import main

ROOT = Path(__file__).parents[4]
PLAN = str(ROOT / "deploy" / "surveys" / "sct-bentre-2022.yml")
RATING = str(ROOT / "deploy" / "ratings" / "tt01-2018-example.yml")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_plan_without_mistakes_is_ok_and_summed_up() -> None:
    output = said("plan", "check", PLAN)
    assert output.startswith("ok: sct-bentre-2022.yml is a complete plan\n")
    assert "44 criteria are marked uncertain" in output


def test_all_mistakes_of_a_plan_are_told_and_the_command_fails(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        Path(PLAN).read_text("utf-8").replace("quota: 17", "quota: ten").replace("sign: SCT", "sing: SCT"), "utf-8"
    )
    result = run("plan", "check", str(wrong))
    assert result.exit_code == 1
    assert 'groups[0].strata[0].quota: expected a whole number of at least 1, got "ten"' in result.output
    assert "body.sing: no such field here; did you mean sign?" in result.output


def test_the_report_names_strata_that_may_fall_under_the_minimum_base() -> None:
    output = said("plan", "design", "report", PLAN)
    assert "districts: 9 members, fewer than 10" in output
    assert "food-safety: under 10 complete ballots with probability 89% if only 10 are handed out. Hand out 16" in output
    assert "18.3" in output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("size", "--error", "5", "-N", "300"), ("169", "172")),
        (("size", "--error", "5%"), ("385",)),
        (("error", "60", "-N", "300"), ("±11.3", "±11.5")),
        (("handouts", "10", "--rate", "80"), ("Hand out 16",)),
        (("change", "60"), ("18.3 points",)),
        (("change", "60", "--before", "400"), ("400 ballots before and 60 now",)),
    ],
)
def test_a_design_question_is_answered(words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    output = said("plan", "design", *words)
    assert [text for text in expected if text not in output] == []


def test_a_total_is_divided_by_three_rules() -> None:
    strata = [word for text in ("a=40@90", "b=60@80", "c=80@85", "d=120@95") for word in ("-s", text)]
    rows = [line.split() for line in said("plan", "design", "allocate", "60", *strata, "--minimum", "0").splitlines()]
    assert rows[3:8] == [
        ["a", "40", "8", "11", "8"],
        ["b", "60", "12", "14", "16"],
        ["c", "80", "16", "16", "19"],
        ["d", "120", "24", "19", "17"],
        ["total", "300", "60", "60", "60"],
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("allocate", "5", "-s", "a=40", "-s", "b=60"), "between 20 and 100 can"),
        (("allocate", "5", "-s", "a"), "expected a stratum as NAME=N or NAME=N@SHARE"),
        (("error", "60", "-N", "50"), "60 ballots cannot come from a population of 50"),
        (("handouts", "10", "--rate", "0"), "expected a percentage above 0 and below 100"),
        (("size", "--error", "wide"), "expected a percentage such as 5 or 82.5, got 'wide'"),
    ],
)
def test_a_question_without_an_answer_is_refused_in_a_sentence(words: tuple[str, ...], message: str) -> None:
    result = run("plan", "design", *words)
    assert result.exit_code != 0
    assert message in result.output


@pytest.mark.parametrize("command", ["size", "error", "allocate", "handouts", "change", "report"])
def test_every_design_command_shows_an_example(command: str) -> None:
    assert "Example: hailong plan design " in said("plan", "design", command, "--help")


def test_a_rating_says_its_class_and_its_doubts() -> None:
    output = said("rating", RATING)
    assert "13.4 of 18: tốt (good)" in output
    assert "verified: no" in output
    assert "Not certain:" in output


def test_a_rating_can_be_written_as_json(tmp_path: Path) -> None:
    out = tmp_path / "rating.json"
    printed = said("rating", RATING, "--json", "--out", str(out))
    assert json.loads(out.read_text("utf-8")) == json.loads(printed)
    assert json.loads(printed)["agency"]["class"] == "good"
