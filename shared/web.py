"""gunicorn's own log lines in the form of all others. It serves the collector and the public site."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from shared import log


class JsonLogger(Logger):  # type: ignore[misc]
    """`--logger-class shared.web.JsonLogger`. There is no access log: it would hold addresses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [log.handler("web")]
