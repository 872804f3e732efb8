"""The catalogue keeps surveys for a moment, so that a ballot costs no query."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pymongo import _csot

from services.collector.catalogue import AGAIN, KEPT_FOR, Catalogue
from shared.domain.survey import State
from shared.store.connection import StoreUnavailable
from shared.store.surveys import Record, UnknownSurvey
from tests.unit.shared.domain.surveys import SURVEY

RECORD = Record(SURVEY, State.OPEN, 1, None, None, None, 0)


class Memory:
    """A store of one survey that counts how often it was asked."""

    def __init__(self) -> None:
        self.record: Record | None = RECORD
        self.asked = 0
        self.error: Exception | None = None

    def get(self, survey_id: str) -> Record:
        self.asked += 1
        if self.error is not None:
            raise self.error
        if self.record is None or survey_id != SURVEY.id:
            raise UnknownSurvey(survey_id)
        return self.record

    def all(self) -> list[Record]:
        return [] if self.record is None else [self.record]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_survey_is_read_once_a_moment() -> None:
    store, clock = Memory(), Clock()
    catalogue = Catalogue(store, 5.0, clock)
    for _ in range(5):
        catalogue.get("trial")
    clock.now += KEPT_FOR
    store.record = replace(RECORD, state=State.CLOSING)
    assert catalogue.get("trial").state is State.CLOSING
    assert store.asked == 2


def test_an_unknown_survey_is_looked_for_each_time() -> None:
    store = Memory()
    catalogue = Catalogue(store, 5.0, Clock())
    for _ in range(2):
        with pytest.raises(UnknownSurvey):
            catalogue.get("moon")
    assert store.asked == 2


def test_while_the_store_is_away_what_is_kept_holds_and_is_read_again_a_moment_later() -> None:
    store, clock = Memory(), Clock()
    catalogue = Catalogue(store, 5.0, clock)
    catalogue.get("trial")
    clock.now += KEPT_FOR
    store.error = StoreUnavailable("away")
    assert [catalogue.get("trial"), catalogue.get("trial")] == [RECORD, RECORD]
    assert store.asked == 2
    clock.now += KEPT_FOR
    store.error, store.record = None, replace(RECORD, state=State.CLOSING)
    assert catalogue.get("trial").state is State.CLOSING


def test_a_survey_that_was_never_read_cannot_be_had_while_the_store_is_away() -> None:
    store = Memory()
    store.error = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        Catalogue(store, 5.0, Clock()).get("trial")


def test_who_has_something_kept_waits_less_for_the_store_than_who_has_nothing() -> None:
    allowed = []

    class Timed(Memory):
        def get(self, survey_id: str) -> Record:
            allowed.append(_csot.get_timeout())
            return super().get(survey_id)

    clock = Clock()
    catalogue = Catalogue(Timed(), 5.0, clock)
    catalogue.get("trial")
    clock.now += KEPT_FOR
    catalogue.get("trial")
    assert allowed == [5.0, AGAIN]


def test_while_one_reads_again_the_others_go_on_with_what_they_have() -> None:
    reading, go_on = threading.Event(), threading.Event()

    class Slow(Memory):
        def get(self, survey_id: str) -> Record:
            if self.asked:
                reading.set()
                assert go_on.wait(5)
            return super().get(survey_id)

    store, clock = Slow(), Clock()
    catalogue = Catalogue(store, 5.0, clock)
    catalogue.get("trial")
    clock.now += KEPT_FOR
    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(catalogue.get, "trial")
        assert reading.wait(5)
        assert catalogue.get("trial") is RECORD
        go_on.set()
        assert again.result() is RECORD
    assert store.asked == 2
