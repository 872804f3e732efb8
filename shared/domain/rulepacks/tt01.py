"""Circular 01/2018/TT-VPCP, articles 13 to 15: how the handling of administrative files is rated by nine indicators.

Each indicator has 0, 1 or 2 points. Indicators 1, 2, 3, 4, 6 and 7 are given to each file and averaged; 5, 8 and 9 to the unit,
and 6 may be given to either. Scores have one decimal, rounded half up; totals are sums of scores and need no rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from shared.domain.rulepacks.pack import RulePack, Verified, one_decimal
from shared.domain.survey import Texts

PACK = RulePack(
    id="tt01-2018",
    title={
        "vi": "Đánh giá việc giải quyết thủ tục hành chính theo Thông tư 01/2018/TT-VPCP",
        "en": "Rating of the handling of administrative procedures by Circular 01/2018/TT-VPCP",
    },
    valid_from=date(2018, 11, 23),
    valid_to=date(2025, 6, 30),
    verified=Verified.NO,
    source="Circular 01/2018/TT-VPCP of 23 November 2018, articles 13, 14 and 15, read in an unofficial copy",
    doubts=(
        "valid_from is the day of issue; the day on which it came into force was not checked",
        "valid_to is the day before Decree 118/2025/NĐ-CP came into force; whether the circular ended with it was not checked",
        "article 13 does not say what indicator 9 has where 30 % or more of files are online but under 20 % of procedures; "
        "1 point is given",
        "article 15 does not count an indicator without enough information and gives no classes for fewer than nine; the class "
        "is left open then",
    ),
)

BY_FILE = (1, 2, 3, 4, 6, 7)
BY_UNIT = (5, 6, 8, 9)
STAFF = (1, 2, 3, 4, 7)
ALL = tuple(range(1, 10))

INDICATORS: Mapping[int, Texts] = MappingProxyType(
    {
        1: {"vi": "Thời gian giải quyết so với quy định", "en": "Time of handling against the limit"},
        2: {"vi": "Thời gian của từng cơ quan, đơn vị", "en": "Time of each unit against its limit"},
        3: {"vi": "Số lần phải liên hệ để hoàn thiện hồ sơ", "en": "Contacts needed to complete the file"},
        4: {"vi": "Số cơ quan phải liên hệ", "en": "Offices that had to be contacted"},
        5: {"vi": "Thực hiện cơ chế một cửa", "en": "Organisation of the one-stop unit"},
        6: {"vi": "Công khai thủ tục hành chính", "en": "Publication of procedures"},
        7: {"vi": "Thái độ của công chức", "en": "Attitude of officials"},
        8: {"vi": "Tiếp thu, giải trình phản ánh, kiến nghị", "en": "Handling of complaints and proposals"},
        9: {"vi": "Dịch vụ công trực tuyến", "en": "Online services"},
    }
)


class Level(StrEnum):
    """The level of the administration, for indicator 5."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


APPROVED_THERE = {Level.PROVINCE: 20, Level.DISTRICT: 50, Level.COMMUNE: 100}
"""Percent of procedures that have to be handled at the one-stop unit through approval for 2 points."""


@dataclass(frozen=True, slots=True)
class Files:
    """How many files got 0, 1 and 2 points in an indicator."""

    none: int
    one: int
    two: int

    @property
    def total(self) -> int:
        return self.none + self.one + self.two


@dataclass(frozen=True, slots=True)
class Rating:
    """`scores` by indicator, None where there is not enough information; totals and classes are None unless all scores of
    theirs are there."""

    scores: Mapping[int, Decimal | None]
    staff_total: Decimal | None
    staff_class: str | None
    agency_total: Decimal | None
    agency_class: str | None


def rate(files: Mapping[int, Files], points: Mapping[int, int]) -> Rating:
    """The rating from the files' points and the unit's points, by indicator. An indicator may be in one of the two."""
    scores = {number: _score(files.get(number), points.get(number)) for number in ALL}
    staff, agency = _total(scores, STAFF), _total(scores, ALL)
    return Rating(
        scores,
        staff,
        None if staff is None else staff_class(staff),
        agency,
        None if agency is None else agency_class(agency),
    )


def _score(files: Files | None, points: int | None) -> Decimal | None:
    if files is not None and files.total:
        return one_decimal(Decimal(files.one + 2 * files.two) / files.total)
    return None if points is None else one_decimal(Decimal(points))


def _total(scores: Mapping[int, Decimal | None], numbers: tuple[int, ...]) -> Decimal | None:
    found = [score for number in numbers if (score := scores[number]) is not None]
    return sum(found, Decimal(0)) if len(found) == len(numbers) else None


def staff_class(total: Decimal) -> str:
    """How far the task is fulfilled, from the sum of indicators 1, 2, 3, 4 and 7 (at most 10)."""
    if total >= 5:
        return "full"
    return "most" if total >= Decimal("3.5") else "under-70"


def agency_class(total: Decimal) -> str:
    """The agency's class, from the sum of all nine indicators (at most 18)."""
    for limit, name in ((15, "excellent"), (12, "good"), (9, "fair"), (6, "average")):
        if total >= limit:
            return name
    return "weak"


def one_stop(level: Level, procedures: int, approved: int, received: int) -> int:
    """Indicator 5: of `procedures`, how many are handled at the one-stop unit through approval, and how many are at least
    received and returned there."""
    if 100 * approved >= APPROVED_THERE[level] * procedures:
        return 2
    return 1 if received >= procedures else 0


def publication(*, posted: bool, electronic: bool, sound: bool) -> int:
    """Indicator 6: posted at the office, published electronically, and accurate, full and in time in either."""
    return int(posted) + int(electronic) if sound else 0


def complaints(received: int, on_time: int, *, dragging: bool) -> int:
    """Indicator 8: complaints received, and handled on time; `dragging` where one was put off without end."""
    if dragging:
        return 0
    if on_time >= received:
        return 2
    return 1 if 100 * on_time >= 90 * received else 0


@dataclass(frozen=True, slots=True)
class Online:
    """For indicator 9: procedures, of them with online service of level 3 or 4; files, of them online, and of these late."""

    procedures: int
    procedures_online: int
    files: int
    files_online: int
    late: int


def online(found: Online) -> int:
    """Indicator 9."""
    share = 100 * found.files_online
    if found.late or share < 15 * found.files:
        return 0
    return 2 if share >= 30 * found.files and 100 * found.procedures_online >= 20 * found.procedures else 1
