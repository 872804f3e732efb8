"""What `hailong status` and `hailong survey show` say: a survey's state in lines that a person can read at night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.equation import Equation
from shared.domain.survey import Period, Survey
from shared.domain.tally import Tallies, Tally, by_stratum
from shared.events import BEAT, PUBLISHING, SCORING
from shared.store.indices import Snapshot
from shared.store.places import Held
from shared.store.retention import Certificate
from shared.store.surveys import Record
from shared.store.tallies import Stuck


def header(record: Record) -> Iterator[str]:
    """What the survey is and where it stands."""
    survey = record.survey
    period = survey.period
    yield f"{survey.id}: {survey.title[survey.language]}"
    yield f"  body      {survey.body.name[survey.language]}"
    yield f"  state     {record.state.value}, revision {record.revision}, editions {record.editions}"
    yield from _period_lines(period)
    if survey.simulated:
        yield "  simulated ballots: nothing of it is a real result"
    if record.problem:
        yield f"  PROBLEM   {record.problem}"
        due = f"{record.due_at:%H:%M:%S} UTC" if record.due_at is not None else "when a person lets it"
        yield f"  tried     {record.tries} times; again at {due}, or at once with: hailong survey retry {survey.id}"
    if record.correction is not None:
        reason = next(iter(record.correction.reason.values()))
        yield f"  correcting  asked for by {record.correction.by}: {reason}"


def local(moment: datetime, period: Period) -> str:
    """A moment by the clocks of the survey's place."""
    return f"{moment.astimezone(ZoneInfo(period.timezone)):%Y-%m-%d %H:%M}"


def _period_lines(period: Period) -> Iterator[str]:
    """From when to when, by the clocks of the place; a person may have closed the survey by any other clock."""
    yield f"  period    {local(period.opens_at, period)} to {local(period.closes_at, period)} {period.timezone}"
    yield f"  late      kiosk and paper ballots until {local(period.late_until, period)}"


def review_lines(number: int, review: Mapping[str, Any]) -> Iterator[str]:
    """What the disclosure rules decided about an edition: how much they hid, and what a person should look at."""
    decisions = Counter(decision["rule"] for decision in review.get("decisions", ()))
    hidden = ", ".join(f"{rule} {count}" for rule, count in sorted(decisions.items()))
    told = f"{decisions.total()} figures hidden or bounded ({hidden})" if hidden else "nothing was hidden"
    yield f"  edition {number}: {told}"
    for warning in review.get("warnings", ()):
        yield f"  LOOK      {warning}"


def summary_lines(survey: Survey) -> Iterator[str]:
    """A plan by itself: what it measures, when, and who is asked what."""
    period, method = survey.period, survey.method
    yield f"{survey.id}: {survey.title[survey.language]}"
    yield f"  body      {survey.body.name[survey.language]}"
    yield f"  languages {', '.join(survey.languages)}"
    yield from _period_lines(period)
    yield f"  method    {method.aggregation.value}, confidence {method.confidence:g}, minimum base {method.min_base}"
    yield f"  release   {survey.release.value}"
    yield f"  compared  {f'with {survey.previous}' if survey.previous else 'with no survey before'}"
    yield from plan_lines(survey)
    unchecked = sum(criterion.uncertain for asked in survey.questionnaires.values() for criterion in asked.criteria)
    if unchecked:
        yield f"  {unchecked} criteria are marked uncertain: their source is not checked"


def plan_lines(survey: Survey) -> Iterator[str]:
    """Who is asked and what."""
    for group in survey.groups:
        q = group.questionnaire
        yield f"  group {group.id}: {group.title[survey.language]}"
        yield f"    questionnaire {q.id} version {q.version}: {len(q.factors)} factors, {len(q.criteria)} criteria"
        for stratum in group.strata:
            quota = "no quota" if stratum.quota is None else f"quota {stratum.quota} ({stratum.when_full.value})"
            population = "" if stratum.population is None else f", population {stratum.population}"
            yield f"    {stratum.id:24} {quota}{population}, {stratum.admission.value}"


