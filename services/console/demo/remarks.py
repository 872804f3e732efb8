"""Simulated answers to the open question, some with personal data in them, and the themes that a person would find."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from services.console.simulation import SimulatedBallot
from shared.domain.comments import Coded, Comment, normal
from shared.domain.redaction import redact
from shared.domain.survey import Survey

SHARE = 0.6
"""Of the ballots whose questionnaire has an open question."""

Names = Mapping[str, str]

WAITING: Names = {"vi": "Thời gian chờ", "en": "Waiting time"}
POST: Names = {"vi": "Trả kết quả qua bưu chính", "en": "Results by post"}
STAFF: Names = {"vi": "Thái độ của công chức", "en": "Attitude of officials"}
PORTAL: Names = {"vi": "Dịch vụ công trực tuyến", "en": "Online services"}

REMARKS: tuple[tuple[str, Names, int], ...] = (
    ("Chờ lâu quá, phải đi lại ba lần mới xong", WAITING, 5),
    ("Tôi tên Nguyễn Văn An, số 0912 345 678, hồ sơ trễ hẹn hai ngày mà không ai báo", WAITING, 3),
    ("Nhà ở xa, nên cho nhận kết quả qua bưu điện", POST, 4),
    ("Chị Lan ở quầy số 3 hướng dẫn rất tận tình", STAFF, 3),
    ("Công chức niềm nở, giải thích dễ hiểu", STAFF, 3),
    ("Cổng dịch vụ công hay bị lỗi khi tải tệp lên", PORTAL, 1),
)
"""What is written, the theme that it is about, and how often it is written beside the others."""

CLEARED = "Nhà ở xa, nên cho nhận kết quả qua bưu điện"
"""What may be published word by word."""


def with_remarks(ballots: Iterable[SimulatedBallot], survey: Survey, seed: int) -> Iterator[SimulatedBallot]:
    """The ballots, some of them with an answer to the open question where there is one."""
    chance = random.Random(f"remarks {seed}")  # noqa: S311 - a simulation has to be repeatable
    texts, weights = [text for text, _, _ in REMARKS], [weight for _, _, weight in REMARKS]
    for ballot in ballots:
        group, _ = survey.strata[ballot.body["stratum"]]
        written = chance.random() < SHARE and group.questionnaire.comment is not None
        yield replace(ballot, body={**ballot.body, "comment": chance.choices(texts, weights)[0]}) if written else ballot


def coded(comments: Iterable[Comment], languages: Iterable[str]) -> list[Coded]:
    """The redacted comments as a person would code them; each text is cleared for publication once a group, if at all."""
    tags = tuple(languages)
    themes = {normal(redact(text).text): tuple(names.get(tag, names["en"]) for tag in tags) for text, names, _ in REMARKS}
    cleared: set[str] = set()
    rows = []
    for line, comment in enumerate(comments, 2):
        theme = themes.get(normal(comment.text))
        if theme is None:
            continue
        publish = CLEARED if normal(comment.text) == CLEARED and comment.group not in cleared else None
        cleared |= {comment.group} if publish else set()
        rows.append(Coded(line, comment, (theme,), publish))
    return rows
