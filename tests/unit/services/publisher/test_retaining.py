"""What is due is destroyed once, by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from services.publisher.retaining import Retaining
from shared.domain.survey import State, Survey
from shared.events import RetentionDue
from shared.store.retention import Certificate, Held
from shared.store.surveys import Record
from tests.unit.shared.domain.surveys import SURVEY

UNTIL = SURVEY.period.late_until + timedelta(days=90)


class Kept:
    """A retention that remembers what was destroyed; the first time it may be cut off."""

    def __init__(self, *, cut_off: bool = False) -> None:
        self.destroyed: list[str] = []
        self._cut_off = cut_off
        self._certificate: Certificate | None = None

    def certificate(self, _: str) -> Certificate | None:
        return self._certificate

    def destroy(self, survey_id: str) -> Certificate:
        self.destroyed.append(survey_id)
        ended = None if self._cut_off else UNTIL
        self._cut_off = False
        self._certificate = Certificate(UNTIL, ended, Held(3, 2, 1))
        return self._certificate


def retaining(kept: Kept, survey: Survey, days: int = 0) -> Retaining:
    published = [Record(survey, State.PUBLISHED, 5, None, None, None, 1)]
    surveys = SimpleNamespace(in_states=lambda *_: published)
    return Retaining(cast("Any", surveys), cast("Any", kept), lambda: UNTIL + timedelta(days=days))


def test_a_survey_whose_date_has_come_is_done_once() -> None:
    kept = Kept()
    looks = retaining(kept, replace(SURVEY, retain_until=UNTIL))
    looks.look(RetentionDue())
    looks.look(RetentionDue())
    assert kept.destroyed == [SURVEY.id]


def test_before_its_date_and_without_one_nothing_is_destroyed() -> None:
    kept = Kept()
    retaining(kept, replace(SURVEY, retain_until=UNTIL), days=-1).look(RetentionDue())
    retaining(kept, SURVEY).look(RetentionDue())
    assert kept.destroyed == []


def test_what_was_cut_off_is_resumed_at_the_next_look() -> None:
    kept = Kept(cut_off=True)
    looks = retaining(kept, replace(SURVEY, retain_until=UNTIL))
    for _ in range(3):
        looks.look(RetentionDue())
    assert kept.destroyed == [SURVEY.id, SURVEY.id]
