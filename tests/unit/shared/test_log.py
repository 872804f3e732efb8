"""Log lines are JSON with the service, the request, and nothing else by themselves."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import log


def line(message: str, *requests: str, **extra: object) -> dict[str, object]:
    handler = log.handler("test")
    record = logging.LogRecord("a.b", logging.INFO, "x.py", 1, message, (), None)
    record.__dict__.update(extra)
    with log.working_on(*requests):
        assert handler.filter(record)
    found: dict[str, object] = json.loads(handler.format(record))
    return found


def test_a_line_names_its_service_and_what_it_is_about() -> None:
    found = line("batches scored", ballots=3)
    assert {k: v for k, v in found.items() if k != "time"} == {
        "level": "INFO",
        "logger": "a.b",
        "message": "batches scored",
        "service": "test",
        "ballots": 3,
    }


def test_what_a_failed_task_says_twice_stands_there_once() -> None:
    assert "data" not in line("raised unexpected", data={"traceback": "the same again"})


def test_a_line_carries_the_request_that_is_worked_on() -> None:
    assert line("x", "abc")["request"] == "abc"
    assert "request" not in line("x")


def test_a_line_about_several_requests_names_them_all() -> None:
    found = line("x", "abc", "def")
    assert found["requests"] == ["abc", "def"]
    assert "request" not in found


def test_a_request_inside_a_request_gives_way_to_the_outer_one() -> None:
    before = log.request_ids.get()
    with log.working_on("outer"):
        with log.working_on("inner"):
            assert log.request_ids.get() == ("inner",)
        assert log.request_ids.get() == ("outer",)
    assert log.request_ids.get() == before


def test_vietnamese_stays_readable() -> None:
    assert line("Bến Tre")["message"] == "Bến Tre"


@given(st.text(alphabet="abcXYZ019-", min_size=1, max_size=64).filter(lambda text: text.strip("-")))
def test_an_id_of_letters_digits_and_dashes_is_taken(given_id: str) -> None:
    assert log.accepted_id(given_id) == given_id


@pytest.mark.parametrize("given_id", [None, "", "a b", "a\nb", "é", "x" * 65, "---", '{"a":1}', "a/b"])
def test_any_other_id_is_not(given_id: str | None) -> None:
    assert log.accepted_id(given_id) is None
