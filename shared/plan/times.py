"""Times of a plan: text -> an aware time in the plan's time zone."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

_TIME = re.compile(
    r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


class NoSuchTimeError(ValueError):
    """The clocks of the zone never show this local time, or show it twice. The message says which."""


@cache
def zone_names() -> frozenset[str]:
    """All names of time zones that this machine knows."""
    return frozenset(zoneinfo.available_timezones())


def parsed(text: str) -> datetime:
    """The time as written, without a zone where none is given. Raises ValueError if it is not such a time."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def instant(text: str, zone: ZoneInfo) -> datetime:
    """The aware time in `zone` that `text` means; without an offset it is read on the zone's clocks.

    Raises ValueError if it is not a time, NoSuchTimeError if the clocks were changed over it.
    """
    time = parsed(text)
    if time.tzinfo is not None:
        return time.astimezone(zone)
    first, second = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        raise NoSuchTimeError(f"the clocks of {zone.key} skip this time; write an offset, as in {text}+00:00")
    if first.utcoffset() != second.utcoffset():
        raise NoSuchTimeError(f"the clocks of {zone.key} show this time twice; write an offset, as in {text}+00:00")
    return first
