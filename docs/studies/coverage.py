"""How often a 95 % interval holds the true index: a simulation of whole ballots, by the functions that publish.

    python docs/studies/coverage.py [--draws 2000] [--seed 20220801]

writes coverage.csv, coverage.svg and coverage-tables.md beside it; `--draws 0` draws the last two from the first.
Answers of one respondent go together (`TOGETHER`), a tenth of them are "no opinion", strata differ in satisfaction and
in the share of them that is asked.
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from statistics import NormalDist
from time import perf_counter

import altair as alt
import numpy as np
from numpy.typing import NDArray

from shared.domain.index import Combination, combination, factor_combination
from shared.domain.inference import effective_size
from shared.domain.interval import wilson
from shared.domain.moments import Levels, moments_of_levels
from shared.domain.sample import Sample, sample
from shared.domain.survey import Aggregation, Criterion, Factor, Level, Questionnaire, Scale, Stratum

HERE = Path(__file__).parent
TOGETHER = 0.5
"""Correlation of the inclinations behind two answers of one respondent."""
NO_OPINION_RATE = 0.1
SIZES = (10, 20, 40, 60, 100, 400)
SHARES = (0.5, 0.7, 0.85, 0.95, 0.98)
STRATA = (1, 3, 6)
PEOPLE_A_BALLOT = 5
"""With a finite population it has this many times the ballots; without one, a million."""

SCALE = Scale("five", tuple(Level(value, {}, satisfied=value >= 4) for value in range(1, 6)), no_opinion={})
FACTORS = tuple(
    Factor(f"F{f}", {}, tuple(Criterion(f"C{f}{c}", {}, "") for c in range(size))) for f, size in enumerate((3, 4, 3))
)
QUESTIONNAIRE = Questionnaire("study", 1, {}, {}, SCALE, FACTORS)
ITEMS = tuple(QUESTIONNAIRE.rated)
Figures = dict[str, Combination | None]
Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    ballots: int
    share: float
    strata: int
    finite: bool


@dataclass(frozen=True)
class Row:
    figure: str
    ballots: int
    share: float
    strata: int
    finite: bool
    coverage: float
    below: float
    above: float
    width: float


def figures(of: Sample) -> Figures:
    ratios = of.ratios()
    return {
        "criterion": Combination({ITEMS[0]: 1.0}) if ratios[ITEMS[0]].valid else None,
        "factor": factor_combination(ratios, FACTORS[0], Aggregation.MEAN_OF_FACTORS),
        "overall": combination(ratios, QUESTIONNAIRE, Aggregation.MEAN_OF_FACTORS),
    }


def sizes(design: Design) -> tuple[list[int], list[int]]:
    """Ballots and people of each stratum: ballots nearly equal, people as 3 : 4 : 5 for three strata."""
    base, more = divmod(design.ballots, design.strata)
    ballots = [base + (h < more) for h in range(design.strata)]
    total = PEOPLE_A_BALLOT * design.ballots if design.finite else 1_000_000
    weights = range(design.strata, design.strata * 2)
    people = [max(n, round(total * w / sum(weights))) for n, w in zip(ballots, weights, strict=True)]
    return ballots, people


def item_shares(design: Design, people: list[int]) -> Shares:
    """The share satisfied with each item in each stratum; its mean over people and items is the design's share."""
    strata = np.linspace(-0.4, 0.4, design.strata) if design.strata > 1 else np.zeros(1)
    lean = strata[:, None] + np.linspace(-0.3, 0.3, len(ITEMS))[[4, 0, 9, 1, 8, 2, 7, 3, 6, 5]]
    low, high = -10.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        shares = 1 / (1 + np.exp(-(middle + lean)))
        low, high = (middle, high) if np.average(shares.mean(axis=1), weights=people) < design.share else (low, middle)
    return shares


