"""What the body will do about the results (nội dung cải thiện), as documents tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.publisher.rendering.documents.words import uncapitalised
from services.publisher.rendering.language import Language
from shared.domain.survey import Texts


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: what is done, by whom, until which day; `state` in words, empty where it is not said."""

    what: Texts
    who: Texts
    until: date
    state: Texts | None = None


def in_words(measures: Sequence[Measure], reader: Language) -> Iterable[str]:
    """A sentence for each measure, without its mark and full stop."""
    for measure in measures:
        values = {
            "what": uncapitalised(reader.pick(measure.what)),
            "who": reader.pick(measure.who),
            "until": reader.date(measure.until),
        }
        if measure.state is None:
            yield reader.word("notice.measure_plain", **values)
        else:
            yield reader.word("notice.measure", state=uncapitalised(reader.pick(measure.state)), **values)
