"""The services get their secrets in files, as in a deployment, and tell them to nobody: not by arguments, not by logs."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.console.supervisor import web
from shared import settings
from tests.harness import Process, Rig, eventually, free_ports

PASSWORDS = {name: f"{name}{secrets.token_hex(20)}" for name in ("mongodb", "redis", "mail", "salt")}
SERVICES = ("collector", "site", "scoring", "publisher", "beat")


def commands() -> dict[str, tuple[str, ...]]:
    """The services as a deployment starts them, on ports of their own."""
    first = free_ports().first
    return {
        "collector": web(sys.executable, "services.collector.wsgi:create", first),
        "site": web(sys.executable, "services.publisher.wsgi:create", first + 1),
        "scoring": (sys.executable, "-P", "-m", "services.scoring"),
        "publisher": (sys.executable, "-P", "-m", "services.publisher"),
        "beat": (sys.executable, "-P", "-m", "services.publisher.beat"),
    }


@dataclass(frozen=True)
class Given:
    """Services that were given secrets in files, of which the servers know nothing: they are refused, again and again."""

    processes: Mapping[str, Process]
    environment: Mapping[str, str]


def files(folder: Path, rig: Rig) -> dict[str, str]:
    """What a deployment's environment holds: where the secrets stand."""
    texts = {
        "MONGODB_URL": f"mongodb://hailong:{PASSWORDS['mongodb']}@127.0.0.1:{rig.ports.mongodb}/hailong?authSource=admin",
        "REDIS_URL": f"redis://:{PASSWORDS['redis']}@127.0.0.1:{rig.ports.redis}/0",
        "SMTP_URL": f"smtp://office:{PASSWORDS['mail']}@127.0.0.1:9",
        "LIMIT_SALT": PASSWORDS["salt"],
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return {f"HAILONG_{name}_FILE": str(folder / name) for name in texts} | {"HAILONG_MAIL_FROM": "office@example.gov.vn"}


@pytest.fixture(scope="module")
def given(system: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    folder = tmp_path_factory.mktemp("secrets")
    inherited = {name: text for name, text in settings.process_environment().items() if not name.startswith("HAILONG_")}
    environment = inherited | files(folder, system) | {"HAILONG_LOG_LEVEL": "DEBUG", "HAILONG_STORE_DEADLINE": "2"}
    processes: dict[str, Process] = {}
    try:
        for name, command in commands().items():
            log = folder / f"{name}.log"
            with log.open("ab") as opened:
                popen = subprocess.Popen(command, env=environment, stdout=opened, stderr=opened, start_new_session=True)
            processes[name] = Process(popen, log, 0)
        for name, process in processes.items():
            eventually(f"{name} says something", lambda process=process: process.logged or not process.is_running, within=90)
        yield Given(processes, environment)
    finally:
        for process in processes.values():
            if process.is_running:
                process.kill()


def children(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return
    for child in found:
        yield from children(int(child))


def told(text: str) -> list[str]:
    return [name for name, password in PASSWORDS.items() if password in text]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system does not show the arguments of processes")
def test_no_process_has_a_secret_among_its_arguments(given: Given) -> None:
    seen = []
    for process in given.processes.values():
        for pid in children(process.popen.pid):
            file = Path(f"/proc/{pid}/cmdline")
            if file.exists():
                seen.append(file.read_bytes().decode(errors="replace"))
    assert len(seen) >= 2
    assert [told(arguments) for arguments in seen if told(arguments)] == []


def test_the_environment_names_files_and_holds_no_secret(given: Given) -> None:
    assert told(repr(given.environment)) == []
    assert sum(name.startswith("HAILONG_") and name.endswith("_FILE") for name in given.environment) == 4


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_is_refused_by_its_servers_tells_no_secret_in_its_log(given: Given, name: str) -> None:
    process = given.processes[name]
    said = eventually(f"{name} says something", lambda: process.logged)
    assert said
    assert told(said) == []


@pytest.mark.parametrize("command", [("status", "nothing"), ("database", "prepare"), ("health", "scoring")])
def test_a_command_that_is_refused_by_the_servers_shows_no_secret(given: Given, command: tuple[str, ...]) -> None:
    program = str(Path(sys.executable).parent / "hailong")
    done = subprocess.run([program, *command], env=given.environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    assert told(done.stdout + done.stderr) == []


def test_a_setting_that_is_wrong_is_told_without_its_secret(tmp_path: Path) -> None:
    wrong = tmp_path / "url"
    wrong.write_text(f"mysql://hailong:{PASSWORDS['mongodb']}@db/hailong")
    environment = {"HAILONG_MONGODB_URL_FILE": str(wrong), "HAILONG_REDIS_URL": f"http://:{PASSWORDS['redis']}@r"}
    with pytest.raises(settings.SettingsError) as refused:
        settings.from_environment(environment)
    assert told(str(refused.value)) == []
    assert "HAILONG_MONGODB_URL must begin with mongodb://" in str(refused.value)
