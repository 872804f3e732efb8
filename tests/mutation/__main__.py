"""Mutation testing: `python -m tests.mutation [--each N] [--seed S] [MODULE...]`, a module as `store.places`; all unless told.

Of each module a few mutants are drawn by chance and judged by the tests that reach them. One embedded database serves them all.
What was judged is kept in `mutants/`: the same command goes on where it was stopped, and `--again` judges anew what survived.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from services.console.home import Home
from tests.harness import Rig, free_ports
from tests.integration.store.conftest import SERVER

MUTANTS = Path("mutants")
FEWEST = "shared.domain.retention.*"
"""Judging these alone makes the mutants of all modules, and finds out which tests reach which function."""

WORDS = {0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests", None: "open"}
"""What mutmut keeps of a mutant: how pytest ended. Anything else is a test that did not end in time."""


@click.command()
@click.option("--each", default=10, show_default=True, help="Mutants of a module.")
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same mutants of the same sources.")
@click.option("--again", is_flag=True, help="Judge anew what was not killed.")
@click.argument("modules", nargs=-1)
def main(each: int, seed: int, again: bool, modules: Sequence[str]) -> None:
    """Judge `each` mutants of every module; exit 1 where one was not killed."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as environment:
        judge([FEWEST], environment)
        drawn = [name for found in sampled(judged(), modules, each, seed).values() for name in found]
        verdicts = {name: word for found in judged().values() for name, word in found.items()}
        left = [name for name in drawn if verdicts[name] == "open" or (again and verdicts[name] != "killed")]
        click.echo(f"{len(drawn)} of {len(verdicts)} mutants are drawn, {len(left)} of them are to be judged")
        if left:
            judge(left, environment)
    sys.exit(told(judged(), modules, each, seed))


@contextmanager
def server(folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment in which tests of the store find a server that is there already."""
    home, ports = Home(folder / "home"), free_ports()
    home.prepare(ports.first)
    rig = Rig(home, ports)
    try:
        rig.start("mongodb")
        yield {**os.environ, SERVER: str(ports.mongodb)}
    finally:
        rig.stop_all()


def judge(names: Sequence[str], environment: Mapping[str, str]) -> None:
    """Have mutmut judge these, one after the other, showing how far it is."""
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", "--max-children", "1", *names], env=environment, check=True)


def judged() -> dict[str, dict[str, str]]:
    """Every mutant by its module, `domain.tally`, with what became of it."""
    found = {}
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        module = str(path.relative_to(MUTANTS / "shared")).removesuffix(".py.meta").replace("/", ".")
        codes = json.loads(path.read_text())["exit_code_by_key"]
        found[module] = {name: WORDS.get(code, "out of time") for name, code in codes.items()}
    return found


def sampled(found: Mapping[str, Mapping[str, str]], modules: Sequence[str], each: int, seed: int) -> dict[str, list[str]]:
    """The names drawn of each module. More of them are the same ones and others."""
    drawn = {}
    for module in modules or found:
        names = sorted(found[module])
        random.Random(f"{seed}/{module}").shuffle(names)
        drawn[module] = names[:each]
    return drawn


def told(found: Mapping[str, Mapping[str, str]], modules: Sequence[str], each: int, seed: int) -> bool:
    """Say what became of them, module by module; whether one was not killed."""
    total: Counter[str] = Counter()
    left: defaultdict[str, list[str]] = defaultdict(list)
    for module, names in sampled(found, modules, each, seed).items():
        words = Counter(found[module][name] for name in names)
        total += words
        click.echo(
            f"{module}: {len(names)} of {len(found[module])}, {', '.join(f'{n} {word}' for word, n in sorted(words.items()))}"
        )
        for name in names:
            left[found[module][name]].append(name)
    click.echo(f"all: {', '.join(f'{number} {word}' for word, number in sorted(total.items()))}")
    for word in sorted(left.keys() - {"killed"}):
        click.echo("\n".join([f"{word}:", *(f"  {name}" for name in left[word])]))
    click.echo("see one: mutmut show NAME")
    return bool(left.keys() - {"killed"})


if __name__ == "__main__":
    main()
