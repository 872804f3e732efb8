"""The faces beside the words of a scale: one line drawing for each level, from the least to the most satisfied.

The same words are asked in all channels; a face only stands beside them. It has no colour of its own, so that nothing says
which answer is the right one.
"""

from __future__ import annotations

from shared.domain.survey import Scale

_MOUTH, _BEND = 16.0, 5.0


def moods(scale: Scale) -> dict[int, float]:
    """The mood of each level by its value, from -1 to 1, rising; above 0 exactly where the level counts as satisfied.

    Where more levels are unsatisfied than satisfied, the highest unsatisfied one is the neutral middle (0).
    """
    below = [level.value for level in scale.levels if not level.satisfied]
    above = [level.value for level in scale.levels if level.satisfied]
    parts = len(below) - 1 if len(below) > 1 and len(above) < len(below) else len(below)
    unsatisfied = {value: -1 + at / parts for at, value in enumerate(below)}
    satisfied = {value: (at + 1) / len(above) for at, value in enumerate(above)}
    return unsatisfied | satisfied


def mouth(mood: float) -> str:
    """The path of a mouth in a drawing of 24 by 24: a curve down for -1, straight for 0, up for 1."""
    ends, middle = _MOUTH - mood * _BEND / 3, _MOUTH + mood * _BEND
    return f"M7.5 {ends:.2f}Q12 {middle:.2f} 16.5 {ends:.2f}"
