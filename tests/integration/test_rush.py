"""Hundreds of people rush for ten places: some reserve and leave, some are too slow, and kiosks borrow places meanwhile."""

from __future__ import annotations

import random
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.store.connection import StoreUnavailable, answering
from shared.store.places import Held, Places, Turns
from tests import plans
from tests.harness import Answer, Background, Client, Store, ballot, bearer, enrolled, in_threads, unique

PEOPLE = 500
THREADS = 64
PLACES = 10


class Rush:
    """One survey with ten places in stratum `desk`, and what became of all who came."""

    def __init__(self, collectors: tuple[Client, Client], store: Store, when_full: str) -> None:
        strata = [plans.stratum("desk", quota=PLACES, when_full=when_full)]
        data = plans.small(unique("rush"), *strata, places={"minutes": 30, "block": 4, "hours": 72})
        self.survey = store.opened(data).survey.id
        self.store = store
        self.collectors = collectors
        self.keys = [enrolled(store, self.survey, "desk") for _ in range(2)]

    def held(self) -> Held:
        return Places(self.store.db, 20.0, Turns()).all(self.survey, datetime.now(UTC))["desk"]

    def run_out(self) -> None:
        """Let all leases run out that there are, as if the time for them was over."""
        past = {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}}
        try:
            with answering(10.0):
                self.store.db.leases.update_many({"survey": self.survey}, past)
        except StoreUnavailable:  # somebody uses one of them at this moment: another time
            return

    def meanwhile(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):  # often enough; each time disturbs commits as no clock does
            self.run_out()

    def visit(self, n: int) -> Answer | None:
        """One person: comes without a place, reserves one and sends, or reserves one and leaves."""
        client, chance = self.collectors[n % 2], random.Random(n)
        place = None
        if n % 3:
            place = client.reserve(self.survey, "desk").json.get("place")
        if n % 3 == 2 and chance.random() < 0.7:
            return None
        return client.insist(self.survey, uuid4(), ballot(place=place))

    def lend(self, n: int, answers: list[Answer], stop: threading.Event) -> None:
        """A kiosk that borrows blocks, takes a ballot or none, and gives back the rest, over and over."""
        client, headers = self.collectors[n], bearer(self.keys[n])
        while not stop.wait(0.02):
            place = client.reserve(self.survey, "desk", headers, count=50).json.get("place")
            if n or self.held().free < PLACES // 2:
                answers.append(client.insist(self.survey, uuid4(), ballot(channel="kiosk", place=place), headers=headers))
            if place:
                client.give_back(self.survey, place)

    def run(self) -> list[Answer]:
        """All that was answered to ballots."""
        answers: list[Answer] = []
        with ExitStack() as stack:
            stack.enter_context(Background(self.meanwhile))
            for n in range(2):
                stack.enter_context(Background(lambda stop, n=n: self.lend(n, answers, stop)))
            people = in_threads(THREADS, self.visit, range(PEOPLE))
        return answers + [answer for answer in people if answer is not None]


def test_ten_places_are_taken_ten_times_though_leases_run_out_and_kiosks_borrow(
    collectors: tuple[Client, Client], store: Store
) -> None:
    rush = Rush(collectors, store, "refuse")
    answers = rush.run()
    # Whatever is held by those who left is free now, and goes to who comes next.
    rush.run_out()
    answers += [collectors[n % 2].put(rush.survey, uuid4(), ballot()) for n in range(PLACES + 1)]
    # 200 tells who was not answered at first that the ballot is in.
    assert {a.status for a in answers} <= {200, 201, 409}
    assert sum(a.status != 409 for a in answers) == PLACES
    assert {a.problem for a in answers if a.status == 409} == {"stratum-full"}
    assert rush.held() == Held(limit=PLACES, free=0, reserved=0)
    equation = store.scored(rush.survey)
    assert equation.holds
    assert (equation.counted, equation.surplus) == (PLACES, 0)


def test_of_those_kept_over_the_limit_none_is_counted_and_none_is_refused(
    collectors: tuple[Client, Client], store: Store
) -> None:
    rush = Rush(collectors, store, "keep")
    answers = rush.run()
    assert {a.status for a in answers} <= {200, 201}
    assert sum(a.json["counted"] for a in answers) == PLACES
    equation = store.scored(rush.survey)
    assert equation.holds
    assert (equation.counted, equation.surplus) == (PLACES, len(answers) - PLACES)


def test_what_nobody_used_is_free_again(collectors: tuple[Client, Client], store: Store) -> None:
    rush = Rush(collectors, store, "refuse")
    given = in_threads(THREADS, lambda n: collectors[n % 2].reserve(rush.survey, "desk").json.get("place"), range(120))
    assert sum(place is not None for place in given) == PLACES
    assert rush.held() == Held(limit=PLACES, free=PLACES, reserved=PLACES)
    returned = [place for place in given if place][: PLACES // 2]
    in_threads(PLACES, lambda place: collectors[1].give_back(rush.survey, place), [*returned, *returned])
    assert rush.held().reserved == PLACES - len(returned)
    rush.run_out()
    assert rush.held().reserved == 0
    blocks = [collectors[n % 2].reserve(rush.survey, "desk", bearer(rush.keys[n % 2]), count=50) for n in range(3)]
    assert [block.json["count"] for block in blocks] == [4, 4, 2]
    for block in blocks:
        collectors[0].give_back(rush.survey, block.json["place"])
    assert store.db.places.find_one({"survey": rush.survey})["held"] == 0
    assert store.db.leases.count_documents({"survey": rush.survey}) == 0
