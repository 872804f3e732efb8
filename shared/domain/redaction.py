"""Taking personal data out of Vietnamese free text: telephone and identity numbers, file codes, addresses, names.

Rules look at the form of what is written, not at its meaning. They would rather take out too much than leave something in, and
they do not find everything: a person has to read what is left before anybody else may.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain import vietnamese_names as names


class Kind(StrEnum):
    """What was taken out; the value is the mark that stands in its place, in brackets."""

    EMAIL = "thư điện tử"
    LINK = "liên kết"
    PHONE = "điện thoại"
    IDENTITY = "giấy tờ tùy thân"
    FILE = "mã hồ sơ"
    NUMBER = "dãy số"
    ADDRESS = "địa chỉ"
    NAME = "tên người"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without what was found in it, and the kinds of what was found, in no order."""

    text: str
    found: tuple[Kind, ...]


def redact(text: str) -> Redacted:
    """`text` in NFC with a mark in place of each piece of personal data that is found. Redacting twice is redacting once."""
    left, found = _plain(text), []
    for kind, pattern, is_meant in _RULES:

        def mark(match: re.Match[str], kind: Kind = kind, is_meant: Check = is_meant) -> str:
            if not is_meant(match):
                return match.group()
            found.append(kind)
            return f"{match.groupdict().get('kept') or ''}[{kind.value}]"

        left = pattern.sub(mark, left)
    return Redacted(left, tuple(found))


def proper_names(text: str) -> tuple[str, ...]:
    """Words with capital letters within a sentence, in their order, each run once: names of places, offices, people, and what
    somebody wrote large. Which of them say who wrote, no rule can tell. A name that begins a sentence is not among them.

    Vietnamese writes names, and little else within a sentence, with capitals (Nghị định 30/2020/NĐ-CP, phụ lục II).
    """
    runs = (match.group().strip() for match in _PROPER.finditer(_plain(text)))
    return tuple(dict.fromkeys(runs))


def _plain(text: str) -> str:
    """NFC, digits of every script as 0–9, without characters that cannot be seen."""
    whole = unicodedata.normalize("NFC", text)
    seen = (character for character in whole if unicodedata.category(character) != "Cf")
    return "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in seen)


Check = Callable[[re.Match[str]], bool]


def _always(_: re.Match[str]) -> bool:
    return True


def _is_long_number(match: re.Match[str]) -> bool:
    """Nine digits or more, and no amount of money, span of years or date."""
    written = match.group().strip()
    digits = re.sub(r"\D", "", written)
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[. ]\d{3})+", written)
    currency = re.match(r"\s*(?:đ\b|đồng|vnđ|vnd|triệu|tỷ|tỉ)", match.string[match.end() :], re.IGNORECASE)
    return len(digits) >= 9 and not (grouped and (currency or digits.endswith("000")))


def _is_phone(match: re.Match[str]) -> bool:
    """A Vietnamese number: 0 or 84 and nine or ten digits."""
    digits = re.sub(r"\D", "", match.group())
    return bool(re.fullmatch(r"(?:0|84)[1-9]\d{8,9}", digits)) and _is_long_number(match)


def _is_identity(match: re.Match[str]) -> bool:
    """Nine digits (chứng minh nhân dân) or twelve (căn cước)."""
    return len(re.sub(r"\D", "", match.group())) in (9, 12) and _is_long_number(match)


def _is_no_institution(match: re.Match[str]) -> bool:
    """Whether capital words after a title or family name are a person's, not those of an office or a place."""
    words = re.findall(r"[\w/]+", match.string[match.start("name") :].casefold())[:2]
    return words[0] not in {*names.INSTITUTIONS, *names.TITLES, *names.KIN} and " ".join(words) not in names.NO_PEOPLE


