"""This survey against the one before: first whether they may be compared at all, then by how much they differ.

Both surveys come as a `Summary` of one group, so that a year measured elsewhere can be brought in from a file. What fails
the gate is a break in the series: it is shown with its reasons, and no difference is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

from shared.domain.inference import Estimate, Kind
from shared.domain.interval import Limits, normal_quantile
from shared.domain.survey import Aggregation, Channel


class Break(StrEnum):
    """Why a figure of one survey may not be set against the other's (gián đoạn chuỗi số liệu)."""

    WORDING = "wording"
    SCALE = "scale"
    MODE = "mode"
    GROUP = "group"
    UNITS = "units"
    AGGREGATION = "aggregation"
    WEIGHTING = "weighting"
    CONFIDENCE = "confidence"
    NOT_MEASURED = "not-measured"


class Verdict(StrEnum):
    """All that is said of a change: tăng, giảm, or chưa đủ căn cứ kết luận có thay đổi."""

    INCREASE = "increase"
    DECREASE = "decrease"
    NOT_ENOUGH = "not-enough"


@dataclass(frozen=True, slots=True)
class Unit:
    """A stratum by its code, with the first and last day on which there is such a unit; None where there is no end."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None

    def exists(self, first: date, last: date) -> bool:
        """Whether there was such a unit through all of a period."""
        return (self.valid_from is None or self.valid_from <= first) and (self.valid_to is None or last <= self.valid_to)


@dataclass(frozen=True)
class Summary:
    """One group of one survey: its figures, in percent, and all that decides whether they can be compared.

    `definition` identifies who belongs to the group; `first_day` and `last_day` bound the period of answering;
    `wordings` gives each criterion's wording id, that of the overall question under its own id; `composition` gives each
    factor's criteria. Figures that were not measured are absent or None.
    """

    survey: str
    first_day: date
    last_day: date
    definition: str
    scale: str
    channels: frozenset[Channel]
    aggregation: Aggregation
    confidence: float
    weighted: bool
    units: tuple[Unit, ...]
    wordings: Mapping[str, str]
    composition: Mapping[str, tuple[str, ...]]
    overall: Estimate | None
    factors: Mapping[str, Estimate | None]
    criteria: Mapping[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure's difference, now minus before, in points, with its limits.

    `p` is the two-sided p-value that belongs to the limits; `adjusted` is after Holm's correction over all factors or all
    criteria compared, and decides the verdict, so that limits without 0 may go with "not enough".
    """

    id: str
    before: Estimate
    now: Estimate
    difference: float
    low: float
    high: float
    p: float
    adjusted: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """A figure that is not compared, and why."""

    id: str
    reasons: tuple[Break, ...]


Row = Change | SeriesBreak


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of this survey's figures, under their ids of now."""

    before: str
    now: str
    overall: Row
    factors: tuple[Row, ...]
    criteria: tuple[Row, ...]


def compare(now: Summary, before: Summary) -> Comparison:
    """Every figure of `now` against `before`'s.

    Criteria are matched by wording; factors by id, with the same wordings in them; the overall index needs the same
    factors, or the same overall question where that is the index.
    """
    shared = gate(now, before)
    old = {wording: id_ for id_, wording in before.wordings.items()}
    whole = _row("overall", now.overall, before.overall, shared + _wording(_whole(now) == _whole(before)))
    factors = [
        _row(id_, found, before.factors.get(id_), shared + _wording(_words(now, id_) == _words(before, id_)))
        for id_, found in now.factors.items()
    ]
    # A criterion is not aggregated, so how indices are aggregated does not touch it.
    ungrouped = [reason for reason in shared if reason is not Break.AGGREGATION]
    criteria = [
        _row(
            id_,
            found,
            before.criteria.get(old.get(now.wordings[id_], "")),
            ungrouped + _wording(now.wordings[id_] in old),
        )
        for id_, found in now.criteria.items()
    ]
    judge = _Judge(now.confidence)
    return Comparison(before.survey, now.survey, judge.rows([whole])[0], judge.rows(factors), judge.rows(criteria))


def gate(now: Summary, before: Summary) -> list[Break]:
    """What keeps every figure of two surveys apart; empty where nothing does."""
    found = {
        Break.SCALE: now.scale != before.scale,
        Break.MODE: now.channels != before.channels,
        Break.GROUP: now.definition != before.definition,
        Break.UNITS: not _same_units(now, before),
        Break.AGGREGATION: now.aggregation != before.aggregation,
        Break.WEIGHTING: now.weighted != before.weighted,
        Break.CONFIDENCE: now.confidence != before.confidence,
    }
    return [reason for reason, breaks in found.items() if breaks]


