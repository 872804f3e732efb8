"""What the commands share: where the store is, and how errors are told."""

from __future__ import annotations

import getpass
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from services.console.errors import ConsoleError
from services.console.home import Home
from shared import settings
from shared.domain.design import ImpossibleDesign
from shared.domain.survey import State
from shared.plan import PlanError
from shared.settings import Settings, SettingsError
from shared.store.audit import AuditBroken, Author
from shared.store.connection import Db, StoreConflict, StoreUnavailable, connect
from shared.store.schema import WrongSchema
from shared.store.surveys import Record, SurveyExists, Surveys, UnknownSurvey

Command = TypeVar("Command", bound=Callable[..., Any])


class Refused(ConsoleError):
    """What was asked for cannot be done; the message says why."""


_TOLD = (ConsoleError, SettingsError, PlanError, SurveyExists, ImpossibleDesign, AuditBroken, WrongSchema)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a command finds the store."""

    settings: Settings
    db: Db

    @property
    def surveys(self) -> Surveys:
        return self.surveys_of(None)

    def surveys_of(self, person: str | None) -> Surveys:
        """The surveys, for what `person` does to them."""
        return Surveys(self.db, self.author(person))

    def author(self, person: str | None = None) -> Author:
        """Who acts: the account that runs the command, and the person where one is named."""
        account = _account()
        return Author(account if person is None else f"{person} ({account})", lambda: datetime.now(UTC))


def _account() -> str:
    """The name of the account that runs the command; its number where it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def with_home(command: Command) -> Command:
    """Give a command the option --home."""
    option = click.option(
        "--home", type=click.Path(path_type=Path), default=Path("var"), show_default=True,
        help="Folder of the embedded servers.",
    )  # fmt: skip
    return option(command)


def told(command: Command) -> Command:
    """Turn what can go wrong into one clear sentence and a non-zero exit."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{named}{error.strerror or error}") from error
        except UnknownSurvey as error:
            raise click.ClickException(f"there is no survey {error}") from error
        except StoreUnavailable as error:
            raise click.ClickException(f"the database does not answer: {error}") from error
        except StoreConflict as error:
            raise click.ClickException(f"{error}; look at it again with `hailong status`") from error
        except _TOLD as error:
            raise click.ClickException(str(error)) from error

    return cast(Command, run)


def context_of(home: Path) -> Context:
    """The store that the environment names, otherwise that of the home."""
    config = settings.from_environment() if settings.is_named() else Home(home).settings()
    db = connect(config.mongodb_url, "console")
    click.get_current_context().call_on_close(db.client.close)
    return Context(config, db)


def require(record: Record, state: State, act: str) -> None:
    """Raises Refused unless the survey is in `state`."""
    if record.state is not state:
        raise Refused(f"{record.survey.id} is {record.state.value}; only a survey that is {state.value} can be {act}")


def say(line: str) -> None:
    """Print a line with the time."""
    click.echo(f"{datetime.now():%H:%M:%S}  {line}")  # noqa: DTZ005 - the time on the operator's own clock


def lines(texts: Iterable[str]) -> None:
    """Print lines as they are."""
    for text in texts:
        click.echo(text)


@contextmanager
def interrupted() -> Iterator[None]:
    """End quietly when the operator interrupts, by Ctrl-C or a stop signal."""
    for stop in (signal.SIGTERM, signal.SIGHUP):  # a stop, and a terminal that was closed
        signal.signal(stop, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        say("interrupted")
