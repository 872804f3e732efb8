"""What the views of the API share: problems in the documentation, and what the store could not do as an answer."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask_smorest import Blueprint

from services.collector import problems
from services.collector.forms import ProblemForm
from services.collector.limits import TooMany
from services.collector.parsing import JsonParser
from shared.problem import Problem
from shared.store.connection import StoreUnavailable
from shared.store.surveys import UnknownSurvey

T = TypeVar("T")

DEVICE_KEY = "device"
"""The name under which the documentation speaks of a device's key."""


class JsonBlueprint(Blueprint):  # type: ignore[misc]
    """A part of the API whose bodies are parsed by our own rules."""

    ARGUMENTS_PARSER = JsonParser()


class Key(Enum):
    """Whether a request carries a device's key."""

    MAY = "may"
    MUST = "must"

    @property
    def security(self) -> list[dict[str, list[str]]]:
        """As OpenAPI says it: any one of these will do."""
        needed: dict[str, list[str]] = {DEVICE_KEY: []}
        return [needed] if self is Key.MUST else [{}, needed]


def documented(blueprint: Blueprint, *statuses: int, key: Key | None = None) -> Any:
    """Document the problem answers of a view and the key it takes, without wrapping it in a call for each."""

    def decorate(view: Any) -> Any:
        if key is not None:
            view._apidoc = blueprint.doc(security=key.security)(view)._apidoc
        for status in statuses:
            answer = blueprint.alt_response(status, schema=ProblemForm, content_type="application/problem+json")
            view._apidoc = answer(view)._apidoc
        return view

    return decorate


def stored(call: Callable[[], T]) -> T:
    """Call, and say over HTTP what the store could not do, or that there were too many calls."""
    try:
        return call()
    except UnknownSurvey as error:
        raise unknown(str(error)) from error
    except TooMany as error:
        raise problems.too_many(error.seconds) from error
    except StoreUnavailable as error:
        raise problems.store_away() from error


def unknown(survey_id: str) -> Problem:
    """No survey has this id."""
    return Problem(problems.UNKNOWN_SURVEY, f"No survey is called {survey_id!r}. GET /api/v1/surveys lists the open ones.")
