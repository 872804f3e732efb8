"""What clients can read at the collector: surveys, the API's own description, and how the service is."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.harness import Client, eventually
from tests.integration.collector.conftest import Situations


def test_only_open_surveys_are_listed(api: Client, situations: Situations) -> None:
    listed = {survey["survey"]: survey for survey in api.get("/api/v1/surveys").json["surveys"]}
    assert situations.open in listed
    assert listed[situations.open]["title"] == {"vi": "Khảo sát thử", "en": "A trial survey"}
    assert not {situations.draft, situations.closing, situations.late} & set(listed)


def test_a_survey_tells_all_that_a_form_needs(api: Client, situations: Situations) -> None:
    survey = api.get(f"/api/v1/surveys/{situations.open}").json
    assert [s["id"] for s in survey["groups"][0]["strata"]] == ["desk", "online", "refusing", "keeping", "invited"]
    assert survey["groups"][0]["strata"][4]["admission"] == "invited"
    (questionnaire,) = survey["questionnaires"]
    assert (questionnaire["id"], questionnaire["version"]) == ("visit", 1)
    assert [c["id"] for factor in questionnaire["factors"] for c in factor["criteria"]] == ["C1", "C2", "C3"]
    assert questionnaire["factors"][1]["criteria"][0]["applies_if"] == {"question": "asked", "choices": ["yes"]}
    assert [level["value"] for level in questionnaire["scale"]["levels"]] == [1, 2, 3, 4, 5]
    assert questionnaire["expectation"][0]["at_most"] == 2
    assert survey["period"]["timezone"] == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize("survey", ["draft", "no-such-survey"])
def test_a_draft_is_as_unknown_as_what_is_not_there(api: Client, situations: Situations, survey: str) -> None:
    answer = api.get(f"/api/v1/surveys/{getattr(situations, survey, survey)}")
    assert (answer.status, answer.problem) == (404, "unknown-survey")


def test_the_api_describes_itself_in_valid_openapi(api: Client) -> None:
    described = api.get("/openapi.json").json
    OpenAPIV31SpecValidator(described).validate()
    assert described["openapi"] == "3.1.0"
    answers = described["paths"]["/api/v1/surveys/{survey_id}/ballots/{ballot_id}"]["put"]["responses"]
    assert {"200", "201", "400", "403", "404", "409", "413", "415", "422", "503"} <= set(answers)
    assert list(answers["409"]["content"]) == ["application/problem+json"]


def test_the_description_is_readable_without_leaving_the_host(api: Client) -> None:
    page = api.get("/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert page.status == 200
    assert len(named) == 3
    assert all(address.startswith("/") and not address.startswith("//") for address in named)
    assert [api.get(address).status for address in named] == [200, 200, 200]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_service_is_alive_and_ready(api: Client) -> None:
    assert api.get("/healthz").json == {"status": "alive"}
    eventually("ready", lambda: api.get("/readyz").status == 200)


def test_metrics_count_ballots_by_outcome(api: Client) -> None:
    answer = api.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"hailong_ballots_total" in answer.content
    assert b"hailong_commit_seconds_bucket" in answer.content


@pytest.mark.parametrize(
    ("given", "taken"), [("abc-123", True), ("a" * 65, False), ("né", False), ("a b", False), ("", False), ("a\tb", False)]
)
def test_a_request_id_is_taken_over_where_it_is_fit_for_a_log(api: Client, given: str, taken: bool) -> None:
    answer = api.request("GET", "/healthz", headers={"X-Request-Id": given.encode()})
    assert (answer.headers["X-Request-Id"] == given) is taken
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/surveys", "/nothing"])
def test_every_answer_keeps_browsers_careful(api: Client, path: str) -> None:
    headers = api.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
