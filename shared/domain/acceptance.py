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

    `invitation`, `lease` and `device` are the SHA-256 of what it came with, where it did: the token of an invitation, that of a
    reserved place, the key of a device. A ballot is `vouched` for where a person answers for it in the place of a device.
    """

    ballot: Ballot
    digest: bytes
    stratum: Stratum
    invitation: bytes | None = None
    lease: bytes | None = None
    device: bytes | None = None
    vouched: bool = False


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
class Lease:
    """Places of a stratum that are reserved and did not run out: `count` of them are left."""

    survey: str
    stratum: str
    count: int


@dataclass(frozen=True, slots=True)
class Device:
    """A device that was enrolled and not revoked, and the strata that it takes ballots for."""

    survey: str
    strata: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knows when it decides.

    `free` are the places that are neither taken nor reserved, by (survey, stratum), of strata with a limit alone.
    """

    seen: Mapping[UUID, Seen] = field(default_factory=dict)
    gates: Mapping[str, Gate] = field(default_factory=dict)
    invitations: Mapping[bytes, Invitation] = field(default_factory=dict)
    free: Mapping[tuple[str, str], int] = field(default_factory=dict)
    leases: Mapping[bytes, Lease] = field(default_factory=dict)
    devices: Mapping[bytes, Device] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The ballot is in the store, or will be with this commit. `new` is False when it was there already.

    `reserved` where it took a place of the lease that it came with.
    """

    ballot: Ballot
    digest: bytes
    new: bool
    reserved: bool = False


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


class DeviceUnknown(Refusal):
    """This stratum takes ballots of enrolled devices alone, or the device that it came from is unknown or was revoked."""


class DeviceNotAdmitted(Refusal):
    """The device was enrolled for other strata."""


class StratumFull(Refusal):
    """Every place of the stratum is taken or reserved."""


Outcome = Accepted | Refusal


def decide(candidates: Sequence[Candidate], facts: Facts) -> list[Outcome]:
    """One outcome for each candidate, in order: the first to come is the first to get a place or spend an invitation."""
    state = _State(dict(facts.seen), dict(facts.invitations), dict(facts.free), dict(facts.leases))
    return [_decide_one(candidate, facts, state) for candidate in candidates]


@dataclass(slots=True)
class _State:
    """What earlier candidates leave to later ones."""

    seen: dict[UUID, Seen]
    invitations: dict[bytes, Invitation]
    free: dict[tuple[str, str], int]
    leases: dict[bytes, Lease]


def _decide_one(candidate: Candidate, facts: Facts, state: _State) -> Outcome:
    ballot, content = candidate.ballot, candidate.digest
    if ballot.id in state.seen:
        return _again(ballot, content, state.seen[ballot.id])
    refusal = _device_refusal(candidate, facts) or _gate_refusal(ballot, facts) or _invitation_refusal(candidate, state)
    if refusal is not None:
        return refusal
    reserved = _takes_reserved(candidate, state)
    counted = reserved or _takes_free(candidate, state)
    if not counted and candidate.stratum.when_full is WhenFull.REFUSE:
        return StratumFull()
    if candidate.invitation is not None:
        state.invitations[candidate.invitation] = replace(state.invitations[candidate.invitation], spent=True)
    state.seen[ballot.id] = Seen(content, counted)
    return Accepted(ballot if counted else replace(ballot, counted=False), content, new=True, reserved=reserved)


def _again(ballot: Ballot, content: bytes, seen: Seen) -> Outcome:
    if content != seen.digest:
        return BallotConflict()
    return Accepted(replace(ballot, counted=seen.counted), content, new=False)


def _takes_reserved(candidate: Candidate, state: _State) -> bool:
    """Take a place of the candidate's lease, if it has one left in this stratum."""
    lease = None if candidate.lease is None else state.leases.get(candidate.lease)
    if lease is None or candidate.lease is None or candidate.stratum.limit is None or lease.count == 0:
        return False
    if (lease.survey, lease.stratum) != (candidate.ballot.survey, candidate.stratum.id):
        return False
    state.leases[candidate.lease] = replace(lease, count=lease.count - 1)
    return True


def _takes_free(candidate: Candidate, state: _State) -> bool:
    """Take a free place of the stratum, if there is one or no limit."""
    if candidate.stratum.limit is None:
        return True
    place = (candidate.ballot.survey, candidate.stratum.id)
    if state.free.get(place, 0) <= 0:
        return False
    state.free[place] -= 1
    return True


def _gate_refusal(ballot: Ballot, facts: Facts) -> Refusal | None:
    gate = facts.gates.get(ballot.survey, Gate.NONE)
    if gate is Gate.NONE or (gate is Gate.SYNCHRONISED and ballot.channel not in SYNCHRONISED):
        return SurveyNotOpen()
    return None


def _device_refusal(candidate: Candidate, facts: Facts) -> Refusal | None:
    if candidate.device is None:
        asked = candidate.stratum.admission is Admission.DEVICE and not candidate.vouched
        return DeviceUnknown() if asked else None
    device = facts.devices.get(candidate.device)
    if device is None:
        return DeviceUnknown()
    admitted = device.survey == candidate.ballot.survey and candidate.stratum.id in device.strata
    return None if admitted else DeviceNotAdmitted()


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
