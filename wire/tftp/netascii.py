"""Mode netascii: lines end with CR LF, and a CR that ends no line is followed by NUL (RFC 1350 section 1, RFC 764)."""

from __future__ import annotations

import re

_TO = {b"\n": b"\r\n", b"\r": b"\r\0"}
_FROM = {b"\r\n": b"\n", b"\r\0": b"\r"}


def to_netascii(data: bytes) -> bytes:
    """A file's octets as they travel; lines of the file end with LF."""
    return re.sub(rb"[\r\n]", lambda found: _TO[found[0]], data)


def from_netascii_untrusted(data: bytes) -> bytes:
    """A file's octets from those that came. A CR before any other octet stays as it is. Never raises."""
    return re.sub(rb"\r[\n\0]", lambda found: _FROM[found[0]], data)
