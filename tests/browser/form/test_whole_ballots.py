"""Whole ballots through the form: each kind of page, with and without JavaScript, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.ballot import Ballot, digest, receipt
from shared.domain.survey import Channel
from tests.browser.form.conftest import LIBRARY, SCT
from tests.browser.form.visitor import COMMENT, DESKTOP, PHONE, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WAYS = pytest.mark.parametrize(("size", "script"), [(PHONE, True), (DESKTOP, False)], ids=["script-phone", "plain-desktop"])
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])


def told(ballot: Ballot) -> dict[str, Any]:
    """A ballot's answers and comment as a visitor gave them."""
    answers = {key: set(value) if isinstance(value, tuple) else value for key, value in ballot.answers.items()}
    return answers if ballot.comment is None else answers | {"comment": ballot.comment}


@pytest.mark.parametrize(
    ("size", "script", "tag"), [(PHONE, True, "vi"), (PHONE, False, "en"), (DESKTOP, True, "en"), (DESKTOP, False, "vi")]
)
def test_what_a_person_answers_is_what_is_stored(
    browser: Browser,
    real: Callable[[str], str],
    ballots: Callable[[str], list[Ballot]],
    size: tuple[int, int],
    script: bool,
    tag: str,
) -> None:
    address = f"{real(SCT)}/petrol"
    with visit(browser, f"{address}?lang={tag}", size, java_script_enabled=script) as visitor:
        visitor.go_on()
        given = visitor.answer_all()
        visitor.send()
        code = visitor.receipt
        assert (visitor.language, visitor.said) == (tag, [])
    (ballot,) = ballots(address)
    assert told(ballot) == given
    assert (ballot.stratum, ballot.channel, ballot.language, ballot.comment) == ("petrol", Channel.WEB, tag, COMMENT)
    assert code == receipt(digest(ballot))


@WAYS
def test_another_plan_with_three_levels_and_no_filters_works_the_same_way(
    browser: Browser, real: Callable[[str], str], ballots: Callable[[str], list[Ballot]], size: tuple[int, int], script: bool
) -> None:
    address = f"{real(LIBRARY)}/adults"
    with visit(browser, f"{address}?lang=fr", size, java_script_enabled=script) as visitor:
        visitor.go_on()
        assert visitor.items.first.locator(".face").count() == 3
        given = visitor.answer_all()
        visitor.send()
        assert visitor.receipt
    (ballot,) = ballots(address)
    assert (told(ballot), ballot.language) == (given, "fr")


@SCRIPTS
def test_a_person_chooses_the_stratum_where_the_address_names_none(
    browser: Browser, real: Callable[[str], str], script: bool
) -> None:
    with visit(browser, f"{real(SCT)}?lang=en", java_script_enabled=script) as visitor:
        visitor.page.get_by_role("link", name="Food safety").click()
        assert visitor.page.url.endswith("/food-safety?lang=en")
        assert visitor.page.get_by_text("Food safety").is_visible()


def test_a_phone_shows_one_question_a_page_and_a_desktop_one_factor(browser: Browser, real: Callable[[str], str]) -> None:
    address = f"{real(SCT)}/petrol"
    with visit(browser, address, PHONE) as visitor:
        visitor.go_on()
        visitor.go_on()
        assert (visitor.heading, visitor.items.count()) == ("Tiếp cận dịch vụ", 1)
    with visit(browser, address, DESKTOP) as visitor:
        visitor.go_on()
        visitor.go_on()
        assert (visitor.heading, visitor.items.count()) == ("Tiếp cận dịch vụ", 4)


@WAYS
def test_what_an_answer_rules_out_is_not_asked(
    browser: Browser, real: Callable[[str], str], ballots: Callable[[str], list[Ballot]], size: tuple[int, int], script: bool
) -> None:
    address = f"{real(SCT)}/petrol"
    with visit(browser, address, size, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.pick("gave-feedback", "no")
        visitor.go_on()
        given = visitor.answer_all()
        assert not visitor.page.locator("[data-row=C21]").is_visible()
        visitor.send()
        assert visitor.receipt
    assert "C21" not in given
    assert ballots(address)[0].answers["C21"] == 0


@WAYS
def test_an_answer_that_is_ruled_out_later_is_not_sent(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]], size: tuple[int, int], script: bool
) -> None:
    address = small()
    with visit(browser, address, size, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.go_on()
        while not visitor.page.locator("#q-C3:visible").count():
            visitor.go_on()
        visitor.pick("C3", "2")
        visitor.to_summary()
        visitor.press("[data-to=asked]")
        visitor.pick("asked", "no")
        visitor.press("[data-review]")
        visitor.send()
        assert visitor.receipt
    assert ballots(address)[0].answers == {"asked": "no", "C3": 0}


@WAYS
def test_questions_can_be_skipped_cleared_and_changed(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]], size: tuple[int, int], script: bool
) -> None:
    address = small()
    with visit(browser, address, size, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.go_on()
        visitor.pick("C1", "1")
        visitor.press("#q-C1 .clear")
        assert visitor.page.locator("#q-C1 :checked").count() == 0
        visitor.go_on()
        visitor.press("[data-back]")
        visitor.pick("C1", "3")
        visitor.to_summary()
        visitor.press("[data-to=C1]")
        visitor.pick("C1", "5")
        visitor.press("[data-review]")
        assert visitor.page.locator("[data-row=C1] [data-given]").inner_text().strip() == "Mức 5"
        assert visitor.page.locator("[data-row=C2] [data-given]").inner_text().strip() == "Bỏ qua"
        visitor.send()
        assert visitor.receipt
    assert ballots(address)[0].answers == {"asked": "yes", "C1": 5}


@WAYS
def test_the_language_can_be_switched_without_losing_an_answer(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]], size: tuple[int, int], script: bool
) -> None:
    address = small()
    with visit(browser, address, size, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.page.get_by_role("button", name="English").click()
        visitor.page.wait_for_selector("html[lang=en]")
        assert visitor.page.get_by_role("group", name="Did you ask").is_visible()
        visitor.to_summary()
        visitor.send()
        assert visitor.receipt
    (ballot,) = ballots(address)
    assert (ballot.answers, ballot.language) == ({"asked": "yes"}, "en")


@SCRIPTS
def test_enter_goes_on_and_does_not_send_too_early(browser: Browser, small: Callable[..., str], script: bool) -> None:
    with visit(browser, small(), DESKTOP, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.page.locator("#q-asked input").first.press("Enter")
        visitor.page.wait_for_selector("#q-C1:visible")
        assert visitor.heading == "Tiếp cận"
