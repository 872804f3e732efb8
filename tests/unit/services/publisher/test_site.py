"""The site over HTTP, with surveys and editions that stand in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from services.publisher.published import Published, public_form
from services.publisher.site import create_site
from shared.domain.survey import Admission
from shared.store.connection import StoreUnavailable
from shared.store.surveys import Record
from tests.unit.services.publisher.memory import AHEAD, DRAFT, OPEN, OUT, PDF, PLAN, InBlocks, InMemory, Noticed, Stored

RESULTS = f"/api/v1/surveys/{OUT}/results"
FORM = "https://answer.example"


@pytest.fixture
def memory() -> InMemory:
    return InMemory()


@pytest.fixture
def client(memory: InMemory) -> FlaskClient:
    return create_site(Published(memory, Stored(memory), notices=Noticed(memory)), InBlocks()).test_client()


def test_the_list_shows_what_has_begun_and_the_figures_of_what_is_out(client: FlaskClient) -> None:
    page = client.get("/").text
    assert [f"/surveys/{name}" in page for name in (OUT, OPEN, AHEAD, DRAFT)] == [True, True, True, False]
    assert page.count("88,7%") == 1


@pytest.mark.parametrize(
    ("query", "words"), [("", "Đang lấy ý kiến"), ("?lang=en", "Open for answers"), ("?lang=xx", "Đang lấy ý kiến")]
)
def test_the_list_speaks_vietnamese_unless_asked_otherwise(client: FlaskClient, query: str, words: str) -> None:
    assert words in client.get(f"/{query}").text


def test_a_survey_shows_its_latest_edition(client: FlaskClient) -> None:
    assert "Lần công bố 2" in client.get(f"/surveys/{OUT}").text


def test_an_older_edition_stays_readable_and_says_that_it_is_replaced(client: FlaskClient) -> None:
    page = client.get(f"/surveys/{OUT}/editions/1?lang=en").text
    assert "Edition 1," in page
    assert "The latest figures are in edition 2." in page


@pytest.mark.parametrize(
    ("path", "ways"),
    [
        ("/", [f"{FORM}/s/{OPEN}?lang=vi"]),
        (f"/surveys/{OPEN}", [f"{FORM}/s/{OPEN}?lang=vi"]),
        (f"/surveys/{OPEN}?lang=en", [f"{FORM}/s/{OPEN}?lang=en"]),
        (f"/surveys/{AHEAD}", []),
        (f"/surveys/{OUT}", []),
    ],
)
def test_only_a_survey_that_is_open_leads_to_its_form(memory: InMemory, path: str, ways: list[str]) -> None:
    site = create_site(Published(memory, Stored(memory), notices=Noticed(memory)), InBlocks(), form=FORM)
    assert re.findall(rf'href="({FORM}[^"]*)"', site.test_client().get(path).text) == ways


def test_a_survey_that_only_devices_answer_leads_nowhere(memory: InMemory) -> None:
    survey = memory.records[OPEN].survey
    groups = tuple(
        replace(group, strata=tuple(replace(each, admission=Admission.DEVICE) for each in group.strata))
        for group in survey.groups
    )
    memory.records[OPEN] = replace(memory.records[OPEN], survey=replace(survey, groups=groups))
    site = create_site(Published(memory, Stored(memory), notices=Noticed(memory)), InBlocks(), form=FORM)
    assert FORM not in site.test_client().get(f"/surveys/{OPEN}").text


@pytest.mark.parametrize("path", ["/", f"/surveys/{OPEN}"])
def test_where_the_form_is_not_known_no_way_to_it_is_shown(client: FlaskClient, path: str) -> None:
    assert "/s/" not in client.get(path).text


@pytest.mark.parametrize("name", [OPEN, AHEAD])
def test_before_publication_a_survey_has_no_figures(client: FlaskClient, name: str) -> None:
    page = client.get(f"/surveys/{name}")
    assert "Kết quả chưa được công bố" in page.text
    assert "%" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/surveys/{}/editions/1",
        "/surveys/{}/notice.pdf",
        "/surveys/{}/editions/1/notice.pdf",
        "/api/v1/surveys/{}/results",
        "/api/v1/surveys/{}/results?edition=1",
    ],
)
@pytest.mark.parametrize("name", [OPEN, AHEAD, DRAFT, "no-such-survey"])
def test_before_publication_nothing_leaks_by_any_address(client: FlaskClient, path: str, name: str) -> None:
    answer = client.get(path.format(name))
    assert answer.status_code == 404
    assert b"88" not in answer.data
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("lang", "name", "other"), [("vi", "plan.pdf", "plan.en.pdf"), ("en", "plan.en.pdf", "plan.pdf")])
def test_who_reads_of_a_survey_that_is_open_finds_the_notice_that_it_is_held(
    client: FlaskClient, lang: str, name: str, other: str
) -> None:
    for page in (client.get(f"/?lang={lang}").text, client.get(f"/surveys/{OPEN}?lang={lang}").text):
        assert f'href="/surveys/{OPEN}/{name}"' in page
        assert f'href="/surveys/{OPEN}/{other}"' not in page
    document = client.get(f"/surveys/{OPEN}/{name}")
    assert (document.data, document.mimetype, document.headers["Cache-Control"]) == (PLAN, "application/pdf", "no-cache")
    assert document.headers["Content-Disposition"] == f'inline; filename="{OPEN}-{name}"'


@pytest.mark.parametrize(
    ("survey", "name"), [(DRAFT, "plan.pdf"), ("no-such-survey", "plan.pdf"), (OPEN, "plan.docx"), (OPEN, "plan.")]
)
def test_a_notice_that_is_not_out_is_not_found(client: FlaskClient, survey: str, name: str) -> None:
    assert client.get(f"/surveys/{survey}/{name}").status_code == 404


def test_a_survey_that_opens_is_in_the_feed_and_the_sitemap_and_a_draft_is_not(client: FlaskClient) -> None:
    feed, sitemap = client.get("/feed.atom?lang=en").text, client.get("/sitemap.xml").text
    assert "Survey begins: " in feed
    assert f"/surveys/{OPEN}</id>" in feed
    assert f"/surveys/{OPEN}</loc>" in sitemap
    assert DRAFT not in feed + sitemap


def test_a_draft_is_not_told_from_a_survey_that_does_not_exist(client: FlaskClient) -> None:
    assert client.get(f"/surveys/{DRAFT}").data == client.get("/surveys/no-such-survey").data


def test_the_results_are_given_as_json(client: FlaskClient, memory: InMemory) -> None:
    answer = client.get(RESULTS)
    assert answer.json == public_form(memory.editions[OUT, 2])
    assert list(json.loads(answer.data))[:3] == ["survey", "edition", "published_at"]


def test_another_edition_is_given_when_asked_for(client: FlaskClient) -> None:
    assert client.get(f"{RESULTS}?edition=1").json["edition"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ("edition=abc", 400, "invalid-edition"),
        ("edition=-1", 400, "invalid-edition"),
        ("edition=1.0", 400, "invalid-edition"),
        ("edition=", 400, "invalid-edition"),
        ("edition=²", 400, "invalid-edition"),
        ("edition=0", 404, "unknown-edition"),
        ("edition=3", 404, "unknown-edition"),
        (f"edition={'9' * 5000}", 404, "unknown-edition"),
    ],
)
def test_an_edition_that_is_not_there_is_a_problem_with_a_stable_type(
    client: FlaskClient, query: str, status: int, kind: str
) -> None:
    answer = client.get(f"{RESULTS}?{query}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.get_json(force=True)["type"] == kind


@pytest.mark.parametrize(("name", "kind"), [("nope", "unknown-survey"), (OPEN, "not-published")])
def test_a_survey_without_results_is_a_problem_with_a_stable_type(client: FlaskClient, name: str, kind: str) -> None:
    assert client.get(f"/api/v1/surveys/{name}/results").get_json(force=True)["type"] == kind


def test_the_notice_stands_beside_the_page_and_beside_its_edition(client: FlaskClient) -> None:
    latest, first = client.get(f"/surveys/{OUT}/notice.pdf"), client.get(f"/surveys/{OUT}/editions/1/notice.pdf")
    assert (latest.data, latest.content_type) == (PDF, "application/pdf")
    assert "immutable" in first.headers["Cache-Control"]
    assert first.headers["Content-Disposition"] == 'inline; filename="sct-bentre-2022-1-notice.pdf"'


@pytest.mark.parametrize("name", ["report.pdf", "..%2f..%2fetc%2fpasswd", "notice.pdf%00", "%E2%80%8B"])
def test_a_document_that_the_edition_does_not_have_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/surveys/{OUT}/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/", f"/surveys/{OUT}", f"/surveys/{OUT}/editions/1", RESULTS, f"/surveys/{OUT}/notice.pdf"])
def test_who_has_the_content_already_gets_it_not_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert not first.headers["ETag"].startswith("W/")
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_document_that_the_reader_has_is_not_read_from_the_store(client: FlaskClient, memory: InMemory) -> None:
    client.get(f"/surveys/{OUT}/notice.pdf", headers={"If-None-Match": f'"{sha256(PDF).hexdigest()}"'})
    assert memory.documents_read == 0


def test_a_notice_of_a_plan_that_the_reader_has_is_not_read_from_the_store(client: FlaskClient, memory: InMemory) -> None:
    tag = client.get(f"/surveys/{OPEN}/plan.pdf").headers["ETag"]
    again = client.get(f"/surveys/{OPEN}/plan.pdf", headers={"If-None-Match": tag})
    assert (again.status_code, memory.documents_read) == (304, 1)


def test_what_may_change_is_asked_for_again_and_what_may_not_is_kept(client: FlaskClient) -> None:
    caching = {path: client.get(path).headers["Cache-Control"] for path in (f"/surveys/{OUT}", RESULTS, f"{RESULTS}?edition=1")}
    assert list(caching.values()) == ["no-cache", "no-cache", "public, max-age=31536000, immutable"]


def test_a_style_sheet_is_kept_for_ever_under_its_own_version(client: FlaskClient) -> None:
    address = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    with client.get(address) as own, client.get("/static/site.css?v=old") as other:
        caching = (own.headers["Cache-Control"], other.headers["Cache-Control"])
    assert caching == ("public, max-age=31536000, immutable", "public, max-age=3600")


@pytest.mark.parametrize("path", ["/", f"/surveys/{OUT}", RESULTS, f"/surveys/{OUT}/notice.pdf", "/nowhere", "/healthz"])
def test_every_answer_forbids_scripts_and_framing(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy: Mapping[str, str] = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["style-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_any_page_may_read_the_published_figures(client: FlaskClient) -> None:
    assert client.get(RESULTS).headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_that_is_not_there_says_so_to_people(client: FlaskClient) -> None:
    answer = client.get("/surveys/nope?lang=en")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "This page was not found" in answer.text


def test_a_method_that_does_not_exist_is_refused(client: FlaskClient) -> None:
    answer = client.post(RESULTS)
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (405, "method-not-allowed")


@pytest.mark.parametrize(("path", "mimetype"), [("/", "text/html"), (RESULTS, "application/problem+json")])
def test_without_its_store_the_site_asks_to_come_back(
    memory: InMemory, monkeypatch: pytest.MonkeyPatch, path: str, mimetype: str
) -> None:
    def away(*_: object) -> Record:
        raise StoreUnavailable("away")

    monkeypatch.setattr(memory, "get", away)
    monkeypatch.setattr(memory, "all", away)
    answer = create_site(Published(memory, Stored(memory)), InBlocks()).test_client().get(path)
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, mimetype, "5")


def test_the_site_is_alive_and_ready_when_nothing_lacks(client: FlaskClient) -> None:
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_the_site_is_not_ready_while_something_lacks(memory: InMemory) -> None:
    answer = (
        create_site(Published(memory, Stored(memory)), InBlocks(), lambda: {"store": "does not answer"})
        .test_client()
        .get("/readyz")
    )
    assert (answer.status_code, answer.get_json(force=True)["detail"]) == (503, "store: does not answer")
