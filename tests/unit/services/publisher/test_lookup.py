"""Receipts looked up on the site: found with a proof that anyone can check, or not found, and never before publication."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from services.publisher.published import Published
from services.publisher.site import create_site
from shared.domain.register import directory, includes
from tests.unit.services.publisher.memory import AHEAD, DRAFT, OPEN, OUT, RECEIPTS, SEALED, InBlocks, InMemory, Stored

PAGE, API = f"/surveys/{OUT}/register", f"/api/v1/surveys/{OUT}/register"
ABSENT = "0000-0000-0000-0000-0000"


@pytest.fixture
def registers() -> InBlocks:
    return InBlocks()


@pytest.fixture
def client(registers: InBlocks) -> FlaskClient:
    memory = InMemory()
    return create_site(Published(memory, Stored(memory)), registers).test_client()


def test_the_register_is_told_with_its_root_and_size(client: FlaskClient) -> None:
    answer = client.get(API).get_json()
    assert (answer["survey"], answer["edition"], answer["size"], answer["root"]) == (OUT, 2, 600, SEALED.root.hex())


@pytest.mark.parametrize("place", [0, 1, 255, 256, 511, 512, 599])
def test_a_receipt_is_found_with_a_proof_that_leads_to_the_root(client: FlaskClient, place: int) -> None:
    found = client.get(f"{API}/{RECEIPTS[place]}").get_json()
    proof = [bytes.fromhex(each) for each in found["proof"]]
    assert (found["included"], found["index"], found["edition"]) == (True, place, 2)
    assert includes(RECEIPTS[place], place, found["size"], proof, bytes.fromhex(found["root"]))


@pytest.mark.parametrize("receipt", [ABSENT, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ", RECEIPTS[300][:-1] + "0"])
def test_a_receipt_that_is_not_there_is_not_found_and_has_no_proof(client: FlaskClient, receipt: str) -> None:
    found = client.get(f"{API}/{receipt}").get_json()
    assert (found["included"], found.keys() & {"index", "proof"}) == (False, set())


def test_a_look_up_reads_one_block(client: FlaskClient, registers: InBlocks) -> None:
    client.get(f"{API}/{RECEIPTS[400]}")
    assert registers.blocks_read == 1


@pytest.mark.parametrize(
    "how", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "").replace("0", "o")]
)
def test_a_typed_receipt_leads_to_the_page_of_the_receipt(client: FlaskClient, how: object) -> None:
    typed = how(RECEIPTS[7])  # type: ignore[operator]
    answer = client.get(PAGE, query_string={"receipt": typed, "lang": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}/{RECEIPTS[7]}?lang=en")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (f"{PAGE}/{RECEIPTS[7]}?lang=en", "The ballot with this receipt is counted in the result."),
        (f"{PAGE}/{ABSENT}?lang=en", "No counted ballot has this receipt."),
        (f"{PAGE}/{RECEIPTS[7]}", "Phiếu có mã biên nhận này được tính trong kết quả."),
        (f"{PAGE}/{ABSENT}", "Không có phiếu nào được tính mang mã biên nhận này."),
    ],
)
def test_the_page_says_in_one_sentence_whether_the_ballot_counts(client: FlaskClient, path: str, sentence: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, sentence in answer.text) == (200, True)


def test_the_page_of_a_receipt_that_is_not_there_says_why_that_may_be_and_not_which(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}/{ABSENT}?lang=en").text
    assert "came after all places were taken, or that was never accepted" in page


@pytest.mark.parametrize("path", [f"{PAGE}?receipt=hello", f"{PAGE}/hello", f"{PAGE}?receipt=", f"{PAGE}/{'U' * 20}"])
def test_what_is_no_receipt_is_said_to_be_none(client: FlaskClient, path: str) -> None:
    answer = client.get(path, query_string=None)
    assert (answer.status_code, "Đây không phải là mã biên nhận" in answer.text) == (400, True)


def test_what_was_typed_is_never_markup(client: FlaskClient) -> None:
    assert "<script>" not in client.get(PAGE, query_string={"receipt": '"><script>'}).text


def test_what_is_no_receipt_is_a_problem_for_machines(client: FlaskClient) -> None:
    answer = client.get(f"{API}/hello")
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (400, "not-a-receipt")


@pytest.mark.parametrize("name", [OPEN, AHEAD])
def test_nothing_of_a_register_is_told_before_publication(client: FlaskClient, name: str) -> None:
    machine = [client.get(f"/api/v1/surveys/{name}/register{path}") for path in ("", f"/{RECEIPTS[7]}", "/hello")]
    people = [client.get(f"/surveys/{name}/register{path}") for path in ("", f"/{RECEIPTS[7]}", "/hello", "?receipt=hello")]
    assert {(answer.status_code, answer.get_json(force=True)["type"]) for answer in machine} == {(404, "not-published")}
    assert {(answer.status_code, "Kết quả chưa được công bố" in answer.text) for answer in people} == {(200, True)}
    assert not any(SEALED.root.hex() in answer.text for answer in people)


def test_a_draft_has_no_register(client: FlaskClient) -> None:
    assert client.get(f"/surveys/{DRAFT}/register").status_code == 404


def test_a_block_that_is_not_the_one_that_was_sealed_is_not_believed() -> None:
    memory, altered = InMemory(), [*RECEIPTS[:300], ABSENT, *RECEIPTS[301:]]
    client = create_site(Published(memory, Stored(memory)), InBlocks(altered)).test_client()
    answer = client.get(f"{API}/{RECEIPTS[300]}")
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (500, "damaged-register")


def test_a_directory_of_another_root_is_not_believed() -> None:
    memory, fewer = InMemory(), RECEIPTS[1:]
    client = create_site(Published(memory, Stored(memory)), InBlocks(fewer, directory(fewer))).test_client()
    assert client.get(f"{API}/{RECEIPTS[0]}").status_code == client.get(f"{PAGE}/{RECEIPTS[0]}").status_code == 500


def test_a_register_published_without_its_directory_is_not_believed() -> None:
    memory = InMemory()
    memory.records[OUT] = replace(memory.records[OUT], sealing=None)
    assert create_site(Published(memory, Stored(memory)), InBlocks()).test_client().get(f"{API}/{ABSENT}").status_code == 500


def test_the_results_page_leads_to_the_register(client: FlaskClient) -> None:
    assert f'href="{PAGE}?lang=vi"' in client.get(f"/surveys/{OUT}").text


def test_the_verifier_is_served_as_it_is_read(client: FlaskClient) -> None:
    with client.get("/verify/hailong_verify.py") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/x-python")
        assert b"standard library" in answer.data
