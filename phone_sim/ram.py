"""What a phone knows between power on and power off, and forgets with its power."""

from __future__ import annotations

from dataclasses import dataclass

from cisco_data.registration import LastOutOfService
from journal import Event
from phone_sim.failback import BetterCallManager
from phone_sim.session import RegisteredSession
from wire.phone_file import PhoneFile


@dataclass(slots=True)
class Ram:
    file: PhoneFile | None = None
    """What it goes by; None before it has one."""
    session: RegisteredSession | None = None
    """Its registration, while it has one."""
    better: BetterCallManager | None = None
    """To which it is about to return; the connection is open until the phone registers on it."""
    attempt: int = 0
    """Attempts without success so far."""
    last_out_of_service: LastOutOfService = LastOutOfService.INITIALIZED
    typed: str = ""
    """The authentication string that a user typed and CAPF has not seen yet."""
    just_enrolled: bool = False
    """CAPF has changed the LSC, and the file was not read since."""
    last: Event | None = None
    """What the next event follows from."""

    def drop_better(self) -> None:
        """Close the connection that the phone will not register on."""
        better, self.better = self.better, None
        if better is not None:
            better.tcp.close_now()
