"""`hailong audit`: what was done, by whom, and whether the log of it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from services.console.checking import digest_differences
from services.console.commands.common import Refused, context_of, told, with_home
from shared.domain.audit import Entry, Head
from shared.store.audit import Audit
from shared.store.editions import Editions, Files
from shared.store.surveys import Record


@click.group()
def audit() -> None:
    """What was done, by whom, and whether the log of it is whole."""


@audit.command()
@with_home
@click.argument("survey_id", metavar="[SURVEY]", required=False)
@told
def show(home: Path, survey_id: str | None) -> None:
    """Show who did what to a survey, when, and what it changed; without a name, to all."""
    log = Audit(context_of(home).db)
    for each in log.entries(survey_id):
        click.echo(entry_line(each))
    click.echo(head_line(log.head()))


@audit.command()
@with_home
@click.option("--expect", metavar="HASH", help="A hash that was noted earlier: it must still be in the log.")
@told
def verify(home: Path, expect: str | None) -> None:
    """Check that no entry was removed, changed or moved, that every survey stands where its last entry left it, and that every
    edition is the one that was published. Exit 1 when something is wrong."""
    context = context_of(home)
    log = Audit(context.db)
    records = context.surveys.all()
    found = log.faults() + list(unaccounted(records, log.entries()))
    for record in records:
        published = Editions(context.db, Files(context.db)).published(record.survey.id, record.editions)
        faults = digest_differences(published, log.entries(record.survey.id)) if record.editions else []
        found += [f"{record.survey.id}: {fault}" for fault in faults]
    if expect is not None and expect not in {each.hash for each in log.entries()}:
        found.append(f"no entry has the hash {expect}")
    for line in found:
        click.echo(f"WRONG  {line}")
    if found:
        raise Refused(f"the audit log is not whole: {len(found)} faults")
    click.echo(f"the audit log is whole; {head_line(log.head())}")


def unaccounted(records: Iterable[Record], entries: Iterable[Entry]) -> Iterator[str]:
    """Surveys that are not where their last entry left them: somebody changed them beside the log, in words."""
    left: dict[str | None, Mapping[str, Any]] = {}
    for each in entries:
        if isinstance(each.after, Mapping) and "revision" in each.after:
            left[each.survey] = each.after
    for record in records:
        told_of = left.get(record.survey.id, {})
        logged = (told_of.get("state"), told_of.get("revision"))
        if logged != (record.state.value, record.revision):
            yield (
                f"{record.survey.id} is {record.state.value} in revision {record.revision}; "
                f"the log left it {logged[0] or 'unknown'} in revision {logged[1]}"
            )


def entry_line(each: Entry) -> str:
    """One entry as an operator reads it."""
    return f"{each.number:6}  {each.at}  {each.by}: {each.act} {each.survey or ''}  {_change(each)}".rstrip()


def head_line(head: Head | None) -> str:
    """How far the log goes. Who notes the hash elsewhere can tell later that nothing before it was replaced."""
    return "no entries yet" if head is None else f"{head.number} entries, the last with hash {head.hash}"


def _change(each: Entry) -> str:
    """What changed, field by field."""
    names = dict.fromkeys([*each.before, *each.after])
    return ", ".join(_field(name, each.before.get(name), each.after.get(name)) for name in names)


def _field(name: str, before: object, after: object) -> str:
    told_as = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in (before, after)]
    return f"{name} {told_as[1]}" if before is None else f"{name} {told_as[0]} → {told_as[1]}"
