"""Charts as SVG, drawn once for page and document: a dot with its interval for each figure, and bars for shares.

An SVG here has no script, no style of its own and no fixed colour: classes name what is drawn and the page's style sheet
paints it, so that dark mode, forced colours and print work. Labels are broken into lines by an estimate of their width,
since SVG cannot. Everything is a function of its input, to the byte.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from services.publisher.rendering.templating import environment
from shared.domain.results import Bounded, Cell, Shown

WIDTH = 360
LEFT, RIGHT = 10.0, 242.0
LINE = 19
TRACK = 26
GAP = 12
AXIS = 26
LABEL_CHARACTERS = 42


@dataclass(frozen=True, slots=True)
class Row:
    """One figure to draw: what it is called, the figure, and the figure in words."""

    label: str
    cell: Cell
    text: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row in place: lines of its label as (y, text), the height of its track, and what is drawn on it (x)."""

    label: tuple[tuple[float, str], ...]
    y: float
    text: str
    dot: float | None
    bar: tuple[float, float] | None
    kind: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where 0 and 100 percent are."""

    left: float
    right: float

    def x(self, percent: float) -> float:
        return round(self.left + (self.right - self.left) * percent / 100, 1)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: where it starts, how wide it is, in percent, and the class that paints it."""

    start: float
    width: float
    paint: str


def interval_chart(chart_id: str, title: str, description: str, rows: Sequence[Row]) -> Markup:
    """A chart of `rows` on one scale from 0 to 100 percent. `chart_id` is unique on the page."""
    scale = _Scale(LEFT, RIGHT if any(row.text for row in rows) else WIDTH - 2 * LEFT)
    placed: list[_Placed] = []
    top = 4.0
    for row in rows:
        lines = textwrap.wrap(row.label, LABEL_CHARACTERS)
        label = tuple((top + LINE * (line + 1) - 4, text) for line, text in enumerate(lines))
        y = top + LINE * len(lines) + TRACK / 2
        placed.append(_place(row, label, y, scale))
        top = y + TRACK / 2 + GAP
    bottom = top - GAP + 2
    return draw(
        "interval.svg",
        chart_id=chart_id,
        title=title,
        description=description,
        rows=placed,
        ticks=[(scale.x(percent), percent) for percent in (0, 25, 50, 75, 100)],
        width=WIDTH,
        bottom=short(bottom),
        height=short(bottom + AXIS),
        left=scale.left,
        right=scale.right,
    )


def bar(segments: Sequence[Segment], middle: float | None = None) -> Markup:
    """A bar of `segments` from 0 to 100, without words: it stands in a table beside the same numbers. `middle` is marked."""
    drawn = [(short(s.start), short(s.width), s.paint) for s in segments]
    return draw("bar.svg", segments=drawn, middle=None if middle is None else short(middle))


def share_bar(share: float) -> Markup:
    """A bar as long as `share`, in percent."""
    return bar((Segment(0.0, share, "share"),))


def level_segments(counts: Sequence[int], paints: Sequence[str]) -> tuple[Segment, ...]:
    """The segments of answers at each level, lowest first, side by side. Nothing where nobody answered."""
    total = sum(counts)
    if total == 0:
        return ()
    starts = [100 * sum(counts[:level]) / total for level in range(len(counts))]
    return tuple(
        Segment(start, 100 * count / total, paint) for start, count, paint in zip(starts, counts, paints, strict=True) if count
    )


def diverging_segments(counts: Sequence[int], paints: Sequence[str], satisfied: Sequence[bool]) -> tuple[Segment, ...]:
    """The segments of `level_segments` at half their width, moved so that those that count as satisfied begin in the middle.

    So the bars of criteria can be compared on both sides of one line, and what lies right of it is the index. Levels that count
    as satisfied are the highest ones.
    """
    segments = level_segments(counts, paints)
    total, below = sum(counts), sum(count for count, counts_as in zip(counts, satisfied, strict=True) if not counts_as)
    left = 50 - 50 * below / total if total else 50.0
    return tuple(Segment(left + each.start / 2, each.width / 2, each.paint) for each in segments)


def level_paints(satisfied: Sequence[bool]) -> tuple[str, ...]:
    """A class for each level of a scale, lowest first.

    Levels that count as satisfied are `s1` and, the best, `s2`; the others go from `u1`, the worst, to `u3` by the middle.
    Three levels below satisfied end in the neutral `u3`; fewer do not reach it.
    """
    below = sum(1 for is_satisfied in satisfied if not is_satisfied)
    last = len(satisfied) - 1
    paints = []
    for level, is_satisfied in enumerate(satisfied):
        if is_satisfied:
            paints.append("s2" if level == last else "s1")
        elif level == 0:
            paints.append("u1")
        else:
            paints.append("u3" if below > 2 and level == below - 1 else "u2")
    return tuple(paints)


def _place(row: Row, label: tuple[tuple[float, str], ...], y: float, scale: _Scale) -> _Placed:
    cell = row.cell
    if isinstance(cell, Shown):
        limits = None if cell.kind == "census" else (scale.x(cell.low), scale.x(cell.high))
        return _Placed(label, y, row.text, scale.x(cell.index), limits, cell.kind)
    if isinstance(cell, Bounded):
        low, high = (cell.at_least, 100.0) if cell.at_least is not None else (0.0, cell.at_most or 0.0)
        return _Placed(label, y, row.text, None, (scale.x(low), scale.x(high)), "bounded")
    return _Placed(label, y, row.text, None, None, "suppressed")


def short(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def draw(template: str, **values: object) -> Markup:
    """The SVG that a template makes of `values`."""
    return Markup(environment().get_template(template).render(**values).strip())  # noqa: S704 -- the template escapes
