"""After sealing, nothing in the database ties a ballot to the invitation that it came with.

The adversary has the dump after sealing, and saw in which order the invitations were used (an observer at the door). The test
knows which ballot came with which invitation from dumps taken before and after each.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.domain.ballot import receipt
from shared.domain.survey import State
from shared.store.invitations import Invitations
from tests import plans
from tests.harness import AUTHOR, Client, Store, drawn, unique

PEOPLE = 26
BY_CHANCE = 7
"""Of 26 pairs drawn by chance one is right on average; more than this happens once in 100,000 draws (Poisson, mean 1)."""

Dump = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Observed:
    """What happened: the invitations in the order of their use, the ballot of each, and the dump after sealing."""

    survey: str
    used: list[bytes]
    ballots: Mapping[bytes, UUID]
    sealed: Dump
    before: list[Dump]


def dump(store: Store, survey: str) -> Dump:
    """Every document of the database that has to do with the survey, in its natural order."""
    names = [n for n in store.db.list_collection_names() if not n.startswith("system.")]
    found = {name: list(store.db[name].find()) for name in sorted(names)}
    return {name: [d for d in documents if survey in repr(d)] for name, documents in found.items()}


@pytest.fixture(scope="module")
def observed(api: Client, store: Store) -> Observed:
    """26 people use their invitations one after the other, in no order of issue; then the survey is sealed."""
    stratum = plans.stratum("desk", quota=PEOPLE, when_full="refuse", admission="invited")
    survey = store.opened(plans.small(unique("unlinkable"), stratum, grace=0.5, release="person")).survey.id
    tokens = [f"{survey}-{number}" for number in range(PEOPLE)]
    Invitations(store.db, AUTHOR).issue(survey, "desk", tokens)
    chance = random.Random(survey)
    chance.shuffle(tokens)
    used, ballots, dumps = [], {}, [dump(store, survey)]
    for number, token in enumerate(tokens):
        place = api.reserve(survey, "desk", invitation=token).json["place"] if number % 2 else None
        body = {**drawn(chance), "stratum": "desk", "invitation": token, "place": place}
        assert api.put(survey, uuid4(), body).status == 201
        store.scored(survey)
        dumps.append(dump(store, survey))
        (spent,) = _spent(dumps[-1]) - _spent(dumps[-2])
        (ballot,) = _ids(dumps[-1]) - _ids(dumps[-2])
        used.append(spent)
        ballots[spent] = ballot
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.SEALED)
    return Observed(survey, used, ballots, dump(store, survey), dumps)


def _spent(found: Dump) -> set[bytes]:
    return {bytes(d["_id"]) for d in found["invitations"] if d["spent"]}


def _ids(found: Dump) -> set[UUID]:
    return {d["_id"] for d in found["ballots"]}


def _naturally(found: Dump) -> list[UUID]:
    return [d["_id"] for d in found["ballots"]]


def _by(key: Callable[[dict[str, Any]], Any]) -> Callable[[Dump], list[UUID]]:
    return lambda found: [d["_id"] for d in sorted(found["ballots"], key=key)]


ORDERS: dict[str, Callable[[Dump], list[UUID]]] = {
    "natural order": _naturally,
    "natural order, backwards": lambda found: _naturally(found)[::-1],
    "order of ids": _by(lambda d: d["_id"].bytes),
    "order of digests": _by(lambda d: bytes(d["digest"])),
    "order of receipts": _by(lambda d: receipt(bytes(d["digest"]))),
    "order of dates": _by(lambda d: d["date"]),
    "order of answers": _by(lambda d: json.dumps(d["answers"], sort_keys=True)),
    "order of sizes": _by(lambda d: len(repr(d))),
    "order of fields": _by(lambda d: list(d["answers"])),
}
"""Ways to put the sealed ballots into an order that might be that of their coming."""

PEOPLES: dict[str, Callable[[Observed], list[bytes]]] = {
    "as they came": lambda seen: seen.used,
    "as invitations lie": lambda seen: [bytes(d["_id"]) for d in seen.sealed["invitations"]],
    "by invitations' hashes": lambda seen: sorted(seen.used),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("people", PEOPLES)
def test_no_order_of_sealed_ballots_is_that_of_the_people(observed: Observed, order: str, people: str) -> None:
    pairs = zip(PEOPLES[people](observed), ORDERS[order](observed.sealed), strict=True)
    assert sum(observed.ballots[invitation] == ballot for invitation, ballot in pairs) <= BY_CHANCE


def test_what_tells_a_moment_or_a_sender_is_gone_when_the_survey_is_sealed(observed: Observed) -> None:
    assert observed.sealed["batches"] == []
    assert observed.sealed["leases"] == []
    assert {frozenset(d) for d in observed.sealed["invitations"]} == {frozenset({"_id", "survey", "stratum", "spent"})}
    assert {d["date"] for d in observed.sealed["ballots"]} <= {d["date"] for d in observed.before[-1]["ballots"]}


def test_nothing_of_an_invitation_stands_in_any_other_document(observed: Observed) -> None:
    marks = [mark for digest in observed.used for mark in (repr(digest)[2:-1], digest.hex())]
    others = {name: repr(documents) for name, documents in observed.sealed.items() if name != "invitations"}
    assert [name for name, text in others.items() if any(mark in text for mark in marks)] == []


def test_nothing_of_a_ballot_stands_beside_another_in_documents_that_last(observed: Observed) -> None:
    lasting = {name: found for name, found in observed.sealed.items() if name not in ("ballots", "fs.chunks", "fs.files")}
    texts = {name: repr(found) for name, found in lasting.items()}
    ids = [str(ballot) for ballot in observed.ballots.values()]
    assert [name for name, text in texts.items() if any(id_ in text for id_ in ids)] == []


def test_counters_tell_how_many_came_and_not_who(observed: Observed) -> None:
    (places,) = observed.sealed["places"]
    assert {k: places[k] for k in ("limit", "free", "held")} == {"limit": PEOPLE, "free": 0, "held": 0}
    assert sum(gate["accepted"] for gate in observed.sealed["gates"]) == PEOPLE
