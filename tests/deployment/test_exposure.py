"""What a running deployment gives away: its edge's ports, and nothing else; no account, no file, no secret."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.deployment.deployed import IMAGE, ONCE, ROOT, Deployment, docker, service_of

COMPOSE = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))
STAYING = sorted(name for name, each in COMPOSE["services"].items() if name not in ONCE and "profiles" not in each)

pytestmark = pytest.mark.quick
each_staying = pytest.mark.parametrize("service", STAYING)

KNOCK = """
import socket, sys
for address in sys.argv[1:]:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
        print("open", address)
    except OSError:
        pass
"""
"""Prints which of the addresses in its arguments take connections."""


def addresses(deployed: Deployment, service: str) -> dict[str, str]:
    """The addresses of a service's container, by the part of their network's name that the compose file gives."""
    networks = deployed.container(service)["NetworkSettings"]["Networks"]
    return {name.removeprefix(f"{deployed.name}_"): each["IPAddress"] for name, each in networks.items()}


def test_every_container_ends_up_healthy(deployed: Deployment) -> None:
    assert {service_of(each) for each in deployed.containers()} == {*STAYING, *ONCE}
    assert deployed.is_well()


def test_only_the_edges_two_ports_are_bound_on_the_machine(deployed: Deployment) -> None:
    bound = {
        (service_of(container), int(binding["HostPort"]))
        for container in deployed.containers()
        for bindings in container["NetworkSettings"]["Ports"].values()
        for binding in bindings or ()
    }
    assert bound == {("edge", deployed.http), ("edge", deployed.https)}


def test_neither_server_is_reached_from_the_edges_network(deployed: Deployment) -> None:
    servers = [f"{addresses(deployed, 'mongodb')['inner']}:27017", f"{addresses(deployed, 'redis')['inner']}:6379"]
    collector = f"{addresses(deployed, 'collector')['front']}:8000"
    network = f"{deployed.name}_front"
    said = docker("run", "--rm", "--network", network, IMAGE, "python", "-c", KNOCK, *servers, collector)
    assert said.split() == ["open", collector]


def test_the_inner_network_has_no_way_out(deployed: Deployment) -> None:
    assert json.loads(docker("network", "inspect", f"{deployed.name}_inner"))[0]["Internal"] is True
    gateway = addresses(deployed, "edge")["front"]
    assert docker("exec", deployed.container("console")["Id"], "python", "-c", KNOCK, f"{gateway}:8443") == ""


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_operators_is_not_let_through(deployed: Deployment, path: str) -> None:
    with deployed.edge() as edge:
        assert edge.get(path).status == 404


def test_plain_http_is_sent_to_tls(deployed: Deployment) -> None:
    with socket.create_connection(("127.0.0.1", deployed.http), timeout=10) as connection:
        connection.sendall(b"GET /surveys/x HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = connection.makefile().read()
    assert re.match(r"HTTP/1\.[01] 308 ", answer)
    assert f"Location: https://localhost:{deployed.https}/surveys/x" in answer


@each_staying
def test_a_container_has_no_root_no_capability_and_nothing_to_write_to(deployed: Deployment, service: str) -> None:
    container = deployed.container(service)
    told = Path(f"/proc/{container['State']['Pid']}/status")
    status = told.read_text() if told.exists() else docker("exec", container["Id"], "cat", "/proc/1/status")
    assert "0" not in re.findall(r"^Uid:\s+(\d+)\s+(\d+)\s+(\d+)", status, re.MULTILINE)[0]
    assert int(re.findall(r"^CapEff:\s+(\w+)", status, re.MULTILINE)[0], 16) == 0
    assert "NoNewPrivs:\t1" in status
    assert container["HostConfig"]["ReadonlyRootfs"] is True
    written = docker("exec", container["Id"], "sh", "-c", "touch /written /usr/written /etc/written 2>&1 || true")
    assert written.count("Read-only file system") == 3


def secrets(deployed: Deployment) -> set[str]:
    """Every secret of a deployment, the passwords inside the addresses too."""
    texts = {file.read_text("utf-8").strip() for file in (deployed.folder / "secrets").iterdir()} - {""}
    return texts | {part for text in texts for part in re.findall("[0-9a-f]{48}", text)}


def test_no_secret_stands_where_docker_tells_it(deployed: Deployment) -> None:
    containers = deployed.containers()
    told = json.dumps(containers)
    told += "".join(docker("logs", each["Id"]) for each in containers)
    told += "".join(docker("top", each["Id"], "-eo", "pid,args") for each in containers if each["State"]["Running"])
    for image in {each["Config"]["Image"] for each in containers}:
        told += docker("history", "--no-trunc", image) + docker("image", "inspect", image)
    held = secrets(deployed)
    assert len(held) > 5
    assert [secret[:4] for secret in held if secret in told] == []


@pytest.mark.usefixtures("deployed")
def test_the_image_holds_no_secret_and_none_of_its_makers_files() -> None:
    listed = docker("run", "--rm", IMAGE, "sh", "-c", "find / -xdev -path /proc -prune -o -type f -print | grep -v /dev/")
    assert "/usr/share/hailong/surveys/sct-bentre-2022.yml" in listed
    assert not re.findall(r"^\S*(?:/(?:secrets|\.git|site-packages/tests)/|/\.env$|docker-compose)\S*$", listed, re.MULTILINE)
