"""What a device keeps so that the kiosk opens without a network, and the service worker that keeps it.

The worker names every file with its digest. So a browser sees that there is a new version when any file changed, and never
keeps a mixture of two.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

_KINDS = frozenset({".js", ".css", ".svg", ".png", ".woff2"})
_WORKER = "kiosk/worker.js"
_FORM = ("form/form.css", "form/icon.svg", "form/fonts/")


@dataclass(frozen=True, slots=True)
class Precache:
    """The files by address, each with its digest as subresource integrity writes it, and the version they make."""

    version: str
    files: dict[str, str]


@cache
def precache() -> Precache:
    """All files of the kiosk, and of the form what both share."""
    static = Path(str(files("services.collector") / "static"))
    template = Path(str(files("services.collector") / "templates" / "kiosk"))
    found = sorted(path for path in static.rglob("*") if path.suffix in _KINDS)
    named = {path.relative_to(static).as_posix(): path.read_bytes() for path in found}
    kept = {f"/static/{name}": _integrity(data) for name, data in named.items() if _is_kept(name)}
    shells = [path.read_bytes() for path in sorted(template.glob("*.html"))]
    everything = json.dumps(kept, sort_keys=True).encode() + named[_WORKER] + b"".join(shells)
    return Precache(hashlib.sha256(everything).hexdigest()[:12], kept)


@cache
def worker() -> str:
    """The service worker's script: what it keeps, then what it does."""
    kept = precache()
    script = (files("services.collector") / "static" / _WORKER).read_text("utf-8")
    return f"const VERSION = {json.dumps(kept.version)};\nconst FILES = {json.dumps(kept.files, indent=1)};\n\n{script}"


def _is_kept(name: str) -> bool:
    return name != _WORKER and (name.startswith("kiosk/") or name.startswith(_FORM))


def _integrity(data: bytes) -> str:
    return "sha256-" + b64encode(hashlib.sha256(data).digest()).decode()
