"""Codes of slips are dealt to sheets by chance: a code admits a ballot and leads to none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.console.paper.codes import read_codes
from services.console.paper.entry import Entered, read_entries
from services.console.paper.invited import TooFewCodes, deal, in_need
from services.console.paper.reading import read_table
from shared.domain.acceptance import Invitation
from shared.domain.token import grouped, token, token_digest
from tests import plans
from tests.unit.services.console.paper import made

CODES = [token(n + 2**100) for n in range(6)]


@pytest.fixture
def entered(tmp_path: Path) -> list[Entered]:
    survey = made.survey()
    table = read_table(made.saved(made.as_csv([made.row(n) for n in range(1, 5)]), tmp_path))
    return list(read_entries(table, survey, {"KQMT": made.pile()}).entered.values())


def known(*spent: str, stratum: str = "desk") -> dict[bytes, Invitation]:
    return {token_digest(code): Invitation("paper", stratum, code in spent) for code in CODES}


def test_each_sheet_gets_an_unspent_code_of_its_stratum_and_none_twice(entered: list[Entered]) -> None:
    dealt = deal(entered, [*CODES, CODES[5]], known(CODES[0], CODES[1]), "paper", random.Random(1))
    assert set(dealt) == {each.serial for each in entered}
    assert sorted(dealt.values()) == sorted(CODES[2:])


def test_which_code_a_sheet_gets_is_chance(entered: list[Entered]) -> None:
    dealt = {tuple(deal(entered, CODES, known(), "paper", random.Random(seed)).values()) for seed in range(20)}
    assert len(dealt) > 10


def test_too_few_codes_are_told_before_anything_is_sent(entered: list[Entered]) -> None:
    with pytest.raises(TooFewCodes, match="4 sheets of desk need a code each, and there are 3 unspent ones"):
        deal(entered, CODES, known(*CODES[:3]), "paper", random.Random(1))
    with pytest.raises(TooFewCodes):
        deal(entered, CODES, known(stratum="online"), "paper", random.Random(1))


def test_only_invited_strata_need_codes(entered: list[Entered]) -> None:
    assert in_need(entered, made.survey()) == []
    invited = plans.small("paper", plans.stratum("desk", admission="invited"))
    assert in_need(entered, made.survey(groups=invited["groups"])) == entered


def test_codes_are_read_from_a_plain_list_and_from_what_issuing_makes(tmp_path: Path) -> None:
    plain = made.saved("\n".join(grouped(code).lower() for code in CODES).encode(), tmp_path, "codes.txt")
    issued = made.saved(
        ("survey,stratum,token\n" + "".join(f"paper,desk,{code}\n" for code in CODES)).encode(), tmp_path, "i.csv"
    )
    assert [code.token for code in read_codes(plain)] == CODES
    assert [(code.token, code.stratum) for code in read_codes(issued)] == [(code, "desk") for code in CODES]
