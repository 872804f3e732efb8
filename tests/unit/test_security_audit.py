"""An audit that could not look says so: it never passes for one that looked."""

from __future__ import annotations

import pytest

from tests.security.findings import answered, read

LOCK = "# a word\nflask==3.1.3 \\\n    --hash=sha256:00\nredis==8.1.0 ; python_version > '3' \\\n    --hash=sha256:11\n"
SKIPPED = {"name": "flask", "skip_reason": "Dependency not found on PyPI and could not be audited: flask (3.1.3)"}
SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK = {"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["4"]}]}
OTHER = {"name": "redis", "version": "8.1.0", "vulns": []}


@pytest.mark.parametrize("reports", [[], [{"dependencies": []}], [{"dependencies": [SKIPPED]}, {"dependencies": [SKIPPED]}]])
def test_without_data_every_package_is_said_to_be_unaudited(reports: list[dict[str, object]]) -> None:
    found = read(LOCK, reports)
    assert found.unknown == {"flask", "redis"}
    assert list(found.lines())[-1].startswith("NOT AUDITED: no data for 2 of 2 packages.")


def test_what_one_source_does_not_know_another_may() -> None:
    found = read(LOCK, [{"dependencies": [SKIPPED]}, {"dependencies": [SOUND, OTHER]}])
    assert (found.sound, found.unknown, found.weak) == ({"flask", "redis"}, set(), {})
    assert not any("NOT AUDITED" in line for line in found.lines())


def test_a_weakness_that_one_source_knows_stands_whatever_another_says() -> None:
    found = read(LOCK, [{"dependencies": [WEAK]}, {"dependencies": [SOUND, OTHER]}])
    assert (found.weak, found.sound) == ({"flask": ("PYSEC-1",)}, {"redis"})
    assert "flask: PYSEC-1" in list(found.lines())


@pytest.mark.parametrize(
    ("line", "is_answered"),
    [
        ("x = Markup(y)  # noqa: S704 -- the template escapes", True),
        ("x = Markup(y)  # noqa: S704 - the template escapes", True),
        ("x = Markup(y)  # noqa: S704", False),
        ("x = Markup(y)", False),
    ],
)
def test_a_finding_is_answered_by_a_reason_on_its_line(line: str, *, is_answered: bool) -> None:
    assert answered({"line_number": 1, "test_id": "B704", "filename": "./shared/x.py"}, line) is is_answered
