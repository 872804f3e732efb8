"""A kiosk in a real browser: what people and clerks do in front of it, and what its own modules say of its queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.browser.kiosk.conftest import Post
from tests.harness import ballot, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

TALL, WIDE, PHONE = (1080, 1920), (1280, 800), (360, 800)
PIN = "271828"

_STORAGE = """async ([survey, given]) => {
  const { openStorage } = await import("/static/kiosk/storage.js");
  const { Queue } = await import("/static/kiosk/queue.js");
  const storage = await openStorage(survey);
  try {
    return await (%s)(new Queue(storage), storage, given);
  } finally {
    storage.db.close();
  }
}"""


class Device:
    """One kiosk. People press what they see; the queue is looked into through the kiosk's own modules."""

    def __init__(self, page: Page, post: Post) -> None:
        self.page = page
        self.post = post
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def ready(self) -> None:
        """Wait until the screen takes presses."""
        self.page.wait_for_selector("main[data-ready]")

    def click(self, selector: str) -> None:
        """Press what need not be followed by another screen, once presses are taken."""
        self.ready()
        self.page.click(selector)

    def press(self, selector: str) -> None:
        """Press what is visible, and wait for the screen that comes."""
        self.ready()
        self.page.evaluate("document.querySelector('main').dataset.seen = ''")
        self.page.click(f"{selector} >> visible=true")
        self.page.wait_for_selector("main:not([data-seen])")
        self.ready()

    def shows(self, selector: str) -> None:
        self.page.wait_for_selector(selector)
        self.ready()

    def enrol(self) -> Device:
        """Set up the device as a clerk does: by the link, and with a PIN."""
        self.page.goto("about:blank")
        self.page.goto(self.post.link)
        self.ready()
        self.page.fill("#pin", PIN)
        self.click("[data-enrol]")
        self.shows("[data-language], [data-shut]")
        self._done()
        return self

    def installed(self) -> None:
        """Wait until all that the kiosk needs is kept on the device."""
        self.page.wait_for_selector("html[data-installed]", state="attached")

    def begin(self, tag: str = "vi", stratum: str | None = None) -> None:
        """Go to the notice."""
        self.press(f"[data-language={tag}]")
        if stratum is not None:
            self.press(f"[data-stratum={stratum}]")

    def to_summary(self) -> None:
        """Skip what is left."""
        while not self.page.locator(".summary").count():
            self.press("[data-forward]")

    def quick_ballot(self) -> str:
        """From the start back to the start with one answer; the receipt that was shown."""
        self.begin()
        self.press("[data-forward]")
        self.press("[data-value=no]")
        self.to_summary()
        self.press("[data-forward]")
        code = self.receipt
        self.press("[data-forward]")
        return code

    @property
    def receipt(self) -> str:
        self.shows("[data-receipt]")
        return self.page.get_attribute("[data-receipt]", "data-receipt") or ""

    def to_clerk(self) -> None:
        """Open the clerk's page by keyboard and PIN."""
        self.ready()
        self.page.focus("[data-clerk]")
        self.page.keyboard.press("Enter")
        self.shows("#pin")
        self.page.fill("#pin", PIN)
        self.click("[data-open]")
        self.shows("[data-fact=name]")

    def fact(self, name: str) -> str:
        """A line of the clerk's page."""
        return self.page.locator(f"[data-fact={name}]").inner_text()

    def queue(self, work: str, given: object = None) -> Any:
        """What an asynchronous function of queue, storage and `given` gives on this device."""
        return self.page.evaluate(_STORAGE % work, [self.post.survey, given])

    def keep(self, *ballots: dict[str, Any]) -> list[str]:
        """Put ballots into the queue; their ids."""
        self.queue("async (queue, _, given) => { for (const each of given) await queue.add(each); }", list(ballots))
        return [each["id"] for each in ballots]

    @property
    def counts(self) -> dict[str, int]:
        return dict(self.queue("(queue) => queue.counts()"))

    def settled(self) -> None:
        """Wait until nothing waits any more."""
        eventually("the queue is empty", lambda: self.counts["waiting"] == 0, within=60)

    def synchronise(self) -> None:
        """Let the kiosk notice that there is a network, and wait until it has done what it could."""
        self.queue("(_, storage) => storage.set('connection', null)")
        self.page.evaluate("dispatchEvent(new Event('online'))")
        self._done()

    def _done(self) -> None:
        eventually("it synchronised", lambda: self.queue("(_, storage) => storage.get('connection')"), within=60)


def taken(number: int = 1, **changes: object) -> Sequence[dict[str, Any]]:
    """Ballots as the kiosk makes them."""
    answers = {**ballot()["answers"], "wish": ["faster", "kinder"]}
    return [{"id": str(uuid4()), **ballot(channel="kiosk", answers=answers), **changes} for _ in range(number)]


@contextmanager
def device(browser: Browser, post: Post, size: tuple[int, int] = WIDE, **context: Any) -> Iterator[Device]:
    """A device with an empty storage, at no address yet."""
    opened = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context)
    with standing(opened, post) as made:
        yield made
    opened.close()


@contextmanager
def standing(context: BrowserContext, post: Post) -> Iterator[Device]:
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.set_default_navigation_timeout(60_000)
    yield Device(page, post)