def _any(words: Sequence[str]) -> str:
    """A pattern for one of `words`, longest first, whose blanks may be any."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


_UPPER = "".join(c for c in map(chr, range(0x41, 0x1EFA)) if c.isupper() and "LATIN" in unicodedata.name(c, ""))
_CAPITAL = rf"[{_UPPER}][^\W\d_]*"
_CAPITALS = rf"{_CAPITAL}(?:[ ]+{_CAPITAL}){{0,4}}"
_PROPER = re.compile(rf"(?<=[^\s.!?…:;\[\]\"“”(-])[ ]+(?:{_CAPITALS})")
_MORE = rf"(?:[ ]+{_CAPITAL}){{1,4}}"
_MIDDLE = _any(names.MIDDLES)
_SEPARATED = r"(?:[ .\-()]{0,2}\d)"
_NUMBER = rf"(?<![\w/.,])\+?\(?\d{_SEPARATED}{{8,18}}(?![\w/])"
_SPELLED = _any(("không", "một", "hai", "ba", "bốn", "tư", "năm", "sáu", "bảy", "bẩy", "tám", "chín"))
_CODE = r"(?=[\w./-]*\d{3})[A-Za-zĐđ0-9][\w./-]{3,}"
_WIDER = rf"(?:\s*,?\s*(?i:xã|phường|thị\s+trấn|huyện|quận|tp\.?|thành\s+phố|thị\s+xã|tỉnh)\s+(?:\d+|{_CAPITALS}))*"
_STREET = _any(("đường", "phố", "ngõ", "hẻm", "ngách", "kiệt", "ấp", "thôn", "xóm", "khu phố", "tổ dân phố", "buôn"))

_RULES: tuple[tuple[Kind, re.Pattern[str], Check], ...] = (
    (
        Kind.EMAIL,
        re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\]|\ba\s?còng\b)\s?[\w-]+(?:\s?(?:\.|\bchấm\b)\s?[\w-]+)+", re.IGNORECASE),
        _always,
    ),
    (
        Kind.LINK,
        re.compile(r"(?:https?://|www\.)\S+|\b(?:facebook|fb|zalo|tiktok|youtube)\.(?:com|me|vn)/\S+", re.IGNORECASE),
        _always,
    ),
    (
        Kind.FILE,  # the code of a file at a one-stop department: code of the office, date, number in sequence
        re.compile(r"\b(?:[A-Z]?\d{1,3}\.){1,5}[A-Z]?\d{1,3}\s?[-–]\s?\d{6}\s?[-–]\s?\d{3,6}\b", re.IGNORECASE),
        _always,
    ),
    (
        Kind.FILE,
        re.compile(
            r"(?P<kept>\b(?:mã|số)?\s*(?:hồ\s+sơ|biên\s+nhận|phiếu\s+hẹn|giấy\s+hẹn|giấy\s+phép|giấy\s+chứng\s+nhận|biên\s+lai|hóa\s+đơn|sổ\s+đỏ)"
            rf"\s*(?:có\s+)?(?:mã|số)?\s*(?:là)?\s*[:#]?\s*){_CODE}",
            re.IGNORECASE,
        ),
        _always,
    ),
    (
        Kind.IDENTITY,
        re.compile(
            r"(?P<kept>\b(?:cccd|cmnd|cmtnd|cmt|căn\s+cước(?:\s+công\s+dân)?|chứng\s+minh(?:\s+(?:nhân\s+dân|thư))?|hộ\s+chiếu|passport|bhxh|bhyt)"
            r"\s*(?:của\s+\w+)?\s*(?:số)?\s*(?:là)?\s*[:#]?\s*)[A-Z]{0,3}\d(?:[ .\-]?\d){5,14}(?!\w)",
            re.IGNORECASE,
        ),
        _always,
    ),
    (
        Kind.PHONE,
        re.compile(
            r"(?P<kept>\b(?:sđt|sdt|đt|dt|điện\s+thoại|di\s+động|phone|tel|zalo|viber|hotline|gọi|liên\s+hệ|số\s+máy)"
            r"\s*(?:số|là|theo|qua|cho\s+\w+)?\s*[.:]?\s*)\+?\(?\d(?:[ .\-()]{0,2}\d){5,13}(?![\w/])",
            re.IGNORECASE,
        ),
        _always,
    ),
    (Kind.PHONE, re.compile(_NUMBER), _is_phone),
    (Kind.IDENTITY, re.compile(_NUMBER), _is_identity),
    (Kind.NUMBER, re.compile(_NUMBER), _is_long_number),
    (Kind.PHONE, re.compile(rf"\b{_SPELLED}(?:[\s,.-]+{_SPELLED}){{6,}}\b", re.IGNORECASE), _always),
    (Kind.IDENTITY, re.compile(r"\b[A-Z]\d{7,8}\b"), _always),
    (Kind.NUMBER, re.compile(r"\b\d{2}\s?-?\s?[A-ZĐ]{1,2}\d?\s?[-–. ]\s?\d{3}\.?\d{1,2}\b"), _always),
    (
        Kind.NUMBER,
        re.compile(
            r"(?P<kept>\b(?:stk|số\s+tài\s+khoản|tài\s+khoản|mst|mã\s+số\s+thuế)\s*(?:số|là)?\s*[:#]?\s*)\d(?:[ .\-]?\d){5,18}",
            re.I,
        ),
        _always,
    ),
    (
        Kind.ADDRESS,
        re.compile(
            rf"(?i:\b(?:số\s+nhà|nhà\s+số|sn))\s*\d+\w*(?:/\d+\w*)*(?:\s*,?\s*(?i:{_STREET})?\s*{_CAPITALS})?{_WIDER}"
            rf"|\b(?:(?i:số)\s*)?\d+[A-Za-z]?(?:/\d+\w*)*\s*,?\s*(?i:{_STREET})\s+(?:(?i:số)\s*)?(?:\d+(?:/\d+)*|{_CAPITALS}){_WIDER}"
            rf"|\b\d+[A-Za-z]?(?:/\d+[A-Za-z]?)+\s+{_CAPITAL}(?:[ ]+{_CAPITAL}){{1,3}}{_WIDER}"
            rf"|(?i:\b{_STREET})\s+(?:(?i:số)\s*\d+\w*|\d+/\d+\w*|{_CAPITALS}){_WIDER}"
            rf"|(?i:\b(?:ngõ|hẻm|ngách|kiệt|ấp|thôn|xóm|khu\s+phố|tổ\s+dân\s+phố|tổ))\s+\d+\w*(?:/\d+\w*)*(?!\s*(?i:cửa|người|lần|ngày)){_WIDER}"
        ),
        _always,
    ),
    (
        Kind.NAME,
        re.compile(
            rf"(?<!\w)(?i:{_any(names.FAMILIES + names.BARE_FAMILIES)}\s+{_MIDDLE}\s+[^\W\d_]+)(?:\s+{_CAPITAL}){{0,2}}(?!\w)"
        ),
        _always,
    ),
    (
        Kind.NAME,
        re.compile(rf"(?P<kept>(?<!\w)(?i:{_any(names.KIN + names.TITLES)})[ ]+)(?P<name>{_CAPITALS})"),
        _is_no_institution,
    ),
    (
        Kind.NAME,
        re.compile(rf"(?<!\w)(?P<name>{_any([*map(str.capitalize, names.FAMILIES), *map(str.upper, names.FAMILIES)])}{_MORE})"),
        _is_no_institution,
    ),
    (
        Kind.NAME,
        re.compile(rf"(?P<kept>(?<!\w){_any(names.KIN)}[ ]+){_any(names.GIVEN)}(?!\w)", re.IGNORECASE),
        _always,
    ),
)
"""What is looked for, in this order. A group `kept` of a pattern stays; the check says whether a match is meant."""
