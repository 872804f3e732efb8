"""What goes wrong in a run, and when: drawn from a seed, so that a schedule can be tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

PROCESSES = ("collector", "scoring", "publisher", "redis", "mongodb", "beat")
LINKS = (
    "client-collector",
    "collector-mongodb",
    "collector-redis",
    "scoring-mongodb",
    "scoring-redis",
    "publisher-mongodb",
    "publisher-redis",
)
TIMEOUTS = 3.0
"""Seconds after which services give up waiting in these runs. What is frozen is so for longer."""


class Kind(StrEnum):
    """Of a process: killed or stopped, and started again; frozen; its disk or memory full. Of a link: see `links.Mode`."""

    KILL = "kill"
    RESTART = "restart"
    FREEZE = "freeze"
    FULL = "full"
    CUT = "cut"
    STALLED = "stalled"
    SLOW = "slow"
    DEAF = "deaf"


OF_PROCESSES = (Kind.KILL, Kind.KILL, Kind.FREEZE, Kind.RESTART)
OF_LINKS = (Kind.CUT, Kind.STALLED, Kind.SLOW, Kind.DEAF)


@dataclass(frozen=True)
class Fault:
    """`kind` happens to `target`, `after` seconds from the start or from the closing; it is mended after `lasts` seconds."""

    kind: Kind
    target: str
    after: float
    lasts: float
    at_closing: bool = False

    def __str__(self) -> str:
        since = "closing" if self.at_closing else "start"
        return f"{self.kind} {self.target} {self.after:.1f} s from {since} for {self.lasts:.1f} s"


@dataclass(frozen=True)
class Schedule:
    """One run's faults: one, or two at once of different targets. Seed and number make the ballots' ids, too."""

    seed: int
    number: int
    faults: tuple[Fault, ...]

    def chance(self, purpose: str) -> random.Random:
        """Chance for one purpose, the same whenever the schedule is tried."""
        return random.Random(f"{self.seed}/{self.number}/{purpose}")


def draw(seed: int, number: int) -> Schedule:
    """The schedule of that number."""
    chance = random.Random(f"{seed}/{number}")
    targets = chance.sample([*PROCESSES, *PROCESSES, *LINKS], 2)
    if targets[0] == targets[1] or chance.random() < 0.5:
        targets = targets[:1]
    at_closing = chance.random() < 0.35
    return Schedule(seed, number, tuple(_fault(chance, target, at_closing) for target in targets))


def _fault(chance: random.Random, target: str, at_closing: bool) -> Fault:
    after = chance.uniform(0.0, 1.0) if at_closing else chance.uniform(0.3, 2.5)
    kinds = OF_LINKS if target in LINKS else OF_PROCESSES
    if target in ("mongodb", "redis"):
        kinds = (*kinds, Kind.FULL)
    kind = chance.choice(kinds)
    lasts = {
        Kind.KILL: chance.uniform(0.0, 2.5),
        Kind.RESTART: 0.0,
        Kind.FREEZE: TIMEOUTS + chance.uniform(0.5, 2.5),
        Kind.FULL: chance.uniform(1.5, 4.0),
    }.get(kind, chance.uniform(1.0, 5.0))
    return Fault(kind, target, after, lasts, at_closing)
