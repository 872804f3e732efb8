"""The one Jinja environment of the publisher: everything is escaped, and a name that was not given is an error."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """The environment that all templates of `services/publisher/templates` are rendered in."""
    made = Environment(
        loader=PackageLoader("services.publisher"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_address
    return made


@cache
def static_address(name: str) -> str:
    """The address of a static file, which changes with its content so that it may be kept for ever."""
    return f"/static/{name}?v={static_version(name)}"


@cache
def static_version(name: str) -> str:
    """The first half of the SHA-256 of a static file. FileNotFoundError where there is none."""
    content = (files("services.publisher") / "static" / name).read_bytes()
    return sha256(content).hexdigest()[:16]
