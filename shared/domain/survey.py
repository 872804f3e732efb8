"""A survey as its plan defines it: who is asked, what is asked, when, and by which method the answers become indices.

Everything here is immutable and speaks the words of `docs/plan.md`. Reading a plan file is `shared.plan`'s work; what a
ballot may say is `shared.domain.ballot`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

Texts = Mapping[str, str]
"""A text in each language of the survey: language tag (BCP 47) -> text."""

NO_OPINION = 0
"""The answer "no opinion / does not apply" to a criterion. It leaves every denominator."""


class Channel(StrEnum):
    """The way in which a ballot came in (hình thức)."""

    WEB = "web"
    KIOSK = "kiosk"
    PAPER = "paper"
    PHONE = "phone"


class State(StrEnum):
    """Where a survey stands in its life; it only ever moves down this list."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSING = "closing"
    SEALED = "sealed"
    PUBLISHED = "published"


class WhenFull(StrEnum):
    """What happens to a ballot that comes in over the quota of its stratum."""

    REFUSE = "refuse"
    KEEP = "keep"
    COUNT = "count"


class Admission(StrEnum):
    """Who may hand in a ballot: anyone, who holds an invitation, or a device that was enrolled for the stratum."""

    OPEN = "open"
    INVITED = "invited"
    DEVICE = "device"


class Aggregation(StrEnum):
    """How criterion indices become a factor's and the overall index (documented in `shared.domain.index`)."""

    MEAN_OF_FACTORS = "mean-of-factors"
    MEAN_OF_CRITERIA = "mean-of-criteria"
    POOLED = "pooled"
    OVERALL_QUESTION = "overall-question"


class Release(StrEnum):
    """Who lets the sealed results out: the clock at `release_at`, or a person."""

    AUTOMATIC = "automatic"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a scale. `satisfied` says whether an answer at this level counts for the index."""

    value: int
    text: Texts
    satisfied: bool


@dataclass(frozen=True)
class Scale:
    """The levels that a criterion is rated on, lowest first, and the words of `NO_OPINION` if it may be given."""

    id: str
    levels: tuple[Level, ...]
    no_opinion: Texts | None = None

    @cached_property
    def values(self) -> frozenset[int]:
        """Every answer that may be given, `NO_OPINION` among them where the scale has it."""
        rated = frozenset(level.value for level in self.levels)
        return rated | {NO_OPINION} if self.no_opinion is not None else rated

    @cached_property
    def satisfied(self) -> frozenset[int]:
        """The levels that count as satisfied."""
        return frozenset(level.value for level in self.levels if level.satisfied)


@dataclass(frozen=True, slots=True)
class Condition:
    """A question applies only to those who chose one of `choices` in an earlier question."""

    question: str
    choices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is rated on the questionnaire's scale. Criteria with the same `wording` were asked in the same words."""

    id: str
    text: Texts
    wording: str
    uncertain: bool = False
    applies_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A named group of criteria with an index of its own (yếu tố)."""

    id: str
    title: Texts
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a question offers."""

    id: str
    text: Texts


@dataclass(frozen=True)
class Question:
    """A question with choices, outside the indices: perception, expectation, filter, about the respondent.

    `at_most` is how many choices may be picked. Answers are a choice's id where it is 1, otherwise a list of ids.
    `sensitive` questions are published under the stricter disclosure rule; `shuffle` asks pages to vary the order of the
    choices, those in `fixed` staying last.
    """

    id: str
    text: Texts
    choices: tuple[Choice, ...]
    at_most: int = 1
    sensitive: bool = False
    shuffle: bool = False
    fixed: frozenset[str] = frozenset()
    applies_if: Condition | None = None

    @cached_property
    def choice_ids(self) -> frozenset[str]:
        return frozenset(choice.id for choice in self.choices)


@dataclass(frozen=True)
class Questionnaire:
    """A versioned set of questions. What is asked under one (id, version) never changes."""

    id: str
    version: int
    title: Texts
    stem: Texts
    scale: Scale
    factors: tuple[Factor, ...]
    overall: Criterion | None = None
    filters: tuple[Question, ...] = ()
    perception: tuple[Question, ...] = ()
    expectation: tuple[Question, ...] = ()
    about: tuple[Question, ...] = ()
    comment: Texts | None = None

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of all factors in order, without the overall question."""
        return tuple(criterion for factor in self.factors for criterion in factor.criteria)

    @cached_property
    def rated(self) -> Mapping[str, Criterion]:
        """All that is rated on the scale, by id: the criteria and the overall question."""
        overall = () if self.overall is None else (self.overall,)
        return {criterion.id: criterion for criterion in self.criteria + overall}

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """All questions with choices, by id."""
        return {q.id: q for q in self.filters + self.perception + self.expectation + self.about}


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of a group with its own quota. `quota` is None where there is no limit.

    `population` is the number of people or bodies the stratum stands for (N_h), None where it is not known. `valid_from` and
    `valid_to` are the first and last day on which there is such a unit, None where there is no end.
    """

    id: str
    title: Texts
    quota: int | None = None
    when_full: WhenFull = WhenFull.COUNT
    population: int | None = None
    admission: Admission = Admission.OPEN
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def limit(self) -> int | None:
        """The most ballots that are counted in this stratum; None where any number is."""
        return None if self.when_full is WhenFull.COUNT else self.quota

    @property
    def reserves(self) -> bool:
        """Whether a place is reserved for those who answer: only where there may be none left when they have done."""
        return self.when_full is WhenFull.REFUSE


