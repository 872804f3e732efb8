"""The settings of a process: read once at start from the environment into a frozen dataclass.

This is the only place that reads `os.environ`. A setting without a default that is missing is an error, and all missing
names are told at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, nan
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared import redis_url


class SettingsError(ValueError):
    """The environment does not say what the process needs, or says it wrongly."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every process needs.

    `mongodb_url` names the database in its path; `redis_url` is the broker's. Times are in seconds. `site_address` is where the
    public finds the site, without a slash at its end; empty where it is not known. `form_address` is where people answer, empty
    where that is the same. `notices_every` is how often the publisher looks for surveys that have no notice of their plan yet.
    `licence` is that of the published data, by its SPDX name. `site_fresh` is how long the site takes what it last read of a
    published survey's state for true. `smtp_url` is the server that takes mail, with its password, and `mail_from` the address
    that mail comes from; both are empty where no mail can be sent. `limit_…` are the requests a minute that the collector takes
    of one sender, 0 for any number, `limit_salt` what hides them in Redis, and `proxies` how many servers of our own pass a
    request on to it. Traces go to `otlp_endpoint`, and are not made where it is empty.
    """

    mongodb_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    log_level: str = "INFO"
    request_deadline: float = 10.0
    store_deadline: float = 8.0
    heartbeat_every: float = 5.0
    heartbeat_stale: float = 30.0
    sweep_every: float = 5.0
    sweep_older: float = 10.0
    due_every: float = 5.0
    notices_every: float = 5.0
    site_fresh: float = 1.0
    site_address: str = ""
    form_address: str = ""
    licence: str = "CC-BY-4.0"
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    limit_device: int = 600
    limit_invitation: int = 120
    limit_address: int = 600
    limit_salt: str = field(default="", repr=False)
    proxies: int = 0
    otlp_endpoint: str = ""


_FILE = "_FILE"
_REQUIRED = {"HAILONG_MONGODB_URL": "mongodb_url", "HAILONG_REDIS_URL": "redis_url"}
_SECONDS = {
    "HAILONG_REQUEST_DEADLINE": "request_deadline",
    "HAILONG_STORE_DEADLINE": "store_deadline",
    "HAILONG_HEARTBEAT_EVERY": "heartbeat_every",
    "HAILONG_HEARTBEAT_STALE": "heartbeat_stale",
    "HAILONG_SWEEP_EVERY": "sweep_every",
    "HAILONG_SWEEP_OLDER": "sweep_older",
    "HAILONG_DUE_EVERY": "due_every",
    "HAILONG_NOTICES_EVERY": "notices_every",
    "HAILONG_SITE_FRESH": "site_fresh",
}
_NUMBERS = {
    "HAILONG_LIMIT_DEVICE": "limit_device",
    "HAILONG_LIMIT_INVITATION": "limit_invitation",
    "HAILONG_LIMIT_ADDRESS": "limit_address",
    "HAILONG_PROXIES": "proxies",
}
_SCHEMES = {
    "HAILONG_MONGODB_URL": ("mongodb://", "mongodb+srv://"),
    "HAILONG_REDIS_URL": ("redis://", "rediss://", "unix://", "sentinel://"),
    "HAILONG_SMTP_URL": ("smtp://", "smtps://"),
    "HAILONG_OTLP_ENDPOINT": ("http://", "https://"),
}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LICENCES = ("CC-BY-4.0", "CC0-1.0", "ODC-By-1.0")
"""The licences that published data can be under, by their SPDX names."""


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that `environment` (the process's own when None) describes.

    A setting may stand in a file, as secrets do, that is then named: `HAILONG_REDIS_URL_FILE` in place of `HAILONG_REDIS_URL`.
    Raises SettingsError that names everything missing or unreadable.
    """
    env = _with_files(os.environ if environment is None else environment)
    problems = [f"{name} is not set" for name in _REQUIRED if not env.get(name)]
    seconds: dict[str, Any] = {}
    for name, setting in _SECONDS.items():
        if name in env:
            try:
                seconds[setting] = float(env[name])
            except ValueError:
                seconds[setting] = nan
            if not 0 < seconds[setting] < inf:
                problems.append(f"{name} must be a number of seconds, not {env[name]!r}")
    numbers = {setting: env[name] for name, setting in _NUMBERS.items() if name in env}
    wrong = [name for name, setting in _NUMBERS.items() if not numbers.get(setting, "0").isdecimal()]
    problems += [f"{name} must be a whole number, 0 or more, not {env[name]!r}" for name in wrong]
    level = env.get("HAILONG_LOG_LEVEL", "INFO").upper()
    if level not in _LEVELS:
        problems.append(f"HAILONG_LOG_LEVEL must be one of {', '.join(_LEVELS)}, not {level!r}")
    problems += [
        f"{name} must begin with {' or '.join(schemes)}"
        for name, schemes in _SCHEMES.items()
        if env.get(name) and not env[name].startswith(schemes)
    ]
    url = env.get("HAILONG_MONGODB_URL", "")
    if url and not urlsplit(url).path.strip("/"):
        problems.append("HAILONG_MONGODB_URL must name a database: mongodb://host:port/DATABASE")
    try:
        redis_url.sentinels(env.get("HAILONG_REDIS_URL", ""))
    except redis_url.BadRedisUrl as error:
        problems.append(f"HAILONG_REDIS_URL {error}")
    address, licence = env.get("HAILONG_SITE_ADDRESS", "").rstrip("/"), env.get("HAILONG_LICENCE") or LICENCES[0]
    form_address = env.get("HAILONG_FORM_ADDRESS", "").rstrip("/")
    for name, given in (("HAILONG_SITE_ADDRESS", address), ("HAILONG_FORM_ADDRESS", form_address)):
        if given and not _is_site(given):
            problems.append(f"{name} must be like https://survey.example.gov.vn, not {given!r}")
    if licence not in LICENCES:
        problems.append(f"HAILONG_LICENCE must be one of {', '.join(LICENCES)}, not {licence!r}")
    mail = {"smtp_url": env.get("HAILONG_SMTP_URL", ""), "mail_from": env.get("HAILONG_MAIL_FROM", "")}
    if bool(mail["smtp_url"]) != ("@" in mail["mail_from"]):
        problems.append("HAILONG_SMTP_URL and HAILONG_MAIL_FROM go together: a server, and the address that mail comes from")
    if problems:
        raise SettingsError("; ".join(problems))
    return Settings(
        mongodb_url=url,
        redis_url=env["HAILONG_REDIS_URL"],
        log_level=level,
        site_address=address,
        form_address=form_address,
        licence=licence,
        smtp_url=mail["smtp_url"],
        mail_from=mail["mail_from"],
        limit_salt=env.get("HAILONG_LIMIT_SALT", ""),
        otlp_endpoint=env.get("HAILONG_OTLP_ENDPOINT", ""),
        **{setting: int(number) for setting, number in numbers.items()},
        **seconds,
    )


