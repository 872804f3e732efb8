"""The demonstration as a whole, on the system that all tests share: every address that it names answers, and what it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from services.console import demo
from services.publisher.noticing import Noticing
from shared.events import NoticesDue
from shared.store.editions import Files
from shared.store.plan_notices import PlanNotices
from tests.harness import Client, Rig, Store


@dataclass(frozen=True)
class Shown:
    """What was told on the way, and where everything is."""

    told: str
    addresses: dict[str, str]

    def path(self, label: str) -> str:
        return re.sub(r"^http://127\.0\.0\.1:\d+", "", self.addresses[label])


class OfOne(PlanNotices):
    """The notices of one survey, so that those of all tests' surveys are not made."""

    survey = ""

    def lacking(self) -> list[tuple[str, int]]:
        return [found for found in super().lacking() if found[0] == self.survey]


@pytest.fixture(scope="module")
def shown(system: Rig, store: Store) -> Shown:
    told: list[str] = []
    notices = OfOne(store.db, Files(store.db))

    def tell(line: str) -> None:
        told.append(line)
        if opened := re.match(r"survey (\S+) is open", line):
            notices.survey = opened.group(1)
            Noticing(store.surveys, notices, Files(store.db), lambda: datetime.now(UTC)).look(NoticesDue())

    found = dict(demo.play(system.home, system.ports, demo.PLAN, 2022, tell))
    return Shown("\n".join(told), found)


def test_every_address_that_the_demonstration_names_answers(shown: Shown, site: Client, api: Client) -> None:
    assert len(shown.addresses) > 30
    clients = {label: api if label == "ballot API" else site for label in shown.addresses}
    answers = {label: client.get(shown.path(label)).status for label, client in clients.items()}
    assert {label: status for label, status in answers.items() if status != 200} == {}


def test_the_demonstration_shows_measures_themes_a_correction_and_last_year(shown: Shown, site: Client) -> None:
    results = site.get(shown.path("results by API")).json
    assert results["simulated"] is True
    assert (results["edition"], results["correction"]["replaces"]) == (2, 1)
    assert "giả định" in results["correction"]["reason"]["vi"]
    assert len(results["correction"]["figures"]) > 50
    assert results["method"]["confidence"] == 0.95
    assert [row["figure"] for row in results["comparison"] if "confidence" in row.get("break", ())] == []
    assert any("difference" in row for row in results["comparison"])
    assert [measure["state"] for measure in results["measures"]] == ["planned", "planned"]
    assert [measure["state"] for measure in results["measures_before"]] == ["done", "under-way"]
    assert all(group["themes"] and group["cleared"] for group in results["comments"])
    assert "2021" in site.get(shown.path("history")).content.decode()
    assert results["handed_out"] == {}


def test_every_page_of_the_demonstration_says_that_it_is_simulated(shown: Shown, site: Client) -> None:
    pages = (
        "results",
        "in English",
        "edition 1",
        "edition 2",
        "editions",
        "history",
        "check a receipt",
        "widget",
        "all surveys",
    )
    silent = [name for name in pages if not re.search("mô phỏng|[Ss]imulated", site.get(shown.path(name)).content.decode())]
    assert silent == []


def test_the_receiver_of_the_demonstration_got_both_editions_signed(shown: Shown) -> None:
    told = re.findall(r"announced, signed: (\S+), edition (\d)", shown.told)
    assert sorted(told) == [("edition.corrected", "2"), ("edition.published", "1")]
    assert "LOOK" not in shown.told


def test_the_plans_notice_is_one_of_the_editions_documents(shown: Shown, site: Client) -> None:
    first = site.get(f"{shown.path('edition 1')}/plan.pdf")
    assert (first.status, first.content[:5]) == (200, b"%PDF-")
    assert "immutable" in first.headers["Cache-Control"]
    assert first.content == site.get(shown.path("plan's notice")).content
