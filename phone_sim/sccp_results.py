"""How a phone's session with CallManager went: the typed results of SccpClient."""

from __future__ import annotations

from dataclasses import dataclass

from phone_sim.sccp_events import RegisterAckReceived, RegisterRejectReceived, SccpEnd, SccpSessionEnded


@dataclass(frozen=True, slots=True)
class Registered:
    event: RegisterAckReceived
    keep_alive_interval: float
    """Seconds."""
    protocol_version: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """CallManager answered RegisterReject; its text is for people, the cause code is in CallManager's journal."""

    event: RegisterRejectReceived
    text: str


@dataclass(frozen=True, slots=True)
class Lost:
    """There was no answer to the end."""

    event: SccpSessionEnded
    reason: SccpEnd


@dataclass(frozen=True, slots=True)
class Ended:
    event: SccpSessionEnded
    reason: SccpEnd
