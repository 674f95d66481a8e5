"""What goes wrong with a configuration; each message is one sentence for the person who caused it."""

from __future__ import annotations


class NotSavedError(ValueError):
    """The change would contradict what the database holds, or what a row may hold; nothing was saved."""


class DatabaseFileError(ValueError):
    """The file cannot be used as the configuration of a cluster: no database, another program's, or a newer version's."""
