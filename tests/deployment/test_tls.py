"""The other manners in which the edge keeps connections private. `internal` is what all other tests of a deployment use.

For ACME a second edge is the authority, as an office's own would be: it looks for the survey's host at port 80, where the
office's router would lead to the edge.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import urllib3

from tests import plans
from tests.deployment.deployed import Deployment, Edge, docker
from tests.harness import drawn, eventually, unique

HOST = "survey.test"
AUTHORITY = f"""
{{
	admin off
	skip_install_trust
}}
https://authority {{
	tls internal
	acme_server
}}
http://{HOST} {{
	reverse_proxy edge:8080
}}
"""
"""A Caddyfile of an authority that speaks ACME, with the router between it and the survey's host."""
AUTHORITYS_ROOT = "/data/caddy/pki/authorities/local/root.crt"


@contextmanager
def edge_by(deployed: Deployment, tls: str, **settings: str) -> Iterator[Deployment]:
    """The deployment with an edge that speaks as `tls` says, and with its own again afterwards."""
    changed = replace(deployed, settings={**deployed.settings, "HAILONG_TLS": tls, **settings})
    try:
        changed.compose("up", "-d", "--no-deps", "edge")
        eventually("the edge is healthy", changed.is_well, within=180, every=1)
        yield changed
    finally:
        deployed.compose("up", "-d", "--no-deps", "edge")
        eventually("the edge is healthy again", deployed.is_well, within=180, every=1)


def certificate(folder: Path) -> str:
    """A certificate as an office's own authority would give it, in `folder` as tls.crt and tls.key."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run(made, check=True, capture_output=True)
    for name in ("tls.key", "tls.crt"):
        (folder / name).chmod(0o444)
    return (folder / "tls.crt").read_text()


def put_certificate(deployed: Deployment, folder: Path) -> str:
    """Put a certificate of the office's own where the edge takes it from."""
    root = certificate(folder)
    for name in ("tls.key", "tls.crt"):
        (deployed.folder / "secrets" / name).unlink()
        (folder / name).rename(deployed.folder / "secrets" / name)
    return root


def test_an_edge_with_the_offices_certificate_shows_it_and_takes_ballots(deployed: Deployment, tmp_path: Path) -> None:
    survey = deployed.load(plans.small(unique("own")))
    root = put_certificate(deployed, tmp_path)
    with edge_by(deployed, "own") as changed, changed.edge(root) as edge:
        assert edge.insist(survey, uuid4(), drawn(random.Random(1))).status == 201


def test_an_edge_behind_a_proxy_speaks_plain_http_and_takes_ballots(deployed: Deployment) -> None:
    survey = deployed.load(plans.small(unique("off")))
    with edge_by(deployed, "off") as changed:
        edge = Edge(f"http://localhost:{changed.http}")
        forwarded = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        assert edge.insist(survey, uuid4(), drawn(random.Random(2)), headers=forwarded).status == 201
        assert edge.get("/").status == 200
        assert edge.get("/metrics").status == 404
        edge.close()


@contextmanager
def authority(deployed: Deployment, folder: Path) -> Iterator[str]:
    """An authority in the edge's network that gives certificates for HOST by ACME; its root certificate."""
    name, image = f"{deployed.name}-authority", deployed.container("edge")["Config"]["Image"]
    folder.chmod(0o755)
    (folder / "Caddyfile").write_text(AUTHORITY)
    docker(
        "run", "--detach", "--name", name, "--network", f"{deployed.name}_front", "--network-alias", "authority",
        "--add-host", f"{HOST}:127.0.0.1", "--env", "XDG_DATA_HOME=/data", "--volume", f"{folder}:/etc/authority:ro", image,
        "caddy", "run", "--config", "/etc/authority/Caddyfile", "--adapter", "caddyfile",
    )  # fmt: skip
    try:
        yield docker("exec", name, "timeout", "60", "sh", "-c", f"until cat {AUTHORITYS_ROOT} 2> /dev/null; do sleep 1; done")
    finally:
        docker("rm", "--force", "--volumes", name)


def answered(edge: Edge, path: str) -> int | None:
    """The status that the edge answers with; None while there is no connection that its client trusts."""
    try:
        return edge.get(path).status
    except urllib3.exceptions.HTTPError:
        return None


def test_an_edge_by_acme_gets_its_certificate_from_the_authority_it_was_given(deployed: Deployment, tmp_path: Path) -> None:
    survey = deployed.load(plans.small(unique("acme")))
    settings = {
        "HAILONG_HOST": HOST,
        "HAILONG_SITE_ADDRESS": f"https://{HOST}",
        "HAILONG_ACME_CA": "https://authority/acme/local/directory",
        "HAILONG_ACME_ROOT": "/run/secrets/acme_root",
    }
    with authority(deployed, tmp_path) as root:
        (deployed.folder / "secrets" / "acme_root.crt").write_text(root)
        with edge_by(deployed, "acme", **settings) as changed, changed.edge(root, HOST) as edge:
            # The edge proves at port 80 or 443, by chance, whose name it is, and the router leads port 80 alone to it: where it
            # began with the other, it gives that up after five minutes.
            eventually("it has its certificate", lambda: answered(edge, "/") == 200, within=480, every=1)
            assert edge.insist(survey, uuid4(), drawn(random.Random(3))).status == 201
            plain = Edge(f"http://localhost:{changed.http}", host=HOST)
            asked = plain.get("/s/x")
            assert (asked.status, asked.headers["Location"]) == (308, f"https://{HOST}/s/x")
            plain.close()
