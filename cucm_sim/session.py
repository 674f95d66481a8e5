"""A device's session with CallManager, as the service and its administration see it: the same for every protocol."""

from __future__ import annotations

from typing import Protocol

from cisco_data.registration import ResetType
from cucm_sim.events import ConnectionEnd, DeviceRegistered
from journal import Event


class DeviceSession(Protocol):
    """A connection on which a device has registered or may register."""

    @property
    def tls(self) -> bool: ...

    @property
    def registered(self) -> DeviceRegistered | None:
        """Not None from the registration on."""

    async def reset(self, reset_type: ResetType) -> None:
        """Tell a registered device to reset; it has some seconds to do so."""

    def end(self, reason: ConnectionEnd, why: Event | None = None) -> None:
        """End it from outside: a registration is over at once, the connection as soon as its task runs."""
