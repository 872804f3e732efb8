"""Wiring of the collector's process: `python -m shared.web services.collector.wsgi:create`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask

from services.collector.app import Parts, Readiness, create_app
from services.collector.borrowing import Borrowing
from services.collector.catalogue import Catalogue
from services.collector.intake import Intake
from services.collector.limits import Gatekeeper, Limiter, Limits, RedisCounter
from services.collector.reception import Reception
from shared import log, settings, tracing
from shared.broker import Emitter, create_celery
from shared.events import SCORING
from shared.settings import Settings
from shared.store import schema
from shared.store.acceptance import Acceptance
from shared.store.connection import Db, StoreUnavailable, connect, ping
from shared.store.devices import Devices
from shared.store.invitations import Invitations
from shared.store.places import Places, Turns
from shared.store.surveys import Surveys
from shared.store.watch import Heartbeats, Quarantine


def now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


def create() -> Flask:
    """The application, wired by the environment. Connects when the first request comes."""
    config = settings.from_environment()
    log.configure("collector", config.log_level)
    tracing.configure("collector", config)
    db = connect(config.mongodb_url, "collector")
    schema.require_if_there(db)
    catalogue = Catalogue(Surveys(db), config.store_deadline)
    turns = Turns()
    acceptance = Acceptance(db, slot=secrets.randbits(16), deadline=config.store_deadline, turns=turns)
    intake = Intake(
        store=acceptance,
        emitter=Emitter(create_celery(config.redis_url)),
        clock=now,
        deadline=config.request_deadline,
    )
    reception = Reception(catalogue, intake, acceptance, Quarantine(db), now)
    borrowing = Borrowing(catalogue, Places(db, config.store_deadline, turns), Invitations(db), now)
    parts = Parts(reception, catalogue, borrowing, Devices(db), _gatekeeper(config))
    return create_app(parts, lambda: _readiness(db, config.heartbeat_stale), now)


def _gatekeeper(config: Settings) -> Gatekeeper:
    """Counts for itself in a process that was given no salt, and together with the others that were given the same."""
    limits = Limits(config.limit_device, config.limit_invitation, config.limit_address)
    salt = config.limit_salt.encode() or secrets.token_bytes(32)
    return Gatekeeper(Limiter(RedisCounter(config.redis_url), limits, salt), config.proxies)


def _readiness(db: Db, stale: float) -> Readiness:
    """Whether the store answers, and whether scoring really consumes."""
    try:
        ping(db)
        age = Heartbeats(db).ages(now()).get(SCORING)
    except StoreUnavailable:
        return Readiness({"store": "does not answer"})
    if age is None or age > timedelta(seconds=stale):
        seen = "never" if age is None else f"{age.total_seconds():.0f} s ago"
        return Readiness({"scoring": f"last consumed a message: {seen}"})
    return Readiness({})
