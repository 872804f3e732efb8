"""A bundle made here installs itself in an empty folder without asking anything of a network, and knows when it is damaged."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from tests.deployment.deployed import Deployment, clone, docker, engine, free_port

BUNDLE_IMAGE = "hailong:test-bundle"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A bundle, unpacked where nothing is, with nothing installed."""
    if (missing := engine()) is not None:
        pytest.skip(f"the bundle is not tried: {missing}")
    made, folder = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("server")
    clone(made)
    subprocess.run(["make", "bundle"], cwd=made, env={**os.environ, "HAILONG_BUNDLE_IMAGE": BUNDLE_IMAGE}, check=True)
    (archive,) = (made / "build").glob("hailong-*-bundle.tar")
    subprocess.run(["sha256sum", "--check", f"{archive.name}.sha256"], cwd=archive.parent, check=True)
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="tar")
    archive.unlink()
    server = Deployment(folder / "hailong", "hailong-bundle", free_port(), free_port())
    try:
        yield server
    finally:
        server.remove()
        docker("image", "rm", BUNDLE_IMAGE)


def install(server: Deployment, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installer as an operator would, with nothing of the project in the environment but the ports."""
    kept = {"PATH", "HOME", "COMPOSE_PROJECT_NAME", "HAILONG_HTTP_PORT", "HAILONG_HTTPS_PORT"}
    environment = {name: value for name, value in server.environment.items() if name in kept}
    command = [str(server.folder / "install"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1_200)


def state(server: Deployment) -> tuple[set[str], bool]:
    """The containers that there are, and whether there are secrets."""
    return {each["Id"] for each in server.containers()}, (server.folder / "secrets").exists()


def test_a_damaged_file_is_told_by_its_name_and_nothing_is_installed(unpacked: Deployment) -> None:
    before = state(unpacked)
    broken = next((unpacked.folder / "images").glob("redis*.tar.gz"))
    with broken.open("r+b") as file:
        byte = file.read(1)
        file.seek(0)
        file.write(bytes([byte[0] ^ 1]))
    try:
        told = install(unpacked, "localhost", "internal")
    finally:
        with broken.open("r+b") as file:
            file.write(byte)
    assert told.returncode == 1
    assert [line for line in told.stderr.splitlines() if "FAILED" in line] == [f"  ./images/{broken.name}: FAILED"]
    assert state(unpacked) == before


def test_a_bundle_installs_itself_and_tells_where_it_is(unpacked: Deployment) -> None:
    docker("image", "rm", "--force", BUNDLE_IMAGE)
    told = install(unpacked, "localhost", "internal")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"Everything is healthy at https://localhost:{unpacked.https}\n" in told.stdout
    assert unpacked.is_well()
    with unpacked.edge() as edge:
        assert edge.get("/").status == 200
    again = install(unpacked)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "NOT encrypted" in again.stdout + again.stderr


def test_a_bundle_has_every_wheel_and_instructions_in_both_languages(unpacked: Deployment) -> None:
    names = [path.name for path in (unpacked.folder / "wheels").iterdir()]
    assert [name for name in names if name.startswith("hailong-")]
    assert [name for name in names if name.lower().startswith("secantusdb-")]
    assert {"install", "INSTALL.md", "CAI-DAT.md", "SHA256SUMS", "docker-compose.yml"} <= {
        path.name for path in unpacked.folder.iterdir()
    }
