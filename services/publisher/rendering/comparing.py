"""The comparison with the survey before as people read it: verdicts in words, differences with their limits, breaks by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from services.publisher.rendering.difference_chart import Change, difference_chart
from services.publisher.rendering.language import Language
from services.publisher.rendering.numbers import decimals
from shared.domain.results import GroupResult, Results

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A figure that is compared, as read; `verdict` is the code, `said` the verdict in words."""

    name: str
    before: str
    now: str
    difference: str
    limits: str
    verdict: str
    said: str


@dataclass(frozen=True, slots=True)
class BreakRow:
    """A figure that is not compared, and why."""

    name: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Rows:
    changes: tuple[ChangeRow, ...]
    breaks: tuple[BreakRow, ...]


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """One group: why nothing of it is compared (`broken`), or the rows of the whole and its factors, and of its criteria."""

    id: str
    title: str
    broken: str
    main: Rows
    criteria: Rows
    chart: Markup

    @property
    def overall(self) -> ChangeRow | None:
        """The change of the overall index, where it is compared."""
        return self.main.changes[0] if self.main.changes and self.has_overall else None

    has_overall: bool = False


def compared(results: Results, language: Language) -> tuple[GroupComparison, ...]:
    """The comparison of every group; empty where the results have none."""
    if not results.comparison:
        return ()
    return tuple(_group(group, results, language) for group in results.groups)


def compared_with(results: Results, language: Language) -> str:
    """What the results are compared with: its title and period. Empty where with nothing."""
    before = results.compared_with
    if before is None:
        return ""
    first, last = (language.date(date.fromisoformat(before[name])) for name in ("first_day", "last_day"))
    said = language.word("comparison.with", title=language.pick(before["title"]), first=first, last=last)
    return f"{said} {language.word('comparison.simulated')}" if before["simulated"] else said


def not_compared(results: Results, language: Language) -> str:
    """Why there is no comparison."""
    for warning in results.warnings:
        if warning["code"] == "previous-not-found":
            return language.word("comparison.not_found", survey=warning["survey"])
    return language.word("page.comparison_none")


def _group(group: GroupResult, results: Results, language: Language) -> GroupComparison:
    rows = [row for row in results.comparison if row["group"] == group.id]
    main = [row for row in rows if row["figure"] != "criterion"]
    names = _names(group, language)
    found = _rows(main, names, language)
    return GroupComparison(
        id=group.id,
        title=language.pick(group.title),
        broken=_broken(rows, language),
        main=found,
        criteria=_rows([row for row in rows if row["figure"] == "criterion"], names, language),
        chart=_chart(group, main, names, language),
        has_overall=any(row["figure"] == "overall" and "verdict" in row for row in main),
    )


def _names(group: GroupResult, language: Language) -> dict[str, str]:
    texts = {factor.id: factor.title for factor in group.factors} | {c.id: c.text for c in group.criteria}
    return {"overall": language.word("comparison.overall"), **{id_: language.pick(text) for id_, text in texts.items()}}


def _rows(rows: Sequence[Row], names: Mapping[str, str], language: Language) -> Rows:
    return Rows(
        tuple(_change(row, names[row["id"]], language) for row in rows if "verdict" in row),
        tuple(BreakRow(names[row["id"]], break_reasons(row["break"], language)) for row in rows if "break" in row),
    )


def _change(row: Row, name: str, language: Language) -> ChangeRow:
    before, now = row["before"], row["now"]
    base = min(before["base"], now["base"])
    return ChangeRow(
        name=name,
        before=language.percent(before["index"], before["base"]),
        now=language.percent(now["index"], now["base"]),
        difference=signed(row["difference"], base, language),
        limits=language.word(
            "comparison.from_to", low=signed(row["low"], base, language), high=signed(row["high"], base, language)
        ),
        verdict=row["verdict"],
        said=language.word(f"verdict.{row['verdict']}"),
    )


def signed(value: float, base: int, language: Language) -> str:
    """A difference in points with its sign, and the decimals that the base allows; zero has none."""
    text = language.number(abs(value), decimals(base))
    if not any(digit in "123456789" for digit in text):
        return text
    return f"+{text}" if value > 0 else f"−{text}"


def break_reasons(codes: Sequence[str], language: Language) -> str:
    """Why two figures are not compared, in words."""
    return "; ".join(language.word_or(f"break.{code}", code) for code in codes)


def _broken(rows: Sequence[Row], language: Language) -> str:
    """Why none of the figures is compared, where that is the same for all that were measured."""
    if not rows or any("verdict" in row for row in rows):
        return ""
    reasons = {tuple(row["break"]) for row in rows}
    if len(reasons) > 1:
        return ""
    return language.word("comparison.broken", reasons=break_reasons(next(iter(reasons)), language))


def _chart(group: GroupResult, rows: Sequence[Row], names: Mapping[str, str], language: Language) -> Markup:
    changes = [
        Change(names[row["id"]], row["difference"], row["low"], row["high"], row["verdict"], change.difference)
        for row, change in zip((row for row in rows if "verdict" in row), _rows(rows, names, language).changes, strict=True)
    ]
    if not changes:
        return Markup()
    words = (language.word("comparison.chart", group=language.pick(group.title)), language.word("comparison.chart_how"))
    return difference_chart(f"change-{group.id}", words, changes)
