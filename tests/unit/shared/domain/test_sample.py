"""The linearised variance, against R's survey package, samplics, svy, and the textbook."""

import json
import warnings
from csv import DictReader
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
import svy

from shared.domain.index import Combination, combination, factor_combination
from shared.domain.moments import Levels, moments_of_levels
from shared.domain.sample import Sample, sample, variance
from shared.domain.survey import Aggregation, Level, Questionnaire, Scale, Stratum
from tests.unit.shared.domain.groups import answers_of, questionnaire

with warnings.catch_warnings():  # samplics says on import that svy follows it
    warnings.simplefilter("ignore", FutureWarning)
    from samplics import PopParam, TaylorEstimator

REFERENCE = Path(__file__).parent / "reference"
R_SURVEY = json.loads((REFERENCE / "survey.json").read_text())
SIX_ITEMS = questionnaire({"F1": ["sch", "comp"], "F2": ["awards", "k3", "g46", "core"]})
Data = dict[str, tuple[int, Levels]]
"""stratum -> its population and its ballots."""


def read(name: str) -> Data:
    with (REFERENCE / f"{name}.csv").open() as lines:
        rows = list(DictReader(lines))
    items = [criterion.id for criterion in SIX_ITEMS.criteria]
    return {
        stratum: (
            next(int(row["population"]) for row in rows if row["stratum"] == stratum),
            np.array([[int(row[item]) for item in items] for row in rows if row["stratum"] == stratum], np.int8),
        )
        for stratum in sorted({row["stratum"] for row in rows})
    }


def sample_of(data: Data, asked: Questionnaire, *, stratified: bool = True) -> Sample:
    strata = [Stratum(id_, {}, population=size if stratified else None) for id_, (size, _) in data.items()]
    return sample(tuple(asked.rated), strata, {id_: moments_of_levels(levels, asked, 0) for id_, (_, levels) in data.items()})


def figure_named(name: str, of: Sample) -> Combination:
    ratios = of.ratios()
    if name in SIX_ITEMS.rated:
        return Combination({name: 1.0})
    factors = {factor.id: factor for factor in SIX_ITEMS.factors}
    found = (
        factor_combination(ratios, factors[name], Aggregation.MEAN_OF_FACTORS)
        if name in factors
        else combination(ratios, SIX_ITEMS, Aggregation(name))
    )
    assert found is not None
    return found


@pytest.mark.parametrize("data", ["apistrat", "simulated"])
@pytest.mark.parametrize("design", ["stratified", "unweighted"])
@pytest.mark.parametrize("figure", list(R_SURVEY["apistrat stratified"]))
def test_index_and_variance_agree_with_svyratio_and_svycontrast_of_r(data: str, design: str, figure: str) -> None:
    of = sample_of(read(data), SIX_ITEMS, stratified=design == "stratified")
    expected = R_SURVEY[f"{data} {design}"][figure]
    found = figure_named(figure, of)
    assert found.value(of.ratios()) == pytest.approx(expected["index"], rel=1e-12)
    assert variance(of, found, guarded=False) == pytest.approx(expected["variance"], rel=1e-10)


HOUSEHOLDS = questionnaire({"F": ["electricity", "rooms", "income"]})


def households() -> Data:
    """The sample of households that svy ships, in the regions of the census it ships with it.

    Rooms a head is unknown here for large households, so that the items have different bases.
    """
    sampled = svy.datasets.load("hld_sample_wb_2023", source="bundled")
    census = svy.datasets.load("hld_pop_wb_2023", source="bundled")
    answers = sampled.select(
        "geo1",
        electricity=pl.when(pl.col("electricity") == "Yes").then(5).otherwise(1),
        rooms=pl.when(pl.col("hhsize") > 6).then(-1).when(pl.col("rooms") >= 3).then(4).otherwise(2),
        income=pl.when(pl.col("quint_nat").is_in(["rich", "richest"])).then(5).otherwise(3),
    )
    return {
        region: (
            census.filter(pl.col("geo1") == region).height,
            answers.filter(pl.col("geo1") == region).select("electricity", "rooms", "income").to_numpy().astype(np.int8),
        )
        for region in sorted(sampled["geo1"].unique())
    }


