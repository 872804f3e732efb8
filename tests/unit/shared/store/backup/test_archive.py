"""The file of a backup: read as it was written, and refused in every other case."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
from collections.abc import Sequence
from pathlib import Path

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.store.backup import archive, keys
from shared.store.backup.archive import About, BackupBroken, KeyNeeded, Manifest, Piece, Writer
from shared.store.backup.keys import BadKey, Keys

ABOUT = About("1.2.3", 7, "2026-08-01T02:00:00+00:00", "hailong")


def piece(collection: str, *numbers: int) -> Piece:
    return Piece(collection, len(numbers), b"".join(bson.encode({"_id": number}) for number in numbers))


PIECES = [piece("ballots", 1, 2, 3), piece("ballots", 4), piece("surveys", 1)]


def written(path: Path, pieces: Sequence[Piece], pair: Keys | None) -> Manifest:
    def fill(writer: Writer) -> None:
        for each in pieces:
            writer.put(each)

    return archive.write(path, ABOUT, pair, fill)


def read(path: Path, pair: Keys | None) -> tuple[Manifest, list[Piece]]:
    found: list[Piece] = []
    return archive.read(path, pair, lambda _, each: found.append(each)), found


@pytest.fixture
def pair(tmp_path: Path) -> Keys:
    keys.make(tmp_path / "key")
    return keys.read(tmp_path / "key")


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_is_read_is_what_was_written(tmp_path: Path, pair: Keys, encrypted: bool) -> None:
    used = pair if encrypted else None
    manifest = written(tmp_path / "backup", PIECES, used)
    assert read(tmp_path / "backup", used) == (manifest, PIECES)
    assert (manifest.about, manifest.documents, manifest.total) == (ABOUT, {"ballots": 4, "surveys": 1}, 5)


def test_it_is_a_tar_of_bson_that_others_read(tmp_path: Path) -> None:
    written(tmp_path / "backup", PIECES, None)
    with tarfile.open(tmp_path / "backup", "r:gz") as tar:
        assert tar.getnames() == [
            "about.json",
            "data/ballots/00000001.bson",
            "data/ballots/00000002.bson",
            "data/surveys/00000003.bson",
            "manifest.json",
        ]
        content = tar.extractfile("data/ballots/00000001.bson")
        assert content is not None
        assert bson.decode_all(content.read()) == [{"_id": 1}, {"_id": 2}, {"_id": 3}]


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    written(tmp_path / "backup", PIECES, None)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600


@pytest.mark.parametrize("encrypted", [False, True])
@settings(max_examples=25)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_file_is_refused_unless_it_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, encrypted: bool, share: float, bit: int, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    keys.make(folder / "key")
    used = keys.read(folder / "key") if encrypted else None
    manifest = written(folder / "backup", PIECES, used)
    content = bytearray((folder / "backup").read_bytes())
    at = int(share * len(content))
    content[at:] = b"" if cut else bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
    (folder / "backup").write_bytes(content)
    try:
        found = read(folder / "backup", used)
    except (BackupBroken, KeyNeeded):
        return
    # Bits of gzip's header mean nothing, and a run of zeros can be copied from any place in it.
    assert found == (manifest, PIECES)
    assert not encrypted
    assert not cut


def test_a_piece_that_was_exchanged_is_found(tmp_path: Path) -> None:
    written(tmp_path / "backup", PIECES, None)
    exchanged(tmp_path / "backup", "data/surveys/00000003.bson", bson.encode({"_id": 2}))
    with pytest.raises(BackupBroken, match="surveys"):
        read(tmp_path / "backup", None)


def test_a_backup_of_a_later_format_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "backup", PIECES, None)
    exchanged(tmp_path / "backup", "about.json", b'{"format": 2}')
    with pytest.raises(BackupBroken, match="format 2"):
        read(tmp_path / "backup", None)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b" + bytes(40), gzip.compress(b"no tar" * 200, mtime=0)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(BackupBroken):
        read(tmp_path / "backup", None)


def test_an_encrypted_backup_takes_its_own_secret_key(tmp_path: Path, pair: Keys) -> None:
    written(tmp_path / "backup", PIECES, pair)
    keys.make(tmp_path / "other")
    for wrong in (None, keys.read(tmp_path / "other"), Keys(pair.recipients, [])):
        with pytest.raises(KeyNeeded):
            read(tmp_path / "backup", wrong)


def test_the_public_key_alone_makes_a_backup_that_the_secret_key_reads(tmp_path: Path) -> None:
    public = keys.make(tmp_path / "secret")
    (tmp_path / "public").write_text(f"# of the safe\n{public}\n")
    manifest = written(tmp_path / "backup", PIECES, keys.read(tmp_path / "public"))
    assert read(tmp_path / "backup", keys.read(tmp_path / "secret"))[0] == manifest


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path, pair: Keys) -> None:
    def fill(writer: Writer) -> None:
        writer.put(PIECES[0])
        raise ConnectionError("away")

    for used in (None, pair):
        with pytest.raises(ConnectionError):
            archive.write(tmp_path / "backup", ABOUT, used, fill)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_disk_that_is_full_is_told_also_of_an_encrypted_backup(pair: Keys) -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="space"),
        archive._sealed(full, pair) as plain,
    ):
        plain.write(os.urandom(1_000_000))


@pytest.mark.parametrize("content", ["", "# nothing\n", "age1nonsense\n", "AGE-SECRET-KEY-1NONSENSE\n"])
def test_a_file_that_holds_no_key_is_refused_and_not_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    with pytest.raises(BadKey) as refused:
        keys.read(tmp_path / "key")
    assert "NONSENSE" not in str(refused.value).upper()


def test_a_key_is_never_written_over_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    keys.make(tmp_path / "key")
    before = (tmp_path / "key").read_text()
    with pytest.raises(BadKey, match="exists"):
        keys.make(tmp_path / "key")
    assert (tmp_path / "key").read_text() == before
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def exchanged(path: Path, name: str, content: bytes) -> None:
    """Put `content` in the place of a member, as someone does who has the file."""
    made = io.BytesIO()
    with tarfile.open(path, "r:gz") as old, tarfile.open(fileobj=made, mode="w:gz") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            kept = content if member.name == name else file.read()
            member.size = len(kept)
            new.addfile(member, io.BytesIO(kept))
    path.write_bytes(made.getvalue())
