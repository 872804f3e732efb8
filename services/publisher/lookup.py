"""Looking a receipt up in the published register. What cannot be proved by the published root is not said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.publisher.published import REGISTER, Published
from shared.domain.register import DamagedRegister, Directory, includes, read_receipt
from shared.store.editions import Edition, File
from shared.store.registers import StoredRegister

TREE = "RFC 9162, section 2.1: SHA-256 over the sorted receipts"


class Registers(Protocol):
    """Where registers are read; `shared.store.registers.Registers` is one."""

    def directory(self, stored: StoredRegister) -> Directory: ...

    def block(self, stored: StoredRegister, number: int) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """The register of a survey as its latest edition publishes it."""

    survey: str
    edition: int
    size: int
    root: str

    def to_json(self) -> dict[str, Any]:
        return {"survey": self.survey, "edition": self.edition, "tree": TREE, "size": self.size, "root": self.root}


@dataclass(frozen=True, slots=True)
class Found:
    """What the register says to one receipt. `index` and `proof` are None where it does not have it."""

    register: Sealed
    receipt: str
    index: int | None
    proof: tuple[str, ...] | None

    @property
    def included(self) -> bool:
        return self.index is not None

    def to_json(self) -> dict[str, Any]:
        answer = {**self.register.to_json(), "receipt": self.receipt, "included": self.included}
        return answer | ({"index": self.index, "proof": list(self.proof)} if self.proof is not None else {})


class Lookup:
    """Reads registers of what is published, and nothing else."""

    def __init__(self, published: Published, registers: Registers) -> None:
        self._published = published
        self._registers = registers

    def register(self, survey_id: str) -> Sealed:
        """The survey's register. Raises UnknownSurvey, NotPublished, StoreUnavailable."""
        return _sealed(self._published.latest(survey_id))

    def find(self, survey_id: str, text: str) -> Found:
        """The receipt that `text` means, looked for in the survey's register, its proof checked.

        Raises NotAReceipt, UnknownSurvey, NotPublished, DamagedRegister, StoreUnavailable.
        """
        sealed, stored = self.register(survey_id), self._stored(survey_id)
        receipt = read_receipt(text)
        directory = self._registers.directory(stored)
        if (directory.root.hex(), directory.size) != (sealed.root, sealed.size):
            raise DamagedRegister(f"the stored register of {survey_id} does not have the published root")
        number = directory.block_of(receipt)
        found = None if number is None else directory.look_up(receipt, number, self._registers.block(stored, number))
        if found is None:
            return Found(sealed, receipt, None, None)
        index, proof = found
        if not includes(receipt, index, sealed.size, proof, bytes.fromhex(sealed.root)):
            raise DamagedRegister(f"a proof of {survey_id} does not lead to the published root")
        return Found(sealed, receipt, index, tuple(each.hex() for each in proof))

    def _stored(self, survey_id: str) -> StoredRegister:
        edition, sealing = self._published.latest(survey_id), self._published.survey(survey_id).sealing
        if sealing is None or REGISTER not in edition.documents:
            raise DamagedRegister(f"{survey_id} was published without its register")
        return StoredRegister(edition.documents[REGISTER], File(**sealing["directory"]))


def _sealed(edition: Edition) -> Sealed:
    register = edition.results["register"]
    return Sealed(edition.survey, edition.number, register["ballots"], register["root"])
