"""What is said about a figure: the figure itself, how sure it is, and why it is missing. Used by page and notice alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.publisher.rendering.language import Language
from shared.domain.results import Bounded, Cell, Shown, Suppressed
from shared.domain.survey import Survey

WIDE = 20.0
"""An interval of this many percentage points or more is called wide."""


def figure(cell: Cell, language: Language) -> str:
    """The figure as it stands in a table: "88,7%", "từ 90% trở lên", "không công bố"."""
    if isinstance(cell, Shown):
        return language.percent(cell.index, cell.base)
    if isinstance(cell, Bounded):
        if cell.at_least is not None:
            return language.word("figure.at_least", number=language.whole_percent(cell.at_least))
        return language.word("figure.at_most", number=language.whole_percent(cell.at_most or 0.0))
    return language.word("figure.suppressed")


def limits(cell: Cell, language: Language) -> str:
    """What stands beside the figure for its doubt: an interval, "all answered", or a dash."""
    if not isinstance(cell, Shown):
        return language.word("figure.absent")
    if cell.kind == "census":
        return language.word("figure.census")
    key = "figure.bounds" if cell.kind == "bounds" else "figure.from_to"
    return language.word(key, low=language.percent(cell.low, cell.base), high=language.percent(cell.high, cell.base))


def doubt(cell: Cell, language: Language, confidence: float) -> str:
    """How sure the figure is, in a sentence or two that anyone can read. `confidence` is a share, as 0.95."""
    if isinstance(cell, Suppressed):
        return language.word("doubt.suppressed", reason=reason(cell.reason, language))
    if isinstance(cell, Bounded):
        return language.word("doubt.bounded")
    if cell.kind == "census":
        return language.word("doubt.census", number=language.number(cell.base))
    low, high = language.percent(cell.low, cell.base), language.percent(cell.high, cell.base)
    if cell.kind == "bounds":
        return language.word("doubt.bounds", low=low, high=high)
    said = language.word("doubt.interval", low=low, high=high, confidence=language.whole_percent(100 * confidence))
    return f"{said} {language.word('doubt.wide')}" if cell.high - cell.low >= WIDE else said


def reason(code: str, language: Language) -> str:
    """Why a figure is not shown, in words; a code that has none yet gets the general ones."""
    return language.word_or(f"reason.{code}", language.word("reason.other"))


def period(opens_at: datetime, closes_at: datetime, survey: Survey, language: Language) -> str:
    """From which day to which day answers were collected, in the plan's time zone; `closes_at` itself is not in it."""
    zone = ZoneInfo(survey.period.timezone)
    first = language.date(opens_at.astimezone(zone))
    last = language.date((closes_at - timedelta(microseconds=1)).astimezone(zone))
    if first == last:
        return language.word("site.period_day", first=first)
    return language.word("site.period", first=first, last=last)


def day(moment: datetime, survey: Survey, language: Language) -> str:
    """The date of a moment in the plan's time zone."""
    return language.date(moment.astimezone(ZoneInfo(survey.period.timezone)))
