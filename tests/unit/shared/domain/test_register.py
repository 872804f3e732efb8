"""The register's Merkle tree, against Certificate Transparency's published roots and RFC 9162 as it is written."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.register import (
    BLOCK,
    DamagedRegister,
    Directory,
    NotAReceipt,
    directory,
    includes,
    inclusion_proof,
    read_receipt,
    register,
    root,
)

LEAVES = ["", "\x00", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"]
"""The eight inputs of the reference tests of Certificate Transparency (merkletree/merkle_tree_test.cc, Apache-2.0)."""

ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

receipts = st.lists(st.text("0123456789ABCDEF-", min_size=1, max_size=8), min_size=1, max_size=40, unique=True).map(sorted)


def tree_hash(leaves: list[str]) -> bytes:
    """MTH of RFC 9162, 2.1.1."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0].encode()).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def path(m: int, leaves: list[str]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@given(receipts)
def test_root_and_proofs_are_those_of_the_rfc(leaves: list[str]) -> None:
    assert root(leaves) == tree_hash(leaves)
    assert [inclusion_proof(leaves, m) for m in range(len(leaves))] == [path(m, leaves) for m in range(len(leaves))]


@given(receipts, st.data())
def test_a_proof_convinces_of_its_receipt_and_of_nothing_else(leaves: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, top, size = inclusion_proof(leaves, index), root(leaves), len(leaves)
    assert includes(leaves[index], index, size, proof, top)
    assert not includes(leaves[index] + "X", index, size, proof, top)
    assert not includes(leaves[index], index, size, [*proof, top], top)
    assert not includes(leaves[index], size, size, proof, top)
    assert not includes(leaves[index], -1, size, proof, top)
    other = data.draw(st.integers(0, len(leaves) - 1))
    assert includes(leaves[index], other, size, proof, top) == (other == index)


@given(receipts)
def test_a_proof_that_lost_a_hash_convinces_nobody(leaves: list[str]) -> None:
    proof = inclusion_proof(leaves, 0)
    assert includes(leaves[0], 0, len(leaves), proof[:-1], root(leaves)) == (not proof)


@given(receipts)
def test_the_register_is_sorted_whatever_the_order_of_arrival(leaves: list[str]) -> None:
    assert register(reversed(leaves)) == tuple(leaves)


def test_a_receipt_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="receipt B occurs twice"):
        register(["B", "A", "B"])


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_outside_the_register(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(["A", "B", "C"], index)


CODE = "0V1X-23YZ-45AB-6789-CDEF"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", " – "),
        f"  {CODE}\n",
        "Ov1x-23yz-45ab-6789-cdef",
        "oVlX-23YZ-45AB-6789-CDEF",
        "OViX 23YZ45AB6789CDEF",
    ],
)
def test_a_receipt_is_read_as_it_was_meant(typed: str) -> None:
    assert read_receipt(typed) == CODE


@pytest.mark.parametrize("typed", ["", "hello", CODE[:-1], CODE + "0", CODE.replace("V", "U"), "Đ" * 20, "٣" * 20, CODE * 100])
def test_what_cannot_be_a_receipt_is_refused(typed: str) -> None:
    with pytest.raises(NotAReceipt):
        read_receipt(typed)


def numbered(size: int) -> list[str]:
    """Receipts that differ, sorted, as wide as receipts are."""
    return [f"{number:024}" for number in range(0, 2 * size, 2)]


@given(st.integers(1, 5 * BLOCK), st.data())
def test_a_directory_and_one_block_prove_what_the_whole_register_proves(size: int, data: st.DataObject) -> None:
    receipts, index = numbered(size), data.draw(st.integers(0, size - 1))
    short = Directory.from_bytes(directory(receipts).to_bytes())
    number = short.block_of(receipts[index])
    assert number is not None
    found = short.look_up(receipts[index], number, receipts[number * BLOCK :][:BLOCK])
    assert found == (index, inclusion_proof(receipts, index))
    assert (short.root, short.size) == (root(receipts), size)


@given(st.integers(0, 3 * BLOCK), st.integers(0, 3 * BLOCK))
def test_a_receipt_that_is_not_in_the_register_is_not_found(size: int, place: int) -> None:
    receipts, wanted = numbered(size), f"{2 * place + 1:024}"
    short = directory(receipts)
    number = short.block_of(wanted)
    assert number is None or short.look_up(wanted, number, receipts[number * BLOCK :][:BLOCK]) is None


def test_nothing_is_said_from_a_block_that_was_altered() -> None:
    receipts = numbered(2 * BLOCK)
    altered = [*receipts[BLOCK:-1], f"{9:024}"]
    with pytest.raises(DamagedRegister):
        directory(receipts).look_up(receipts[BLOCK], 1, altered)


def test_an_empty_register_has_a_root_and_no_block() -> None:
    short = Directory.from_bytes(directory([]).to_bytes())
    assert (short.root, short.size, short.block_of(CODE)) == (root([]), 0, None)
