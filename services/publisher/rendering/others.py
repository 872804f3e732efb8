"""What an edition says beside its figures: what a correction changed, and what people wrote, as themes with counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.publisher.rendering.language import Language

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Themes:
    """The open comments of a group: how many were sorted, (theme, comments) as read, what is not told, and cleared texts."""

    lead: str
    rows: tuple[tuple[str, str], ...]
    rest: str
    cleared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a corrected edition says of itself: why it was made, and how many figures changed."""

    reason: str
    changed: str


def themes(groups: Iterable[Json], language: Language) -> dict[str, Themes]:
    """The comments of each group that has some, by its id."""
    return {group["group"]: _themes(group, language) for group in groups}


def _themes(group: Json, language: Language) -> Themes:
    if group.get("suppressed"):
        return Themes(language.word("comments.few"), (), "", ())
    rest = group["themes_not_told"]
    return Themes(
        language.word("comments.lead", number=language.number(group["coded"])),
        tuple((language.pick(row["theme"]), language.number(row["count"])) for row in group["themes"]),
        language.word("comments.rest", number=language.number(rest)) if rest else "",
        tuple(group["cleared"]),
    )


def correction(document: Json, language: Language) -> Correction | None:
    """None where the edition corrects nothing."""
    told = document.get("correction")
    if not told:
        return None
    changed = language.word("editions.changed", number=language.number(len(told["figures"])))
    return Correction(f"{language.pick(told['reason']).rstrip('.')}.", changed)
