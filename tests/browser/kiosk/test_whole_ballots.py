"""A person before the kiosk: one question a screen, from the language to the receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from shared.domain.ballot import Ballot, digest, receipt
from tests import plans
from tests.browser.kiosk.conftest import Post
from tests.browser.kiosk.device import TALL, Device, device

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SMALLEST = "all => Math.min(...all.map(e => Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width)))"
VOICES = """
const voice = (name, lang, localService) => ({ name, lang, localService });
window.read = [];
class Utterance { constructor(text) { this.text = text; } }
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [voice("far", "vi-VN", false), voice("near", "vi_VN", true), voice("far", "en-GB", false)],
  speak: (utterance) => read.push([utterance.voice.name, utterance.text]), cancel: () => {}, addEventListener: () => {},
} });
"""


@pytest.fixture(scope="module")
def standing(browser: Browser, post: Callable[..., Post]) -> Iterator[Device]:
    """One kiosk at a counter for two strata, for all who come in this module."""
    place = post(plans.stratum("desk"), plans.stratum("online"))
    with device(browser, place, TALL, service_workers="block") as made:
        made.page.add_init_script(VOICES)
        yield made.enrol()


@pytest.fixture
def kiosk(standing: Device) -> Device:
    """The kiosk at its start."""
    if standing.page.locator("[data-stop]").count():
        standing.press("[data-stop]")
    standing.shows("[data-language]")
    return standing


def came(kiosk: Device, code: str) -> Ballot:
    """The ballot that the server has under a receipt."""
    kiosk.settled()
    return next(ballot for ballot in kiosk.post.ballots if receipt(digest(ballot)) == code)


def test_a_whole_ballot_is_counted_as_it_was_answered_under_the_receipt_that_was_shown(kiosk: Device) -> None:
    kiosk.begin("en", "online")
    kiosk.press("[data-forward]")
    smallest = []
    for answer in ("yes", "5", "0", "3"):
        smallest.append(kiosk.page.locator(":is(main, header) button:visible").evaluate_all(SMALLEST))
        kiosk.press(f"[data-value='{answer}']")
    kiosk.press("[data-forward]")
    kiosk.click("[data-value=kinder]")
    kiosk.click("[data-value=faster]")
    kiosk.click("[data-value=other]")
    assert kiosk.page.locator("[role=status]").inner_text().startswith("You have chosen 2")
    kiosk.press("[data-forward]")
    kiosk.page.fill("#comment", "  Cảm ơn cán bộ\n")
    kiosk.press("[data-forward]")
    rows = kiosk.page.locator("[data-row]").evaluate_all("all => all.map(r => r.querySelector('.given').textContent)")
    kiosk.press("[data-forward]")
    ballot = came(kiosk, kiosk.receipt)
    kiosk.press("[data-forward]")
    assert rows == ["Yes", "Level 5", "No opinion", "Level 3", "Skipped", "faster; kinder", "Cảm ơn cán bộ"]
    assert ballot.answers == {"C1": 5, "C2": 0, "C3": 3, "asked": "yes", "wish": ("faster", "kinder")}
    assert (ballot.stratum, ballot.channel, ballot.language, ballot.comment) == ("online", "kiosk", "en", "Cảm ơn cán bộ")
    assert min(smallest) >= 88


def test_going_back_changes_answers_and_what_they_rule_out(kiosk: Device) -> None:
    kiosk.begin("vi", "desk")
    kiosk.to_summary()
    kiosk.press("[data-forward]")
    assert kiosk.page.locator("[role=alert]").inner_text() == "Trả lời ít nhất một câu rồi gửi."
    kiosk.press("[data-to=C1]")
    kiosk.press("[data-value='4']")
    kiosk.press("[data-to=C1]")
    assert kiosk.page.locator("[data-value='4']").get_attribute("aria-pressed") == "true"
    kiosk.press("[data-clear]")
    kiosk.press("[data-forward]")
    assert kiosk.page.locator("[data-row=C3]").count() == 1
    kiosk.press("[data-to=asked]")
    kiosk.press("[data-value=no]")
    assert kiosk.page.locator("[data-row=C3]").count() == 0
    kiosk.press("[data-forward]")
    ballot = came(kiosk, kiosk.receipt)
    kiosk.press("[data-forward]")
    assert ballot.answers == {"asked": "no", "C3": 0}


def test_a_second_tap_of_an_unsteady_hand_answers_nothing(kiosk: Device) -> None:
    kiosk.begin("vi", "desk")
    kiosk.press("[data-forward]")
    tap = "document.querySelector('[data-value]').click()"
    kiosk.page.evaluate(f"{tap}; {tap}")
    assert "Câu 2" in kiosk.page.locator(".progress").inner_text()


def test_a_whole_ballot_goes_in_by_keyboard_alone(kiosk: Device) -> None:
    kiosk.begin("vi", "desk")
    assert kiosk.page.evaluate("document.activeElement.tagName") == "H1"
    while not kiosk.page.locator("[data-receipt]").count():
        kiosk.ready()
        wanted = "[data-value]" if kiosk.page.locator(".question.one, .question.rating").count() else "[data-forward]"
        kiosk.page.evaluate("document.querySelector('main').dataset.seen = ''")
        for _ in range(12):
            kiosk.page.keyboard.press("Tab")
            if kiosk.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                break
        kiosk.page.keyboard.press("Enter")
        kiosk.page.wait_for_selector("main:not([data-seen])")
    ballot = came(kiosk, kiosk.receipt)
    kiosk.press("[data-forward]")
    assert ballot.answers == {"asked": "yes", "C1": 1, "C2": 1, "C3": 1, "Q": 1}


def test_questions_are_read_aloud_by_a_voice_of_the_device_only(kiosk: Device) -> None:
    kiosk.begin("en", "desk")
    assert kiosk.page.locator("[data-aloud]").inner_text() == "No English voice on this device"
    kiosk.press("[data-stop]")
    kiosk.begin("vi", "desk")
    kiosk.press("[data-forward]")
    kiosk.click("[data-aloud]")
    assert kiosk.page.evaluate("read") == [["near", "Có hỏi không. Có. Không"]]
    assert kiosk.page.locator("[data-aloud]").inner_text() == "Ngừng đọc"
