"""The map of importance and performance as SVG: a numbered dot for each factor, the lines of the two means in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from services.publisher.rendering.charts import draw

SIZE = 360
_EDGE = 2.0
_WORDS = 26.0
_INSET = 20.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A factor: its number in the table, how much it matters, how well it does (any unit), and whether it is urgent."""

    number: int
    importance: float
    performance: float
    urgent: bool


def quadrant_map(
    chart_id: str, words: tuple[str, str], dots: Sequence[Dot], corners: Sequence[str], axes: tuple[str, str]
) -> Markup:
    """The map. `words` are its title and description; `corners` name the quadrants: left and right at the top, then below.

    Each axis is as long to either side of its mean as the farthest dot needs, so that quadrants are of one size.
    """
    across = [dot.importance for dot in dots]
    up = [dot.performance for dot in dots]
    left, right = _EDGE + _INSET, SIZE - _EDGE - _INSET
    top, bottom = _EDGE + _WORDS + _INSET, SIZE - _EDGE - _WORDS - _INSET
    placed = [
        (dot.number, _on(dot.importance, across, (left, right)), _on(dot.performance, up, (bottom, top)), dot.urgent)
        for dot in dots
    ]
    return draw(
        "quadrants.svg",
        chart_id=chart_id,
        title=words[0],
        description=words[1],
        dots=_apart(placed),
        corners=corners,
        axes=axes,
        size=SIZE,
        middle=SIZE / 2,
        edge=_EDGE,
    )


def _on(value: float, values: Sequence[float], ends: tuple[float, float]) -> float:
    """Where `value` lies between `ends`, the mean of all values in the middle."""
    mean = sum(values) / len(values)
    reach = max(abs(each - mean) for each in values) or 1.0
    return round((ends[0] + ends[1]) / 2 + (value - mean) / reach * (ends[1] - ends[0]) / 2, 1)


def _apart(dots: Sequence[tuple[int, float, float, bool]]) -> list[tuple[int, float, float, bool]]:
    """The dots, those that would hide another moved aside by its width."""
    placed: list[tuple[int, float, float, bool]] = []
    for number, x, y, urgent in dots:
        free = x
        while any(abs(free - other) < 24 and abs(y - level) < 24 for _, other, level, _ in placed):
            free += -24 if x > SIZE / 2 else 24
        placed.append((number, round(free, 1), y, urgent))
    return placed
