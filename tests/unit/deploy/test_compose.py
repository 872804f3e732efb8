"""What the compose file promises: one way in, nothing writable, no account that is root, no secret in the open."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "HAILONG_IMAGE" in service["image"]]
ONCE_AS_ROOT = "volumes"

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def networks(name: str) -> set[str]:
    mode = SERVICES[name].get("network_mode", "")
    if mode.startswith("service:"):
        return networks(mode.removeprefix("service:"))
    return set() if mode == "none" else set(SERVICES[name]["networks"])


def test_only_the_edge_has_ports_that_others_reach() -> None:
    reached = [name for name, each in SERVICES.items() for port in each.get("ports", []) if not port.startswith("127.0.0.1:")]
    assert set(reached) == {"edge"}


@pytest.mark.parametrize("server", ["mongodb", "redis"])
def test_a_server_is_on_no_network_of_the_edge_and_has_no_way_out(server: str) -> None:
    assert not networks(server) & networks("edge")
    assert all((COMPOSE["networks"][network] or {}).get("internal") for network in networks(server))


@each_service
def test_a_container_writes_to_nothing_but_its_volumes_and_has_no_capabilities(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service.get("cap_add", [])) <= {"edge": {"NET_BIND_SERVICE"}, ONCE_AS_ROOT: {"CHOWN"}}.get(name, set())


@each_service
def test_no_container_that_stays_is_root(name: str) -> None:
    user = str(SERVICES[name].get("user", "10001:10001" if name in OURS else "0:0"))
    assert (user.split(":", maxsplit=1)[0] == "0") is (name == ONCE_AS_ROOT)
    if name == ONCE_AS_ROOT:
        assert (SERVICES[name]["network_mode"], SERVICES[name]["restart"]) == ("none", "no")


def test_the_image_runs_as_an_account_of_its_own() -> None:
    assert re.findall(r"^USER (\S+)", (ROOT / "deploy" / "Dockerfile").read_text("utf-8"), re.MULTILINE)[-1] == "10001:10001"


@each_service
def test_what_lasts_is_in_named_volumes_and_what_is_mounted_from_here_cannot_be_written(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        if isinstance(volume, dict):
            assert volume["source"] in COMPOSE["volumes"]
        elif volume.startswith("."):
            assert volume.endswith(":ro")
        else:
            assert volume.split(":")[0] in COMPOSE["volumes"]


@each_service
def test_no_container_is_told_a_secret_by_its_environment_or_its_arguments(name: str) -> None:
    service = SERVICES[name]
    told = {
        **service.get("environment", {}),
        "command": str(service.get("command")),
        "entrypoint": str(service.get("entrypoint")),
    }
    assert not [
        key for key in told if re.search("(PASSWORD|SECRET|_URL)$", key) or re.search("://[^/]*:[^/]*@", str(told[key]))
    ]


def test_images_can_be_named_by_variables() -> None:
    assert all(service["image"].startswith("${HAILONG_") for service in SERVICES.values())


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "deploy" / "edge").glob("*.[Cc]addy*")))
def test_the_edge_is_given_all_that_its_files_leave_open(file: str) -> None:
    text = (ROOT / "deploy" / "edge" / file).read_text("utf-8")
    assert set(re.findall(r"\{\$(\w+)", text)) <= set(SERVICES["edge"]["environment"])
    assert set(re.findall(r"/run/secrets/(\w+)", text)) <= set(SERVICES["edge"]["secrets"])


@each_service
def test_logs_are_turned_over_and_memory_is_limited(name: str) -> None:
    assert SERVICES[name]["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert "mem_limit" in SERVICES[name] or SERVICES[name]["restart"] in ("no", "on-failure:5")


def copied(folder: Path) -> Path:
    """`make-secrets` in a deployment of its own."""
    (folder / "deploy").mkdir()
    script = folder / "deploy" / "make-secrets"
    script.write_bytes((ROOT / "deploy" / "make-secrets").read_bytes())
    script.chmod(0o755)
    return script


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(script), *arguments], capture_output=True, text=True, check=False)


def test_secrets_are_made_where_only_their_owner_gets_in(tmp_path: Path) -> None:
    made = run(copied(tmp_path), "survey.example.gov.vn", "internal")
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    named = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert {file.name for file in (tmp_path / "secrets").iterdir()} == named
    password = (tmp_path / "secrets" / "redis_password").read_text()
    assert re.fullmatch("[0-9a-f]{48}", password)
    assert f":{password}@redis:" in (tmp_path / "secrets" / "redis_url").read_text()
    assert password not in made.stdout + (tmp_path / ".env").read_text()


def test_no_two_deployments_share_a_secret(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        run(copied(tmp_path / name), "survey.example.gov.vn")
        texts.append({file.read_text() for file in (tmp_path / name / "secrets").iterdir()} - {""})
    assert not texts[0] & texts[1]


def test_secrets_that_are_there_are_never_overwritten(tmp_path: Path) -> None:
    script = copied(tmp_path)
    run(script, "survey.example.gov.vn")
    before = (tmp_path / "secrets" / "mongodb_url").read_text()
    again = run(script, "survey.example.gov.vn")
    assert again.returncode == 1
    assert "already there" in again.stderr
    assert (tmp_path / "secrets" / "mongodb_url").read_text() == before


def test_what_a_later_release_wants_is_added_and_nothing_else_is_touched(tmp_path: Path) -> None:
    script = copied(tmp_path)
    run(script, "survey.example.gov.vn")
    secrets = tmp_path / "secrets"
    before = {file.name: file.read_text() for file in secrets.iterdir()}
    for name in ("limit_salt", "smtp_url"):
        (secrets / name).unlink()
    added = run(script)
    assert (added.returncode, added.stdout) == (0, "added secrets/limit_salt\nadded secrets/smtp_url (empty)\n")
    after = {file.name: file.read_text() for file in secrets.iterdir()}
    assert after == {**before, "limit_salt": after["limit_salt"]}
    assert after["limit_salt"] != before["limit_salt"]
    assert run(script).stdout == "secrets/ has all that this release wants\n"


def test_a_secret_that_data_depend_on_is_not_made_anew(tmp_path: Path) -> None:
    script = copied(tmp_path)
    run(script, "survey.example.gov.vn")
    (tmp_path / "secrets" / "mongodb_url").unlink()
    refused = run(script)
    assert refused.returncode == 1
    assert "secrets/mongodb_url is missing" in refused.stderr
    assert not (tmp_path / "secrets" / "mongodb_url").exists()


def test_the_files_that_an_office_fills_can_be_written_by_their_owner_and_read_by_the_services(tmp_path: Path) -> None:
    run(copied(tmp_path), "survey.example.gov.vn", "own")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()}
    filled = {"acme_root.crt", "backup.pub", "smtp_url", "tls.crt", "tls.key"}
    assert {name for name, mode in modes.items() if mode == 0o644} == filled
    assert set(modes.values()) == {0o444, 0o644}


@pytest.mark.parametrize("arguments", [(), ("two words",), ("host;rm", "acme"), ("survey.example.gov.vn", "tls")])
def test_a_host_or_a_manner_that_cannot_be_is_refused_and_nothing_is_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    refused = run(copied(tmp_path), *arguments)
    assert refused.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["deploy"]
