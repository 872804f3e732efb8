"""The pages of the form as HTML: choosing a stratum, the form itself at one of its steps, the receipt, and messages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import segno
from markupsafe import Markup

from services.collector.web.draft import TRAP, Draft, mistakes
from services.collector.web.language import language
from services.collector.web.steps import Item, Step, applies, steps_of
from services.collector.web.templating import render
from shared.domain.ballot import COMMENT_LIMIT
from shared.domain.survey import Admission, Group, Stratum, Survey
from shared.language import SITE_LANGUAGES, Language, chosen


@dataclass(frozen=True)
class Asked:
    """Who is asked what in which language: all that a page of the form depends on besides the answers."""

    survey: Survey
    stratum: Stratum
    reader: Language
    path: str

    @property
    def group(self) -> Group:
        return self.survey.strata[self.stratum.id][0]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return steps_of(self.group.questionnaire)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        return {item.id: item for step in self.steps for item in step.items}

    @property
    def last(self) -> int:
        """The number of the summary. The notice is 0, the questions are on 1 and what follows."""
        return len(self.steps) + 1

    def step_of(self, item_id: str) -> int:
        """The number of the page that holds the item; that of the notice where none does."""
        return next((n for n, step in enumerate(self.steps, 1) if item_id in {i.id for i in step.items}), 0)

    def beside(self, at: int, by: int, draft: Draft) -> int:
        """The next page in direction `by` that has something to ask."""
        at = min(max(at + by, 0), self.last)
        while 0 < at < self.last and not any(applies(item, draft.answers) for item in self.steps[at - 1].items):
            at += by
        return at


def reader_of(survey: Survey, asked: str | None) -> Language:
    """The language a page of the survey is read in."""
    return language(chosen(asked, survey.languages), survey.languages)


def form_page(
    asked: Asked,
    draft: Draft,
    at: int,
    errors: Mapping[str, str] | None = None,
    *,
    lost: bool = False,
    news: str = "",
) -> str:
    """The form, with page `at` open and the answers carried in the others. `news` is the key of words to say above it.

    `errors` maps an item (or `invitation`, `trap`) to the key of what is wrong. `lost` shows only that the ballot may not have
    arrived, and the button that sends it again.
    """
    survey = asked.survey
    said = {key: asked.reader.word(word, number=_limit(asked, key)) for key, word in (errors or {}).items()}
    return render(
        "form.html",
        asked.reader,
        () if lost else survey.languages,
        survey=survey,
        asked=asked,
        draft=draft,
        at=at,
        errors=said,
        lost=lost,
        several=len(survey.strata) > 1,
        invited=asked.stratum.admission is Admission.INVITED,
        minutes=survey.places.minutes if asked.stratum.reserves else 0,
        news=news,
        closes=asked.reader.moment(survey.period.closes_at, survey.period.timezone),
        trap=TRAP,
        comment_limit=COMMENT_LIMIT,
    )


def all_mistakes(asked: Asked, draft: Draft) -> dict[str, str]:
    """What is wrong on any page."""
    return mistakes(draft, tuple(asked.items.values()))


def strata_page(survey: Survey, reader: Language, path: str) -> str:
    """The strata to choose from, by group."""
    return render("strata.html", reader, survey.languages, survey=survey, path=path)


def receipt_page(asked: Asked, code: str, *, counted: bool) -> str:
    """The receipt of an accepted ballot. It is made of the answer alone and holds nothing that was answered."""
    values: dict[str, Any] = {"survey": asked.survey, "path": asked.path, "code": code, "counted": counted}
    return render("receipt.html", asked.reader, (), qr=qr(f"{asked.survey.id} {code}"), **values)


def survey_message(survey: Survey, reader: Language, name: str, *, home: str = "", wipe: bool = False) -> str:
    """A page of the survey that says one thing: `name` is a table entry `message.<name>_title` and `message.<name>`.

    `home` is the address to go on to, if there is one. With `wipe` the draft on the person's device is deleted.
    """
    period = survey.period
    times = {
        "opens": reader.moment(period.opens_at, period.timezone),
        "closes": reader.moment(period.closes_at, period.timezone),
    }
    return render(
        "message.html",
        reader,
        survey.languages if not wipe else (),
        survey=survey,
        title=reader.word(f"message.{name}_title"),
        text=reader.word(f"message.{name}", **times),
        home=home,
        wipe=wipe,
    )


def message(name: str, asked: str | None, *, home: str = "") -> str:
    """A page that belongs to no survey we know."""
    reader = language(chosen(asked, SITE_LANGUAGES))
    title, text = reader.word(f"message.{name}_title"), reader.word(f"message.{name}")
    return render("message.html", reader, SITE_LANGUAGES, survey=None, title=title, text=text, home=home, wipe=False)


def qr(text: str) -> Markup:
    """A QR code as inline SVG that scales with its box."""
    drawing = io.BytesIO()
    segno.make_qr(text, error="m").save(
        drawing, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2, svgclass="qr", lineclass=None
    )
    return Markup(drawing.getvalue().decode())  # noqa: S704 -- drawn here, from a code of letters and digits


def _limit(asked: Asked, key: str) -> int:
    item = asked.items.get(key)
    return item.at_most if item is not None and item.options else COMMENT_LIMIT
