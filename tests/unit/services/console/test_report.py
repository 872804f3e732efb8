"""What `hailong status` tells of the processes behind it."""

from __future__ import annotations

from datetime import timedelta

from services.console import report


def test_status_tells_of_each_worker_and_of_the_clock_whether_it_still_goes() -> None:
    ages = {"scoring": timedelta(seconds=2), "beat": timedelta(seconds=31)}
    assert list(report.worker_lines(ages, stale=30.0)) == [
        "  worker    scoring: consumed 2 s ago",
        "  worker    publishing: NEVER SEEN",
        "  clock     beat: ticked 31 s ago STALE",
    ]
