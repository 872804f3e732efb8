"""The verifier as a stranger runs it, on an edition that was really published: it agrees, and catches what was altered."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.domain.survey import State
from tests import plans
from tests.harness import Client, Rig, Store, drawn, unique

VERIFIER = Path(__file__).parents[2] / "verify" / "hailong_verify.py"
BALLOTS, PLACES = 150, 60


def verify(*words: str) -> subprocess.CompletedProcess[str]:
    """The verifier without this project and without what is installed beside Python."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@dataclass(frozen=True)
class Published:
    """A survey that is out: where, what it says, a receipt that counts and one that does not."""

    page: str
    results: dict[str, Any]
    register: str
    proof: dict[str, Any]
    counted: str
    surplus: str

    def checked(self, folder: Path, **changes: Any) -> subprocess.CompletedProcess[str]:
        """The verifier on files with `changes` in place of what was published."""
        contents = {"results": json.dumps(self.results), "register": self.register, "proof": json.dumps(self.proof)}
        contents |= {name: c if isinstance(c, str) else json.dumps(c) for name, c in changes.items()}
        words: list[str] = []
        for name, content in contents.items():
            (folder / name).write_text(content)
            words += [f"--{name}", str(folder / name)]
        return verify(*words)


@pytest.fixture(scope="module", params=["mean-of-factors", "pooled"])
def published(request: pytest.FixtureRequest, system: Rig, api: Client, site: Client, store: Store) -> Published:
    data = plans.small(
        unique("verify"), plans.stratum("desk", quota=PLACES, when_full="keep"), plans.stratum("online"), grace=0.2
    )
    data["method"] = {**data.get("method", {}), "aggregation": request.param}
    survey, chance = store.opened(data).survey.id, random.Random(7)
    answers = [api.put(survey, uuid4(), drawn(chance)) for _ in range(BALLOTS)]
    counted, surplus = ([a.json["receipt"] for a in answers if a.json["counted"] is is_in] for is_in in (True, False))
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.PUBLISHED)
    return Published(
        page=f"{system.url('site')}/surveys/{survey}",
        results=site.get(f"/api/v1/surveys/{survey}/results").json,
        register=site.get(f"/surveys/{survey}/register.txt").content.decode(),
        proof=site.get(f"/api/v1/surveys/{survey}/register/{counted[0]}").json,
        counted=counted[0],
        surplus=surplus[0],
    )


def test_what_was_published_is_found_right_from_its_address_alone(published: Published) -> None:
    done = verify(published.page, "--receipt", published.counted.lower().replace("-", " "))
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing is wrong" in done.stdout
    assert f"the proof leads from {published.counted} to the root" in done.stdout


def test_every_index_of_the_group_is_computed_again(published: Published) -> None:
    done = verify(published.page)
    for name in ("criterion C1", "criterion C2", "criterion C3", "factor F1", "factor F2", "overall by mean-of-factors"):
        assert f"ok     people, {name} is " in done.stdout
    for rule in ("mean-of-criteria", "pooled"):
        assert f"ok     people, overall by {rule} is " in done.stdout


def test_it_says_what_it_could_not_compute_and_why(published: Published) -> None:
    done = verify(published.page)
    assert "could not be computed again, because the answers to the overall question are not published" in done.stdout


def test_a_ballot_over_the_quota_is_not_in_the_register(published: Published) -> None:
    done = verify(published.page, "--receipt", published.surplus)
    assert done.returncode == 0
    assert f"{published.surplus}: the answer is that it is not in the register" in done.stdout
    assert published.surplus not in published.register


def test_saved_files_are_found_right(published: Published, tmp_path: Path) -> None:
    assert published.checked(tmp_path).returncode == 0


def altered_root(published: Published) -> dict[str, Any]:
    return {"results": {**published.results, "register": {**published.results["register"], "root": "0" * 64}}}


def removed_receipt(published: Published) -> dict[str, Any]:
    return {"register": published.register.replace(f"{published.counted}\n", "")}


def exchanged_receipt(published: Published) -> dict[str, Any]:
    lines = [line for line in published.register.splitlines() if line != published.counted] + [published.surplus]
    return {"register": "".join(f"{line}\n" for line in sorted(lines))}


def altered_proof(published: Published) -> dict[str, Any]:
    first, *rest = published.proof["proof"]
    return {"proof": {**published.proof, "proof": [first[::-1], *rest]}}


def proof_of_another_receipt(published: Published) -> dict[str, Any]:
    return {"proof": {**published.proof, "receipt": published.surplus}}


def altered(published: Published, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    results = json.loads(json.dumps(published.results))
    change(results["groups"][0])
    return {"results": results}


def altered_criterion(published: Published) -> dict[str, Any]:
    return altered(published, lambda group: group["criteria"][0].update(index=group["criteria"][0]["index"] + 0.01))


def altered_levels(published: Published) -> dict[str, Any]:
    return altered(published, lambda group: group["criteria"][0]["levels"].update({"5": 0}))


def altered_factor(published: Published) -> dict[str, Any]:
    return altered(published, lambda group: group["factors"][0].update(index=group["factors"][0]["index"] - 0.01))


def altered_overall(published: Published) -> dict[str, Any]:
    return altered(published, lambda group: group["overall"].update(index=group["overall"]["index"] + 0.01))


def altered_aggregation(published: Published) -> dict[str, Any]:
    return altered(published, lambda group: group["aggregations"]["mean-of-criteria"].update(index=50.0))


def one_ballot_more(published: Published) -> dict[str, Any]:
    return altered(published, lambda group: group.update(ballots=group["ballots"] + 1))


@pytest.mark.parametrize(
    "tamper",
    [
        altered_root, removed_receipt, exchanged_receipt, altered_proof, proof_of_another_receipt, altered_criterion,
        altered_levels, altered_factor, altered_overall, altered_aggregation, one_ballot_more,
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_caught(
    published: Published, tmp_path: Path, tamper: Callable[[Published], dict[str, Any]]
) -> None:
    done = published.checked(tmp_path, **tamper(published))
    assert (done.returncode, "WRONG" in done.stdout) == (1, True)


def test_what_cannot_be_read_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    done = verify("--results", str(tmp_path / "nothing.json"))
    assert (done.returncode, done.stdout) == (2, "")


def test_the_verifier_that_the_site_hands_out_is_this_one(site: Client) -> None:
    assert site.get("/verify/hailong_verify.py").content == VERIFIER.read_bytes()
