"""Backups: all that lasts, as of one moment, in one file of an open format; and the way back into an empty system."""
