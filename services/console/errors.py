"""What a command could not do, told to who typed it in one sentence."""

from __future__ import annotations


class ConsoleError(Exception):
    """The base of what the command line refuses in its own words; the message says what was wrong and what to do."""
