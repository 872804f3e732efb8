"""Files that commands make: new ones only, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from services.console.errors import ConsoleError

SECRET = 0o600
"""For files with codes or answers: their owner alone may read them."""

PLAIN = 0o644


class AlreadyThere(ConsoleError):
    """The file is there; nothing is written over it."""


def must_be_new(path: Path) -> None:
    """Raises AlreadyThere."""
    if path.exists() or path.is_symlink():
        raise AlreadyThere(f"{path} exists already; name another file")


@contextmanager
def appearing(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Keep `content` on disk beside `path` under another name, which is yielded, while something is done that must not be done
    without it; then let it appear as `path`.

    If that fails, nothing is left. A process that is killed leaves the other name. Raises AlreadyThere, OSError.
    """
    must_be_new(path)
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f"{path.name}.", suffix=".unfinished", delete=False) as file:
        beside = Path(file.name)
        try:
            beside.chmod(mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            yield beside
            os.link(beside, path)  # unlike a renaming, this never replaces what somebody made meanwhile
        except FileExistsError as error:
            raise AlreadyThere(f"{path} was made by someone else meanwhile; what was written stands in {beside}") from error
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    beside.unlink()


def write_new(path: Path, content: bytes, mode: int = PLAIN) -> None:
    """Make the file `path` with `content`. Raises AlreadyThere, OSError."""
    with appearing(path, content, mode):
        pass
