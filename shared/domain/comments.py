"""What may be published of the open question: themes with how many comments name them, and comments that a person cleared.

A person codes the redacted comments by themes; nothing here reads meaning into a text.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.disclosure.rules import SENSITIVE_COUNT
from shared.domain.redaction import redact
from shared.domain.survey import Survey

LONGEST_THEME = 200
"""Characters that the name of a theme may have, in all languages together."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A redacted comment with the id of the group that it came from."""

    group: str
    text: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A comment as a person coded it. `line` is where it stands in the file; each theme is its names in the plan's languages,
    in their order, as many as were given; `publish` is the text that the person cleared for publication, None where none."""

    line: int
    comment: Comment
    themes: tuple[tuple[str, ...], ...]
    publish: str | None = None


def normal(text: str) -> str:
    """A text as comments are compared: NFC, one blank between words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def unfit(rows: Sequence[Coded], held: Iterable[Comment]) -> list[str]:
    """What is wrong with coded rows, in sentences that name the line; `held` are the survey's redacted comments.

    Each row must be one of the survey's comments, and a cleared text must hold no personal data that can be found.
    """
    left = Counter((comment.group, normal(comment.text)) for comment in held)
    found = []
    for row in rows:
        key = (row.comment.group, normal(row.comment.text))
        if not left[key]:
            found.append(
                f"line {row.line}: this text is not among the comments of group {row.comment.group}, or stands here twice"
            )
        left[key] -= 1
        if row.publish is not None and not row.themes:
            found.append(f"line {row.line}: a comment that is cleared needs a theme to stand under")
        left_in = redact(row.publish).found if row.publish is not None else ()
        if left_in:
            kinds = ", ".join(sorted({kind.value for kind in left_in}))
            found.append(f"line {row.line}: the text to publish still seems to hold personal data ({kinds}); take it out")
        found += [
            f"line {row.line}: a theme has at most {LONGEST_THEME} characters"
            for theme in row.themes
            if sum(map(len, theme)) > LONGEST_THEME
        ]
    return found


def themes(rows: Sequence[Coded], survey: Survey) -> list[dict[str, Any]]:
    """What is published of the comments of each group that has coded ones, in the plan's order; themes by count, then by name.

    A group with fewer coded comments than `min_base` publishes nothing. Themes that fewer than `SENSITIVE_COUNT` comments
    name are not told, only how many such themes there are: what few people wrote may tell who they are. Cleared comments
    stand in the order of their texts.
    """
    return [_group(group.id, own, survey) for group in survey.groups if (own := _of(rows, group.id))]


def _of(rows: Sequence[Coded], group: str) -> list[Coded]:
    return [row for row in rows if row.comment.group == group and row.themes]


def _group(group: str, rows: Sequence[Coded], survey: Survey) -> dict[str, Any]:
    if len(rows) < survey.method.min_base:
        return {"group": group, "suppressed": True, "reason": "base"}
    counts = Counter(theme[0] for row in rows for theme in {theme[0]: theme for theme in row.themes}.values())
    names = {theme[0]: theme for row in rows for theme in sorted(row.themes, key=len)}
    shown = sorted((name for name, n in counts.items() if n >= SENSITIVE_COUNT), key=lambda name: (-counts[name], name))
    return {
        "group": group,
        "coded": len(rows),
        "themes": [{"theme": _texts(names[name], survey), "count": counts[name]} for name in shown],
        "themes_not_told": len(counts) - len(shown),
        "cleared": sorted(normal(row.publish) for row in rows if row.publish is not None),
    }


def _texts(names: Sequence[str], survey: Survey) -> Mapping[str, str]:
    """A theme's names by language; where one is not given, the first stands for it."""
    return {tag: names[n] if n < len(names) else names[0] for n, tag in enumerate(survey.languages)}
