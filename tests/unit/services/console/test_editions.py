"""What a person may say on the command line about corrections, comments and receivers, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.console.commands.announcements import checked_email, checked_url
from services.console.commands.comments import _harmless, coded
from services.console.commands.common import Refused
from services.console.commands.editions import Ask, amended_plan
from services.console.commands.texts import texts_of
from shared.plan import parse
from tests import plans

PLAN = plans.small("s-2026")
SURVEY = parse(PLAN)


def test_a_setting_of_the_method_is_corrected_without_a_file() -> None:
    after, fields = amended_plan(PLAN, Ask(None, ("aggregation=pooled",), recompute=False))
    assert after is not None
    assert after["method"]["aggregation"] == "pooled"
    assert [field["field"] for field in fields] == ["method.aggregation"]


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (Ask(None, (), recompute=False), "say how to correct"),
        (Ask(Path("x.yml"), (), recompute=True), "say how to correct"),
        (Ask(None, ("min_answered=0.2",), recompute=False), "expected aggregation="),
        (Ask(None, ("confidence=high",), recompute=False), "is no float"),
        (Ask(None, ("aggregation=best",), recompute=False), "aggregation is one of"),
        (Ask(None, ("min_base=4",), recompute=False), "cannot go down"),
        (Ask(None, ("min_base=10",), recompute=False), "the same as before"),
    ],
)
def test_what_is_no_correction_is_refused_in_a_sentence(ask: Ask, told: str) -> None:
    with pytest.raises(Refused, match=told):
        amended_plan(PLAN, ask)


def test_the_same_plan_again_has_no_amendment() -> None:
    assert amended_plan(PLAN, Ask(None, (), recompute=True)) == (None, [])


def test_texts_are_taken_in_the_plans_languages_only() -> None:
    assert texts_of(SURVEY, "--reason", " Sai  số ", ("en=Wrong number",)) == {"vi": "Sai số", "en": "Wrong number"}
    with pytest.raises(Refused, match=r"fr=.*expected LANG=TEXT with one of vi, en"):
        texts_of(SURVEY, "--reason", "Sai", ("fr=Faux",))
    with pytest.raises(Refused, match="1 to 5,000 characters"):
        texts_of(SURVEY, "--reason", "  ", ())


HEAD = "group,comment,themes,publish\n"


def test_coded_rows_are_read_as_spreadsheets_write_them() -> None:
    rows = list(coded(f"\ufeff{HEAD}people,Chờ lâu,Thời gian|Time; Ghế,\npeople,Tốt,,\n".encode(), "c.csv", SURVEY))
    (row,) = rows
    assert (row.line, row.comment.text, row.themes, row.publish) == (2, "Chờ lâu", (("Thời gian", "Time"), ("Ghế",)), None)
    semicolons = HEAD.replace(",", ";") + "people;Chờ lâu;Ghế;Chờ lâu\n"
    assert [row.publish for row in coded(semicolons.encode(), "c.csv", SURVEY)] == ["Chờ lâu"]


@pytest.mark.parametrize("text", ["=1+1", "-3 ngày", "@x", "'quoted", "Tốt"])
def test_no_comment_is_a_formula_and_each_comes_back_as_it_was(text: str) -> None:
    written = _harmless(text)
    assert not written.startswith(("=", "-", "@"))
    (row,) = coded(f'{HEAD}people,"{written}",Chờ,\n'.encode(), "c.csv", SURVEY)
    assert row.comment.text == text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"", "the first line must be"),
        (b"a,b\n", "the first line must be"),
        ((HEAD + "nobody,x,Y,\n").encode(), "line 2: expected a group"),
        ((HEAD + "people,x,Y,,more\n").encode(), "line 2: expected a group"),
        ((HEAD + 'people,"x,Y,\n').encode(), "line 2"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_its_line(content: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told):
        list(coded(content, "c.csv", SURVEY))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example",
        "https://",
        "https://u:p@x.example/",
        "http://x.example/",
        "https://x.example/#a",
        "https://x:99999/",
        "x",
    ],
)
def test_an_address_that_no_signed_message_goes_to_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="--webhook"):
        checked_url(url, private=False)


def test_a_webhook_without_tls_is_for_inside_only() -> None:
    assert checked_url("http://portal.local/hook", private=True) == "http://portal.local/hook"


@pytest.mark.parametrize(
    "email", ["", "bao", "bao@", "@x.example", "a@x.example, b@x.example", "a@x.example\nBcc: b@x.example"]
)
def test_what_is_not_one_address_is_refused(email: str) -> None:
    with pytest.raises(Refused, match="--email"):
        checked_email(email)


def test_an_address_is_taken() -> None:
    assert checked_email("bao@bao.example") == "bao@bao.example"
