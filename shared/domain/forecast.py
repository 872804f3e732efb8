"""What a plan's survey will be able to say before anybody has answered: errors, strata that may not be shown, changes seen."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.design import at_least, cochran_error, handouts, smallest_change
from shared.domain.survey import Group, Survey

SURE = 0.95
"""The probability with which a stratum is wanted to be shown."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What has to be taken for granted, as shares from 0 to 1: how many of the ballots handed out come back complete, how
    many of the answers are satisfied, how many real changes are to be seen."""

    rate: float = 0.8
    share: float = 0.85
    power: float = 0.8


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be expected of a group or a stratum with `ballots` complete ballots; None where no number is planned.

    `error` and `worst` are the ± of one criterion at the assumed share and at one half, `change` the smallest change between
    two such surveys that is seen; shares from 0 to 1. `census`: everybody is asked, so there is no sampling error.
    """

    ballots: int | None
    population: int | None
    census: bool
    error: float | None
    worst: float | None
    change: float | None


@dataclass(frozen=True, slots=True)
class StratumOutlook:
    """`shown` is the probability that a stratum is not under the minimum base if its quota is handed out; `hand_out` how many
    to hand out to be `SURE` of it, None where that is impossible (not so many members) or not planned."""

    id: str
    outlook: Outlook
    shown: float | None
    hand_out: int | None

    @property
    def at_risk(self) -> bool:
        return self.shown is not None and self.shown < SURE


@dataclass(frozen=True, slots=True)
class GroupOutlook:
    id: str
    outlook: Outlook
    strata: tuple[StratumOutlook, ...]


def forecast(survey: Survey, assumed: Assumptions) -> tuple[GroupOutlook, ...]:
    """The outlook of every group and stratum. Raises ImpossibleDesign for a rate of 0."""
    return tuple(_group(group, survey, assumed) for group in survey.groups)


def _group(group: Group, survey: Survey, assumed: Assumptions) -> GroupOutlook:
    strata = []
    for stratum in group.strata:
        outlook = _outlook(stratum.quota, stratum.population, survey, assumed)
        shown, hand_out = None, None
        if stratum.quota is not None:
            shown = at_least(survey.method.min_base, stratum.quota, assumed.rate)
            needed = handouts(survey.method.min_base, assumed.rate, SURE)
            hand_out = needed if stratum.population is None or needed <= stratum.population else None
        strata.append(StratumOutlook(stratum.id, outlook, shown, hand_out))
    return GroupOutlook(group.id, _outlook(group.quota, group.population, survey, assumed), tuple(strata))


def _outlook(ballots: int | None, population: int | None, survey: Survey, assumed: Assumptions) -> Outlook:
    if ballots is None:
        return Outlook(None, population, False, None, None, None)
    confidence = survey.method.confidence
    return Outlook(
        ballots=ballots,
        population=population,
        census=ballots == population,
        error=cochran_error(ballots, population, assumed.share, confidence),
        worst=cochran_error(ballots, population, 0.5, confidence),
        change=smallest_change(ballots, share=assumed.share, power=assumed.power, confidence=confidence),
    )
