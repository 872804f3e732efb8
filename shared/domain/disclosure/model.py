"""A group's figures as linear forms of what is behind them: the satisfied answers per criterion and stratum.

The audit grants the reader the valid answers of every criterion in every stratum, more than is published, so that
every index is linear in the satisfied ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shared.domain.disclosure.cells import Figure, Place
from shared.domain.disclosure.ledger import Populations
from shared.domain.index import Combination, Ratio, combination, factor_combination, ratio, weighting
from shared.domain.survey import Aggregation, Group
from shared.domain.tally import Tally

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """`satisfied`, `valid`: criteria × strata, the overall question among the criteria; `weights` and
    complete `ballots`: one a stratum.

    All vectors over answers are these matrices flattened row by row.
    """

    group: Group
    aggregation: Aggregation
    criteria: tuple[str, ...]
    strata: tuple[str, ...]
    satisfied: Vector
    valid: Vector
    weights: Vector
    ballots: Vector
    _parts: dict[Place, Combination | None] = field(default_factory=dict, repr=False)
    _forms: dict[Place, Vector | None] = field(default_factory=dict, repr=False)

    @property
    def answers(self) -> Vector:
        return self.satisfied.ravel()

    @property
    def limits(self) -> Vector:
        return self.valid.ravel()

    def columns(self, place: Place) -> list[int]:
        """The strata behind a place."""
        return list(range(len(self.strata))) if place.stratum is None else [self.strata.index(place.stratum)]

    def under(self, rule: Aggregation) -> Model:
        """The same answers under another rule of aggregation."""
        return self if rule is self.aggregation else replace(self, aggregation=rule, _parts={}, _forms={})

    def weighed_by(self, populations: Populations | None) -> Model:
        """The same answers with the strata weighed by other populations; as they are where None are given."""
        if populations is None:
            return self
        sizes = dict(populations)
        strata = tuple(replace(stratum, population=sizes.get(stratum.id)) for stratum in self.group.strata)
        if strata == self.group.strata:
            return self
        group = replace(self.group, strata=strata)
        complete = dict(zip(self.strata, map(int, self.ballots), strict=True))
        return replace(self, group=group, weights=_weights(group, complete), _parts={}, _forms={})

    def parts(self, place: Place) -> Combination | None:
        """The criteria that a figure combines, and how; None where it is undefined."""
        if place not in self._parts:
            self._parts[place] = self._combination(place)
        return self._parts[place]

    def _combination(self, place: Place) -> Combination | None:
        columns = self.columns(place)
        ratios = {
            criterion: Ratio(*(float(m[row, columns] @ self.weights[columns]) for m in (self.satisfied, self.valid)))
            for row, criterion in enumerate(self.criteria)
        }
        questionnaire = self.group.questionnaire
        match place.figure:
            case Figure.OVERALL:
                return combination(ratios, questionnaire, self.aggregation)
            case Figure.AGGREGATION:
                return combination(ratios, questionnaire, Aggregation(place.id))
            case Figure.FACTOR:
                factor = {factor.id: factor for factor in questionnaire.factors}[place.id]
                return factor_combination(ratios, factor, self.aggregation)
            case Figure.CRITERION:
                return Combination({place.id: 1.0}) if ratios[place.id].valid > 0 else None

    def form(self, place: Place) -> Vector | None:
        """The figure as a vector over answers: its product with the satisfied answers is the index in percent."""
        if place not in self._forms:
            self._forms[place] = self._form(place)
        return self._forms[place]

    def _form(self, place: Place) -> Vector | None:
        parts = self.parts(place)
        if parts is None:
            return None
        columns = self.columns(place)
        rows = [self.criteria.index(criterion) for criterion in parts.coefficients]
        weighted_valid = self.valid[np.ix_(rows, columns)] @ self.weights[columns]
        share = (
            np.full(len(rows), 1 / weighted_valid.sum())
            if parts.pooled
            else (np.array(list(parts.coefficients.values())) / weighted_valid)
        )
        form = np.zeros_like(self.valid)
        form[np.ix_(rows, columns)] = 100 * share[:, None] * self.weights[columns]
        return form.ravel()

    def size(self, place: Place) -> int:
        """How many valid answers are behind a figure."""
        parts = self.parts(place)
        if parts is None:
            return 0
        rows = [self.criteria.index(criterion) for criterion in parts.coefficients]
        return int(self.valid[np.ix_(rows, self.columns(place))].sum())

    def uneven(self, place: Place) -> bool:
        """Whether a figure combines criteria with different numbers of valid answers."""
        parts = self.parts(place)
        if parts is None:
            return False
        rows = [self.criteria.index(criterion) for criterion in parts.coefficients]
        return bool(np.ptp(self.valid[np.ix_(rows, self.columns(place))].sum(axis=1)) > 0)

    def base(self, criterion: str, stratum: str | None = None) -> int:
        """The valid answers to a criterion, in the group or in one stratum."""
        row = self.valid[self.criteria.index(criterion)]
        return int(row.sum() if stratum is None else row[self.strata.index(stratum)])

    def count(self, criterion: str, stratum: str | None = None) -> Vector:
        """The vector over answers that counts the satisfied of a criterion, in the group or in one stratum."""
        counted = np.zeros_like(self.valid)
        columns = slice(None) if stratum is None else self.strata.index(stratum)
        counted[self.criteria.index(criterion), columns] = 1
        return counted.ravel()

    @property
    def weights_differ(self) -> bool:
        """Whether the group's index weighs the ballots of its strata differently."""
        used = self.weights[self.weights > 0]
        return bool(used.size and used.max() - used.min() > 1e-12)


def model(group: Group, aggregation: Aggregation, tallies: Mapping[str, Tally]) -> Model:
    """The model of a group from the merged tallies of its strata; a stratum without one had no ballots."""
    strata = tuple(stratum.id for stratum in group.strata)
    held = {stratum: tallies.get(stratum, Tally()) for stratum in strata}
    criteria = tuple(group.questionnaire.rated)
    ratios = [[ratio(held[stratum], c, group.questionnaire.scale) for stratum in strata] for c in criteria]
    return Model(
        group=group,
        aggregation=aggregation,
        criteria=criteria,
        strata=strata,
        satisfied=np.array([[r.satisfied for r in row] for row in ratios], dtype=float),
        valid=np.array([[r.valid for r in row] for row in ratios], dtype=float),
        weights=_weights(group, {stratum: tally.complete for stratum, tally in held.items()}),
        ballots=np.array([held[stratum].complete for stratum in strata], dtype=float),
    )


def _weights(group: Group, complete: Mapping[str, int]) -> Vector:
    """The weight of each stratum of `group`, in its order; 0 for one without complete ballots."""
    weights = weighting(group, complete).weights
    return np.array([weights.get(stratum.id, 0.0) for stratum in group.strata])
