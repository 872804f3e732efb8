"""docs/results.md names every key of the published JSON, no key that there is not, and every word that may stand in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.console.simulation import simulate
from services.publisher.published import as_json
from shared import plan
from shared.domain import register
from shared.domain.assessment import Missing
from shared.domain.ballot import Ballot, Submission, check, digest, receipt
from shared.domain.comments import Coded, Comment, themes
from shared.domain.comparison import Break, Verdict
from shared.domain.correction import changes
from shared.domain.disclosure.cells import Figure
from shared.domain.edition import Beside, Issue, results_of
from shared.domain.equation import Equation
from shared.domain.measure import Measure, Progress
from shared.domain.quality import Quadrant
from shared.domain.recount import StoredBallot, recount
from shared.domain.release import release
from shared.domain.series import Previous, previous_of
from shared.domain.survey import Aggregation, Channel, Survey
from shared.plan.summary import load_summary, previous
from shared.store.editions import Edition

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "results.md").read_text()
SURVEYS = ROOT / "deploy" / "surveys"
BENTRE = plan.load(SURVEYS / "sct-bentre-2022.yml")[1]
LIBRARY = plan.load(SURVEYS / "library-hue-2026.yml")[1]
SUMMARY = load_summary(SURVEYS / "sct-bentre-2021-simulated.yml")

ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \|[^|]*\|$", re.MULTILINE)
"""A row of a table of keys: key, form, meaning."""

NOTHING = Beside()

FIGURE_KEYS = ("index", "low", "high", "base", "census", "bounds", "at_least", "at_most", "suppressed", "reason")


def documented() -> dict[str, str]:
    """The keys in the tables of the page, each with its form."""
    return dict(ROW.findall(TEXT))


def patterns(keys: Mapping[str, str]) -> Iterator[str]:
    """Every path that the page allows, `<…>` standing for any one key, with the objects and lists on the way there.

    A figure has the keys of figures, and a text those of languages.
    """
    for key, form in keys.items():
        steps = key.split(".")
        yield from (".".join(steps[:n]).removesuffix("[]") for n in range(1, len(steps) + 1))
        if form.startswith("figure"):
            yield from (f"{key}.{name}" for name in FIGURE_KEYS)
        if form.startswith("texts"):
            yield f"{key}.<language>"


def paths(value: object, path: str = "") -> Iterator[str]:
    """The path of every key in a JSON value; `[]` for a member of a list."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            here = f"{path}.{key}" if path else key
            yield here
            yield from paths(inside, here)
    elif isinstance(value, list):
        for inside in value:
            yield from paths(inside, f"{path}[]")


def expression(pattern: str) -> str:
    """A pattern as a regular expression."""
    return re.sub(r"<[^>]*>", "[^.]+", re.escape(pattern))


def ballots_of(survey: Survey, sizes: Mapping[str, int]) -> list[Ballot]:
    found = []
    for each in simulate(survey, 2022, dict(sizes)):
        body = {**each.body, "channel": Channel(each.body["channel"])}
        found.append(check(Submission(id=each.id, **body), survey))
    return found


def published(
    survey: Survey, ballots: list[Ballot], before: Previous | None = None, beside: Beside = NOTHING
) -> dict[str, Any]:
    """The results of `survey` with these ballots, as the site gives them."""
    n = len(ballots)
    sealing = {
        "register": {"root": register.root(sorted(receipt(digest(ballot)) for ballot in ballots)).hex(), "ballots": n},
        "equation": Equation(accepted=n, stored=n, waiting=0, scored=n, counted=n, surplus=0).to_json(),
    }
    results = release(survey, recount([[StoredBallot(each, digest(each)) for each in ballots]], survey), sealing, (), before)
    made = datetime(2026, 11, 10, 2, tzinfo=UTC)
    whole = results_of(results, survey, Issue(1, made, made), beside)
    found: dict[str, Any] = json.loads(as_json(Edition(survey.id, 1, made, whole, {})))
    return found


