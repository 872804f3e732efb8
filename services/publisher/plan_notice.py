"""`hailong-plan-notice`: the notice that a survey is held, from its plan, for an office to number, date and sign."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from services.publisher.rendering.documents import plan_documents
from shared import plan


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", metavar="PLAN.yml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", metavar="DIR", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the files are written."
)
@click.option("--address", metavar="URL", help="Where people answer; without it the notice leaves room to write it.")
def main(path: Path, out: Path, address: str | None) -> None:
    """Write the notice that the survey of PLAN.yml is held: as PDF and as DOCX, in each language of the plan."""
    try:
        _, survey = plan.load(path)
    except plan.PlanError as error:
        raise click.ClickException(str(error)) from error
    out.mkdir(parents=True, exist_ok=True)
    for name, content in plan_documents(survey, datetime.now(UTC), address).items():
        (out / name).write_bytes(content)
        click.echo(f"wrote {out / name}")


if __name__ == "__main__":
    main()
