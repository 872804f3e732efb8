"""What a body does after its results are out, played with made-up content: measures, themes of comments, a correction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from services.console.demo.remarks import coded
from shared import plan as plans
from shared.domain.comments import themes, unfit
from shared.domain.edition import Correction
from shared.domain.measure import Measure, Progress, Update, updated
from shared.domain.survey import Survey, Texts
from shared.plan.amend import amendments
from shared.store.audit import Author
from shared.store.comments import Comments
from shared.store.connection import Db
from shared.store.measures import Measures

Tell = Callable[[str], None]

REASON: Texts = {
    "vi": "Tình huống giả định: độ tin cậy của các khoảng đã ghi sai so với kế hoạch, nên chưa so sánh được với lần trước. "
    "Lần này nêu thêm việc sẽ làm và nội dung góp ý đã đọc.",
    "en": "A made-up case: the confidence of the intervals had been entered wrongly, so nothing was compared with before. "
    "This edition also tells what will be done, and the comments that were read.",
}

POST: Texts = {
    "vi": "Trả kết quả mọi thủ tục qua bưu chính (mô phỏng)",
    "en": "Results by post for every procedure (simulated)",
}
QUEUE: Texts = {"vi": "Thêm một quầy tiếp nhận vào buổi sáng (mô phỏng)", "en": "One more counter in the mornings (simulated)"}
SIGNS: Texts = {"vi": "Niêm yết lại thủ tục tại quầy (mô phỏng)", "en": "Put up the procedures at the counter anew (simulated)"}
OFFICE: Texts = {"vi": "Văn phòng Sở", "en": "Office of the department"}
DESK: Texts = {"vi": "Bộ phận một cửa", "en": "One-stop unit"}
DONE: Texts = {"vi": "Xong trước hạn (mô phỏng)", "en": "Done ahead of time (simulated)"}


def said(texts: Texts, survey: Survey) -> dict[str, str]:
    """The texts in the survey's languages; English for one that there is none in."""
    return {tag: texts.get(tag, texts["en"]) for tag in survey.languages}


def plan_measures(db: Db, author: Author, survey: Survey, tell: Tell) -> None:
    """Enter what is done after this survey, and how far that is which followed from the one before."""
    today, store = _today(survey), Measures(db, author)
    factor = next((factor.id for group in survey.groups for factor in group.questionnaire.factors), None)
    if survey.previous is not None and not store.of(survey.previous):
        signs = store.add(survey.previous, _measure(SIGNS, DESK, today, survey, days=30))
        store.update(survey.previous, signs.id, lambda before: updated(before, _done(survey), today))
        store.add(survey.previous, _measure(QUEUE, DESK, today, survey, days=60, progress=Progress.UNDER_WAY))
        tell(f"  2 measures that followed from {survey.previous} are carried on: one done, one under way")
    for what, who, days in ((POST, OFFICE, 180), (QUEUE, DESK, 60)):
        added = store.add(survey.id, _measure(what, who, today, survey, days=days, factor=factor))
        tell(f"  measure {added.id}, until {added.until}: {added.what[survey.language]}")


def _measure(what: Texts, who: Texts, today: date, survey: Survey, *, days: int, **more: Any) -> Measure:
    progress = more.pop("progress", Progress.PLANNED)
    return Measure("", said(what, survey), said(who, survey), today + timedelta(days), progress, today, **more)


def _done(survey: Survey) -> Update:
    return Update(progress=Progress.DONE, note=said(DONE, survey))


def _today(survey: Survey) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(survey.period.timezone)).date()


def clear_comments(db: Db, author: Author, survey: Survey, tell: Tell) -> None:
    """Take the simulated comments, redacted, and clear their themes in the place of a person who read them."""
    redacted = Comments(db).redacted(survey.id)
    rows = coded(redacted, survey.languages)
    problems = unfit(rows, redacted)
    found = themes(rows, survey)
    if problems or not found:
        return tell(f"  no comment can be published: {'; '.join(problems) or 'there is none'}")
    Comments(db, author).clear(survey.id, found, hashlib.sha256(repr(rows).encode()).hexdigest())
    marked = next((comment.text for comment in redacted if "[" in comment.text), None)
    tell(f"  {len(redacted)} comments, redacted ({marked or 'none held personal data'}), are coded by themes and cleared")
    return None


def correction(data: Mapping[str, Any], survey: Survey, asked_for: float) -> Correction:
    """A correction of the survey by its plan with the mistake of `with_mistake` mended; `data` is the plan with it, `asked_for`
    the confidence without it."""
    after = with_confidence(data, asked_for)
    return Correction(uuid4().hex, said(REASON, survey), "hailong demo", after, amendments(data, after))


def with_mistake(data: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with another confidence than it asks for: a mistake for the demonstration to correct."""
    return with_confidence(data, 0.9 if data["method"]["confidence"] != 0.9 else 0.95)


def with_confidence(data: Mapping[str, Any], confidence: float) -> dict[str, Any]:
    """The plan with other limits to all of its figures."""
    return plans.complete({**data, "method": {**data["method"], "confidence": confidence}})
