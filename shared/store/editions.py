"""Published editions and their files. An edition never changes; files are named by the SHA-256 of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gridfs import GridFSBucket
from gridfs.errors import CorruptGridFile, FileExists, NoFile
from pymongo.errors import DuplicateKeyError

from shared.domain.edition import edition_digest
from shared.store.connection import Db, Document, answering

_DEADLINE = 20.0


class UnknownEdition(LookupError):
    """There is no such edition, or it has no such document."""


@dataclass(frozen=True, slots=True)
class File:
    """A stored file: its content's SHA-256 in hex, its length in bytes, and its media type."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One publication: `results` in the API's JSON form, and the documents published with them, by name.

    `digest` is `shared.domain.edition.edition_digest` as it was when the edition was made. The rest is not public: the `plan`
    by which it was made, None where that is the survey's; `request`, the id of the correction that asked for it; `review`,
    what the disclosure rules decided, for those who run the survey.
    """

    survey: str
    number: int
    published_at: datetime
    results: Mapping[str, Any]
    documents: Mapping[str, File]
    digest: str = ""
    plan: Mapping[str, Any] | None = None
    request: str | None = None
    review: Mapping[str, Any] = field(default_factory=dict)

    def computed_digest(self) -> str:
        """The digest of what is stored now."""
        return edition_digest(self.results, {name: file.sha256 for name, file in self.documents.items()})


class Files:
    """Files in GridFS. Storing the same content again changes nothing."""

    def __init__(self, db: Db) -> None:
        self._bucket = GridFSBucket(db, "files")
        self._chunks = db["files.chunks"]

    def put(self, content: bytes, media_type: str, piece: int | None = None) -> File:
        """Store `content`, in pieces of `piece` bytes where that matters for `part`.

        Raises StoreUnavailable; a retry completes what was cut off.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        with answering(_DEADLINE):
            if not list(self._bucket.find({"_id": sha256}).limit(1)):
                self._clear_remains(sha256)
                with suppress(FileExists, DuplicateKeyError):  # another publisher stores the same content
                    self._bucket.upload_from_stream_with_id(sha256, sha256, content, chunk_size_bytes=piece)
        return File(sha256, len(content), media_type)

    def get(self, file: File) -> bytes:
        """The content. Raises UnknownEdition where it is not there or not whole, StoreUnavailable."""
        with answering(_DEADLINE):
            try:
                return self._bucket.open_download_stream(file.sha256).read()
            except (NoFile, CorruptGridFile) as error:
                raise UnknownEdition(file.sha256) from error

    def part(self, file: File, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`, without reading the rest. Raises UnknownEdition, StoreUnavailable."""
        with answering(_DEADLINE):
            found = list(self._bucket.find({"_id": file.sha256}).limit(1))
            if not found:
                raise UnknownEdition(file.sha256)
            piece = found[0].chunk_size
            wanted = list(range(start // piece, (start + length - 1) // piece + 1))
            chunks = self._chunks.find({"files_id": file.sha256, "n": {"$in": wanted}}, {"n": 1, "data": 1}).sort("n")
            content = b"".join(chunk["data"] for chunk in chunks)
        return content[start - wanted[0] * piece :][:length]

    def _clear_remains(self, sha256: str) -> None:
        """Remove the chunks of an upload that was cut off: without a file document they would collide with ours."""
        self._chunks.delete_many({"files_id": sha256})


class Editions:
    """The collection `editions`, and the files in GridFS that belong to them."""

    def __init__(self, db: Db, files: Files) -> None:
        self._db = db
        self._files = files

    def add(self, edition: Edition) -> Edition:
        """Store an edition; when this number is taken, the one that is stored is the edition. Raises StoreUnavailable."""
        document = {
            "_id": f"{edition.survey}/{edition.number}",
            "survey": edition.survey,
            "edition": edition.number,
            "published_at": edition.published_at,
            "results": dict(edition.results),
            "documents": [
                {"name": name, "sha256": f.sha256, "size": f.size, "media_type": f.media_type}
                for name, f in edition.documents.items()
            ],
            "digest": edition.digest,
            "plan": edition.plan,
            "request": edition.request,
            "review": dict(edition.review),
        }
        with answering(_DEADLINE):
            try:
                self._db.editions.insert_one(document)
            except DuplicateKeyError:
                return self.get(edition.survey, edition.number)
        return edition

    def discard(self, edition: Edition) -> None:
        """Remove an edition that was made and never let out: what it was made for is not wanted any more."""
        with answering(_DEADLINE):
            self._db.editions.delete_one({"_id": f"{edition.survey}/{edition.number}", "digest": edition.digest})

    def get(self, survey_id: str, number: int) -> Edition:
        """Raises UnknownEdition, StoreUnavailable."""
        with answering(_DEADLINE):
            document = self._db.editions.find_one({"_id": f"{survey_id}/{number}"})
        if document is None:
            raise UnknownEdition(f"{survey_id}/{number}")
        return _edition(document)

    def all(self, survey_id: str) -> list[Edition]:
        """The survey's editions, oldest first; the last may be one that is not out."""
        with answering(_DEADLINE):
            return [_edition(document) for document in self._db.editions.find({"survey": survey_id}).sort("edition")]

    def published(self, survey_id: str, latest: int) -> list[Edition]:
        """The survey's editions up to number `latest`, oldest first."""
        return [edition for edition in self.all(survey_id) if edition.number <= latest]

    def document(self, edition: Edition, name: str) -> tuple[bytes, File]:
        """The content of one of the edition's documents. Raises UnknownEdition, StoreUnavailable."""
        if name not in edition.documents:
            raise UnknownEdition(f"{edition.survey}/{edition.number}/{name}")
        file = edition.documents[name]
        return self._files.get(file), file


def _edition(document: Document) -> Edition:
    return Edition(
        survey=document["survey"],
        number=document["edition"],
        published_at=document["published_at"],
        results=document["results"],
        documents={d["name"]: File(d["sha256"], d["size"], d["media_type"]) for d in document["documents"]},
        digest=document.get("digest", ""),
        plan=document.get("plan"),
        request=document.get("request"),
        review=document.get("review", {}),
    )