def _with_files(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with what its `HAILONG_…_FILE` name in the place of the files."""
    read: dict[str, str] = {}
    for name, path in environment.items():
        if name.startswith("HAILONG_") and name.endswith(_FILE):
            setting = name.removesuffix(_FILE)
            if setting in environment:
                raise SettingsError(f"set {setting} or {name}, not both")
            try:
                read[setting] = Path(path).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{name}: {path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return {**environment, **read}


def _is_site(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not (parts.path or parts.query or parts.fragment)


def is_named() -> bool:
    """Whether the environment names the servers, rather than leaving them to a home."""
    return any(name in os.environ or name + _FILE in os.environ for name in _REQUIRED)


def to_environment(settings: Settings) -> dict[str, str]:
    """The environment that `from_environment` reads `settings` from: how a supervisor hands them to a child."""
    texts = {name: getattr(settings, setting) for name, setting in _REQUIRED.items()}
    texts |= {name: str(getattr(settings, setting)) for name, setting in _SECONDS.items()}
    usual = Settings("", "")
    changed = {name: setting for name, setting in _NUMBERS.items() if getattr(settings, setting) != getattr(usual, setting)}
    texts |= {name: str(getattr(settings, setting)) for name, setting in changed.items()}
    texts |= {"HAILONG_LIMIT_SALT": settings.limit_salt} if settings.limit_salt else {}
    said = {"HAILONG_SITE_ADDRESS": settings.site_address, "HAILONG_FORM_ADDRESS": settings.form_address}
    said |= {"HAILONG_LICENCE": settings.licence}
    said |= {"HAILONG_SMTP_URL": settings.smtp_url, "HAILONG_MAIL_FROM": settings.mail_from}
    said |= {"HAILONG_OTLP_ENDPOINT": settings.otlp_endpoint}
    said = {name: text for name, text in said.items() if text not in ("", LICENCES[0])}  # so as to leave a child its own
    return texts | {"HAILONG_LOG_LEVEL": settings.log_level} | said


def process_environment() -> dict[str, str]:
    """A copy of this process's environment, for starting children."""
    return dict(os.environ)
