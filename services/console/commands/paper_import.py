"""`hailong paper import`: what two clerks entered, compared, and handed in where they agree."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.console import report
from services.console.commands.common import Context, Refused, context_of, lines, told, with_home
from services.console.files import SECRET, write_new
from services.console.home import Home
from services.console.paper.codes import read_codes
from services.console.paper.double import Difference, differences_csv
from services.console.paper.entry import Entered, File
from services.console.paper.intake import Copied, Faulty, Standing, compared, difference_lines, read_both, sent_lines, standing
from services.console.paper.invited import TooFewCodes, deal, in_need
from services.console.paper.reading import Unreadable
from services.console.paper.sending import Collector, Interrupted, NotAdmitted, Sent
from services.console.paper.serial import Serial
from shared import settings
from shared.domain.audit import Act
from shared.domain.survey import Admission, Admitted, Channel, State, Survey, admits
from shared.domain.token import read_token
from shared.store.acceptance import Acceptance
from shared.store.audit import Audit
from shared.store.invitations import Invitations
from shared.store.piles import Pile, Piles
from shared.store.surveys import Record

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@click.argument("first", type=OLD_FILE)
@click.argument("second", type=OLD_FILE)
@click.option("--by", required=True, help="Name of the person who brings the ballots in.")
@click.option("--dry-run", is_flag=True, help="Check and compare, and say what would happen; nothing is entered.")
@click.option("--invitations", "codes", type=OLD_FILE, help="File with the codes of the slips that came with invited ballots.")
@click.option("--device", "key", type=OLD_FILE, help="File with the key of an enrolled device, where the plan asks for one.")
@click.option("--late", is_flag=True, help="Send ballots whose time is over, to be set aside for a person.")
@click.option("--differences", type=NEW_FILE, help="CSV file for what differs.  [default: beside FIRST]")
@click.option("--collector", metavar="URL", help="Address of the collector.  [default: the home's]")
@told
def import_(home: Path, survey_id: str, first: Path, second: Path, **given: Any) -> None:
    """Bring in what two clerks entered from the same sheets, where they agree. FIRST and SECOND are CSV or XLSX.

    Both files are checked as a whole before anything is entered. Running it again enters nothing twice.

    Example: hailong paper import sct-bentre-2022 an.xlsx binh.xlsx --by "Trần Thị An"
    """
    if not given["by"].strip():
        raise Refused("--by may not be empty: the audit log says who brought the ballots in")
    context = context_of(home)
    record = context.surveys.get(survey_id)
    _must_admit(record, late=given["late"])
    piles = Piles(context.db).of(survey_id)
    if not piles:
        raise Refused(f"no ballots were printed for {survey_id}; see: hailong paper ballots --help")
    files = _read((first, second), record.survey, piles)
    found = compared(files)
    unused = max(file.unused for file in files)
    click.echo(
        f"{first.name}: {len(files[0].entered)} sheets; {second.name}: {len(files[1].entered)} sheets; {unused} rows unused"
    )
    _tell_differences(found.differences, (first, second), given["differences"])
    stand = standing(found.agreed, Acceptance(context.db, 0, 30.0).seen([each.ballot.id for each in found.agreed]))
    codes = _codes(context, stand, record.survey, given["codes"])
    key = _key(given["key"], found.agreed, record.survey)
    if given["dry_run"]:
        _tell_dry(stand, found.differing)
        return
    sender = Collector(_collector(home, given["collector"]), key)
    sent = _send(context, sender, survey_id, found.agreed, codes, found.differing, given["by"])
    click.echo(f"{survey_id}:")
    lines(sent_lines(sent, found.differing))
    left = found.differing + len(sent.refused)
    if left:
        raise Refused(f"sheets not entered: {left}. Look at them again, mend the files, and run the same command")


def _must_admit(record: Record, *, late: bool) -> None:
    """Raises Refused where no paper ballot would be accepted now."""
    survey_id, period = record.survey.id, record.survey.period
    admitted = admits(period, record.state, Channel.PAPER, datetime.now(UTC))
    if record.state in (State.SEALED, State.PUBLISHED):
        raise Refused(f"{survey_id} is {record.state.value}: nothing changes any more")
    if admitted is Admitted.NOT_YET:
        opens = report.local(period.opens_at, period)
        raise Refused(f"{survey_id} takes ballots from {opens}, once it is open (hailong survey open)")
    if admitted is not Admitted.YES and not late:
        ended = report.local(period.late_until, period)
        raise Refused(
            f"the time for paper ballots of {survey_id} ended at {ended}. With --late they are sent "
            "all the same, and set aside for a person to decide (hailong quarantine list)"
        )


def _read(paths: tuple[Path, Path], survey: Survey, piles: Mapping[str, Pile]) -> tuple[File, File]:
    try:
        return read_both(paths, survey, piles)
    except Copied as error:
        raise Refused(str(error)) from error
    except Faulty as error:
        lines(error.lines)
        raise Refused(f"{len(error.lines)} mistakes in the files; nothing was entered") from error


def _tell_differences(differences: Sequence[Difference], paths: tuple[Path, Path], out: Path | None) -> None:
    """List what differs, and write it beside the first file; a list of ours that is there already is replaced."""
    file = out or paths[0].with_name(f"{paths[0].stem}-differences.csv")
    if file.exists():
        if not file.read_bytes().startswith(differences_csv([]).strip()[:20]):
            raise Refused(f"{file} is there and is no list of differences; name another file by --differences")
        file.unlink()
    if differences:
        lines(difference_lines(differences, (paths[0].name, paths[1].name)))
        write_new(file, differences_csv(differences), SECRET)
        click.echo(f"{len(differences)} differences: {file}")


def _codes(context: Context, stand: Standing, survey: Survey, path: Path | None) -> dict[Serial, str]:
    """A code for each new ballot that needs one."""
    needing = in_need(stand.new, survey)
    if not needing:
        return {}
    if path is None:
        raise Refused(
            f"{len(needing)} sheets are of strata that take ballots by invitation; name the file with the codes of the slips "
            "that came with them by --invitations"
        )
    try:
        codes = read_codes(path)
        known = Invitations(context.db).find_all([code.digest for code in codes])
        return deal(needing, [code.token for code in codes], known, survey.id, random.SystemRandom())
    except (Unreadable, TooFewCodes) as error:
        reason = error.faults[0].told(path.name) if isinstance(error, Unreadable) else str(error)
        raise Refused(reason) from error


def _key(path: Path | None, agreed: Sequence[Entered], survey: Survey) -> str | None:
    if path is not None:
        return read_token(path.read_text("utf-8", errors="replace"))
    if any(survey.strata[each.ballot.stratum][1].admission is Admission.DEVICE for each in agreed):
        raise Refused(
            "the plan takes these ballots from enrolled devices alone: enrol this machine (hailong device enrol … --channel "
            "paper) and name the file with its key by --device"
        )
    return None


def _collector(home: Path, url: str | None) -> str:
    if url is not None:
        if not url.startswith(("http://", "https://")):
            raise Refused(f"--collector must be an address such as https://khaosat.example.vn, not {url}")
        return url.rstrip("/")
    if settings.is_named():
        raise Refused(
            "HAILONG_MONGODB_URL names the servers, so there is no home that knows the collector: name it by --collector"
        )
    return f"http://127.0.0.1:{Home(home).endpoints().port}"


def _tell_dry(stand: Standing, differing: int) -> None:
    click.echo("dry run, nothing was entered:")
    click.echo(f"  would go in       {len(stand.new)}")
    click.echo(f"  are there         {len(stand.there)}")
    click.echo(f"  differ            {differing}: would not be entered")
    click.echo(f"  would be refused  {len(stand.otherwise)}")
    for each in stand.otherwise:
        click.echo(f"    {each.serial}  is in already with other answers, which cannot be changed any more")


def _send(  # noqa: PLR0913, PLR0917 -- all of one import
    context: Context, sender: Collector, survey_id: str, agreed: Sequence[Entered], codes: Mapping[Serial, str], differing: int,
    by: str,
) -> Sent:  # fmt: skip
    """Hand in the ballots. What became of them is in the audit log, however it ends."""
    log, author = Audit(context.db), context.author(by)
    log.record(Act("enter ballots", survey_id, after={"agreed": len(agreed), "differ": differing}), author)
    sent, whole = Sent(), False
    try:
        for progress in sender.send(survey_id, agreed, codes, sent):
            click.echo(f"  {progress.settled} of {len(agreed)} sheets", err=True)
        whole = True
    except (Interrupted, NotAdmitted) as error:
        raise Refused(str(error)) from error
    finally:
        after = {
            "accepted": len(sent.accepted),
            "surplus": len(sent.surplus),
            "repeated": len(sent.repeated),
            "refused": len(sent.refused),
            "finished": whole,
        }
        log.record(Act("entered ballots", survey_id, after=after), author)
    return sent
