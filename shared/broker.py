"""Celery on Redis: the application, emitting events, consuming them, and proving that a worker consumes.

JSON only; tasks are acknowledged late; a message that cannot be handled waits in quarantine. Redis may lose everything at
any time: whatever a message says stands in the store, and a sweeper says it again.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from celery import Celery, Task, signals
from celery.worker import state
from celery.worker.consumer import Consumer
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from shared import log, redis_url, tracing
from shared.events import PUBLISHING, SCORING, BadEvent, Event, Kind, from_wire, to_wire

logger = logging.getLogger(__name__)

HEARTBEAT = "heartbeat"
HEARTBEATS_KEPT_FOR = 3_600
"""Seconds after which the broker forgets the queue of a worker that is gone."""

REQUESTS = "hailong_requests"
"""The header in which the ids of the requests travel that a message is about."""

QUARANTINED_BODY_LIMIT = 4_000
"""Characters of an unreadable message that are kept for a person to see."""


class MessageQuarantine(Protocol):
    """Where a message that cannot be handled waits for a person."""

    def add_message(self, reason: str, content: str, event: str | None = None) -> None: ...


def create_celery(url: str) -> Celery:
    """The Celery application on the Redis at `url`. It connects when it first sends or consumes."""
    address, of_sentinels = redis_url.broker(url)
    app = Celery("hailong", broker=address, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_queues=[Queue(name, Exchange(name), routing_key=name) for name in (SCORING, PUBLISHING)],
        task_default_queue=SCORING,
        task_create_missing_queues=False,
        worker_prefetch_multiplier=4,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 300,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            **of_sentinels,
        },
        timezone="UTC",
        enable_utc=True,
    )
    return app


class Emitter:
    """Sends events. A failure to send is logged and left to the sweeper: the event's cause is in the store."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def emit(self, event: Event) -> bool:
        """Send `event`; False when the broker did not take it."""
        try:
            with tracing.span(f"emit {event.name}"):
                self._app.send_task(
                    event.name,
                    args=[to_wire(event)],
                    queue=event.queue,
                    headers={REQUESTS: list(log.request_ids.get())},
                    retry=False,
                    ignore_result=True,
                )
        except (OperationalError, OSError):
            logger.warning("broker did not take an event", extra={"event": event.name}, exc_info=True)
            return False
        return True


def consume(
    app: Celery,
    kind: type[Kind],
    work: Callable[[Kind], None],
    quarantine: MessageQuarantine,
    retry_for: tuple[type[Exception], ...],
) -> None:
    """Have workers of `app` call `work` for each event of `kind`.

    `retry_for` may work later and is retried with back-off; what is left of it after five tries is the sweeper's. Any other
    error sets the message aside in quarantine, and the worker goes on.
    """

    def run(task: Task, payload: object) -> None:
        with log.working_on(*_requests(task)):
            try:
                with tracing.span(kind.name):
                    work(from_wire(kind, payload))
            except retry_for as error:
                raise task.retry(exc=error, countdown=min(2**task.request.retries, 30), max_retries=5) from error
            except BadEvent as error:
                _set_aside(quarantine, str(error), kind.name, payload)
            except Exception as error:
                logger.exception("message set aside", extra={"event": kind.name})
                _set_aside(quarantine, f"{type(error).__name__}: {error}", kind.name, payload)

    app.task(run, name=kind.name, bind=True)


def _requests(task: Task) -> list[str]:
    """The ids of the requests that the message speaks of. What does not look like one is left out: anyone may fill a queue."""
    given = (task.request.headers or {}).get(REQUESTS)
    return [id_ for id_ in given if isinstance(id_, str) and log.accepted_id(id_)] if isinstance(given, list) else []


def _set_aside(quarantine: MessageQuarantine, reason: str, name: str, payload: object) -> None:
    """Set a message aside with all that it takes to send it again, unless it is too long to be one of ours."""
    event = json.dumps([name, payload])
    whole = event if len(event) <= QUARANTINED_BODY_LIMIT else None
    quarantine.add_message(reason, repr(payload)[:QUARANTINED_BODY_LIMIT], whole)


def schedule(app: Celery, events: Mapping[Event, float]) -> None:
    """Have a beat process of `app` emit each event every so many seconds; one that was not consumed in time is dropped."""
    app.conf.beat_schedule = {
        event.name: {
            "task": event.name,
            "schedule": every,
            "args": [to_wire(event)],
            "options": {"queue": event.queue, "expires": max(30.0, 2 * every)},
        }
        for event, every in events.items()
    }


