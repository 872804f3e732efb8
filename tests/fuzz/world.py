"""Surveys, places and devices for made-up requests to meet."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.domain.survey import State
from shared.store.invitations import Invitations
from tests import harness, plans
from tests.fuzz.operations import World
from tests.harness import AUTHOR, Store, enrolled, unique


def world(url: str, store: Store) -> World:
    """An open survey with a stratum of every sort, a draft, one that is yet to open, one that is closing, one over."""
    open_, draft, early, closing, over = (unique(name) for name in ("open", "draft", "early", "closing", "over"))
    strata = [
        plans.stratum("desk"),
        plans.stratum("online"),
        plans.stratum("refusing", quota=3, when_full="refuse"),
        plans.stratum("keeping", quota=3, when_full="keep"),
        plans.stratum("invited", admission="invited"),
    ]
    store.opened(plans.small(open_, *strata, closes=86_400))
    store.surveys.load(plans.small(draft))
    store.opened(plans.small(early, opens=86_400, closes=90_000))
    record = store.opened(plans.small(closing, grace=86_400, release="person"))
    store.surveys.move(record, State.CLOSING, closed_at=datetime.now(UTC))
    store.opened(plans.small(over, opens=-120, closes=-60, grace=86_400, release="person"))
    Invitations(store.db, AUTHOR).issue(open_, "invited", [f"{open_}-{number}" for number in range(20)])
    keys = tuple(enrolled(store, survey, "desk", "online") for survey in (open_, closing))
    with harness.client(url) as client:
        reserved = client.reserve(open_, "refusing").json["place"]
    return World(
        url=url,
        # The open one as often as all others together.
        surveys=(open_, open_, open_, open_, draft, early, closing, over),
        strata=tuple(stratum["id"] for stratum in strata),
        places=(str(reserved),),
        keys=(*keys, "a key that nobody has"),
    )
