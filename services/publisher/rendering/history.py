"""Results over the years: the surveys of a series side by side, with the places where the series breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup

from services.publisher.rendering import sentences
from services.publisher.rendering.comparing import break_reasons, signed
from services.publisher.rendering.edition import cell_of
from services.publisher.rendering.history_chart import Mark, history_chart
from services.publisher.rendering.language import Language
from services.publisher.rendering.templating import environment
from shared.domain.inference import Estimate
from shared.domain.results import Cell, Shown
from shared.domain.series import Previous, days
from shared.domain.survey import Survey, Texts

Json = Mapping[str, Any]
Key = tuple[str, str]
"""A group's id, and `overall` or a factor's id."""


@dataclass(frozen=True, slots=True)
class Past:
    """One survey of a series: its figures, and how each of them compares with the survey before it.

    `changes` are rows of `comparison`. `is_here` says whether this site has a page of it.
    """

    survey: str
    title: Texts
    first_day: date
    last_day: date
    simulated: bool
    figures: Mapping[Key, Cell]
    changes: Mapping[Key, Json] = field(default_factory=dict)
    is_here: bool = True


def past_of(document: Json, survey: Survey) -> Past:
    """A survey of this site, from its edition in the API's form."""
    first, last = days(survey)
    figures = {
        (group["id"], row.get("id", "overall")): cell_of(row)
        for group in document["groups"]
        for row in ({**group["overall"], "id": "overall"}, *group["factors"])
    }
    changes = {(row["group"], row["id"]): row for row in document["comparison"] if row["figure"] != "criterion"}
    return Past(survey.id, document["title"], first, last, document["simulated"], figures, changes)


def past_before(previous: Previous) -> Past:
    """A survey whose figures were brought in, and which this site has no page of."""
    figures: dict[Key, Cell] = {}
    for group, summary in previous.groups.items():
        for id_, found in {"overall": summary.overall, **summary.factors}.items():
            if found is not None:
                figures[group, id_] = _cell(found)
    first, last = previous.first_day, previous.last_day
    return Past(previous.survey, previous.title, first, last, previous.simulated, figures, is_here=False)


def _cell(found: Estimate) -> Cell:
    return Shown(found.index, found.low, found.high, found.base, found.kind.value)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A survey in a group's table, as read; `change` is what is said against the survey before it, `verdict` its code."""

    past: Past
    period: str
    figure: str
    limits: str
    base: str
    change: str
    verdict: str


@dataclass(frozen=True, slots=True)
class GroupHistory:
    """The series of one group: chart and rows of the overall index, and the factors (name, figure in each survey) as read."""

    id: str
    title: str
    chart: Markup
    rows: tuple[HistoryRow, ...]
    factors: tuple[tuple[str, tuple[str, ...]], ...]


def render_history(series: Sequence[Past], survey: Survey, page: Mapping[str, Any], reader: Language) -> str:
    """The page of a series, oldest first, ending in `survey`; `page` is the frame."""
    groups = [_group(group.id, reader.pick(group.title), series, survey, reader) for group in survey.groups]
    simulated = any(past.simulated for past in series)
    template = environment().get_template("history.html")
    return template.render(**page, survey=survey, series=series, groups=groups, simulated=simulated, year=_year)


def _group(group: str, title: str, series: Sequence[Past], survey: Survey, reader: Language) -> GroupHistory:
    shown = [past for past in series if any(key[0] == group for key in past.figures)]
    rows = [_row(past, (group, "overall"), place == 0, reader) for place, past in enumerate(shown)]
    words = (reader.word("history.chart", group=title), reader.word("history.chart_how"), reader.word("history.gap"))
    marks = list(_marks(shown, (group, "overall"), reader))
    factors = survey.group(group).questionnaire.factors
    return GroupHistory(
        group,
        title,
        history_chart(f"history-{group}", words, marks) if len(marks) > 1 else Markup(),
        tuple(reversed(rows)),
        tuple((reader.pick(f.title), tuple(_factor(past, (group, f.id), reader) for past in shown)) for f in factors),
    )


def _factor(past: Past, key: Key, reader: Language) -> str:
    return sentences.figure(past.figures[key], reader) if key in past.figures else reader.word("figure.absent")


def _row(past: Past, key: Key, first: bool, reader: Language) -> HistoryRow:
    cell = past.figures.get(key)
    change, verdict = _change(past, key, first, reader)
    return HistoryRow(
        past,
        _period(past, reader),
        sentences.figure(cell, reader) if cell else reader.word("figure.absent"),
        sentences.limits(cell, reader) if cell else reader.word("figure.absent"),
        reader.base(cell.base) if cell is not None and hasattr(cell, "base") else reader.word("figure.absent"),
        change,
        verdict,
    )


def _change(past: Past, key: Key, first: bool, reader: Language) -> tuple[str, str]:
    row = past.changes.get(key)
    if row is not None and "verdict" in row:
        points = reader.word(
            "comparison.points", number=signed(row["difference"], min(row["before"]["base"], row["now"]["base"]), reader)
        )
        return f"{reader.word('verdict.' + row['verdict'])} ({points})", row["verdict"]
    if row is not None and "break" in row:
        return f"{reader.word('history.gap')}: {break_reasons(row['break'], reader)}", "gap"
    return reader.word("history.start") if first else reader.word("page.comparison_none"), "none"


def _marks(series: Sequence[Past], key: Key, reader: Language) -> Iterator[Mark]:
    for place, past in enumerate(series):
        cell = past.figures.get(key)
        joined = place > 0 and "verdict" in past.changes.get(key, {})
        text = sentences.figure(cell, reader) if cell else ""
        yield Mark(_year(past, series), cell if isinstance(cell, Shown) else None, text, joined)


def _year(past: Past, series: Sequence[Past]) -> str:
    """The year of a survey; with the month where another one of the series ended in the same year."""
    same = sum(other.last_day.year == past.last_day.year for other in series) > 1
    return f"{past.last_day:%m/%Y}" if same else str(past.last_day.year)


def _period(past: Past, reader: Language) -> str:
    first, last = (reader.date(day) for day in (past.first_day, past.last_day))
    return first if first == last else reader.word("format.days", first=first, last=last)
