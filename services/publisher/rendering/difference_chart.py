"""Differences from the survey before as SVG: a dot with its interval for each, on one scale with zero in the middle."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from services.publisher.rendering.charts import AXIS, GAP, LABEL_CHARACTERS, LEFT, LINE, RIGHT, TRACK, WIDTH, draw, short


@dataclass(frozen=True, slots=True)
class Change:
    """A difference to draw, in points, with its limits, its verdict, and how it is read."""

    label: str
    difference: float
    low: float
    high: float
    verdict: str
    text: str


def difference_chart(chart_id: str, words: tuple[str, str], changes: Sequence[Change]) -> Markup:
    """The chart; `words` are its title and how to read it. The scale reaches as far as the farthest limit, in tens."""
    reach = max(10, 10 * ceil(max(abs(end) for change in changes for end in (change.low, change.high)) / 10))

    def x(points: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (points + reach) / (2 * reach), 1)

    rows, top = [], 4.0
    for change in changes:
        lines = textwrap.wrap(change.label, LABEL_CHARACTERS)
        label = tuple((top + LINE * (line + 1) - 4, text) for line, text in enumerate(lines))
        y = top + LINE * len(lines) + TRACK / 2
        rows.append((label, y, x(change.low), x(change.high), x(change.difference), change.verdict, change.text))
        top = y + TRACK / 2 + GAP
    bottom = top - GAP + 2
    return draw(
        "difference.svg",
        chart_id=chart_id,
        title=words[0],
        description=words[1],
        rows=rows,
        ticks=[(x(points), _signed(points)) for points in (-reach, -reach // 2, 0, reach // 2, reach)],
        zero=x(0),
        width=WIDTH,
        bottom=short(bottom),
        height=short(bottom + AXIS),
        left=LEFT,
        right=RIGHT,
    )


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "−") if points else "0"
