"""The command line `hailong`. Every command prints what it did, and ends non-zero with one clear sentence when it could not."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

COMMANDS = {
    "announcements": "announcements.announcements",
    "audit": "audit.audit",
    "backup": "backup.backup",
    "batches": "batches.batches",
    "comments": "comments.comments",
    "contacts": "contacts.contacts",
    "database": "database.database",
    "demo": "running.demo",
    "device": "devices.device",
    "invitations": "invitations.invitations",
    "measure": "measures.measure",
    "migrate": "migrations.migrate",
    "paper": "paper.paper",
    "plan": "plans.plan",
    "quarantine": "quarantine.quarantine",
    "rating": "rating.rating",
    "recount": "checks.recount_",
    "restore": "backup.restore",
    "retention": "retention.retention",
    "status": "checks.status",
    "survey": "surveys.survey",
    "up": "running.up",
}
"""Each command, and where it stands in `services.console.commands`."""


class Lazy(click.Group):
    """Imports the command that is asked for, and no other: all of them together take a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(".")
        return cast(click.Command, getattr(import_module(f"services.console.commands.{module}"), attribute))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hailong")
def main() -> None:
    """Hailong measures how satisfied people are with a public body's service, and publishes the result."""
