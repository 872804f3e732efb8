"""The composite index of all groups, or why there is none though the plan declares it. It never stands without its parts."""

from __future__ import annotations

from dataclasses import dataclass

from services.publisher.rendering import sentences
from services.publisher.rendering.edition import cell_of
from services.publisher.rendering.language import Language
from shared.domain.results import Results, Shown


@dataclass(frozen=True, slots=True)
class Composite:
    """The figure and its limits as read, and what it is made of; without a figure, why there is none."""

    figure: str
    limits: str
    how: str


def composite(results: Results, language: Language) -> Composite | None:
    """None where the plan declares none."""
    if results.pooled is None:
        if not any(warning["code"] == "composite-part-hidden" for warning in results.warnings):
            return None
        hidden = [language.pick(group.title) for group in results.groups if not isinstance(group.overall, Shown)]
        return Composite("", "", language.word("pooled.hidden", groups=", ".join(hidden)))
    cell = cell_of(results.pooled)
    titles = {group.id: language.pick(group.title) for group in results.groups}
    parts = [
        language.word(
            "pooled.part",
            group=titles[part["group"]],
            figure=sentences.figure(cell_of(part), language),
            weight=language.number(part["weight"], 2),
        )
        for part in results.pooled["parts"]
    ]
    how = language.word("pooled.how", parts="; ".join(parts))
    return Composite(sentences.figure(cell, language), sentences.limits(cell, language), how)
