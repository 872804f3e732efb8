"""What the store says of a ballot that it could not write."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from pymongo.errors import BulkWriteError

from shared import plan
from shared.domain.acceptance import Candidate
from shared.domain.ballot import Submission, check, digest
from shared.domain.survey import Channel
from shared.store.acceptance import Acceptance, Commit, Moment
from shared.store.connection import StoreUnavailable, connect
from tests import plans
from tests.harness import ballot


class Refusing(Acceptance):
    """A store whose driver tells the whole document that it could not write."""

    def _transact(self, candidates: Sequence[Candidate], moment: Moment, *, known: bool) -> Commit:
        del moment, known
        raise BulkWriteError({"writeErrors": [{"code": 1, "op": {"comment": candidates[0].ballot.comment}}]})


def test_a_ballot_that_cannot_be_written_stands_in_no_error() -> None:
    survey = plan.parse(plans.small("refused"))
    body = {**ballot(comment="canary-in-the-comment"), "channel": Channel.WEB}
    checked = check(Submission(id=uuid4(), **body), survey)
    candidate = Candidate(checked, digest(checked), survey.strata[checked.stratum][1])
    db = connect("mongodb://127.0.0.1:1/nothing", "test")
    with pytest.raises(StoreUnavailable) as caught:
        Refusing(db, slot=0, deadline=1).accept([candidate], Moment(datetime.now(UTC), {survey.id: date(2026, 1, 1)}))
    db.client.close()
    assert "canary" not in "".join(traceback.format_exception(caught.value))
