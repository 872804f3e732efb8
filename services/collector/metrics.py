"""What the collector counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

BALLOTS = Counter("hailong_ballots_total", "Ballots received, by outcome and channel", ["outcome", "channel"])
LIMITED = Counter("hailong_limited_total", "Requests refused because their sender sent too many, by sender", ["sender"])
COMMIT_BALLOTS = Histogram("hailong_commit_ballots", "Ballots in one commit", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512))
COMMIT_SECONDS = Histogram("hailong_commit_seconds", "Time of one commit, in seconds")
BALLOTS_WAITING = Gauge("hailong_ballots_waiting", "Ballots that wait for their commit")
