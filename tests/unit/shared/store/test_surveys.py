"""The period of a survey that a person closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.survey import Period
from shared.store.surveys import _effective

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 8, 1, 12, tzinfo=HERE)
PERIOD = Period("Asia/Ho_Chi_Minh", NOON, NOON + timedelta(days=9), NOON + timedelta(days=10))


def test_a_survey_closed_early_keeps_its_grace_and_tells_moments_in_its_own_zone() -> None:
    period = _effective(PERIOD, datetime(2026, 8, 2, 1, tzinfo=UTC))
    assert period.closes_at.isoformat() == "2026-08-02T08:00:00+07:00"
    assert period.late_until - period.closes_at == timedelta(days=1)
