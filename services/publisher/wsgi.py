"""Wiring of the public site's process: `python -m shared.web services.publisher.wsgi:create`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST

from services.publisher import metrics
from services.publisher.data import Imprint
from services.publisher.published import Published, kept_for
from services.publisher.site import create_site
from shared import log, settings, tracing
from shared.events import PUBLISHING
from shared.store import schema
from shared.store.connection import Db, StoreUnavailable, connect, ping
from shared.store.editions import Editions, Files
from shared.store.measures import Measures
from shared.store.plan_notices import PlanNotices
from shared.store.previous import Predecessors
from shared.store.registers import Registers
from shared.store.surveys import Surveys
from shared.store.watch import Heartbeats


def create() -> Flask:
    """The site, wired by the environment. Connects when the first request comes."""
    config = settings.from_environment()
    log.configure("site", config.log_level)
    tracing.configure("site", config)
    db = connect(config.mongodb_url, "site")
    schema.require_if_there(db)
    files = Files(db)
    published = Published(
        Surveys(db),
        Editions(db, files),
        Predecessors(db).as_published,
        config.site_fresh,
        notices=PlanNotices(db, files),
    )
    measures = Measures(db)
    site = create_site(
        published,
        Registers(files),
        lambda: _lacking(db, config.heartbeat_stale),
        measures=kept_for(config.site_fresh, lambda survey_id: [each.to_json() for each in measures.of(survey_id)]),
        imprint=Imprint(config.site_address, config.licence),
        form=config.form_address or config.site_address,
    )
    told = metrics.exposition(db)
    site.add_url_rule("/metrics", view_func=lambda: Response(told.text(), content_type=CONTENT_TYPE_LATEST))
    return site


def _lacking(db: Db, stale: float) -> dict[str, str]:
    """Whether the store answers, and whether publishing really consumes."""
    try:
        ping(db)
        age = Heartbeats(db).ages(datetime.now(UTC)).get(PUBLISHING)
    except StoreUnavailable:
        return {"store": "does not answer"}
    if age is None or age > timedelta(seconds=stale):
        return {"publishing": "no worker has consumed a message lately"}
    return {}
