"""The file of a backup: a tar of BSON pieces with a manifest, compressed by gzip and, with a key, encrypted by age.

    about.json                    what made it, when, of which schema revision
    data/<collection>/<n>.bson    documents one after the other, in the order of their ids
    manifest.json                 the last: of every piece the number of documents and the SHA-256

So `age --decrypt -i KEY FILE | tar xz` and `bsondump` read it without this program. It is written and read as a stream:
what is in memory is one piece. A file that was not written to its end has no manifest and is refused, as is one whose
pieces differ.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import pyrage

from shared.store.backup.keys import Keys

FORMAT = 1
PIECE = 4_000_000
"""Bytes from which on a piece is written."""

_AGE = b"age-encryption.org/"
_LONGEST = 64_000_000
"""Bytes that a piece may have when it is read."""


class BackupBroken(ValueError):
    """The file is no whole backup. The message says what is wrong with it."""


class KeyNeeded(ValueError):
    """The backup is encrypted, and no key was given, or not the one that it takes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Documents of one collection, as BSON one after the other."""

    collection: str
    documents: int
    content: bytes


@dataclass(frozen=True, slots=True)
class About:
    """What made a backup. `made_at` is the moment whose state it holds, UTC in ISO 8601."""

    version: str
    schema: int
    made_at: str
    database: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a whole backup holds. `identity` is the SHA-256 of the manifest, and so of all of it."""

    about: About
    documents: Mapping[str, int]
    identity: str

    @property
    def total(self) -> int:
        return sum(self.documents.values())


@dataclass(slots=True)
class Writer:
    """Puts pieces into an archive. `close` writes the manifest; without it the file is no backup."""

    tar: tarfile.TarFile
    about: About
    pieces: list[dict[str, Any]] = field(default_factory=list)
    documents: dict[str, int] = field(default_factory=dict)

    def put(self, piece: Piece) -> None:
        name = f"data/{piece.collection}/{len(self.pieces) + 1:08}.bson"
        _add(self.tar, name, piece.content)
        self.pieces.append({"name": name, "documents": piece.documents, "sha256": hashlib.sha256(piece.content).hexdigest()})
        self.documents[piece.collection] = self.documents.get(piece.collection, 0) + piece.documents

    def close(self) -> Manifest:
        content = _json({"about": asdict(self.about), "documents": self.documents, "pieces": self.pieces})
        _add(self.tar, "manifest.json", content)
        return Manifest(self.about, self.documents, hashlib.sha256(content).hexdigest())


def write(path: Path, about: About, keys: Keys | None, fill: Callable[[Writer], None]) -> Manifest:
    """Write the archive that `fill` puts into `path`, whole or not at all; only its owner can read it.

    Raises what `fill` raises, and OSError.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with (
                _sealed(file, keys) as plain,
                gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=1, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                _add(tar, "about.json", _json(asdict(about)))
                writer = Writer(tar, about)
                fill(writer)
                manifest = writer.close()
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _synchronise(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _synchronise(folder: Path) -> None:
    """Have the new name survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read(path: Path, keys: Keys | None, take: Callable[[About, Piece], None]) -> Manifest:
    """Read the archive from its beginning to its end, handing each piece to `take` on the way.

    Only when this returns was it a whole one. Raises BackupBroken, KeyNeeded, OSError, and what `take` raises.
    """
    with path.open("rb") as file:
        try:
            with _opened(file, keys) as plain, gzip.GzipFile(fileobj=plain, mode="rb") as packed:
                with tarfile.open(fileobj=packed, mode="r|") as tar:
                    manifest = _read(_members(tar), take)
                while packed.read(1 << 20):  # to the end, where gzip and age have their own sums
                    pass
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError, KeyError, TypeError) as error:
            if isinstance(error, BackupBroken | KeyNeeded):
                raise
            raise BackupBroken(f"{path} is no whole backup: {error or type(error).__name__}") from error
    return manifest


