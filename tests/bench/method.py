"""How fast ballots go through tally and inference, and that memory does not grow with their number.

A million ballots are drawn in chunks as matrices of levels and never held together; a smaller number goes as ballots
through the recount itself. Each runs in a process of its own, so that the peak of memory is its own. `python -m
tests.bench.method` prints both.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from shared import plan
from shared.domain.ballot import Ballot, digest
from shared.domain.index import aggregate, criterion_ratios
from shared.domain.inference import estimate
from shared.domain.moments import MISSING, Levels, Moments, complete_rows, moments_of_levels, no_moments
from shared.domain.quality import importance, no_sums, sums_of_levels
from shared.domain.recount import StoredBallot, recount
from shared.domain.survey import Channel, Group, Survey
from shared.domain.tally import Tally, merge

PLAN = Path("deploy/surveys/sct-bentre-2022.yml")
GROUP = "applicants"
BALLOTS = 1_000_000
AS_BALLOTS = 30_000
CHUNK = 25_000
LIMIT = 64
"""Megabytes by which the peak may be above that of a twentieth of the ballots."""


def measure(ballots: int = BALLOTS, as_ballots: int = AS_BALLOTS) -> dict[str, Any]:
    """What was measured, for the key `method` of bench.json. `agrees_with_direct`: the indices are those of counting."""
    few, many = _in_a_process("levels", ballots // 20), _in_a_process("levels", ballots)
    through_recount = _in_a_process("ballots", as_ballots)
    flat = many["peak_mb"] - few["peak_mb"] <= LIMIT
    return {**many, "peak_mb_of_a_twentieth": few["peak_mb"], "flat": flat, "as_ballots": through_recount}


def _in_a_process(path: str, ballots: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.method", path, str(ballots)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(printed)
    return found


def _survey() -> tuple[Survey, Group]:
    """The first survey's plan, with populations, so that the sample is stratified."""
    _, survey = plan.load(PLAN)
    group = survey.group(GROUP)
    strata = tuple(replace(s, population=(n + 4) * BALLOTS) for n, s in enumerate(group.strata))
    group = replace(group, strata=strata)
    return replace(survey, groups=(group,)), group


def drawn(group: Group, ballots: int, seed: int = 1) -> Iterator[tuple[str, Levels]]:
    """Matrices of levels of at most `CHUNK` rows, each of one stratum: a mood that a ballot's ratings share, and skips."""
    chance = np.random.default_rng(seed)
    strata = [stratum.id for stratum in group.strata]
    for number, start in enumerate(range(0, ballots, CHUNK)):
        rows = min(CHUNK, ballots - start)
        mood = chance.standard_normal((rows, 1), np.float32)
        pull = mood + chance.standard_normal((rows, len(group.questionnaire.rated)), np.float32)
        levels = np.clip(np.rint(4.2 + 0.6 * pull), 1, 5).astype(np.int8)
        away = chance.random(levels.shape, np.float32)
        levels[away < 0.06] = 0
        levels[away < 0.02] = MISSING
        yield strata[number % len(strata)], levels


def by_levels(ballots: int) -> dict[str, Any]:
    """Tally, moments, quality and estimates of `ballots` drawn as matrices."""
    survey, group = _survey()
    asked, least = group.questionnaire, survey.method.min_answered
    moments: dict[str, Moments] = {stratum.id: no_moments(asked) for stratum in group.strata}
    tallies: dict[str, Tally] = {stratum.id: Tally() for stratum in group.strata}
    quality, spent = no_sums(asked), 0.0
    for stratum, levels in drawn(group, ballots):
        start = time.perf_counter()
        moments[stratum] += moments_of_levels(levels, asked, least)
        quality += sums_of_levels(levels, asked, least)
        tallies[stratum] = merge([tallies[stratum], tally_of_levels(levels, group, least)])
        spent += time.perf_counter() - start
    start = time.perf_counter()
    found = estimate(group, moments, survey.method)
    importance(quality.scores, [factor.id for factor in asked.factors])
    spent += time.perf_counter() - start
    direct = aggregate(criterion_ratios(tallies, group), asked, survey.method.aggregation)
    return _told(ballots, len(asked.rated), spent, _same(found.figures.overall, direct))


def tally_of_levels(levels: Levels, group: Group, min_answered: float) -> Tally:
    """What `shared.domain.tally` counts of the same ballots."""
    asked = group.questionnaire
    complete = levels[complete_rows(levels, asked, min_answered)]
    counts = {}
    for column, item in enumerate(asked.rated):
        found = np.bincount(complete[:, column] - MISSING, minlength=7)[1:]
        counts[item] = {str(level): int(number) for level, number in enumerate(found) if number}
    return Tally(len(levels), len(levels) - len(complete), 0, counts)


def by_ballots(ballots: int) -> dict[str, Any]:
    """The recount of `ballots` as they come from the store, with digests and receipts."""
    survey, group = _survey()
    generated = 0.0

    def chunks() -> Iterator[list[StoredBallot]]:
        nonlocal generated
        for number, (stratum, levels) in enumerate(drawn(group, ballots)):
            for part in range(0, len(levels), 1_000):
                start = time.perf_counter()
                made = _ballots(survey, group, stratum, levels[part : part + 1_000], number * CHUNK + part)
                generated += time.perf_counter() - start
                yield made

    start = time.perf_counter()
    counted = recount(chunks(), survey)
    found = estimate(group, counted.moments[GROUP], survey.method)
    spent = time.perf_counter() - start - generated
    direct = aggregate(criterion_ratios(counted.strata, group), group.questionnaire, survey.method.aggregation)
    return _told(ballots, len(group.questionnaire.rated), spent, _same(found.figures.overall, direct))


def _ballots(survey: Survey, group: Group, stratum: str, levels: Levels, first: int) -> list[StoredBallot]:
    items = tuple(group.questionnaire.rated)
    made = []
    for number, row in enumerate(levels.tolist(), start=first):
        answers = {item: level for item, level in zip(items, row, strict=True) if level != MISSING}
        ballot = Ballot(UUID(int=number), survey.id, group.id, stratum, Channel.WEB, "vi", 1, answers)
        made.append(StoredBallot(ballot, digest(ballot)))
    return made


def _same(found: Any, direct: float | None) -> bool:
    return found is not None and direct is not None and abs(found.index - 100 * direct) < 1e-9


def _told(ballots: int, answers: int, seconds: float, agrees: bool) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "ballots": ballots,
        "answers": answers,
        "seconds": round(seconds, 3),
        "ballots_per_s": round(ballots / seconds),
        "peak_mb": round(peak, 1),
        "agrees_with_direct": agrees,
    }


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(json.dumps(measure(), indent=2))  # noqa: T201
    else:
        run = {"levels": by_levels, "ballots": by_ballots}[sys.argv[1]]
        print(json.dumps(run(int(sys.argv[2]))))  # noqa: T201
