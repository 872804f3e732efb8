"""What a person sees when a ballot cannot be taken: plain words, and the answers kept where they are still of use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from shared.domain.ballot import Ballot
from tests import harness, plans
from tests.browser.form.visitor import DESKTOP, Visitor, visit
from tests.harness import Rig, Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])


def sent(visitor: Visitor) -> Visitor:
    """After one answer and the button that sends it."""
    visitor.go_on()
    visitor.pick("asked", "yes")
    visitor.to_summary()
    visitor.send()
    return visitor


@pytest.mark.parametrize(("tag", "title"), [("vi", "Chưa đến thời gian lấy ý kiến"), ("en", "The survey has not begun")])
def test_before_it_opens_the_page_says_when(browser: Browser, small: Callable[..., str], tag: str, title: str) -> None:
    with visit(browser, f"{small(opens=3_600, closes=7_200)}?lang={tag}") as visitor:
        assert visitor.heading == title


@pytest.mark.parametrize(("tag", "title"), [("vi", "Cuộc khảo sát đã kết thúc"), ("en", "The survey is over")])
def test_after_it_closed_the_page_says_so(browser: Browser, small: Callable[..., str], tag: str, title: str) -> None:
    with visit(browser, f"{small(opens=-120, closes=-60, release='person')}?lang={tag}") as visitor:
        assert visitor.heading == title


@pytest.mark.parametrize("path", ["nope", "nope/desk"])
def test_an_unknown_survey_is_a_page_and_not_a_machines_answer(browser: Browser, collector: str, path: str) -> None:
    with visit(browser, f"{collector}{path}?lang=en") as visitor:
        assert visitor.heading == "This page was not found"


@SCRIPTS
def test_a_full_stratum_is_said_with_thanks(browser: Browser, small: Callable[..., str], script: bool) -> None:
    address = small(plans.stratum("desk", quota=1, when_full="refuse"))
    with visit(browser, f"{address}?lang=en") as first:
        assert sent(first).receipt
    with visit(browser, f"{address}?lang=en", java_script_enabled=script) as second:
        assert second.heading == "All places are taken"


@SCRIPTS
def test_the_last_place_is_kept_for_who_began_and_others_are_told_before_the_first_question(
    browser: Browser, small: Callable[..., str], script: bool
) -> None:
    address = f"{small(plans.stratum('desk', quota=1, when_full='refuse'))}?lang=en"
    with (
        visit(browser, address, java_script_enabled=script) as first,
        visit(browser, address, java_script_enabled=script) as second,
    ):
        assert "a place is kept for you until 30 minutes" in first.page.locator("main").inner_text()
        first.go_on()
        first.page.wait_for_selector("#q-asked:visible")
        second.go_on()
        second.page.get_by_role("heading", name="All places are kept for others at the moment").wait_for()
        first.pick("asked", "yes")
        first.to_summary()
        first.send()
        assert first.receipt
        second.page.get_by_role("link", name="Try again").click()
        second.page.get_by_role("heading", name="All places are taken").wait_for()


@SCRIPTS
def test_whose_place_ran_out_is_told_and_may_go_on(
    browser: Browser, small: Callable[..., str], store: Store, script: bool
) -> None:
    address = small(plans.stratum("desk", quota=1, when_full="refuse"))
    survey = address.rsplit("/", 1)[1]
    with visit(browser, f"{address}?lang=en", java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.page.wait_for_selector("#q-asked:visible")
        # Its time is over, and somebody else has the place.
        mine = store.db.leases.find_one_and_delete({"survey": survey})
        store.db.leases.insert_one({**mine, "_id": survey.encode()})
        if script:
            visitor.page.reload()
            visitor.pick("asked", "yes")
        else:
            visitor.go_on()
        visitor.page.get_by_text("Your place ran out").wait_for()


def test_a_stratum_for_devices_says_where_it_is_answered(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, f"{small(plans.stratum('desk', admission='device'))}?lang=en") as visitor:
        assert visitor.heading == "This is answered on the office's own device"


@SCRIPTS
def test_a_surplus_ballot_is_told_that_it_does_not_count(browser: Browser, small: Callable[..., str], script: bool) -> None:
    address = small(plans.stratum("desk", quota=1, when_full="keep"))
    with visit(browser, address) as first:
        assert sent(first).receipt
    with visit(browser, f"{address}?lang=en", java_script_enabled=script) as second:
        assert sent(second).receipt
        assert "does not count in the results" in second.page.locator("main").inner_text()


@SCRIPTS
def test_a_missing_invitation_is_asked_for_and_the_answers_stay(
    browser: Browser, small: Callable[..., str], script: bool
) -> None:
    address = small(plans.stratum("desk", admission="invited"))
    with visit(browser, address, java_script_enabled=script) as visitor:
        sent(visitor)
        visitor.page.locator("#errors").get_by_role("link").click()
        code = visitor.page.get_by_label("Mã phiếu mời")
        assert code.is_visible()
        assert "Nhập mã phiếu mời" in visitor.page.locator("#e-invitation").inner_text()
        code.fill("not-a-code")
        visitor.press("[value=review]")
        assert visitor.page.locator("[data-row=asked] [data-given]").inner_text().strip() == "Có"
        visitor.send()
        visitor.page.get_by_text("không có mã này").first.wait_for()


@SCRIPTS
def test_an_empty_ballot_is_not_sent_and_the_error_leads_to_the_first_question(
    browser: Browser, small: Callable[..., str], script: bool
) -> None:
    with visit(browser, small(), DESKTOP, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.to_summary()
        visitor.send()
        visitor.page.wait_for_selector("#errors")
        button = visitor.page.locator("#errors button")
        assert button.inner_text() == "Trả lời ít nhất một câu rồi gửi"
        button.click()
        visitor.page.wait_for_selector("#q-asked:visible")


def test_too_many_choices_without_script_are_pointed_at(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), java_script_enabled=False) as visitor:
        visitor.go_on()
        while not visitor.page.locator("#q-wish:visible").count():
            visitor.go_on()
        visitor.pick("wish", "faster", "kinder", "nearer")
        visitor.go_on()
        assert visitor.page.locator("#errors a").inner_text() == "Chọn nhiều nhất 2 mục"
        visitor.page.locator("#errors a").click()
        visitor.pick("wish", "nearer")
        visitor.go_on()
        assert visitor.page.locator("#errors").count() == 0


@SCRIPTS
def test_who_fills_in_the_hidden_field_is_asked_once_more(
    browser: Browser, small: Callable[..., str], ballots: Callable[[str], list[Ballot]], script: bool
) -> None:
    address = small()
    with visit(browser, address, java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.to_summary()
        visitor.page.locator("#website").evaluate("field => { field.value = 'http://spam.example' }")
        visitor.send()
        visitor.page.wait_for_selector("#errors")
        assert ballots(address) == []
        visitor.send()
        assert visitor.receipt
    assert len(ballots(address)) == 1


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A collector of its own, whose store a test may take away."""
    with harness.rig(
        tmp_path_factory.mktemp("lonely"), "collector", HAILONG_REQUEST_DEADLINE="2", HAILONG_STORE_DEADLINE="1.5"
    ) as rig:
        with harness.database(rig.home) as db:
            for name in ("script", "plain"):
                Store(db).opened(plans.small(name, plans.stratum("desk")))
        yield rig


@SCRIPTS
def test_while_the_store_is_away_the_answers_stay_and_go_in_afterwards(browser: Browser, lonely: Rig, script: bool) -> None:
    lonely.ensure_running()
    name = "script" if script else "plain"
    with visit(browser, f"{lonely.url()}/s/{name}?lang=en", java_script_enabled=script) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.to_summary()
        lonely.kill("mongodb")
        visitor.send()
        visitor.page.wait_for_selector("#lost:visible", timeout=30_000)
        assert visitor.heading == "We do not know yet whether your form arrived"
        lonely.start("mongodb")
        visitor.send()
        assert visitor.receipt
    with harness.database(lonely.home) as db:
        assert len(Store(db).ids(name)) == 1


def test_while_the_store_is_away_an_unknown_form_says_to_come_again(browser: Browser, lonely: Rig) -> None:
    lonely.ensure_running()
    lonely.kill("mongodb")
    with visit(browser, f"{lonely.url()}/s/never-read?lang=en") as visitor:
        visitor.page.get_by_role("link", name="Try again").wait_for(timeout=30_000)
        assert visitor.heading == "The form cannot be opened at the moment"
    lonely.start("mongodb")
