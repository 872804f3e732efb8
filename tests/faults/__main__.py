"""`make faults`: random faults under load, schedule after schedule, each judged by its history.

`SCHEDULES=200 SEED=7 make faults` tries schedules 0 to 199 of seed 7; one that was tried before is not tried again, so an
interrupted run goes on where it was. `ONLY=12` tries that one alone. What was found of a violation stays in the folder.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.faults import checker, history, schedule
from tests.faults.run import run
from tests.faults.world import Linked, can_fill_disks, world

MORE_THAN_ENOUGH = 40
"""Schedules after which everything is started anew, in an empty home."""


@dataclass(frozen=True)
class Verdict:
    """What came of a schedule."""

    number: int
    faults: list[str]
    violations: list[str]
    acknowledged: int
    sent: int
    answers: dict[str, int]
    seconds: float


def main() -> int:
    """Try schedules; 1 when one of them was violated. A stop signal ends what was started, too."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="try this schedule alone, whether or not it was tried before")
    parser.add_argument("--check", type=Path, help="judge a history that was kept, and try nothing")
    parser.add_argument("--out", type=Path, default=Path("build/faults"))
    options = parser.parse_args()
    if options.check is not None:
        found = checker.violations(history.read(options.check))
        print("\n".join(found) or "no violation")  # noqa: T201
        return 1 if found else 0
    folder = options.out / str(options.seed)
    folder.mkdir(parents=True, exist_ok=True)
    if not can_fill_disks():
        print("no disk is filled up: that takes root, to mount a small one")  # noqa: T201
    tried = _tried(folder) if options.only is None else {}
    numbers = [options.only] if options.only is not None else [n for n in range(options.schedules) if n not in tried]
    verdicts = [*tried.values(), *_try(numbers, options.seed, folder)]
    return _sum_up(verdicts, options.seed)


def _try(numbers: list[int], seed: int, folder: Path) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for start in range(0, len(numbers), MORE_THAN_ENOUGH):
        with (
            tempfile.TemporaryDirectory(prefix="hailong-faults-", ignore_cleanup_errors=True) as home,
            world(Path(home)) as rig,
        ):
            for number in numbers[start : start + MORE_THAN_ENOUGH]:
                verdict = _try_one(rig, schedule.draw(seed, number), folder)
                verdicts.append(verdict)
                with (folder / "verdicts.jsonl").open("a") as file:
                    file.write(json.dumps(verdict.__dict__) + "\n")
                print(_line(verdict), flush=True)  # noqa: T201
    return verdicts


def _try_one(rig: Linked, drawn: schedule.Schedule, folder: Path) -> Verdict:
    begun = time.monotonic()
    name = f"{drawn.number:04}"
    logged = {log: log.stat().st_size for log in rig.home.logs.iterdir()}
    try:
        happened = run(rig, drawn)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is kept as evidence, and the next schedule is tried
        found, sent, acknowledged, answers = [f"did not settle: {error!r}"], 0, 0, Counter[str]()
    else:
        found = checker.violations(happened)
        told = {i.sent.id for i in happened.invocations if i.told.status in history.SUCCESS}
        sent, acknowledged = len({i.sent.id for i in happened.invocations}), len(told)
        answers = Counter(str(i.told.problem or i.told.status) for i in happened.invocations)
        if found:
            happened.write(folder / f"{name}.json")
    if found:
        _keep_logs(rig, logged, folder / name)
    seconds = round(time.monotonic() - begun, 1)
    return Verdict(drawn.number, [str(f) for f in drawn.faults], found, acknowledged, sent, dict(answers), seconds)


def _keep_logs(rig: Linked, logged: dict[Path, int], folder: Path) -> None:
    """What each process wrote since the schedule began."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for log in rig.home.logs.iterdir():
        (folder / log.name).write_bytes(log.read_bytes()[logged.get(log, 0) :])


def _tried(folder: Path) -> dict[int, Verdict]:
    path = folder / "verdicts.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return {verdict["number"]: Verdict(**verdict) for verdict in map(json.loads, lines)}


def _line(verdict: Verdict) -> str:
    said = "ok" if not verdict.violations else f"VIOLATED: {verdict.violations[0]}"
    unknown = verdict.answers.get("0", 0) + verdict.answers.get("store-unavailable", 0)
    numbers = f"{verdict.sent} ballots, {verdict.acknowledged} acknowledged, {unknown} without an answer"
    return f"{verdict.number:4}  {verdict.seconds:5.1f} s  {numbers}  [{' and '.join(verdict.faults)}]  {said}"


def _sum_up(verdicts: list[Verdict], seed: int) -> int:
    violated = [v for v in verdicts if v.violations]
    ballots = sum(v.acknowledged for v in verdicts)
    least = min((v.acknowledged for v in verdicts), default=0)
    counts = f"{ballots} ballots acknowledged, {least} or more in each"
    print(f"seed {seed}: {len(verdicts)} schedules, {counts}; {len(violated)} violated")  # noqa: T201
    for verdict in violated:
        print(f"{verdict.number:4}  {'; '.join(verdict.violations[:5])}")  # noqa: T201
    return 1 if violated else 0


if __name__ == "__main__":
    sys.exit(main())
