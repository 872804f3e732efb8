"""Keys of backups: those of age (age-encryption.org/v1), X25519. Whoever has the public key can make a backup; to read one
takes the secret key, which so need not be on the machine that makes them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyrage import IdentityError, RecipientError
from pyrage.x25519 import Identity, Recipient


class BadKey(ValueError):
    """A file of keys cannot be used. The message names the file and never what stands in it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a file of keys holds: whom it encrypts for, and what it can decrypt."""

    recipients: Sequence[Recipient]
    identities: Sequence[Identity]


def make(path: Path) -> str:
    """Write a new secret key into the new file `path`, which its owner alone can read, and return the public key.

    Raises BadKey where the file is there already or cannot be written.
    """
    identity = Identity.generate()
    public = str(identity.to_public())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# public key: {public}\n{identity}\n")
    except FileExistsError:
        raise BadKey(f"{path} exists already: a key is never written over") from None
    except OSError as error:
        raise BadKey(f"{path} cannot be written: {error.strerror}") from None
    return public


def read(path: Path) -> Keys:
    """The keys of a file as `make` and `age-keygen` write it: a key a line, `#` before remarks. Raises BadKey."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
    except (OSError, UnicodeDecodeError):
        raise BadKey(f"{path} cannot be read as a file of keys") from None
    recipients: list[Recipient] = []
    identities: list[Identity] = []
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith("AGE-SECRET-KEY-"):
                identities.append(Identity.from_str(line))
                recipients.append(identities[-1].to_public())
            else:
                recipients.append(Recipient.from_str(line))
        except (IdentityError, RecipientError):
            raise BadKey(f"{path}, line {number} is no key of age (age1… or AGE-SECRET-KEY-1…)") from None
    if not recipients:
        raise BadKey(f"{path} holds no key")
    return Keys(recipients, identities)