SEVEN = Scale("seven", tuple(Level(value, {}, satisfied=value >= 5) for value in range(1, 8)))
LEANINGS = questionnaire({"F": ["self", "Clinton", "Dole"]}, scale=SEVEN)


def leanings() -> Data:
    """Three seven-point items of the American National Election Study of 1996, by how often people read the news.

    The populations are made up; statsmodels ships the answers without any.
    """
    data = sm.datasets.anes96.load_pandas().data
    items = data[["selfLR", "ClinLR", "DoleLR"]].to_numpy().astype(np.int8)
    items[::7, 1] = -1
    return {str(education): (1000 + 100 * education, items[data["educ"].to_numpy() == education]) for education in range(1, 8)}


def columns(data: Data, asked: Questionnaire) -> dict[str, np.ndarray]:
    """One row a ballot: stratum, weight, population, and y and x of every item and of all together."""
    table: dict[str, list[np.ndarray]] = {}
    for id_, (size, levels) in data.items():
        y = np.isin(levels, list(asked.scale.satisfied)).astype(float)
        x = (levels > 0).astype(float)
        full = np.ones(len(levels))
        parts = {"stratum": np.repeat(id_, len(levels)), "w": full * size / len(levels), "N": full * size}
        for j, item in enumerate(asked.rated):
            parts |= {f"y_{item}": y[:, j], f"x_{item}": x[:, j]}
        for name, part in (parts | {"y_all": y.sum(axis=1), "x_all": x.sum(axis=1)}).items():
            table.setdefault(name, []).append(part)
    return {name: np.concatenate(made) for name, made in table.items()}


CASES = {"households": (households, HOUSEHOLDS), "leanings": (leanings, LEANINGS), "simulated": (None, SIX_ITEMS)}


def case(name: str) -> tuple[Data, Questionnaire]:
    load, asked = CASES[name]
    return (read(name) if load is None else load()), asked


def ratio_figures(asked: Questionnaire) -> dict[str, Combination]:
    singles = {item: Combination({item: 1.0}) for item in asked.rated}
    return {**singles, "all": Combination(dict.fromkeys(asked.rated, 1 / len(asked.rated)), pooled=True)}


@pytest.mark.parametrize("name", list(CASES))
def test_criteria_and_pooled_answers_agree_with_svy(name: str) -> None:
    data, asked = case(name)
    of = sample_of(data, asked)
    survey = svy.Sample(pl.DataFrame(columns(data, asked)), svy.Design(stratum="stratum", wgt="w", pop_size="N"))
    for item, figure in ratio_figures(asked).items():
        found = survey.estimation.ratio(y=f"y_{item}", x=f"x_{item}").estimates[0]
        assert figure.value(of.ratios()) == pytest.approx(found.est, rel=1e-9)
        assert variance(of, figure, guarded=False) ** 0.5 == pytest.approx(found.se, rel=1e-6)


@pytest.mark.parametrize("name", list(CASES))
def test_criteria_and_pooled_answers_agree_with_samplics(name: str) -> None:
    data, asked = case(name)
    of = sample_of(data, asked)
    table = columns(data, asked)
    fractions = {id_: len(levels) / size for id_, (size, levels) in data.items()}
    for item, figure in ratio_figures(asked).items():
        taylor = TaylorEstimator(PopParam.ratio)
        taylor.estimate(
            y=table[f"y_{item}"],
            x=table[f"x_{item}"],
            samp_weight=table["w"],
            stratum=table["stratum"],
            fpc={id_: 1 - fraction for id_, fraction in fractions.items()},
        )
        assert figure.value(of.ratios()) == pytest.approx(taylor.point_est, rel=1e-9)
        assert variance(of, figure, guarded=False) ** 0.5 == pytest.approx(taylor.stderror, rel=1e-6)


ONE_ITEM = questionnaire({"F": ["C"]})
SHARE = Combination({"C": 1.0})


def test_one_item_gives_the_variance_of_the_textbook() -> None:
    data = {
        "a": (40, answers_of(9, 1)),
        "b": (60, answers_of(8, 2)),
        "c": (80, answers_of(17, 3)),
        "d": (120, answers_of(19, 1)),
    }
    of = sample_of(data, ONE_ITEM)
    assert SHARE.value(of.ratios()) == pytest.approx(0.886667, abs=5e-7)
    assert variance(of, SHARE) ** 0.5 == pytest.approx(0.0376, abs=5e-5)


