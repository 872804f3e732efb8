"""The other manners in which the edge keeps connections private. `internal` is what all other tests of a deployment use.

ACME goes as far here as it does without an authority: the edge is well, sends plain HTTP to TLS, and asks the authority that it
was given. That a certificate comes back is not tried.
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
from tests.deployment.deployed import Deployment, Edge
from tests.harness import drawn, eventually, unique

NO_AUTHORITY = "https://127.0.0.1:1/directory"


@contextmanager
def edge_by(deployed: Deployment, tls: str, **settings: str) -> Iterator[Deployment]:
    """The deployment with an edge that speaks as `tls` says, and with its own again afterwards."""
    changed = replace(deployed, settings={"HAILONG_TLS": tls, **settings})
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


def test_an_edge_by_acme_sends_to_tls_and_asks_its_authority(deployed: Deployment) -> None:
    settings = {"HAILONG_HOST": "survey.invalid", "HAILONG_SITE_ADDRESS": "https://survey.invalid"}
    with edge_by(deployed, "acme", HAILONG_ACME_CA=NO_AUTHORITY, **settings) as changed:
        asked = urllib3.request(
            "GET", f"http://127.0.0.1:{changed.http}/s/x", headers={"Host": "survey.invalid"}, redirect=False, retries=False
        )
        assert (asked.status, asked.headers["Location"]) == (308, "https://survey.invalid/s/x")
        eventually("it asks its authority", lambda: NO_AUTHORITY in changed.compose("logs", "edge"), within=60, every=1)
