"""Whatever a person, a browser or a network does around sending: one ballot, and its receipt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from shared.domain.ballot import Ballot
from tests.browser.form.visitor import DESKTOP, PHONE, Visitor, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])


def ready(visitor: Visitor) -> Visitor:
    """Before the summary, with one answer given."""
    visitor.go_on()
    visitor.pick("asked", "yes")
    visitor.to_summary()
    return visitor


def carried(visitor: Visitor) -> dict[str, str]:
    """What the open page would post: the same that a browser posts again after a step back."""
    fields = visitor.page.evaluate("Object.fromEntries(new FormData(document.getElementById('ballot')))")
    return {**fields, "go": "send"}


@SCRIPTS
def test_a_double_click_sends_one_ballot(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]], script: bool
) -> None:
    address = small()
    with visit(browser, address, DESKTOP, java_script_enabled=script) as visitor:
        ready(visitor).section.locator("[data-send]").dblclick(no_wait_after=True)
        assert visitor.receipt
    assert len(ballots(address)) == 1


@SCRIPTS
def test_loading_the_receipt_again_shows_the_same_receipt(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]], script: bool
) -> None:
    address = small()
    with visit(browser, address, java_script_enabled=script) as visitor:
        ready(visitor).send()
        code = visitor.receipt
        visitor.page.reload()
        assert visitor.receipt == code
    assert len(ballots(address)) == 1


def test_going_back_from_the_receipt_stays_at_the_receipt(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small()
    with visit(browser, address) as visitor:
        ready(visitor).send()
        code = visitor.receipt
        visitor.page.go_back()
        visitor.page.go_back()
        assert visitor.receipt == code
    assert len(ballots(address)) == 1


def test_the_summary_sent_a_second_time_without_script_gives_the_same_receipt(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small()
    with visit(browser, address, java_script_enabled=False) as visitor:
        fields = carried(ready(visitor))
        visitor.send()
        code = visitor.receipt
        again = visitor.page.request.post(address, form=fields)
        assert (again.status, [part in again.text() for part in code.split("-")]) == (200, [True] * 5)
    assert len(ballots(address)) == 1


def test_what_is_changed_after_sending_is_refused_and_said_so(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small()
    with visit(browser, address, java_script_enabled=False) as visitor:
        fields = carried(ready(visitor))
        visitor.send()
        assert visitor.receipt
        again = visitor.page.request.post(address, form=fields | {"a.asked": "no"})
        assert (again.status, "Phiếu này đã được gửi trước đó" in again.text()) == (409, True)
    (ballot,) = ballots(address)
    assert ballot.answers == {"asked": "yes"}


def test_without_network_the_answers_stay_and_can_be_sent_again(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small()
    with visit(browser, address) as visitor:
        ready(visitor)
        visitor.page.context.set_offline(True)
        visitor.send()
        visitor.page.wait_for_selector("#lost:visible")
        visitor.page.context.set_offline(False)
        assert ballots(address) == []
        visitor.send()
        assert visitor.receipt
    (ballot,) = ballots(address)
    assert ballot.answers == {"asked": "yes"}


def test_an_answer_that_is_lost_on_its_way_leaves_one_ballot(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small()
    with visit(browser, address) as visitor:

        def lose(route: Route) -> None:
            route.fetch()
            route.abort("connectionreset")

        visitor.page.route("**/s/**", lose, times=1)
        ready(visitor).send()
        visitor.page.wait_for_selector("#lost:visible")
        assert len(ballots(address)) == 1
        visitor.send()
        assert visitor.receipt
    assert len(ballots(address)) == 1


def test_after_a_lost_answer_a_reload_offers_to_send_the_same_again(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small()
    with visit(browser, f"{address}?lang=en", PHONE) as visitor:

        def lose(route: Route) -> None:
            route.fetch()
            route.abort("connectionreset")

        visitor.page.route("**/s/**", lose, times=1)
        ready(visitor).send()
        visitor.page.wait_for_selector("#lost:visible")
        visitor.page.goto(f"{address}?lang=vi")
        visitor.page.wait_for_selector("#lost:visible")
        visitor.send()
        assert visitor.receipt
    (ballot,) = ballots(address)
    assert ballot.language == "en"


def test_the_back_button_of_the_browser_turns_one_page_back(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), PHONE) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.go_on()
        visitor.page.go_back()
        assert visitor.page.locator("#q-asked:visible :checked").count() == 1
