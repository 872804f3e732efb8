"""The answers to many criteria as one picture: the page's bars, which part at the line between satisfied and not."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from services.publisher.rendering.charts import diverging_segments, draw, level_paints, short

WIDTH = 620.0
_BAR, _BAR_WIDE = 300.0, 318.0
_LINE, _GAP, _CHARACTERS = 14.0, 9.0, 50


@dataclass(frozen=True, slots=True)
class Answers:
    """A criterion and the number of answers at each level, lowest first."""

    label: str
    counts: tuple[int, ...]


def levels_chart(words: tuple[str, str], levels: Sequence[tuple[str, bool]], rows: Sequence[Answers]) -> str:
    """The chart as SVG. `words` are its title and description, `levels` their names and whether they count as satisfied."""
    satisfied = [counts_as for _, counts_as in levels]
    paints = level_paints(satisfied)
    legend, top = _legend([name for name, _ in levels], paints)
    drawn, y = [], top
    for row in rows:
        lines = textwrap.wrap(row.label, _CHARACTERS)
        height = max(_LINE * len(lines), 16)
        segments = [
            (short(_BAR + _BAR_WIDE * each.start / 100), short(_BAR_WIDE * each.width / 100), each.paint)
            for each in diverging_segments(row.counts, paints, satisfied)
        ]
        placed = [(short(y + _LINE * (n + 1) - 3), line) for n, line in enumerate(lines)]
        drawn.append((placed, short(y + (height - 14) / 2), segments))
        y += height + _GAP
    return draw(
        "levels.svg",
        title=words[0],
        description=words[1],
        legend=legend,
        rows=drawn,
        middle=short(_BAR + _BAR_WIDE / 2),
        top=short(top - 4),
        width=short(WIDTH),
        height=short(y),
    )


def _legend(names: Sequence[str], paints: Sequence[str]) -> tuple[list[tuple[float, float, str, str]], float]:
    """The swatches with their names, in as many lines as they need, and where the rows begin."""
    placed, x, y = [], 0.0, 14.0
    for name, paint in zip(names, paints, strict=True):
        wide = 30 + 6.6 * len(name)
        if x and x + wide > WIDTH:
            x, y = 0.0, y + 20
        placed.append((x, y, paint, name))
        x += wide
    return placed, y + 16