def answers(number: int, shares: Shares, chance: np.random.Generator) -> Levels:
    """Ballots of one stratum: level 5 where satisfied, 2 where not, 0 without opinion."""
    inclination = TOGETHER**0.5 * chance.standard_normal((number, 1)) + (1 - TOGETHER) ** 0.5 * chance.standard_normal(
        (number, len(shares))
    )
    limits = [NormalDist().inv_cdf(share) for share in shares]
    levels = np.where(inclination < limits, 5, 2)
    levels[chance.random(levels.shape) < NO_OPINION_RATE] = 0
    return levels.astype(np.int8)


def draw(design: Design, chance: np.random.Generator) -> Callable[[], tuple[Sample, dict[str, float]]]:
    """A function that draws a sample and says what is true of the population it is from."""
    ballots, people = sizes(design)
    shares = item_shares(design, people)
    strata = [Stratum(str(h), {}, population=size) for h, size in enumerate(people)]
    means = dict(zip(ITEMS, np.average(shares, axis=0, weights=people), strict=True))
    endless = {name: float(np.mean([means[i] for i in ids])) for name, ids in _means().items()}
    endless["overall"] = float(np.mean([np.mean([means[c.id] for c in f.criteria]) for f in FACTORS]))

    def one() -> tuple[Sample, dict[str, float]]:
        if not design.finite:
            asked = {str(h): answers(n, shares[h], chance) for h, n in enumerate(ballots)}
            return _sample(strata, asked), endless
        population = {str(h): answers(size, shares[h], chance) for h, size in enumerate(people)}
        asked = {id_: levels[: ballots[int(id_)]] for id_, levels in population.items()}
        whole = _sample(strata, population)
        truth = {name: found.value(whole.ratios()) for name, found in figures(whole).items() if found is not None}
        return _sample(strata, asked), truth

    return one


def _means() -> dict[str, list[str]]:
    return {"criterion": [ITEMS[0]], "factor": [criterion.id for criterion in FACTORS[0].criteria]}


def _sample(strata: list[Stratum], levels: dict[str, Levels]) -> Sample:
    known = {id_: moments_of_levels(made, QUESTIONNAIRE, 0.5) for id_, made in levels.items()}
    return sample(ITEMS, strata, known)


def bases(of: Sample, figure: str) -> list[int]:
    """The ballots behind the figure in each stratum."""
    count = {
        "criterion": lambda part: int(part.moments.valid[0]),
        "factor": lambda part: int(part.moments.answered[0]),
        "overall": lambda part: part.moments.ballots,
    }
    return [count[figure](part) for part in of.parts]


def study(design: Design, draws: int, seed: int) -> Iterator[Row]:
    """Coverage, the shares of intervals wholly below and above the truth, and the mean width in points."""
    chance = np.random.default_rng([seed, design.ballots, round(1000 * design.share), design.strata, design.finite])
    one = draw(design, chance)
    misses: dict[str, list[tuple[bool, bool, float]]] = {}
    for _ in range(draws):
        of, truth = one()
        for name, figure in figures(of).items():
            if figure is None or name not in truth:
                continue
            share = figure.value(of.ratios())
            low, high = wilson(share, effective_size(of, figure, share, bases(of, name)))
            close = 1e-9
            misses.setdefault(name, []).append((high < truth[name] - close, low > truth[name] + close, high - low))
    for name, seen in misses.items():
        below, above, width = np.array(seen, float).mean(axis=0).tolist()
        yield Row(name, **asdict(design), coverage=1 - below - above, below=below, above=above, width=100 * width)


def simulate(draws: int, seed: int) -> list[Row]:
    """All designs one after the other; tells how far it is."""
    started = perf_counter()
    designs = [Design(*values) for values in product(SIZES, SHARES, STRATA, (False, True))]
    rows: list[Row] = []
    for number, design in enumerate(designs, 1):
        rows += study(design, draws, seed)
        sys.stderr.write(f"\r{number} of {len(designs)} designs, {perf_counter() - started:.0f} s")
    sys.stderr.write("\n")
    return rows


