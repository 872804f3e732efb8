"""Whatever is made up from the API's description, the answer is as the description says; `make fuzz` asks far more."""

from __future__ import annotations

from tests.fuzz.operations import fuzz
from tests.fuzz.world import world
from tests.harness import Client, Rig, Store

EACH = 6


def test_every_operation_answers_as_it_is_described(system: Rig, api: Client, store: Store) -> None:
    assert system
    found = fuzz(world(api.url, store), EACH, number=7)
    assert found.faults == {}
    assert found.failures == 0
    described = {f"{verb.upper()} {path}" for path, verbs in api.get("/openapi.json").json["paths"].items() for verb in verbs}
    assert set(found.requests) == {name for name in described if not name.startswith("PARAMETERS")}
    assert {201, 204, 400, 401, 404, 422} <= {status for _, status in found.answers}
