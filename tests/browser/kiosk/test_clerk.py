"""What the clerk sees and does: refused ballots, a revoked key, a wrong PIN."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shared.store.devices import Devices
from tests.browser.kiosk.conftest import Post
from tests.browser.kiosk.device import PIN, device, taken
from tests.harness import AUTHOR, enrolled

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_what_the_server_refuses_for_good_stays_until_the_clerk_exported_and_removed_it(
    browser: Browser, post: Callable[..., Post], tmp_path: Path
) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        good, bad = taken(2)
        kiosk.keep(good, {**bad, "answers": {"C1": 9}})
        kiosk.synchronise()
        assert kiosk.counts == {"waiting": 0, "refused": 1, "last": 2}
        kiosk.to_clerk()
        assert kiosk.page.locator(".refused li").inner_text() == "Số 2: The ballot does not fit the questionnaire"
        assert kiosk.page.locator("[data-remove]").count() == 0
        with kiosk.page.expect_download() as downloading:
            kiosk.click("[data-export]")
        kiosk.shows("[data-phrase]")
        phrase = kiosk.page.locator("[data-phrase]").inner_text()
        file = tmp_path / downloading.value.suggested_filename
        downloading.value.save_as(file)
        kiosk.click("[data-remove]")
        assert kiosk.counts["refused"] == 1
        kiosk.click("[data-remove]")
        kiosk.page.get_by_text("Đã xóa 1 phiếu.").wait_for()
        assert kiosk.counts["refused"] == 0
        kiosk.page.goto(f"{place.address.rsplit('/', 1)[0]}/opening.html")
        kiosk.page.set_input_files("#file", file)
        kiosk.page.fill("#phrase", "AAAA-BBBB")
        kiosk.page.click("button.main")
        kiosk.page.get_by_text("cannot be opened").wait_for()
        kiosk.page.fill("#phrase", phrase.lower())
        kiosk.page.click("button.main")
        with kiosk.page.expect_download() as downloading:
            kiosk.page.click("button.plain")
        downloading.value.save_as(opened := tmp_path / "opened.json")
    assert bad["id"] not in file.read_text()
    (ballot,) = json.loads(opened.read_text())["ballots"]
    assert (ballot["sequence"], ballot["ballot"]["id"], ballot["problem"]["type"]) == (2, bad["id"], "invalid-ballot")


def test_a_revoked_device_keeps_its_ballots_and_sends_them_with_a_new_key(browser: Browser, post: Callable[..., Post]) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.enrol()
        kiosk.synchronise()
        Devices(place.store.db, AUTHOR).revoke(place.survey, "Quầy 1", "it was stolen")
        kiosk.keep(*taken(3))
        kiosk.synchronise()
        kiosk.shows("[data-shut=revoked]")
        kiosk.to_clerk()
        assert kiosk.fact("waiting") == "3"
        assert "thu hồi" in kiosk.fact("state")
        assert kiosk.page.locator("[data-export-waiting]").count() == 1
        kiosk.click("[data-unenrol]")
        kiosk.click("[data-unenrol]")
        kiosk.page.get_by_text("Chỉ ngừng sử dụng được khi").wait_for()
        kiosk.click("[data-rekey]")
        kiosk.shows("#key")
        kiosk.page.fill("#key", enrolled(place.store, place.survey, "desk", name="Quầy 2").lower())
        kiosk.page.fill("#pin", PIN)
        kiosk.click("[data-enrol]")
        kiosk.shows("[data-language]")
        kiosk.settled()
    assert len(place.ballots) == 3
    device_2 = next(d for d in Devices(place.store.db).of(place.survey) if d.name == "Quầy 2")
    assert device_2.sequences == ((1, 3),)


def test_an_empty_device_is_taken_out_of_service_and_forgets_everything(browser: Browser, post: Callable[..., Post]) -> None:
    with device(browser, post(), service_workers="block") as kiosk:
        kiosk.enrol()
        kiosk.to_clerk()
        kiosk.click("[data-unenrol]")
        kiosk.click("[data-unenrol]")
        kiosk.shows("#key")
        assert kiosk.queue("(_, storage) => storage.get('enrolment')") is None


def test_a_wrong_key_or_pin_is_told_and_five_wrong_pins_have_to_wait(browser: Browser, post: Callable[..., Post]) -> None:
    place = post()
    with device(browser, place, service_workers="block") as kiosk:
        kiosk.page.goto(place.address)
        kiosk.shows("#key")
        said = []
        for key, pin in (("khóa", PIN), (place.key, "12"), ("7" * 26, PIN)):
            kiosk.page.fill("#key", key)
            kiosk.page.fill("#pin", pin)
            kiosk.click("[data-enrol]")
            kiosk.page.wait_for_selector("#error:not(:empty):not(:text('Đang hỏi'))")
            said.append(kiosk.page.locator("#error").inner_text().split(":")[0].split(",")[0])
        kiosk.enrol()
        unlocks = "async (_, storage, given) => (await import('/static/kiosk/enrolment.js')).unlocks(storage, given, 1000)"
        tries = [kiosk.queue(unlocks, "000000") for _ in range(6)]
        grouped = kiosk.queue(unlocks.replace("1000", "99000"), f"{place.key[:4]}-{place.key[4:]}".lower())
    assert said == ["Nhập khóa thiết bị", "Chọn mã PIN từ 6 đến 12 chữ số.", "Máy chủ không biết khóa này"]
    assert tries == [{"right": False}] * 5 + [{"wait": 30}]
    assert grouped == {"right": True}
