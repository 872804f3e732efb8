"""`make fuzz`: at least REQUESTS requests made up from the collector's OpenAPI document, round after round.

A round asks every operation in both manners. Rounds that were done before are not done again, so an interrupted run goes on
where it was; SEED= draws others. What was counted is in build/fuzz/SEED/rounds.jsonl.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests import harness
from tests.fuzz.operations import Tally, World, fuzz
from tests.fuzz.world import world
from tests.harness import Store

EACH = 100
"""Requests of an operation in each manner, in one round."""


def main() -> int:
    """Ask until there were enough requests; 1 where an answer was not as documented, or the server failed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"))
    options = parser.parse_args()
    file = options.out / str(options.seed) / "rounds.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    rounds = [_read(json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
    tally = Tally()
    for done in rounds:
        tally.add(done)
    if tally.requests.total() < options.requests:
        with tempfile.TemporaryDirectory(prefix="hailong-fuzz-", ignore_cleanup_errors=True) as home:
            _rounds(Path(home), options, file, tally, len(rounds))
    print("\n".join(tally.lines()))  # noqa: T201
    for name, told in sorted(tally.faults.items()):
        print(f"\n{name}\n{told}")  # noqa: T201
    return 1 if tally.faults or tally.failures else 0


def _rounds(home: Path, options: argparse.Namespace, file: Path, tally: Tally, done: int) -> None:
    with harness.rig(home, HAILONG_LIMIT_DEVICE="0") as rig, harness.database(rig.home) as db:
        there = world(rig.url("collector"), Store(db))
        while tally.requests.total() < options.requests:
            _round(there, options.seed * 1_000_000 + done, file, tally)
            done += 1


def _round(there: World, number: int, file: Path, tally: Tally) -> None:
    began = time.monotonic()
    found = fuzz(there, EACH, number)
    with file.open("a") as lines:
        lines.write(json.dumps(_written(found)) + "\n")
    tally.add(found)
    pace = found.requests.total() / (time.monotonic() - began)
    told = f"{tally.requests.total()} requests, {pace:.0f} a second, {tally.failures} answers 5xx, {len(tally.faults)} faults"
    print(told, flush=True)  # noqa: T201


def _written(tally: Tally) -> dict[str, Any]:
    answers = [[name, status, times] for (name, status), times in tally.answers.items()]
    return {"requests": dict(tally.requests), "answers": answers, "faults": tally.faults}


def _read(line: dict[str, Any]) -> Tally:
    answers = Counter({(name, status): times for name, status, times in line["answers"]})
    return Tally(Counter(line["requests"]), answers, line["faults"])


if __name__ == "__main__":
    sys.exit(main())
