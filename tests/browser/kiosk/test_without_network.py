"""Hours without a network, and every way in which one breaks off: each ballot counts once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.ballot import digest, receipt
from tests import plans
from tests.browser.chromium import kept
from tests.browser.kiosk.conftest import Post
from tests.browser.kiosk.device import device, standing, taken
from tests.harness import bearer, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from tests.harness import Client


def test_fifty_ballots_taken_offline_on_a_device_that_was_closed_are_counted_once_each(
    browser: Browser, post: Callable[..., Post], tmp_path: Path, api: Client
) -> None:
    place = post()
    context = kept(browser, tmp_path)
    with standing(context, place) as kiosk:
        kiosk.enrol()
        kiosk.installed()
        context.set_offline(True)
        code = kiosk.quick_ballot()
        ids = kiosk.keep(*taken(49))
    context.close()
    context = kept(browser, tmp_path, offline=True)
    with standing(context, place) as kiosk:
        kiosk.page.goto(place.address)
        kiosk.shows("[data-language]")
        assert kiosk.counts == {"waiting": 50, "refused": 0, "last": 50}
        assert place.ballots == []
        context.set_offline(False)
        kiosk.synchronise()
        kiosk.settled()
        differing = kiosk.queue("(_, storage) => storage.get('differing', 0)")
    context.close()
    assert len({ballot.id for ballot in place.ballots}) == len(place.ballots) == 50
    assert set(ids) <= {str(ballot.id) for ballot in place.ballots}
    assert place.store.scored(place.survey).counted == 50
    assert code in {receipt(digest(ballot)) for ballot in place.ballots}
    assert differing == 0
    known = api.request("GET", "/api/v1/device", headers=bearer(place.key)).json
    assert known["sequences"] == {"through": 50, "missing": []}


@dataclass
class Cuts:
    """A network that breaks at request number `at` from now, before or after the server got it; never while that is None."""

    at: int | None = None
    after: bool = False

    def handle(self, route: Route) -> None:
        if self.at is not None:
            self.at -= 1
        if self.at != -1:
            route.continue_()
            return
        self.at = None
        if self.after:
            route.fetch()
        route.abort("connectionreset")


def test_the_network_cut_at_every_request_in_turn_loses_nothing_and_counts_nothing_twice(
    browser: Browser, post: Callable[..., Post]
) -> None:
    place = post(plans.stratum("desk", quota=100, when_full="refuse"))
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        ids = []
        cuts = Cuts()
        kiosk.page.route("**/*", cuts.handle)
        for number in range(5):
            for after in (False, True):
                ids += kiosk.keep(*taken(2))
                cuts.at, cuts.after = number, after
                kiosk.synchronise()
        cuts.at = None
        kiosk.synchronise()
        kiosk.settled()
    assert sorted(str(ballot.id) for ballot in place.ballots) == sorted(ids)
    assert place.store.scored(place.survey).counted == len(ids) == 20


def test_a_page_closed_while_the_server_has_the_ballots_sends_them_again_and_they_count_once(
    browser: Browser, post: Callable[..., Post]
) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        kiosk.page.route("**/ballots", lambda route: route.fetch())
        kiosk.keep(*taken(3))
        kiosk.page.evaluate("dispatchEvent(new Event('online'))")
        eventually("the server has them", lambda: kiosk.page.evaluate("true") and len(place.ballots) == 3)
        kiosk.page.close()
        with standing(kiosk.page.context, place) as again:
            again.page.goto(place.address)
            again.shows("[data-language]")
            again.settled()
    assert len(place.ballots) == 3


def test_borrowed_places_last_without_a_network_and_then_the_stratum_is_full(
    browser: Browser, post: Callable[..., Post], api: Client
) -> None:
    place = post(plans.stratum("desk", quota=1, when_full="refuse"))
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        eventually("a place is borrowed", lambda: kiosk.queue("(_, s) => s.get('places')"))
        wish = b'{"stratum": "desk"}'
        elsewhere = api.request("POST", f"/api/v1/surveys/{place.survey}/places", wish, {"Content-Type": "application/json"})
        kiosk.page.context.set_offline(True)
        kiosk.quick_ballot()
        kiosk.begin()
        full = kiosk.page.locator("[data-shut=full]").count()
        kiosk.page.context.set_offline(False)
        kiosk.synchronise()
        kiosk.settled()
    assert (elsewhere.status, full) == (409, 1)
    assert [ballot.counted for ballot in place.ballots] == [True]


def test_places_that_were_not_used_are_given_back(browser: Browser, post: Callable[..., Post], api: Client) -> None:
    place = post(plans.stratum("desk", quota=2, when_full="refuse"))
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        eventually("places are borrowed", lambda: kiosk.queue("(_, s) => s.get('places')"))
        kiosk.to_clerk()
        assert kiosk.fact("places") == "Lĩnh vực desk: 2"
        kiosk.click("[data-give-back]")
        kiosk.page.get_by_text("Đã trả lại số chỗ.").wait_for()
        assert kiosk.fact("places") == "không có"
    wish = b'{"stratum": "desk"}'
    answer = api.request("POST", f"/api/v1/surveys/{place.survey}/places", wish, {"Content-Type": "application/json"})
    assert answer.status == 201


def test_ballots_taken_before_closing_still_come_in_afterwards(browser: Browser, post: Callable[..., Post]) -> None:
    place = post(opens=-100, closes=-1, grace=3_600, release="person")
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        assert kiosk.page.locator("[data-shut=closed]").count() == 1
        kiosk.keep(*taken(2))
        kiosk.synchronise()
        kiosk.settled()
    assert len(place.ballots) == 2


def test_a_new_version_takes_over_when_nobody_is_there_and_the_queue_is_kept(
    browser: Browser, post: Callable[..., Post]
) -> None:
    with device(browser, post()) as kiosk:
        kiosk.page.clock.install()
        kiosk.enrol()
        kiosk.installed()
        kiosk.page.context.set_offline(True)
        kiosk.keep(*taken(2))
        kiosk.begin()
        kiosk.page.context.set_offline(False)
        newer = "navigator.serviceWorker.register('/kiosk/worker.js?newer', { scope: '/kiosk/' })"
        kiosk.page.evaluate(f"{newer}.then(() => {{}})")
        kiosk.page.wait_for_function("() => navigator.serviceWorker.getRegistration('/kiosk/').then((r) => r.waiting !== null)")
        kiosk.page.evaluate("window.older = true")
        kiosk.page.clock.run_for(21_000)
        assert kiosk.page.evaluate("window.older") is True
        kiosk.press("[data-stop]")
        with kiosk.page.expect_event("load"):
            kiosk.page.clock.run_for(21_000)
        kiosk.shows("[data-language]")
        assert kiosk.page.evaluate("window.older") is None
        eventually("the queue was sent", lambda: kiosk.counts["waiting"] == 0)
        assert kiosk.counts["last"] == 2
        assert len(kiosk.post.ballots) == 2
