"""Whatever is changed in the database by hand is found by the command that should find it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.console import checking
from shared.domain.ballot import comment_digest, digest
from shared.domain.edition import edition_digest
from shared.domain.survey import State
from shared.store.audit import Audit
from shared.store.connection import Document
from shared.store.retention import Retention
from shared.store.wire import ballot_document, ballot_from
from tests import plans
from tests.harness import AUTHOR, Client, Store, drawn, eventually, unique


def sealed(api: Client, store: Store, prefix: str, **changes: object) -> str:
    survey = store.opened(plans.small(unique(prefix), grace=0.2, **changes)).survey.id
    chance = random.Random(3)
    for number in range(24):
        assert api.insist(survey, uuid4(), drawn(chance, comment=f"Góp ý {number}")).status == 201
    store.scored(survey)
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    return survey


@pytest.fixture(scope="module")
def published(api: Client, store: Store) -> str:
    survey = sealed(api, store, "tampered")
    store.reaches(survey, State.PUBLISHED)
    return survey


def found(store: Store, survey: str) -> list[str]:
    return checking.examine(store.db, store.surveys.get(survey)).differences


def edit_answers(ballot: Document) -> None:
    ballot["answers"]["C1"] = (ballot["answers"].get("C1", 0) + 1) % 6


def edit_stratum(ballot: Document) -> None:
    ballot["stratum"] = "online" if ballot["stratum"] == "desk" else "desk"


def count_no_more(ballot: Document) -> None:
    ballot["surplus"] = True


def silence(ballot: Document) -> None:
    ballot["comment"] = "another"


def forge(ballot: Document) -> None:
    """Other answers, with the digest that fits them."""
    edit_answers(ballot)
    ballot["digest"] = digest(ballot_from(ballot))


def hide_comment(ballot: Document) -> None:
    """Take the comment away as the retention rule does."""
    ballot["comment_digest"] = comment_digest(ballot["_id"], ballot.pop("comment"))


def edit_tally(tally: Document) -> None:
    tally["cells"][0]["counted"] += 1


def edit_figure(edition: Document) -> None:
    edition["results"]["groups"][0]["ballots"] += 1


def edit_words(edition: Document) -> None:
    edition["results"]["measures"] = [{"what": "nothing"}]


def forge_words(edition: Document) -> None:
    """Other words, with the digest that fits them."""
    edit_words(edition)
    files = {each["name"]: each["sha256"] for each in edition["documents"]}
    edition["digest"] = edition_digest(edition["results"], files)


@pytest.mark.parametrize(
    ("collection", "change", "said"),
    [
        ("ballots", edit_answers, "was altered"),
        ("ballots", edit_stratum, "was altered"),
        ("ballots", silence, "was altered"),
        ("ballots", count_no_more, "register.ballots"),
        ("ballots", forge, "register.root"),
        ("ballots", hide_comment, "free text of 1 ballots is gone"),
        ("tallies", edit_tally, "tallied"),
        ("editions", edit_figure, "results.groups[0].ballots"),
        ("editions", edit_words, "not what its digest says"),
        ("editions", forge_words, "not the one that the audit log says"),
    ],
)
def test_a_document_that_was_changed_is_found(
    store: Store, published: str, collection: str, change: Callable[[Document], None], said: str
) -> None:
    document = store.db[collection].find_one({"survey": published})
    assert document is not None
    changed = store.db[collection].find_one({"_id": document["_id"]})
    assert changed is not None
    change(changed)
    store.db[collection].replace_one({"_id": document["_id"]}, changed)
    try:
        differences = found(store, published)
    finally:
        store.db[collection].replace_one({"_id": document["_id"]}, document)
    assert any(said in each for each in differences), differences
    assert found(store, published) == []


@pytest.mark.parametrize("collection", ["ballots", "tallies", "editions"])
def test_a_document_that_was_removed_is_found(store: Store, published: str, collection: str) -> None:
    document = store.db[collection].find_one({"survey": published})
    assert document is not None
    store.db[collection].delete_one({"_id": document["_id"]})
    try:
        assert found(store, published) != []
    finally:
        store.db[collection].insert_one(document)


def test_a_ballot_that_was_added_is_found(store: Store, published: str) -> None:
    known = store.db.ballots.find_one({"survey": published})
    assert known is not None
    known["_id"] = uuid4()
    forged = ballot_from(known)
    store.db.ballots.insert_one(ballot_document(forged, digest(forged), datetime(2026, 8, 1, tzinfo=UTC).date()))
    try:
        assert any("accepted = stored: 24 and 25 differ by -1" in each for each in found(store, published))
    finally:
        store.db.ballots.delete_one({"_id": forged.id})


@pytest.mark.parametrize("gone", [False, True])
def test_a_published_document_that_was_changed_or_removed_is_found(store: Store, published: str, gone: bool) -> None:
    edition = store.db.editions.find_one({"survey": published})
    assert edition is not None
    notice = next(each for each in edition["documents"] if each["name"] == "notice.pdf")
    chunk = store.db["files.chunks"].find_one({"files_id": notice["sha256"], "n": 0})
    assert chunk is not None
    store.db["files.chunks"].delete_one({"_id": chunk["_id"]})
    if not gone:
        store.db["files.chunks"].insert_one({**chunk, "data": chunk["data"].replace(b"PDF", b"FDP")})
    try:
        differences = found(store, published)
    finally:
        store.db["files.chunks"].replace_one({"_id": chunk["_id"]}, chunk, upsert=True)
    said = "notice.pdf is not there or not whole" if gone else "notice.pdf is not the document that was published"
    assert any(said in each for each in differences)


def test_what_the_retention_rule_destroyed_is_told_and_altered_answers_are_found_as_before(api: Client, store: Store) -> None:
    survey = sealed(api, store, "forgotten")
    store.reaches(survey, State.PUBLISHED)
    certificate = Retention(store.db, AUTHOR).destroy(survey)
    assert certificate.destroyed.comments == 24
    assert store.db.ballots.count_documents({"survey": survey, "comment": {"$exists": True}}) == 0
    examined = checking.examine(store.db, store.surveys.get(survey))
    assert examined.differences == []
    assert "the free text of 24 ballots was destroyed on" in examined.said
    acts = [(entry.act, entry.before) for entry in Audit(store.db).entries(survey)][-2:]
    assert [act for act, _ in acts] == ["begin destroying", "destroy"]
    assert acts[-1][1]["comments"] == 24
    assert Retention(store.db, AUTHOR).destroy(survey) == certificate
    store.db.ballots.update_one({"survey": survey}, {"$set": {"answers.C1": 77}})
    assert any("was altered" in each for each in found(store, survey))


def test_sealing_stops_at_an_equation_that_does_not_hold_and_says_by_how_much(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("unequal"), grace=0.2)).survey.id
    for _ in range(3):
        assert api.insist(survey, uuid4(), drawn(random.Random(4))).status == 201
    store.scored(survey)
    gate = store.db.gates.find_one({"survey": survey, "accepted": {"$gt": 0}})
    assert gate is not None
    store.db.gates.update_one({"_id": gate["_id"]}, {"$inc": {"accepted": 2}})
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    stopped = eventually("the problem is told", lambda: store.surveys.get(survey).problem, within=60)
    assert "accepted = stored: 5 and 3 differ by 2" in stopped
    assert store.surveys.get(survey).state is State.CLOSING
