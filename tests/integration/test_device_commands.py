"""`hailong device` as an operator uses it."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from shared.store.audit import Audit
from tests import plans
from tests.harness import Client, Rig, Store, ballot, bearer, unique

HAILONG = str(Path(sys.executable).parent / "hailong")


def test_a_device_is_enrolled_seen_at_work_and_revoked(system: Rig, api: Client, store: Store, tmp_path: Path) -> None:
    def hailong(*words: str) -> subprocess.CompletedProcess[str]:
        command = [HAILONG, "device", *words, "--home", str(system.home.path)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    survey = store.opened(plans.small(unique("cli-device"), plans.stratum("desk", admission="device"))).survey.id
    drawing = tmp_path / "enrol.svg"
    enrolled = hailong(
        *("enrol", survey, "desk", "--name", "Quầy 3", "--address", "https://khaosat.example.vn/", "--qr", str(drawing))
    )
    assert enrolled.returncode == 0, enrolled.stderr
    key = enrolled.stdout.split("key")[1].split()[0]
    assert f"https://khaosat.example.vn/kiosk/{survey}#device={key.replace('-', '')}" in enrolled.stdout
    assert drawing.read_text().startswith("<?xml")
    assert stat.S_IMODE(drawing.stat().st_mode) == 0o600
    twice = hailong("enrol", survey, "desk", "--name", "Quầy 3")
    assert (twice.returncode, twice.stderr) == (
        1,
        f"Error: {survey} has a device Quầy 3 already; give this one another name\n",
    )
    sent = [{"id": str(uuid4()), **ballot(channel="kiosk", sequence=number)} for number in (1, 2, 5)]
    assert {o["status"] for o in api.post(survey, {"ballots": sent}, bearer(key)).json["outcomes"]} == {201}
    said = {"pending": 2, "refused": 0, "bursts": 1, "version": "7", "last": 6}
    assert api.json("PUT", "/api/v1/device/report", said, bearer(key)).status == 204
    listed = hailong("list", survey).stdout
    assert "Quầy 3  kiosk  enrolled  desk" in listed
    assert "settled   3 ballots, up to number 5" in listed
    assert "missing   3-4, 6" in listed
    assert "2 wait, 0 were refused, 1 bursts of presses (in the hour from " in listed
    revoked = hailong("revoke", survey, "Quầy 3", "--reason", "stolen", "--by", "An")
    assert revoked.returncode == 0, revoked.stderr
    assert api.put(survey, uuid4(), ballot(channel="kiosk"), bearer(key)).problem == "device-unknown"
    assert "Quầy 3  kiosk  REVOKED  desk" in hailong("list", survey).stdout
    acts = list(Audit(store.db).entries(survey))
    assert [entry.act for entry in acts[-2:]] == ["enrol device", "revoke device"]
    assert acts[-1].by.startswith("An (")
    assert key.replace("-", "") not in repr(acts)
