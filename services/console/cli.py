"""The command line `hailong`. Every command prints what it did, and ends non-zero with one clear sentence when it could not."""

from __future__ import annotations

import click

from services.console.commands import editions, notices  # noqa: F401 -- they add commands to `survey`
from services.console.commands.announcements import announcements
from services.console.commands.audit import audit
from services.console.commands.backup import backup, restore
from services.console.commands.batches import batches
from services.console.commands.checks import recount_, status
from services.console.commands.comments import comments
from services.console.commands.contacts import contacts
from services.console.commands.database import database
from services.console.commands.devices import device
from services.console.commands.invitations import invitations
from services.console.commands.measures import measure
from services.console.commands.migrations import migrate
from services.console.commands.paper import paper
from services.console.commands.plans import plan
from services.console.commands.quarantine import quarantine
from services.console.commands.rating import rating
from services.console.commands.retention import retention
from services.console.commands.running import demo, up
from services.console.commands.surveys import survey


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hailong")
def main() -> None:
    """Hailong measures how satisfied people are with a public body's service, and publishes the result."""


for command in (backup, restore, migrate, retention, batches):
    main.add_command(command)

for command in (measure, comments, announcements):
    main.add_command(command)

main.add_command(database)

for command in (up, demo, plan, survey, invitations, contacts, paper, device, status, recount_, rating, audit, quarantine):
    main.add_command(command)
