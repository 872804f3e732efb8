"""`hailong plan design`: how many ballots, where, how many to hand out, and what will be seen (`shared.domain.design`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from services.console.commands.common import Refused, lines, told
from services.console.tables import table
from shared import plan as plans
from shared.domain import design as sizes
from shared.domain.forecast import SURE, Assumptions, GroupOutlook, Outlook, StratumOutlook, forecast


class Percent(click.ParamType[float]):
    """A percentage such as 5, 82.5 or 82,5%, as a share."""

    name = "percent"

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            percent = float(str(value).strip().removesuffix("%").replace(",", "."))
        except ValueError:
            self.fail(f"expected a percentage such as 5 or 82.5, got {value!r}", param, ctx)
        if not 0 < percent < 100 and not (self.whole and percent == 100):
            self.fail(f"expected a percentage above 0 and below 100, got {value!r}", param, ctx)
        return percent / 100


NUMBER = click.IntRange(min=1)
_population = click.option("--population", "-N", type=NUMBER, help="How many people or bodies there are, if it is known.")
_confidence = click.option("--confidence", type=Percent(), default="95", show_default=True, help="In percent.")
_share = click.option(
    "--share", type=Percent(), default="85", show_default=True, help="Satisfied answers to expect, in percent."
)


@click.group()
def design() -> None:
    """How many ballots, where, how many to hand out, and what will be seen. All shares are in percent."""


@design.command()
@click.option("--error", type=Percent(), default="5", show_default=True, help="The ± wanted, in points.")
@_population
@click.option("--share", type=Percent(), default="50", show_default=True, help="Satisfied answers; 50 is the worst case.")
@_confidence
@told
def size(error: float, population: int | None, share: float, confidence: float) -> None:
    """How many ballots carry no more than this error.

    Example: hailong plan design size --error 5 --population 300
    """
    rows = [
        (
            "Cochran",
            str(sizes.cochran_size(error, population, share, confidence)),
            f"share {share:.0%}, confidence {confidence:.0%}",
        )
    ]
    if population is not None:
        rows.append(("Slovin (Yamane)", str(sizes.slovin_size(population, error)), "share 50%, z = 2"))
    click.echo(f"Ballots for an error of ±{_points(error)} points, {_of(population)}:")
    lines(table(("rule", "ballots", "assumes"), rows))
    click.echo("These are ballots that come back. See `hailong plan design handouts` for how many to hand out.")


@design.command("error")
@click.argument("ballots", type=NUMBER)
@_population
@_share
@_confidence
@told
def error_(ballots: int, population: int | None, share: float, confidence: float) -> None:
    """What error so many ballots carry.

    Example: hailong plan design error 60 --population 300
    """
    _possible(ballots, population)
    rows = [
        (f"Cochran, share {share:.0%}", f"±{_points(sizes.cochran_error(ballots, population, share, confidence))}"),
        ("Cochran, share 50% (worst)", f"±{_points(sizes.cochran_error(ballots, population, 0.5, confidence))}"),
    ]
    if population is not None:
        rows.append(("Slovin (Yamane)", f"±{_points(sizes.slovin_error(ballots, population))}"))
    click.echo(f"{ballots} ballots, {_of(population)}, confidence {confidence:.0%}:")
    lines(table(("rule", "points"), rows))
    if ballots == population:
        click.echo("Everybody asked: if all answer, there is no sampling error.")


@design.command()
@click.argument("total", type=NUMBER)
@click.option("--stratum", "-s", "strata", multiple=True, required=True, metavar="NAME=N[@SHARE]",
              help="A stratum, its population, and last year's satisfied answers in percent if known.")  # fmt: skip
@click.option("--minimum", type=click.IntRange(min=0), default=10, show_default=True, help="Ballots for every stratum.")
@told
def allocate(total: int, strata: tuple[str, ...], minimum: int) -> None:
    """Divide a total of ballots over strata, by three rules.

    Example: hailong plan design allocate 60 -s a=40@90 -s b=60@80 -s c=80@85 -s d=120@95 --minimum 10
    """
    named = [_stratum(text) for text in strata]
    populations = [population for _, population, _ in named]
    shares = [share for _, _, share in named if share is not None]
    columns = [
        ("proportional", sizes.proportional(total, populations, minimum)),
        ("square root", sizes.square_root(total, populations, minimum)),
    ]
    if len(shares) == len(named):
        columns.append(("Neyman", sizes.neyman(total, populations, shares, minimum)))
    rows = [(name, str(population), *(str(given[h]) for _, given in columns)) for h, (name, population, _) in enumerate(named)]
    rows.append(("total", str(sum(populations)), *(str(sum(given)) for _, given in columns)))
    click.echo(f"{total} ballots, at least {minimum} in each stratum:")
    lines(table(("stratum", "population", *(name for name, _ in columns)), rows))
    if len(shares) < len(named):
        click.echo("Neyman's rule needs last year's share of every stratum: -s NAME=N@SHARE")


@design.command()
@click.argument("wanted", type=NUMBER)
@click.option("--rate", type=Percent(whole=True), required=True, help="Ballots that come back complete, in percent.")
@click.option("--certainty", type=Percent(), default="95", show_default=True, help="In percent.")
@told
def handouts(wanted: int, rate: float, certainty: float) -> None:
    """How many ballots to hand out so that at least so many come back.

    Example: hailong plan design handouts 10 --rate 80
    """
    issued = sizes.handouts(wanted, rate, certainty)
    click.echo(f"Hand out {issued} for at least {wanted} to come back, if {rate:.0%} do (certainty {certainty:.0%}).")
    rows = [
        (str(number), f"{sizes.at_least(wanted, number, rate):.1%}")
        for number in sorted({wanted, (wanted + issued) // 2, issued, issued + 2})
    ]
    lines(table(("handed out", f"at least {wanted} come back"), rows))


@design.command()
@click.argument("ballots", type=NUMBER)
@click.option("--before", type=NUMBER, help="Ballots of the survey before, if it was another number.")
@_share
@click.option(
    "--power", type=Percent(), default="80", show_default=True, help="How often the change is to be seen, in percent."
)
@_confidence
@told
def change(ballots: int, before: int | None, share: float, power: float, confidence: float) -> None:
    """The smallest change between two surveys that will be seen.

    Example: hailong plan design change 60 --before 60 --share 85
    """
    seen = sizes.smallest_change(ballots, before, share, power, confidence)
    click.echo(
        f"With {before or ballots} ballots before and {ballots} now, a true change of {_points(seen)} points around "
        f"{share:.0%} is seen {power:.0%} of the time. Smaller ones mostly are not."
    )


@design.command("report")
@click.argument("path", metavar="PLAN.yml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rate", type=Percent(whole=True), default="80", show_default=True, help="Ballots that come back complete.")
@_share
@click.option("--power", type=Percent(), default="80", show_default=True, help="How often a change is to be seen.")
@told
def report_(path: Path, rate: float, share: float, power: float) -> None:
    """What the survey of a plan will be able to say, group by group and stratum by stratum.

    Example: hailong plan design report deploy/surveys/sct-bentre-2022.yml --rate 80
    """
    _, survey = plans.load(path)
    least = survey.method.min_base
    click.echo(f"{survey.id}, if {rate:.0%} of the ballots handed out come back complete and {share:.0%} are satisfied:")
    for group in forecast(survey, Assumptions(rate, share, power)):
        click.echo(f"\nGroup {group.id}")
        lines(_outlooks(group))
        lines(f"  {text}" for text in _advice(group, least))


def _outlooks(group: GroupOutlook) -> Iterator[str]:
    rows = [_outlook_row(stratum.id, stratum.outlook, stratum) for stratum in group.strata]
    rows.append(_outlook_row("whole group", group.outlook, None))
    head = ("", "ballots", "population", "error ±", "worst ±", "smallest change", "shown")
    return table(head, rows)


def _outlook_row(name: str, outlook: Outlook, stratum: StratumOutlook | None) -> tuple[str, ...]:
    shown = "" if stratum is None or stratum.shown is None else f"{stratum.shown:.0%}"
    errors = ("none", "none") if outlook.census else (_maybe(outlook.error), _maybe(outlook.worst))
    change = "any" if outlook.census else _maybe(outlook.change)
    return (name, _number(outlook.ballots), _number(outlook.population), *errors, change, shown)


def _advice(group: GroupOutlook, least: int) -> Iterator[str]:
    at_risk = [stratum for stratum in group.strata if stratum.at_risk]
    for stratum in at_risk:
        yield f"{stratum.id}: {_stratum_advice(stratum, least)}"
    if len(at_risk) == 1 and len(group.strata) > 1:
        yield "If one stratum alone is hidden, the next smallest is hidden with it: the total would give it away otherwise."
    if any(stratum.shown is None for stratum in group.strata):
        yield "Strata without a quota: give one to see what to expect."
    if group.outlook.census:
        yield "Everybody is asked: no sampling error if all answer; if some do not, results give certain bounds instead."
    elif group.outlook.ballots is not None and group.outlook.population is None:
        yield "No population is given for every stratum: results will be unweighted, of the ballots received."


def _stratum_advice(stratum: StratumOutlook, least: int) -> str:
    ballots, population = stratum.outlook.ballots or 0, stratum.outlook.population
    if population is not None and population < least:
        return (
            f"{population} members, fewer than {least}: it will not be shown by itself. Expect that, or join it with another."
        )
    if ballots < least:
        return f"the quota of {ballots} is below {least}: it will not be shown by itself. Raise the quota."
    chance = f"under {least} complete ballots with probability {1 - (stratum.shown or 0):.0%} if only {ballots} are handed out"
    if stratum.hand_out is None:
        return f"{chance}; it has too few members to hand out enough. Remind those who have not answered."
    return f"{chance}. Hand out {stratum.hand_out} to be {SURE:.0%} sure, and set the quota to as many."


def _stratum(text: str) -> tuple[str, int, float | None]:
    name, _, rest = text.partition("=")
    population, _, share = rest.partition("@")
    if not name or not population.isdigit() or int(population) < 1:
        raise Refused(f"expected a stratum as NAME=N or NAME=N@SHARE, such as petrol=80@85, got {text}")
    return name, int(population), Percent().convert(share, None, None) if share else None


def _possible(ballots: int, population: int | None) -> None:
    if population is not None and ballots > population:
        raise Refused(f"{ballots} ballots cannot come from a population of {population}")


def _of(population: int | None) -> str:
    return "population not known (or very large)" if population is None else f"population {population}"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _maybe(share: float | None) -> str:
    return "-" if share is None else _points(share)


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
