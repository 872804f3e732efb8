"""Files appear whole or not at all, and nothing is written over."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from services.console.files import SECRET, AlreadyThere, appearing, write_new


def test_a_new_file_is_there_with_its_rights_and_nothing_beside_it(tmp_path: Path) -> None:
    write_new(tmp_path / "a.csv", b"x", SECRET)
    assert (tmp_path / "a.csv").read_bytes() == b"x"
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kept")
    with pytest.raises(AlreadyThere, match="exists already"):
        write_new(tmp_path / "a.csv", b"x")
    assert (tmp_path / "a.csv").read_text() == "kept"


def test_nothing_is_left_where_what_the_file_is_for_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), appearing(tmp_path / "a.csv", b"x", SECRET) as beside:  # noqa: PT012 -- the content is there
        assert beside.read_bytes() == b"x"
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_somebody_made_meanwhile_is_kept_and_so_is_ours(tmp_path: Path) -> None:
    with pytest.raises(AlreadyThere, match="unfinished"), appearing(tmp_path / "a.csv", b"x", SECRET):
        (tmp_path / "a.csv").write_text("theirs")
    assert (tmp_path / "a.csv").read_text() == "theirs"
    assert [path.read_bytes() for path in tmp_path.glob("*.unfinished")] == [b"x"]
