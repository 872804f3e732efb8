"""A survey that a person released, with measures, comments and an announcement; then corrected: what the public gets."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from services.publisher.announcing import Announcing, Webhooks
from shared import settings
from shared.domain.announcement import WAITS, Standing, Way
from shared.domain.measure import Measure, Progress
from shared.domain.survey import State
from shared.events import AnnouncementsDue
from shared.store import schema
from shared.store.announcements import Announcements
from shared.store.connection import connect, transact
from shared.store.measures import Measures
from shared.store.surveys import Surveys
from tests import plans
from tests.harness import AUTHOR, Client, Rig, Store, drawn, eventually, unique

HAILONG = str(Path(sys.executable).parent / "hailong")
COMMENTS = ("Chị Lan gọi 0912 345 678, chờ lâu", "Chờ lâu quá", "Bàn ghế cũ", "Nhân viên tốt")

SEATS = Measure("", {"vi": "Thêm ghế"}, {"vi": "Văn phòng"}, date(2026, 1, 31), Progress.PLANNED, date(2025, 12, 1))


@dataclass
class Hook:
    """A receiver of webhooks that answers with `statuses`, the last one again and again, and keeps what it got."""

    statuses: list[int]
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def answer(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def listening(*statuses: int) -> Iterator[Hook]:
    hook = Hook(list(statuses))

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.answer())
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    hook.url = f"http://127.0.0.1:{server.server_port}/hook?from=survey"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """As a receiver checks it by the specification, apart from our own code."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    return headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


@dataclass(frozen=True)
class Played:
    """What was seen on the way."""

    survey: str
    before_release: dict[str, int]
    export: str
    hook: Hook
    secret: str
    said: dict[str, subprocess.CompletedProcess[str]]


def hailong(system: Rig, *words: str) -> subprocess.CompletedProcess[str]:
    named = {k: v for k, v in os.environ.items() if not k.startswith("HAILONG_")}
    named |= settings.to_environment(system.home.settings())
    return subprocess.run([HAILONG, *words], env=named, capture_output=True, text=True, timeout=120, check=False)


def answered(store: Store, api: Client, survey: str, previous: str) -> None:
    """A survey that 60 people answered, some of them with a comment, and that is closed."""
    strata = (plans.stratum("desk", population=400), plans.stratum("online", population=300))
    store.opened(plans.small(survey, *strata, grace=0.5, release="person", previous=previous))
    chance = random.Random(5)
    for number in range(60):
        comment = {"comment": COMMENTS[number % 4]} if number < 24 else {}
        assert api.put(survey, uuid4(), drawn(chance, **comment)).status == 201
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.SEALED)


def coded(export: str) -> str:
    """The exported file as a person codes it."""
    rows = list(csv.reader(io.StringIO(export)))
    for row in rows[1:]:
        row[2] = "Thời gian | Time" if "lâu" in row[1] else "Cơ sở vật chất" if "ghế" in row[1] else ""
    next(row for row in rows if row[1] == "Bàn ghế cũ")[3] = "Bàn ghế cũ, nên thay"
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def published(store: Store, survey: str, editions: int) -> None:
    eventually(f"{survey} has {editions} editions", lambda: store.surveys.get(survey).editions == editions, within=90)


