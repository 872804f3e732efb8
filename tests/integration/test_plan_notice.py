"""The notice that a survey is held: made of the plan that counts, once, and had by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from services.console.cli import main
from services.publisher import noticing
from services.publisher.noticing import Noticing
from shared.domain.survey import State
from shared.events import NoticesDue
from shared.store import schema
from shared.store.connection import connect
from shared.store.editions import Files
from shared.store.plan_notices import PlanNotices
from tests import plans
from tests.harness import Rig, Store, unique

NAMES = ["plan.docx", "plan.en.docx", "plan.en.pdf", "plan.pdf"]


@pytest.fixture(scope="module")
def url(system: Rig) -> str:
    """A database that no running publisher looks at."""
    return f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('notices')}?directConnection=true"


@pytest.fixture(scope="module")
def alone(url: str) -> Iterator[Store]:
    db = connect(url, "test")
    schema.ensure(db)
    yield Store(db)
    db.client.close()


def notices(store: Store) -> PlanNotices:
    return PlanNotices(store.db, Files(store.db))


def looking(store: Store) -> Noticing:
    return Noticing(store.surveys, notices(store), Files(store.db), lambda: datetime.now(UTC), "https://answer.example")


def made_at(store: Store, survey: str) -> datetime:
    found = notices(store).get(survey)
    assert found is not None
    assert sorted(found.documents) == NAMES
    return found.made_at


def test_a_notice_is_made_of_each_plan_once_and_not_again_when_the_survey_opens(alone: Store) -> None:
    survey = alone.surveys.load(plans.small(unique("noticed"))).survey.id
    looking(alone).look(NoticesDue())
    first = made_at(alone, survey)
    looking(alone).look(NoticesDue())
    assert made_at(alone, survey) == first
    alone.surveys.load(plans.small(survey, title={"vi": "Tên khác", "en": "Another title"}))
    looking(alone).look(NoticesDue())
    second = made_at(alone, survey)
    assert second > first
    alone.surveys.move(alone.surveys.get(survey), State.OPEN)
    looking(alone).look(NoticesDue())
    assert made_at(alone, survey) == second


def test_a_survey_that_opened_before_its_notice_was_made_gets_it_and_one_that_closed_does_not(alone: Store) -> None:
    survey = alone.surveys.load(plans.small(unique("reloaded"))).survey.id
    looking(alone).look(NoticesDue())
    alone.opened(plans.small(survey, title={"vi": "Tên khác", "en": "Another title"}))
    assert survey in dict(notices(alone).lacking())
    alone.surveys.move(alone.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    assert survey not in dict(notices(alone).lacking())


def test_a_plan_of_which_no_notice_can_be_made_keeps_no_other_from_its_own(
    alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (alone.surveys.load(plans.small(unique(name))).survey.id for name in ("a-bad", "b-good"))
    asked: list[str] = []

    def breaking(survey: Any, *_: object) -> dict[str, bytes]:
        asked.append(survey.id)
        if survey.id == bad:
            raise ValueError("cannot be laid out")
        return {"plan.pdf": b"%PDF"}

    monkeypatch.setattr(noticing, "plan_documents", breaking)
    looks = looking(alone)
    looks.look(NoticesDue())
    looks.look(NoticesDue())
    assert [asked.count(each) for each in (bad, good)] == [1, 1]
    assert notices(alone).get(good) is not None


def test_the_office_gets_the_notice_by_a_command(
    alone: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = alone.surveys.load(plans.small(unique("office"))).survey.id
    looking(alone).look(NoticesDue())
    monkeypatch.setenv("HAILONG_MONGODB_URL", url)
    monkeypatch.setenv("HAILONG_REDIS_URL", "redis://127.0.0.1:1")
    command = ["survey", "notice", survey, "--out", str(tmp_path / "out")]
    done, again = CliRunner().invoke(main, command), CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{survey}-{name}" for name in NAMES]
    assert (tmp_path / "out" / f"{survey}-plan.pdf").read_bytes().startswith(b"%PDF-")
    assert again.exit_code == 1
    assert "exists already" in again.output
