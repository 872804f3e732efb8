"""Plan files: YAML -> plain data -> the frozen `Survey`. `docs/plan.md` describes the format.

What is stored is the plain data that `load` or `complete` gives: all defaults filled in, so that a later change of a
default changes no survey. A survey is rebuilt from it by `parse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from shared.domain.survey import Survey
from shared.plan import build
from shared.plan.fields import LANGUAGES, findings, languages
from shared.plan.problems import Finding, PlanError, Problem, located
from shared.plan.reader import PlanData, decoded, read, read_leniently, read_text
from shared.plan.rules import broken
from shared.plan.schema import PlanSchema

__all__ = ["PlanData", "PlanError", "Problem", "complete", "load", "load_text", "parse", "read", "read_text"]


def load(path: Path) -> tuple[dict[str, Any], Survey]:
    """The plan of a file: its complete data, as to be stored, and the survey. Raises PlanError with all mistakes."""
    return load_text(decoded(path), path.name)


def load_text(text: str, name: str) -> tuple[dict[str, Any], Survey]:
    """As `load`, from text; `name` stands for the file in messages."""
    plan, problems = read_leniently(text, name)
    data, found = _examined(plan.data)
    told = {problem.field for problem in problems}
    problems += [problem for problem in located(found, plan.lines) if problem.field not in told]
    if problems:
        raise PlanError(name, problems)
    return data, build.survey(data)


def parse(data: Mapping[str, Any]) -> Survey:
    """The survey of plain data, complete or not. Raises PlanError with all mistakes, without lines.

    With another id and time, for a rehearsal: `parse({**data, "survey": "demo", "simulated": True, "period": {…}})`.
    """
    return build.survey(complete(data))


def complete(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` with texts normalised and defaults filled in; complete data come out as they were. Raises PlanError."""
    completed, found = _examined(data)
    if found:
        raise PlanError("plan", located(found, {}))
    return completed


def _examined(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """The complete data, and all that is wrong; with mistakes, the data are empty."""
    token = LANGUAGES.set(languages(data.get("languages") if isinstance(data, Mapping) else None))
    try:
        completed: dict[str, Any] = PlanSchema().load(data)
    except ValidationError as error:
        return {}, [*findings(error.messages), *broken(data)]
    finally:
        LANGUAGES.reset(token)
    return completed, list(broken(completed))
