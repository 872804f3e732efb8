"""The forms that requests are parsed into, once, at the edge. Unknown fields are refused."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate

from shared.domain.ballot import Submission
from shared.domain.sequences import HIGHEST
from shared.domain.survey import Channel
from shared.domain.token import token_digest as digest_of_token

BALLOTS_LIMIT = 500
"""Ballots in one synchronisation at most."""


_UNTYPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs: what no person types and no database should have to store."""


_TYPED = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"
"""The same as the documentation says it, in the patterns of JSON Schema, which know no halves of pairs."""


def _is_text(value: str) -> None:
    if _UNTYPED.search(value):
        raise ValidationError("holds characters that are no text")


def _text(example: str, most: int | None = None, **options: Any) -> fields.String:
    """A text of 1 to `most` characters, of any number where that is None. `example` is shown to who reads the documentation."""
    length = [] if most is None else [validate.Length(1, most)]
    return fields.String(validate=[*length, _is_text], metadata={"pattern": _TYPED, "example": example}, **options)


def _is_uuid4(value: UUID) -> None:
    if value.version != 4:
        raise ValidationError("must be a UUIDv4")


class BallotForm(Schema):
    """One ballot. `answers` maps a question's id to its answer: a level, `0` for no opinion, a choice, or a list of choices."""

    class Meta:
        unknown = RAISE

    stratum = _text("petrol", 100, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    language = _text("vi", 35, required=True)
    questionnaire = fields.Integer(required=True, strict=True)
    answers = fields.Dict(required=True, metadata={"example": {"C01": 5, "C02": 0, "Q23": 4}})
    comment = _text("Cảm ơn.", allow_none=True)
    invitation = _text("the code of an invitation", 200, allow_none=True)
    place = _text("the name of a reserved place", 200, allow_none=True)
    sequence = fields.Integer(allow_none=True, strict=True, validate=validate.Range(1, HIGHEST))


class SynchronisedForm(BallotForm):
    """One ballot of a synchronisation, with the id that the device made for it."""

    id = fields.UUID(required=True, validate=_is_uuid4)


class BallotsForm(Schema):
    """The ballots that a kiosk kept while it had no network. Each is looked at for itself."""

    class Meta:
        unknown = RAISE

    ballots = fields.List(fields.Dict(keys=fields.String()), required=True, validate=validate.Length(1, BALLOTS_LIMIT))


class WishForm(Schema):
    """Places of a stratum to reserve: one for a person, up to the plan's block for a device."""

    class Meta:
        unknown = RAISE

    stratum = _text("petrol", 100, required=True)
    count = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, BALLOTS_LIMIT))
    invitation = _text("the code of an invitation", 200, allow_none=True)


class PlaceForm(Schema):
    """A lease. `needed` is false, and the rest empty, where the stratum refuses nobody."""

    place = fields.String(allow_none=True, required=True)
    count = fields.Integer(required=True)
    expires_in = fields.Integer(allow_none=True, required=True, metadata={"description": "seconds"})
    needed = fields.Boolean(required=True)


class ReportForm(Schema):
    """What a device says of itself."""

    class Meta:
        unknown = RAISE

    pending = fields.Integer(required=True, strict=True, validate=validate.Range(0, HIGHEST))
    refused = fields.Integer(required=True, strict=True, validate=validate.Range(0, HIGHEST))
    bursts = fields.Integer(required=True, strict=True, validate=validate.Range(0, HIGHEST))
    version = _text("0.1.0", 100, required=True)
    last = fields.Integer(required=True, strict=True, validate=validate.Range(0, HIGHEST))


class SequencesForm(Schema):
    """The sequence numbers that were settled: up to `through`, but for the ranges that are `missing`."""

    through = fields.Integer(required=True)
    missing = fields.List(fields.List(fields.Integer()), required=True)


class DeviceForm(Schema):
    """A device as the collector knows it."""

    device = fields.String(required=True)
    survey = fields.String(required=True)
    strata = fields.List(fields.String(), required=True)
    channel = fields.String(required=True)
    sequences = fields.Nested(SequencesForm, required=True)


class ReceiptForm(Schema):
    """What the sender keeps. `counted` is false for a ballot that came over the limit and was kept as surplus."""

    receipt = fields.String(required=True)
    counted = fields.Boolean(required=True)


class OutcomeForm(Schema):
    """What became of one ballot of a synchronisation: a receipt, or a problem."""

    id = fields.String(allow_none=True)
    status = fields.Integer(required=True)
    receipt = fields.String()
    counted = fields.Boolean()
    problem = fields.Dict(keys=fields.String())


class OutcomesForm(Schema):
    """One outcome for each ballot, in the order that they were sent in."""

    outcomes = fields.List(fields.Nested(OutcomeForm), required=True)


class ProblemForm(Schema):
    """A problem (RFC 9457). What else stands in it may be left unread."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"description": "Stable name of the situation"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), metadata={"description": "field -> what is wrong with it"})
    reserved = fields.Integer(
        metadata={"description": "places of a full stratum that are only reserved, and may be free again"}
    )
    quarantined = fields.Boolean(metadata={"description": "the ballot was set aside for a person to decide"})


class PeriodForm(Schema):
    """When a survey takes ballots, and until when those that a device kept."""

    timezone = fields.String(required=True)
    opens_at = fields.String(required=True)
    closes_at = fields.String(required=True)
    late_until = fields.String(required=True)


class SummaryForm(Schema):
    """The few facts by which a person picks a survey. Texts are by language."""

    survey = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    body = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    state = fields.String(required=True)
    languages = fields.List(fields.String(), required=True)
    period = fields.Nested(PeriodForm, required=True)
    simulated = fields.Boolean(required=True)


class SurveysForm(Schema):
    """The surveys that take ballots now."""

    surveys = fields.List(fields.Nested(SummaryForm), required=True)


class SurveyForm(SummaryForm):
    """All that a form needs to ask the survey's questions."""

    purpose = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    groups = fields.List(fields.Dict(keys=fields.String()), required=True)
    questionnaires = fields.List(fields.Dict(keys=fields.String()), required=True)


def submission(ballot_id: UUID, form: dict[str, Any]) -> Submission:
    """The parsed form of `BallotForm` as a submission."""
    return Submission(
        id=ballot_id,
        stratum=form["stratum"],
        channel=form["channel"],
        language=form["language"],
        questionnaire=form["questionnaire"],
        answers=form["answers"],
        comment=form.get("comment"),
    )


def token_digest(form: dict[str, Any], name: str = "invitation") -> bytes | None:
    """SHA-256 of the token in field `name`: tokens themselves are never stored."""
    token = form.get(name)
    return None if token is None else digest_of_token(token)
