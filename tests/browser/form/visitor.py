"""A person who fills in the form in a real browser, and what axe says about what they see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NARROWEST, PHONE, DESKTOP = (320, 640), (360, 800), (1280, 800)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COMMENT = "Xin trả lời nhanh hơn.\nCảm ơn"
SEND = {"vi": "Gửi phiếu", "en": "Send"}


class Visitor:
    """Someone before the form. Everything is done as a person does it: by what is visible."""

    def __init__(self, page: Page, *, script: bool) -> None:
        self.page = page
        self.script = script
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    @property
    def section(self) -> Locator:
        """The page of the form that is open."""
        return self.page.locator("main section:visible")

    @property
    def items(self) -> Locator:
        """The questions that are to be seen."""
        return self.section.locator("[data-item]:visible")

    @property
    def heading(self) -> str:
        return self.page.locator("main h1:visible").inner_text()

    @property
    def language(self) -> str | None:
        return self.page.locator("html").get_attribute("lang")

    def press(self, name: str) -> None:
        """Press what the selector `name` finds on the open page of the form, and wait for the page that comes."""
        button = self.page.locator(f"main section:visible >> {name} >> visible=true").first
        if self.script:
            button.click()
        else:
            with self.page.expect_navigation():
                button.click()

    def go_on(self) -> None:
        """Press the main button of the page."""
        self.press("button.main")

    def pick(self, item: str, *values: str) -> None:
        """Answer a question by clicking on its words."""
        for value in values:
            self.page.locator(f'#q-{item} label:has(input[value="{value}"])').click()

    def answer_all(self) -> dict[str, Any]:
        """Answer every question from the open page on; the summary is open then. Gives what was answered, by id."""
        given: dict[str, Any] = {}
        while not self.page.locator(".summary:visible").count():
            for item in self.items.all():
                given |= self._answer(item, len(given))
            self.go_on()
        return given

    def to_summary(self) -> None:
        """Go on to the summary and answer nothing more."""
        while not self.page.locator(".summary:visible").count():
            self.go_on()

    def send(self) -> None:
        self.press("[data-send]")

    @property
    def receipt(self) -> str:
        """The receipt code, once it is there."""
        self.page.wait_for_selector("main[data-receipt]")
        return self.page.locator(".receipt-code").inner_text().replace("\n", "")

    @property
    def drafts(self) -> list[str]:
        """What the form has put away on the device."""
        return list(self.page.evaluate("Object.keys(localStorage)"))

    def _answer(self, item: Locator, number: int) -> dict[str, Any]:
        name = item.get_attribute("data-item") or ""
        if name == "comment":
            item.locator("textarea").fill(COMMENT)
            return {name: COMMENT}
        options = item.locator("label.option")
        several = item.locator("[type=checkbox]").count() > 0
        wanted = [0, 2] if several else [number % options.count()]
        values = []
        for at in wanted:
            options.nth(at).click()
            values.append(options.nth(at).locator("input").get_attribute("value"))
        rated = "rating" in (item.get_attribute("class") or "")
        return {name: set(values) if several else int(values[0] or 0) if rated else values[0]}


@contextmanager
def visit(
    browser: Browser, address: str, size: tuple[int, int] = PHONE, *, bare: bool = False, **context: Any
) -> Iterator[Visitor]:
    """A visitor with an empty device at `address`, on a screen of `size`.

    `bare` keeps the form's own script from loading, as without JavaScript, in a browser in which axe still runs.
    """
    opened = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context)
    page = opened.new_page()
    page.set_default_timeout(30_000)
    page.set_default_navigation_timeout(30_000)
    if bare:
        page.route("**/*.js*", lambda route: route.abort())
    page.goto(address)
    yield Visitor(page, script=context.get("java_script_enabled", not bare))
    opened.close()


def findings(page: Page) -> list[str]:
    """What axe finds on the page: rule and place."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 -- an optional dependency

    options = {"runOnly": RULES, "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]


def width_needed(page: Page, size: tuple[int, int]) -> int:
    """How wide the page is on a screen of `size`."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return int(page.evaluate("document.documentElement.scrollWidth"))
