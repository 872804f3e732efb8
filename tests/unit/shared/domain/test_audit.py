"""The audit log's chain: whole when nothing was done to it, and every way to tamper with it found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.audit import GENESIS, Act, Entry, Head, entry, entry_hash, faults

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


def chain(length: int) -> list[Entry]:
    made: list[Entry] = []
    for number in range(length):
        head = made[-1].head if made else GENESIS
        made.append(entry(head, Act("open", f"survey-{number}", {}, {"revision": number}), "An", NOON + timedelta(number)))
    return made


def rehashed(changed: Entry) -> Entry:
    return replace(changed, hash=entry_hash(changed))


def test_an_empty_log_is_whole() -> None:
    assert faults([], None) == faults([], GENESIS) == []


def test_a_log_that_was_only_appended_to_is_whole() -> None:
    log = chain(7)
    assert faults(log, log[-1].head) == []


def test_an_entry_dates_the_act_in_utc_wherever_the_clock_stands() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=7)))
    assert entry(GENESIS, Act("load", None), "An", there).at == "2026-08-01T12:00:00.000+00:00"


def test_a_hash_is_that_of_the_canonical_text_which_anyone_can_compute_again() -> None:
    made = Entry(1, "s-2026", "open", "Trần Thị An", "2026-08-01T12:00:00.000+00:00", {}, {"revision": 1}, "00", "")
    text = (
        '{"act":"open","after":{"revision":1},"at":"2026-08-01T12:00:00.000+00:00","before":{},"by":"Trần Thị An",'
        '"number":1,"previous":"00","survey":"s-2026"}'
    )
    assert entry_hash(made) == hashlib.sha256(text.encode()).hexdigest()


Tamper = Callable[[list[Entry]], list[Entry]]


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda log: log[1:], "entry 1 is missing"),
        (lambda log: log[:2] + log[3:], "entry 3 is missing"),
        (lambda log: log[:3], "entries 4 to 5 are missing"),
        (lambda log: log[:0], "entries 1 to 5 are missing"),
        (lambda log: [*log[:2], replace(log[2], by="Bình"), *log[3:]], "entry 3 was changed"),
        (lambda log: [*log[:2], rehashed(replace(log[2], by="Bình")), *log[3:]], "entry 4 does not follow entry 3"),
        (lambda log: [*log[:4], rehashed(replace(log[4], by="Bình"))], "entry 5 is not the last one"),
        (lambda log: [log[0], replace(log[2], number=2), replace(log[1], number=3), *log[3:]], "entry 2 was changed"),
        (lambda log: [*log, entry(log[-1].head, Act("open", "x"), "An", NOON)], "there are entries up to 6"),
    ],
    ids=["first gone", "one gone", "last gone", "all gone", "edited", "rehashed", "last edited", "swapped", "added"],
)
def test_a_log_that_was_tampered_with_says_where(tamper: Tamper, said: str) -> None:
    log = chain(5)
    assert any(said in fault for fault in faults(tamper(log), log[-1].head))


def test_a_log_without_its_head_says_so() -> None:
    assert faults(chain(2), None) == ["the head of the log is missing"]


@given(st.integers(1, 12), st.data())
def test_no_field_of_any_entry_can_be_changed_unseen(length: int, data: st.DataObject) -> None:
    log = chain(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["survey", "act", "by", "at", "previous"]))
    log[at] = replace(log[at], **{field: getattr(log[at], field) + "."})
    assert faults(log, Head(length, chain(length)[-1].hash))
