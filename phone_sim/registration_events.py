"""What a phone notes about its registration with a CallManager, whatever protocol carries it."""

from __future__ import annotations

from enum import StrEnum

from journal import Event


class RegistrationEnd(StrEnum):
    """Why a phone's session with CallManager is over; the first three are CallManager's resets."""

    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply config"
    UNREGISTERED = "unregistered"
    PEER_CLOSED = "closed by CallManager"
    CONNECTION_LOST = "connection lost"
    """A TCP reset, a TLS alert or a bad record."""
    SILENCE = "CallManager is silent"
    MALFORMED = "CallManager's bytes break the protocol"


class RegisterSent(Event, frozen=True, kw_only=True):
    """The phone sent its alarm and its register message."""

    device_name: str
    device_type: int
    protocol_version: int = 0
    """Of SCCP: the highest that the phone speaks."""
    last_out_of_service: int


class RegistrationAccepted(Event, frozen=True, kw_only=True):
    """CallManager acknowledged the register message."""

    keep_alive_interval: int
    """Seconds."""
    protocol_version: int = 0
    """Of SCCP: the negotiated one."""


class RegistrationRefused(Event, frozen=True, kw_only=True):
    """CallManager answered the register message with a refusal."""

    text: str
    """For people; the cause code is in CallManager's own event."""


class BetterCallManagerAnswered(Event, frozen=True, kw_only=True):
    """A CallManager of higher priority than the one that has the phone accepted a connection; the phone returns to it."""

    call_manager: str


class ResetReceived(Event, frozen=True, kw_only=True):
    reset_type: str
    """`RESET`, `RESTART` or `APPLY_CONFIG`."""


class MessageIgnored(Event, frozen=True, kw_only=True):
    """A message that this phone does nothing with."""

    message: str


class RegistrationEnded(Event, frozen=True, kw_only=True):
    """The session, or the attempt to get one, is over. `fault` says which rule CallManager broke, if it did."""

    reason: RegistrationEnd
    fault: str = ""
