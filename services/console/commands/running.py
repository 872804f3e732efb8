"""`hailong up` and `hailong demo`: everything on the embedded servers."""

from __future__ import annotations

from pathlib import Path

import click

from services.console import demo as demonstration
from services.console import supervisor
from services.console.commands.common import interrupted, say, told, with_home
from services.console.home import Home

FIRST_PORT = click.IntRange(1, 65_531)
"""The first of the five ports that everything takes."""


@click.command()
@with_home
@click.option("--port", type=FIRST_PORT, default=8000, show_default=True, help="First port: collector N, public site N+1.")
@told
def up(home: Path, port: int) -> None:
    """Start everything on the embedded servers, until Ctrl-C."""
    place = Home(home)
    with interrupted(), supervisor.running(place, port, say) as everything:
        say(f"collector  http://127.0.0.1:{everything.ports.collector}/docs")
        say(f"results    http://127.0.0.1:{everything.ports.publisher}/")
        say(f"data       {place.path.absolute()}")
        say(f"logs       {place.logs.absolute()}")
        say("Ctrl-C stops everything.")
        everything.wait()


@click.command()
@with_home
@click.option("--port", type=FIRST_PORT, default=8000, show_default=True, help="First port: collector N, public site N+1.")
@click.option("--seed", default=2022, show_default=True, help="Seed of the simulated ballots.")
@click.option("--plan", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=demonstration.PLAN)
@click.option("--stay/--no-stay", default=True, help="Stay up for a look around, or stop once it is published.")
@told
def demo(home: Path, port: int, seed: int, path: Path, *, stay: bool) -> None:
    """Start everything, and play a whole simulated survey: from its plan to results, measures, comments and a correction."""
    place = Home(home)
    with interrupted(), supervisor.running(place, port, say) as everything:
        addresses = demonstration.play(place, everything.ports, path, seed, say)
        say("Everything is published (of simulated ballots):")
        for label, url in addresses:
            say(f"  {label:20} {url}")
        say(f"  {'logs':20} {place.logs.absolute()}")
        if stay:
            say("Everything stays up for a look around. Ctrl-C stops it.")
            everything.wait()