def _read(members: Iterator[tuple[str, bytes]], take: Callable[[About, Piece], None]) -> Manifest:
    about: About | None = None
    seen: list[dict[str, Any]] = []
    for name, content in members:
        sha256 = hashlib.sha256(content).hexdigest()
        if name == "about.json":
            about = _about(content)
        elif about is None:
            raise BackupBroken("it does not begin as a backup does")
        elif name == "manifest.json":
            return _checked(json.loads(content), about, seen, sha256)
        else:
            documents = documents_in(content)
            seen.append({"name": name, "documents": documents, "sha256": sha256})
            take(about, Piece(name.split("/")[1], documents, content))
    raise BackupBroken("it ends before its manifest: it was cut off, or never written to its end")


def _about(content: bytes) -> About:
    said = json.loads(content)
    if said.get("format") != FORMAT:
        raise BackupBroken(f"it has format {said.get('format')}, and this release reads format {FORMAT}")
    return About(**said)


def _checked(said: dict[str, Any], about: About, seen: list[dict[str, Any]], identity: str) -> Manifest:
    if said["pieces"] != seen or said["about"] != asdict(about):
        wrong = [piece["name"] for piece in seen if piece not in said["pieces"]] or ["pieces are missing"]
        raise BackupBroken(f"what it holds is not what its manifest says: {', '.join(wrong[:3])}")
    counted: dict[str, int] = {}
    for piece in seen:
        collection = piece["name"].split("/")[1]
        counted[collection] = counted.get(collection, 0) + piece["documents"]
    return Manifest(about, counted, identity)


def documents_in(content: bytes) -> int:
    """How many BSON documents stand in `content`. Raises BackupBroken where they do not fill it."""
    number = at = 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "little")
        if length < 5 or at + length > len(content):
            raise BackupBroken("a piece does not hold whole documents")
        at, number = at + length, number + 1
    return number


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        file = tar.extractfile(member) if member.isreg() and member.size <= _LONGEST else None
        if file is None:
            raise BackupBroken(f"{member.name} does not belong into a backup")
        with file:
            yield member.name, file.read()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


@contextmanager
def _sealed(file: IO[bytes], keys: Keys | None) -> Iterator[IO[bytes]]:
    """What is written to this goes into `file`, encrypted where there are keys."""
    if keys is None:
        yield file
        return
    out, into = os.pipe()
    work = _Thread(lambda plain: pyrage.encrypt_io(plain, file, list(keys.recipients)), out, "rb")
    try:
        with os.fdopen(into, "wb") as pipe:
            yield pipe
    except BrokenPipeError:
        if work.ended() is None:  # otherwise what broke the pipe is told
            raise
    error = work.ended()
    if isinstance(error, pyrage.EncryptError):
        raise OSError(str(error)) from error
    if error is not None:
        raise error


@contextmanager
def _opened(file: IO[bytes], keys: Keys | None) -> Iterator[IO[bytes]]:
    """What is read from this is the content of `file`, decrypted where it is encrypted."""
    encrypted = file.read(len(_AGE)) == _AGE
    file.seek(0)
    if not encrypted:
        yield file
        return
    if keys is None or not keys.identities:
        raise KeyNeeded("the backup is encrypted: give the file of its secret key with --key")
    out, into = os.pipe()
    work = _Thread(lambda plain: pyrage.decrypt_io(file, plain, list(keys.identities)), into, "wb")
    failed: Exception | None = None
    with os.fdopen(out, "rb") as pipe:
        try:
            yield pipe
        except Exception as caught:  # noqa: BLE001 - what decrypting says about it goes first
            failed = caught
    error = work.ended()
    if isinstance(error, pyrage.DecryptError):
        raise KeyNeeded("the backup was encrypted for another key than the one given") from error
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        raise BackupBroken(f"it is damaged: {error}") from error
    if failed is not None:
        raise failed


class _Thread(threading.Thread):
    """Does `work` on its end of a pipe, and keeps what it raised."""

    def __init__(self, work: Callable[[IO[bytes]], None], end: int, mode: str) -> None:
        super().__init__(daemon=True)
        self._error: Exception | None = None
        self._work, self._end, self._mode = work, end, mode
        self.start()

    def run(self) -> None:
        try:
            with os.fdopen(self._end, self._mode) as pipe:
                self._work(pipe)
        except Exception as error:  # noqa: BLE001 - told by whoever waits for it
            self._error = error

    def ended(self) -> Exception | None:
        """Wait until it has ended; what it raised, None where all went well."""
        self.join()
        return self._error
