"""The public site in a real browser: accessible in every state, whole on every screen, quiet on the network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response
from werkzeug.serving import make_server

from services.publisher.published import Published
from services.publisher.site import create_site
from shared.domain.survey import State
from shared.store.surveys import Record
from tests.browser.chromium import chromium
from tests.browser.zoom import unreachable
from tests.unit.services.publisher.example import edition_of, wide_survey
from tests.unit.services.publisher.full import full
from tests.unit.services.publisher.memory import OPEN, OUT, RECEIPTS, InBlocks, InMemory, Noticed, Stored, edition
from tests.unit.services.publisher.rendering.test_editions import CORRECTION
from tests.unit.services.publisher.rendering.test_history import before_of
from tests.unit.services.publisher.rendering.test_page import COMMENTS, MEASURE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from playwright.sync_api import Browser, Page

PHONE, NARROWEST, KIOSK, DESKTOP = (360, 800), (320, 640), (1080, 1920), (1280, 800)
SCREENS = (NARROWEST, PHONE, KIOSK, DESKTOP)
WIDE = "wide"
REGISTER = f"/surveys/{OUT}/register"
INCLUDED, ABSENT, NO_RECEIPT = f"{REGISTER}/{RECEIPTS[7]}", f"{REGISTER}/0000-0000-0000-0000-0000", f"{REGISTER}/hello"
RESULTS = ("/", f"/surveys/{OUT}", f"/surveys/{OUT}/editions/1", f"/surveys/{OPEN}", f"/surveys/{WIDE}", "/surveys/nope")
HISTORY, EDITIONS, WIDGET = (f"/surveys/{OUT}/{name}" for name in ("history", "editions", "widget"))
OTHERS = (HISTORY, EDITIONS, WIDGET, f"/surveys/{OPEN}/widget", "/methodology")
PAGES = (*RESULTS, *OTHERS, REGISTER, INCLUDED, ABSENT, NO_RECEIPT)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPENED = "document.querySelectorAll('details').forEach(part => part.open = true)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The site with simulated results of two shapes, on a port of its own."""
    memory = InMemory()
    out, wide = memory.records[OUT], replace(wide_survey(12, 5, 6), simulated=True)
    memory.records[OUT] = replace(out, survey=replace(out.survey, simulated=True))
    beside = {"measures": [MEASURE], "measures_before": [MEASURE], "comments": [COMMENTS], "correction": CORRECTION}
    told = full(out.survey, edition=2, simulated=True, **beside)
    memory.editions[OUT, 2] = replace(edition(OUT, 2), results=told)
    memory.records[WIDE] = Record(wide, State.PUBLISHED, 1, None, None, None, 1)
    memory.editions[WIDE, 1] = replace(edition(OUT, 1), survey=WIDE, results=edition_of(wide))
    published = Published(memory, Stored(memory), before_of(out.survey), notices=Noticed(memory))
    site = create_site(published, InBlocks(), form="https://answer.example")
    with served(site) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def served(application: WSGIApplication) -> Iterator[int]:
    """`application` on a port of its own."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def seen(browser: Browser, url: str, size: tuple[int, int] = DESKTOP, **context: Any) -> Iterator[Page]:
    """The page at `url` on a screen of `size`."""
    opened = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context)
    page = opened.new_page()
    page.goto(url)
    yield page
    opened.close()


def width_needed(page: Page, size: tuple[int, int]) -> int:
    """How wide the page is on a screen of `size`."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return int(page.evaluate("document.documentElement.scrollWidth"))