def strata_lines(survey: Survey, tallies: Tallies, places: Mapping[str, Held]) -> Iterator[str]:
    """Ballots by stratum, with the places that anyone can have, and those that are reserved for somebody who is answering."""
    strata = by_stratum(tallies)
    yield "  stratum                   counted  surplus  reserved  places left"
    for id_ in survey.strata:
        tally, held = strata.get(id_, Tally()), places.get(id_)
        reserved, left = (0, "no limit") if held is None else (held.reserved, f"{held.free - held.reserved} of {held.limit}")
        yield f"  {id_:24} {tally.counted:8} {tally.surplus:8} {reserved:9}  {left}"


def channel_lines(tallies: Tallies) -> Iterator[str]:
    """Ballots by channel."""
    channels: Counter[str] = Counter()
    for cell, tally in tallies.items():
        channels[cell.channel.value] += tally.scored
    yield "  channels  " + (", ".join(f"{name} {number}" for name, number in sorted(channels.items())) or "no ballots yet")


def equation_lines(equation: Equation) -> Iterator[str]:
    """The equation with its terms, and whether it holds."""
    yield (
        f"  equation  accepted {equation.accepted} = scored {equation.scored} + waiting {equation.waiting}; "
        f"scored = counted {equation.counted} + surplus {equation.surplus}: {'holds' if equation.holds else 'DOES NOT HOLD'}"
    )
    for fault in equation.faults():
        yield f"    {fault}"


def running_lines(shown: Mapping[str, Snapshot]) -> Iterator[str]:
    """The running indices that may be seen."""
    if not shown:
        yield "  running   no index yet: it is shown in steps, so that no two looks tell one ballot"
    for group, snapshot in shown.items():
        overall = "undefined" if snapshot.overall is None else f"{snapshot.overall:.0f} %"
        yield f"  running   {group}: {overall} over {snapshot.base} ballots (moves in steps)"


def survey_line(record: Record, equation: Equation) -> str:
    """A survey in one line: where it stands, and whether its ballots are all accounted for."""
    told = "the equation holds" if equation.holds else f"the equation DOES NOT HOLD: {'; '.join(equation.faults())}"
    problem = f"; PROBLEM {record.problem}" if record.problem else ""
    return f"  {record.survey.id:32} {record.state.value:10} {equation.accepted:>9} ballots, {told}{problem}"


def retention_lines(survey: Survey, certificate: Certificate | None) -> Iterator[str]:
    """When what leads to people is destroyed, or when it was."""
    if certificate is not None:
        when = certificate.ended_at
        yield "  retention " + ("being destroyed, NOT ENDED" if when is None else f"destroyed on {when:%Y-%m-%d}")
    elif survey.retain_until is not None:
        yield f"  retention free text, invitations and contacts until {survey.retain_until:%Y-%m-%d %H:%M}"


def stuck_lines(stuck: Iterable[Stuck]) -> Iterator[str]:
    """Batches that could not be scored, and what to do about them."""
    for each in stuck:
        yield f"  STUCK     batch {each.batch} of {each.survey}, {each.ballots} ballots: {each.reason}"
        yield f"            once it is mended: hailong batches retry {each.batch}"


def trouble_lines(quarantine: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """What waits for a person."""
    for (kind, reason), number in sorted(quarantine.items()):
        yield f"  quarantine  {number} {kind}{'s' if number != 1 else ''}: {reason[:160]}"


def worker_lines(ages: Mapping[str, timedelta], stale: float) -> Iterator[str]:
    """When each kind of worker last proved that it consumes, and the clock that it says what is due."""
    for kind, service, did in (("worker", SCORING, "consumed"), ("worker", PUBLISHING, "consumed"), ("clock", BEAT, "ticked")):
        age = ages.get(service)
        if age is None:
            yield f"  {kind:9} {service}: NEVER SEEN"
        else:
            late = " STALE" if age.total_seconds() > stale else ""
            yield f"  {kind:9} {service}: {did} {age.total_seconds():.0f} s ago{late}"


def waiting_line(batches: int, oldest: datetime | None, now: datetime) -> str:
    """How much waits to be scored, and for how long."""
    if oldest is None:
        return "  waiting   nothing"
    said = "1 batch" if batches == 1 else f"{batches} batches"
    return f"  waiting   {said}, the oldest for {max((now - oldest).total_seconds(), 0.0):.0f} s"
