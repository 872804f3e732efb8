"""Paper and letters against the running system: sheets become ballots once each, and codes come by slip and by mail."""

from __future__ import annotations

import csv
import io
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from click.testing import CliRunner, Result

from services.console.cli import main
from shared.domain.survey import State
from shared.store.contacts import Contacts
from tests import plans
from tests.harness import AUTHOR, Client, Rig, Store, ballot, unique

Run = Callable[..., Result]

FILLED = {"asked": "a", "C1": "5", "C2": "4", "C3": "3", "Q": "4", "wish": "a b", "_comment": "Nhanh hơn"}


@pytest.fixture
def hailong(system: Rig, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in this process, on the system's home."""
    for name in ("HAILONG_MONGODB_URL", "HAILONG_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(main, [*map(str, words), "--home", str(system.home.path)])


def succeeded(done: Result) -> str:
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def refused(done: Result, *words: str) -> None:
    assert done.exit_code == 1, (done.output, done.exception)
    assert [word for word in words if word not in done.output] == []


def filled(template: Path, name: str, changes: Mapping[int, Mapping[str, str]] = {}) -> Path:
    """A copy of a CSV template with every row filled in, and `changes` to some of them (row from 0 -> cells)."""
    head, second, *rows = csv.reader(io.StringIO(template.read_bytes().decode("utf-8-sig"), newline=""), delimiter=";")
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([head, second])
    for n, row in enumerate(rows):
        writer.writerow(({**dict(zip(head, row, strict=True)), **FILLED, **changes.get(n, {})})[name] for name in head)
    path = template.with_name(name)
    path.write_bytes(file.getvalue().encode("utf-8-sig"))
    return path


def printed(hailong: Run, survey: str, folder: Path, count: int) -> Path:
    """A template with a row for each of `count` sheets that were printed."""
    told = succeeded(hailong("paper", "ballots", survey, "--stratum", "desk", "--count", count, "--out", folder / "b.pdf"))
    (pile,) = re.findall(r"printed pile ([A-Z]{4})", told)
    succeeded(hailong("paper", "template", survey, "--pile", pile, "--out", folder / "t.csv"))
    return folder / "t.csv"


def test_sheets_that_two_clerks_agree_on_are_ballots_once_each(hailong: Run, store: Store, tmp_path: Path) -> None:
    survey = store.opened(plans.small(unique("paper"), grace=0.2, release="person")).survey.id
    template = printed(hailong, survey, tmp_path, 4)
    an, binh = filled(template, "an.csv"), filled(template, "binh.csv", {1: {"C1": "4"}})
    command = ("paper", "import", survey, an, binh, "--by", "An")
    dry = succeeded(hailong(*command, "--dry-run"))
    assert re.search(r"would go in +3\b", dry)
    assert store.ids(survey) == set()
    refused(hailong(*command), "went in           3", "differ            1", "sheets not entered: 1", "an-differences.csv")
    first = store.ids(survey)
    refused(hailong(*command), "went in           0", "were there        3")
    assert store.ids(survey) == first
    filled(template, "binh.csv")
    assert "went in           1" in succeeded(hailong(*command))
    assert not (tmp_path / "an-differences.csv").exists()
    assert len(store.ids(survey)) == 4
    filled(template, "an.csv", {0: {"Q": "1"}})
    filled(template, "binh.csv", {0: {"Q": "1"}})
    refused(hailong(*command), "refused           1", "is in already with other answers")
    channels = {stored.ballot.channel.value for chunk in store.ballots.chunks(survey) for stored in chunk}
    assert channels == {"paper"}
    acts = [(entry["act"], entry["by"].split(" ")[0]) for entry in store.db.audit.find({"survey": survey}).sort("_id")]
    assert acts.count(("entered ballots", "An")) == 4
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.SEALED)
    assert {pile["key"] for pile in store.db.piles.find({"survey": survey})} == {None}
    refused(hailong(*command), "nothing changes any more")


def test_a_file_with_mistakes_lets_nothing_in(hailong: Run, store: Store, tmp_path: Path) -> None:
    survey = store.opened(plans.small(unique("paper"))).survey.id
    template = printed(hailong, survey, tmp_path, 2)
    an, binh = filled(template, "an.csv"), filled(template, "binh.csv", {1: {"C1": "7", "wish": "a b c"}})
    done = hailong("paper", "import", survey, an, binh, "--by", "An")
    refused(done, "binh.csv: row 4, column E (C1)", "binh.csv: row 4, column I (wish)", "2 mistakes", "nothing was entered")
    assert store.ids(survey) == set()


def test_invited_sheets_come_in_with_the_codes_of_slips_dealt_by_chance(hailong: Run, store: Store, tmp_path: Path) -> None:
    survey = store.opened(plans.small(unique("paper"), plans.stratum("desk", admission="invited"))).survey.id
    template = printed(hailong, survey, tmp_path, 3)
    codes = tmp_path / "codes.csv"
    succeeded(hailong("invitations", "issue", survey, "desk", 4, "--out", codes))
    slips = ("invitations", "slips", codes, "--survey", survey, "--address", "https://x.example.vn", "--out")
    assert "printed 4 slips" in succeeded(hailong(*slips, tmp_path / "s.pdf"))
    an, binh = filled(template, "an.csv"), filled(template, "binh.csv")
    command = ("paper", "import", survey, an, binh, "--by", "An")
    refused(hailong(*command), "3 sheets", "--invitations")
    assert "went in           3" in succeeded(hailong(*command, "--invitations", codes))
    assert "were there        3" in succeeded(hailong(*command))
    assert store.db.invitations.count_documents({"survey": survey, "spent": True}) == 3
    refused(hailong(*slips, tmp_path / "again.pdf"), "the code is spent", "3 of 4 codes cannot be used")


def test_sheets_of_a_survey_for_devices_come_in_with_the_key_of_an_enrolled_one_alone(
    hailong: Run, store: Store, tmp_path: Path
) -> None:
    survey = store.opened(plans.small(unique("paper"), plans.stratum("desk", admission="device"))).survey.id
    template = printed(hailong, survey, tmp_path, 2)
    command = ("paper", "import", survey, filled(template, "an.csv"), filled(template, "binh.csv"), "--by", "An")
    refused(hailong(*command), "from enrolled devices alone", "--device")
    file = tmp_path / "device.key"
    for text in ("not a key", "0000-0000-0000-0000-0000-0000-00"):
        file.write_text(text)
        refused(hailong(*command, "--device", file), "does not admit this device")
        assert store.ids(survey) == set()
    enrolled = succeeded(hailong("device", "enrol", survey, "desk", "--name", "Văn thư", "--channel", "paper"))
    file.write_text(enrolled.split("key")[1].split()[0] + "\n")
    assert "went in           2" in succeeded(hailong(*command, "--device", file))
    assert "were there        2" in succeeded(hailong(*command, "--device", file))
    succeeded(hailong("device", "revoke", survey, "Văn thư", "--reason", "moved", "--by", "An"))
    assert {stored.ballot.channel.value for chunk in store.ballots.chunks(survey) for stored in chunk} == {"paper"}


class Inbox:
    """What a mail server took, by address; one mailbox is not there."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}

    async def handle_RCPT(  # noqa: N802 -- the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- likewise
        message = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        self.texts.setdefault(envelope.rcpt_tos[0], []).append(f"{message['Subject']}\n{message.get_content()}")
        return "250 OK"


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A real mail server that the settings name."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("HAILONG_SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("HAILONG_MAIL_FROM", "khaosat@hue.gov.vn")
    yield inbox
    controller.stop()


def test_contacts_are_invited_by_letter_and_only_who_has_not_answered_is_reminded(
    hailong: Run, api: Client, store: Store, inbox: Inbox, tmp_path: Path
) -> None:
    title = plans.texts("Khảo sát mức độ hài lòng của tổ chức, cá nhân đối với sự phục vụ của Sở", "A survey")
    data = plans.small(unique("letters"), plans.stratum("desk", admission="invited"), grace=0.2, release="person", title=title)
    survey = store.opened(data).survey.id
    book = tmp_path / "contacts.csv"
    lines = [
        "name,email,phone,stratum",
        "A,a@hue.gov.vn,,desk",
        "B,b@hue.gov.vn,,desk",
        "C,gone@hue.gov.vn,,desk",
        "D,,0234 382 2111,desk",
    ]
    book.write_text("\n".join(lines))
    assert "4 contacts are new" in succeeded(hailong("contacts", "load", survey, book))
    letters = ("--address", "https://x.example.vn")
    refused(hailong("contacts", "invite", survey, *letters), "2 letters were written", "C: no letter can be delivered")
    codes = {who: re.search(r"#([0-9A-Z]{26})\n", texts[0]).group(1) for who, texts in inbox.texts.items()}  # type: ignore[union-attr]
    assert inbox.texts["a@hue.gov.vn"][0].startswith(f"Mời trả lời: {title['vi']}\n")
    succeeded(hailong("contacts", "invite", survey, "--slips", tmp_path / "slips.csv"))
    assert api.put(survey, uuid4(), ballot(invitation=codes["a@hue.gov.vn"])).status == 201
    assert "nobody is to be written to" in succeeded(hailong("contacts", "remind", survey, *letters))
    store.db.contacts.update_many({"survey": survey}, {"$set": {"written_on": "2026-01-01"}})
    assert "1 letters were written" in succeeded(hailong("contacts", "remind", survey, *letters))
    assert [(who, len(texts)) for who, texts in sorted(inbox.texts.items())] == [("a@hue.gov.vn", 1), ("b@hue.gov.vn", 2)]
    listed = succeeded(hailong("contacts", "list", survey))
    assert [line.split()[-2:] for line in listed.splitlines()[2:]] == [
        ["written", "yes"], ["written", "no"], ["failed", "no"], ["handed", "no"]
    ]  # fmt: skip
    assert "0234 382 2111" in succeeded(hailong("contacts", "list", survey, "--phone"))
    assert api.put(survey, uuid4(), ballot(invitation=codes["b@hue.gov.vn"])).problem == "invitation-unknown"
    renewed = re.search(r"#([0-9A-Z]{26})\n", inbox.texts["b@hue.gov.vn"][1]).group(1)  # type: ignore[union-attr]
    assert api.put(survey, uuid4(), ballot(invitation=renewed)).status == 201
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.SEALED)
    assert [(c["link"], c["reached"], c["written_on"]) for c in store.db.contacts.find({"survey": survey})] == [
        (None, "closed", None)
    ] * 4
    assert (Contacts(store.db, AUTHOR).forget(survey), Contacts(store.db, AUTHOR).forget(survey)) == (4, 0)


def test_without_a_mail_server_letters_are_refused_with_what_to_do(hailong: Run, store: Store, tmp_path: Path) -> None:
    survey = store.opened(plans.small(unique("letters"))).survey.id
    (tmp_path / "c.csv").write_text("name,email,stratum\nA,a@hue.gov.vn,desk\n")
    succeeded(hailong("contacts", "load", survey, tmp_path / "c.csv"))
    refused(hailong("contacts", "invite", survey, "--address", "https://x.example.vn"), "no mail server", "--slips")
    assert store.db.invitations.count_documents({"survey": survey}) == 0