def quarantine_unreadable(app: Celery, quarantine: MessageQuarantine) -> None:
    """Have workers set aside messages that no task can be found for or that cannot be decoded, instead of dropping them."""

    class QuarantiningConsumer(Consumer):  # type: ignore[misc]
        def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], None]:
            handle = super().create_task_handler(*args, **options)

            def receive(message: Any) -> None:
                try:
                    handle(message)
                except (ValueError, TypeError, KeyError, AttributeError) as error:
                    # Celery lets these out for a body that is no task's; the worker would end, get it again, and end again.
                    self._set_aside(message, f"is no task message: {error}")

            return receive

        def on_decode_error(self, message: Any, exc: Exception) -> None:
            self._set_aside(message, f"cannot be decoded: {exc}")

        def on_unknown_message(self, _: Any, message: Any) -> None:
            self._set_aside(message, "is no task message")

        def on_unknown_task(self, _: Any, message: Any, exc: Exception) -> None:
            self._set_aside(message, f"is for an unknown task: {exc}")

        def on_invalid_task(self, _: Any, message: Any, exc: Exception) -> None:
            self._set_aside(message, f"is an invalid task: {exc}")

        def _set_aside(self, message: Any, reason: str) -> None:
            try:
                quarantine.add_message(f"message {reason}", repr(message.body)[:QUARANTINED_BODY_LIMIT])
            except Exception:  # the consumer must live on, and the message is a hint whose cause is in the store
                logger.exception("unreadable message could not be quarantined")
            message.ack()

    app.conf.worker_consumer = QuarantiningConsumer


class Watchdog:
    """Proves that this worker consumes, by sending itself heartbeats through the queue, and ends it when they stay out.

    A worker can be alive and connected and yet consume nothing (Celery issues 8030, 8091, 10205). Each heartbeat that
    arrives is reported to `beat`; when one was sent and none arrived for `stale` seconds, the process exits and whoever
    supervises it starts another. While the broker is away nothing can be sent, and the worker waits. A worker whose threads
    are all at long tasks consumes nothing either, and is left to finish them. Where `beat` raises one of `away`, the heartbeat
    has arrived and is written down nowhere; the next one will be.
    """

    def __init__(
        self, app: Celery, beat: Callable[[str], None], every: float, stale: float, away: tuple[type[Exception], ...] = ()
    ) -> None:
        self._app = app
        self._beat = beat
        self._away = away
        self._every = every
        self._stale = stale
        self._unanswered_since: float | None = None
        self._node = ""
        app.task(self._arrived, name=HEARTBEAT)

    def start(self) -> None:
        """Start watching as soon as the worker of this process is ready."""
        signals.celeryd_after_setup.connect(self._set_up, weak=False)
        signals.worker_ready.connect(self._ready, weak=False)

    def _set_up(self, sender: str, instance: Any, **_: object) -> None:
        instance.app.amqp.queues.select_add(_heartbeats_of(sender))

    def _ready(self, sender: Any, **_: object) -> None:
        self._node = sender.hostname
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _arrived(self) -> None:
        self._unanswered_since = None
        try:
            self._beat(self._node)
        except self._away as error:
            logger.warning("heartbeat was not written down", extra={"node": self._node, "reason": str(error)})

    def _run(self) -> None:
        while True:
            if self._send() and self._unanswered_since is None:
                self._unanswered_since = time.monotonic()
            time.sleep(self._every)
            since = self._unanswered_since
            if state.active_requests:
                self._unanswered_since = None
            elif since is not None and time.monotonic() - since > self._stale:
                logger.critical("worker consumes nothing and exits to be restarted", extra={"node": self._node})
                os._exit(os.EX_SOFTWARE)

    def _send(self) -> bool:
        try:
            self._app.send_task(HEARTBEAT, queue=_heartbeats_of(self._node), expires=self._stale, retry=False)
        except (OperationalError, OSError):
            self._unanswered_since = None
            return False
        return True


def _heartbeats_of(node: str) -> Queue:
    """The queue that only the worker `node` consumes."""
    return Queue(f"{node}.heartbeats", Exchange("heartbeats"), routing_key=node, expires=HEARTBEATS_KEPT_FOR)
