"""What tools that look for weaknesses found, and whether it was answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANSWERS = {
    ("B105", "shared/store/announcements.py"): "a projection that leaves the secret out",
    ("B310", "verify/hailong_verify.py"): "it reads the addresses that its user names",
}
"""Findings of bandit that have no line to be answered on, by test and file."""


@dataclass(frozen=True)
class Audit:
    """Packages by what is known of them: `weak` ones with their weaknesses, `sound` ones, and those that nobody told of."""

    weak: Mapping[str, tuple[str, ...]]
    sound: frozenset[str]
    unknown: frozenset[str]

    def lines(self) -> Iterator[str]:
        """What people read. The last line says whether all was looked at."""
        for name, found in sorted(self.weak.items()):
            yield f"{name}: {', '.join(found)}"
        total = len(self.weak) + len(self.sound) + len(self.unknown)
        yield f"pip-audit: {total} packages, {len(self.weak)} with known weaknesses, {len(self.unknown)} not looked up"
        if self.unknown:
            missing = f"no data for {len(self.unknown)} of {total} packages"
            yield f"NOT AUDITED: {missing}. Run it where pypi.org or osv.dev can be reached."


def answered(finding: Mapping[str, Any], source: str) -> bool:
    """Whether a finding of bandit stands on a line where a person said why it is all right, as ruff wants it too."""
    line = source.splitlines()[finding["line_number"] - 1]
    reasoned = re.search(r"# noqa: S\d+ -+ \S", line) is not None
    return reasoned or (finding["test_id"], finding["filename"].removeprefix("./")) in ANSWERS


def read(lock: str, reports: Iterable[Mapping[str, Any]]) -> Audit:
    """What pip-audit's `reports` say of the packages that stand in `lock`. One that none of them speaks of is unknown."""
    packages = frozenset(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE))
    weak: dict[str, tuple[str, ...]] = {}
    sound: set[str] = set()
    for report in reports:
        for each in report["dependencies"]:
            if "skip_reason" in each:
                continue
            found = tuple(str(weakness["id"]) for weakness in each["vulns"])
            if found:
                weak[each["name"]] = tuple(sorted({*weak.get(each["name"], ()), *found}))
            else:
                sound.add(each["name"])
    return Audit(weak, frozenset(sound) - set(weak), packages - set(weak) - sound)