@pytest.fixture(scope="module")
def played(system: Rig, store: Store, api: Client, site: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    survey, last_year, folder = unique("edited"), unique("last-year"), tmp_path_factory.mktemp("editions")
    store.opened(plans.small(last_year))
    Measures(store.db, AUTHOR).add(last_year, SEATS)
    answered(store, api, survey, last_year)
    paths = {path: f"/{path}" for path in (f"api/v1/surveys/{survey}/results", f"surveys/{survey}/notice.pdf", "feed.atom")}
    before = {path: site.get(address).status for path, address in paths.items() if "feed" not in path}
    with listening(204) as hook:
        said = {
            "add": hailong(system, "announcements", "add", "--webhook", hook.url, "--private", "--survey", survey, "--by", "A"),
            "export": hailong(system, "comments", "export", survey, "--out", str(folder / "c.csv")),
        }  # fmt: skip
        export = (folder / "c.csv").read_text("utf-8-sig")
        (folder / "coded.csv").write_text(coded(export))
        said["import"] = hailong(system, "comments", "import", survey, str(folder / "coded.csv"), "--by", "Người đọc")
        said["release"] = hailong(system, "survey", "release", survey, "--by", "Giám đốc")
        published(store, survey, 1)
        plan = store.surveys.plan_of(survey)
        plan["groups"][0]["strata"][0]["population"] = 500
        (folder / "corrected.yml").write_text(json.dumps(plan, ensure_ascii=False))
        correct = (
            "survey",
            "correct",
            survey,
            "--reason",
            "Sai số dân",
            "--reason-in",
            "en=Wrong population",
            "--by",
            "Trần B",
        )
        plan["questionnaires"][0]["version"] = 2
        (folder / "other.yml").write_text(json.dumps(plan, ensure_ascii=False))
        said["refused"] = hailong(system, *correct, "--plan", str(folder / "other.yml"))
        said["correct"] = hailong(system, *correct, "--plan", str(folder / "corrected.yml"))
        published(store, survey, 2)
        eventually("both editions are announced", lambda: len(hook.got) >= 2, within=60)
        said["editions"] = hailong(system, "survey", "editions", survey, "--review")
        said["list"] = hailong(system, "announcements", "list", survey, "--log")
        said["recount"] = hailong(system, "recount", survey)
        secret = said["add"].stdout.split("told this once: ")[1].strip()
        yield Played(survey, before, export, hook, secret, said)


def results(site: Client, survey: str, edition: int) -> dict[str, Any]:
    answer = site.get(f"/api/v1/surveys/{survey}/results?edition={edition}")
    assert answer.status == 200
    return dict(answer.json)


def test_nothing_is_out_before_a_person_released_it(played: Played) -> None:
    assert set(played.before_release.values()) == {404}


def test_every_command_did_what_it_was_asked(played: Played) -> None:
    refused = {name: done.stderr + done.stdout for name, done in played.said.items() if done.returncode != 0}
    assert list(refused) == ["refused"], refused
    assert "questionnaires[visit].version was settled before people answered" in refused["refused"]


def test_a_correction_is_a_new_edition_that_says_what_changed_and_why(played: Played, site: Client) -> None:
    first, second = results(site, played.survey, 1), results(site, played.survey, 2)
    correction = second["correction"]
    assert (correction["replaces"], correction["reason"]["en"]) == (1, "Wrong population")
    assert correction["fields"] == [{"field": "groups[people].strata[desk].population", "before": 400, "after": 500}]
    overall = next(row for row in correction["figures"] if row["figure"] == "overall" and row["stratum"] is None)
    assert overall["before"]["index"] == first["groups"][0]["overall"]["index"]
    assert overall["after"]["index"] == second["groups"][0]["overall"]["index"] != overall["before"]["index"]
    assert second["register"] == first["register"]
    assert "correction" not in first


def test_an_old_edition_stays_what_its_digest_says(played: Played, site: Client) -> None:
    first, second = results(site, played.survey, 1), results(site, played.survey, 2)
    assert second["correction"]["digest"] in played.said["editions"].stdout
    assert "edition 1" in played.said["editions"].stdout
    assert first["release"] == second["release"]
    assert first["release"]["days"] in (0, 1)


def test_measures_of_the_survey_before_are_told_with_their_state(played: Played, site: Client) -> None:
    (measure,) = results(site, played.survey, 1)["measures_before"]
    assert (measure["what"]["vi"], measure["until"], measure["state"]) == ("Thêm ghế", "2026-01-31", "planned")


def test_comments_are_read_without_personal_data_and_published_as_themes(played: Played, site: Client) -> None:
    (group,) = results(site, played.survey, 1)["comments"]
    assert "0912" not in played.export
    assert "Lan" not in played.export
    assert group["themes"] == [
        {"theme": {"vi": "Thời gian", "en": "Time"}, "count": 12},
        {"theme": {"vi": "Cơ sở vật chất", "en": "Cơ sở vật chất"}, "count": 6},
    ]
    assert group["cleared"] == ["Bàn ghế cũ, nên thay"]


def test_receivers_are_told_of_each_edition_by_a_signed_message(played: Played) -> None:
    assert all(is_signed(played.secret, headers, body) for headers, body in played.hook.got)
    told = {headers["webhook-id"]: json.loads(body) for headers, body in played.hook.got}
    assert [(each["type"], each["data"]["edition"]) for each in told.values()] == [
        ("edition.published", 1),
        ("edition.corrected", 2),
    ]
    assert played.secret not in played.said["list"].stdout
    assert "/hook" not in played.said["list"].stdout
    assert played.said["list"].stdout.count(": delivered, 1 try") == 2


def test_the_audit_log_names_who_corrected_and_why_and_no_secret(played: Played, store: Store) -> None:
    entries = list(store.db.audit.find({"survey": played.survey}).sort("_id"))
    acts = [entry["act"] for entry in entries]
    assert [act for act in acts if act in ("release", "publish", "correct", "clear comments")] == [
        "clear comments", "release", "publish", "correct", "publish",
    ]  # fmt: skip
    asked = entries[acts.index("correct")]
    assert asked["by"].startswith("Trần B (")
    assert asked["after"]["reason"]["vi"] == "Sai số dân"
    assert played.secret not in str(list(store.db.audit.find()))


def test_a_webhook_receiver_that_fails_twice_gets_it_once(system: Rig) -> None:
    db = connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('hooks')}?directConnection=true", "test")
    schema.ensure(db)
    store, times = Announcements(db, AUTHOR), [datetime(2026, 11, 10, tzinfo=UTC)]
    announcing = Announcing(store, {Way.WEBHOOK: Webhooks}, lambda: times[-1])
    with listening(500, 503, 200) as hook:
        _, secret = store.add(Way.WEBHOOK, hook.url, None, private=True)
        transact(db, lambda session: store.enqueue("s-2026", 1, '{"type":"edition.published"}', times[0], session), 10.0)
        for wait in (WAITS[0] / 2, WAITS[0] / 2, *WAITS[1:4]):
            announcing.deliver(AnnouncementsDue())
            announcing.deliver(AnnouncementsDue())
            times.append(times[-1] + wait)
    (told,) = store.all()
    assert (told.standing, [tried["answer"] for tried in told.tries]) == (Standing.DELIVERED, ["500", "503", "200"])
    assert len(hook.got) == 3
    assert {headers["webhook-id"] for headers, _ in hook.got} == {told.id}
    assert all(is_signed(str(secret), headers, body) for headers, body in hook.got)
    assert len({headers["webhook-timestamp"] for headers, _ in hook.got}) == 3
    db.client.close()


