"""Which of the ballots that wait at the same moment are accepted: a pure decision over what the store knows.

The store gathers the facts and applies the outcome in one transaction; the rules are here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from shared.domain.ballot import Ballot
from shared.domain.survey import SYNCHRONISED, Admission, Stratum, WhenFull


class Gate(StrEnum):
    """What a survey lets in: all ballots, only those synchronised after closing, or none."""

    ALL = "all"
    SYNCHRONISED = "synchronised"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A checked ballot, with its digest, that asks to be accepted.

    `invitation` is the SHA-256 of the token it came with, if any.
    """

    ballot: Ballot
    digest: bytes
    stratum: Stratum
    invitation: bytes | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A ballot that was accepted before, by its id."""

    digest: bytes
    counted: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that was issued."""

    survey: str
    stratum: str
    spent: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knows when it decides. `free` holds only strata with a limit, by (survey, stratum)."""

    seen: Mapping[UUID, Seen] = field(default_factory=dict)
    gates: Mapping[str, Gate] = field(default_factory=dict)
    invitations: Mapping[bytes, Invitation] = field(default_factory=dict)
    free: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The ballot is in the store, or will be with this commit. `new` is False when it was there already."""

    ballot: Ballot
    digest: bytes
    new: bool


class Refusal(Exception):
    """The ballot is not accepted; the sender can tell why from the class."""


class BallotConflict(Refusal):
    """A ballot of this id with other content was accepted before."""


class SurveyNotOpen(Refusal):
    """The survey takes no such ballot at this time."""


class InvitationRequired(Refusal):
    """This stratum admits only ballots with an invitation."""


class InvitationUnknown(Refusal):
    """No such invitation was issued for this stratum."""


class InvitationSpent(Refusal):
    """Another ballot came with this invitation before."""


class StratumFull(Refusal):
    """Every place of the stratum is taken."""


Outcome = Accepted | Refusal


def decide(candidates: Sequence[Candidate], facts: Facts) -> list[Outcome]:
    """One outcome for each candidate, in order: the first to come is the first to get a place or spend an invitation."""
    state = _State(dict(facts.seen), dict(facts.invitations), dict(facts.free))
    return [_decide_one(candidate, facts, state) for candidate in candidates]


@dataclass(slots=True)
class _State:
    """What earlier candidates leave to later ones."""

    seen: dict[UUID, Seen]
    invitations: dict[bytes, Invitation]
    free: dict[tuple[str, str], int]


def _decide_one(candidate: Candidate, facts: Facts, state: _State) -> Outcome:
    ballot, content = candidate.ballot, candidate.digest
    if ballot.id in state.seen:
        return _again(ballot, content, state.seen[ballot.id])
    gate = facts.gates.get(ballot.survey, Gate.NONE)
    if gate is Gate.NONE or (gate is Gate.SYNCHRONISED and ballot.channel not in SYNCHRONISED):
        return SurveyNotOpen()
    invitation = _invitation_refusal(candidate, state)
    if invitation is not None:
        return invitation
    place = (ballot.survey, ballot.stratum)
    counted = candidate.stratum.limit is None or state.free.get(place, 0) > 0
    if not counted and candidate.stratum.when_full is WhenFull.REFUSE:
        return StratumFull()
    if counted and candidate.stratum.limit is not None:
        state.free[place] -= 1
    if candidate.invitation is not None:
        state.invitations[candidate.invitation] = replace(state.invitations[candidate.invitation], spent=True)
    state.seen[ballot.id] = Seen(content, counted)
    return Accepted(ballot if counted else replace(ballot, counted=False), content, new=True)


def _again(ballot: Ballot, content: bytes, seen: Seen) -> Outcome:
    if content != seen.digest:
        return BallotConflict()
    return Accepted(replace(ballot, counted=seen.counted), content, new=False)


def _invitation_refusal(candidate: Candidate, state: _State) -> Refusal | None:
    if candidate.invitation is None:
        return InvitationRequired() if candidate.stratum.admission is Admission.INVITED else None
    invitation = state.invitations.get(candidate.invitation)
    if invitation is None or (invitation.survey, invitation.stratum) != (
        candidate.ballot.survey,
        candidate.ballot.stratum,
    ):
        return InvitationUnknown()
    return InvitationSpent() if invitation.spent else None
