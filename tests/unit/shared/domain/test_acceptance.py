"""Which ballots are accepted: the first to come gets the place, an invitation admits one, an id is decided once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.acceptance import (
    Accepted,
    BallotConflict,
    Candidate,
    Device,
    DeviceNotAdmitted,
    DeviceUnknown,
    Facts,
    Gate,
    Invitation,
    InvitationRequired,
    InvitationSpent,
    InvitationUnknown,
    Lease,
    Outcome,
    Seen,
    StratumFull,
    SurveyNotOpen,
    decide,
)
from shared.domain.ballot import Ballot
from shared.domain.survey import Admission, Channel, Stratum, WhenFull

OPEN = {"s": Gate.ALL}
DESK = Stratum("desk", {"vi": "Quầy"})


def candidate(
    id_: int = 1,
    content: bytes = b"a",
    stratum: Stratum = DESK,
    invitation: bytes | None = None,
    channel: Channel = Channel.WEB,
    **came_with: bytes | None,
) -> Candidate:
    ballot = Ballot(UUID(int=id_, version=4), "s", "people", stratum.id, channel, "vi", 1, {"C1": 5})
    return Candidate(ballot, content, stratum, invitation, came_with.get("lease"), came_with.get("device"))


strata = [
    DESK,
    replace(DESK, id="few", quota=3, when_full=WhenFull.REFUSE),
    replace(DESK, id="more", quota=3, when_full=WhenFull.KEEP),
    replace(DESK, id="invited", admission=Admission.INVITED),
    replace(DESK, id="kiosk", admission=Admission.DEVICE),
]
candidates = st.lists(
    st.builds(
        candidate,
        id_=st.integers(1, 12),
        content=st.sampled_from([b"a", b"b"]),
        stratum=st.sampled_from(strata),
        invitation=st.sampled_from([None, b"t1", b"t2", b"spent", b"guess"]),
        channel=st.sampled_from(Channel),
        lease=st.sampled_from([None, b"l1", b"l2", b"elsewhere", b"gone"]),
        device=st.sampled_from([None, None, b"kiosk", b"revoked"]),
    ),
    max_size=30,
)
facts = st.builds(
    Facts,
    seen=st.dictionaries(
        st.integers(1, 4).map(lambda n: UUID(int=n, version=4)), st.builds(Seen, st.sampled_from([b"a", b"b"]), st.booleans())
    ),
    gates=st.sampled_from([OPEN, {"s": Gate.SYNCHRONISED}, {"s": Gate.NONE}, {}]),
    invitations=st.just(
        {
            b"t1": Invitation("s", "invited", spent=False),
            b"t2": Invitation("s", "few", spent=False),
            b"spent": Invitation("s", "invited", spent=True),
        }
    ),
    free=st.fixed_dictionaries({("s", "few"): st.integers(0, 3), ("s", "more"): st.integers(0, 3)}),
    leases=st.fixed_dictionaries(
        {
            b"l1": st.integers(0, 2).map(lambda count: Lease("s", "few", count)),
            b"l2": st.integers(0, 2).map(lambda count: Lease("s", "more", count)),
            b"elsewhere": st.just(Lease("another", "few", 5)),
        }
    ),
    devices=st.just({b"kiosk": Device("s", frozenset({"kiosk", "few", "desk"}))}),
)


def accepted(asked: list[Candidate], outcomes: list[Outcome]) -> list[tuple[Candidate, Accepted]]:
    return [(c, o) for c, o in zip(asked, outcomes, strict=True) if isinstance(o, Accepted) and o.new]


@given(candidates, facts)
def test_no_more_are_counted_than_places_are_free(asked: list[Candidate], known: Facts) -> None:
    new = accepted(asked, decide(asked, known))
    counted = Counter(("s", c.stratum.id) for c, o in new if o.ballot.counted and not o.reserved)
    assert all(counted[place] <= free for place, free in known.free.items())


@given(candidates, facts)
def test_a_lease_gives_the_places_that_it_has_and_in_its_stratum_alone(asked: list[Candidate], known: Facts) -> None:
    used = [(c.lease, c.ballot.survey, c.stratum.id) for c, o in accepted(asked, decide(asked, known)) if o.reserved]
    given_out = Counter(lease for lease, _, _ in used)
    assert all(number <= known.leases[lease].count for lease, number in given_out.items() if lease)
    assert all(
        (known.leases[lease].survey, known.leases[lease].stratum) == (survey, stratum) for lease, survey, stratum in used
    )


@given(candidates, facts)
def test_nobody_is_refused_while_a_place_is_free_and_none_is_left_out_of_the_count(
    asked: list[Candidate], known: Facts
) -> None:
    outcomes = decide(asked, known)
    taken = Counter(("s", c.stratum.id) for c, o in accepted(asked, outcomes) if o.ballot.counted and not o.reserved)
    over = {("s", c.stratum.id) for c, o in zip(asked, outcomes, strict=True) if isinstance(o, StratumFull)}
    over |= {("s", c.stratum.id) for c, o in accepted(asked, outcomes) if not o.ballot.counted}
    assert all(taken[place] == known.free[place] for place in over)


@given(candidates, facts)
def test_what_a_device_sends_is_accepted_only_where_it_is_admitted(asked: list[Candidate], known: Facts) -> None:
    for c, _ in accepted(asked, decide(asked, known)):
        assert c.device is None or c.stratum.id in known.devices[c.device].strata
        assert c.stratum.admission is not Admission.DEVICE or c.device is not None


@given(candidates, facts)
def test_an_invitation_is_spent_once_and_only_where_it_was_issued(asked: list[Candidate], known: Facts) -> None:
    spent = Counter(c.invitation for c, _ in accepted(asked, decide(asked, known)) if c.invitation is not None)
    assert set(spent) <= {b"t1", b"t2"}
    assert all(number == 1 for number in spent.values())


@given(candidates, facts)
def test_an_id_is_accepted_once_and_with_one_content(asked: list[Candidate], known: Facts) -> None:
    outcomes = decide(asked, known)
    new = Counter(c.ballot.id for c, _ in accepted(asked, outcomes))
    assert all(number == 1 for number in new.values())
    assert not set(new) & set(known.seen)
    contents: dict[UUID, set[bytes]] = {}
    for c, outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Accepted):
            contents.setdefault(c.ballot.id, set()).add(c.digest)
    assert all(len(found) == 1 for found in contents.values())


@given(candidates, facts)
def test_there_is_one_outcome_for_each_and_the_facts_stay_as_they_were(asked: list[Candidate], known: Facts) -> None:
    before = repr(known)
    assert len(decide(asked, known)) == len(asked)
    assert repr(known) == before


@given(candidates, facts)
def test_deciding_one_by_one_is_deciding_together(asked: list[Candidate], known: Facts) -> None:
    together = [type(outcome) for outcome in decide(asked, known)]
    prefixes = [[type(o) for o in decide(asked[:n], known)] for n in range(len(asked) + 1)]
    assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(prefixes))
    assert prefixes[-1] == together


@given(candidates, facts)
def test_nothing_new_passes_a_gate_that_is_shut(asked: list[Candidate], known: Facts) -> None:
    shut = replace(known, gates={"s": Gate.NONE})
    assert accepted(asked, decide(asked, shut)) == []


@given(candidates, facts)
def test_a_half_shut_gate_lets_only_synchronised_channels_pass(asked: list[Candidate], known: Facts) -> None:
    half = replace(known, gates={"s": Gate.SYNCHRONISED})
    assert {c.ballot.channel for c, _ in accepted(asked, decide(asked, half))} <= {Channel.KIOSK, Channel.PAPER}


FULL = replace(DESK, quota=1, when_full=WhenFull.REFUSE)
AT_DEVICES = replace(DESK, admission=Admission.DEVICE)
KEEPING = replace(DESK, quota=1, when_full=WhenFull.KEEP)
INVITED = replace(DESK, admission=Admission.INVITED)
ISSUED = {b"t": Invitation("s", "desk", spent=False)}


def issued(survey: str, stratum: str, *, spent: bool) -> Facts:
    return Facts(gates=OPEN, invitations={b"t": Invitation(survey, stratum, spent)})


@pytest.mark.parametrize(
    ("asked", "known", "refusal"),
    [
        (candidate(), Facts(), SurveyNotOpen),
        (candidate(), Facts(gates=OPEN, seen={UUID(int=1, version=4): Seen(b"b", counted=True)}), BallotConflict),
        (candidate(stratum=FULL), Facts(gates=OPEN, free={("s", "desk"): 0}), StratumFull),
        (candidate(stratum=AT_DEVICES), Facts(gates=OPEN), DeviceUnknown),
        (candidate(stratum=AT_DEVICES, device=b"no"), Facts(gates=OPEN), DeviceUnknown),
        (candidate(device=b"no"), Facts(gates=OPEN), DeviceUnknown),
        (candidate(device=b"k"), Facts(gates=OPEN, devices={b"k": Device("s", frozenset({"other"}))}), DeviceNotAdmitted),
        (candidate(device=b"k"), Facts(gates=OPEN, devices={b"k": Device("t", frozenset({"desk"}))}), DeviceNotAdmitted),
        (candidate(stratum=INVITED), Facts(gates=OPEN), InvitationRequired),
        (candidate(stratum=INVITED, invitation=b"x"), Facts(gates=OPEN), InvitationUnknown),
        (
            candidate(invitation=b"t"),
            issued("s", "moon", spent=False),
            InvitationUnknown,
        ),
        (
            candidate(invitation=b"t"),
            issued("z", "desk", spent=False),
            InvitationUnknown,
        ),
        (
            candidate(invitation=b"t"),
            issued("s", "desk", spent=True),
            InvitationSpent,
        ),
    ],
)
def test_a_refusal_says_why(asked: Candidate, known: Facts, refusal: type) -> None:
    (outcome,) = decide([asked], known)
    assert type(outcome) is refusal


def test_a_ballot_that_was_accepted_is_accepted_again_however_things_stand_now() -> None:
    asked = candidate(stratum=FULL, invitation=b"gone")
    (outcome,) = decide([asked], Facts(seen={asked.ballot.id: Seen(b"a", counted=False)}))
    assert isinstance(outcome, Accepted)
    assert (outcome.new, outcome.ballot.counted) == (False, False)


def test_a_full_stratum_that_keeps_spends_the_invitation_all_the_same() -> None:
    asked = [candidate(n, stratum=KEEPING, invitation=b"t") for n in (1, 2)]
    first, second = decide(asked, Facts(gates=OPEN, invitations=ISSUED, free={("s", "desk"): 0}))
    assert isinstance(first, Accepted)
    assert first.ballot.counted is False
    assert isinstance(second, InvitationSpent)


def test_a_reserved_place_is_taken_before_a_free_one() -> None:
    known = Facts(gates=OPEN, free={("s", "desk"): 1}, leases={b"l": Lease("s", "desk", 1)})
    outcomes = decide([candidate(1, stratum=FULL, lease=b"l"), candidate(2, stratum=FULL), candidate(3, stratum=FULL)], known)
    assert [getattr(o, "reserved", None) for o in outcomes] == [True, False, None]
    assert isinstance(outcomes[2], StratumFull)


def test_a_ballot_that_a_person_answers_for_needs_no_device() -> None:
    (outcome,) = decide([replace(candidate(stratum=AT_DEVICES), vouched=True)], Facts(gates=OPEN))
    assert isinstance(outcome, Accepted)


def test_two_ballots_at_once_take_two_places_of_one_lease() -> None:
    known = Facts(gates=OPEN, leases={b"l": Lease("s", "desk", 2)})
    outcomes = decide([candidate(n, stratum=FULL, lease=b"l") for n in (1, 2, 3)], known)
    assert [isinstance(o, Accepted) and o.reserved for o in outcomes] == [True, True, False]


def test_a_ballot_that_was_accepted_is_told_so_again_without_its_lease_being_used() -> None:
    known = Facts(gates=OPEN, seen={UUID(int=1, version=4): Seen(b"a", counted=True)}, leases={b"l": Lease("s", "desk", 1)})
    again, new = decide([candidate(stratum=FULL, lease=b"l"), candidate(2, stratum=FULL, lease=b"l")], known)
    assert isinstance(again, Accepted)
    assert (again.new, again.reserved) == (False, False)
    assert isinstance(new, Accepted)
    assert new.reserved
