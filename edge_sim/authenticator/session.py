"""What a switch port knows of the device on its link: who it is, and which packet is due from whom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class PortSession:
    phone: bytes = b""
    """Its MAC; empty while it has not said a word."""
    identity: bytes = b""
    identifier: int = 0
    """Of the last EAP packet from either end of the port."""
    request: bytes = b""
    """The EAP request that the phone has yet to answer; empty for none."""
    sent: int = 0
    """How often that was sent."""
    asking: bytes = b""
    """The EAP response that the server has yet to answer; empty for none."""
    radius_state: bytes | None = None
    """The server's newest State."""
    dropped: int = 0
    """Frames of this link that made no sense."""
