"""The register: the sorted receipts of all counted ballots as the leaves of a Merkle tree, and proofs of inclusion.

Hashing is RFC 9162's (section 2.1.1: SHA-256, a leaf is hashed with the prefix 0x00 and a node with 0x01; 2.1.3 for
inclusion proofs). Sorted receipts tell nothing of the order in which ballots came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

Hash = bytes


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
    if not receipts:
        return hashlib.sha256(b"").digest()
    level = [leaf(receipt) for receipt in receipts]
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion_proof(receipts: Sequence[str], index: int) -> list[Hash]:
    """The sibling hashes from leaf `index` up to the root. Raises IndexError outside the register."""
    if not 0 <= index < len(receipts):
        raise IndexError(index)
    level = [leaf(receipt) for receipt in receipts]
    path = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level = _level_above(level)
        index //= 2
    return path


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


def _level_above(level: list[Hash]) -> list[Hash]:
    """Pair hashes up; an odd one at the end rises as it is, which gives RFC 9162's split at the largest power of two."""
    paired = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return paired + level[-1:] if len(level) % 2 else paired
