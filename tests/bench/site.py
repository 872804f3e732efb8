"""How fast the results page is served, as a share of an empty answer by the same gunicorn in the same run.

Both are asked for by the same load generator over kept connections, the page as a browser asks for it: compressed. The site's
process reads a store that is measured with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import urllib3

from services.publisher.bundle import media_type, page_files
from services.publisher.data import Imprint
from shared import settings
from shared.domain.survey import State, Survey
from shared.settings import Settings
from shared.store.connection import Db
from shared.store.editions import Edition, Editions, Files
from tests.bench import limit
from tests.bench.load import Request, drive
from tests.unit.services.publisher.example import edition_of

CONNECTIONS = 32
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Served:
    """Answers a second: pages with their store behind them, and empty ones. The medians of several rounds, taken in turn."""

    pages: float
    empty: float
    size: int

    @property
    def ratio(self) -> float:
        return self.pages / self.empty


def published(db: Db, survey: Survey) -> str:
    """The path of a results page of `survey`, which is stored as published with made-up figures."""
    files, document = Files(db), edition_of(survey)
    made = page_files(document, survey, ("notice.pdf",), Imprint())
    documents = {name: files.put(content, media_type(name)) for name, content in made.items()}
    Editions(db, files).add(Edition(survey.id, 1, datetime.now(UTC), document, documents))
    db.surveys.update_one({"_id": survey.id}, {"$set": {"state": State.PUBLISHED.value, "editions": 1}})
    return f"/surveys/{survey.id}"


def measure(site_port: int, path: str, empty_port: int, config: Settings, seconds: float) -> Served:
    """The page at `path` of the site on `site_port`, against an empty answer served on `empty_port`."""
    address, headers = f"http://127.0.0.1:{site_port}{path}", {"Accept-Encoding": "gzip"}
    page = urllib3.request("GET", address, headers=headers, preload_content=False)
    size = len(page.read(decode_content=False))
    if page.status != 200:
        raise RuntimeError(f"{path} is answered with {page.status}")
    pages, empty = [], []
    with _empty(empty_port, config):
        for _ in range(ROUNDS):
            empty.append(_rate(empty_port, "/empty", seconds / ROUNDS))
            pages.append(_rate(site_port, path, seconds / ROUNDS))
    return Served(sorted(pages)[ROUNDS // 2], sorted(empty)[ROUNDS // 2], size)


def _rate(port: int, path: str, seconds: float) -> float:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, br\r\nAccept: text/html\r\n\r\n"
    asked = Request("page", head.encode())
    trial = drive(port, [asked] * 300, CONNECTIONS)
    run = drive(port, [asked] * int(trial.rate * seconds), CONNECTIONS)
    if {answer.status for answer in run.answers} - {200, 201}:
        raise RuntimeError(f"{path} was not answered every time")
    return run.rate


@contextmanager
def _empty(port: int, config: Settings) -> Iterator[None]:
    """The application of `tests.bench.limit`, served as the site is."""
    command = [sys.executable, "-m", "shared.web", "tests.bench.limit:create", f"127.0.0.1:{port}"]
    with limit.serving(command, port, settings.process_environment() | settings.to_environment(config)):
        yield
