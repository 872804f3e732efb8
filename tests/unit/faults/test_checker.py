"""The checker finds no fault in a sound history, and finds each fault that is planted into one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults import history
from tests.faults.checker import merkle_root, violations
from tests.faults.history import History, Invocation, Left, Look, Place, Rules, Sent, Stored, Told

STRATA = {"desk": Place(), "few": Place(limit=2), "kept": Place(limit=2, keeps=True), "invited": Place(invited=True)}
CLOSED = 100.0
CRITERIA = ("C1", "C2", "C3")


def receipt(id_: str) -> str:
    return hashlib.sha256(id_.encode()).hexdigest()[:24]


def sent(id_: str, stratum: str = "desk", level: int = 5, **more: Any) -> Sent:
    return Sent("s", id_, stratum, "web", dict.fromkeys(CRITERIA, level), **more)


def accepted(number: int, id_: str, stratum: str = "desk", counted: bool = True, **more: Any) -> Invocation:
    """A ballot that was sent at second `number` and acknowledged half a second later."""
    told = Told(201, receipt=receipt(id_), counted=counted)
    return Invocation(sent(id_, stratum, **more), number, number + 0.5, told)


def refused(number: float, of: Sent, problem: str, status: int = 409) -> Invocation:
    return Invocation(of, number, number + 0.5, Told(status, problem))


def left(invocations: Sequence[Invocation]) -> Left:
    """What a sound system leaves of these: every acknowledged ballot, counted once, sealed and published."""
    ballots = [
        Stored(i.sent.id, "s", i.sent.stratum, i.sent.channel, i.sent.answers, bool(i.told.counted), receipt(i.sent.id))
        for i in invocations
        if i.told.status == 201
    ]
    counted = [ballot for ballot in ballots if ballot.counted]
    receipts = sorted(ballot.receipt for ballot in counted)
    figures = [figure(criterion, [b.answers[criterion] for b in counted]) for criterion in CRITERIA]
    return Left(
        state="published",
        problem=None,
        ballots=ballots,
        cells=[cell(ballot) for ballot in ballots],
        accepted=len(ballots),
        waiting=0,
        free={s: p.limit - sum(b.stratum == s for b in counted) for s, p in STRATA.items() if p.limit is not None},
        register=receipts,
        root=merkle_root(receipts).hex(),
        sealed={"accepted": len(ballots), "counted": len(counted), "surplus": len(ballots) - len(counted)},
        editions=[{"groups": [{"ballots": len(counted), "criteria": figures}]}],
    )


def cell(ballot: Stored) -> dict[str, Any]:
    """The tally of one ballot, as scoring writes it for a batch of one."""
    counts = {question: {str(answer): 1} for question, answer in ballot.answers.items()} if ballot.counted else {}
    numbers = {"counted": int(ballot.counted), "incomplete": 0, "surplus": int(not ballot.counted)}
    return {"stratum": ballot.stratum, "channel": ballot.channel, "counts": counts, **numbers}


def figure(criterion: str, rated: list[int]) -> dict[str, Any]:
    levels = {str(level): rated.count(level) for level in range(1, 6)}
    return {"id": criterion, "index": 100 * sum(r >= 4 for r in rated) / len(rated), "base": len(rated), "levels": levels}


def look(at: float, number: int, overall: float = 100.0, **counted: int) -> Look:
    return Look("s", at, at + 0.1, counted or {"desk": number}, overall, {"F1": overall, "F2": overall})


@pytest.fixture
def sound() -> History:
    """Ballots of every kind, each refusal with its reason, looks that follow."""
    invocations = [
        accepted(1, "a"),
        accepted(2, "b", level=1),
        accepted(3, "c", "few"),
        accepted(4, "d", "few"),
        refused(5, sent("e", "few"), "stratum-full"),
        accepted(6, "f", "kept"),
        accepted(7, "g", "kept"),
        accepted(8, "h", "kept", counted=False),
        accepted(9, "i", "invited", invitation="token"),
        refused(10, sent("j", "invited", invitation="token"), "invitation-spent"),
        refused(11, sent("k", "invited", invitation="wrong"), "invitation-unknown", 403),
        refused(12, sent("l", "invited"), "invitation-required", 403),
        refused(13, sent("a", level=2), "ballot-conflict"),
        Invocation(sent("a"), 14, 14.5, Told(200, receipt=receipt("a"), counted=True)),
        Invocation(sent("m"), 15, 15.5, Told(0)),
        Invocation(sent("m"), 16, 16.5, Told(503, "store-unavailable")),
        refused(CLOSED, sent("n"), "survey-not-open", 403),
    ]
    rules = {"s": Rules(STRATA, {"F1": ("C1", "C2"), "F2": ("C3",)}, CLOSED, CLOSED, CLOSED, CLOSED)}
    looks = [look(2.6, 1), look(2.8, 2, overall=50.0), look(20, 4, overall=75.0, desk=2, few=2)]
    return History(rules, invocations, looks, {"s": left(invocations)}, {"token": ("s", "invited")})


def with_left(found: History, **changes: Any) -> History:
    return replace(found, left={"s": replace(found.left["s"], **changes)})


def with_sending(found: History, *more: Invocation) -> History:
    return replace(found, invocations=[*found.invocations, *more])


def without(found: History, id_: str) -> History:
    """As if the ballot had never been in the store, and everything computed from that."""
    return replace(found, left={"s": left([i for i in found.invocations if i.sent.id != id_])})


def assert_found(doctored: History, check: str, *words: str) -> None:
    found = [sentence for sentence in violations(doctored) if sentence.startswith(f"{check}: ")]
    assert any(all(word in sentence for word in words) for sentence in found), violations(doctored)


def test_a_sound_history_is_not_found_fault_with(sound: History) -> None:
    assert violations(sound) == []


def test_a_history_that_was_kept_is_judged_as_the_one_that_happened(sound: History, tmp_path: Path) -> None:
    sound.write(tmp_path / "kept.json")
    assert violations(history.read(tmp_path / "kept.json")) == []
    without(sound, "b").write(tmp_path / "kept.json")
    assert violations(history.read(tmp_path / "kept.json")) == violations(without(sound, "b"))


def test_what_had_no_answer_may_be_in_the_store_or_not(sound: History) -> None:
    unknown = accepted(15, "m")
    also_stored = left([*sound.invocations, unknown])
    assert violations(replace(sound, left={"s": also_stored})) == []


def test_a_lost_ballot_is_found(sound: History) -> None:
    assert_found(without(sound, "b"), "nothing_acknowledged_is_lost", "ballot b ")


def test_a_ballot_whose_content_was_changed_is_found(sound: History) -> None:
    first, *others = sound.left["s"].ballots
    changed = with_left(sound, ballots=[replace(first, answers={**first.answers, "C1": 1}), *others])
    assert_found(changed, "nothing_acknowledged_is_lost", "ballot a ", "content")
    assert_found(changed, "nothing_is_stored_that_nobody_sent", "ballot a ")


def test_a_ballot_that_nobody_sent_is_found(sound: History) -> None:
    stuffed = left([*sound.invocations, accepted(17, "stuffed")])
    assert_found(replace(sound, left={"s": stuffed}), "nothing_is_stored_that_nobody_sent", "stuffed")


def test_a_refused_ballot_in_the_store_is_found(sound: History) -> None:
    kept = left([*sound.invocations, accepted(12, "l", "invited")])
    assert_found(replace(sound, left={"s": kept}), "nothing_is_stored_that_nobody_sent", "ballot l ", "refused each time")


def test_a_ballot_that_counts_twice_is_found(sound: History) -> None:
    twice = with_left(sound, cells=[*sound.left["s"].cells, cell(sound.left["s"].ballots[0])])
    assert_found(twice, "everything_is_counted_once", "desk web counted", "tallied 3", "give 2")


def test_a_ballot_that_is_in_no_tally_is_found(sound: History) -> None:
    assert_found(with_left(sound, cells=sound.left["s"].cells[1:]), "everything_is_counted_once", "tallied 1")


def test_a_ballot_that_still_waits_is_found(sound: History) -> None:
    assert_found(with_left(sound, waiting=1), "everything_is_counted_once", "1 ballots wait")


def test_a_gate_that_counted_otherwise_is_found(sound: History) -> None:
    assert_found(with_left(sound, accepted=7), "everything_is_counted_once", "7 were accepted")


def test_an_acknowledgement_before_the_ballot_was_durable_is_found_by_sending_it_again(sound: History) -> None:
    early = with_sending(sound, accepted(14, "b", level=1))
    assert_found(early, "an_acknowledgement_holds", "ballot b ", "too early")


@pytest.mark.parametrize("problem", ["stratum-full", "survey-not-open"])
def test_a_refusal_after_an_acknowledgement_is_found(sound: History, problem: str) -> None:
    taken_back = with_sending(sound, refused(CLOSED + 1, sent("a"), problem))
    assert_found(taken_back, "an_acknowledgement_holds", "ballot a ", problem)


def test_another_receipt_for_the_same_ballot_is_found(sound: History) -> None:
    other = Invocation(sent("a"), 14, 14.5, Told(200, receipt="other", counted=True))
    assert_found(with_sending(sound, other), "nothing_acknowledged_is_lost", "ballot a ")


def test_other_content_under_an_acknowledged_id_must_be_refused(sound: History) -> None:
    other = Invocation(sent("a", level=2), 14, 14.5, Told(200, receipt=receipt("a"), counted=True))
    assert_found(with_sending(sound, other), "an_acknowledgement_holds", "other content")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (refused(30, sent("x"), "ballot-conflict"), "conflict with nothing"),
        (refused(0, sent("a", level=2), "ballot-conflict"), "conflict with nothing"),
        (refused(30, sent("x", "invited", invitation="new"), "invitation-spent"), "no other ballot"),
        (refused(8, sent("x", "invited", invitation="token"), "invitation-spent"), "no other ballot"),
        (refused(30, sent("x", "invited", invitation="token"), "invitation-unknown", 403), "called unknown"),
        (refused(30, sent("x"), "invitation-required", 403), "without need"),
        (refused(30, sent("x"), "survey-not-open", 403), "before its time was over"),
    ],
)
def test_a_refusal_without_its_reason_is_found(sound: History, refusal: Invocation, words: str) -> None:
    assert_found(with_sending(sound, refusal), "refusals_are_justified", words)


@pytest.mark.parametrize("at", [1.0, 3.4])
def test_a_stratum_called_full_before_its_places_were_taken_is_found(sound: History, at: float) -> None:
    assert_found(with_sending(sound, refused(at, sent("x", "few"), "stratum-full")), "places_are_given_exactly", "is full")


def test_a_stratum_without_a_limit_is_never_full(sound: History) -> None:
    assert_found(with_sending(sound, refused(30, sent("x"), "stratum-full")), "places_are_given_exactly", "is full")


def test_a_place_given_after_a_stratum_was_full_is_found(sound: History) -> None:
    late = [replace(i, begun=20.0, ended=20.5) if i.sent.id == "d" else i for i in sound.invocations]
    assert_found(replace(sound, invocations=late), "places_are_given_exactly", "ballot e ")


def test_one_place_too_many_is_found(sound: History) -> None:
    more = with_sending(sound, accepted(30, "x", "few"))
    assert_found(replace(more, left={"s": left(more.invocations)}), "places_are_given_exactly", "3 counted, the limit is 2")


def test_a_surplus_ballot_beside_a_free_place_is_found(sound: History) -> None:
    assert_found(without(sound, "g"), "places_are_given_exactly", "1 surplus beside 1 counted")


def test_an_invitation_that_admitted_two_ballots_is_found(sound: History) -> None:
    twice = with_sending(sound, accepted(30, "x", "invited", invitation="token"))
    assert_found(replace(twice, left={"s": left(twice.invocations)}), "admissions_are_justified", "admitted 2")


def test_a_ballot_without_its_invitation_is_found(sound: History) -> None:
    uninvited = with_sending(sound, accepted(30, "x", "invited"))
    assert_found(
        replace(uninvited, left={"s": left(uninvited.invocations)}), "admissions_are_justified", "without an invitation"
    )


def test_a_ballot_that_got_in_after_closing_is_found(sound: History) -> None:
    late = with_sending(sound, accepted(101, "x"))
    assert_found(replace(late, left={"s": left(late.invocations)}), "admissions_are_justified", "after the survey was closed")


@pytest.mark.parametrize(("status", "problem"), [(500, "None"), (422, "invalid-ballot"), (404, "unknown-survey")])
def test_an_answer_that_no_client_gave_reason_for_is_found(sound: History, status: int, problem: str) -> None:
    assert_found(with_sending(sound, refused(30, sent("x"), problem, status)), "answers_are_expected", str(status))


def test_a_register_without_a_counted_ballot_is_found(sound: History) -> None:
    receipts = list(sound.left["s"].register or ())[1:]
    short = with_left(sound, register=receipts, root=merkle_root(receipts).hex())
    assert_found(short, "what_was_sealed_is_what_was_accepted", "differ in 1 receipts")


def test_a_root_of_another_register_is_found(sound: History) -> None:
    assert_found(with_left(sound, root=merkle_root([]).hex()), "what_was_sealed_is_what_was_accepted", "root")


def test_an_equation_sealed_with_other_numbers_is_found(sound: History) -> None:
    sealed = {**(sound.left["s"].sealed or {}), "counted": 3}
    assert_found(with_left(sound, sealed=sealed), "what_was_sealed_is_what_was_accepted", "sealed")


def test_a_survey_that_did_not_come_to_its_end_is_found(sound: History) -> None:
    stuck = with_left(sound, state="closing", problem="the figures do not agree")
    assert_found(stuck, "what_was_sealed_is_what_was_accepted", "is closing: the figures do not agree")


def test_an_edition_with_another_figure_is_found(sound: History) -> None:
    (group,) = sound.left["s"].editions[0]["groups"]
    first, *others = group["criteria"]
    other = {"groups": [{**group, "criteria": [{**first, "index": first["index"] + 0.01}, *others]}]}
    assert_found(with_left(sound, editions=[other]), "published_figures_are_those_of_the_ballots", "C1")


def test_a_second_edition_is_found(sound: History) -> None:
    twice = with_left(sound, editions=list(sound.left["s"].editions) * 2)
    assert_found(twice, "published_figures_are_those_of_the_ballots", "2 editions")


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (look(1.6, 2), "1 were accepted by then"),
        (look(2.8, 2, overall=100.0), "between"),
        (look(30, 3, overall=80.0, desk=2, few=1), "no 3 ballots give"),
        (look(30, 2, overall=0.0), "between"),
        (look(30, 1, overall=0.0), "went back"),
    ],
)
def test_an_index_from_nowhere_is_found(sound: History, seen: Look, words: str) -> None:
    assert_found(replace(sound, looks=[*sound.looks, seen]), "running_figures_are_of_a_prefix", words)


def test_the_root_is_that_of_the_merkle_tree_of_rfc_9162() -> None:
    one, two, three = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b", b"c"))
    left_side = hashlib.sha256(b"\x01" + one + two).digest()
    assert merkle_root(["a", "b", "c"]) == hashlib.sha256(b"\x01" + left_side + three).digest()
