"""Registers as files: the receipts a line each, as they are published, and the directory by which one line is found.

All lines are equally long and a block of them is one chunk of the file. A look-up reads the directory, which is kept, and one
chunk, whatever the size of the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.domain.register import BLOCK, RECEIPT_LENGTH, Directory
from shared.store.editions import File, Files

LINE = RECEIPT_LENGTH + 1
"""Bytes of a line of the register."""

DIRECTORIES_KEPT = 16
"""Directories in memory. One of a million receipts takes about a megabyte with its part of the tree."""


@dataclass(frozen=True, slots=True)
class StoredRegister:
    """The files of one register."""

    receipts: File
    directory: File


class Registers:
    """Registers in GridFS."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._directories = lru_cache(DIRECTORIES_KEPT)(self._directory)

    def put(self, receipts: Sequence[str], directory: Directory) -> StoredRegister:
        """Store the sorted `receipts` and their directory. Raises StoreUnavailable; a retry completes what was cut off."""
        lines = "".join(f"{receipt}\n" for receipt in receipts).encode("ascii")
        return StoredRegister(
            self._files.put(lines, "text/plain; charset=utf-8", piece=BLOCK * LINE),
            self._files.put(directory.to_bytes(), "application/octet-stream"),
        )

    def directory(self, stored: StoredRegister) -> Directory:
        """Raises UnknownEdition, StoreUnavailable."""
        return self._directories(stored.directory)

    def block(self, stored: StoredRegister, number: int) -> list[str]:
        """The receipts of block `number`. Raises UnknownEdition, StoreUnavailable."""
        return self._files.part(stored.receipts, number * BLOCK * LINE, BLOCK * LINE).decode("ascii").split()

    def _directory(self, file: File) -> Directory:
        return Directory.from_bytes(self._files.get(file))
