"""What the form keeps on the person's own device, and when it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.domain.ballot import Ballot
from shared.domain.survey import State
from shared.store.invitations import Invitations
from tests import plans
from tests.browser.form.conftest import SCT
from tests.browser.form.visitor import DESKTOP, PHONE, visit
from tests.harness import AUTHOR, Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOKEN = "Zq3vX0bT5mK2wY8rL6pN1A"  # noqa: S105 -- an invitation of a test survey


def test_a_draft_survives_a_reload_with_its_place(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), PHONE) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.go_on()
        visitor.pick("C1", "4")
        visitor.page.reload()
        assert visitor.page.locator("#q-C1:visible input:checked").get_attribute("value") == "4"
        assert "lấy lại" in visitor.page.locator("#news").inner_text()
        visitor.to_summary()
        assert visitor.page.locator("[data-row=asked] [data-given]").inner_text() == "Có"


def test_nothing_is_left_on_the_device_after_sending(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small()) as visitor:
        visitor.go_on()
        visitor.answer_all()
        assert visitor.drafts
        visitor.send()
        assert visitor.receipt
        assert visitor.drafts == []
        assert visitor.page.evaluate("document.cookie") == ""
        assert visitor.page.locator("input, textarea").count() == 0
        assert "Cảm ơn Ông/Bà" in visitor.page.locator("main").inner_text()


def test_after_the_receipt_the_form_is_empty_again(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small()) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.to_summary()
        visitor.send()
        assert visitor.receipt
        visitor.page.get_by_role("link", name="Xong").click()
        visitor.page.wait_for_selector("#ballot")
        assert visitor.page.locator(":checked").count() == 0
        assert visitor.page.evaluate("sessionStorage.length") == 0


def test_a_button_deletes_the_draft(browser: Browser, small: Callable[..., str]) -> None:
    address = small()
    with visit(browser, address) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.page.once("dialog", lambda dialog: dialog.accept())
        visitor.page.get_by_role("button", name="Xóa câu trả lời trên thiết bị này").click()
        assert visitor.drafts == []
        visitor.page.goto(address)
        assert visitor.page.locator(":checked").count() == 0


def test_a_draft_is_deleted_once_the_survey_is_over(browser: Browser, small: Callable[..., str], store: Store) -> None:
    address = small(release="person")
    with visit(browser, address) as visitor:
        visitor.go_on()
        visitor.pick("asked", "yes")
        record = store.surveys.get(address.split("/")[-1])
        store.surveys.move(record, State.CLOSING, closed_at=datetime.now(UTC))
        visitor.page.wait_for_timeout(1_500)
        visitor.page.reload()
        assert visitor.heading == "Cuộc khảo sát đã kết thúc"
        assert visitor.drafts == []


def test_the_invitation_is_read_from_the_fragment_and_never_asked_for_by_address(
    browser: Browser, small: Callable[..., str], store: Store, ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small(plans.stratum("desk", admission="invited"))
    token = TOKEN + address.split("-")[-1]
    Invitations(store.db, AUTHOR).issue(address.split("/")[-1], "desk", [token])
    with visit(browser, f"{address}#{token}", DESKTOP) as visitor:
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.page.reload()
        assert visitor.page.get_by_label("Mã phiếu mời").input_value() == token
        visitor.go_on()
        visitor.pick("asked", "yes")
        assert token not in visitor.page.evaluate("JSON.stringify(localStorage)")
        visitor.to_summary()
        visitor.send()
        assert visitor.receipt
        assert "#" not in visitor.page.url
        assert [url for url in asked if token in url.split("#")[0]] == []
    assert len(ballots(address)) == 1


def test_an_invitation_typed_by_hand_without_script_admits_a_ballot(
    browser: Browser, small: Callable[..., str], store: Store, ballots: Callable[[str], list[Ballot]]
) -> None:
    address = small(plans.stratum("desk", admission="invited"))
    token = "typed" + TOKEN + address.split("-")[-1]
    Invitations(store.db, AUTHOR).issue(address.split("/")[-1], "desk", [token])
    with visit(browser, address, java_script_enabled=False) as visitor:
        visitor.page.get_by_label("Mã phiếu mời").fill(f" {token} ")
        visitor.go_on()
        visitor.pick("asked", "yes")
        visitor.to_summary()
        visitor.send()
        assert visitor.receipt
    assert len(ballots(address)) == 1


def test_choices_to_be_shuffled_are_and_the_fixed_one_stays_last(browser: Browser, real: Callable[[str], str]) -> None:
    address = f"{real(SCT)}/petrol"
    orders = []
    for _ in range(3):
        with visit(browser, address) as visitor:
            values = visitor.page.locator("#q-E input").evaluate_all("all => all.map(input => input.value)")
            orders.append(values)
    assert {order[-1] for order in orders} == {"E10"}
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(orders[0]))}
    assert len({tuple(order) for order in orders}) > 1


def test_choices_keep_their_order_when_the_page_is_loaded_again(browser: Browser, real: Callable[[str], str]) -> None:
    with visit(browser, f"{real(SCT)}/petrol") as visitor:
        visitor.go_on()
        visitor.pick("gave-feedback", "no")
        order = "all => all.map(input => input.value)"
        before = visitor.page.locator("#q-E input").evaluate_all(order)
        visitor.page.reload()
        assert visitor.page.locator("#q-E input").evaluate_all(order) == before


def test_more_choices_than_allowed_are_not_taken(browser: Browser, small: Callable[..., str]) -> None:
    with visit(browser, small(), PHONE) as visitor:
        visitor.go_on()
        while not visitor.page.locator("#q-wish:visible").count():
            visitor.go_on()
        visitor.pick("wish", "faster", "kinder", "nearer")
        assert visitor.page.locator("#q-wish :checked").count() == 2
        assert "Đã chọn đủ 2 mục" in visitor.page.locator("#q-wish").inner_text()
