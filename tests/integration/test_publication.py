"""Two real plans from ballots to published figures, held against figures that are calculated here from what was posted.

The calculation knows plans as plain data and ballots as they were sent, and nothing of the code that it checks.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from services.console.simulation import simulate
from shared.domain.survey import State
from tests import plans
from tests.harness import Answer, Client, Rig, Store, in_threads, unique

SIZES = {"adults": 130, "students": 80, "seniors": 41, "primary": 20, "secondary": 15, "site": 60}
"""Ballots for the library: ten readers and one over their quotas, kept as surplus."""


@dataclass(frozen=True)
class Played:
    """A survey that was published: its plan, the counted ballots with their receipts, and what the API says."""

    plan: Mapping[str, Any]
    counted: list[tuple[dict[str, Any], str]]
    surplus: int
    results: dict[str, Any]


@pytest.fixture(scope="module", params=["library-hue-2026.yml", "sct-bentre-2022.yml"])
def played(request: pytest.FixtureRequest, system: Rig, api: Client, site: Client, store: Store) -> Played:
    assert system
    data = plans.real(request.param, unique("real"), closes=3_600)
    survey = store.opened(data).survey
    ballots = list(simulate(survey, len(request.param), SIZES if "library" in request.param else None))
    answers: list[Answer] = in_threads(8, lambda b: api.put(survey.id, b.id, b.body), ballots)
    assert {a.status for a in answers} == {201}
    store.surveys.move(store.surveys.get(survey.id), State.CLOSING, closed_at=datetime.now(UTC))
    if data["release"] == "person":
        sealed = store.reaches(survey.id, State.SEALED)
        assert site.get(f"/api/v1/surveys/{survey.id}/results").status == 404
        store.surveys.move(sealed, State.SEALED, released_by="the director")
    store.reaches(survey.id, State.PUBLISHED)
    counted = [(b.body, a.json["receipt"]) for b, a in zip(ballots, answers, strict=True) if a.json["counted"]]
    results = site.get(f"/api/v1/surveys/{survey.id}/results").json
    return Played(data, counted, len(ballots) - len(counted), results)


def complete(body: Mapping[str, Any], questionnaire: Mapping[str, Any], min_answered: float) -> bool:
    rated = left_out = 0
    for criterion in criteria(questionnaire):
        answer = body["answers"].get(criterion["id"])
        condition = criterion.get("applies_if")
        asked = condition is None or body["answers"].get(condition["question"], condition["is"][0]) in condition["is"]
        rated += answer is not None and answer > 0
        left_out += answer is None and asked
    return rated > 0 and rated >= min_answered * (rated + left_out)


def criteria(questionnaire: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [c for factor in questionnaire["factors"] for c in factor["criteria"]]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


class Expected:
    """The figures of some strata, from the bodies that were posted."""

    def __init__(self, played: Played, group: Mapping[str, Any], strata: list[Mapping[str, Any]]) -> None:
        self.plan = played.plan
        self.questionnaire = next(q for q in self.plan["questionnaires"] if q["id"] == group["questionnaire"])
        share = self.plan["method"]["min_answered"]
        self.bodies = {
            s["id"]: [b for b, _ in played.counted if b["stratum"] == s["id"] and complete(b, self.questionnaire, share)]
            for s in strata
        }
        populations = [s.get("population") for s in group["strata"]]
        self.weights = {s["id"]: s["population"] / len(self.bodies[s["id"]]) if all(populations) else 1.0 for s in strata}
        scale = next(s for s in self.plan["scales"] if s["id"] == self.questionnaire["scale"])
        self.satisfied = {level["value"] for level in scale["levels"] if level.get("satisfied")}

    def criterion(self, id_: str) -> float:
        satisfied = valid = 0.0
        for stratum, bodies in self.bodies.items():
            given = [b["answers"][id_] for b in bodies if b["answers"].get(id_)]
            satisfied += self.weights[stratum] * sum(answer in self.satisfied for answer in given)
            valid += self.weights[stratum] * len(given)
        return 100 * satisfied / valid

    def factor(self, id_: str) -> float:
        (factor,) = [f for f in self.questionnaire["factors"] if f["factor"] == id_]
        return mean([self.criterion(c["id"]) for c in factor["criteria"]])

    def overall(self) -> float:
        if self.plan["method"]["aggregation"] == "mean-of-factors":
            return mean([self.factor(f["factor"]) for f in self.questionnaire["factors"]])
        return mean([self.criterion(c["id"]) for c in criteria(self.questionnaire)])

    def levels(self, id_: str) -> dict[str, int]:
        given = [b["answers"].get(id_) for bodies in self.bodies.values() for b in bodies]
        return {str(level): given.count(level) for level in set(given) if level}


def pairs(played: Played) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each group of the plan with its results."""
    results = {group["id"]: group for group in played.results["groups"]}
    for group in played.plan["groups"]:
        yield group, results[group["id"]]


@dataclass(frozen=True)
class Figure:
    """An index as it is shown, as it should be, and what it is rounded to: 0 for not at all."""

    shown: float
    expected: float
    step: float

    @property
    def is_right(self) -> bool:
        return abs(self.shown - self.expected) <= self.step / 2 + 1e-9


