"""What the method adds to the results page, in a real browser: comparison, map of priorities, quality, composite."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from services.publisher.rendering import render_page
from tests.browser.chromium import chromium
from tests.browser.test_site_pages import OPENED, SCREENS, findings, seen, width_needed
from tests.unit.services.publisher.example import bentre, edition_of
from tests.unit.services.publisher.rendering.test_comparing import BEFORE, ROWS
from tests.unit.services.publisher.rendering.test_composite import POOLED
from tests.unit.services.publisher.rendering.test_quality import QUADRANTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STATIC = Path(__file__).parents[2] / "services" / "publisher" / "static"
FEW = {"least_ballots": 30, "missing": {"all": "few-ballots"}}
MEASURED = {"alpha": {"F1": 0.74, "F2": None}, "straight_lines": {"at_most": 4}, "many_without_opinion": ["C21"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def page_address() -> Iterator[str]:
    document = edition_of(bentre(), comparison=ROWS, compared_with=BEFORE, pooled=POOLED, warnings=[])
    partners, applicants = document["groups"]
    document["groups"] = [{**partners, "quality": FEW}, {**applicants, "quality": {**MEASURED, **QUADRANTS}}]
    site = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    site.add_url_rule("/", view_func=lambda: render_page(document, bentre(), request.args.get("lang", "vi")))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("tag", "scheme"), [("vi", "light"), ("en", "dark")])
def test_axe_finds_nothing_with_all_parts_opened(browser: Browser, page_address: str, tag: str, scheme: str) -> None:
    with seen(browser, f"{page_address}?lang={tag}", color_scheme=scheme) as page:
        page.evaluate(OPENED)
        assert page.locator("svg.map circle").count() == 5
        assert findings(page) == []


@pytest.mark.parametrize("size", SCREENS)
def test_nothing_is_wider_than_the_screen(browser: Browser, page_address: str, size: tuple[int, int]) -> None:
    with seen(browser, page_address, size) as page:
        page.evaluate(OPENED)
        assert width_needed(page, size) == size[0]


def test_no_word_on_the_map_covers_another_or_leaves_its_quadrant(browser: Browser, page_address: str) -> None:
    with seen(browser, f"{page_address}?lang=en") as page:
        boxes = page.locator("svg.map .corner").evaluate_all("all => all.map(e => e.getBBox().width)")
        assert max(boxes) < 172
