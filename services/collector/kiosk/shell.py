"""The kiosk's HTML: an empty frame that the scripts fill, the page that opens an exported file, and the manifest."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.collector.kiosk.precache import precache
from services.collector.kiosk.words import reading
from shared.domain.survey import Survey


@cache
def _environment() -> Environment:
    loader = PackageLoader("services.collector", "templates/kiosk")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def kiosk_page(survey: Survey) -> str:
    """The page of the kiosk. It says nothing of the survey but its id and title: the rest comes as `content`."""
    reader = reading(survey.language, survey.languages)
    readers = {each.spoken: each for each in (reading(tag, survey.languages) for tag in survey.languages)}.values()
    return (
        _environment()
        .get_template("kiosk.html")
        .render(lang=reader, readers=readers, survey=survey, title=reader.pick(survey.title), version=precache().version)
    )


def opening_page() -> str:
    """The page on which the office opens a file that a clerk exported."""
    readers = [reading(tag) for tag in ("vi", "en")]
    words = {reader.tag: {k: v for k, v in reader.words.items() if k.startswith("opening.")} for reader in readers}
    return _environment().get_template("opening.html").render(readers=readers, words=words)


def manifest(survey: Survey) -> dict[str, Any]:
    """The web app manifest (W3C Web Application Manifest) by which a device installs the kiosk of `survey`."""
    reader = reading(survey.language, survey.languages)
    page = f"/kiosk/{survey.id}"
    return {
        "id": page,
        "name": reader.pick(survey.title),
        "short_name": reader.word("kiosk.short"),
        "lang": reader.spoken,
        "start_url": page,
        "scope": "/kiosk/",
        "display": "fullscreen",
        "background_color": "#f6f5f1",
        "theme_color": "#0b5563",
        "icons": [
            {"src": "/static/kiosk/icon-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any"},
            {"src": "/static/kiosk/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any"},
            {"src": "/static/kiosk/icon-maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }
