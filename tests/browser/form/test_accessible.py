"""Everyone can use the form: axe on each page and state, every width, the keyboard, no other host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests import plans
from tests.browser.form.conftest import LIBRARY, SCT
from tests.browser.form.visitor import DESKTOP, NARROWEST, PHONE, findings, visit, width_needed
from tests.browser.zoom import unreachable

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCREENS = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
TAGS = pytest.mark.parametrize("tag", ["vi", "en"])


@pytest.mark.parametrize(("size", "tag"), [(PHONE, "vi"), (DESKTOP, "en")], ids=["phone", "desktop"])
def test_axe_finds_nothing_on_any_page_of_a_whole_ballot(
    browser: Browser, real: Callable[[str], str], size: tuple[int, int], tag: str
) -> None:
    address = real(LIBRARY)
    with visit(browser, f"{address}?lang={tag}", size) as visitor:
        found = findings(visitor.page)
        visitor.page.goto(f"{address}/adults?lang={tag}")
        found += findings(visitor.page)
        visitor.go_on()
        seen = set()
        while not visitor.page.locator(".summary:visible").count():
            if visitor.heading not in seen:
                found += findings(visitor.page)
                seen.add(visitor.heading)
            visitor.items.first.locator("label").first.click()
            visitor.go_on()
        found += findings(visitor.page)
        visitor.send()
        assert visitor.receipt
        assert found + findings(visitor.page) == []


@TAGS
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_axe_finds_nothing_on_errors(browser: Browser, small: Callable[..., str], tag: str, script: bool) -> None:
    address = small(plans.stratum("desk", admission="invited"))
    with visit(browser, f"{address}?lang={tag}", PHONE, bare=not script) as visitor:
        visitor.go_on()
        visitor.to_summary()
        visitor.send()
        visitor.page.wait_for_selector("#errors")
        found = findings(visitor.page)
        visitor.press("[data-to=asked]")
        visitor.pick("asked", "no")
        visitor.press("[data-review]")
        visitor.send()
        visitor.page.wait_for_selector("#e-invitation:visible")
        assert found + findings(visitor.page) == []


@TAGS
def test_axe_finds_nothing_where_the_answer_was_lost(browser: Browser, small: Callable[..., str], tag: str) -> None:
    with visit(browser, f"{small()}?lang={tag}") as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.to_summary()
        visitor.page.context.set_offline(True)
        visitor.send()
        visitor.page.wait_for_selector("#lost:visible")
        assert findings(visitor.page) == []


@TAGS
def test_axe_finds_nothing_on_messages(browser: Browser, small: Callable[..., str], collector: str, tag: str) -> None:
    addresses = [small(opens=3_600, closes=7_200), small(opens=-120, closes=-60, release="person"), f"{collector}nope"]
    with visit(browser, addresses[0]) as visitor:
        found = []
        for address in addresses:
            visitor.page.goto(f"{address}?lang={tag}")
            found += findings(visitor.page)
    assert found == []


@SCREENS
def test_axe_finds_nothing_in_dark_colours(browser: Browser, real: Callable[[str], str], size: tuple[int, int]) -> None:
    with visit(browser, f"{real(SCT)}/petrol", size, color_scheme="dark") as visitor:
        found = findings(visitor.page)
        visitor.go_on()
        visitor.go_on()
        visitor.items.first.locator("label").nth(3).click()
        assert found + findings(visitor.page) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_no_page_scrolls_sideways_on_the_narrowest_screen(browser: Browser, real: Callable[[str], str], script: bool) -> None:
    widths = set()
    with visit(browser, f"{real(SCT)}/petrol", NARROWEST, java_script_enabled=script) as visitor:
        widths.add(width_needed(visitor.page, NARROWEST))
        visitor.go_on()
        while not visitor.page.locator(".summary:visible").count():
            widths.add(width_needed(visitor.page, NARROWEST))
            visitor.items.first.locator("label").first.click()
            visitor.go_on()
        widths.add(width_needed(visitor.page, NARROWEST))
        visitor.send()
        assert visitor.receipt
        widths.add(width_needed(visitor.page, NARROWEST))
    assert max(widths) == NARROWEST[0]


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_at_400_percent_zoom_everything_is_reached_without_scrolling_sideways(
    browser: Browser, small: Callable[..., str], script: bool
) -> None:
    with visit(browser, small(), DESKTOP, bare=not script) as visitor:
        found = unreachable(visitor.page)
        visitor.go_on()
        found += unreachable(visitor.page)
        visitor.to_summary()
        assert found + unreachable(visitor.page) == []


def test_everything_that_can_be_pressed_is_at_least_44_pixels_high(browser: Browser, real: Callable[[str], str]) -> None:
    with visit(browser, f"{real(SCT)}/petrol", PHONE) as visitor:
        visitor.go_on()
        visitor.items.first.locator("label").first.click()
        targets = visitor.page.locator("label.option:visible, button:visible:not([data-default])")
        heights = targets.evaluate_all("all => all.map(target => target.getBoundingClientRect().height)")
    assert min(heights) >= 44


def test_a_whole_ballot_goes_in_by_keyboard_alone(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), DESKTOP) as visitor:
        keyboard = visitor.page.keyboard
        keyboard.press("Tab")
        keyboard.press("Enter")
        assert visitor.page.evaluate("document.activeElement.id") == "main"
        visitor.section.locator("button.main").focus()
        keyboard.press("Enter")
        keyboard.press("Tab")
        keyboard.press("Space")
        assert visitor.page.locator("#q-asked :checked").get_attribute("value") == "yes"
        while not visitor.page.locator(".summary:visible").count():
            keyboard.press("Enter") if visitor.page.evaluate("document.activeElement.matches('input')") else visitor.go_on()
        keyboard.press("Tab")
        assert visitor.page.evaluate("document.activeElement.innerText").startswith("Sửa")
        visitor.section.locator("[data-send]").press("Enter")
        assert visitor.receipt


def test_the_focus_moves_to_what_is_new(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), DESKTOP) as visitor:
        visitor.go_on()
        assert visitor.page.evaluate("document.activeElement.tagName") == "H1"
        visitor.to_summary()
        visitor.send()
        visitor.page.wait_for_selector("#errors")
        assert visitor.page.evaluate("document.activeElement.id") == "errors"


def test_questions_are_named_groups_of_named_choices(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, f"{small()}?lang=en", DESKTOP) as visitor:
        visitor.go_on()
        visitor.go_on()
        group = visitor.page.get_by_role("group", name="Criterion C1")
        assert group.get_by_role("radio").count() == 6
        assert group.get_by_role("radio", name="Level 4").count() == 1


def test_a_plan_text_in_another_language_is_marked(browser: Browser, real: Callable[[str], str]) -> None:
    with visit(browser, f"{real(LIBRARY)}/adults?lang=fr") as visitor:
        assert visitor.language == "vi"
        assert visitor.page.locator("h1 [lang=fr]").first.inner_text().startswith("Enquête 2026")


def test_the_form_asks_no_other_host_and_breaks_no_policy(browser: Browser, small: Callable[..., str]) -> None:
    address = small()
    with visit(browser, "about:blank") as visitor:
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.page.goto(address, wait_until="networkidle")
        visitor.go_on()
        visitor.answer_all()
        visitor.send()
        assert visitor.receipt
        assert visitor.said == []
    host = address.split("/s/")[0]
    assert [url for url in asked if not url.startswith(host)] == []


def test_marks_of_what_is_chosen_remain_in_forced_colours(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), DESKTOP, forced_colors="active") as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        widths = visitor.page.locator("#q-asked .option").evaluate_all(
            "all => all.map(o => getComputedStyle(o).borderTopWidth)"
        )
    assert widths[0] != widths[1]


def test_nothing_moves_for_those_who_ask_for_no_motion(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), DESKTOP, reduced_motion="reduce") as visitor:
        visitor.go_on()
        moving = "all => all.map(o => getComputedStyle(o).transitionDuration)"
        assert set(visitor.page.locator(".option").evaluate_all(moving)) == {"0s"}
