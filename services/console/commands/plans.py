"""`hailong plan`: check a plan, and help the person who writes one with sizes."""

from __future__ import annotations

from pathlib import Path

import click

from services.console import report
from services.console.commands.common import lines, told
from services.console.commands.design import design
from shared import plan as plans


@click.group()
def plan() -> None:
    """Check plans and design samples. Nothing here needs a running system."""


@plan.command()
@click.argument("path", metavar="PLAN.yml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@told
def check(path: Path) -> None:
    """Tell all mistakes of a plan with their lines, or that there are none and what the plan says.

    Example: hailong plan check deploy/surveys/sct-bentre-2022.yml
    """
    _, survey = plans.load(path)
    click.echo(f"ok: {path.name} is a complete plan")
    lines(report.summary_lines(survey))


plan.add_command(design)
