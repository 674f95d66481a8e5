"""The one error that a parser of untrusted bytes may raise."""

from __future__ import annotations


class ProtocolError(Exception):
    """The peer's bytes break the protocol; the message is one sentence that says which rule."""
