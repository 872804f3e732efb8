"""The kiosk's plain functions, run where they run: against the server's own for whatever people may answer and write."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.collector.kiosk.content import content
from shared.domain.ballot import Submission, check, digest, receipt
from shared.domain.survey import Channel
from tests.browser.kiosk.conftest import Post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RECEIPTS = """async ([content, people]) => {
  const { ballotOf } = await import("/static/kiosk/questionnaire.js");
  const { receipt } = await import("/static/kiosk/receipt.js");
  const [stratum] = content.strata;
  const asked = content.questionnaires[stratum.questionnaire];
  return Promise.all(people.map(async (person) => {
    const ballot = ballotOf(person, stratum, asked, content.comment_limit);
    return [ballot, await receipt(ballot, content.survey, stratum.group)];
  }));
}"""
WRITTEN = [
    "Cảm ơn",
    " \t\n",
    "a\r\nb\r",
    "\ufeffx\x85",
    "\x00\x1f\x7f",
    "\u3000đ\u2003",
    "𝒳👍🏽",
    "ữ" * 3_000,
    '"\\/<b>',
]


@pytest.fixture
def modules(browser: Browser, post: Callable[..., Post]) -> Iterator[tuple[Page, Post]]:
    """A page that may load the kiosk's modules."""
    place = post()
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(place.address)
    yield page, place
    context.close()


def person(chance: Random, number: int) -> dict[str, Any]:
    """Somebody who answered by chance, in any order."""
    answers: dict[str, Any] = {id_: str(chance.randint(0, 5)) for id_ in ("C1", "C2", "C3", "Q")}
    answers |= {"asked": chance.choice(["yes", "no"]), "wish": chance.sample(["faster", "kinder", "nearer", "other"], 2)}
    kept = chance.sample(list(answers), chance.randint(1, len(answers)))
    comment = WRITTEN[number % len(WRITTEN)] if number % 2 else unicodedata.normalize("NFD", "Giấy tờ đầy đủ")
    id_ = str(UUID(int=chance.getrandbits(128), version=4))
    return {"id": id_, "tag": chance.choice(["vi", "en"]), "answers": {k: answers[k] for k in kept}, "comment": comment}


def test_a_receipt_made_on_the_device_is_the_one_that_the_server_makes(modules: tuple[Page, Post]) -> None:
    page, place = modules
    survey = place.store.surveys.get(place.survey).survey
    chance = Random(20_261_123)
    people = [person(chance, number) for number in range(120)]
    expected, made = [], []
    for body, code in page.evaluate(RECEIPTS, [content(survey), people]):
        given = {**body, "id": UUID(body["id"]), "channel": Channel(body["channel"])}
        expected.append(receipt(digest(check(Submission(**given), survey))))
        made.append(code)
    assert made == expected
    assert len(set(made)) == 120


def test_only_ballots_in_quick_succession_are_flagged(modules: tuple[Page, Post]) -> None:
    page, _ = modules
    flags = """async (times) => {
      const { Bursts } = await import("/static/kiosk/bursts.js");
      const bursts = new Bursts();
      return times.map((time) => bursts.flags(time));
    }"""
    found = page.evaluate(flags, [0, 50_000, 100_000, 101_000, 102_000, 103_000, 170_000])
    assert found == [False, False, False, True, True, True, False]


def test_gaps_are_what_the_server_misses_and_the_device_does_not_have(modules: tuple[Page, Post]) -> None:
    page, _ = modules
    gaps = """async () => {
      const { gaps } = await import("/static/kiosk/synchroniser.js");
      return gaps({ through: 20, missing: [[2, 4], [9, 12]] }, new Set([3, 9, 10, 21]));
    }"""
    assert page.evaluate(gaps) == [[2, 2], [4, 4], [11, 12]]


def test_the_clock_goes_by_the_server_where_the_devices_is_wrong(modules: tuple[Page, Post]) -> None:
    page, _ = modules
    skews = """async () => {
      const { Clock } = await import("/static/kiosk/clock.js");
      const clock = new Clock({ set: async () => {} }, 0);
      return [[1000, 2000], [9e9, 1000], [3000, 3500]].map(([there, here]) => (clock.heard(there, here), clock.skew));
    }"""
    assert page.evaluate(skews) == [0, 9e9 - 1000, 0]
