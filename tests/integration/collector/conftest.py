"""Surveys in every situation that a ballot can meet, made once for all tests of the ballot API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from shared.domain.survey import State
from shared.store.invitations import Invitations
from tests import plans
from tests.harness import AUTHOR, Rig, Store, unique

TOKENS = [f"token-{number:02}" for number in range(20)]


@dataclass(frozen=True)
class Situations:
    """Survey ids. `open` has strata desk and online (no limit), `refusing` and `keeping` (one place), `invited`."""

    open: str
    draft: str
    early: str
    over: str
    closing: str
    late: str


@pytest.fixture(scope="session")
def situations(system: Rig, store: Store) -> Situations:
    assert system
    made = Situations(*(unique(name) for name in ("open", "draft", "early", "over", "closing", "late")))
    strata = [
        plans.stratum("desk"),
        plans.stratum("online"),
        plans.stratum("refusing", quota=1, when_full="refuse"),
        plans.stratum("keeping", quota=1, when_full="keep"),
        plans.stratum("invited", admission="invited"),
    ]
    store.opened(plans.small(made.open, *strata))
    store.surveys.load(plans.small(made.draft))
    store.opened(plans.small(made.early, opens=3_600, closes=7_200))
    # Without a release by a person, these two would be published while tests look at them.
    store.opened(plans.small(made.over, opens=-120, closes=-60, grace=3_600, release="person"))
    closing = store.opened(plans.small(made.closing, grace=3_600, release="person"))
    store.surveys.move(closing, State.CLOSING, closed_at=datetime.now(UTC))
    store.opened(plans.small(made.late, opens=-120, closes=-60, grace=1, release="person"))
    store.reaches(made.late, State.SEALED)
    Invitations(store.db, AUTHOR).issue(made.open, "invited", [f"{made.open}-{token}" for token in TOKENS])
    return made


@pytest.fixture(scope="session")
def tokens(situations: Situations) -> list[str]:
    """Invitations for stratum `invited` of the open survey; each test takes its own, by index."""
    return [f"{situations.open}-{token}" for token in TOKENS]
