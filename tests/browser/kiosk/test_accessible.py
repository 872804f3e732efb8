"""Everyone can use the kiosk: axe on each screen and state in both languages, every size, no other host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.store.devices import Devices
from tests import plans
from tests.browser.form.visitor import NARROWEST, findings, width_needed
from tests.browser.kiosk.conftest import Post
from tests.browser.kiosk.device import PHONE, TALL, Device, device, taken
from tests.browser.zoom import ZOOMED, unreachable
from tests.harness import AUTHOR, Client, ballot

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TAGS = pytest.mark.parametrize("tag", ["vi", "en"])


def walk(kiosk: Device, tag: str, look: Callable[[], None]) -> None:
    """From the start to the receipt and back, looking at every screen and at its errors."""
    look()
    kiosk.press(f"[data-language={tag}]")
    look()
    kiosk.press("[data-stratum=invited]")
    look()
    kiosk.press("[data-forward]")
    kiosk.press("[data-forward]")
    look()
    kiosk.page.fill("#code", "0000")
    kiosk.press("[data-forward]")
    while not kiosk.page.locator(".summary").count():
        look()
        kiosk.press("[data-forward]")
    kiosk.press("[data-forward]")
    look()
    kiosk.press("[data-to=asked]")
    kiosk.press("[data-value=yes]")
    kiosk.press("[data-forward]")
    kiosk.shows("[data-receipt]")
    look()
    kiosk.press("[data-forward]")


@TAGS
def test_axe_finds_nothing_on_any_screen_of_a_visit(browser: Browser, post: Callable[..., Post], tag: str) -> None:
    place = post(plans.stratum("desk"), plans.stratum("invited", admission="invited"))
    found: list[str] = []
    with device(browser, place, TALL if tag == "vi" else PHONE, service_workers="block") as kiosk:
        asked: list[str] = []
        kiosk.page.on("request", lambda request: asked.append(request.url))
        kiosk.enrol()
        walk(kiosk, tag, lambda: found.extend(findings(kiosk.page)))
        host = place.address.split("/kiosk/")[0]
        assert [url for url in asked if not url.startswith(host)] == []
        assert [line for line in kiosk.said if "Content Security Policy" in line] == []
    assert found == []


@TAGS
def test_axe_finds_nothing_on_the_clerks_screens(browser: Browser, post: Callable[..., Post], tag: str) -> None:
    place = post()
    found: list[str] = []
    with device(browser, place, service_workers="block", accept_downloads=True) as kiosk:
        kiosk.page.goto(place.address)
        kiosk.ready()
        kiosk.click("[data-enrol]")
        kiosk.page.wait_for_selector("[aria-invalid]")
        found += findings(kiosk.page)
        kiosk.enrol()
        kiosk.keep(*taken(1, answers={"C1": 9}))
        kiosk.synchronise()
        kiosk.page.focus("[data-clerk]")
        kiosk.page.keyboard.press("Enter")
        kiosk.shows("#pin")
        kiosk.click("[data-open]")
        kiosk.page.wait_for_selector("#error:not(:empty)")
        found += findings(kiosk.page)
        kiosk.press("[data-back]")
        kiosk.to_clerk()
        kiosk.press(f"[data-speak][lang={tag}]")
        kiosk.click("[data-export]")
        kiosk.shows("[data-phrase]")
        found += findings(kiosk.page)
        assert kiosk.page.locator("html").get_attribute("lang") == tag
        kiosk.page.goto(f"{place.address.rsplit('/', 1)[0]}/opening.html")
        found += findings(kiosk.page)
    assert found == []


@pytest.mark.parametrize("period", [{"opens": 3_600, "closes": 7_200}, {"opens": -100, "closes": -1, "grace": 3_600}])
def test_axe_finds_nothing_where_no_ballot_is_taken(
    browser: Browser, post: Callable[..., Post], period: dict[str, float]
) -> None:
    with device(browser, post(**period, release="person"), service_workers="block", color_scheme="dark") as kiosk:
        kiosk.enrol()
        assert kiosk.page.locator("[data-shut]").count() == 1
        assert findings(kiosk.page) == []


@TAGS
def test_axe_finds_nothing_where_all_places_are_taken_and_where_the_device_is_revoked(
    browser: Browser, post: Callable[..., Post], api: Client, tag: str
) -> None:
    place = post(plans.stratum("desk", quota=1, when_full="refuse"))
    with device(browser, place, PHONE, service_workers="block") as kiosk:
        assert api.put(place.survey, uuid4(), ballot()).status == 201
        kiosk.enrol()
        kiosk.synchronise()
        kiosk.begin(tag)
        kiosk.shows("[data-shut=full]")
        found = findings(kiosk.page)
        Devices(place.store.db, AUTHOR).revoke(place.survey, "Quầy 1", "it was stolen")
        kiosk.synchronise()
        kiosk.page.reload()
        kiosk.shows("[data-shut=revoked]")
        assert found + findings(kiosk.page) == []


def test_at_400_percent_zoom_everything_is_reached_without_scrolling_sideways(
    browser: Browser, post: Callable[..., Post]
) -> None:
    found: list[str] = []
    place = post(plans.stratum("desk"), plans.stratum("invited", admission="invited"))
    with device(browser, place, ZOOMED, service_workers="block") as kiosk:
        kiosk.enrol()
        walk(kiosk, "vi", lambda: found.extend(unreachable(kiosk.page)))
    assert found == []


def test_the_warning_and_marks_hold_for_those_who_see_or_move_otherwise(browser: Browser, post: Callable[..., Post]) -> None:
    place = post()
    with device(browser, place, service_workers="block", forced_colors="active", reduced_motion="reduce") as kiosk:
        kiosk.page.clock.install()
        kiosk.enrol()
        kiosk.begin()
        kiosk.press("[data-forward]")
        kiosk.press("[data-value=yes]")
        kiosk.press("[data-back]")
        styles = "all => all.map((o) => [getComputedStyle(o).borderTopWidth, getComputedStyle(o).transitionDuration])"
        (chosen, still), (other, _) = kiosk.page.locator(".option").evaluate_all(styles)
        needed = width_needed(kiosk.page, NARROWEST)
        kiosk.page.clock.run_for(61_000)
        kiosk.page.wait_for_selector("dialog")
        found = findings(kiosk.page)
    assert chosen != other
    assert (still, needed) == ("0s", NARROWEST[0])
    assert found == []
