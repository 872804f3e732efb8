"""The Jinja environment of the form: everything is escaped, and a name that was not given is an error."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.collector.web.faces import mouth
from services.collector.web.language import own_name
from services.collector.web.steps import applies
from shared.language import Language
from shared.static import static_address


@cache
def environment() -> Environment:
    """The environment that the templates of `services/collector/templates/form` are rendered in."""
    made = Environment(
        loader=PackageLoader("services.collector", "templates/form"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=partial(static_address, "services.collector", path="form/"), mouth=mouth, applies=applies)
    return made


def render(template: str, reader: Language, tags: Sequence[str], **values: Any) -> str:
    """A page in the language of `reader`; `tags` are the languages that it can be switched to, none for no switch."""
    frame = {
        "lang": reader,
        "word": reader.word,
        "say": reader.say,
        "pick": reader.pick,
        "languages": [(tag, own_name(tag)) for tag in tags],
    }
    return environment().get_template(template).render(**frame, **values)