def test_an_address_inside_the_network_is_not_spoken_to_unless_the_operator_allows_it(system: Rig) -> None:
    db = connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('hooks')}?directConnection=true", "test")
    schema.ensure(db)
    store, now = Announcements(db, AUTHOR), datetime(2026, 11, 10, tzinfo=UTC)
    with listening(200) as hook:
        store.add(Way.WEBHOOK, hook.url, None, private=False)
        transact(db, lambda session: store.enqueue("s-2026", 1, "{}", now, session), 10.0)
        Announcing(store, {Way.WEBHOOK: Webhooks}, lambda: now).deliver(AnnouncementsDue())
    (told,) = store.all()
    assert told.standing is Standing.GIVEN_UP
    assert "inside a network" in told.tries[0]["answer"]
    assert hook.got == []
    db.client.close()


def test_a_removed_receiver_is_told_nothing_more_and_its_address_and_secret_are_gone(system: Rig) -> None:
    db = connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('hooks')}?directConnection=true", "test")
    schema.ensure(db)
    store, now = Announcements(db, AUTHOR), datetime(2026, 11, 10, tzinfo=UTC)
    receiver, secret = store.add(Way.WEBHOOK, "https://receiver.example/hook", None, private=False)
    transact(db, lambda session: store.enqueue("s-2026", 1, "{}", now, session), 10.0)
    store.remove(receiver.id)
    left = str([list(db[name].find()) for name in ("receivers", "announcements", "audit")])
    assert (str(secret) in left, "receiver.example" in left) == (False, False)
    assert [each.standing for each in store.all()] == [Standing.CANCELLED]
    assert store.take(now) is None
    db.client.close()


def test_a_look_for_due_surveys_uses_the_index(store: Store) -> None:
    assert any("due_at" in index["key"] for index in store.db.surveys.list_indexes())
    assert Surveys(store.db).due(datetime(2000, 1, 1, tzinfo=UTC)) == []
