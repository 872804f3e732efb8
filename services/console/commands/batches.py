"""`hailong batches`: batches that could not be scored."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from services.console import report
from services.console.commands.common import Refused, context_of, lines, told, with_home
from shared.store.tallies import Tallies, UnknownBatch


@click.group()
def batches() -> None:
    """Batches of ballots that could not be scored: list them, and try them again once the cause is mended."""


@batches.command()
@with_home
@told
def stuck(home: Path) -> None:
    """List the batches that were set aside, with the reason."""
    found = Tallies(context_of(home).db).all_stuck()
    lines(report.stuck_lines(found))
    click.echo(f"{len(found)} are stuck" if found else "nothing is stuck")


@batches.command()
@with_home
@click.argument("batch", metavar="BATCH", type=click.UUID)
@click.option("--by", help="Name of the person who decides; the account alone where none is given.")
@told
def retry(home: Path, batch: UUID, by: str | None) -> None:
    """Let a batch be scored again by the next sweep, within seconds. It is set aside again where the cause is not mended."""
    context = context_of(home)
    try:
        survey = Tallies(context.db).try_again(batch, context.author(by))
    except UnknownBatch as error:
        raise Refused(f"no batch {error} is stuck; see: hailong batches stuck") from error
    click.echo(f"batch {batch} of {survey} is tried again; see: hailong status {survey}")
