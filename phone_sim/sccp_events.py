"""What a phone notes about its SCCP session with CallManager."""

from __future__ import annotations

from enum import StrEnum

from journal import Event


class SccpEnd(StrEnum):
    """Why a phone's session with CallManager is over; the first three are Reset's."""

    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply config"
    UNREGISTERED = "unregistered"
    PEER_CLOSED = "closed by CallManager"
    CONNECTION_LOST = "connection lost"
    """A TCP reset, a TLS alert or a bad record."""
    SILENCE = "CallManager is silent"
    MALFORMED = "CallManager's bytes are no SCCP"


class RegisterSent(Event, frozen=True, kw_only=True):
    """The phone sent Alarm and Register."""

    device_name: str
    device_type: int
    protocol_version: int
    last_out_of_service: int


class RegisterAckReceived(Event, frozen=True, kw_only=True):
    keep_alive_interval: int
    """Seconds."""
    protocol_version: int
    """The negotiated one."""


class RegisterRejectReceived(Event, frozen=True, kw_only=True):
    text: str


class ResetReceived(Event, frozen=True, kw_only=True):
    reset_type: str
    """`RESET`, `RESTART` or `APPLY_CONFIG`."""


class SccpMessageIgnored(Event, frozen=True, kw_only=True):
    """A message that this phone does nothing with."""

    message: str


class SccpSessionEnded(Event, frozen=True, kw_only=True):
    """The session, or the try to get one, is over. `fault` says which rule CallManager broke, if it did."""

    reason: SccpEnd
    fault: str = ""
