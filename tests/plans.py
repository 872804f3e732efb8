"""Plans for tests: small ones made from a handful of words, and real ones moved to now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared import plan

SURVEYS = Path(__file__).parents[1] / "deploy" / "surveys"
ZONE = "Asia/Ho_Chi_Minh"


def texts(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def period(opens: float, closes: float, grace: float) -> dict[str, str]:
    """From `opens` to `closes` seconds from now, with `grace` seconds for late ballots."""
    now = datetime.now(UTC).astimezone(ZoneInfo(ZONE))
    moments = {"opens_at": opens, "closes_at": closes, "late_until": closes + grace}
    return {"timezone": ZONE} | {name: (now + timedelta(seconds=s)).isoformat() for name, s in moments.items()}


def stratum(id_: str, **more: object) -> dict[str, Any]:
    return {"id": id_, "title": texts(f"Lĩnh vực {id_}", f"Stratum {id_}"), **more}


def small(
    survey_id: str,
    *strata: Mapping[str, Any],
    opens: float = -60.0,
    closes: float = 3_600.0,
    grace: float = 60.0,
    **changes: object,
) -> dict[str, Any]:
    """A plan with one group, two factors, three criteria on five levels, a filter, a choice of several, and a comment."""
    levels = [{"value": v, "text": texts(f"Mức {v}", f"Level {v}"), "satisfied": v >= 4} for v in range(1, 6)]
    return plan.complete(
        {
            "survey": survey_id,
            "languages": ["vi", "en"],
            "title": texts("Khảo sát thử", "A trial survey"),
            "purpose": texts("Phục vụ tốt hơn", "Better service"),
            "notice": texts("Phiếu này không ghi tên", "This form does not record your name"),
            "body": {"name": texts("Sở Thử nghiệm", "Trial department"), "place": texts("Huế", "Hue"), "sign": "STN"},
            "period": period(opens, closes, grace),
            "scales": [{"id": "five", "levels": levels, "no_opinion": texts("Không có ý kiến", "No opinion")}],
            "factors": [
                {"id": "F1", "title": texts("Tiếp cận", "Access")},
                {"id": "F2", "title": texts("Nhân viên", "Staff")},
            ],
            "questionnaires": [questionnaire()],
            "groups": [
                {
                    "id": "people",
                    "title": texts("Người dân", "People"),
                    "questionnaire": "visit",
                    "strata": [dict(s) for s in strata] or [stratum("desk"), stratum("online")],
                }
            ],
            **changes,
        }
    )


def questionnaire() -> dict[str, Any]:
    yes_no = [{"id": "yes", "text": texts("Có", "Yes")}, {"id": "no", "text": texts("Không", "No")}]
    wishes = [{"id": w, "text": texts(w, w)} for w in ("faster", "kinder", "nearer", "other")]
    return {
        "id": "visit",
        "version": 1,
        "title": texts("Phiếu khảo sát", "Questionnaire"),
        "stem": texts("Hài lòng đến mức nào về", "How satisfied are you with"),
        "scale": "five",
        "filters": [{"id": "asked", "text": texts("Có hỏi không", "Did you ask"), "choices": yes_no}],
        "factors": [
            {"factor": "F1", "criteria": [criterion("C1"), criterion("C2")]},
            {"factor": "F2", "criteria": [criterion("C3", applies_if={"question": "asked", "is": ["yes"]})]},
        ],
        "overall": criterion("Q"),
        "expectation": [{"id": "wish", "text": texts("Mong đợi", "Wishes"), "at_most": 2, "choices": wishes}],
        "comment": texts("Góp ý", "Comment"),
    }


def criterion(id_: str, **more: object) -> dict[str, Any]:
    return {"id": id_, "wording": f"{id_.lower()}-visit-1", "text": texts(f"Tiêu chí {id_}", f"Criterion {id_}"), **more}


def real(file: str, survey_id: str, closes: float, grace: float = 1.0) -> dict[str, Any]:
    """A plan of `deploy/surveys` that opens now and closes in `closes` seconds, otherwise as it stands."""
    data, _ = plan.load(SURVEYS / file)
    kept = {name: value for name, value in data.items() if name != "release_at"}
    return {**kept, "survey": survey_id, "simulated": True, "period": period(-1, closes, grace)}
