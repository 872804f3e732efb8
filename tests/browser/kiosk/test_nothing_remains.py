"""Who comes next finds nothing of who was there before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser.kiosk.conftest import Post
from tests.browser.kiosk.device import Device, device

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COMMENT = "Hàng xóm của tôi tên là Nguyệt"
STORES = """async ([survey]) => {
  const { openStorage } = await import("/static/kiosk/storage.js");
  const storage = await openStorage(survey);
  const all = {};
  for (const name of storage.db.objectStoreNames) all[name] = await storage.db.getAll(name);
  const plain = (value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value);
  const text = JSON.stringify(all, (key, value) => plain(value));
  return { text, ballots: all.ballots.length, local: localStorage.length, session: sessionStorage.length };
}"""


def answered(kiosk: Device) -> None:
    """Somebody answers a question, writes a comment, and is about to look it over."""
    kiosk.begin()
    kiosk.press("[data-forward]")
    kiosk.press("[data-value=yes]")
    while not kiosk.page.locator("#comment").count():
        kiosk.press("[data-forward]")
    kiosk.page.fill("#comment", COMMENT)


def test_after_idle_time_nothing_is_left_in_page_storage_or_history(browser: Browser, post: Callable[..., Post]) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.page.clock.install()
        kiosk.enrol()
        before = kiosk.page.evaluate("history.length")
        answered(kiosk)
        kiosk.page.clock.run_for(61_000)
        dialog = kiosk.page.locator("dialog")
        assert "Ông/Bà còn ở đây không?" in dialog.inner_text()
        assert kiosk.page.evaluate("document.activeElement.dataset.stay") == ""
        kiosk.click("[data-stay]")
        assert dialog.count() == 0
        assert kiosk.page.input_value("#comment") == COMMENT
        kiosk.page.clock.run_for(61_000)
        assert dialog.count() == 1
        kiosk.page.clock.run_for(31_000)
        kiosk.shows("[data-language]")
        kept = kiosk.page.evaluate(STORES, [place.survey])
        assert dialog.count() == 0
        assert COMMENT not in kiosk.page.content()
        assert kiosk.page.locator("input, textarea, [aria-pressed=true]").count() == 0
        assert (kept["ballots"], kept["local"], kept["session"]) == (0, 0, 0)
        assert COMMENT not in kept["text"]
        assert kiosk.page.evaluate("[history.length, history.state, location.href, document.cookie]") == [
            before,
            None,
            place.address,
            "",
        ]
        kiosk.begin()
        assert kiosk.page.locator("[aria-pressed=true]").count() == 0


def test_a_stored_ballot_cannot_be_read_in_the_storage_and_leaves_with_the_receipt(
    browser: Browser, post: Callable[..., Post]
) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        kiosk.page.context.set_offline(True)
        answered(kiosk)
        kiosk.press("[data-forward]")
        kiosk.press("[data-forward]")
        code = kiosk.receipt
        assert COMMENT not in kiosk.page.content()
        kept = kiosk.page.evaluate(STORES, [place.survey])
        kiosk.press("[data-forward]")
        assert code not in kiosk.page.content()
    assert kept["ballots"] == 1
    assert COMMENT not in kept["text"]
    assert place.key not in kept["text"]


def test_leaving_the_page_and_coming_back_shows_the_start(browser: Browser, post: Callable[..., Post]) -> None:
    with device(browser, post(), service_workers="block") as kiosk:
        kiosk.enrol()
        answered(kiosk)
        kiosk.page.goto("about:blank")
        kiosk.page.go_back()
        kiosk.shows("[data-language]")
        assert COMMENT not in kiosk.page.content()


def test_the_key_leaves_the_address_and_the_history_at_once(browser: Browser, post: Callable[..., Post]) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.page.goto(place.link)
        kiosk.shows("#key")
        assert kiosk.page.url == place.address
        kiosk.page.reload()
        kiosk.shows("#key")
        assert kiosk.page.input_value("#key") == ""
        kiosk.page.evaluate("key => { location.hash = `device=${key}`; }", place.key)
        kiosk.page.wait_for_function("key => document.querySelector('#key')?.value === key", arg=place.key)
        assert kiosk.page.url == place.address
