"""What the image is built from: pinned, each file by its hash, in agreement with pyproject.toml, and free to be passed on."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "deploy" / "requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FREE = {
    "BSD",
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "Apache-2.0",
    "ISC",
    "PSF-2.0",
    "ZPL-2.1",
    "Zlib",
    "CC0-1.0",
}
"""Licences under which anybody may pass a program on with ours, whose notices are in the packages' own metadata."""

CLASSIFIED = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
}
TOLD_ELSEWHERE = {"pyrage": "MIT"}
"""Packages whose metadata name no licence: as the LICENSE file of their source says."""


def read() -> dict[str, tuple[Requirement, list[str]]]:
    """The requirements of the lock file by name, each with its hashes."""
    text = LOCK.read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split("--hash=")
            parsed = Requirement(requirement.strip())
            found[canonicalize_name(parsed.name)] = (parsed, [each.strip() for each in hashes])
    return found


LOCKED = read()


def of_here() -> list[str]:
    """The locked packages that an installation on this machine has."""
    return [name for name, (requirement, _) in LOCKED.items() if requirement.marker is None or requirement.marker.evaluate()]


def licences(name: str) -> set[str]:
    """What a package's metadata say of its licence, by SPDX names where they can be told."""
    told = metadata.metadata(name)
    expression, text = told.get("License-Expression"), told.get("License")
    if expression:
        return set(re.split(r"\s+(?:AND|OR)\s+|[()]", expression)) - {""}
    classified = [each.split(" :: ")[-1] for each in told.get_all("Classifier") or [] if each.startswith("License :: ")]
    return {CLASSIFIED.get(each, each) for each in classified} or {text or TOLD_ELSEWHERE.get(name, "nothing is said")}


def test_every_dependency_is_locked_at_the_version_that_the_project_names() -> None:
    named = {canonicalize_name(each.name): each for each in map(Requirement, PROJECT["dependencies"])}
    locked = {name: str(LOCKED[name][0].specifier) for name in named}
    assert locked == {name: str(each.specifier) for name, each in named.items()}


def test_every_locked_package_is_pinned_and_has_hashes() -> None:
    assert all(re.fullmatch(r"==[^*]+", str(requirement.specifier)) for requirement, _ in LOCKED.values())
    assert all(hashes and all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in hashes) for _, hashes in LOCKED.values())


def needed() -> set[str]:
    """All that the project's dependencies need on this machine, through any number of others."""
    reached, waiting = set(), [Requirement(each) for each in PROJECT["dependencies"]]
    while waiting:
        each = waiting.pop()
        name = canonicalize_name(each.name)
        if name in reached or (each.marker is not None and not each.marker.evaluate({"extra": ""})):
            continue
        reached.add(name)
        waiting += [Requirement(text) for text in metadata.requires(name) or []]
    return reached


def test_what_is_locked_is_what_the_dependencies_need_and_no_more() -> None:
    assert set(of_here()) == needed()


@pytest.mark.parametrize("name", of_here())
def test_a_package_may_be_passed_on_with_ours(name: str) -> None:
    assert licences(name) <= FREE


def test_the_image_installs_nothing_that_has_another_hash() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    installs = [line for line in text.replace("\\\n", " ").splitlines() if "pip install" in line]
    assert "--require-hashes -r requirements.txt" in installs[0]
    assert all("--no-deps" in line for line in installs[1:])
