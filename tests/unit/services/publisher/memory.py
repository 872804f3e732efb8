"""What the site reads, in memory: a survey in every state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256

from shared.domain.ballot import receipt
from shared.domain.register import BLOCK, Directory, directory
from shared.domain.survey import State
from shared.store.editions import Edition, File, UnknownEdition
from shared.store.plan_notices import PlanNotice
from shared.store.registers import StoredRegister
from shared.store.surveys import Record, UnknownSurvey
from tests.unit.services.publisher.example import bentre, edition_of

PDF, PLAN = b"%PDF-1.7 a notice", b"%PDF-1.7 a notice of a plan"
OUT, OPEN, DRAFT, AHEAD = "sct-bentre-2022", "dang-lay-y-kien", "ban-nhap", "sap-cong-bo"

RECEIPTS = sorted(receipt(sha256(str(number).encode()).digest()) for number in range(600))
"""The receipts of every register here: more than two blocks of them."""

SEALED = directory(RECEIPTS)
FILE = File("of the register", 15_000, "text/plain; charset=utf-8")


def record(survey_id: str, state: State, editions: int) -> Record:
    sealing = {"directory": asdict(File("of the directory", 176, "application/octet-stream"))}
    return Record(replace(bentre(), id=survey_id), state, 1, sealing if editions else None, None, None, editions)


def edition(survey_id: str, number: int) -> Edition:
    register = {"root": SEALED.root.hex(), "ballots": SEALED.size}
    results = edition_of(replace(bentre(), id=survey_id), edition=number, register=register)
    file = File(sha256(PDF).hexdigest(), len(PDF), "application/pdf")
    return Edition(
        survey_id, number, datetime(2022, 11, 10, 2, tzinfo=UTC), results, {"notice.pdf": file, "register.txt": FILE}
    )


class InMemory:
    """Surveys in every state. `sap-cong-bo` is sealed, and its edition already stored."""

    def __init__(self) -> None:
        records = (record(OUT, State.PUBLISHED, 2), record(OPEN, State.OPEN, 0), record(DRAFT, State.DRAFT, 0))
        self.records = {each.survey.id: each for each in (*records, record(AHEAD, State.SEALED, 0))}
        self.editions = {(name, n): edition(name, n) for name, n in ((OUT, 1), (OUT, 2), (AHEAD, 1))}
        self.documents_read = 0

    def get(self, survey_id: str) -> Record:
        if survey_id not in self.records:
            raise UnknownSurvey(survey_id)
        return self.records[survey_id]

    def all(self) -> list[Record]:
        return list(self.records.values())


class Stored:
    """The editions of `InMemory`."""

    def __init__(self, memory: InMemory) -> None:
        self.memory = memory

    def get(self, survey_id: str, number: int) -> Edition:
        if (survey_id, number) not in self.memory.editions:
            raise UnknownEdition(f"{survey_id}/{number}")
        return self.memory.editions[survey_id, number]

    def document(self, edition: Edition, name: str) -> tuple[bytes, File]:
        self.memory.documents_read += 1
        return PDF, edition.documents[name]


class Noticed:
    """A notice that the survey is held for every survey of `InMemory`, the draft too."""

    def __init__(self, memory: InMemory) -> None:
        self.memory = memory

    def get(self, survey_id: str) -> PlanNotice | None:
        if survey_id not in self.memory.records:
            return None
        documents = {name: File(sha256(PLAN).hexdigest(), len(PLAN), "application/pdf") for name in ("plan.pdf", "plan.en.pdf")}
        return PlanNotice(survey_id, 1, datetime(2022, 7, 1, 2, tzinfo=UTC), documents)

    def content(self, _: File) -> bytes:
        self.memory.documents_read += 1
        return PLAN


class InBlocks:
    """The register of `InMemory`. What was read of it is counted."""

    def __init__(self, receipts: Sequence[str] = RECEIPTS, sealed: Directory = SEALED) -> None:
        self.receipts = receipts
        self.sealed = sealed
        self.blocks_read = 0

    def directory(self, _: StoredRegister) -> Directory:
        return self.sealed

    def block(self, _: StoredRegister, number: int) -> Sequence[str]:
        self.blocks_read += 1
        return self.receipts[number * BLOCK :][:BLOCK]
