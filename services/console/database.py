"""The embedded server that speaks MongoDB's protocol: `python -m services.console.database PORT FOLDER`.

SecantusDB's own command leaves two things as they are that matter here, so it is started through its class.
"""

from __future__ import annotations

import logging
import signal
import sys

from secantus import SecantusDBServer

TRANSACTION_LIFETIME = 10.0
"""Seconds after which a transaction is given up whose process died inside it. Until then nobody passes the gate it holds."""

OPLOG_ENTRIES = 2_000
"""The server slows down as its oplog grows, and nothing here reads it."""


def main() -> None:
    """Serve until told to stop."""
    port, folder = int(sys.argv[1]), sys.argv[2]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = SecantusDBServer(
        host="127.0.0.1",
        port=port,
        storage_path=folder,
        oplog_max_entries=OPLOG_ENTRIES,
        transaction_lifetime_seconds=TRANSACTION_LIFETIME,
        enable_test_commands=False,
        # What was acknowledged survives a power cut.
        sync_on_commit=True,
    )

    def stop(*_: object) -> None:
        server.stop()
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.start()
    server.wait()


if __name__ == "__main__":
    main()
