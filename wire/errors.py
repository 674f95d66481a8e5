"""The one error that a parser of untrusted bytes may raise."""

from __future__ import annotations

import errno


class ProtocolError(Exception):
    """The peer's bytes break the protocol; the message is one sentence that says which rule."""


DISK_ERRORS = frozenset({errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC})
"""Of OSError: a disk that is full or broken, or a quota or limit of files that is reached. No peer causes it."""
