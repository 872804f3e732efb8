"""`hailong migrate`: take the data to the schema revision of this release."""

from __future__ import annotations

from pathlib import Path

import click

from services.console.commands.common import context_of, told, with_home
from shared.store import migrations, schema


@click.command()
@with_home
@told
def migrate(home: Path) -> None:
    """Take the data to the schema revision of this release. Make a backup before, and stop the services.

    Interrupted, the same command goes on where it ended. `hailong up` does this by itself.
    """
    context = context_of(home)
    before = schema.revision(context.db)
    done = migrations.migrate(context.db, context.author(), lambda each: click.echo(f"  {each.revision}: {each.what}"))
    if before is None:
        click.echo(f"there were no data; the store is ready, with schema revision {schema.REVISION}")
    elif done:
        click.echo(f"the data have schema revision {schema.REVISION}, before {before}")
    else:
        click.echo(f"the data have schema revision {schema.REVISION} already; nothing was to be done")
