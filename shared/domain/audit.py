"""The audit log: who did what, when, and what it changed, as a chain in which each entry commits to the one before it.

An entry's hash is SHA-256 over its content in canonical JSON, the hash of the entry before among it. So no entry can be
changed, removed or moved without the chain showing it, as long as the head, the last hash, is known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Act:
    """What was done. `survey` is None where it concerns no survey; `before` and `after` are what it changed, as JSON values.

    No ballot's content, no token and no address stands in it.
    """

    name: str
    survey: str | None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry's number and hash: what the next one commits to."""

    number: int
    hash: str


GENESIS = Head(0, "0" * 64)
"""The head of an empty log."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in the log. `at` is UTC in ISO 8601 to the millisecond; `previous` the hash of entry `number` - 1."""

    number: int
    survey: str | None
    act: str
    by: str
    at: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.number, self.hash)


def entry(head: Head, act: Act, by: str, at: datetime) -> Entry:
    """The entry for `act` that follows `head`. `at` is an aware time."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds")
    made = Entry(
        number=head.number + 1,
        survey=act.survey,
        act=act.name,
        by=by,
        at=moment,
        before=dict(act.before),
        after=dict(act.after),
        previous=head.hash,
        hash="",
    )
    return replace(made, hash=entry_hash(made))


def entry_hash(given: Entry) -> str:
    """SHA-256, in hex, over all of the entry but its hash in canonical JSON: sorted keys, no spaces, UTF-8."""
    content = {name: value for name, value in asdict(given).items() if name != "hash"}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def faults(entries: Iterable[Entry], head: Head | None) -> list[str]:
    """What is wrong with a log, in words; empty when it is whole.

    `entries` are all there are, by number; `head` is what was written down beside them with the last entry, None where there
    is none.
    """
    found: list[str] = []
    last = GENESIS
    for each in entries:
        found += _missing(last.number + 1, each.number - 1)
        if entry_hash(each) != each.hash:
            found.append(f"entry {each.number} was changed: its hash is not that of what it says")
        if each.number == last.number + 1 and each.previous != last.hash:
            found.append(f"entry {each.number} does not follow entry {last.number}: one of them is not what was written")
        last = each.head
    if head is None:
        return [*found, "the head of the log is missing"] if last.number else found
    found += _missing(last.number + 1, head.number)
    if last.number == head.number and last.hash != head.hash:
        found.append(f"entry {last.number} is not the last one that was written")
    if last.number > head.number:
        found.append(f"the log was written up to entry {head.number}, but there are entries up to {last.number}")
    return found


def _missing(first: int, last: int) -> list[str]:
    if first > last:
        return []
    return [f"entry {first} is missing"] if first == last else [f"entries {first} to {last} are missing"]
