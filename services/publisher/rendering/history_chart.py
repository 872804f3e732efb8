"""The overall index over several surveys as SVG: a dot with its interval for each, joined where the two may be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from services.publisher.rendering.charts import draw
from shared.domain.results import Shown

WIDTH, HEIGHT = 480, 260
_TOP, _BOTTOM, _LEFT, _RIGHT = 22.0, 228.0, 40.0, 462.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A survey on the chart: its year, its figure (None where it is not told exactly), the figure as read, and whether it may
    be compared with the one before."""

    year: str
    cell: Shown | None
    text: str
    joined: bool


@dataclass(frozen=True, slots=True)
class _Dot:
    x: float
    y: float | None
    bar: tuple[float, float] | None
    mark: Mark


def history_chart(chart_id: str, words: tuple[str, str, str], marks: Sequence[Mark]) -> Markup:
    """The chart, on a scale from 0 to 100 percent. `words` are its title, how to read it, and the word for a break."""
    step = (_RIGHT - _LEFT) / len(marks)
    dots = [_dot(mark, round(_LEFT + step * (place + 0.5), 1)) for place, mark in enumerate(marks)]
    pairs = list(pairwise(dots))
    return draw(
        "history.svg",
        chart_id=chart_id,
        title=words[0],
        description=words[1],
        gap=words[2],
        dots=dots,
        lines=[(a, b) for a, b in pairs if b.mark.joined and a.y is not None and b.y is not None],
        gaps=[round((a.x + b.x) / 2, 1) for a, b in pairs if not b.mark.joined],
        ticks=[(_y(percent), percent) for percent in (0, 25, 50, 75, 100)],
        size=(WIDTH, HEIGHT),
        ends=(_LEFT, _RIGHT, _TOP, _BOTTOM),
    )


def _dot(mark: Mark, x: float) -> _Dot:
    if mark.cell is None:
        return _Dot(x, None, None, mark)
    bar = None if mark.cell.kind == "census" else (_y(mark.cell.high), _y(mark.cell.low))
    return _Dot(x, _y(mark.cell.index), bar, mark)


def _y(percent: float) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * percent / 100, 1)
