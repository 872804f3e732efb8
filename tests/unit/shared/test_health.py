"""What a container's health check is told of a worker."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from shared.health import complaint


def test_a_worker_that_gave_a_sign_of_life_just_now_is_well() -> None:
    assert complaint(timedelta(seconds=5), "scoring", stale=30.0) is None


def test_a_worker_that_was_silent_for_too_long_is_not() -> None:
    assert complaint(timedelta(seconds=31), "scoring", stale=30.0) == "scoring on this host gave its last sign of life 31 s ago"


def test_a_worker_that_nobody_saw_is_not() -> None:
    assert complaint(None, "beat", stale=30.0) == "beat on this host has not given a sign of life yet"


def test_asking_for_health_imports_none_of_what_computes() -> None:
    asked = "import sys, shared.health; print(sorted({'numpy', 'scipy', 'celery', 'flask'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
