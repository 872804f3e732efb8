"""The address of Redis: one server, or the sentinels that know which of several is the master.

`redis://:PASSWORD@host:6379/0`, or `sentinel://:PASSWORD@one:26379,two:26379,three:26379/0?master=NAME`, where the password is
the master's and `&sentinel_password=…` that of the sentinels, where they ask for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

if TYPE_CHECKING:
    import redis

SCHEME = "sentinel://"
PORT = 26_379
CONNECT_WITHIN = 2.0
"""Seconds within which a sentinel takes a connection, or the next one is asked."""


class BadRedisUrl(ValueError):
    """The address of the sentinels does not say what it must. The message says what."""


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Who knows the master called `master`; `user` and `password` are for the master, `sentinel_password` for them."""

    addresses: tuple[tuple[str, int], ...]
    master: str
    database: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    sentinel_password: str = field(default="", repr=False)

    @property
    def login(self) -> dict[str, str]:
        """What the master asks for."""
        said = {"username": self.user, "password": self.password}
        return {name: text for name, text in said.items() if text}

    @property
    def own(self) -> dict[str, Any]:
        """What connections to the sentinels themselves take."""
        patience = {"socket_connect_timeout": CONNECT_WITHIN, "socket_timeout": CONNECT_WITHIN}
        return patience | ({"password": self.sentinel_password} if self.sentinel_password else {})


def sentinels(url: str) -> Sentinels | None:
    """What `url` says of sentinels, None where it names a server. Raises BadRedisUrl, whose message holds no secret."""
    if not url.startswith(SCHEME):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadRedisUrl("must be like sentinel://one:26379,two:26379/0?master=NAME") from None
    asked = parse_qs(parts.query)
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    unknown = set(asked) - {"master", "sentinel_password"}
    if unknown or "master" not in asked:
        raise BadRedisUrl("must name the master: sentinel://one:26379,two:26379/0?master=NAME")
    database = parts.path.strip("/") or "0"
    if not database.isdecimal():
        raise BadRedisUrl(f"must end with the number of a database, not {database!r}")
    return Sentinels(
        tuple(_address(host) for host in hosts.split(",")),
        asked["master"][0],
        int(database),
        unquote(user),
        unquote(password),
        asked.get("sentinel_password", [""])[0],
    )


def _address(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        host, port = None, 0
    if not host:
        raise BadRedisUrl("must name sentinels as HOST:PORT, with commas between them")
    return host, port


def broker(url: str) -> tuple[str, dict[str, Any]]:
    """The address of `url` in the form that kombu takes, and the transport options that belong to it."""
    found = sentinels(url)
    if found is None:
        return url, {}
    login = f"{quote(found.user, safe='')}:{quote(found.password, safe='')}@" if found.login else ""
    each = (f"{SCHEME}{login}{_bracketed(host)}:{port}/{found.database}" for host, port in found.addresses)
    return ";".join(each), {"master_name": found.master, "sentinel_kwargs": found.own}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def client(url: str, **options: Any) -> redis.Redis:
    """A client of the server, or of whoever is master when it connects. `options` are those of its connections."""
    # Settings are read before a web process is patched for greenlets; the library imports ssl, which must not be there by then.
    import redis  # noqa: PLC0415
    from redis.sentinel import Sentinel  # noqa: PLC0415

    found = sentinels(url)
    if found is None:
        return redis.Redis.from_url(url, **options)
    known = Sentinel(list(found.addresses), sentinel_kwargs=found.own)  # type: ignore[no-untyped-call]
    asked = {"db": found.database, **found.login, **options}
    master: redis.Redis = known.master_for(found.master, redis.Redis, **asked)  # type: ignore[no-untyped-call]
    return master
