"""Making a new MongoDB server ours: the replica set of one, its administrator, and the account that all services use.

It is done from the server's own host, where MongoDB lets the first account be made without one (the localhost exception).
Everything can be repeated; what is there already is left alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from shared.store.connection import StoreUnavailable

_WITHIN = 60.0
_ALREADY_INITIATED = 23
_UNAUTHORIZED, _AUTHENTICATION_FAILED, _USER_EXISTS = 13, 18, 51003
ADMINISTRATOR = "administrator"


class NotOurs(RuntimeError):
    """The server has accounts, and not those that our secrets are for."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in, and what for."""

    user: str
    password: str
    roles: tuple[dict[str, str], ...]


def prepare(url: str, administrator: str, host: str, local: str = "127.0.0.1:27017") -> list[str]:
    """Prepare the server at `local` for the account and the database that `url` names; what was done, a line each.

    `administrator` is the password of the account that may do everything, for a person at the server. `host` is how the
    member of the replica set is found by others. Raises StoreUnavailable, NotOurs.
    """
    parts = urlsplit(url)
    service = Account(
        unquote(parts.username or ""), unquote(parts.password or ""), ({"role": "readWrite", "db": parts.path.strip("/")},)
    )
    if not service.user or not service.password:
        raise NotOurs("the database's address names no account: mongodb://USER:PASSWORD@host:port/DATABASE")
    person = Account(ADMINISTRATOR, administrator, ({"role": "root", "db": "admin"},))
    try:
        return _prepare(service, person, host, local)
    except OperationFailure as error:
        if error.code in (_UNAUTHORIZED, _AUTHENTICATION_FAILED):
            raise NotOurs("the server has accounts already, with other passwords than those in the secrets") from error
        raise StoreUnavailable(str(error)) from error
    except PyMongoError as error:
        raise StoreUnavailable(str(error)) from error


def _prepare(service: Account, person: Account, host: str, local: str) -> list[str]:
    done: list[str] = []
    with _client(local) as client:
        if _initiate(client, host):
            done.append(f"initiated the replica set rs0 with {host}")
        _wait_until_writable(client)
    if _logs_in(local, service):
        return done
    if not _logs_in(local, person):
        with _client(local) as client:
            _create(client, person)
        done.append(f"made the account {person.user}")
    with _client(local, person) as client:
        _create(client, service)
    return [*done, f"made the account {service.user}"]


def _client(local: str, account: Account | None = None) -> MongoClient[dict[str, Any]]:
    credentials: dict[str, Any] = (
        {} if account is None else {"username": account.user, "password": account.password, "authSource": "admin"}
    )
    return MongoClient(f"mongodb://{local}/", directConnection=True, serverSelectionTimeoutMS=10_000, **credentials)


def _initiate(client: MongoClient[dict[str, Any]], host: str) -> bool:
    """Whether there was no replica set, and now is."""
    if client.admin.command("hello").get("setName"):
        return False
    config = {"_id": "rs0", "members": [{"_id": 0, "host": host}]}
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        if error.code == _ALREADY_INITIATED:
            return False
        raise
    return True


def _wait_until_writable(client: MongoClient[dict[str, Any]]) -> None:
    deadline = time.monotonic() + _WITHIN
    while not client.admin.command("hello").get("isWritablePrimary"):
        if time.monotonic() > deadline:
            raise StoreUnavailable(f"the server did not become primary in {_WITHIN:.0f} s")
        time.sleep(0.5)


def _logs_in(local: str, account: Account) -> bool:
    with _client(local, account) as client:
        try:
            client.admin.command("connectionStatus")  # the first command of a connection logs it in
        except OperationFailure as error:
            if error.code == _AUTHENTICATION_FAILED:
                return False
            raise
    return True


def _create(client: MongoClient[dict[str, Any]], account: Account) -> None:
    try:
        client.admin.command("createUser", account.user, pwd=account.password, roles=list(account.roles))
    except OperationFailure as error:
        if error.code != _USER_EXISTS:
            raise