def told_beside(survey: Survey, before: dict[str, Any], after: dict[str, Any]) -> Beside:
    """Measures, comments and a correction with every key that they may have."""
    measure = Measure(
        "M1", {"vi": "Thêm ghế"}, {"vi": "Văn phòng"}, date(2027, 6, 30), Progress.DONE, date(2027, 6, 1), "F1", {"vi": "Xong"}
    )
    groups = [group.id for group in survey.groups]
    comment = Comment(groups[0], "Tốt")
    rows = [Coded(n, comment, (("Chờ",),), "Tốt" if n == 0 else None) for n in range(20)]
    few = [Coded(30, Comment(groups[1], "Tốt"), (("Chờ",),))]
    correction = {
        "replaces": 1,
        "digest": "a" * 64,
        "reason": {"vi": "Sai số dân"},
        "fields": [{"field": "title.vi", "before": "Cũ", "after": "Mới"}],
        "figures": changes(before, after),
    }
    return Beside([measure.to_json()], (), themes([*rows, *few], survey), correction, {next(iter(survey.strata)): 40})


def of_one_mind(ballots: list[Ballot], level: int) -> list[Ballot]:
    """The ballots with every rating at `level`."""
    return [replace(each, answers={k: level if isinstance(v, int) else v for k, v in each.answers.items()}) for each in ballots]


@cache
def documents() -> tuple[dict[str, Any], ...]:
    """Releases of both plans in which every kind of figure occurs."""
    simulated = replace(BENTRE, simulated=True)
    bentre = published(simulated, ballots_of(simulated, {}), previous(SUMMARY, "a" * 64))
    weighed = replace(BENTRE, groups=tuple(replace(group, weight=1.0) for group in BENTRE.groups))
    some = ballots_of(weighed, {"departments": 15})
    earlier = previous_of(bentre, simulated)
    library = ballots_of(LIBRARY, {"site": 60})
    uniform = of_one_mind(ballots_of(LIBRARY, {"primary": 0, "secondary": 12, "site": 31}), 1)
    again = published(weighed, some, earlier)
    return (
        bentre,
        again,
        published(weighed, []),
        published(LIBRARY, library),
        published(LIBRARY, uniform, None, told_beside(LIBRARY, bentre, again)),
    )


@pytest.fixture(scope="module")
def occurring() -> set[str]:
    return {path for document in documents() for path in paths(document)}


def test_every_key_of_a_released_document_is_documented(occurring: set[str]) -> None:
    keys = {key: form for key, form in documented().items() if key not in FIGURE_KEYS}
    known = re.compile("|".join(map(expression, patterns(keys))))
    assert sorted(path for path in occurring if not known.fullmatch(path)) == []


def test_every_documented_key_occurs_in_a_released_document(occurring: set[str]) -> None:
    everything = occurring | {path.rpartition(".")[2] for path in occurring}
    wanted = [key.removesuffix("[]") for key in documented()]
    assert [key for key in wanted if not any(re.fullmatch(expression(key), path) for path in everything)] == []


def test_the_keys_of_a_figure_are_documented() -> None:
    assert set(FIGURE_KEYS) <= set(documented())


def test_every_key_of_the_example_occurs_in_a_released_document(occurring: set[str]) -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
    assert set(paths(json.loads(example))) <= occurring


@pytest.mark.parametrize("words", [Aggregation, Break, Channel, Figure, Missing, Progress, Quadrant, Verdict])
def test_every_word_that_may_stand_in_the_results_is_documented(words: type[Break]) -> None:
    assert [word.value for word in words if f"`{word.value}`" not in TEXT] == []


def test_every_reason_for_hiding_a_figure_is_documented() -> None:
    cells = [cell for document in documents() for cell in figures(document)]
    reasons = {cell["reason"] for cell in cells if cell.get("suppressed")}
    assert reasons == {"base", "complement", "audit", "no-answers"}
    assert [reason for reason in reasons if f"| `{reason}` |" not in TEXT] == []


def figures(value: object) -> Iterator[Mapping[str, Any]]:
    """Every figure, and every suppressed question, in a document."""
    if isinstance(value, Mapping):
        if "base" in value or "suppressed" in value:
            yield value
        yield from (each for inside in value.values() for each in figures(inside))
    elif isinstance(value, list):
        yield from (each for inside in value for each in figures(inside))
