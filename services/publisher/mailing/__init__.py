"""The mail that tells that an edition is out: in Vietnamese, and in English below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.language import Language, catalogues, reading

LANGUAGES = ("vi", "en")


def letter(told: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text for what `shared.domain.announcement.message` tells."""
    readers = [reading(Language, catalogues(__name__), tag) for tag in LANGUAGES]
    return _subject(told, readers[0]), "\n\n---\n\n".join(_text(told, reader) for reader in readers) + "\n"


def _subject(told: Mapping[str, Any], reader: Language) -> str:
    key = "mail.subject" if told["type"] == "edition.published" else "mail.subject_corrected"
    subject = reader.word(key, title=" ".join(reader.pick(told["data"]["title"]).split()))
    return reader.word("mail.simulated", subject=subject) if told["data"]["simulated"] else subject


def _text(told: Mapping[str, Any], reader: Language) -> str:
    data = told["data"]
    lines = [reader.word("mail.out", title=reader.pick(data["title"]), edition=data["edition"])]
    if data["replaces"] is not None:
        lines.append(reader.word("mail.replaces", edition=data["replaces"], reason=reader.pick(data["reason"])))
    lines.append(reader.word("mail.page", address=data["page"]))
    lines.append(reader.word("mail.digest", digest=data["digest"]))
    return "\n\n".join(lines)