def test_a_stratum_that_is_all_satisfied_varies_like_one_with_half_a_ballot_more_on_each_side() -> None:
    of = sample_of({"a": (40, answers_of(9, 1)), "b": (60, answers_of(10, 0))}, ONE_ITEM)
    a = 0.4**2 * (1 - 10 / 40) * 0.9 * 0.1 / 9
    b = 0.6**2 * (1 - 10 / 60) * (10.5 / 11) * (0.5 / 11) / 9
    assert variance(of, SHARE) == pytest.approx(a + b)
    assert variance(of, SHARE, guarded=False) == pytest.approx(a)


def test_a_stratum_where_nobody_is_satisfied_varies_as_much_as_one_where_everybody_is() -> None:
    nobody = sample_of({"a": (40, answers_of(9, 1)), "b": (60, answers_of(0, 10))}, ONE_ITEM)
    everybody = sample_of({"a": (40, answers_of(9, 1)), "b": (60, answers_of(10, 0))}, ONE_ITEM)
    assert variance(nobody, SHARE) == pytest.approx(variance(everybody, SHARE))


@pytest.mark.parametrize("satisfied", [1, 2, 8, 9])
def test_a_stratum_in_which_somebody_differs_is_taken_as_it_is(satisfied: int) -> None:
    of = sample_of({"a": (40, answers_of(9, 1)), "b": (60, answers_of(satisfied, 10 - satisfied))}, ONE_ITEM)
    assert variance(of, SHARE) == variance(of, SHARE, guarded=False)


@pytest.mark.parametrize("level", [1, 5])
def test_who_has_no_opinion_does_not_make_a_stratum_of_one_mind_certain(level: int) -> None:
    asked = questionnaire({"F": ["A", "B"]})
    mixed, of_one_mind = [[5, 5]] * 5 + [[1, 1]] * 5, [[level, level]] * 5 + [[level, 0]] * 5
    of = sample_of({"a": (40, np.array(mixed, np.int8)), "b": (60, np.array(of_one_mind, np.int8))}, asked)
    mean = Combination({"A": 0.5, "B": 0.5})
    assert variance(of, mean) > variance(of, mean, guarded=False)


def test_a_stratum_of_a_single_ballot_is_not_taken_to_be_certain() -> None:
    of = sample_of({"a": (40, answers_of(9, 1)), "b": (60, answers_of(1, 0))}, ONE_ITEM)
    a = 0.4**2 * (1 - 10 / 40) * 0.9 * 0.1 / 9
    b = 0.6**2 * (1 - 1 / 60) * 0.75 * 0.25
    assert variance(of, SHARE) == pytest.approx(a + b)


def test_ballots_that_all_say_the_same_mixture_do_not_make_a_factor_certain() -> None:
    asked = questionnaire({"F": ["A", "B"]})
    of = sample_of({"a": (400, np.array([[5, 1]] * 10, np.int8))}, asked)
    assert variance(of, Combination({"A": 0.5, "B": 0.5})) == pytest.approx((1 - 10 / 400) * 0.25 / 11 / 9)


def test_a_stratum_counted_in_full_adds_no_error() -> None:
    of = sample_of({"a": (10, answers_of(9, 1)), "b": (60, answers_of(8, 2))}, ONE_ITEM)
    assert variance(of, SHARE) == pytest.approx((60 / 70) ** 2 * (1 - 10 / 60) * 0.8 * 0.2 / 9)


def test_answers_that_go_together_in_a_ballot_make_an_index_less_sure() -> None:
    asked = questionnaire({"F": ["A", "B"]})
    together = np.array([[5, 5]] * 5 + [[1, 1]] * 5, np.int8)
    apart = np.array([[5, 1]] * 4 + [[1, 5]] * 4 + [[5, 5], [1, 1]], np.int8)
    mean = Combination({"A": 0.5, "B": 0.5})
    assert variance(sample_of({"a": (400, together)}, asked), mean) > 4 * variance(sample_of({"a": (400, apart)}, asked), mean)
