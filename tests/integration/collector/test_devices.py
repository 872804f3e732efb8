"""Devices: who they are by their key, what they are admitted to, which of their ballots came, what they say of themselves."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.store.devices import Devices
from tests import plans
from tests.harness import AUTHOR, Client, Store, ballot, bearer, enrolled, unique


@pytest.fixture(scope="module")
def survey(store: Store, api: Client) -> str:
    assert api
    strata = (plans.stratum("desk"), plans.stratum("kiosk", admission="device"), plans.stratum("other", admission="device"))
    return store.opened(plans.small(unique("devices"), *strata)).survey.id


def kiosk(**changes: object) -> dict[str, object]:
    return ballot(**{"stratum": "kiosk", "channel": "kiosk", **changes})


def test_a_stratum_for_devices_takes_their_ballots_alone(api: Client, store: Store, survey: str) -> None:
    headers = bearer(enrolled(store, survey, "kiosk", "desk"))
    refused = api.put(survey, uuid4(), kiosk())
    assert (refused.status, refused.problem) == (401, "device-unknown")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert api.put(survey, uuid4(), kiosk(), bearer("no-such-key")).problem == "device-unknown"
    other = api.put(survey, uuid4(), kiosk(stratum="other"), headers)
    assert (other.status, other.problem) == (403, "device-not-admitted")
    assert [api.put(survey, uuid4(), kiosk(stratum=s), headers).status for s in ("kiosk", "desk")] == [201, 201]


def test_a_device_of_another_survey_is_not_admitted(api: Client, store: Store, survey: str) -> None:
    elsewhere = store.opened(plans.small(unique("elsewhere"))).survey.id
    headers = bearer(enrolled(store, elsewhere, "desk"))
    assert api.put(survey, uuid4(), kiosk(stratum="desk"), headers).problem == "device-not-admitted"


def test_a_ballot_without_a_key_among_others_has_its_own_outcome(api: Client, survey: str) -> None:
    kept = [{"id": str(uuid4()), **kiosk()}, {"id": str(uuid4()), **kiosk(stratum="desk")}]
    outcomes = api.post(survey, {"ballots": kept}).json["outcomes"]
    assert [(o["status"], o.get("problem", {}).get("type")) for o in outcomes] == [(401, "device-unknown"), (201, None)]


def test_a_header_for_somebody_before_us_is_no_key(api: Client, survey: str) -> None:
    assert api.put(survey, uuid4(), ballot(), {"Authorization": "Basic eDp5"}).status == 201


def test_gaps_in_the_sequence_numbers_show(api: Client, store: Store, survey: str) -> None:
    headers = bearer(enrolled(store, survey, "kiosk", name="gaps"))
    kept = [{"id": str(uuid4()), **kiosk(sequence=number)} for number in (1, 2, 5, 9)]
    invalid = {"id": str(uuid4()), **kiosk(sequence=10, answers={"C1": 99})}
    api.post(survey, {"ballots": [*kept, invalid]}, headers)
    answer = api.request("GET", "/api/v1/device", headers=headers)
    assert answer.status == 200
    assert answer.json == {
        "device": "gaps",
        "survey": survey,
        "strata": ["kiosk"],
        "channel": "kiosk",
        "sequences": {"through": 10, "missing": [[3, 4], [6, 8]]},
    }
    api.post(survey, {"ballots": [{"id": str(uuid4()), **kiosk(sequence=number)} for number in (3, 4)]}, headers)
    assert api.request("GET", "/api/v1/device", headers=headers).json["sequences"]["missing"] == [[6, 8]]


def test_a_report_is_kept_with_the_hour_alone(api: Client, store: Store, survey: str) -> None:
    headers = bearer(enrolled(store, survey, "kiosk", name="reporting"))
    said = {"pending": 3, "refused": 1, "bursts": 2, "version": "kiosk 1", "last": 7}
    assert api.json("PUT", "/api/v1/device/report", said, headers).status == 204
    device = next(d for d in Devices(store.db).of(survey) if d.name == "reporting")
    assert device.report is not None
    assert (device.report.pending, device.report.bursts, device.report.last) == (3, 2, 7)
    assert device.heard is not None
    assert (device.heard.minute, device.heard.second, device.heard.microsecond) == (0, 0, 0)
    assert api.json("PUT", "/api/v1/device/report", {**said, "pending": -1}, headers).json["errors"].keys() == {"pending"}
    assert api.json("PUT", "/api/v1/device/report", said).problem == "device-unknown"


def test_nothing_of_a_revoked_device_is_accepted(api: Client, store: Store) -> None:
    strata = (plans.stratum("kiosk", quota=5, when_full="refuse", admission="device"),)
    survey = store.opened(plans.small(unique("revoked"), *strata)).survey.id
    key = enrolled(store, survey, "kiosk", name="stolen")
    lease = api.reserve(survey, "kiosk", bearer(key), count=4).json["place"]
    assert api.put(survey, uuid4(), kiosk(place=lease), bearer(key)).status == 201
    assert Devices(store.db, AUTHOR).revoke(survey, "stolen", "it was stolen") == 3
    again = {"ballots": [{"id": str(uuid4()), **kiosk(place=lease, sequence=2)}]}
    assert api.post(survey, again, bearer(key)).problem == "device-unknown"
    assert api.put(survey, uuid4(), kiosk(place=lease), bearer(key)).problem == "device-unknown"
    assert api.reserve(survey, "kiosk", bearer(key), count=1).problem == "device-unknown"
    assert api.request("GET", "/api/v1/device", headers=bearer(key)).problem == "device-unknown"
    assert store.db.places.find_one({"survey": survey})["held"] == 0
    assert store.scored(survey).counted == 1
