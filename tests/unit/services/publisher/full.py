"""An edition with everything that results can hold, and the site over it as it is published: all files made and stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from services.publisher.bundle import media_type, page_files
from services.publisher.data import Imprint, data_files
from shared.domain.survey import State, Survey
from shared.store.editions import Edition, File
from shared.store.surveys import Record
from tests.unit.services.publisher.example import bentre, edition_of
from tests.unit.services.publisher.memory import FILE, OUT, SEALED, InMemory, Stored
from tests.unit.services.publisher.rendering.test_comparing import BEFORE, ROWS
from tests.unit.services.publisher.rendering.test_composite import POOLED

IMPRINT = Imprint("https://survey.example")
STORED = {"register.txt": FILE}
QUALITY = {
    "ballots": 60,
    "straight_lines": {"at_most": 4},
    "alpha": {"F1": 0.74, "F2": 0.79, "F3": None, "F4": 0.55, "F5": 0.77},
    "many_without_opinion": [],
    "importance": {"F1": 0.128, "F2": 0.246, "F3": 0.154, "F4": 0.16, "F5": 0.312},
    "r_squared": 0.6,
    "importance_ballots": 56,
    "quadrants": {"F1": "possible-overkill", "F2": "concentrate-here", "F3": "low-priority", "F4": "keep-up", "F5": "keep-up"},
    "missing": {"alpha": {"F3": "no-variation"}, "importance": None},
}


def full(survey: Survey | None = None, **changes: Any) -> dict[str, Any]:
    """The edition in the API's form."""
    survey = survey or bentre()
    register = {"root": SEALED.root.hex(), "ballots": SEALED.size}
    beside = {"comparison": ROWS, "compared_with": BEFORE, "pooled": POOLED, "register": register, "warnings": []}
    document = edition_of(survey, **{**beside, **changes})
    groups = [{**group, "quality": QUALITY} if group["id"] == "applicants" else group for group in document["groups"]]
    return {**document, "groups": groups}


@cache
def files() -> Mapping[str, bytes]:
    """The files of `full`, the documents for print left out."""
    made = data_files(full(), bentre(), STORED, IMPRINT)
    return made | page_files(full(), bentre(), (*made, *STORED), IMPRINT)


class Shelf(Stored):
    """The editions of `InMemory` with the contents of their files."""

    def document(self, edition: Edition, name: str) -> tuple[bytes, File]:
        if edition.survey == OUT and name in files():
            self.memory.documents_read += 1
            return files()[name], edition.documents[name]
        return super().document(edition, name)


def shelved() -> InMemory:
    """A memory in which `OUT` was published once, with all its files."""
    memory = InMemory()
    documents = {name: File(sha256(content).hexdigest(), len(content), media_type(name)) for name, content in files().items()}
    published = datetime.fromisoformat(full()["published_at"])
    memory.editions[OUT, 1] = Edition(OUT, 1, published, full(), {**documents, **STORED})
    memory.editions.pop((OUT, 2))
    memory.records[OUT] = Record(replace(bentre(), id=OUT), State.PUBLISHED, 1, memory.records[OUT].sealing, None, None, 1)
    return memory
