"""The fields of a plan: which there are, what they may hold, which are required, what is filled in.

What spans several fields is in `shared.plan.rules`. `docs/plan.md` describes the same fields for those who write plans.
"""

from __future__ import annotations

from shared.domain.survey import Admission, Aggregation, Release, WhenFull
from shared.plan.fields import Block, Day, Flag, Id, Items, Language, Number, Plain, Text, Texts, Time, Whole, Word, Zone

SMALLEST_BASE = 3
"""No plan may publish figures of fewer ballots or let running figures move by fewer: single answers would show."""


SHORTEST_LEASE = 5
"""Minutes for which a place is reserved at least: people who read slowly answer one question in less."""


class ContactSchema(Plain):
    address = Text(default=None)
    phone = Text(default=None)
    email = Text(default=None)
    website = Text(default=None)


class BodySchema(Plain):
    name = Texts()
    place = Texts()
    sign = Text("the abbreviation on documents, such as SCT", longest=20)
    superior = Texts(default=None)
    contact = Block(ContactSchema, "address, phone, email, website", default=None)


class PeriodSchema(Plain):
    timezone = Zone()
    opens_at = Time()
    closes_at = Time()
    late_until = Time(default=None)


class MethodSchema(Plain):
    aggregation = Word(Aggregation, Aggregation.MEAN_OF_FACTORS.value)
    confidence = Number(0.5, 1, open_=True, default=0.95)
    min_answered = Number(0, 1, open_=False, default=0.5)
    min_base = Whole(SMALLEST_BASE, default=10)
    running_step = Whole(SMALLEST_BASE, default=5)


class PlacesSchema(Plain):
    minutes = Whole(SHORTEST_LEASE, 24 * 60, default=30)
    block = Whole(1, 500, default=50)
    hours = Whole(1, 24 * 31, default=72)


class LevelSchema(Plain):
    value = Whole(1, 100)
    text = Texts()
    satisfied = Flag()


class ScaleSchema(Plain):
    id = Id()
    levels = Items(Block(LevelSchema, "a level: value, text, satisfied"), "levels", low=2)
    no_opinion = Texts(default=None)


class FactorSchema(Plain):
    id = Id()
    title = Texts()


ConditionSchema = Plain.from_dict(
    {"question": Id(), "is": Items(Id(), "choices of that question")},
    name="ConditionSchema",
)
"""From a dict, because `is` cannot be the name of an attribute."""

CONDITION = "a condition such as {question: …, is: [yes]}"


class RatedSchema(Plain):
    """A criterion, or the overall question."""

    id = Id()
    text = Texts()
    wording = Id()
    uncertain = Flag()
    applies_if = Block(ConditionSchema, CONDITION, default=None)


class ChoiceSchema(Plain):
    id = Id()
    text = Texts()


class QuestionSchema(Plain):
    id = Id()
    text = Texts()
    choices = Items(Block(ChoiceSchema, "a choice: id, text"), "choices", low=2)
    at_most = Whole(1, default=1)
    sensitive = Flag()
    shuffle = Flag()
    fixed = Items(Id(), "choices that stay last", default=None)
    applies_if = Block(ConditionSchema, CONDITION, default=None)


class FactorInUseSchema(Plain):
    factor = Id()
    criteria = Items(Block(RatedSchema, "a criterion: id, text, wording"), "criteria")


def _questions() -> Items:
    return Items(Block(QuestionSchema, "a question: id, text, choices"), "questions", low=0, default=None)


class QuestionnaireSchema(Plain):
    id = Id()
    version = Whole(1)
    title = Texts()
    stem = Texts()
    scale = Id()
    filters = _questions()
    factors = Items(Block(FactorInUseSchema, "a factor with its criteria: factor, criteria"), "factors with their criteria")
    overall = Block(RatedSchema, "the overall question: id, text, wording", default=None)
    perception = _questions()
    expectation = _questions()
    about = _questions()
    comment = Texts(default=None)


class StratumSchema(Plain):
    id = Id()
    title = Texts()
    quota = Whole(1, default=None)
    when_full = Word(WhenFull, WhenFull.COUNT.value)
    population = Whole(1, default=None)
    admission = Word(Admission, Admission.OPEN.value)
    valid_from = Day(default=None)
    valid_to = Day(default=None)


class GroupSchema(Plain):
    id = Id()
    title = Texts()
    unit = Texts(default=None)
    questionnaire = Id()
    weight = Number(0, 1_000_000, open_=True, default=None)
    strata = Items(Block(StratumSchema, "a stratum: id, title"), "strata")


class PlanSchema(Plain):
    survey = Id()
    languages = Items(Language(), "language tags")
    title = Texts()
    purpose = Texts()
    notice = Texts()
    body = Block(BodySchema, "the public body: name, place, sign")
    grounds = Items(Texts(), "texts", low=0, default=None)
    period = Block(PeriodSchema, "the period: timezone, opens_at, closes_at")
    release = Word(Release, Release.AUTOMATIC.value)
    release_at = Time(default=None)
    retain_until = Time(default=None)
    method = Block(MethodSchema, "settings of the method", default=lambda: MethodSchema().load({}))
    places = Block(PlacesSchema, "terms of reserving: minutes, block, hours", default=lambda: PlacesSchema().load({}))
    scales = Items(Block(ScaleSchema, "a scale: id, levels"), "scales")
    factors = Items(Block(FactorSchema, "a factor: id, title"), "factors")
    questionnaires = Items(Block(QuestionnaireSchema, "a questionnaire"), "questionnaires")
    groups = Items(Block(GroupSchema, "a group: id, title, questionnaire, strata"), "groups")
    simulated = Flag()
    previous = Id(default=None)
