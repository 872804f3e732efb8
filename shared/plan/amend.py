"""What a correction may change of a published survey's plan: how figures are made and named, never what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Data = Mapping[str, Any]

ALLOWED = (
    r"title\..+",
    r"purpose\..+",
    r"body\.(name|place|superior|sign|contact)(\..+)?",
    r"grounds(\[.+)?",
    r"previous",
    r"method\.(aggregation|confidence|min_base)",
    r"factors\[[^]]+\]\.title\..+",
    r"questionnaires\[[^]]+\]\.title\..+",
    r"questionnaires\[[^]]+\]\.(factors\[[^]]+\]\.criteria\[[^]]+\]|overall)\.(wording|uncertain)",
    r"groups\[[^]]+\]\.((title|unit)\..+|weight)",
    r"groups\[[^]]+\]\.strata\[[^]]+\]\.(title\..+|population|valid_from|valid_to)",
)
"""Patterns of the fields that may change: texts that name things, sizes of populations, weights, the rule of aggregation, the
level of confidence, the survey compared with. `docs/publishing.md` lists them in words."""

_MAY = re.compile("|".join(f"(?:{pattern})" for pattern in ALLOWED))
_KEYS = ("id", "factor", "value")


class NotAmendable(ValueError):
    """The plan differs in something that a correction cannot change. The message names every such field."""


def amendments(before: Data, after: Data) -> list[dict[str, Any]]:
    """The fields in which two complete plans differ: `field`, `before` and `after`, None where it is not there.

    Raises NotAmendable where one of them decides what was asked, of whom, when, or what may be shown.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    found: list[dict[str, Any]] = [
        {"field": field, "before": old.get(field), "after": new.get(field)}
        for field in dict.fromkeys([*old, *new])
        if old.get(field) != new.get(field)
    ]
    refused = [change for change in found if not _MAY.fullmatch(change["field"]) or _shows_more(change)]
    if refused:
        raise NotAmendable("; ".join(map(_sentence, refused)))
    return found


def _shows_more(change: Data) -> bool:
    return bool(change["field"] == "method.min_base" and change["after"] < change["before"])


def _sentence(change: Data) -> str:
    if change["field"] == "method.min_base":
        return f"method.min_base cannot go down from {change['before']} to {change['after']}: what was hidden would be shown"
    return f"{change['field']} was settled before people answered; a correction cannot change it"


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of a plan under its path; members of lists by their ids, and their order as a value of its own."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _leaves(inside, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        names = [_name(item, position) for position, item in enumerate(value)]
        yield f"{path}[]", names
        for name, item in zip(names, value, strict=True):
            yield from _leaves(item, f"{path}[{name}]")
    else:
        yield path, value


def _name(item: Data, position: int) -> str:
    return str(next((item[key] for key in _KEYS if key in item), position))
