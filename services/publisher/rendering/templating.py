"""The one Jinja environment of the publisher: everything is escaped, and a name that was not given is an error."""

from __future__ import annotations

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from shared.static import static_address


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
    made.globals["static"] = partial(static_address, "services.publisher")
    return made
