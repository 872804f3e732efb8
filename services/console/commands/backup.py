"""`hailong backup` and `hailong restore`: everything into one file, and from it into an empty system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import cast

import click

from services.console import checking
from services.console.commands.common import Command, Context, Refused, context_of, told, with_home
from shared.store import migrations
from shared.store.backup import archive, keys, making, restoring
from shared.store.backup.archive import BackupBroken, KeyNeeded, Manifest
from shared.store.backup.keys import BadKey, Keys
from shared.store.backup.snapshot import SnapshotLost

TOLD_EVERY = 50_000
"""Documents between two words on how far it is."""

_OUT = "A folder to put a file named by the time into, made where it is not there; or the new file, ending in .gz or .age."

_FILE = click.Path(dir_okay=False, path_type=Path)
_KEY = click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File of the key (age).")


def _refusing(command: Command) -> Command:
    """Tell what backups and keys refuse in one sentence."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except (BackupBroken, KeyNeeded, BadKey, SnapshotLost, restoring.NotEmpty) as error:
            raise Refused(str(error)) from error
        except FileExistsError as error:
            raise Refused(f"{error} exists already: a backup is never written over") from error
        except OSError as error:
            raise Refused(f"{error.filename or 'the file'}: {error.strerror or error}") from error

    return cast(Command, run)


@click.group(invoke_without_command=True)
@click.pass_context
@with_home
@click.option("--out", type=click.Path(path_type=Path), help=_OUT)
@_KEY
@told
@_refusing
def backup(command: click.Context, home: Path, out: Path | None, key: Path | None) -> None:
    """Write everything that lasts, as of one moment, into one file, while everything goes on.

    With --key the file is encrypted for the public key in it (age1…) or that of the secret key in it (AGE-SECRET-KEY-1…).
    """
    if command.invoked_subcommand is not None:
        return
    if out is None:
        raise Refused("say where the backup goes: hailong backup --out FILE or FOLDER")
    context = context_of(home)
    path = destination(out, encrypted=key is not None, now=datetime.now(UTC))
    manifest = making.make(context.db, path, _keys(key), context.author(), _told_so_far())
    click.echo(f"{path}: {_held(manifest)}, {path.stat().st_size:,} bytes, {'encrypted' if key else 'NOT encrypted'}")
    click.echo(f"it holds what was acknowledged before {manifest.about.made_at}; backup {manifest.identity}")
    if key is None:
        click.echo("it holds ballots and contacts: keep it as closely as the database, or encrypt with --key", err=True)


@backup.command("key")
@click.argument("path", metavar="FILE", type=_FILE)
@told
@_refusing
def key_(path: Path) -> None:
    """Make a key. FILE gets the secret key, which alone can read backups; the public key is printed."""
    click.echo(keys.make(path))
    told_of = f"the secret key is in {path}: keep it apart from the machine and from the backups; without it none can be read"
    click.echo(told_of, err=True)


@backup.command()
@click.argument("path", metavar="FILE", type=_FILE)
@_KEY
@told
@_refusing
def verify(path: Path, key: Path | None) -> None:
    """Read a backup to its end and check that it is whole. Exit 1 when it is not. Needs no database."""
    manifest = archive.read(path, _keys(key), lambda *_: None)
    for name, number in sorted(manifest.documents.items()):
        click.echo(f"  {name:20} {number:>12,}")
    about = manifest.about
    click.echo(f"{path} is whole: {_held(manifest)} as of {about.made_at}")
    click.echo(f"written by hailong {about.version}, schema revision {about.schema}; backup {manifest.identity}")


@click.command()
@with_home
@click.argument("path", metavar="FILE", type=_FILE)
@_KEY
@told
@_refusing
def restore(home: Path, path: Path, key: Path | None) -> None:
    """Put a backup into an empty system, then count everything again. Exit 1 when the figures do not agree.

    The file is read to its end before anything is written. A restore that was interrupted is begun again with the same command.
    """
    context = context_of(home)
    manifest = restoring.restore(context.db, path, _keys(key), context.author(), _told_so_far())
    click.echo(f"restored {_held(manifest)} as of {manifest.about.made_at}")
    for done in migrations.migrate(context.db, context.author(), lambda each: click.echo(f"migrating: {each.what}", err=True)):
        click.echo(f"migrated to schema revision {done.revision}")
    wrong = [record.survey.id for record in context.surveys.all() if not _agrees(context, record.survey.id)]
    if wrong:
        raise Refused(f"the recount of {', '.join(wrong)} does not agree with what was restored; see above")
    click.echo("recounted: everything agrees")


def _agrees(context: Context, survey_id: str) -> bool:
    found = checking.examine(context.db, context.surveys.get(survey_id))
    for line in found.differences:
        click.echo(f"DIFFERS  {survey_id}: {line}")
    click.echo(f"  {survey_id}: {found.said}")
    return not found.differences


def destination(out: Path, *, encrypted: bool, now: datetime) -> Path:
    """`out` itself, where it ends as a backup or is a file; else a name by the time in that folder, made if need be."""
    if out.is_file() or (out.suffix in (".gz", ".age") and not out.is_dir()):
        return out
    out.mkdir(mode=0o700, exist_ok=True)
    return out / f"hailong-{now:%Y%m%dT%H%M%SZ}.tar.gz{'.age' if encrypted else ''}"


def _keys(path: Path | None) -> Keys | None:
    return None if path is None else keys.read(path)


def _held(manifest: Manifest) -> str:
    ballots = manifest.documents.get("ballots", 0)
    surveys = manifest.documents.get("surveys", 0)
    return f"{surveys} survey{'' if surveys == 1 else 's'}, {ballots:,} ballots, {manifest.total:,} documents"


def _told_so_far() -> Callable[[str, int, int], None]:
    """Tells each collection once, and now and then how far it is."""
    last, told_at = "", 0

    def progress(name: str, done: int, total: int) -> None:
        nonlocal last, told_at
        if name != last or done - told_at >= TOLD_EVERY:
            last, told_at = name, done
            click.echo(f"  {name}{f': {done:,} of {total:,}' if total else ''}", err=True)

    return progress
