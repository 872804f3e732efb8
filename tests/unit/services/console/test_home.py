"""A home holds all that the embedded servers write, and only one supervisor at a time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from services.console.home import Home, HomeError, Ports
from tests.harness import free_ports


def test_a_prepared_home_says_where_its_servers_are(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    ports = home.prepare(free_ports().first)
    assert home.endpoints().mongodb_url == f"mongodb://127.0.0.1:{ports.mongodb}/hailong?directConnection=true"
    assert home.settings().redis_url == f"redis://127.0.0.1:{ports.redis}/0"
    assert sorted(path.name for path in home.path.iterdir()) == ["endpoints.json", "log", "mongodb", "redis"]


def test_a_port_that_is_taken_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    ports = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.redis))
        taken.listen()
        with pytest.raises(HomeError, match=f"port {ports.redis}"):
            Home(tmp_path / "home").prepare(ports.first)
    assert not (tmp_path / "home").exists()


def test_a_home_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.lock(), pytest.raises(HomeError, match="is in use by process"), home.lock():
        pass
    with home.lock():
        pass


def test_a_home_that_was_never_prepared_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="Run `hailong up"):
        Home(tmp_path).settings()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"port": 1}', '{"port": 1, "mongodb_url": "x", "redis_url": "y", "more": 1}']
)
def test_damaged_endpoints_are_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "endpoints.json").write_text(content)
    with pytest.raises(HomeError, match="is damaged"):
        Home(tmp_path).endpoints()


def test_two_homes_ten_ports_apart_share_none() -> None:
    first, second = Ports(8000), Ports(8010)
    mine = {first.collector, first.publisher, first.mongodb, first.redis}
    assert not mine & {second.collector, second.publisher, second.mongodb, second.redis}
    assert len(mine) == 4