@dataclass(frozen=True, slots=True)
class Group:
    """Respondents that share a questionnaire (nhóm đối tượng). Groups are never pooled unless the plan gives weights.

    `unit` is the word for those who answer, such as offices; None where the plan does not say it.
    """

    id: str
    title: Texts
    questionnaire: Questionnaire
    strata: tuple[Stratum, ...]
    weight: float | None = None
    unit: Texts | None = None

    @property
    def population(self) -> int | None:
        """N: the sum of the strata's populations, None unless all are known."""
        populations = [stratum.population for stratum in self.strata]
        return None if None in populations else sum(n for n in populations if n is not None)

    @property
    def quota(self) -> int | None:
        """The number of ballots planned, None unless every stratum has a quota."""
        quotas = [stratum.quota for stratum in self.strata]
        return None if None in quotas else sum(n for n in quotas if n is not None)


@dataclass(frozen=True, slots=True)
class Method:
    """The settings that turn answers into published figures. `docs/methodology.md` says what each one does."""

    aggregation: Aggregation = Aggregation.MEAN_OF_FACTORS
    confidence: float = 0.95
    min_answered: float = 0.5
    min_base: int = 10
    running_step: int = 5


@dataclass(frozen=True, slots=True)
class Reserving:
    """For how long places are reserved: `minutes` for an open form, from its last sign of life, and `hours` for a device, which
    borrows up to `block` of them at once."""

    minutes: int = 30
    block: int = 50
    hours: int = 72


@dataclass(frozen=True, slots=True)
class Body:
    """The public body whose service is measured. `superior` stands above it on documents; `sign` is its abbreviation there."""

    name: Texts
    place: Texts
    sign: str
    superior: Texts | None = None
    contact: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    """When the survey runs; all times are aware, in the plan's time zone (IANA name in `timezone`).

    Ballots are accepted from `opens_at` up to, not including, `closes_at`. Those that a kiosk or a clerk took before closing
    may still be synchronised up to `late_until`.
    """

    timezone: str
    opens_at: datetime
    closes_at: datetime
    late_until: datetime


@dataclass(frozen=True)
class Survey:
    """One measurement by one body in one period, e.g. `sct-bentre-2022`.

    `previous` is the id of the survey that it is compared with, None where it is compared with none. From `retain_until` on
    free text, invitations and contacts are destroyed; None where the plan sets no date.
    """

    id: str
    body: Body
    title: Texts
    purpose: Texts
    notice: Texts
    languages: tuple[str, ...]
    period: Period
    groups: tuple[Group, ...]
    method: Method
    places: Reserving = Reserving()
    release: Release = Release.AUTOMATIC
    release_at: datetime | None = None
    grounds: tuple[Texts, ...] = ()
    simulated: bool = False
    previous: str | None = None
    retain_until: datetime | None = None

    @property
    def language(self) -> str:
        """The first language of the plan: the one of documents and the one shown first."""
        return self.languages[0]

    @cached_property
    def strata(self) -> Mapping[str, tuple[Group, Stratum]]:
        """Each stratum with its group, by id (unique in the whole survey)."""
        return {stratum.id: (group, stratum) for group in self.groups for stratum in group.strata}

    @cached_property
    def questionnaires(self) -> Mapping[str, Questionnaire]:
        """The questionnaires in use, by id."""
        return {group.questionnaire.id: group.questionnaire for group in self.groups}

    def group(self, group_id: str) -> Group:
        """The group with that id; KeyError if there is none."""
        return {group.id: group for group in self.groups}[group_id]


class Admitted(StrEnum):
    """What the clock and the survey's state say to a ballot that comes in."""

    YES = "yes"
    NOT_YET = "not-yet"
    CLOSED = "closed"
    LATE = "late"


SYNCHRONISED = frozenset({Channel.KIOSK, Channel.PAPER})
"""Channels whose ballots were taken earlier than they reach us."""


def admits(period: Period, state: State, channel: Channel, now: datetime) -> Admitted:
    """Whether a ballot by `channel` may be accepted at `now`.

    `LATE` is a synchronised ballot for which it is too late: it waits in quarantine for a person. Everyone else who comes
    after closing is `CLOSED`.
    """
    if state is State.DRAFT or now < period.opens_at:
        return Admitted.NOT_YET
    if channel in SYNCHRONISED:
        open_still = state in (State.OPEN, State.CLOSING) and now < period.late_until
        return Admitted.YES if open_still else Admitted.LATE
    return Admitted.YES if state is State.OPEN and now < period.closes_at else Admitted.CLOSED


def next_step_at(survey: Survey, state: State, *, released: bool, correcting: bool) -> datetime | None:
    """From when on the step after `state` can be taken; None where there is none, or a person has to let it.

    `released` says that a person let the sealed results out, `correcting` that one asked for another edition.
    """
    period = survey.period
    match state:
        case State.OPEN:
            return period.closes_at
        case State.CLOSING:
            return period.late_until
        case State.SEALED if survey.release is Release.PERSON:
            return period.late_until if released else None
        case State.SEALED:
            return max(period.late_until, survey.release_at or period.late_until)
        case State.PUBLISHED if correcting:
            return period.late_until
        case _:
            return None
