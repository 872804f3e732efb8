"""Where a backup goes: every night into the same folder, whether somebody made it before or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.console.commands.backup import destination

NIGHT = datetime(2026, 8, 1, 19, tzinfo=UTC)


def test_a_folder_that_is_not_there_is_made_and_serves_every_night(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = destination(folder, encrypted=True, now=NIGHT)
    first.touch()
    assert first == folder / "hailong-20260801T190000Z.tar.gz.age"
    assert destination(folder, encrypted=False, now=NIGHT + timedelta(days=1)) == folder / "hailong-20260802T190000Z.tar.gz"
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["mine.tar.gz", "mine.tar.gz.age"])
def test_a_name_that_ends_as_a_backup_does_is_the_file(tmp_path: Path, name: str) -> None:
    assert destination(tmp_path / name, encrypted=True, now=NIGHT) == tmp_path / name


def test_a_file_that_is_there_is_named_so_that_it_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    assert destination(tmp_path / "old", encrypted=False, now=NIGHT) == tmp_path / "old"


def test_folders_above_are_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        destination(tmp_path / "not-mounted" / "backups", encrypted=False, now=NIGHT)
