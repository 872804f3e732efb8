"""`hailong device`: kiosks and clerks' machines that hand ballots in, by a key of their own each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import segno

from services.console.commands.common import Refused, context_of, lines, told, with_home
from shared.domain.sequences import Range, missing, through
from shared.domain.survey import Channel
from shared.domain.token import BITS, grouped, token, token_digest
from shared.store import schema
from shared.store.devices import DeviceExists, Devices, Enrolled, UnknownDevice

GAPS_SHOWN = 10
"""Gaps in the sequence numbers of one device that are listed."""

NAME_LIMIT = 60


@click.group()
def device() -> None:
    """Kiosks and clerks' machines that hand ballots in, by a key of their own each."""


@device.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("strata", metavar="STRATUM...", nargs=-1, required=True)
@click.option("--name", required=True, help="What it is called in lists and in the audit log; no two are the same.")
@click.option("--channel", type=click.Choice(["kiosk", "paper"]), default="kiosk", show_default=True, help="What it is for.")
@click.option("--address", metavar="URL", help="Where people reach the collector, such as https://khaosat.example.vn.")
@click.option("--qr", type=click.Path(dir_okay=False, path_type=Path), help="SVG or PNG file to make, with the address in it.")
@click.option("--by", help="Name of the person who enrols it; the account alone where none is given.")
@told
def enrol(home: Path, survey_id: str, strata: tuple[str, ...], **given: Any) -> None:
    """Enrol a device for strata of a survey. Its key is shown once: the store keeps a hash of it.

    Example: hailong device enrol sct-bentre-2022 petrol electricity --name "Quầy 3" --address https://khaosat.example.vn
    """
    context = context_of(home)
    survey = context.surveys.get(survey_id).survey
    unknown = [stratum for stratum in strata if stratum not in survey.strata]
    if unknown:
        raise Refused(f"{survey_id} has no stratum {unknown[0]}; it has: {', '.join(survey.strata)}")
    name, qr = _name(given["name"]), _new_drawing(given["qr"])
    schema.ensure(context.db)
    key = token(secrets.randbits(BITS))
    made = Enrolled(token_digest(key), name, survey_id, tuple(dict.fromkeys(strata)), Channel(given["channel"]))
    try:
        Devices(context.db, context.author(given["by"])).enrol(made)
    except DeviceExists as error:
        raise Refused(str(error)) from error
    link = f"{(given['address'] or '').rstrip('/')}/kiosk/{survey_id}#device={key}"
    if qr is not None:
        _draw(link, qr)
    lines(_enrolled_lines(made, key, link, qr))


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not 1 <= len(name) <= NAME_LIMIT or not name.isprintable():
        raise Refused(f"a device's name has 1 to {NAME_LIMIT} characters")
    return name


def _new_drawing(file: Path | None) -> Path | None:
    if file is not None and (file.suffix not in (".svg", ".png") or file.exists()):
        raise Refused(f"{file} must be a new file that ends in .svg or .png")
    return file


def _draw(link: str, file: Path) -> None:
    file.touch(mode=0o600)
    segno.make_qr(link, error="m").save(str(file), scale=8, border=4)


def _enrolled_lines(made: Enrolled, key: str, link: str, qr: Path | None) -> Iterator[str]:
    yield f"enrolled {made.name} for {', '.join(made.strata)} of {made.survey} ({made.channel.value})"
    yield f"  key      {grouped(key)}"
    if made.channel is Channel.KIOSK:
        yield f"  address  {link}"
    if qr is not None:
        yield f"  QR code  {qr}; whoever has this file can enrol as {made.name}: delete it once it was used"
    yield "the key is shown this once; a device that lost it is revoked and enrolled anew under another name"


@device.command("list")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def list_(home: Path, survey_id: str) -> None:
    """List the devices of a survey: what they are for, what they last said, and which of their ballots never came."""
    context = context_of(home)
    context.surveys.get(survey_id)
    devices = Devices(context.db).of(survey_id)
    for each in devices:
        lines(_device_lines(each))
    if not devices:
        click.echo(f"{survey_id} has no devices; enrol one with: hailong device enrol {survey_id} STRATUM --name NAME")


def _device_lines(each: Enrolled) -> Iterator[str]:
    yield f"{each.name}  {each.channel.value}  {'REVOKED' if each.revoked else 'enrolled'}  {', '.join(each.strata)}"
    settled = sum(last - first + 1 for first, last in each.sequences)
    yield f"  settled   {settled} ballots, up to number {through(each.sequences)}"
    said = each.report
    gaps = missing(each.sequences, 0 if said is None else said.last)
    if gaps:
        yield f"  missing   {_numbers(gaps)}"
    if each.borrowed:
        yield f"  borrowed  {each.borrowed} places"
    if said is None:
        yield "  report    none yet"
        return
    heard = "" if each.heard is None else f" (in the hour from {each.heard.astimezone():%Y-%m-%d %H:%M})"
    yield f"  report    {said.pending} wait, {said.refused} were refused, {said.bursts} bursts of presses{heard}"
    yield f"  version   {said.version}"


def _numbers(gaps: tuple[Range, ...]) -> str:
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in gaps[:GAPS_SHOWN])
    more = len(gaps) - GAPS_SHOWN
    return shown + (f" and {more} more gaps" if more > 0 else "")


@device.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("name", metavar="NAME")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@click.option("--by", required=True, help="Name of the person who decides.")
@told
def revoke(home: Path, survey_id: str, name: str, reason: str, by: str) -> None:
    """Accept nothing from a device any more. What it keeps stays on it; the places that it borrowed are free again."""
    if not reason.strip() or not by.strip():
        raise Refused("to revoke a device takes a reason and a person: --reason and --by may not be empty")
    context = context_of(home)
    context.surveys.get(survey_id)
    try:
        freed = Devices(context.db, context.author(by)).revoke(survey_id, " ".join(name.split()), reason)
    except UnknownDevice as error:
        raise Refused(f"{survey_id} has no device {name} that is enrolled; see: hailong device list {survey_id}") from error
    click.echo(f"revoked {name} of {survey_id}; {freed} places that it had borrowed are free again")
