"""The server's own count of the ballots is the count that our code makes."""

from __future__ import annotations

import random
from datetime import date
from uuid import uuid4

import pytest

from shared.domain.ballot import Submission, check, digest
from shared.domain.survey import Channel
from shared.domain.tally import tally
from shared.store import counting
from shared.store.wire import ballot_document
from tests import plans
from tests.harness import Store, drawn, unique


def test_the_server_counts_as_we_do(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PART", 50)
    survey = store.opened(plans.small(unique("twice"))).survey
    chance = random.Random(5)
    ballots = []
    for number in range(120):
        body = drawn(chance, channel=chance.choice(["web", "kiosk", "paper"]))
        kept = {q: a for q, a in body["answers"].items() if chance.random() < 0.7} or {"C1": 3}
        wishes = {"wish": chance.sample(["faster", "kinder", "nearer"], 2)} if number % 3 == 0 else {}
        sent = Submission(uuid4(), body["stratum"], Channel(body["channel"]), "vi", 1, {**kept, "asked": "yes", **wishes})
        ballots.append(check(sent, survey))
    store.db.ballots.insert_many([ballot_document(each, digest(each), date(2026, 8, 1)) for each in ballots])
    try:
        assert counting.count(store.db, survey) == tally(ballots, survey)
    finally:
        store.db.ballots.delete_many({"survey": survey.id})
