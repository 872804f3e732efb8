"""The register: the sorted receipts of all counted ballots as the leaves of a Merkle tree, and proofs of inclusion.

Hashing is RFC 9162's (section 2.1.1: SHA-256, a leaf is hashed with the prefix 0x00 and a node with 0x01; 2.1.3 for
inclusion proofs). Sorted receipts tell nothing of the order in which ballots came.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

Hash = bytes

RECEIPT_LENGTH = 24
"""Characters of a receipt as it is written: five times four, and the dashes between them."""

BLOCK = 256
"""Receipts of one block of the register: a power of two, so that a block is a subtree of the Merkle tree."""

_DROPPED = re.compile(r"[\s\u200b\ufeff\-\u2010-\u2015\u2212_.]")
_ALIKE = str.maketrans("OIL", "011")
_CODE = re.compile("[0-9A-HJKMNP-TV-Z]{20}")


class NotAReceipt(ValueError):
    """The text is no receipt, however it is read."""


def read_receipt(text: str) -> str:
    """The receipt that a person meant by `text`: in any case, with any spaces and dashes, O for 0, and I or L for 1.

    The reading is Crockford's (https://www.crockford.com/base32.html). Raises NotAReceipt.
    """
    code = _DROPPED.sub("", text[:200]).upper().translate(_ALIKE)
    if not _CODE.fullmatch(code):
        raise NotAReceipt(text[:200])
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


EMPTY: Hash = hashlib.sha256(b"").digest()
"""The root of a register without a receipt."""


def register(receipts: Iterable[str]) -> tuple[str, ...]:
    """The sorted receipts. Raises ValueError when one occurs twice."""
    ordered = tuple(sorted(receipts))
    for left, right in pairwise(ordered):
        if left == right:
            raise ValueError(f"receipt {left} occurs twice")
    return ordered


def leaf(receipt: str) -> Hash:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + receipt.encode("ascii")).digest()


def node(left: Hash, right: Hash) -> Hash:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(receipts: Sequence[str]) -> Hash:
    """The Merkle tree hash over `receipts` in the order given; SHA-256 of nothing for an empty register."""
    return _levels([leaf(receipt) for receipt in receipts])[-1][0] if receipts else EMPTY


def inclusion_proof(receipts: Sequence[str], index: int) -> list[Hash]:
    """The sibling hashes from leaf `index` up to the root. Raises IndexError outside the register."""
    if not 0 <= index < len(receipts):
        raise IndexError(index)
    return _path(_levels([leaf(receipt) for receipt in receipts]), index)


@dataclass(frozen=True)
class Directory:
    """The register in short: the first receipt of each block of `BLOCK`, and the block's hash in the Merkle tree.

    With it a receipt is looked for, and its proof made, from one block alone.
    """

    size: int
    firsts: Sequence[str]
    hashes: Sequence[Hash]

    @cached_property
    def _tree(self) -> list[list[Hash]]:
        return _levels(list(self.hashes))

    @property
    def root(self) -> Hash:
        """The register's root."""
        return self._tree[-1][0] if self.hashes else EMPTY

    def block_of(self, receipt: str) -> int | None:
        """The number of the block that holds `receipt` if the register does; None where no block could."""
        before = bisect_right(self.firsts, receipt)
        return before - 1 if before else None

    def look_up(self, receipt: str, number: int, block: Sequence[str]) -> tuple[int, list[Hash]] | None:
        """The leaf index of `receipt` and its inclusion proof, None where the register does not have it.

        `block` are the receipts of block `number`. Raises DamagedRegister where they are not the ones that were sealed.
        """
        tree = _levels([leaf(each) for each in block])
        if tree[-1][0] != self.hashes[number]:
            raise DamagedRegister(f"block {number} is not the one that was sealed")
        place = bisect_left(block, receipt)
        if place == len(block) or block[place] != receipt:
            return None
        return number * BLOCK + place, _path(tree, place) + _path(self._tree, number)

    def to_bytes(self) -> bytes:
        """The size in 8 bytes, big-endian, then for each block its first receipt and its hash: 8 + 56 bytes a block."""
        rows = (first.encode("ascii") + hash_ for first, hash_ in zip(self.firsts, self.hashes, strict=True))
        return self.size.to_bytes(8) + b"".join(rows)

    @classmethod
    def from_bytes(cls, content: bytes) -> Directory:
        """What `to_bytes` wrote."""
        width = RECEIPT_LENGTH + 32
        rows = [content[start : start + width] for start in range(8, len(content), width)]
        firsts = [row[:RECEIPT_LENGTH].decode("ascii") for row in rows]
        return cls(int.from_bytes(content[:8]), firsts, [row[RECEIPT_LENGTH:] for row in rows])


class DamagedRegister(RuntimeError):
    """What is stored of the register is not what its root was published for. Nothing may be said from it."""


def directory(receipts: Sequence[str]) -> Directory:
    """The directory of a register, with the same root."""
    blocks = [receipts[start : start + BLOCK] for start in range(0, len(receipts), BLOCK)]
    return Directory(len(receipts), [block[0] for block in blocks], [root(block) for block in blocks])


def includes(receipt: str, index: int, size: int, proof: Sequence[Hash], expected: Hash) -> bool:
    """Whether `proof` shows that `receipt` is leaf `index` of a register of `size` leaves with root `expected`.

    The algorithm of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, current = index, size - 1, leaf(receipt)
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            current = node(sibling, current)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            current = node(current, sibling)
        place, last = place // 2, last // 2
    return last == 0 and current == expected


def _levels(lowest: list[Hash]) -> list[list[Hash]]:
    """The levels of the tree over `lowest`, from it up to the root."""
    levels = [lowest]
    while len(levels[-1]) > 1:
        levels.append(_level_above(levels[-1]))
    return levels


def _path(levels: Sequence[Sequence[Hash]], index: int) -> list[Hash]:
    """The siblings on the way from `index` of the lowest level to the root."""
    path = []
    for level in levels[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        index //= 2
    return path


def _level_above(level: list[Hash]) -> list[Hash]:
    """Pair hashes up; an odd one at the end rises as it is, which gives RFC 9162's split at the largest power of two."""
    paired = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return paired + level[-1:] if len(level) % 2 else paired
