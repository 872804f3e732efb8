"""What docs/security.md says to be shown by a test is shown by one that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
PEOPLE = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)[:6]


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_the_page_names_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("person", PEOPLE)
def test_everything_that_somebody_cannot_do_is_shown_by_a_test(person: str) -> None:
    section = PAGE.split(f"## {person}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| cannot")]
    assert len(rows) >= 5
    assert [row for row in rows if not re.search(r"`tests/[\w/]+\.py::test_\w+` \|$", row)] == []
    assert "*Can* " in section


def test_the_page_speaks_of_everybody_that_the_system_is_built_against() -> None:
    assert PEOPLE == [
        "A citizen",
        "A curious clerk",
        "An operator with the database",
        "The thief of a kiosk",
        "An attacker from the internet",
        "Who reads logs or backups",
    ]


def test_who_finds_a_weakness_is_told_where_to_report_it_in_both_languages() -> None:
    policy = (ROOT / "SECURITY.md").read_text("utf-8")
    assert all(title in policy for title in ("## Reporting a weakness", "## Supported versions", "## Báo lỗ hổng bảo mật"))