def _same_units(now: Summary, before: Summary) -> bool:
    if {unit.code for unit in now.units} != {unit.code for unit in before.units}:
        return False
    first, last = min(now.first_day, before.first_day), max(now.last_day, before.last_day)
    return all(unit.exists(first, last) for unit in now.units + before.units)


def _wording(same: bool) -> list[Break]:
    return [] if same else [Break.WORDING]


def _words(of: Summary, factor: str) -> frozenset[str] | None:
    criteria = of.composition.get(factor)
    return None if criteria is None else frozenset(of.wordings[id_] for id_ in criteria)


def _whole(of: Summary) -> frozenset[object]:
    """The wordings behind the overall index, by factor."""
    if of.aggregation is Aggregation.OVERALL_QUESTION:
        inside = {id_ for criteria in of.composition.values() for id_ in criteria}
        return frozenset(wording for id_, wording in of.wordings.items() if id_ not in inside)
    return frozenset((factor, _words(of, factor)) for factor in of.composition)


def _row(id_: str, now: Estimate | None, before: Estimate | None, reasons: list[Break]) -> _Pair | SeriesBreak:
    if not reasons and now is not None and before is not None:
        return _Pair(id_, before, now)
    return SeriesBreak(id_, tuple(reasons) or (Break.NOT_MEASURED,))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two figures that may be compared."""

    id: str
    before: Estimate
    now: Estimate


def difference(now: Estimate, before: Estimate, confidence: float = 0.95) -> tuple[float, Limits, float]:
    """Now minus before in points, its limits, and the p-value that belongs to them.

    Newcombe's interval from each figure's own limits (Statistics in Medicine 17 (1998) 873-890, method 10). A figure with
    bounds is taken at the end that makes the change smallest, and then adds no sampling error. The p-value is that of a
    normal deviate as far from 0 as the difference is in units of its limit's distance: it is below 1 − confidence exactly
    where the limits leave out 0.
    """
    change = now.index - before.index
    (now_least, now_most), (now_down, now_up) = _certain(now), _error(now)
    (before_least, before_most), (before_down, before_up) = _certain(before), _error(before)
    least, most = now_least - before_most, now_most - before_least
    down, up = sqrt(now_down**2 + before_up**2), sqrt(now_up**2 + before_down**2)
    limits = Limits(least - down, most + up)
    p = _p(least, down, confidence) if change > 0 else _p(-most, up, confidence)
    return change, limits, p


def _certain(of: Estimate) -> Limits:
    return Limits(of.low, of.high) if of.kind is Kind.BOUNDS else Limits(of.index, of.index)


def _error(of: Estimate) -> tuple[float, float]:
    return (of.index - of.low, of.high - of.index) if of.kind is Kind.INTERVAL else (0.0, 0.0)


def _p(distance: float, error: float, confidence: float) -> float:
    if distance <= 0:
        return 1.0
    return 0.0 if error == 0 else 2 * NormalDist().cdf(-normal_quantile(confidence) * distance / error)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm, Scandinavian Journal of Statistics 6 (1979) 65-70), in their order."""
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


@dataclass(frozen=True, slots=True)
class _Judge:
    confidence: float

    def rows(self, found: Sequence[_Pair | SeriesBreak]) -> tuple[Row, ...]:
        """Rows with verdicts, corrected for the number of pairs among them."""
        changes = {row.id: self._change(row) for row in found if isinstance(row, _Pair)}
        for change, adjusted in zip(changes.values(), holm([c.p for c in changes.values()]), strict=True):
            changes[change.id] = replace(change, adjusted=adjusted, verdict=self._verdict(change.difference, adjusted))
        return tuple(row if isinstance(row, SeriesBreak) else changes[row.id] for row in found)

    def _change(self, pair: _Pair) -> Change:
        change, limits, p = difference(pair.now, pair.before, self.confidence)
        return Change(pair.id, pair.before, pair.now, change, *limits, p, p, Verdict.NOT_ENOUGH)

    def _verdict(self, change: float, adjusted: float) -> Verdict:
        if adjusted >= 1 - self.confidence:
            return Verdict.NOT_ENOUGH
        return Verdict.INCREASE if change > 0 else Verdict.DECREASE
