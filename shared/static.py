"""Static files of a package, at addresses that change with their content so that they may be kept for ever."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files


@cache
def static_version(package: str, name: str) -> str:
    """The first half of the SHA-256 of `static/<name>` in `package`. FileNotFoundError where there is none."""
    return sha256((files(package) / "static" / name).read_bytes()).hexdigest()[:16]


@cache
def static_address(package: str, name: str, path: str = "") -> str:
    """Where a page finds `static/<path><name>`."""
    return f"/static/{path}{name}?v={static_version(package, path + name)}"
