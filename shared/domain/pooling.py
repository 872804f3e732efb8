"""One index for all groups, only where the plan declares weights for them, and only from figures that are published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.inference import Estimate, Kind, composite
from shared.domain.results import GroupResult, Shown
from shared.domain.survey import Survey

LABEL: Mapping[str, str] = {
    "vi": "chỉ số tổng hợp theo trọng số quy định",
    "en": "composite index by the declared weights",
}
"""What the figure is called wherever it stands: groups answer different questions, so it measures nothing by itself."""


def declared(survey: Survey) -> bool:
    """Whether the plan declares weights for all groups, and there is more than one to put together."""
    return len(survey.groups) > 1 and all(group.weight is not None for group in survey.groups)


def pooled(groups: Sequence[GroupResult], survey: Survey) -> dict[str, Any] | None:
    """The composite index with its parts, from `groups` as published; None unless all parts are shown exactly."""
    cells = [group.overall for group in groups if isinstance(group.overall, Shown)]
    if not declared(survey) or len(cells) < len(groups):
        return None
    weights = {group.id: float(group.weight or 0) for group in survey.groups}
    whole = sum(weights.values())
    parts = [
        (weights[group.id], Estimate(cell.index, cell.low, cell.high, cell.base, Kind(cell.kind)))
        for group, cell in zip(groups, cells, strict=True)
    ]
    found = composite(parts)
    return {
        "label": dict(LABEL),
        **Shown(found.index, found.low, found.high, found.base, found.kind.value).to_json(),
        "parts": [
            {"group": group.id, "weight": weights[group.id] / whole, **cell.to_json()}
            for group, cell in zip(groups, cells, strict=True)
        ],
    }
