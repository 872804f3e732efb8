"""`hailong database prepare`: what a deployment in containers does first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from services.console.commands.common import Refused, say, told
from shared import settings
from shared.store import migrations
from shared.store.audit import Author
from shared.store.connection import connect
from shared.store.preparing import NotOurs, prepare


@click.group()
def database() -> None:
    """The database server of a deployment."""


@database.command("prepare")
@click.option("--host", default="mongodb:27017", show_default=True, help="How others find this member of the replica set.")
@click.option(
    "--administrator", "administrator", type=click.Path(path_type=Path), default=Path("/run/secrets/mongodb_admin_password"),
    show_default=True, help="The file with the administrator's password.",
)  # fmt: skip
@told
def prepare_(host: str, administrator: Path) -> None:
    """Make the server on this host ours: replica set, accounts, layout of the data, migrations. Can be repeated."""
    config = settings.from_environment()
    try:
        done = prepare(config.mongodb_url, administrator.read_text("utf-8").strip(), host)
    except NotOurs as error:
        raise Refused(str(error)) from error
    for line in done:
        say(line)
    author = Author("hailong database prepare", lambda: datetime.now(UTC))
    db = connect(_at_home(config.mongodb_url, host), "prepare")
    migrations.migrate(db, author, lambda each: say(f"migrating the data: {each.what}"))
    say("the database is ready")


def _at_home(url: str, host: str) -> str:
    """The address by which this host finds the server that others find at `host`."""
    return url.replace(f"@{host}/", "@127.0.0.1:27017/")
