"""The table of answers of the ballot API, row by row, over HTTP."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from uuid import UUID, uuid1, uuid4

import pytest

from shared.domain.ballot import Submission, check, digest, receipt
from shared.domain.survey import Channel, State
from shared.store.watch import Quarantine
from tests import harness, plans
from tests.harness import JSON, Client, Rig, Store, ballot, unique
from tests.integration.collector.conftest import Situations

RECEIPT = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}")


def test_a_ballot_is_accepted_with_its_receipt(api: Client, situations: Situations) -> None:
    answer = api.put(situations.open, uuid4(), ballot())
    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["counted"] is True
    assert RECEIPT.fullmatch(answer.json["receipt"])
    assert set(answer.json) == {"receipt", "counted"}


def test_an_accepted_ballot_is_in_the_database_when_the_answer_comes(api: Client, situations: Situations, store: Store) -> None:
    id_ = uuid4()
    api.put(situations.open, id_, ballot(comment="Rất tốt"))
    stored = store.db.ballots.find_one({"_id": id_})
    assert stored is not None
    assert stored["answers"] == {"C1": 5, "C2": 4, "asked": "yes", "C3": 3, "Q": 4, "wish": ["faster", "kinder"]}
    assert stored["comment"] == "Rất tốt"


def test_the_same_ballot_again_gets_the_same_body(api: Client, situations: Situations) -> None:
    id_ = uuid4()
    first, again = api.put(situations.open, id_, ballot()), api.put(situations.open, id_, ballot())
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json


def test_the_same_ballot_in_another_notation_is_the_same_ballot(api: Client, situations: Situations) -> None:
    id_ = uuid4()
    body = ballot(comment="  Tốt ")
    decomposed = ballot(comment="Tốt", answers=dict(reversed(body["answers"].items())) | {"wish": ["faster", "kinder"]})
    first = api.put(situations.open, str(id_).upper(), body)
    again = api.put(situations.open, id_, decomposed)
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json


def test_the_same_id_with_other_content_is_a_conflict(api: Client, situations: Situations) -> None:
    id_ = uuid4()
    api.put(situations.open, id_, ballot())
    answer = api.put(situations.open, id_, ballot(answers={"C1": 1}))
    assert (answer.status, answer.problem) == (409, "ballot-conflict")


def test_an_id_taken_in_another_survey_is_a_conflict(api: Client, situations: Situations, store: Store) -> None:
    other = store.opened(plans.small(unique("other"))).survey.id
    id_ = uuid4()
    api.put(situations.open, id_, ballot())
    assert api.put(other, id_, ballot()).problem == "ballot-conflict"


def test_an_invitation_admits_one_ballot(api: Client, situations: Situations, tokens: list[str]) -> None:
    id_, body = uuid4(), ballot(stratum="invited", invitation=tokens[0])
    assert api.put(situations.open, id_, body).status == 201
    assert api.put(situations.open, id_, body).status == 200
    second = api.put(situations.open, uuid4(), body)
    assert (second.status, second.problem) == (409, "invitation-spent")


def test_an_invitation_that_nobody_issued_is_unknown(api: Client, situations: Situations) -> None:
    answer = api.put(situations.open, uuid4(), ballot(stratum="invited", invitation="guessed"))
    assert (answer.status, answer.problem) == (403, "invitation-unknown")


def test_an_invitation_of_another_stratum_is_unknown_here_and_stays_unspent(
    api: Client, situations: Situations, tokens: list[str]
) -> None:
    answer = api.put(situations.open, uuid4(), ballot(invitation=tokens[1]))
    assert (answer.status, answer.problem) == (403, "invitation-unknown")
    assert api.put(situations.open, uuid4(), ballot(stratum="invited", invitation=tokens[1])).status == 201


def test_an_invited_stratum_takes_no_ballot_without_an_invitation(api: Client, situations: Situations) -> None:
    answer = api.put(situations.open, uuid4(), ballot(stratum="invited"))
    assert (answer.status, answer.problem) == (403, "invitation-required")


def test_a_refused_ballot_leaves_its_invitation_unspent(api: Client, situations: Situations, tokens: list[str]) -> None:
    wrong = ballot(stratum="invited", invitation=tokens[2], answers={"C1": 9})
    assert api.put(situations.open, uuid4(), wrong).status == 422
    assert api.put(situations.open, uuid4(), ballot(stratum="invited", invitation=tokens[2])).status == 201


def test_a_full_stratum_refuses_where_the_plan_says_refuse(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("full"), plans.stratum("desk", quota=1, when_full="refuse"))).survey.id
    taken, body = uuid4(), ballot()
    assert api.put(survey, taken, body).json["counted"] is True
    over = api.put(survey, uuid4(), body)
    assert (over.status, over.problem) == (409, "stratum-full")
    assert api.put(survey, taken, body).status == 200


def test_a_full_stratum_keeps_uncounted_where_the_plan_says_keep(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("full"), plans.stratum("desk", quota=1, when_full="keep"))).survey.id
    api.put(survey, uuid4(), ballot())
    id_ = uuid4()
    over, again = api.put(survey, id_, ballot()), api.put(survey, id_, ballot())
    assert (over.status, over.json["counted"]) == (201, False)
    assert (again.status, again.json) == (200, over.json)


@pytest.mark.parametrize("situation", ["draft", "early", "over", "closing", "late"])
def test_a_survey_that_is_not_open_takes_no_ballot(api: Client, situations: Situations, situation: str) -> None:
    answer = api.put(getattr(situations, situation), uuid4(), ballot())
    assert (answer.status, answer.problem) == (403, "survey-not-open")


@pytest.mark.parametrize("channel", ["kiosk", "paper"])
def test_a_closing_survey_still_takes_what_was_taken_before_closing(api: Client, situations: Situations, channel: str) -> None:
    assert api.put(situations.closing, uuid4(), ballot(channel=channel)).status == 201
    assert api.put(situations.over, uuid4(), ballot(channel=channel)).status == 201


def test_a_kiosk_ballot_that_comes_too_late_waits_in_quarantine(api: Client, situations: Situations, store: Store) -> None:
    before = Quarantine(store.db).reasons(situations.late)["ballot", "synchronised too late"]
    id_, body = uuid4(), ballot(channel="kiosk")
    answers = [api.put(situations.late, id_, body), api.put(situations.late, id_, body)]
    assert [(a.status, a.problem, a.json["quarantined"]) for a in answers] == [(403, "survey-not-open", True)] * 2
    assert Quarantine(store.db).reasons(situations.late)["ballot", "synchronised too late"] == before + 1


@pytest.mark.parametrize("channel", ["web", "kiosk"])
def test_a_ballot_accepted_in_time_keeps_its_receipt_when_it_is_sent_again_after_sealing(
    api: Client, store: Store, channel: str
) -> None:
    record = store.opened(plans.small(unique("again"), opens=-60, closes=3, grace=0.5, release="person"))
    survey, id_, body = record.survey.id, uuid4(), ballot(channel=channel)
    first = api.put(survey, id_, body)
    store.reaches(survey, State.SEALED)
    again = api.put(survey, id_, body)
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert api.put(survey, id_, ballot(channel=channel, answers={"C1": 1})).problem == "ballot-conflict"
    assert not Quarantine(store.db).reasons(survey)["ballot", "synchronised too late"]


def test_an_unknown_survey_is_not_found(api: Client) -> None:
    answer = api.put("no-such-survey", uuid4(), ballot())
    assert (answer.status, answer.problem) == (404, "unknown-survey")


def test_an_unknown_stratum_is_not_found(api: Client, situations: Situations) -> None:
    answer = api.put(situations.open, uuid4(), ballot(stratum="moon"))
    assert (answer.status, answer.problem) == (404, "unknown-stratum")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answers": {"C1": 6}}, "answers.C1"),
        ({"answers": {"C1": True}}, "answers.C1"),
        ({"answers": {"C1": 5.0}}, "answers.C1"),
        ({"answers": {"C1": "5"}}, "answers.C1"),
        ({"answers": {"C1": None}}, "answers.C1"),
        ({"answers": {"C1": -1}}, "answers.C1"),
        ({"answers": {"C1": 10**300}}, "answers.C1"),
        ({"answers": {"C1": [5]}}, "answers.C1"),
        ({"answers": {"C99": 5}}, "answers.C99"),
        ({"answers": {"__proto__": 5}}, "answers.__proto__"),
        ({"answers": {"$where": 5}}, "answers.$where"),
        ({"answers": {"wish": "faster"}}, "answers.wish"),
        ({"answers": {"wish": []}}, "answers.wish"),
        ({"answers": {"wish": ["faster", "faster"]}}, "answers.wish"),
        ({"answers": {"wish": ["faster", "kinder", "nearer"]}}, "answers.wish"),
        ({"answers": {"wish": ["moon"]}}, "answers.wish"),
        ({"answers": {"wish": [["faster"]]}}, "answers.wish"),
        ({"answers": {"asked": ["yes"]}}, "answers.asked"),
        ({"answers": {"asked": "maybe"}}, "answers.asked"),
        ({"answers": {"asked": "no", "C3": 4}}, "answers.C3"),
        ({"answers": {}}, "answers"),
        ({"answers": []}, "answers"),
        ({"answers": None}, "answers"),
        ({"language": "fr"}, "language"),
        ({"language": ""}, "language"),
        ({"questionnaire": 2}, "questionnaire"),
        ({"questionnaire": "1"}, "questionnaire"),
        ({"questionnaire": 1.5}, "questionnaire"),
        ({"questionnaire": True}, "questionnaire"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": 1}, "channel"),
        ({"stratum": 7}, "stratum"),
        ({"stratum": "x" * 101}, "stratum"),
        ({"comment": "x" * 2_001}, "comment"),
        ({"comment": 7}, "comment"),
        ({"comment": "nul \x00"}, "comment"),
        ({"comment": "bell \x07"}, "comment"),
        ({"comment": "half \ud83d"}, "comment"),
        ({"invitation": ""}, "invitation"),
        ({"invitation": "x" * 201}, "invitation"),
        ({"surprise": 1}, "surprise"),
        ({"id": "x"}, "id"),
        ({"\ud800": 1}, "\ud800"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong(
    api: Client, situations: Situations, changes: dict[str, object], field: str
) -> None:
    answer = api.put(situations.open, uuid4(), ballot(**changes))
    assert (answer.status, answer.problem) == (422, "invalid-ballot")
    assert list(answer.json["errors"]) == [field]
    assert answer.json["errors"][field]


@pytest.mark.parametrize("missing", ["stratum", "channel", "language", "questionnaire", "answers"])
def test_a_missing_field_is_named(api: Client, situations: Situations, missing: str) -> None:
    body = {name: value for name, value in ballot().items() if name != missing}
    answer = api.put(situations.open, uuid4(), body)
    assert (answer.status, answer.problem) == (422, "invalid-ballot")
    assert list(answer.json["errors"]) == [missing]


def test_all_wrong_fields_are_named_at_once(api: Client, situations: Situations) -> None:
    answer = api.put(situations.open, uuid4(), ballot(language="fr", questionnaire=9, answers={"C1": 9, "C9": 1}))
    assert set(answer.json["errors"]) == {"language", "questionnaire", "answers.C1", "answers.C9"}


@pytest.mark.parametrize("id_", [uuid1(), UUID(int=0), UUID("01890a5d-ac96-774b-bcce-b302099a8057")])
def test_an_id_that_is_no_uuid4_is_refused(api: Client, situations: Situations, id_: UUID) -> None:
    answer = api.put(situations.open, id_, ballot())
    assert (answer.status, answer.problem) == (422, "invalid-ballot")
    assert list(answer.json["errors"]) == ["id"]


def test_an_id_that_is_no_uuid_is_not_found(api: Client, situations: Situations) -> None:
    answer = api.put(situations.open, "not-a-uuid", ballot())
    assert (answer.status, answer.problem) == (404, "not-found")


MALFORMED = {
    "nothing": b"",
    "half": b'{"stratum": "desk"',
    "text": b"hello",
    "latin-1": '{"comment": "é"}'.encode("latin-1"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "utf-16": json.dumps(ballot()).encode("utf-16"),
    "nan": json.dumps(ballot(answers={"C1": float("nan")})).encode(),
    "infinity": json.dumps(ballot(answers={"C1": float("inf")})).encode(),
    "huge number": b'{"answers": {"C1": ' + b"9" * 5_000 + b"}}",
    "deep list": b"[" * 20_000 + b"]" * 20_000,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "gzip": gzip.compress(json.dumps(ballot()).encode()),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_json_is_refused(api: Client, situations: Situations, name: str) -> None:
    answer = api.put(situations.open, uuid4(), MALFORMED[name])
    assert (answer.status, answer.problem) == (400, "malformed-json")


@pytest.mark.parametrize("name", MALFORMED)
def test_a_synchronisation_that_is_not_json_is_refused(api: Client, situations: Situations, name: str) -> None:
    answer = api.post(situations.open, MALFORMED[name])
    assert (answer.status, answer.problem) == (400, "malformed-json")


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"', b"true", b"[{}]"])
def test_json_that_is_no_object_is_no_ballot(api: Client, situations: Situations, body: bytes) -> None:
    answer = api.put(situations.open, uuid4(), body)
    assert (answer.status, answer.problem) == (422, "invalid-ballot")


def test_a_body_over_the_limit_is_too_large(api: Client, situations: Situations) -> None:
    with harness.client(api.url) as client:  # of its own: the server gives the connection up with what it did not read
        answer = client.put(situations.open, uuid4(), ballot(comment="x" * 70_000))
    assert (answer.status, answer.problem) == (413, "too-large")


def test_a_chunked_body_over_the_limit_is_too_large(api: Client, situations: Situations) -> None:
    path = f"/api/v1/surveys/{situations.open}/ballots/{uuid4()}"
    with harness.client(api.url) as client:
        answer = client.request("PUT", path, (b" " * 1_000 for _ in range(100)), JSON)
    assert (answer.status, answer.problem) == (413, "too-large")


def test_a_chunked_body_is_read(api: Client, situations: Situations) -> None:
    path = f"/api/v1/surveys/{situations.open}/ballots/{uuid4()}"
    content = json.dumps(ballot()).encode()
    answer = api.request("PUT", path, (content[i : i + 10] for i in range(0, len(content), 10)), JSON)
    assert answer.status == 201


@pytest.mark.parametrize(
    "given", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]
)
def test_another_media_type_is_refused(api: Client, situations: Situations, given: str) -> None:
    path = f"/api/v1/surveys/{situations.open}/ballots/{uuid4()}"
    answer = api.request("PUT", path, json.dumps(ballot()).encode(), {"Content-Type": given})
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


def test_a_body_without_a_media_type_is_refused(api: Client, situations: Situations) -> None:
    path = f"/api/v1/surveys/{situations.open}/ballots/{uuid4()}"
    answer = api.request("PUT", path, json.dumps(ballot()).encode())
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


@pytest.mark.parametrize("given", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_with_parameters_is_taken(api: Client, situations: Situations, given: str) -> None:
    path = f"/api/v1/surveys/{situations.open}/ballots/{uuid4()}"
    assert api.request("PUT", path, json.dumps(ballot()).encode(), {"Content-Type": given}).status == 201


@pytest.mark.parametrize(("method", "status"), [("DELETE", 405), ("PATCH", 405), ("GET", 405)])
def test_other_methods_are_not_allowed(api: Client, situations: Situations, method: str, status: int) -> None:
    answer = api.request(method, f"/api/v1/surveys/{situations.open}/ballots/{uuid4()}")
    assert (answer.status, answer.problem) == (status, "method-not-allowed")
    assert "PUT" in answer.headers["Allow"]


def test_an_unknown_path_is_a_problem_too(api: Client) -> None:
    answer = api.get("/nothing/here")
    assert (answer.status, answer.problem) == (404, "not-found")


def test_the_receipt_is_what_anyone_can_compute_from_the_ballot(api: Client, situations: Situations, store: Store) -> None:
    id_ = uuid4()
    body = ballot(comment="Nhanh hơn")
    given = {k: v for k, v in body.items() if k != "channel"}
    expected = check(Submission(id=id_, channel=Channel.WEB, **given), store.surveys.get(situations.open).survey)
    assert api.put(situations.open, id_, body).json["receipt"] == receipt(digest(expected))


@pytest.fixture(scope="module")
def abandoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A collector whose database is gone after it was there."""
    with harness.rig(
        tmp_path_factory.mktemp("away"), "collector", HAILONG_REQUEST_DEADLINE="2", HAILONG_STORE_DEADLINE="1.5"
    ) as rig:
        with harness.database(rig.home) as db:
            Store(db).opened(plans.small("away"))
        with harness.client(rig.url()) as client:
            assert client.put("away", uuid4(), ballot()).status == 201
        rig.kill("mongodb")
        yield rig


@pytest.fixture
def orphan(abandoned: Rig) -> Iterator[Client]:
    with harness.client(abandoned.url()) as client:
        yield client


def test_without_the_store_a_ballot_is_told_when_to_come_again(orphan: Client) -> None:
    answer = orphan.put("away", uuid4(), ballot())
    assert (answer.status, answer.problem) == (503, "store-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_without_the_store_a_synchronisation_is_told_when_to_come_again(orphan: Client) -> None:
    answer = orphan.post("away", {"ballots": [{"id": str(uuid4()), **ballot()}]})
    assert (answer.status, answer.problem) == (503, "store-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_without_the_store_the_surveys_cannot_be_told(orphan: Client) -> None:
    assert orphan.get("/api/v1/surveys").problem == "store-unavailable"


def test_without_the_store_the_service_is_alive_and_not_ready(orphan: Client) -> None:
    assert orphan.get("/healthz").status == 200
    answer = orphan.get("/readyz")
    assert (answer.status, answer.problem) == (503, "not-ready")
    assert answer.json["errors"] == {"store": "does not answer"}
