"""`hailong rating`: what a rule pack makes of an office's own figures. It needs no survey and touches none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from services.console.commands.common import lines, told
from services.console.tables import table
from shared.plan.rating import rate

WORDS = {
    "full": "fulfils 100 % of the task (hoàn thành 100% nhiệm vụ)",
    "most": "fulfils 70 to under 100 % of the task (hoàn thành từ 70% đến dưới 100% nhiệm vụ)",
    "under-70": "fulfils under 70 % of the task (hoàn thành dưới 70% nhiệm vụ)",
    "excellent": "xuất sắc (excellent)",
    "good": "tốt (good)",
    "fair": "khá (fair)",
    "average": "trung bình (average)",
    "weak": "yếu (weak)",
}
OPEN = "chưa đủ chỉ số (not enough indicators for a class)"


@click.command()
@click.argument("path", metavar="FILE.yml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the JSON to this file as well.")
@told
def rating(path: Path, out: Path | None, *, as_json: bool) -> None:
    """Rate an office by a rule pack (tt01-2018, qd766-2022) from the figures in FILE.yml.

    A rating is no satisfaction index and is not published with one; docs/ratings.md says what the file holds.

    Example: hailong rating deploy/ratings/tt01-2018-example.yml
    """
    found = rate(path)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        click.echo(text)
    else:
        lines(_said(found))


def _said(found: Mapping[str, Any]) -> Iterator[str]:
    pack = found["pack"]
    yield f"{pack['title']['vi']} ({pack['id']})"
    yield f"  unit      {next(iter(found['unit'].values()))}"
    yield f"  period    {found['first_day']} to {found['last_day']}"
    yield f"  source    {pack['source']}; verified: {pack['verified']}"
    if not found["in_force"]:
        until = pack["valid_to"] or "now"
        yield f"  WARNING   the rules hold from {pack['valid_from']} to {until}, not through this period"
    yield from _circular(found) if "scores" in found else _decision(found)
    yield "Not certain:"
    yield from (f"  - {doubt}" for doubt in pack["doubts"])


def _circular(found: Mapping[str, Any]) -> Iterator[str]:
    rows = [(f"{row['indicator']}. {row['title']['vi']}", _score(row["score"])) for row in found["scores"]]
    yield from table(("indicator", "score"), rows)
    for name, words in (("staff", "officials (1, 2, 3, 4, 7)"), ("agency", "agency (all nine)")):
        part = found[name]
        said = OPEN if part["class"] is None else f"{_score(part['total'])} of {part['of']}: {WORDS[part['class']]}"
        yield f"  {words}: {said}"
    if found["missing"]:
        yield f"  without enough information: {', '.join(map(str, found['missing']))}"


def _decision(found: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        ("feedback handled on time", _percent(found["feedback_on_time"])),
        ("satisfied with how feedback was handled", _percent(found["feedback_satisfied"])),
        ("satisfied with how procedures were handled", "not computed: formula not known"),
    ]
    yield from table(("ratio", "percent"), rows)
    if "class" in found:
        mark = "" if found["class_verified"] == "yes" else ", limits of this class not verified"
        yield f"  whole set: {found['total_points']:g} of 100 points: {WORDS[found['class']]}{mark}"


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "nothing to handle" if value is None else f"{value:.1f}"
