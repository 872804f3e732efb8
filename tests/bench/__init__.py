"""Measurements on a running system, as ratios to a limit that is measured in the same run. `make bench` runs them."""