def write(rows: list[Row]) -> None:
    with (HERE / "coverage.csv").open("w", newline="") as out:
        table = csv.DictWriter(out, list(asdict(rows[0])), lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({name: round(v, 4) if isinstance(v, float) else v for name, v in asdict(row).items()})


def read() -> list[Row]:
    with (HERE / "coverage.csv").open() as lines:
        return [
            Row(r["figure"], int(r["ballots"]), float(r["share"]), int(r["strata"]), r["finite"] == "True", *rates)
            for r in csv.DictReader(lines)
            for rates in [[float(r[name]) for name in ("coverage", "below", "above", "width")]]
        ]


def held(row: Row) -> bool:
    """Whether the coverage is what it should be, 93 to 97 %."""
    return 0.93 <= row.coverage <= 0.97


def tables(rows: list[Row]) -> str:
    """Coverage in percent of every design, those outside 93 to 97 in bold."""
    parts = []
    for figure in ("criterion", "factor", "overall"):
        mine = {(r.strata, r.finite, r.ballots, r.share): r for r in rows if r.figure == figure}
        head = f"## {figure}\n\n| strata | population | ballots | {' | '.join(f'p = {p}' for p in SHARES)} |"
        lines = [head, f"|{'---:|' * (3 + len(SHARES))}"]
        for strata, finite, ballots in product(STRATA, (False, True), SIZES):
            cells = [mine[strata, finite, ballots, share] for share in SHARES]
            shown = [f"{100 * r.coverage:.1f}" if held(r) else f"**{100 * r.coverage:.1f}**" for r in cells]
            population = f"{PEOPLE_A_BALLOT * ballots:,}" if finite else "endless"
            lines.append(f"| {strata} | {population} | {ballots} | {' | '.join(shown)} |")
        parts.append("\n".join(lines))
    return "# Coverage of every design, in percent\n\n" + "\n\n".join(parts) + "\n"


def plot(rows: list[Row]) -> alt.FacetChart:
    """Coverage over the number of ballots: a line for each share, a panel for each figure and number of strata."""
    panels = [
        {
            "figure": row.figure,
            "panel": f"{row.strata} strata" if row.strata > 1 else "1 stratum",
            "ballots": row.ballots,
            "satisfied": f"{100 * row.share:g} %",
            "population": "five times the ballots" if row.finite else "endless",
            "coverage": row.coverage,
        }
        for row in rows
    ]
    base = alt.Chart(alt.Data(values=panels))
    y = alt.Scale(domain=[0.88, 1], clamp=True)
    band = (
        base.transform_aggregate(count="count()", groupby=["figure", "panel"])
        .mark_rect(color="#dfe8df")
        .encode(y=alt.datum(0.93, scale=y), y2=alt.datum(0.97))
    )
    lines = base.mark_line(point=True).encode(
        x=alt.X("ballots:Q", scale=alt.Scale(type="log"), axis=alt.Axis(values=list(SIZES), grid=False)),
        y=alt.Y("coverage:Q", scale=y, axis=alt.Axis(format="%", title="coverage")),
        color=alt.Color("satisfied:N", title="satisfied", scale=alt.Scale(scheme="viridis")),
        strokeDash=alt.StrokeDash("population:N", title="population", legend=alt.Legend(symbolType="stroke")),
    )
    return (
        (band + lines)
        .properties(width=230, height=170)
        .facet(row=alt.Row("figure:N", title=None), column=alt.Column("panel:N", title=None))
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--draws", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=20220801)
    given = arguments.parse_args()
    if given.draws:
        write(simulate(given.draws, given.seed))
    rows = read()
    (HERE / "coverage-tables.md").write_text(tables(rows))
    plot(rows).save(HERE / "coverage.svg")


if __name__ == "__main__":
    main()
