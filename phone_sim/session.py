"""A phone's session with one CallManager, as boot and power cycle see it: the same for every protocol that registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from cisco_data.registration import LastOutOfService, ResetType
from journal import Event
from phone_sim.events import PhoneRegistered
from phone_sim.hardware import Hardware
from phone_sim.registration_events import RegistrationAccepted, RegistrationEnd, RegistrationEnded, RegistrationRefused
from wire.phone_file import Member
from wire.streams import Stream

END_BY_RESET: Final = {
    ResetType.RESET: RegistrationEnd.RESET,
    ResetType.RESTART: RegistrationEnd.RESTART,
    ResetType.APPLY_CONFIG: RegistrationEnd.APPLY_CONFIG,
}


class RegistrationClient(Protocol):
    """The phone's side of one session. No method raises for what CallManager does; one of them runs at a time."""

    @property
    def crossing_reset(self) -> tuple[RegistrationEnd, Event] | None:
        """A reset that came while this phone unregistered for a reason of its own."""

    async def register(self) -> RegistrationAccepted | RegistrationRefused | RegistrationEnded: ...

    async def run_until_ended(self) -> RegistrationEnded:
        """Keep the registration alive until CallManager or the wire ends it. May be cancelled, and called again."""

    async def unregister(self) -> bool:
        """True when CallManager acknowledged it. The stream is still to be closed."""

    def abort(self) -> None:
        """The phone has no power or no network: close the stream without a message."""


class RegistrationProtocol(NamedTuple):
    """A protocol that a phone can register with."""

    service: str
    """As consoles and events name it, one of `phone_sim.events.REGISTRATION_SERVICES`."""
    port: Callable[[Member, bool], int]
    """Of a CallManager: for plain TCP, or where True for TLS."""
    client: Callable[[Stream, Hardware, LastOutOfService, Event | None], RegistrationClient]
    """A client on a stream that is up; the event is what made the phone register."""


@dataclass(frozen=True, slots=True)
class RegisteredSession:
    """A CallManager accepted the phone; `client` keeps the registration alive from here."""

    client: RegistrationClient
    stream: Stream
    event: PhoneRegistered
    member: Member
    """Of the CallManager Group."""