def findings(page: Page) -> list[str]:
    """What axe finds on the page: rule and place."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 -- an optional dependency

    options = {"runOnly": RULES, "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("tag", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_any_page(browser: Browser, address: str, path: str, tag: str) -> None:
    with seen(browser, f"{address}{path}?lang={tag}") as page:
        assert findings(page) == []


@pytest.mark.parametrize("path", ["/", f"/surveys/{OUT}", f"/surveys/{OPEN}", "/surveys/nope", REGISTER, INCLUDED, ABSENT])
def test_axe_finds_nothing_in_dark_colours(browser: Browser, address: str, path: str) -> None:
    with seen(browser, address + path, color_scheme="dark") as page:
        assert findings(page) == []


@pytest.mark.parametrize(("name", "size"), [(OUT, PHONE), (WIDE, KIOSK)])
def test_axe_finds_nothing_when_all_details_are_open(browser: Browser, address: str, name: str, size: tuple[int, int]) -> None:
    with seen(browser, f"{address}/surveys/{name}", size) as page:
        page.evaluate(OPENED)
        assert findings(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(browser: Browser, address: str, path: str) -> None:
    with seen(browser, address + path) as page:
        page.evaluate(OPENED)
        assert [size for size in SCREENS if width_needed(page, size) > size[0]] == []


@pytest.mark.parametrize("path", ["/", f"/surveys/{OUT}", HISTORY, EDITIONS, REGISTER])
def test_at_400_percent_zoom_everything_is_reached_without_scrolling_sideways(
    browser: Browser, address: str, path: str
) -> None:
    with seen(browser, address + path) as page:
        page.evaluate(OPENED)
        assert unreachable(page) == []


def test_a_page_asks_no_other_host_for_anything_and_breaks_no_policy(browser: Browser, address: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/surveys/{OUT}", wait_until="networkidle")
    context.close()
    assert {url.startswith(address) for url in asked} == {True}
    assert said == []


def test_the_main_figures_are_on_the_first_screen_of_a_phone(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}", PHONE) as page:
        first = page.locator(".big").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] < PHONE[1]


def test_details_open_without_script(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}?lang=en", java_script_enabled=False) as page:
        page.get_by_text("See 22 criteria").first.click()
        assert page.get_by_text("Being told clearly whom to contact at the department").first.is_visible()


def test_a_receipt_typed_by_hand_is_looked_up_without_script(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}{REGISTER}?lang=en", PHONE, java_script_enabled=False) as page:
        page.get_by_label("Receipt").fill(RECEIPTS[7].lower().replace("-", " "))
        page.get_by_role("button", name="Look it up").click()
        assert page.url == f"{address}{INCLUDED}?lang=en"
        assert page.get_by_text("The ballot with this receipt is counted in the result.").is_visible()


def test_the_register_is_reached_from_the_results(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}?lang=en") as page:
        page.get_by_role("link", name="Look up a receipt in the register").first.click()
        assert page.get_by_role("heading", name="Register of ballots").is_visible()


def test_the_answer_is_on_the_first_screen_of_a_phone(browser: Browser, address: str) -> None:
    with seen(browser, address + INCLUDED, PHONE) as page:
        answer = page.locator(".sentence").bounding_box()
    assert answer is not None
    assert answer["y"] + answer["height"] < PHONE[1]


def test_the_language_can_be_switched(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}", PHONE) as page:
        page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.get_by_role("heading", name="Main result").is_visible()


def test_the_keyboard_reaches_the_content_first(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}") as page:
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Đến nội dung chính"
        page.keyboard.press("Enter")
        assert page.locator(":focus").get_attribute("id") == "main"


def test_a_table_keeps_its_rows_and_headings_for_readers_where_it_is_stacked(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}", PHONE) as page:
        table = page.get_by_role("table", name="Chỉ số hài lòng theo yếu tố").last
        assert table.get_by_role("row").count() == 6
        assert table.get_by_role("rowheader").first.inner_text() == "Tiếp cận dịch vụ"


def test_charts_are_named_images(browser: Browser, address: str) -> None:
    with seen(browser, f"{address}/surveys/{OUT}?lang=en") as page:
        assert page.get_by_role("img", name="Satisfaction index by factor").count() == 2


@pytest.mark.parametrize("path", [f"/surveys/{OUT}", f"/surveys/{WIDE}"])
def test_printing_shows_what_is_folded_away(browser: Browser, address: str, path: str) -> None:
    with seen(browser, address + path) as page:
        page.emulate_media(media="print")
        heights = page.locator("details").evaluate_all("all => all.map(part => part.scrollHeight)")
    assert min(heights) > 80


def test_axe_finds_nothing_where_history_and_editions_are_open(browser: Browser, address: str) -> None:
    found = []
    for path in (HISTORY, EDITIONS):
        with seen(browser, f"{address}{path}?lang=en", PHONE) as page:
            page.evaluate(OPENED)
            found += findings(page)
    assert found == []


@contextmanager
def framed(browser: Browser, address: str) -> Iterator[Page]:
    """A page of another site that frames `address`. Nothing is loaded yet: `page.goto` its own name."""
    content = f"<!doctype html><title>x</title><iframe src='{address}' width=400 height=300></iframe>"
    with served(Response(content, content_type="text/html")) as port:
        context = browser.new_context(base_url=f"http://localhost:{port}")
        yield context.new_page()
        context.close()


def test_the_widget_shows_its_figures_in_a_frame_of_another_site(browser: Browser, address: str) -> None:
    with framed(browser, f"{address}{WIDGET}?lang=en") as page:
        page.goto("/")
        widget = page.frame_locator("iframe")
        widget.get_by_text("88.7%").wait_for()
        assert widget.locator(".f").first.evaluate("each => getComputedStyle(each).fontWeight") == "700"


def test_a_page_that_other_sites_may_not_frame_is_not_shown_there(browser: Browser, address: str) -> None:
    refused = "frame-ancestors"
    with framed(browser, f"{address}/surveys/{OUT}") as page, page.expect_console_message(lambda said: refused in said.text):
        page.goto("/")
