"""`make audit`: what bandit finds in the code, and what is known of the versions that the image is built from.

What could not be looked at is said aloud. `--strict` fails then, for whoever releases; without it a machine that has no way to
the data passes what it could look at.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.security.findings import Audit, answered, read

SOURCES = ("shared", "services", "verify", "deploy")
LOCK = "deploy/requirements.txt"
SERVICES = ("pypi", "osv")
"""Where pip-audit asks for known weaknesses, one after the other: what one does not know, the next may."""


def main() -> int:
    """1 where something was found, or with --strict where something could not be looked at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true")
    strict = parser.parse_args().strict
    unanswered = _of_code()
    audit = _of_dependencies()
    print("\n".join(audit.lines()))  # noqa: T201
    return 1 if unanswered or audit.weak or (strict and audit.unknown) else 0


def _of_code() -> list[str]:
    report = _report("bandit", "--quiet", "--recursive", *SOURCES, "--format", "json", "--configfile", "pyproject.toml")
    if report is None:
        return ["bandit gave no report"]
    if report["errors"]:
        return [str(error) for error in report["errors"]]
    found = [finding for finding in report["results"] if not answered(finding, Path(finding["filename"]).read_text("utf-8"))]
    told = [f"{f['filename']}:{f['line_number']}: {f['test_id']} {f['issue_text']}" for f in found]
    lines = report["metrics"]["_totals"]["loc"]
    print("\n".join([*told, f"bandit: {lines} lines, {len(report['results'])} findings, {len(told)} without an answer"]))  # noqa: T201
    return told


def _of_dependencies() -> Audit:
    reports = (_report("pip_audit", "-r", LOCK, "--disable-pip", "-s", each, "-f", "json") for each in SERVICES)
    return read(Path(LOCK).read_text("utf-8"), [report for report in reports if report is not None])


def _report(module: str, *arguments: str) -> dict[str, Any] | None:
    """What a tool wrote as JSON; None where it wrote none, as it does that cannot reach what it asks."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        print(f"{module} {' '.join(arguments[-3:])}: {last[:300]}", file=sys.stderr)  # noqa: T201
        return None


if __name__ == "__main__":
    sys.exit(main())
