"""What is published of a rule pack: which text it is, when it holds, and what in it is not certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.rulepacks import PACKS, RulePack

PACK = next(iter(PACKS.values()))


@pytest.mark.parametrize(("until", "said"), [(None, None), (date(2030, 12, 31), "2030-12-31")])
def test_a_pack_is_published_with_its_days(until: date | None, said: str | None) -> None:
    told = replace(PACK, valid_from=date(2018, 1, 2), valid_to=until, doubts=("a table",)).to_json()
    assert told == {
        "id": PACK.id,
        "title": dict(PACK.title),
        "valid_from": "2018-01-02",
        "valid_to": said,
        "verified": PACK.verified.value,
        "source": PACK.source,
        "doubts": ["a table"],
    }


def test_a_pack_holds_for_a_period_that_lies_within_its_days() -> None:
    pack: RulePack = replace(PACK, valid_from=date(2018, 1, 2), valid_to=date(2018, 1, 9))
    assert pack.holds(date(2018, 1, 2), date(2018, 1, 9))
    assert not pack.holds(date(2018, 1, 1), date(2018, 1, 9))
    assert not pack.holds(date(2018, 1, 2), date(2018, 1, 10))
    assert replace(pack, valid_to=None).holds(date(2018, 1, 2), date(2099, 1, 1))