def steps(played: Played) -> dict[tuple[str, str | None, str, str], float]:
    """What the disclosure rules rounded, as the results say: (group, stratum, figure, id) -> step."""
    rounded = played.results["method"]["disclosure"]["rounded"]
    return {(r["group"], r["stratum"], r["figure"], r["id"]): r["to"] for r in rounded}


def assert_right(figures: list[Figure], at_least: int, exact: int) -> None:
    assert [figure for figure in figures if not figure.is_right] == []
    assert len(figures) >= at_least
    assert sum(figure.step == 0 for figure in figures) >= exact


def test_every_group_index_is_that_of_the_posted_ballots(played: Played) -> None:
    figures = [
        Figure(
            result["overall"]["index"],
            Expected(played, group, group["strata"]).overall(),
            steps(played).get((group["id"], None, "overall", ""), 0),
        )
        for group, result in pairs(played)
        if "index" in result["overall"]
    ]
    assert_right(figures, at_least=2, exact=0)


def test_every_factor_index_is_that_of_the_posted_ballots(played: Played) -> None:
    figures = [
        Figure(
            factor["index"],
            Expected(played, group, group["strata"]).factor(factor["id"]),
            steps(played).get((group["id"], None, "factor", factor["id"]), 0),
        )
        for group, result in pairs(played)
        for factor in result["factors"]
        if "index" in factor
    ]
    assert_right(figures, at_least=4, exact=0)


def test_every_criterion_index_is_that_of_the_posted_ballots(played: Played) -> None:
    figures = [
        Figure(
            criterion["index"],
            Expected(played, group, group["strata"]).criterion(criterion["id"]),
            steps(played).get((group["id"], None, "criterion", criterion["id"]), 0),
        )
        for group, result in pairs(played)
        for criterion in result["criteria"]
        if "index" in criterion
    ]
    assert_right(figures, at_least=10, exact=4)


def test_every_stratum_index_is_that_of_the_posted_ballots(played: Played) -> None:
    figures = [
        Figure(
            stratum["overall"]["index"],
            Expected(played, group, [plan]).overall(),
            steps(played).get((group["id"], plan["id"], "overall", ""), 0),
        )
        for group, result in pairs(played)
        for plan, stratum in zip(group["strata"], result["strata"], strict=True)
        if "index" in stratum["overall"]
    ]
    assert_right(figures, at_least=3, exact=0)


def test_levels_that_are_shown_are_counts_of_the_posted_ballots(played: Played) -> None:
    shown = [(g, c) for g, result in pairs(played) for c in result["criteria"] if c.get("levels")]
    expected = [Expected(played, group, group["strata"]).levels(criterion["id"]) for group, criterion in shown]
    found = [{level: n for level, n in c["levels"].items() if n} for _, c in shown]
    assert found == expected


def test_every_group_says_how_many_ballots_it_rests_on(played: Played) -> None:
    strata = {group["id"]: {s["id"] for s in group["strata"]} for group in played.plan["groups"]}
    expected = {id_: sum(b["stratum"] in of for b, _ in played.counted) for id_, of in strata.items()}
    assert {group["id"]: group["ballots"] for group in played.results["groups"]} == expected


def test_the_equation_and_the_register_are_of_the_posted_ballots(played: Played) -> None:
    equation = played.results["equation"]
    assert (equation["counted"], equation["surplus"]) == (len(played.counted), played.surplus)
    assert equation["accepted"] == len(played.counted) + played.surplus
    assert (equation["waiting"], equation["holds"]) == (0, True)
    assert played.results["register"]["ballots"] == len(played.counted)


def merkle(receipts: list[str]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there: split at the largest power of two smaller than the number of leaves."""
    if len(receipts) == 1:
        return hashlib.sha256(b"\x00" + receipts[0].encode()).digest()
    split = 1 << (len(receipts) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle(receipts[:split]) + merkle(receipts[split:])).digest()


def test_the_published_register_lists_every_receipt_under_its_root(played: Played, site: Client) -> None:
    listed = site.get(f"/surveys/{played.plan['survey']}/register.txt").content.decode().splitlines()
    assert listed == sorted(receipt for _, receipt in played.counted)
    assert merkle(listed).hex() == played.results["register"]["root"]


def test_page_and_notice_are_there(played: Played, site: Client) -> None:
    page = site.get(f"/surveys/{played.plan['survey']}")
    notice = site.get(f"/surveys/{played.plan['survey']}/notice.pdf")
    assert (page.status, notice.status) == (200, 200)
    assert played.plan["body"]["name"]["vi"] in page.content.decode()
    assert notice.content.startswith(b"%PDF-")


def test_what_is_stored_of_a_ballot_tells_no_person_and_no_moment(played: Played, store: Store) -> None:
    stored = list(store.db.ballots.find({"survey": played.plan["survey"]}))
    about = {"survey", "group", "stratum", "channel", "language", "questionnaire", "date"}
    assert len(stored) == len(played.counted) + played.surplus
    assert {field for document in stored for field in document} <= about | {"_id", "answers", "comment", "digest", "surplus"}
    assert {len(document["date"]) for document in stored} == {len("2026-01-31")}


def test_receipts_are_no_other_form_of_ids(played: Played, store: Store) -> None:
    ids = {base64.b16encode(d["_id"].bytes).decode() for d in store.db.ballots.find({"survey": played.plan["survey"]})}
    assert not ids & {receipt.replace("-", "") for _, receipt in played.counted}
    assert json.dumps(played.results).count("receipt") == 0
