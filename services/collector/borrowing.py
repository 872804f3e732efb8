"""Reserving places: what a person does who begins to answer, and a device before it goes where there is no network."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.collector.catalogue import Catalogue
from shared.domain.acceptance import (
    DeviceNotAdmitted,
    DeviceUnknown,
    Invitation,
    InvitationRequired,
    InvitationSpent,
    InvitationUnknown,
    SurveyNotOpen,
)
from shared.domain.ballot import UnknownStratum
from shared.domain.survey import Admission, Admitted, Channel, Stratum, Survey, admits
from shared.domain.token import BITS, LENGTH, read_token, token, token_digest
from shared.store.devices import Enrolled
from shared.store.places import Granted, Held, LeaseExists, Places, Wish
from shared.store.surveys import Record


@dataclass(frozen=True, slots=True)
class Loan:
    """What was granted, and the token that names it."""

    token: str
    granted: Granted


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for `count` places of a stratum: a device, or a person, with the digest of their invitation's token if any.

    `token` is the one to name the lease by, where there is one already: who asks twice with it has one place.
    """

    survey: str
    stratum: str
    count: int = 1
    invitation: bytes | None = None
    device: Enrolled | None = None
    token: str = ""


class IssuedInvitations(Protocol):
    """Where it stands which invitations were issued."""

    def find(self, digest: bytes) -> Invitation | None: ...


class Borrowing:
    """Reserves places by the terms of each survey's plan."""

    def __init__(
        self, catalogue: Catalogue, places: Places, invitations: IssuedInvitations, clock: Callable[[], datetime]
    ) -> None:
        self._catalogue = catalogue
        self._places = places
        self._invitations = invitations
        self._clock = clock

    def reserve(self, asking: Asking) -> Loan | None:
        """A lease; None where the stratum refuses nobody, so that none is needed.

        A person is given one place, a device up to the plan's block. Who would be refused when sending is so here: raises the
        Refusal, UnknownSurvey, UnknownStratum, StoreUnavailable.
        """
        record = self._catalogue.get(asking.survey)
        if asking.stratum not in record.survey.strata:
            raise UnknownStratum(asking.stratum)
        _, stratum = record.survey.strata[asking.stratum]
        self._admit(record, stratum, asking)
        if not stratum.reserves:
            return None
        form_term, block_term = terms(record.survey)
        wish = Wish(asking.survey, asking.stratum, 1, form_term)
        if asking.device is not None:
            most = min(asking.count, record.survey.places.block)
            wish = Wish(asking.survey, asking.stratum, most, block_term, asking.device.key)
        if is_token(asking.token):
            with suppress(LeaseExists):
                return Loan(asking.token, self._places.reserve(token_digest(asking.token), wish, self._clock()))
        made = new_token()
        return Loan(made, self._places.reserve(token_digest(made), wish, self._clock()))

    def extend(self, survey_id: str, lease: str) -> Granted:
        """Another term for a lease. Raises UnknownSurvey, PlaceUnknown, StoreUnavailable."""
        survey = self._catalogue.get(survey_id).survey
        return self._places.extend(token_digest(lease), survey_id, self._clock(), terms(survey))

    def give_back(self, survey_id: str, lease: str) -> None:
        """Free what a lease holds; one that is gone changes nothing. Raises UnknownSurvey, StoreUnavailable."""
        self._catalogue.get(survey_id)
        self._places.give_back(token_digest(lease), survey_id)

    def look(self, survey_id: str, stratum: Stratum) -> Held | None:
        """The stratum's places as they are; None where nobody is refused. Raises StoreUnavailable."""
        return self._places.look(survey_id, stratum.id, self._clock()) if stratum.reserves else None

    def _admit(self, record: Record, stratum: Stratum, asking: Asking) -> None:
        channel = Channel.WEB if asking.device is None else asking.device.channel
        if admits(record.survey.period, record.state, channel, self._clock()) is not Admitted.YES:
            raise SurveyNotOpen
        device = asking.device
        if device is not None:
            if device.survey != record.survey.id or stratum.id not in device.strata:
                raise DeviceNotAdmitted
        elif stratum.admission is Admission.DEVICE:
            raise DeviceUnknown
        elif stratum.admission is Admission.INVITED:
            self._admit_invited(asking)

    def _admit_invited(self, asking: Asking) -> None:
        if asking.invitation is None:
            raise InvitationRequired
        found = self._invitations.find(asking.invitation)
        if found is None or (found.survey, found.stratum) != (asking.survey, asking.stratum):
            raise InvitationUnknown
        if found.spent:
            raise InvitationSpent


def new_token() -> str:
    """A name for a lease that nobody guesses."""
    return token(secrets.randbits(BITS))


def is_token(text: str) -> bool:
    """Whether `text` could be a name that `new_token` gave."""
    return len(text) == LENGTH and text == read_token(text) and text.isalnum()


def terms(survey: Survey) -> tuple[timedelta, timedelta]:
    """For how long a form and a device hold a place."""
    return timedelta(minutes=survey.places.minutes), timedelta(hours=survey.places.hours)
